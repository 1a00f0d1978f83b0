# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables of invented people: random trees and grids, and the reader who attacks them with nothing but what is shown.

The attack here is written anew and shares nothing with the product's: it is what the product is measured against.
"""

import random
from itertools import product
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_array
from scipy.sparse.csgraph import connected_components

from innovato.participation.catalogue import Measure, Period, ReleasedBy, RowKind, Table
from innovato.participation.disclosure.raw import RawRow, RawTable
from innovato.participation.published import TOTAL, ReleasedTable
from tests.participation.factories import QUARTER


def raw_table(
    rows, *, k, columns=(TOTAL,), table=Table.DEPARTMENTS, measure=Measure.PROPOSED, period: Period = QUARTER
):
    """A raw table from (code, parent, staff by column, counts by column)."""
    return RawTable(
        table=table, measure=measure, period=period, k=k, headcount_on=period.last_day,
        released_by=ReleasedBy.CALENDAR, columns=tuple(columns),
        rows=tuple(
            RawRow(code, f"Servizio {code}", RowKind.DEPARTMENT, parent, (), tuple(staff), tuple(counts))
            for code, parent, staff, counts in rows
        ),
    )  # fmt: skip


def random_tree(dice: random.Random, *, k: int, leaves: int = 14, least: int | None = None) -> RawTable:
    """A tree of two or three levels; its leaves have 2k people at least, as merging leaves them, or `least`."""
    least = 2 * k if least is None else least
    rate = dice.choice([0.03, 0.1, 0.3, 0.5, 0.8, 0.97])
    cells = {}
    branches = [f"d{number}" for number in range(dice.randint(1, 4))]
    for number in range(dice.randint(2, leaves)):
        parent = dice.choice([*branches, "c"])
        staff = dice.randint(least, 6 * k)
        cells[f"u{number}"] = (parent, staff, sum(dice.random() < rate for _ in range(staff)))
    rows = []
    for code in branches:
        inside = [value for value in cells.values() if value[0] == code]
        if inside:
            rows.append((code, "c", (sum(v[1] for v in inside),), (sum(v[2] for v in inside),)))
    rows += [(code, parent, (staff,), (count,)) for code, (parent, staff, count) in cells.items()]
    staff, counts = (sum(value[place] for value in cells.values()) for place in (1, 2))
    return raw_table([("c", None, (staff,), (counts,)), *rows], k=k)


def random_grid(dice: random.Random, *, k: int, rows: int = 6, bands: int = 4, most: int | None = None) -> RawTable:
    """Departments by contract area, with all sums; small cells and empty ones included."""
    rate = dice.choice([0.03, 0.1, 0.3, 0.5, 0.8, 0.97])
    names = [f"u{number}" for number in range(dice.randint(2, rows))]
    areas = [f"b{number}" for number in range(dice.randint(2, bands))]
    staff = {place: dice.randint(0, most or 5 * k) for place in product(names, areas)}
    counts = {place: sum(dice.random() < rate for _ in range(number)) for place, number in staff.items()}
    lines = [
        (name, "c", *(with_total([values[name, area] for area in areas]) for values in (staff, counts)))
        for name in names
    ]
    city = (tuple(map(sum, zip(*(line[place] for line in lines), strict=True))) for place in (2, 3))
    return raw_table([("c", None, *city), *lines], k=k, columns=(TOTAL, *areas), table=Table.AREAS)


def with_total(values: list[int]) -> tuple[int, ...]:
    return (sum(values), *values)


def attack(*tables: ReleasedTable, own: dict | None = None) -> dict[tuple, tuple[int, int]]:
    """The bounds of every hidden cell, by (measure, period, row, column), as a reader of these tables works them out.

    `own` narrows cells further: what somebody knows of the own cell, as (least, most).
    """
    cells = [
        (place(table, row.code, cell.column), cell) for table in tables for row in table.rows for cell in row.cells
    ]
    shown = {name: cell.count for name, cell in cells if cell.count is not None}
    limits = {name: (0, cell.staff) for name, cell in cells if name not in shown}
    for name, (low, high) in (own or {}).items():
        limits[name] = max(limits[name][0], low), min(limits[name][1], high)
    number = {name: n for n, name in enumerate(limits)}
    lines = {
        kind: [({number[c]: f for c, f in line.items() if c in number}, sum(-f * shown.get(c, 0) for c, f in line.items()))
               for line in found]
        for kind, found in (("eq", list(equations(tables))), ("ub", list(year_bounds(tables))))
    }  # fmt: skip
    together = lil_array((len(number), len(number)))
    for line, _ in (*lines["eq"], *lines["ub"]):
        for one in line:
            together[next(iter(line)), one] = 1
    _, group = connected_components(together, directed=False)
    found = {}
    for name, n in number.items():
        inside = [m for m in range(len(number)) if group[m] == group[n]]
        found[name] = tuple(extreme(n, sign, inside, lines, list(limits.values())) for sign in (1, -1))
    return found


def place(table, row: str, column: str) -> tuple[str, str, str, str]:
    """A cell's name among all cells ever released."""
    return str(table.measure), table.period.key, row, column


def equations(tables):
    """Every whole minus its parts, which is zero."""
    for table in tables:
        for row in table.rows:
            below = [each.code for each in table.rows if each.parent == row.code]
            for column in table.columns if below else ():
                parts = {place(table, code, column): -1 for code in below}
                yield {place(table, row.code, column): 1} | parts
            if len(table.columns) > 1:
                parts = {place(table, row.code, each): -1 for each in table.columns[1:]}
                yield {place(table, row.code, TOTAL): 1} | parts


def year_bounds(tables):
    """A quarter minus its year, and a year minus its four quarters: neither is more than zero."""
    cities = {(str(table.measure), table.period.key): place(table, table.rows[0].code, TOTAL) for table in tables}
    for (measure, period), year in cities.items():
        if len(period) == 4:
            quarters = [cities.get((measure, f"{period}-q{number}")) for number in (1, 2, 3, 4)]
            yield from ({quarter: 1, year: -1} for quarter in quarters if quarter)
            if all(quarters):
                yield {year: 1} | dict.fromkeys(quarters, -1)


def extreme(cell: int, sign: int, inside: list[int], lines: dict, limits: list) -> int:
    """The smallest (1) or largest (-1) whole value of one cell, among the cells that tell of it."""
    column = {number: n for n, number in enumerate(inside)}
    problem = {}
    for kind, found in lines.items():
        about = [(line, value) for line, value in found if line and next(iter(line)) in column]
        matrix = np.zeros((len(about), len(inside)))
        for n, (line, _value) in enumerate(about):
            for number, factor in line.items():
                matrix[n, column[number]] = factor
        if about:
            problem |= {f"A_{kind}": matrix, f"b_{kind}": [value for _line, value in about]}
    cost = np.zeros(len(inside))
    cost[column[cell]] = sign
    answer = linprog(cost, bounds=[limits[number] for number in inside], **problem)
    assert answer.success, answer.message
    return ceil(answer.fun - 1e-6) if sign == 1 else floor(-answer.fun + 1e-6)


def too_narrow(raw: RawTable, released: ReleasedTable, found: dict, *, lost: int = 0) -> list[tuple]:
    """The hidden cells of which a reader knows more than is promised; `lost` is what an insider may know beside."""
    broken = []
    for row in raw.rows:
        for column, staff, count in zip(raw.columns, row.staff, row.counts, strict=True):
            name = (str(raw.measure), raw.period.key, row.code, column)
            if released.row(row.code).cell(column).count is not None:
                continue
            low, high = found[name]
            ok = low <= count <= high and high - low >= min(raw.k, staff) - lost
            ok &= count >= raw.k or high >= min(raw.k, staff) - lost
            ok &= staff - count >= raw.k or low <= max(0, staff - raw.k) + lost
            if not ok:
                broken.append((name, staff, count, low, high))
    return broken
