# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for files, making them (in the background only), letting them go."""
