# SPDX-License-Identifier: AGPL-3.0-or-later
"""The writers of this part: following the rules, and erasing one person."""
