# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps 1 to 5: from a raw table to the table that is released, given everything released before on the same people."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from innovato.participation.disclosure import rules
from innovato.participation.disclosure.programs import Reader, cheapest_second_table
from innovato.participation.disclosure.raw import RawTable
from innovato.participation.disclosure.rules import DoesNotFit, Need
from innovato.participation.disclosure.system import Key, System, add, key_of, link_years
from innovato.participation.published import GENESIS, ReleasedCell, ReleasedRow, ReleasedTable

NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class _Work:
    """One table being protected. `fixed`: values the reader has; `shown`: new cells not hidden yet; `needs`: of hidden ones."""

    system: System
    counts: dict[int, int]
    fixed: dict[int, int] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)
    needs: dict[int, Need] = field(default_factory=dict)
    k: int = 0
    reader: Reader | None = None

    def known(self) -> dict[int, int]:
        """What a reader has in hand if the table is released as it stands."""
        return self.fixed | {number: self.counts[number] for number in self.shown}

    def hide(self, numbers: Collection[int]) -> None:
        """Hide new cells, each with the need that goes with its count."""
        for number in numbers:
            self.shown.discard(number)
            self.needs[number] = rules.need_of(self.system.staff[number], self.counts[number], self.k)


def protect(
    raw: RawTable, *, earlier: Sequence[ReleasedTable] = (), public: Collection[str] = (), secondary: bool = True
) -> ReleasedTable:
    """The table to release: primary and further cells hidden, alike. `audit.check` has to pass it before it is released.

    `earlier`: everything released on the same people. `public`: rows whose count everybody knows anyway (a ballot's
    papers). `secondary=False` leaves step 3 out, for the tests that show what it is for. Raises DoesNotFit where counts or
    headcounts are not those of what was released, ValueError for a k below the floor.
    """
    rules.check_k(raw.k)
    work = _opened(raw, earlier, public)
    if secondary:
        _hide_further(work)
    return _shown_only(raw, {work.system.keys[number] for number in work.needs})


def _opened(raw: RawTable, earlier: Sequence[ReleasedTable], public: Collection[str]) -> _Work:
    fixed, needs = _from_earlier(earlier)
    system = System()
    for table in earlier:
        add(system, table)
    numbers = add(system, raw)
    counts = dict(zip(numbers, (count for row in raw.rows for count in row.counts), strict=True))
    link_years(system, [*earlier, raw])
    work = _Work(system, counts, fixed, needs=needs, k=raw.k)
    for number in numbers:
        if number in fixed and fixed[number] != counts[number]:
            raise DoesNotFit("a count has changed since it was released")
        if system.keys[number].row in public or not system.staff[number]:
            fixed[number] = counts[number]
    work.shown = {number for number in numbers if number not in fixed and number not in needs}
    staff = system.staff
    work.hide([number for number in work.shown if rules.is_primary(staff[number], counts[number], raw.k)])
    work.reader = Reader(system)
    return work


def _from_earlier(earlier: Sequence[ReleasedTable]) -> tuple[dict[int, int], dict[int, Need]]:
    """What earlier releases say, and what their hidden cells need from now on; by the numbers their cells get first."""
    system = System()
    fixed, hidden = {}, {}
    for table in earlier:
        values = [cell.count for row in table.rows for cell in row.cells]
        for number, value in zip(add(system, table), values, strict=True):
            if value is not None:
                fixed[number] = value
            else:
                hidden[number] = max(table.k, hidden.get(number, 0))
    hidden = {number: k for number, k in hidden.items() if number not in fixed}
    link_years(system, earlier)
    reader = Reader(system)
    needs = {}
    for number, k in hidden.items():
        staff = system.staff[number]
        low, high = reader.bounds(fixed, number, rules.everything_open(staff, k))
        needs[number] = rules.need_of_interval(staff, low, high, k)
    return fixed, needs


def _hide_further(work: _Work) -> None:
    """Step 3: for every hidden cell, smallest first, hide what has to be hidden so that the reader can't narrow it down.

    A cell hidden on the way has to be as wide as the others and takes its turn. What is hidden later only helps what was
    looked at before.
    """
    done: set[int] = set()
    while waiting := sorted(
        work.needs.keys() - done, key=lambda number: (work.system.staff[number], work.system.keys[number])
    ):
        number = waiting[0]
        done.add(number)
        _widen(work, number)


def _widen(work: _Work, number: int) -> None:
    need = work.needs[number]
    low, high = _bounds(work, number)
    if rules.is_met(need, low, high):
        return
    if high < need.high:
        low, high = _reach(work, number, need.high)
    if low > need.low:
        low, high = _reach(work, number, need.low)
    if (missing := need.width - (high - low)) > 0 and low > 0:
        low, high = _reach(work, number, max(0, low - missing))
    if (missing := need.width - (high - low)) > 0:
        _reach(work, number, min(work.system.staff[number], high + missing))


def _bounds(work: _Work, number: int) -> tuple[int, int]:
    return work.reader.bounds(work.known(), number, work.needs[number])


def _reach(work: _Work, number: int, value: int) -> tuple[int, int]:
    """Hide the cheapest cells with which `value` becomes possible; where no cells do, the audit will say so."""
    with suppress(DoesNotFit):
        further, values = cheapest_second_table(work.system, work.counts, work.fixed, work.shown, number, value)
        work.hide(further)
        work.reader.remember(values)
    return _bounds(work, number)


def _shown_only(raw: RawTable, hidden: set[Key]) -> ReleasedTable:
    """Step 5: the table as everybody will see it. Why a cell is hidden is nowhere in it."""
    above = {row.parent for row in raw.rows}
    depth: dict[str | None, int] = {None: -1}
    rows = []
    for row in raw.rows:
        depth[row.code] = depth[row.parent] + 1
        cells = tuple(
            ReleasedCell(column, staff, None if key_of(raw, row.code, column) in hidden else count)
            for column, staff, count in zip(raw.columns, row.staff, row.counts, strict=True)
        )
        rows.append(
            ReleasedRow(
                row.code, row.name, row.kind, row.parent, depth[row.code], row.code not in above, row.merged, cells
            )
        )
    return ReleasedTable(
        number=0, previous=GENESIS, table=raw.table, measure=raw.measure, period=raw.period, k=raw.k,
        headcount_on=raw.headcount_on, released_at=NEVER, released_by=raw.released_by, columns=raw.columns,
        rows=tuple(rows), sha256="",
    )  # fmt: skip
