# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented municipality: 90 offices in services in sectors, 800 people, of whom about a third take part."""

import random

from innovato.participation.catalogue import Band, Measure, Period
from innovato.participation.disclosure.raw import RawCounts, RawRow, RawTable, Unit
from innovato.participation.published import ReleasedTable
from tests.participation.factories import QUARTER

SHARES = {Band.OPERATORI: 8, Band.OPERATORI_ESPERTI: 22, Band.ISTRUTTORI: 46, Band.FUNZIONARI: 24}


def tree(offices: int = 90, *, services_between: bool = True) -> tuple[Unit, ...]:
    """A city of sectors and, `services_between`, of services in them; `offices` lie at the bottom."""
    units = [Unit("c", "Comune di prova", None)]
    sectors, services = max(1, offices // 11), max(1, offices * 2 // 9)
    units += [Unit(f"s{n}", f"Settore {n}", "c") for n in range(sectors)]
    if services_between:
        units += [Unit(f"v{n}", f"Servizio {n}", f"s{n % sectors}") for n in range(services)]
    above = [f"v{n % services}" if services_between else f"s{n % sectors}" for n in range(offices)]
    units += [Unit(f"o{n}", f"Ufficio {n}", above[n]) for n in range(offices)]
    return tuple(units)


def people(dice: random.Random, *, staff: int = 800, offices: int = 90) -> dict[tuple[str, str], int]:
    """Who works where, in which contract band; offices differ in size."""
    weights = [dice.uniform(0.3, 2.5) for _ in range(offices)]
    found: dict[tuple[str, str], int] = {}
    for office in dice.choices(range(offices), weights, k=staff):
        place = f"o{office}", str(dice.choices(list(SHARES), list(SHARES.values()))[0])
        found[place] = found.get(place, 0) + 1
    return found


def counts(
    seed: int = 1, *, staff: int = 800, offices: int = 90, rate: float = 0.35, period: Period = QUARTER,
    measures=(Measure.PROPOSED,), services_between: bool = True,
) -> RawCounts:  # fmt: skip
    """The raw counts of one period; how many take part differs from sector to sector."""
    dice = random.Random(seed)
    here = people(dice, staff=staff, offices=offices)
    units = tree(offices, services_between=services_between)
    took_part = {measure: drawn(dice, here, units, rate) for measure in measures}
    return RawCounts(period, period.last_day, units, here, took_part)


def drawn(dice: random.Random, staff, units, rate: float) -> dict[tuple[str, str], int]:
    """How many of these people take part; how many do differs from department to department."""
    eager = {unit.code: min(0.95, max(0.02, dice.gauss(rate, 0.12))) for unit in units}
    return {place: sum(dice.random() < eager[place[0]] for _ in range(number)) for place, number in staff.items()}


def share_in_a_shown_leaf(table: ReleasedTable) -> float:
    """How useful a table is: the part of all staff who are in a leaf whose count is shown."""
    shown = sum(row.total.staff for row in table.rows if row.is_leaf and not row.total.suppressed)
    return shown / table.city.total.staff


def without_merging(raw: RawCounts, measure: Measure, *, k: int) -> RawTable:
    """The same departments with every office on its own row, for comparison."""
    below: dict[str, list[str]] = {}
    for unit in reversed(raw.units):
        below.setdefault(unit.parent, []).append(unit.code)

    def inside(code: str) -> set[str]:
        return {code}.union(*(inside(each) for each in below.get(code, ())))

    def number(people, code):
        codes = inside(code)
        return sum(value for (unit, _), value in people.items() if unit in codes)

    rows = [
        RawRow(unit.code, unit.name, "department", unit.parent, (), (number(raw.staff, unit.code),),
               (number(raw.took_part[measure], unit.code),))
        for unit in raw.units
    ]  # fmt: skip
    rows = [row for row in rows if row.staff[0]]
    return RawTable("T1", measure, raw.period, k, raw.headcount_on, "calendar", tuple(rows))
