# SPDX-License-Identifier: AGPL-3.0-or-later
"""The arithmetic of scorecards: weighted score, median of several, and how far apart they lie. Touches no database."""

import statistics
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
WIDE_GAP = Decimal("1.50")  # totals farther apart than this ask for one more opinion


def rounded(value) -> Decimal:
    """A number with two decimals, halves rounded up."""
    return Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)


def weighted(points: Iterable[tuple[int, int]]) -> Decimal:
    """The weighted score of (value, weight) pairs, 0 to 5 with two decimals. Weights need not add up to 100.

    ValueError without pairs or without any weight.
    """
    pairs = list(points)
    weights = sum(weight for _, weight in pairs)
    if not weights:
        raise ValueError("a weighted score needs at least one pair with a weight")
    return rounded(Decimal(sum(value * weight for value, weight in pairs)) / weights)


def share(value: int, weight: int, weights: int) -> Decimal:
    """What one criterion adds to the total, with two decimals; `weights` is the sum of all of them."""
    return rounded(Decimal(value * weight) / weights)


def median(totals: Iterable[Decimal]) -> Decimal:
    """The middle one of the totals, or the mean of the two in the middle, with two decimals. ValueError for none."""
    values = list(totals)
    if not values:
        raise ValueError("a median needs at least one total")
    return rounded(statistics.median(values))


def spread(totals: Iterable[Decimal]) -> Decimal:
    """The distance between the highest and the lowest total; 0 for fewer than two."""
    values = list(totals)
    return rounded(max(values) - min(values)) if values else rounded(0)


def is_wide(totals: Iterable[Decimal]) -> bool:
    """Do the totals lie so far apart that one more opinion is asked for?"""
    return spread(totals) > WIDE_GAP
