# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures about the flow of ideas: how events add up (`counting`), and the report that shows it (`report`)."""
