# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two years of hires, leavers, transfers and reorganisations: everything released in them is attacked at once and holds."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from innovato.participation import catalogue, selectors
from innovato.participation.catalogue import Measure, Period, Table
from innovato.participation.disclosure import tables
from innovato.participation.disclosure.raw import RawCounts, Unit
from innovato.participation.models import Release
from innovato.participation.services import jobs, protecting
from innovato.participation.services.protecting import protect_all
from tests.participation.municipality import SHARES
from tests.participation.random_tables import attack, too_narrow

pytestmark = pytest.mark.django_db
LAYOUT = {Table.DEPARTMENTS: tables.departments_table, Table.AREAS: tables.areas_table, Table.CITY: tables.city_table}
K = 5


@pytest.fixture(autouse=True)
def one_measure(monkeypatch):
    """Only proposals: the measures have nothing to do with each other."""
    only = {table: (kind, (Measure.PROPOSED,)) for table, (kind, _) in catalogue.CATALOGUE.items()}
    monkeypatch.setattr(protecting, "CATALOGUE", only)


@dataclass
class Town:
    """A city whose people and offices change from quarter to quarter, and who is counted in each."""

    dice: random.Random
    homes: dict[int, str] = field(default_factory=dict)
    bands: dict[int, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    in_year: dict[int, set[int]] = field(default_factory=dict)
    took_part_in_year: dict[int, set[int]] = field(default_factory=dict)

    def hire(self, number: int) -> None:
        for _ in range(number):
            person = len(self.bands)
            self.bands[person] = str(self.dice.choices(list(SHARES), list(SHARES.values()))[0])
            self.homes[person] = self.dice.choice(sorted(self.above))

    def live_through_a_quarter(self) -> None:
        """One in twenty leaves, one in fifteen moves, some are hired, an office changes its service or dissolves."""
        for person in sorted(self.homes):
            if self.dice.random() < 0.05:
                del self.homes[person]
            elif self.dice.random() < 0.07:
                self.homes[person] = self.dice.choice(sorted(self.above))
        self.hire(self.dice.randint(5, 15))
        office = self.dice.choice(sorted(self.above))
        self.above[office] = self.dice.choice(["s0", "s1", "s2"])
        if self.dice.random() < 0.3 and len(self.above) > 8:
            del self.above[office]
            for person, home in self.homes.items():
                if home == office:
                    self.homes[person] = self.dice.choice(sorted(self.above))

    def units(self) -> tuple[Unit, ...]:
        services = [Unit(code, f"Servizio {code}", "c") for code in ("s0", "s1", "s2")]
        return (Unit("c", "Città", None), *services, *(Unit(each, each, up) for each, up in sorted(self.above.items())))

    def quarter(self, period: Period) -> RawCounts:
        took_part = {person for person in self.homes if self.dice.random() < 0.12 + 0.2 * (person % 3)}
        year = period.first_day.year
        self.in_year.setdefault(year, set()).update(self.homes)
        self.took_part_in_year.setdefault(year, set()).update(took_part)
        staff = Counter((home, self.bands[person]) for person, home in self.homes.items())
        active = Counter((self.homes[person], self.bands[person]) for person in took_part)
        return RawCounts(period, period.last_day, self.units(), staff, {Measure.PROPOSED: active})

    def year(self, period: Period) -> RawCounts:
        staff, active = (
            Counter(("c", self.bands[person]) for person in people[period.first_day.year])
            for people in (self.in_year, self.took_part_in_year)
        )
        return RawCounts(period, period.last_day, self.units()[:1], staff, {Measure.PROPOSED: active})


def released(counts: RawCounts) -> None:
    """What the calendar does once a period is over."""
    at = timezone.make_aware(datetime.combine(counts.period.last_day + timedelta(days=1), datetime.min.time()))
    job = jobs.claim(period=counts.period, at=at)
    protected = protect_all(counts)
    jobs.finish(job, tables=protected.tables, problems=protected.problems, at=at)


def lived(seed: int, quarters: int) -> list[RawCounts]:
    """The raw counts of every period, each released in its turn."""
    town = Town(random.Random(seed), above={f"o{n}": f"s{n % 3}" for n in range(14)})
    town.hire(240)
    told, day = [], date(2025, 1, 1)
    for _ in range(quarters):
        period = catalogue.quarter_of(day)
        told.append(town.quarter(period))
        released(told[-1])
        if period.quarter == 4:
            told.append(town.year(catalogue.year_of(day)))
            released(told[-1])
        town.live_through_a_quarter()
        day = period.last_day + timedelta(days=1)
    return told


def check_everything(told: list[RawCounts]) -> tuple[int, int]:
    """Attack all tables of a measure at once; returns how many tables and hidden cells stood it."""
    rows = Release.objects.filter(measure=Measure.PROPOSED).order_by("number")
    everything = [selectors.table(row) for row in rows]
    found = attack(*everything)
    by_period = {counts.period: counts for counts in told}
    for table in everything:
        raw = LAYOUT[table.table](by_period[table.period], Measure.PROPOSED, k=table.k)
        assert too_narrow(raw, table, found) == []
    return len(everything), sum(table.hidden for table in everything)


def test_two_years_of_changes_stay_safe_jointly(settings):
    settings.INNOVATO_PARTICIPATION_K = K
    tables_made, hidden = check_everything(lived(2025, quarters=8))
    assert tables_made == 8 * 2 + 2
    assert hidden > 50


@pytest.mark.night
@pytest.mark.parametrize("seed", range(20))
def test_twenty_pairs_of_years_stay_safe_jointly(settings, seed):
    settings.INNOVATO_PARTICIPATION_K = 5 if seed % 2 else 10
    check_everything(lived(seed, quarters=8))
