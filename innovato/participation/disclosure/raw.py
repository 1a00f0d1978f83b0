# SPDX-License-Identifier: AGPL-3.0-or-later
"""Raw counts, as they come down from the floors above: they live in memory while a table is protected, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from innovato.participation.catalogue import Measure, Period, ReleasedBy, RowKind, Table
from innovato.participation.published import TOTAL


@dataclass(frozen=True)
class Unit:
    """A department of the tree. `parent` is the code of the one above; None at the top."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True)
class RawCounts:
    """Distinct people by department and contract band: how many there are, and how many took part, each counted once.

    `staff` and each of `took_part` map (department code, band) to people; who took part is part of the staff. Whoever has
    no department is counted at the top. `units` lists every department, those above before those below.
    """

    period: Period
    headcount_on: date
    units: tuple[Unit, ...]
    staff: Mapping[tuple[str, str], int]
    took_part: Mapping[Measure, Mapping[tuple[str, str], int]]

    def check(self) -> None:
        """Raise ValueError where somebody took part who is not on the staff, or works in an unknown department."""
        known = {unit.code for unit in self.units}
        if any(code not in known for code, _ in self.staff):
            raise ValueError("people are counted in a department that is not in the tree")
        for measure, counts in self.took_part.items():
            if any(count > self.staff.get(where, 0) for where, count in counts.items()):
                raise ValueError(f"more people are counted for {measure} than there are")


@dataclass(frozen=True)
class RawRow:
    """One row of a table before it is protected: `staff` and `counts` by column, in the table's order."""

    code: str
    name: str
    kind: RowKind
    parent: str | None
    merged: tuple[str, ...]
    staff: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class RawTable:
    """A table before it is protected. Rows stand after the row they belong to; `columns` begins with the total."""

    table: Table
    measure: Measure
    period: Period
    k: int
    headcount_on: date
    released_by: ReleasedBy
    rows: tuple[RawRow, ...]
    columns: tuple[str, ...] = (TOTAL,)


def total(counts: Mapping[tuple[str, str], int], units: frozenset[str], column: str) -> int:
    """The people of these departments together: of one band, or of all where the column is the total."""
    return sum(number for (unit, band), number in counts.items() if unit in units and column in (TOTAL, band))
