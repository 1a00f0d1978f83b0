# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing about few people can be worked out of a released table, whatever its shape; and without step 3 it could."""

import random
from itertools import product

import pytest

from innovato.participation.catalogue import Measure, Table
from innovato.participation.disclosure import audit, protect, rules, tables
from innovato.participation.published import TOTAL, write
from tests.participation import municipality
from tests.participation.random_tables import attack, random_grid, random_tree, raw_table, too_narrow

SHORT, LONG = 20, 2000


def made(seed: int):
    """One of the random tables, trees and grids in turn, k five or ten."""
    dice = random.Random(seed)
    return (random_tree if seed % 2 else random_grid)(dice, k=dice.choice([5, 10]))


def faults(seed: int) -> list:
    """What is wrong with the protected form of a random table, attacked and audited."""
    raw = made(seed)
    released = protect.protect(raw)
    audit.check(released, raw)
    return too_narrow(raw, released, attack(released))


def primary_only(seed: int):
    """A random table with step 3 left out."""
    raw = made(seed)
    return raw, protect.protect(raw, secondary=False)


@pytest.mark.parametrize("seed", range(SHORT))
def test_no_hidden_cell_of_a_random_table_can_be_narrowed_down(seed):
    assert faults(seed) == []


@pytest.mark.night
def test_no_hidden_cell_of_two_thousand_random_tables_can_be_narrowed_down():
    broken = {seed: found for seed in range(LONG) if (found := faults(seed))}
    bare = sum(bool(too_narrow(raw, table, attack(table))) for raw, table in map(primary_only, range(150)))
    print(f"{LONG} random tables attacked: {len(broken)} broken; primary suppression alone: {bare} of 150")
    assert broken == {}


def test_without_step_3_a_reader_breaks_most_tables_and_the_audit_lets_none_of_them_pass():
    broken = 0
    for seed in range(12):
        raw, bare = primary_only(seed)
        if too_narrow(raw, bare, attack(bare)):
            broken += 1
            with pytest.raises(rules.Breach):
                audit.check(bare, raw)
        else:
            audit.check(bare, raw)
    assert broken >= 5


def test_dropping_step_3_fails_this_suite(monkeypatch):
    monkeypatch.setattr(protect, "_hide_further", lambda work: None)
    with pytest.raises(rules.Breach):
        [faults(seed) for seed in range(SHORT)]


def test_the_audit_refuses_a_table_that_shows_what_it_may_not():
    rows = [("c", None, (60,), (25,)), ("a", "c", (30,), (20,)), ("b", "c", (30,), (5,))]
    shown = protect.protect(raw_table(rows, k=5))
    assert shown.hidden == 0
    with pytest.raises(rules.Breach) as refused:
        audit.check(shown, raw_table(rows, k=10))
    assert refused.value.cells == (("b", TOTAL),)


# Every table there is, counted one by one ---------------------------------------------------------------------------


def possible(raw, released) -> dict:
    """The values each hidden cell takes in all tables that agree with what is shown, found by trying them all."""
    parents = {row.parent for row in raw.rows}
    leaves = [row for row in raw.rows if row.code not in parents]
    inner = [(row, column) for row in leaves for column in (raw.columns[1:] or raw.columns)]
    staff = [row.staff[raw.columns.index(column)] for row, column in inner]
    found: dict[tuple, set[int]] = {}
    for values in product(*(range(number + 1) for number in staff)):
        cells = {(row.code, column): value for (row, column), value in zip(inner, values, strict=True)}
        whole = summed(raw, cells)
        if all(cell.count in (None, whole[row.code, cell.column]) for row in released.rows for cell in row.cells):
            for place, value in whole.items():
                found.setdefault(place, set()).add(value)
    return found


def summed(raw, cells: dict) -> dict:
    """All cells of a table from its inner ones."""
    whole = {}
    for row in reversed(raw.rows):
        below = [each.code for each in raw.rows if each.parent == row.code]
        for column in raw.columns[1:] or raw.columns:
            place = (row.code, column)
            whole[place] = sum(whole[code, column] for code in below) if below else cells[place]
        if len(raw.columns) > 1:
            whole[row.code, TOTAL] = sum(whole[row.code, column] for column in raw.columns[1:])
    return whole


def small_tables():
    """Tables small enough to try everything, with k at its floor."""
    for seed in range(5):
        dice = random.Random(seed)
        staff = [dice.choice([2, 5, 10, 11, 12]) for _ in range(4)]
        counts = [dice.randint(0, number) for number in staff]
        one, two = sum(staff[:2]), sum(staff[2:])
        yield raw_table(
            [
                ("c", None, (one + two,), (sum(counts),)),
                ("d", "c", (one,), (sum(counts[:2]),)),
                ("e", "c", (two,), (sum(counts[2:]),)),
                *((f"u{n}", "de"[n // 2], (staff[n],), (counts[n],)) for n in range(4)),
            ],
            k=5,
        )
    for seed in range(5):
        yield random_grid(random.Random(100 + seed), k=5, rows=2, bands=2, most=10)


@pytest.mark.parametrize("raw", list(small_tables()), ids=lambda raw: raw.table)
def test_counting_every_possible_table_finds_no_more_than_promised(raw):
    released = protect.protect(raw)
    found = possible(raw, released)
    by_hand = {(str(raw.measure), raw.period.key, *place): (min(seen), max(seen)) for place, seen in found.items()}
    assert too_narrow(raw, released, by_hand) == []
    audited = audit.intervals([released])
    assert {name: by_hand[name] for name in audited} == audited


# Who it was -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(0, 12, 3))
def test_an_insider_learns_no_more_than_k_minus_one(seed):
    raw = made(seed)
    released = protect.protect(raw)
    own = [
        (row, column, staff, count)
        for row in raw.rows
        for column, staff, count in zip(raw.columns, row.staff, row.counts, strict=True)
        if released.row(row.code).cell(column).suppressed and staff > 1
    ][:2]
    for row, column, staff, count in own:
        place = (str(raw.measure), raw.period.key, row.code, column)
        knows = (1, staff) if count else (0, staff - 1)  # the own part in it, or that one took none
        assert too_narrow(raw, released, attack(released, own={place: knows}), lost=1) == []


def test_a_table_says_nothing_of_who_in_a_cell_took_part_nor_why_a_cell_is_hidden():
    body = write(protect.protect(made(1)))
    assert body == write(protect.protect(made(1)))
    assert not any(word in body for word in ("primary", "secondary", "need"))


# Tables of the same people -------------------------------------------------------------------------------------------


def test_what_is_hidden_by_department_stays_hidden_by_contract_area():
    counts = municipality.counts(5, staff=900)
    first = tables.departments_table(counts, Measure.PROPOSED, k=10)
    one = protect.protect(first)
    second = tables.areas_table(counts, Measure.PROPOSED, k=10)
    two = protect.protect(second, earlier=[one])
    audit.check(two, second, earlier=[one])
    for row in two.rows:
        assert row.total.count == one.row(row.code).total.count
    found = attack(one, two)
    assert too_narrow(first, one, found) == too_narrow(second, two, found) == []


def test_a_second_table_that_gives_the_first_away_is_refused():
    rows = [("c", None, (200,), (60,)), ("a", "c", (100,), (52,)), ("b", "c", (100,), (8,))]
    one = protect.protect(raw_table(rows, k=10))
    assert [row.total.suppressed for row in one.rows] == [False, True, True]
    by_area = {
        "columns": (TOTAL, "x", "y"),
        "table": Table.AREAS,
        "rows": [
            ("c", None, (200, 100, 100), (60, 30, 30)),
            ("a", "c", (100, 50, 50), (52, 26, 26)),
            ("b", "c", (100, 50, 50), (8, 4, 4)),
        ],
    }
    raw = raw_table(k=10, **by_area)
    careless = protect.protect(raw, secondary=False)
    with pytest.raises(rules.Breach):
        audit.check(careless, raw, earlier=[one])
    careful = protect.protect(raw, earlier=[one])
    audit.check(careful, raw, earlier=[one])


@pytest.mark.parametrize("change", [(0, 1), (1, 0)], ids=["one more took part", "one more works there"])
def test_counts_that_contradict_what_was_released_are_refused(change):
    rows = [("c", None, (200,), (60,)), ("a", "c", (100,), (32,)), ("b", "c", (100,), (28,))]
    one = protect.protect(raw_table(rows, k=10))
    staff, counts = change
    rows[:2] = [("c", None, (200 + staff,), (60 + counts,)), ("a", "c", (100 + staff,), (32 + counts,))]
    with pytest.raises(rules.DoesNotFit):
        protect.protect(raw_table(rows, k=10), earlier=[one])
