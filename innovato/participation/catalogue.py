# SPDX-License-Identifier: AGPL-3.0-or-later
"""The closed catalogue of what is published about participation: which tables, of what, for which periods.

There are no other tables, no free filters and no free periods; who reads this module knows all that HR can ever see.
"""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

FLOOR = 5  # no table is ever protected with a smaller k


class Table(models.TextChoices):
    """The tables of the catalogue."""

    DEPARTMENTS = "T1", _("Strutture, per trimestre")
    TURNOUT = "T2", _("Affluenza per struttura")
    AREAS = "T3", _("Strutture e aree contrattuali, per trimestre")
    CITY = "T4", _("Tutto il Comune, per anno")


class Measure(models.TextChoices):
    """What people took part in; a person counts once per period."""

    PROPOSED = "proposed", _("Hanno proposto")
    COMMENTED = "commented", _("Hanno commentato")
    REVIEWED = "reviewed", _("Hanno valutato")
    VOTED = "voted", _("Hanno votato")


class PeriodKind(models.TextChoices):
    """What a table covers. Periods of one kind never overlap."""

    QUARTER = "quarter", _("Trimestre")
    YEAR = "year", _("Anno")
    BALLOT = "ballot", _("Votazione")


class ReleasedBy(models.TextChoices):
    """Who releases a table: never a person."""

    CALENDAR = "calendar", _("Calendario")
    BALLOT = "ballot", _("Chiusura della votazione")


class RowKind(models.TextChoices):
    """What a row of a table stands for."""

    DEPARTMENT = "department", _("Struttura")
    DIRECT = "direct", _("Personale assegnato direttamente")
    OTHERS = "others", _("Altri uffici")


class Band(models.TextChoices):
    """The contract areas as the catalogue groups them: at most four."""

    OPERATORI = "operatori", _("Operatori")
    OPERATORI_ESPERTI = "operatori_esperti", _("Operatori esperti")
    ISTRUTTORI = "istruttori", _("Istruttori")
    FUNZIONARI = "funzionari", _("Funzionari, EQ e dirigenti")


EVERY_MEASURE = (Measure.PROPOSED, Measure.COMMENTED, Measure.REVIEWED)

# Which table exists for which kind of period, and of what.
CATALOGUE: dict[Table, tuple[PeriodKind, tuple[Measure, ...]]] = {
    Table.DEPARTMENTS: (PeriodKind.QUARTER, EVERY_MEASURE),
    Table.TURNOUT: (PeriodKind.BALLOT, (Measure.VOTED,)),
    Table.AREAS: (PeriodKind.QUARTER, (Measure.PROPOSED,)),
    Table.CITY: (PeriodKind.YEAR, EVERY_MEASURE),
}


@dataclass(frozen=True)
class Period:
    """A span of days, both ends included. `ballot` is the ballot's key and `title` its campaign's name, where it is one."""

    kind: PeriodKind
    first_day: date
    last_day: date
    ballot: uuid.UUID | None = None
    title: str = ""

    @property
    def key(self) -> str:
        """One word that names this period among all periods: in addresses, and for the job that releases it."""
        if self.kind == PeriodKind.BALLOT:
            return f"ballot-{self.ballot}"
        if self.kind == PeriodKind.YEAR:
            return f"{self.first_day:%Y}"
        return f"{self.first_day:%Y}-q{self.quarter}"

    @property
    def quarter(self) -> int:
        """Which quarter of its year the first day lies in, 1 to 4."""
        return (self.first_day.month + 2) // 3


def quarter_of(day: date) -> Period:
    """The calendar quarter that holds `day`."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return Period(PeriodKind.QUARTER, first, _before(_next_quarter(first)))


def year_of(day: date) -> Period:
    """The calendar year that holds `day`."""
    return Period(PeriodKind.YEAR, date(day.year, 1, 1), date(day.year, 12, 31))


def quarters_of(year: Period) -> tuple[Period, ...]:
    """The four quarters of a year, in order."""
    return tuple(quarter_of(date(year.first_day.year, month, 1)) for month in (1, 4, 7, 10))


def before(period: Period) -> Period | None:
    """The quarter or year just before; None for a ballot, which follows no other."""
    if period.kind == PeriodKind.BALLOT:
        return None
    find = quarter_of if period.kind == PeriodKind.QUARTER else year_of
    return find(_before(period.first_day))


def _next_quarter(first: date) -> date:
    return date(first.year + 1, 1, 1) if first.month == 10 else date(first.year, first.month + 3, 1)


def _before(day: date) -> date:
    return day - timedelta(days=1)
