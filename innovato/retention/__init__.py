# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long the product keeps what: the rules, the nightly runs that follow them, a person's own data, and erasure."""
