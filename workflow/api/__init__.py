# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON API of campaigns, ideas, moves and pilots: the same services and selectors as the pages."""
