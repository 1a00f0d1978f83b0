# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only writers of ballots: opening, casting, closing, sealing, guarding, and the clock that calls them."""
