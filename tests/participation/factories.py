# SPDX-License-Identifier: AGPL-3.0-or-later
"""Released tables for tests of pages and exports: entered into the chain as they stand, without any protection."""

from datetime import UTC, date, datetime

from django.db import transaction

from innovato.participation import catalogue
from innovato.participation.catalogue import Measure, Period, PeriodKind, ReleasedBy, RowKind, Table
from innovato.participation.models import Release
from innovato.participation.published import GENESIS, TOTAL, ReleasedCell, ReleasedRow, ReleasedTable
from innovato.participation.services import chain

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
QUARTER = catalogue.quarter_of(date(2026, 9, 30))
BANDS = tuple(str(band) for band in catalogue.Band)


def row(code, parent, *cells, name=None, kind=RowKind.DEPARTMENT, merged=(), columns=(TOTAL,)) -> ReleasedRow:
    """A row; each of `cells` is (staff, count), the count None for a hidden cell."""
    return ReleasedRow(
        code=code, name=name or f"Servizio {code}", kind=kind, parent=parent, depth=0, is_leaf=True,
        merged=tuple(merged), cells=tuple(ReleasedCell(column, *cell) for column, cell in zip(columns, cells, strict=True)),
    )  # fmt: skip


def small_table() -> tuple[ReleasedRow, ...]:
    """A city of 400 with two departments, one of them with a shown and two hidden leaves."""
    return (
        row("citta", None, (400, 130), name="Città"),
        row("cultura", "citta", (220, 70), name="Cultura"),
        row("biblioteche", "cultura", (120, 41), name="Biblioteche"),
        row("musei", "cultura", (60, None), name="Musei"),
        row("cultura/altri", "cultura", (40, None), name="Cultura", kind=RowKind.OTHERS, merged=("Archivi", "Teatri")),
        row("strade", "citta", (180, 60), name="Strade"),
    )


def banded_table() -> tuple[ReleasedRow, ...]:
    """The same departments by contract area, for T3."""
    columns = (TOTAL, *BANDS)
    return (
        row("citta", None, (400, 130), (100, None), (100, None), (120, 40), (80, 30), columns=columns, name="Città"),
        row("cultura", "citta", (220, 70), (50, None), (50, None), (70, 25), (50, 18), columns=columns, name="Cultura"),
        row("strade", "citta", (180, 60), (50, None), (50, None), (50, 15), (30, 12), columns=columns, name="Strade"),
    )


def release(
    *, table=Table.DEPARTMENTS, measure=Measure.PROPOSED, period: Period = QUARTER, rows=None, k=10, at=AT
) -> Release:
    """One release, as the calendar or a ballot's closing makes it; `rows` as `row` gives them."""
    by = ReleasedBy.BALLOT if period.kind == PeriodKind.BALLOT else ReleasedBy.CALENDAR
    rows = rows or (banded_table() if table == Table.AREAS else small_table())
    value = ReleasedTable(
        number=0, previous=GENESIS, table=table, measure=measure, period=period, k=k, headcount_on=period.last_day,
        released_at=at, released_by=by, columns=tuple(cell.column for cell in rows[0].cells), rows=tuple(rows), sha256="",
    )  # fmt: skip
    with transaction.atomic():
        return chain.enter([value], at=at)[0]
