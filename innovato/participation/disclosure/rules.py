# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps 1 and 2: which cell is hidden for its own sake, and what a reader must not be able to find out about a hidden one."""

from collections.abc import Iterable
from dataclasses import dataclass

from innovato.participation.catalogue import FLOOR


class Breach(Exception):
    """Somebody could work out hidden figures. `cells` are those at risk, as (row code, column)."""

    def __init__(self, cells: Iterable[tuple[str, str]]):
        self.cells = tuple(sorted(set(cells)))
        super().__init__(f"{len(self.cells)} hidden cells could be worked out")


class DoesNotFit(Exception):
    """The counts contradict what has been released: no table agrees with both."""


@dataclass(frozen=True)
class Need:
    """What has to stay open: some value of at least `high`, one of at most `low`, and an interval of at least `width`."""

    low: int
    high: int
    width: int


def check_k(k: int) -> int:
    """The smallest group, itself. Raises ValueError below the floor, whatever a setting says."""
    if k < FLOOR:
        raise ValueError(f"groups smaller than {FLOOR} are never published, and {k} was asked for")
    return k


def is_primary(staff: int, count: int, k: int) -> bool:
    """Whether few took part, or few did not: 0 and 100 % included."""
    return staff > 0 and (count < k or staff - count < k)


def need_of(staff: int, count: int, k: int) -> Need:
    """What a hidden cell needs, whose count is known to whoever protects it."""
    return Need(
        low=max(0, staff - k) if staff - count < k else staff,
        high=min(k, staff) if count < k else 0,
        width=min(k, staff),
    )


def need_of_interval(staff: int, low: int, high: int, k: int) -> Need:
    """What a hidden cell of an earlier release needs, of which nobody knows the count any more.

    As wide as promised, and nothing excluded that was open between `low` and `high` until now.
    """
    return Need(
        low=max(0, staff - k) if low <= max(0, staff - k) else staff,
        high=min(k, staff) if high >= min(k, staff) else 0,
        width=min(k, staff),
    )


def both(one: Need | None, other: Need | None) -> Need:
    """What satisfies both; at least one of them is there."""
    if one is None or other is None:
        return one or other
    return Need(min(one.low, other.low), max(one.high, other.high), max(one.width, other.width))


def everything_open(staff: int, k: int) -> Need:
    """What a hidden cell leaves open at best."""
    return Need(low=max(0, staff - k), high=min(k, staff), width=min(k, staff))


def is_met(need: Need, low: int, high: int) -> bool:
    """Whether an interval leaves open what has to stay open."""
    return low <= need.low and high >= need.high and high - low >= need.width
