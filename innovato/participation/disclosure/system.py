# SPDX-License-Identifier: AGPL-3.0-or-later
"""A table, or several on the same people, as a reader writes them down: cells with headcounts, and sums among them.

The same cell in two tables is one cell here: the sum of a department in T3 is that department's cell in T1.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from innovato.participation.catalogue import Measure, PeriodKind, quarters_of
from innovato.participation.disclosure.rules import DoesNotFit
from innovato.participation.published import TOTAL


class Key(NamedTuple):
    """A cell's name among all cells ever released."""

    measure: str
    period: str
    row: str
    column: str


@dataclass
class System:
    """Cells by number, each between 0 and its headcount; `sums` are (whole, parts), `at_most` (less, more)."""

    keys: list[Key] = field(default_factory=list)
    staff: list[int] = field(default_factory=list)
    place: dict[Key, int] = field(default_factory=dict)
    sums: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    at_most: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys)

    def cell(self, key: Key, staff: int) -> int:
        """The number of a cell, given to it at its first mention. Raises DoesNotFit where its headcount has changed."""
        if key not in self.place:
            self.place[key] = len(self.keys)
            self.keys.append(key)
            self.staff.append(staff)
        elif self.staff[self.place[key]] != staff:
            raise DoesNotFit(f"{key} is released with {self.staff[self.place[key]]} people, now there are {staff}")
        return self.place[key]

    def weight(self, number: int) -> float:
        """What it costs to hide a cell that could be shown."""
        return 1 + math.log(1 + self.staff[number])


def key_of(table, row_code: str, column: str) -> Key:
    """The name of one cell of a raw or a released table."""
    return Key(str(table.measure), table.period.key, row_code, column)


def headcounts(table) -> dict[Key, int]:
    """Every cell of a raw or a released table with its headcount, in the table's order."""
    return {
        key_of(table, row.code, column): staff
        for row in table.rows
        for column, staff in zip(table.columns, _staff(row), strict=True)
    }


def _staff(row) -> tuple[int, ...]:
    return row.staff if hasattr(row, "staff") else tuple(cell.staff for cell in row.cells)


def add(system: System, table) -> list[int]:
    """Write a raw or released table into the system; returns the numbers of its cells, in the table's order."""
    numbers = [system.cell(key, staff) for key, staff in headcounts(table).items()]
    below: dict[str, list[str]] = {}
    for row in table.rows:
        if row.parent is not None:
            below.setdefault(row.parent, []).append(row.code)
    for parent, codes in below.items():
        for column in table.columns:
            parts = tuple(system.place[key_of(table, code, column)] for code in codes)
            system.sums.append((system.place[key_of(table, parent, column)], parts))
    bands = [column for column in table.columns if column != TOTAL]
    for row in table.rows if bands else ():
        parts = tuple(system.place[key_of(table, row.code, column)] for column in bands)
        system.sums.append((system.place[key_of(table, row.code, TOTAL)], parts))
    return numbers


def link_years(system: System, tables: Iterable) -> None:
    """Whoever took part in a quarter took part in its year, and nobody in a year without a quarter."""
    tables = list(tables)
    tops = {(str(table.measure), table.period.key): table for table in tables}
    for year in tables:
        if year.period.kind != PeriodKind.YEAR:
            continue
        whole = system.place[key_of(year, year.rows[0].code, TOTAL)]
        found = [tops.get((str(year.measure), quarter.key)) for quarter in quarters_of(year.period)]
        parts = tuple(system.place[key_of(each, each.rows[0].code, TOTAL)] for each in found if each is not None)
        system.at_most += [(part, (whole,)) for part in parts]
        if len(parts) == len(found):
            system.at_most.append((whole, parts))


def is_about(measure: Measure, one, other) -> bool:
    """Whether two periods are about the same people taking part in the same thing, so that one tells of the other."""
    if one.kind == PeriodKind.BALLOT or other.kind == PeriodKind.BALLOT:
        return one.ballot == other.ballot and measure == Measure.VOTED
    return one.first_day <= other.last_day and other.first_day <= one.last_day
