# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published cases of sdcTable (Meindl, https://github.com/sdcTools/sdcTable) come out as published."""

from collections import Counter
from math import log

from innovato.participation.disclosure.programs import Reader, cheapest_second_table
from innovato.participation.disclosure.system import Key, System
from tests.participation.microdata1 import GENDER, REGION

PLENTY = 10_000
# tests/testthat/test-simpleheuristic.R: rows w to z, columns a to d.
TRAP = {"w": (30, 47, 64, 89), "x": (90, 124, 5, 31), "y": (92, 100, 59, 85), "z": (800, 991, 651, 685)}
HIDDEN = {"w": "abc", "x": "ac", "y": "bd", "z": "bd"}


class Frequencies(System):
    """Every count is possible, and a cell costs what its own count says, as in the published cases."""

    def weight(self, number: int) -> float:
        return 1 + log(1 + self.counts[number])


def grid(inner: dict[tuple[str, str], int], total: str = "tot") -> tuple[System, dict[int, int]]:
    """A table with all its sums, and its values by number of cell."""
    rows, columns = (list(dict.fromkeys(place[axis] for place in inner)) for axis in (0, 1))
    values = dict(inner)
    values |= {(row, total): sum(inner[row, column] for column in columns) for row in rows}
    values |= {(total, column): sum(values[row, column] for row in rows) for column in [*columns, total]}
    system = Frequencies()
    number = {place: system.cell(Key("m", "p", *place), PLENTY) for place in values}
    for row in [*rows, total]:
        system.sums.append((number[row, total], tuple(number[row, column] for column in columns)))
    for column in [*columns, total]:
        system.sums.append((number[total, column], tuple(number[row, column] for row in rows)))
    system.counts = {number[place]: value for place, value in values.items()}
    return system, system.counts


def named(system: System, numbers) -> set[tuple[str, str]]:
    """Cells by row and column."""
    return {(system.keys[number].row, system.keys[number].column) for number in numbers}


def test_the_four_by_four_table_that_looks_safe_needs_one_more_cell():
    system, values = grid({(row, "abcd"[n]): value for row, line in TRAP.items() for n, value in enumerate(line)})
    place = {(key.row, key.column): number for number, key in enumerate(system.keys)}
    hidden = {place[row, column] for row, columns in HIDDEN.items() for column in columns}
    target = place["w", "b"]
    known = {number: value for number, value in values.items() if number not in hidden}
    assert Reader(system).bounds(known, target) == (47, 47)  # exactly, although every sum hides two cells
    more, _ = cheapest_second_table(system, values, {}, set(known), target, 48)
    assert len(more) == 1  # "at least one additional suppression", and one is enough

    def bounds(further: set[int]):
        return Reader(system).bounds({each: known[each] for each in known.keys() - further}, target)

    low, high = bounds(more)
    assert low < 47 < high
    assert bounds({place["x", "b"]}) == (0, 141)  # the cell named there, and the bounds its own attack finds


def test_microdata1_needs_exactly_three_secondary_cells():
    system, values = grid(dict(Counter(zip(REGION, GENDER, strict=True))))
    target = next(number for number, key in enumerate(system.keys) if key[2:] == ("A", "female"))
    more, _ = cheapest_second_table(system, values, {}, set(values) - {target}, target, values[target] + 1)
    assert len(more) == 3
    assert named(system, more) == {("A", "male"), ("C", "female"), ("C", "male")}
