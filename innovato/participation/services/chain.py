# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only writer of releases: enters protected tables into the chain, and checks the chain."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from innovato.participation import published
from innovato.participation.models import Release, ReleaseHead
from innovato.participation.published import ReleasedTable


def enter(tables: Iterable[ReleasedTable], *, at: datetime) -> list[Release]:
    """Add protected tables to the chain, in this order, in the caller's transaction; number and hashes are given here.

    Locks the chain's head until that transaction ends. Raises IntegrityError for a table that is released already.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("tables are released inside a transaction only")
    head, _ = ReleaseHead.objects.select_for_update().get_or_create(pk=1)
    entered = []
    for table in tables:
        row = _row(replace(table, number=head.number + 1, previous=head.sha256, released_at=at.replace(microsecond=0)))
        row.save(force_insert=True)
        head.number, head.sha256 = row.number, row.sha256
        entered.append(row)
    head.save(update_fields=["number", "sha256"])
    return entered


def _row(table: ReleasedTable) -> Release:
    body = published.write(table)
    period = table.period
    return Release(
        number=table.number, table=table.table, measure=table.measure, period_kind=period.kind,
        first_day=period.first_day, last_day=period.last_day, ballot=period.ballot, title=period.title, k=table.k,
        headcount_on=table.headcount_on, released_at=table.released_at, released_by=table.released_by,
        body=body, previous=table.previous, sha256=published.sha256(body),
    )  # fmt: skip


def broken_links(rows: Iterable[Release], head: ReleaseHead | None) -> Iterator[tuple[int, str]]:
    """Every fault of the chain as (number, what is wrong), reading `rows` in the order of their numbers."""
    number, previous = 0, published.GENESIS
    for row in rows:
        for missing in range(number + 1, row.number):
            yield missing, "missing"
        if row.number == number + 1 and row.previous != previous:
            yield row.number, "does not follow the one before it"
        if not _is_as_released(row):
            yield row.number, "changed"
        number, previous = row.number, row.sha256
    if head is None and number:
        yield number, "has no head of the chain"
    elif head is not None and head.number > number:
        for missing in range(number + 1, head.number + 1):
            yield missing, "missing"
    elif head is not None and (head.number, head.sha256) != (number, previous):
        yield number, "is not where the chain ends"


def _is_as_released(row: Release) -> bool:
    """Whether body, hash and every column say the same."""
    try:
        again = _row(published.read(row.body))
    except (KeyError, TypeError, ValueError):
        return False
    columns = [field.attname for field in Release._meta.concrete_fields]
    return all(getattr(row, column) == getattr(again, column) for column in columns)
