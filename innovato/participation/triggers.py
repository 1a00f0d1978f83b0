# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database itself refuses to change or delete a release: triggers for both databases, set by a migration."""

from innovato import append_only

RELEASES = "participation_release"
REFUSAL = "releases are never changed"


def forbid_changes(cursor, vendor: str) -> None:
    """Set the triggers. `vendor` is the connection's: "postgresql" or "sqlite"."""
    append_only.forbid_changes(cursor, vendor, table=RELEASES, refusal=REFUSAL)


def allow_changes(cursor, vendor: str) -> None:
    """Drop the triggers: for the migration's way back, and for tests that empty the tables."""
    append_only.allow_changes(cursor, vendor, table=RELEASES)
