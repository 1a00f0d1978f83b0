# SPDX-License-Identifier: AGPL-3.0-or-later
"""The linear programs, solved by HiGHS: the bounds a reader finds for a cell, and the cheapest second table.

The only module that needs SciPy, which takes 50 MB and a second: pages never load it.
"""

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from innovato.participation.disclosure import rules
from innovato.participation.disclosure.rules import DoesNotFit, Need
from innovato.participation.disclosure.system import System

TOLERANCE = 1e-6


class Reader:
    """What a reader of a system can find out. Every table he finds possible is remembered by its values, cell by cell.

    `known` may only lose cells from one call to the next: what was possible stays possible when more is hidden. So most
    cells need no program of their own; the first two, everything at its smallest and at its largest, settle nearly all.
    """

    def __init__(self, system: System):
        self._system = system
        self._constraint = _constraint(system, len(system))
        self._low, self._high = np.full(len(system), np.inf), np.full(len(system), -np.inf)

    def bounds(self, known: dict[int, int], cell: int, need: Need | None = None) -> tuple[int, int]:
        """The smallest and largest value of `cell` in all tables that agree with `known`; less wide where `need` is met.

        Raises DoesNotFit where no table agrees.
        """
        if not np.isfinite(self._low[cell]):
            for sign in (1, -1):
                self._look(known, np.full(len(self._system), sign))
        for sign in (-1, 1):
            if need is None or not rules.is_met(need, *self._seen(cell)):
                self._look(known, _one(len(self._system), cell, sign))
        return self._seen(cell)

    def remember(self, values: np.ndarray) -> None:
        """Note a possible table."""
        self._low, self._high = np.minimum(self._low, values), np.maximum(self._high, values)

    def _seen(self, cell: int) -> tuple[int, int]:
        return math.ceil(self._low[cell] - TOLERANCE), math.floor(self._high[cell] + TOLERANCE)

    def _look(self, known: dict[int, int], cost: np.ndarray) -> None:
        self.remember(_solved(cost, [self._constraint], *_between(self._system, known)))


def cheapest_second_table(
    system: System, counts: dict[int, int], fixed: dict[int, int], shown: set[int], cell: int, value: int
) -> tuple[set[int], np.ndarray]:
    """The cells of `shown` that have to be hidden so that `cell` could be `value`: those in which another valid table differs.

    That table comes along, by cell. `counts` are the true values of `shown`; what is in neither `shown` nor `fixed` is hidden
    already and costs nothing. Raises DoesNotFit.
    """
    order = sorted(shown)
    size = len(system) + len(order)  # behind the cells: by how much each shown one differs, upwards or downwards
    lower, upper = _between(system, fixed | {cell: value})
    lower, upper = np.concatenate([lower, np.zeros(len(order))]), np.concatenate([upper, np.full(len(order), np.inf)])
    cost = np.zeros(size)
    rows, columns, entries, least = [], [], [], []
    for place, number in enumerate(order):
        slack = len(system) + place
        cost[slack] = system.weight(number)
        for sign in (1, -1):  # slack ≥ |value - count|
            rows += [len(least)] * 2
            columns += [slack, number]
            entries += [1, -sign]
            least.append(-sign * counts[number])
    constraints = [_constraint(system, size)]
    if order:
        differences = csr_array((entries, (rows, columns)), shape=(len(least), size))
        constraints.append(LinearConstraint(differences, np.array(least), np.inf))
    values = _solved(cost, constraints, lower, upper)[: len(system)]
    return {number for number in order if abs(values[number] - counts[number]) > TOLERANCE}, values


def _between(system: System, known: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = np.zeros(len(system)), np.array(system.staff, dtype=float)
    for number, value in known.items():
        lower[number] = upper[number] = value
    return lower, upper


def _constraint(system: System, size: int) -> LinearConstraint:
    """Every whole is the sum of its parts; what is at most others together stays below them."""
    rows, columns, entries, least, most = [], [], [], [], []
    for relations, floor in ((system.sums, 0), (system.at_most, -np.inf)):
        for whole, parts in relations:
            rows += [len(least)] * (1 + len(parts))
            columns += [whole, *parts]
            entries += [1] + [-1] * len(parts)
            least.append(floor)
            most.append(0)
    return LinearConstraint(csr_array((entries, (rows, columns)), shape=(len(least), size)), least, most)


def _one(size: int, cell: int, sign: int) -> np.ndarray:
    cost = np.zeros(size)
    cost[cell] = sign
    return cost


def _solved(cost, constraints: list[LinearConstraint], lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    answer = milp(cost, constraints=constraints, bounds=Bounds(lower, upper))
    if answer.x is None:
        raise DoesNotFit(answer.message)
    return answer.x
