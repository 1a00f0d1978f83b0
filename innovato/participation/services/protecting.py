# SPDX-License-Identifier: AGPL-3.0-or-later
"""From raw counts to the tables that may be released, each audited together with all earlier ones on the same people.

Raw counts come in as values, live in this call and are gone with it: nothing here writes them anywhere.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from innovato.participation.catalogue import CATALOGUE, Measure, Period, PeriodKind, Table
from innovato.participation.disclosure import tables
from innovato.participation.disclosure.raw import RawCounts, RawTable
from innovato.participation.disclosure.rules import Breach, DoesNotFit, check_k
from innovato.participation.models import Release
from innovato.participation.published import ReleasedTable, read

LAYOUT = {
    Table.DEPARTMENTS: tables.departments_table,
    Table.TURNOUT: tables.departments_table,
    Table.AREAS: tables.areas_table,
    Table.CITY: tables.city_table,
}


@dataclass(frozen=True)
class Protected:
    """What may be released of a period, and what may not and why."""

    tables: tuple[ReleasedTable, ...]
    problems: tuple[dict, ...]


def protect_all(
    counts: RawCounts, *, public: Collection[str] = (), progress: Callable[[], None] = lambda: None
) -> Protected:
    """Every table of the catalogue for the period of these counts that is not released yet, protected and audited.

    A table that fails its audit is left out, with the breakdown to drop; the others are not kept waiting. `public`: rows
    whose count everybody knows. Loads SciPy: for background work only. Raises ValueError for counts that can't be.
    """
    counts.check()
    made: list[ReleasedTable] = []
    problems: list[dict] = []
    for table, measure in _wanted(counts.period):
        earlier = [*_released_about(measure, counts.period), *(each for each in made if each.measure == measure)]
        raw = LAYOUT[table](counts, measure, k=smallest_group(earlier))
        try:
            made.append(_audited(raw, earlier, public))
        except Breach as breach:
            rows = {row.code: row for row in raw.rows}
            problems.append({**_about(raw), "code": "breach", "rows": breakdowns(breach, rows, table)})
        except DoesNotFit:
            problems.append({**_about(raw), "code": "does_not_fit"})
        progress()
    return Protected(tuple(made), tuple(problems))


def smallest_group(earlier: Collection[ReleasedTable] = ()) -> int:
    """The k of a new table: the setting's, never below that of what is released about the same people."""
    return max([check_k(settings.INNOVATO_PARTICIPATION_K), *(table.k for table in earlier)])


def breakdowns(breach: Breach, rows: dict, table: Table) -> list[str]:
    """Which breakdowns to drop so that the cells at risk are gone: the departments whose parts they are."""
    names = set()
    for code, column in breach.cells:
        row = rows.get(code)
        if row is not None:
            above = rows.get(row.parent)
            names.add((row if table == Table.AREAS and column or above is None else above).name)
    return sorted(names)


def _audited(raw: RawTable, earlier: list[ReleasedTable], public: Collection[str]) -> ReleasedTable:
    from innovato.participation.disclosure import audit, protect  # noqa: PLC0415 - SciPy's 50 MB are for this call only

    released = protect.protect(raw, earlier=earlier, public=public)
    audit.check(released, raw, earlier=earlier, public=public)
    return released


def _wanted(period: Period) -> Iterator[tuple[Table, Measure]]:
    done = set(Release.objects.filter(_of(period)).values_list("table", "measure"))
    for table, (kind, measures) in CATALOGUE.items():
        for measure in measures if kind == period.kind else ():
            if (table, measure) not in done:
                yield table, measure


def _of(period: Period) -> Q:
    return Q(period_kind=period.kind, first_day=period.first_day, ballot=period.ballot)


def _released_about(measure: Measure, period: Period) -> list[ReleasedTable]:
    """Everything released on the same people taking part in the same thing.

    That is the ballot or the quarter itself; and the whole year once the year is released or about to be, because it
    ties its quarters together.
    """
    rows = Release.objects.filter(measure=measure).order_by("number")
    if period.kind == PeriodKind.BALLOT:
        rows = rows.filter(ballot=period.ballot)
    else:
        within = rows.filter(ballot=None, first_day__year=period.first_day.year)
        whole_year = period.kind == PeriodKind.YEAR or within.filter(period_kind=PeriodKind.YEAR).exists()
        rows = within if whole_year else within.filter(first_day=period.first_day)
    return [read(body) for body in rows.values_list("body", flat=True)]


def _about(raw: RawTable) -> dict:
    return {"table": str(raw.table), "measure": str(raw.measure)}
