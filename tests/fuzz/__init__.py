# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks the API everything that its description allows, and much that it does not, as six people and as nobody."""
