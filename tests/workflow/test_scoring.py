# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of scorecards: weights, median, distance."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import scoring

D = Decimal


def test_the_weighted_score_of_the_mockup_is_4_35():
    assert scoring.weighted([(5, 30), (4, 25), (4, 20), (5, 15), (3, 10)]) == D("4.35")


def test_halves_are_rounded_up():
    assert scoring.weighted([(1, 199), (0, 1)]) == D("1.00")
    assert scoring.weighted([(1, 1), (0, 7)]) == D("0.13")


def test_weights_that_do_not_reach_a_hundred_still_give_a_score_up_to_five():
    assert scoring.weighted([(5, 30), (5, 20)]) == D("5.00")


@pytest.mark.parametrize("points", [[], [(3, 0)]])
def test_without_weights_there_is_no_score(points):
    with pytest.raises(ValueError, match="weight"):
        scoring.weighted(points)


@pytest.mark.parametrize(
    "totals, median, spread, wide",
    [
        (["4.20"], "4.20", "0.00", False),
        (["4.40", "4.00"], "4.20", "0.40", False),
        (["1.00", "5.00", "4.00"], "4.00", "4.00", True),
        (["3.00", "4.50"], "3.75", "1.50", False),
        (["3.00", "4.51"], "3.76", "1.51", True),
    ],
)
def test_median_and_spread(totals, median, spread, wide):
    totals = [D(total) for total in totals]
    assert (scoring.median(totals), scoring.spread(totals), scoring.is_wide(totals)) == (D(median), D(spread), wide)


def test_no_totals_lie_nowhere():
    assert scoring.spread([]) == 0
    with pytest.raises(ValueError, match="median"):
        scoring.median([])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 100)), min_size=1, max_size=8))
def test_a_score_lies_between_the_lowest_and_the_highest_point(points):
    values = [value for value, _ in points]
    assert min(values) <= scoring.weighted(points) <= max(values)
