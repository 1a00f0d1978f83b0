# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps 4 and 6: attacks a table as its reader would, with all earlier ones in hand, before it is released.

Shares no arithmetic with `protect`: it reads released tables only, puts in what they show, and looks at what is left.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from innovato.participation.catalogue import PeriodKind, quarters_of
from innovato.participation.disclosure import rules
from innovato.participation.disclosure.raw import RawTable
from innovato.participation.disclosure.rules import Breach, DoesNotFit, Need
from innovato.participation.published import TOTAL, ReleasedTable

TOLERANCE = 1e-6
Cell = tuple[str, str, str, str]  # measure, period, row, column
Interval = tuple[int, int]


@dataclass(frozen=True)
class _Relation:
    """Σ sign · cell over `terms`, which is 0, or at most 0 where `at_most`."""

    terms: tuple[tuple[Cell, int], ...]
    at_most: bool = False


def check(
    released: ReleasedTable, raw: RawTable, *, earlier: Sequence[ReleasedTable] = (), public: Collection[str] = ()
) -> None:
    """Raise Breach where a reader of `released` and of all `earlier` tables could narrow a hidden cell down too far.

    Also raised where a cell is shown that may not be, or with another count than it has. Raises DoesNotFit.
    """
    _check_shown(released, raw, public)
    hidden = dict(_hidden([*earlier, released]))
    best = {cell: rules.everything_open(staff, k) for cell, (staff, k) in hidden.items()}
    before = intervals(earlier, best)
    counts = {
        _cell(raw, row.code, column): count
        for row in raw.rows
        for column, count in zip(raw.columns, row.counts, strict=True)
    }
    own_k = {_cell(raw, row.code, column): raw.k for row in raw.rows for column in raw.columns}
    needs = {}
    for cell, (staff, k) in hidden.items():
        own = rules.need_of(staff, counts[cell], own_k[cell]) if cell in counts else None
        kept = rules.need_of_interval(staff, *before[cell], k) if cell in before else None
        needs[cell] = rules.both(own, kept)
    after = intervals([*earlier, released], needs)
    # what one table hides and another shows is not open at all
    at_risk = [cell[2:] for cell, need in needs.items() if cell not in after or not rules.is_met(need, *after[cell])]
    if at_risk:
        raise Breach(at_risk)


def _check_shown(released: ReleasedTable, raw: RawTable, public: Collection[str]) -> None:
    for row, source in zip(released.rows, raw.rows, strict=True):
        for cell, staff, count in zip(row.cells, source.staff, source.counts, strict=True):
            wrong = (row.code, cell.staff) != (source.code, staff) or cell.count not in (None, count)
            bare = not cell.suppressed and rules.is_primary(staff, count, raw.k) and row.code not in public
            if wrong or bare:
                raise Breach([(row.code, cell.column)])


def intervals(tables: Sequence[ReleasedTable], needs: Mapping[Cell, Need] | None = None) -> dict[Cell, Interval]:
    """The smallest and largest possible count of every hidden cell, given all these tables. Raises DoesNotFit.

    With `needs` the search for a cell ends as soon as its need is met: then the interval may be wider than said.
    """
    staff = {cell: number for cell, (number, _) in _hidden(tables)}
    shown = {
        _cell(table, row.code, cell.column): cell.count
        for table in tables
        for row in table.rows
        for cell in row.cells
        if not cell.suppressed
    }
    staff = {cell: number for cell, number in staff.items() if cell not in shown}
    relations = [_without(relation, shown) for relation in _relations(tables)]
    found: dict[Cell, Interval] = {}
    for cells, about in _parts(staff, [relation for relation in relations if relation[0]]):
        found |= _bounds(cells, about, staff, needs or {})
    if any(not terms and (value != 0 and not at_most or value > 0) for terms, value, at_most in relations):
        raise DoesNotFit()
    return found


def _hidden(tables: Sequence[ReleasedTable]) -> Iterable[tuple[Cell, tuple[int, int]]]:
    """Every hidden cell with its headcount and the k of its table, the largest of several."""
    largest: dict[Cell, tuple[int, int]] = {}
    for table in tables:
        for row in table.rows:
            for cell in row.cells:
                if cell.suppressed:
                    name = _cell(table, row.code, cell.column)
                    largest[name] = max(largest.get(name, (0, 0)), (cell.staff, table.k))
    return largest.items()


def _cell(table, row: str, column: str) -> Cell:
    return str(table.measure), table.period.key, row, column


def _relations(tables: Sequence[ReleasedTable]) -> Iterable[_Relation]:
    for table in tables:
        for row in table.rows:
            if below := table.below(row.code):
                for column in table.columns:
                    yield _sum(_cell(table, row.code, column), [_cell(table, each.code, column) for each in below])
            if len(row.cells) > 1:
                bands = [_cell(table, row.code, cell.column) for cell in row.cells if cell.column != TOTAL]
                yield _sum(_cell(table, row.code, TOTAL), bands)
    cities = {(str(table.measure), table.period.key): _cell(table, table.city.code, TOTAL) for table in tables}
    for table in tables:
        if table.period.kind == PeriodKind.YEAR:
            year = _cell(table, table.city.code, TOTAL)
            quarters = [cities.get((str(table.measure), quarter.key)) for quarter in quarters_of(table.period)]
            for quarter in filter(None, quarters):
                yield _Relation(((quarter, 1), (year, -1)), at_most=True)
            if None not in quarters:
                yield _Relation(((year, 1), *((quarter, -1) for quarter in quarters)), at_most=True)


def _sum(whole: Cell, parts: list[Cell]) -> _Relation:
    return _Relation(((whole, 1), *((part, -1) for part in parts)))


def _without(relation: _Relation, shown: dict[Cell, int]):
    """The relation with what is shown put in: hidden terms, the sum of the shown ones, and whether it is an inequality."""
    terms = tuple((cell, sign) for cell, sign in relation.terms if cell not in shown)
    return terms, sum(sign * shown[cell] for cell, sign in relation.terms if cell in shown), relation.at_most


def _parts(staff: dict[Cell, int], relations: list) -> Iterable[tuple[list[Cell], list]]:
    """Hidden cells that tell of each other, with the relations among them: each such group is attacked for itself."""
    group = {cell: cell for cell in staff}

    def top(cell: Cell) -> Cell:
        while group[cell] != cell:
            group[cell] = group[group[cell]]
            cell = group[cell]
        return cell

    for terms, _value, _at_most in relations:
        for cell, _sign in terms[1:]:
            group[top(cell)] = top(terms[0][0])
    members: dict[Cell, tuple[list[Cell], list]] = {}
    for cell in staff:
        members.setdefault(top(cell), ([], []))[0].append(cell)
    for relation in relations:
        members[top(relation[0][0][0])][1].append(relation)
    return members.values()


def _bounds(
    cells: list[Cell], relations: list, staff: dict[Cell, int], needs: Mapping[Cell, Need]
) -> dict[Cell, Interval]:
    """The bounds of cells that tell of each other; every possible table met on the way counts for all of them."""
    if not relations:
        return {cell: (0, staff[cell]) for cell in cells}
    problem = _problem(cells, relations, staff)
    met = [_table(np.full(len(cells), sign), problem) for sign in (1.0, -1.0)]
    low, high = np.minimum(*met), np.maximum(*met)
    found = {}
    for place, cell in enumerate(cells):
        for sign in (-1.0, 1.0):
            if cell not in needs or not rules.is_met(needs[cell], *_whole(low[place], high[place])):
                objective = np.zeros(len(cells))
                objective[place] = sign
                values = _table(objective, problem)
                low, high = np.minimum(low, values), np.maximum(high, values)
        found[cell] = _whole(low[place], high[place])
    return found


def _problem(cells: list[Cell], relations: list, staff: dict[Cell, int]) -> dict:
    place = {cell: number for number, cell in enumerate(cells)}
    equal, equal_to, less, less_than = [], [], [], []
    for terms, value, at_most in relations:
        line = np.zeros(len(cells))
        for cell, sign in terms:
            line[place[cell]] += sign
        (less if at_most else equal).append(line)
        (less_than if at_most else equal_to).append(-value)
    return {
        "A_eq": np.array(equal) if equal else None,
        "b_eq": equal_to or None,
        "A_ub": np.array(less) if less else None,
        "b_ub": less_than or None,
        "bounds": [(0, staff[cell]) for cell in cells],
        "method": "highs",
    }


def _whole(low: float, high: float) -> Interval:
    return math.ceil(low - TOLERANCE), math.floor(high + TOLERANCE)


def _table(objective: np.ndarray, problem: dict) -> np.ndarray:
    answer = linprog(objective, **problem)
    if not answer.success:
        raise DoesNotFit(answer.message)
    return answer.x
