# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every part of the JSON API shares: how it is entered, how it reads, pages and refuses; and one's own data."""
