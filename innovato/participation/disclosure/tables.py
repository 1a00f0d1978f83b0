# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tables of the catalogue, laid out from raw counts: rows from the merged tree, columns from the contract bands."""

from collections.abc import Iterable

from innovato.participation.catalogue import Band, Measure, PeriodKind, ReleasedBy, Table
from innovato.participation.disclosure.merge import Branch, merged_tree
from innovato.participation.disclosure.raw import RawCounts, RawRow, RawTable, total
from innovato.participation.disclosure.rules import check_k
from innovato.participation.published import TOTAL

BANDS = tuple(str(band) for band in Band)


def tree_of(counts: RawCounts, k: int) -> Branch:
    """The departments of these counts with small offices put together. Raises ValueError for a k below the floor."""
    check_k(k)
    staff: dict[str, int] = {}
    for (code, _band), people in counts.staff.items():
        staff[code] = staff.get(code, 0) + people
    return merged_tree(counts.units, staff, k)


def departments_table(counts: RawCounts, measure: Measure, *, k: int) -> RawTable:
    """T1, or T2 for a ballot: the whole tree."""
    table = Table.TURNOUT if counts.period.kind == PeriodKind.BALLOT else Table.DEPARTMENTS
    return _table(table, counts, measure, k, _lines(tree_of(counts, k)), (TOTAL,))


def areas_table(counts: RawCounts, measure: Measure, *, k: int) -> RawTable:
    """T3: the rows that T1 has on its first level, by contract area."""
    top = tree_of(counts, k)
    lines = [(top, None), *((branch, top.code) for branch in top.below)]
    return _table(Table.AREAS, counts, measure, k, lines, (TOTAL, *BANDS))


def city_table(counts: RawCounts, measure: Measure, *, k: int) -> RawTable:
    """T4: the whole municipality in one cell."""
    return _table(Table.CITY, counts, measure, k, [(tree_of(counts, k), None)], (TOTAL,))


def _lines(top: Branch, parent: str | None = None) -> Iterable[tuple[Branch, str | None]]:
    yield top, parent
    for branch in top.below:
        yield from _lines(branch, top.code)


def _table(table, counts: RawCounts, measure, k: int, lines, columns: tuple[str, ...]) -> RawTable:
    took_part = counts.took_part.get(measure, {})
    by = ReleasedBy.BALLOT if counts.period.kind == PeriodKind.BALLOT else ReleasedBy.CALENDAR
    rows = tuple(
        RawRow(
            code=branch.code,
            name=branch.name,
            kind=branch.kind,
            parent=parent,
            merged=branch.merged,
            staff=tuple(total(counts.staff, branch.units, column) for column in columns),
            counts=tuple(total(took_part, branch.units, column) for column in columns),
        )
        for branch, parent in lines
    )
    return RawTable(table, measure, counts.period, k, counts.headcount_on, by, rows, columns)
