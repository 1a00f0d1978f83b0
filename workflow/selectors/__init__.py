# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages, API and exports read; one module for each part of the work. Nothing here writes."""
