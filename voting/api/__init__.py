# SPDX-License-Identifier: AGPL-3.0-or-later
"""The JSON API of ballots: what is voted on, one's own paper, and what is published."""
