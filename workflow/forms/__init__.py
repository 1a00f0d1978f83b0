# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type, checked before a service sees it; one module for each part of the work."""
