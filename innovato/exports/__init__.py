# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files made in the background from what a page shows: knows how to write and keep them, not what they are about."""
