# SPDX-License-Identifier: AGPL-3.0-or-later
"""Working days: weekends, Italian holidays and the patron's day are not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovato.organisation.calendar import add_working_days, is_working_day, working_days_between


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 6, 24), False),  # San Giovanni, Wednesday
        (date(2026, 6, 23), True),
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2027, 3, 29), False),  # Easter Monday
        (date(2026, 12, 8), False),  # Tuesday
        (date(2026, 12, 7), True),
        (date(2026, 12, 25), False),
        (date(2026, 12, 26), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 6), False),
        (date(2026, 4, 25), False),
        (date(2026, 5, 1), False),
        (date(2026, 6, 2), False),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), True),
        (date(9999, 12, 31), True),  # a Friday; the library knows no holidays so far ahead
    ],
)
def test_offices_close_at_weekends_on_holidays_and_on_the_patrons_day(day, open_):
    assert is_working_day(day) is open_


def test_another_city_has_another_patron(settings):
    settings.INNOVATO_PATRON_DAY = "04-25"
    assert is_working_day(date(2026, 6, 24))
    settings.INNOVATO_PATRON_DAY = "12-07"
    assert not is_working_day(date(2026, 12, 7))
    settings.INNOVATO_PATRON_DAY = ""
    assert is_working_day(date(2026, 12, 7))


def test_a_patron_of_29_february_is_kept_in_leap_years_only(settings):
    settings.INNOVATO_PATRON_DAY = "02-29"
    assert not is_working_day(date(2028, 2, 29))
    assert is_working_day(date(2027, 3, 1))


def test_ten_working_days_from_early_december_skip_the_immacolata():
    assert add_working_days(date(2026, 12, 1), 10) == date(2026, 12, 16)


def test_fifteen_working_days_over_christmas():
    assert add_working_days(date(2026, 12, 18), 15) == date(2027, 1, 13)


def test_zero_working_days_is_the_first_working_day_from_there():
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 23), 0) == date(2026, 11, 23)


def test_working_days_are_counted_backwards_too():
    assert add_working_days(date(2026, 12, 9), -2) == date(2026, 12, 4)


dates = st.dates(date(2015, 1, 1), date(2040, 12, 31))


@given(dates, st.integers(1, 60))
def test_adding_and_counting_agree(day, n):
    due = add_working_days(day, n)
    assert is_working_day(due)
    assert working_days_between(day, due) == n
    assert working_days_between(due, day) == -n
    assert working_days_between(day, due - timedelta(days=1)) == n - 1


@given(dates, dates)
def test_counting_equals_the_days_one_by_one(a, b):
    a, b = sorted((a, b))
    b = min(b, a + timedelta(days=400))
    days = [a + timedelta(days=i) for i in range(1, (b - a).days + 1)]
    assert working_days_between(a, b) == sum(map(is_working_day, days))
