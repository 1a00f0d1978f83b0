# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which days the city's offices work: not at weekends, on national holidays and on the patron's day."""

from datetime import date, timedelta
from functools import lru_cache

import holidays
from django.conf import settings

SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether offices are open on `day`."""
    return day.weekday() < SATURDAY and day not in _closed_days(day.year, _patron_day())


def add_working_days(day: date, n: int) -> date:
    """The `n`-th working day after `day` (before it for a negative `n`); for 0 the first one from `day` on."""
    step = _ONE_DAY if n >= 0 else -_ONE_DAY
    if n == 0:
        while not is_working_day(day):
            day += step
        return day
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days come after `start` up to and with `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    days = (start + timedelta(days=i) for i in range(1, (end - start).days + 1))
    return sum(is_working_day(day) for day in days)


def _patron_day() -> str:
    """The patron's day of the city as "MM-DD"; empty for a city that keeps none."""
    return getattr(settings, "INNOVATO_PATRON_DAY", "06-24")


@lru_cache(maxsize=128)
def _closed_days(year: int, patron_day: str) -> frozenset[date]:
    """The holidays of one year. A patron's day of 29 February exists in leap years only."""
    days = set(holidays.country_holidays("IT", years=year))
    if patron_day:
        month, day = (int(part) for part in patron_day.split("-"))
        if (month, day) != (2, 29) or _is_leap(year):
            days.add(date(year, month, day))
    return frozenset(days)


def _is_leap(year: int) -> bool:
    """Whether the year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
