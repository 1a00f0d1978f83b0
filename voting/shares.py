# SPDX-License-Identifier: AGPL-3.0-or-later
"""Equal shares, as arithmetic: every paper has the same part of the fund, and the people who support an idea pay for it.

The Method of Equal Shares on approvals, with the idea's cost as its worth, completed by "add one": while money is left
for an idea that somebody supports, everybody's share grows by a step and the choice is made anew; the last choice that
fits the fund holds. Every number is exact: whole numbers over one denominator, which grows with each purchase.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd

CENTS = 100
MOST_VISITS = 20_000_000  # supports looked at until the shares have doubled: with more, the steps are larger


@dataclass(frozen=True)
class Bought:
    """One chosen idea: how many papers had something left to pay for it, and the most that one of them paid, in cents."""

    option: str
    payers: int
    price: Fraction


@dataclass(frozen=True)
class Shares:
    """The choice. Cents: the `fund`, each paper's `share` of it at the start, the `step`, and the share it ended with."""

    fund: int
    start: Fraction
    step: int
    share: Fraction
    bought: tuple[Bought, ...]

    @property
    def chosen(self) -> frozenset[str]:
        """The options that were bought."""
        return frozenset(each.option for each in self.bought)


def equal_shares(
    profiles: Mapping[tuple[str, ...], int], costs: Mapping[str, int], fund: int, tie: Mapping[str, str]
) -> Shares | None:
    """Choose ideas whose costs fit the fund together. None where no paper chooses anything.

    `profiles`: how many papers support exactly these options; blank ones have no share. `costs` and `fund` in whole
    cents; an option without a cost, or with one above the fund, can't be chosen. Equal claims: the smaller `tie` first.
    """
    people = sum(number for options, number in profiles.items() if options)
    if not people:
        return None
    election = _Election(profiles, {option: cost for option, cost in costs.items() if cost <= fund}, tie)
    start = Fraction(fund, people)
    step = _step(start, election.visits)
    share, best = fund, None  # in cents × people
    while True:
        bought = election.choose(share, people, fund)
        if bought is None:
            return best
        best = Shares(fund, start, step, Fraction(share, people), bought)
        left = fund - sum(costs[each.option] for each in bought)
        if all(cost > left for option, cost in election.costs.items() if option not in best.chosen):
            return best
        share += step * people


def _step(start: Fraction, visits: int) -> int:
    """One euro; less where the shares are small, more where the papers are so many that counting would take too long."""
    usual = CENTS if start >= 20 * CENTS else CENTS // 10 if start >= 2 * CENTS else 1
    return max(usual, ceil(start * visits / MOST_VISITS))


class _Election:
    """Papers with the same choices as one group, and which groups support which idea."""

    def __init__(self, profiles, costs, tie):
        self.weights, self.supporters, self.tie = [], {}, tie
        for options, number in sorted(profiles.items()):
            named = [option for option in options if option in costs]
            for option in named:
                self.supporters.setdefault(option, []).append(len(self.weights))
            if named:
                self.weights.append(number)
        self.costs = {option: costs[option] for option in self.supporters}
        self.visits = sum(map(len, self.supporters.values()))

    def choose(self, share: int, scale: int, fund: int) -> tuple[Bought, ...] | None:
        """The ideas bought when every paper has `share` / `scale` cents; None as soon as they cost more than the fund."""
        left, groups = [share] * len(self.weights), dict(self.supporters)
        bought, spent, turn = [], 0, 0
        free = sorted((self.tie[option], option) for option, cost in self.costs.items() if not cost)
        bought += [Bought(option, self._count(groups[option]), Fraction(0)) for _, option in free]
        # Where money is only ever spent, a price of an earlier turn is the least that an idea can cost now.
        waiting = [(Fraction(0), self.tie[option], option, 0, 0, -1) for option, cost in self.costs.items() if cost]
        heapq.heapify(waiting)
        while waiting:
            _, tie, option, missing, payers, seen = heapq.heappop(waiting)
            if seen != turn:
                groups[option] = [group for group in groups[option] if left[group]]
                price = self._price(groups[option], left, self.costs[option] * scale)
                if price is not None:
                    claim = Fraction(price[0], price[1] * scale * self.costs[option])
                    heapq.heappush(waiting, (claim, tie, option, *price, turn))
                continue
            spent, turn = spent + self.costs[option], turn + 1
            if spent > fund:
                return None
            finer = payers // gcd(missing, payers)
            if finer > 1:
                left, scale = [amount * finer for amount in left], scale * finer
            price = missing * finer // payers
            bought.append(Bought(option, self._count(groups[option]), Fraction(price, scale)))
            for group in groups[option]:
                left[group] = max(left[group] - price, 0)
        return tuple(bought)

    def _count(self, groups: list[int]) -> int:
        return sum(self.weights[group] for group in groups)

    def _price(self, groups: list[int], left: list[int], cost: int) -> tuple[int, int] | None:
        """What those who can pay in full pay together, and how many they are; the others give all they have left.

        None where all of them together can't pay the cost.
        """
        weights = self.weights
        if sum(left[group] * weights[group] for group in groups) < cost:
            return None
        payers = self._count(groups)
        while True:
            limit = -(-cost // payers)
            poor = [group for group in groups if left[group] < limit]
            if not poor:
                return cost, payers
            groups = [group for group in groups if left[group] >= limit]
            cost -= sum(left[group] * weights[group] for group in poor)
            payers -= self._count(poor)
