# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks: who keeps them, what leaves by them and what never does, and what a receiver or a network can do to us."""
