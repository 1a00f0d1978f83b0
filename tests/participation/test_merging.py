# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small offices are put together by headcount alone, until nobody stands in a row of fewer than 2k people."""

import random

import pytest

from innovato.participation.catalogue import Measure, RowKind
from innovato.participation.disclosure import tables
from innovato.participation.disclosure.merge import merged_tree
from innovato.participation.disclosure.raw import Unit
from tests.participation import municipality


def grown(shape: dict[str, tuple[str | None, int]], k=10):
    """The merged tree as {code: (staff, merged names)}, from {code: (parent, own staff)}."""
    units = [Unit(code, code.upper(), parent) for code, (parent, _) in shape.items()]
    found, waiting = {}, [merged_tree(units, {code: own for code, (_, own) in shape.items()}, k)]
    while waiting:
        branch = waiting.pop()
        found[branch.code] = (branch.staff, branch.merged)
        waiting += branch.below
    return found


def test_offices_with_fewer_than_2k_people_go_together():
    assert grown({"c": (None, 0), "a": ("c", 60), "b": ("c", 12), "d": ("c", 15), "e": ("c", 20)}) == {
        "c": (107, ()),
        "a": (60, ()),
        "e": (20, ()),
        "c/altri": (27, ("B", "D")),
    }


def test_too_few_together_take_the_smallest_sibling_with_them():
    assert grown({"c": (None, 0), "a": ("c", 60), "b": ("c", 5), "e": ("c", 25)}) == {
        "c": (90, ()),
        "a": (60, ()),
        "c/altri": (30, ("B", "E")),
    }


def test_an_only_child_folds_into_the_department_above():
    assert grown({"c": (None, 0), "a": ("c", 0), "b": ("a", 60), "d": ("c", 50)}) == {
        "c": (110, ()),
        "a": (60, ()),
        "d": (50, ()),
    }
    assert grown({"c": (None, 0), "a": ("c", 0), "b": ("a", 9), "d": ("a", 14), "e": ("c", 50)})["a"] == (
        23,
        ("B", "D"),
    )


def test_people_assigned_to_a_department_itself_are_a_row_below_it():
    assert grown({"c": (None, 0), "a": ("c", 30), "b": ("a", 60), "d": ("c", 50)}) == {
        "c": (140, ()),
        "a": (90, ()),
        "a/diretti": (30, ()),
        "b": (60, ()),
        "d": (50, ()),
    }
    assert grown({"c": (None, 2), "a": ("c", 30), "d": ("c", 50)})["c/altri"] == (32, ("A",))


def test_a_department_without_people_has_no_row_and_a_tiny_city_has_one_row():
    assert grown({"c": (None, 0), "a": ("c", 60), "b": ("c", 40), "d": ("c", 0)}).keys() == {"c", "a", "b"}
    assert grown({"c": (None, 3), "a": ("c", 4), "b": ("c", 5)}) == {"c": (12, ("A", "B"))}


@pytest.mark.parametrize("k", [5, 10])
@pytest.mark.parametrize("seed", range(4))
def test_no_leaf_of_a_municipality_is_small_and_everybody_is_in_one(seed, k):
    counts = municipality.counts(seed, staff=random.Random(seed).randint(100, 900))
    table = tables.departments_table(counts, Measure.PROPOSED, k=k)
    above = {row.parent for row in table.rows}
    leaves = [row for row in table.rows if row.code not in above]
    assert min(row.staff[0] for row in leaves) >= 2 * k
    assert sum(row.staff[0] for row in leaves) == table.rows[0].staff[0] == sum(counts.staff.values())
    assert sum(row.counts[0] for row in leaves) == sum(counts.took_part[Measure.PROPOSED].values())
    assert {row.kind for row in leaves} <= set(RowKind)


def test_who_took_part_changes_no_row():
    eager, idle = (municipality.counts(3, rate=rate) for rate in (0.9, 0.05))
    one, other = (tables.departments_table(each, Measure.PROPOSED, k=10) for each in (eager, idle))
    assert [(row.code, row.staff, row.merged) for row in one.rows] == [
        (row.code, row.staff, row.merged) for row in other.rows
    ]


def test_there_is_one_top_and_no_k_below_five():
    with pytest.raises(ValueError, match="one department"):
        merged_tree([Unit("a", "A", None), Unit("b", "B", None)], {}, 10)
    with pytest.raises(ValueError, match="never published"):
        tables.tree_of(municipality.counts(), 4)
