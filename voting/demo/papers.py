# SPDX-License-Identifier: AGPL-3.0-or-later
"""What invented voters choose: how many support each idea is set first, then the papers are filled. Touches no database."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

CHOSEN_SHARE = (0.24, 0.44)
OTHER_SHARE = (0.02, 0.15)
FULL = 0.9  # of all places on the papers at most are used


@dataclass(frozen=True)
class Supporters:
    """How an idea fares: `share` of the papers in percent, 0 to let chance decide. Its authors can't support it."""

    code: str
    chosen: bool
    share: int
    authors: frozenset[int]


def fill_papers(voters: Sequence, ideas: list[Supporters], *, most: int, blank: float, dice: random.Random) -> list:
    """(voter, option codes) for every voter. Chosen ideas come out clearly before the others, without a tie between them.

    The same dice give the same papers, so that what a ballot chooses depends on no random key.
    """
    number = len(voters)
    empty = round(number * blank)
    wanted = counts(ideas, number - empty, most=most, dice=dice)
    papers: list[tuple[object, list[str]]] = [(voter, []) for voter in voters]
    open_papers = papers[empty:]
    for idea in sorted(ideas, key=lambda idea: (-wanted[idea.code], ideas.index(idea))):
        free = [paper for paper in open_papers if paper[0].pk not in idea.authors and len(paper[1]) < most]
        free.sort(key=lambda paper: len(paper[1]) + 2 * dice.random())
        for paper in free[: wanted[idea.code]]:
            paper[1].append(idea.code)
    return papers


def counts(ideas: list[Supporters], papers: int, *, most: int, dice: random.Random) -> dict[str, int]:
    """How many papers support each idea: all chosen ones more than any other, and all within the room there is."""
    shares = {idea.code: _share(idea, dice) for idea in ideas}
    room = FULL * most
    for group in ([idea.code for idea in ideas if idea.chosen], [idea.code for idea in ideas if not idea.chosen]):
        asked = sum(shares[code] for code in group)
        scale = min(1.0, room / asked) if asked else 1.0
        room = max(0.0, room - asked)
        shares |= {code: shares[code] * scale for code in group}
    found = {code: max(1, int(share * papers)) for code, share in shares.items()}
    ceiling = min((found[idea.code] for idea in ideas if idea.chosen), default=papers) - 1
    return {idea.code: found[idea.code] if idea.chosen else min(found[idea.code], ceiling) for idea in ideas}


def _share(idea: Supporters, dice: random.Random) -> float:
    low, high = CHOSEN_SHARE if idea.chosen else OTHER_SHARE
    return idea.share / 100 if idea.share else dice.uniform(low, high)
