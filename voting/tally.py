# SPDX-License-Identifier: AGPL-3.0-or-later
"""The count, as arithmetic: lists of codes, ranking, ties, the selection rules, and the text that is published.

Pure: papers come in as values, a publication goes out as canonical JSON that anybody can recount
(`verify_publication.py` does, without importing anything of ours).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from voting.shares import CENTS, Shares, equal_shares
from voting.urn import ABSTAIN, SCHEME

EQUAL_SHARES = "equal_shares"

QUORUM_PAPERS = 10
QUORUM_ELIGIBLE = 20


class BadCount(Exception):
    """The papers contradict each other or the ballot; nothing may be published."""


@dataclass(frozen=True)
class Option:
    """One idea on the ballot, as it is published. `small`: proposed from a small department."""

    code: str
    idea: str
    title: str
    cost: str | None
    small: bool


@dataclass(frozen=True)
class Rule:
    """How the ballot chooses, frozen when it opens. `kind` top_n: `value` ideas; share: `value` percent of the papers.

    `lane` more places go to the best ideas of small departments (fewer than `lane_staff` people) left out so far.
    equal_shares: the ideas that equal shares of the `fund` pay for (euros with two decimals; `value` is 0). `compared`:
    the values of the other rules, with which the results page shows what they would have chosen.
    """

    kind: str
    value: int
    lane: int = 0
    lane_staff: int = 0
    fund: str | None = None
    compared: Mapping[str, int] | None = None

    def as_data(self) -> dict:
        data = {"kind": self.kind, "lane": self.lane, "lane_staff": self.lane_staff, "value": self.value}
        data |= {"fund": self.fund} if self.fund else {}
        return data | ({"compared": dict(self.compared)} if self.compared else {})


@dataclass(frozen=True)
class Lists:
    """The opened urn: for each option the sorted codes of its supporters, and those of the blank papers."""

    papers: int
    codes: Mapping[str, tuple[str, ...]]
    abstain: tuple[str, ...]

    def supports(self, option: str) -> int:
        return len(self.codes[option])


@dataclass(frozen=True)
class Header:
    """What a publication says about the ballot itself; times in ISO 8601, UTC."""

    ballot: str
    campaign: str
    round: int
    sequence: int
    opens_at: str
    closes_at: str
    planned_closes_at: str
    max_choices: int
    eligible: int


@dataclass(frozen=True)
class Result:
    """A counted ballot. Without quorum nothing is ranked or selected."""

    lists: Lists
    quorum: bool
    lists_sha256: str | None = None
    ranking: tuple[str, ...] = ()
    ties: tuple[tuple[str, ...], ...] = ()
    selected: tuple[str, ...] = ()
    lane: tuple[str, ...] = ()
    shares: Shares | None = None

    def is_selected(self, option: str) -> bool:
        return option in self.selected or option in self.lane

    def rank(self, option: str) -> int | None:
        return self.ranking.index(option) + 1 if self.quorum else None


def collect(papers: Iterable[Mapping[str, str]], options: Iterable[str]) -> Lists:
    """The lists of codes from every paper's receipt. Raises BadCount for an unknown option or a code met twice."""
    codes = {option: [] for option in (*options, ABSTAIN)}
    seen, count = set(), 0
    for receipt in papers:
        count += 1
        for option, code in receipt.items():
            if option not in codes:
                raise BadCount("a paper names an option that is not on the ballot")
            if code in seen:
                raise BadCount("one code belongs to two choices")
            seen.add(code)
            codes[option].append(code)
    ordered = {option: tuple(sorted(found)) for option, found in codes.items()}
    return Lists(papers=count, abstain=ordered.pop(ABSTAIN), codes=ordered)


class Profiles:
    """Which sets of options the papers choose, and how many papers each: counted in passing, kept in memory alone."""

    def __init__(self):
        self.counts: Counter[tuple[str, ...]] = Counter()

    def noting(self, papers: Iterable[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
        """The same papers, each noted by its choices; their codes are not kept."""
        for receipt in papers:
            self.counts[tuple(sorted(set(receipt) - {ABSTAIN}))] += 1
            yield receipt


def has_quorum(papers: int, eligible: int) -> bool:
    """Enough papers, and enough people who could have written them, to publish lists without pointing at anybody."""
    return papers >= QUORUM_PAPERS and eligible >= QUORUM_ELIGIBLE


def count(
    ballot: str,
    lists: Lists,
    options: Mapping[str, Option],
    rule: Rule,
    eligible: int,
    profiles: Mapping[tuple[str, ...], int] | None = None,
) -> Result:
    """Rank and select. Equal shares need whole papers (`profiles`) and a fund, and are computed wherever both are there.

    Raises BadCount when there are more papers than people.
    """
    if lists.papers > eligible:
        raise BadCount(f"{lists.papers} papers from {eligible} people")
    if not has_quorum(lists.papers, eligible):
        return Result(lists=lists, quorum=False)
    digest = lists_sha256(ballot, lists)
    ranking = tuple(sorted(lists.codes, key=lambda option: (-lists.supports(option), tie_break(digest, option))))
    shares = _shares(digest, options, rule, profiles or {})
    selected = RULES[rule.kind](rule.value, ranking, lists, shares)
    lane = [option for option in ranking if options[option].small and option not in selected and lists.codes[option]]
    return Result(lists, True, digest, ranking, _ties(ranking, lists), selected, tuple(lane[: rule.lane]), shares)


def lists_sha256(ballot: str, lists: Lists) -> str:
    """The hash of all published codes: known to nobody before the close, so nobody can steer a tie by it."""
    content = {"abstain": lists.abstain, "ballot": ballot, "codes": dict(lists.codes)}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def tie_break(digest: str, option: str) -> str:
    return hashlib.sha256((digest + option).encode()).hexdigest()


def publication(header: Header, options: Mapping[str, Option], rule: Rule, result: Result) -> dict:
    """Everything that is published about a closed ballot, as plain values."""
    body = dict(vars(header)) | {
        "options": [_published_option(options[code], rule, result) for code in sorted(options)],
        "papers": result.lists.papers,
        "quorum": result.quorum,
        "rule": rule.as_data(),
        "scheme": SCHEME,
    }
    if result.quorum:
        body |= {
            "abstain": result.lists.abstain,
            "lane": result.lane,
            "lists_sha256": result.lists_sha256,
            "ranking": result.ranking,
            "selected": result.selected,
            "ties": result.ties,
        }
        body |= {"shares": _published_shares(result.shares)} if result.shares else {}
    return body


def canonical(content: dict) -> str:
    """The one way to write this as JSON: sorted names, no spaces, real characters."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _published_option(option: Option, rule: Rule, result: Result) -> dict:
    published = {"code": option.code, "cost": option.cost, "idea": option.idea, "title": option.title}
    if rule.lane:
        published["small"] = option.small
    if result.quorum:
        codes = result.lists.codes[option.code]
        published |= {"codes": codes, "supports": len(codes)}
    return published


def _shares(digest: str, options: Mapping[str, Option], rule: Rule, profiles: Mapping) -> Shares | None:
    """The choice by equal shares of the fund; None without a fund. An idea without a cost can't be chosen by it."""
    if not rule.fund:
        return None
    costs = {code: cents(option.cost) for code, option in options.items() if option.cost is not None}
    return equal_shares(profiles, costs, cents(rule.fund), {code: tie_break(digest, code) for code in options})


def cents(amount: str) -> int:
    """An amount as it is published, "125.00", in whole cents."""
    return int(Decimal(amount) * CENTS)


def _published_shares(shares: Shares) -> dict:
    """The choice in the order in which it was made. Nothing that only whole papers say, but what each idea cost whom."""
    return {
        "bought": [{"code": b.option, "payers": b.payers, "price": _euros(ceil(b.price))} for b in shares.bought],
        "fund": _euros(shares.fund),
        "share": _euros(int(shares.share)),
        "start": _euros(int(shares.start)),
        "step": _euros(shares.step),
    }


def _euros(amount: int) -> str:
    return f"{amount // CENTS}.{amount % CENTS:02d}"


def _ties(ranking, lists) -> tuple[tuple[str, ...], ...]:
    """The groups with equal support whose order the hash decided, best first."""
    groups = {}
    for option in ranking:
        groups.setdefault(lists.supports(option), []).append(option)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _top(value, ranking, lists, shares) -> tuple[str, ...]:
    """The first `value` ideas that anybody supports."""
    return tuple(option for option in ranking[:value] if lists.codes[option])


def _share(value, ranking, lists, shares) -> tuple[str, ...]:
    """Every idea that at least `value` percent of the papers support, and at least one."""
    needed = max(Fraction(value, 100) * lists.papers, 1)
    return tuple(option for option in ranking if lists.supports(option) >= needed)


def _equal(value, ranking, lists, shares) -> tuple[str, ...]:
    """What equal shares of the fund pay for, in the order of the ranking."""
    return tuple(option for option in ranking if shares and option in shares.chosen)


RULES = {EQUAL_SHARES: _equal, "share": _share, "top_n": _top}
