# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ballot asks of the database itself: its clock, which alone decides, and a lock that casts share.

The lock is an advisory one, held to the end of the transaction. A share lock on the ballot's row would do the same but
lets a steady stream of papers keep the close waiting (measured: 10 s against 0.1 s with 24 voters); the advisory lock
queues fairly and writes nothing. It relies on READ COMMITTED: what is read after the lock is what was committed before.
On SQLite every write transaction is immediate, so there is one writer and nothing to lock.
"""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func

_SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


class DatabaseNow(Func):
    """The database's clock at this very instant, not at the start of the transaction."""

    output_field = DateTimeField()

    def as_postgresql(self, compiler, connection):
        return "clock_timestamp()", []

    def as_sqlite(self, compiler, connection):
        return _SQLITE_NOW.replace("%", "%%"), []


def database_now() -> datetime:
    """The database's clock, aware. Moving the application's clock changes nothing here."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
        cursor.execute(f"SELECT {_SQLITE_NOW}")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)


def hold_with_others(ballot_id: UUID) -> None:
    """Keep the ballot from closing until this transaction ends, side by side with other papers."""
    _hold("pg_advisory_xact_lock_shared", ballot_id)


def hold_alone(ballot_id: UUID) -> None:
    """Wait for every paper in flight and keep new ones out until this transaction ends."""
    _hold("pg_advisory_xact_lock", ballot_id)


def _hold(lock: str, ballot_id: UUID) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a ballot is locked inside a transaction only")
    if connection.vendor == "postgresql":
        number = hashlib.sha256(b"innovato/ballot" + ballot_id.bytes).digest()[:8]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [int.from_bytes(number, "big", signed=True)])
