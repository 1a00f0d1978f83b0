# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real elections voted again (`manage.py replay_election`): a Pabulib file becomes a campaign, and its counts are compared."""
