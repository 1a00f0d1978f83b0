# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts: every value inside the frame, readings by their day, no label on another, counts in whole numbers."""

from datetime import date

import pytest

from innovato import charts


def test_nobody_counts_in_halves():
    few = charts.bar_chart("b", "t", "d", charts.Bars(["gen", "feb"], [0, 1]))
    assert "0,5" not in few and "0,25" not in few and ">1<" in few


def test_a_reading_stands_by_its_day_and_of_two_close_labels_the_later_is_written():
    days = [date(2026, 1, 1), date(2026, 1, 3), date(2026, 4, 11)]
    drawn = charts.line_chart("g", "t", "d", charts.Line(["1/1", "3/1", "11/4"], [1, 2, 3], days=days))
    left, near, right = (float(part.split('"')[0]) for part in drawn.split('cx="')[1:])
    assert (near - left) / (right - left) == pytest.approx(0.02, abs=0.001)
    assert ">3/1<" in drawn and ">11/4<" in drawn and ">1/1<" not in drawn
    alone = charts.line_chart("g", "t", "d", charts.Line(["1/1", "1/1"], [1, 2], days=days[:1] * 2))
    assert alone.count("<circle") == 2


def test_close_start_and_goal_keep_their_labels_apart():
    drawn = charts.line_chart("g", "t", "d", charts.Line(["a", "b"], [0, 100], baseline=50, target=51))
    heights = [float(part.split('y="')[1].split('"')[0]) for part in drawn.split("<text")[1:] if "start" in part]
    assert abs(heights[0] - heights[1]) == pytest.approx(charts.LABEL_GAP)


@pytest.mark.parametrize(
    ("values", "ticks"), [([402, 281], 5), ([0, 1], 4), ([5, 5], 4), ([-3, 7], 4), ([0.02, 0.09], 4), ([], 4), ([0], 4)]
)
def test_the_axis_holds_every_value(values, ticks):
    low, high = charts.nice_range(values, ticks)
    assert low < high
    assert all(low <= value <= high + 1e-9 for value in values)


def test_bars_start_from_zero():
    assert charts.nice_range([310, 1104], 4, from_zero=True)[0] == 0
