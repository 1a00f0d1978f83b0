# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables whose rows the database itself refuses to change or delete: triggers for both databases, set by migrations."""


def forbid_changes(cursor, vendor: str, *, table: str, refusal: str) -> None:
    """Set the triggers on `table`. `vendor` is the connection's: "postgresql" or "sqlite"; `refusal` is what it says."""
    if vendor == "postgresql":
        cursor.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        cursor.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )


def allow_changes(cursor, vendor: str, *, table: str) -> None:
    """Drop the triggers: for the migration's way back, and for tests that empty the tables."""
    if vendor == "postgresql":
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
        cursor.execute(f"DROP FUNCTION IF EXISTS {table}_append_only()")
        return
    for verb in ("update", "delete"):
        cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
