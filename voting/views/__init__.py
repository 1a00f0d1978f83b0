# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of ballots: the paper, the support button, results, receipts, how it works, and the guarantor's pages."""
