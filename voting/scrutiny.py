# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the results page says about a counted ballot: figures, ranking, how it was decided, ties, other rounds.

Everything comes from the publication, as anybody downloads it; a publication never changes, so its figures are kept.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from innovato import formats
from voting import selection, selectors
from voting.models import Ballot, Publication
from voting.selection import Comparison, Shared
from voting.states import COUNTED, BallotState
from voting.tally import EQUAL_SHARES
from workflow.models import Campaign, Idea

KEPT = 16  # publications whose figures stay in memory


@dataclass(frozen=True)
class Line:
    """One idea in the result; `rank`, `supports` and `share` are None without a quorum. `state` is where it is now."""

    code: str
    ref: str
    title: str
    cost: Decimal | None
    supports: int | None
    share: int | None
    rank: int | None
    selected: bool
    by_lane: bool
    last_selected: bool
    state: str = ""

    @property
    def kept(self) -> bool:
        """Whether the ballot sends it on to the review."""
        return self.selected or self.by_lane


@dataclass(frozen=True)
class Tie:
    """Ideas with the same support, in the order the hash gave them; `decisive` where it decided who goes on."""

    supports: int
    titles: tuple[str, ...]
    decisive: bool


@dataclass(frozen=True)
class Figures:
    """The numbers and lines of one publication, without its lists of codes."""

    quorum: bool
    papers: int
    eligible: int
    blank: int
    choices: int
    rule: dict
    lines: tuple[Line, ...]
    ties: tuple[Tie, ...]
    shared: Shared | None
    comparison: Comparison | None
    sha256: str
    size: int

    @property
    def most(self) -> int:
        """The support of the first idea, at least one."""
        return max((line.supports or 0 for line in self.lines), default=0) or 1

    @property
    def turnout(self) -> str:
        """Papers among those who could vote: "27%"."""
        return formats.percent(self.papers, self.eligible)

    @property
    def mean(self) -> float:
        """Choices per paper, over the papers that choose something."""
        filled = self.papers - self.blank
        return self.choices / filled if filled else 0

    @property
    def by_shares(self) -> bool:
        """Whether equal shares decided it."""
        return self.rule["kind"] == EQUAL_SHARES

    @property
    def none_selected(self) -> bool:
        """Whether no idea goes on."""
        return not any(line.kept for line in self.lines)


def figures_of(ballot: Ballot) -> Figures | None:
    """The figures of a closed ballot, or None. One query; two where they are not at hand."""
    sha256 = Publication.objects.filter(ballot=ballot).values_list("sha256", flat=True).first()
    return _figures(ballot.pk, sha256) if sha256 else None


@lru_cache(maxsize=KEPT)
def _figures(ballot_id: UUID, sha256: str) -> Figures:
    publication = Publication.objects.get(pk=ballot_id)
    facts = selectors.published_facts(publication)
    lines = _lines(facts)
    return Figures(
        quorum=facts["quorum"],
        papers=facts["papers"],
        eligible=facts["eligible"],
        blank=len(facts.get("abstain", ())),
        choices=sum(line.supports or 0 for line in lines),
        rule=facts["rule"],
        lines=lines,
        ties=_ties(facts),
        shared=selection.shared(facts),
        comparison=selection.comparison(facts),
        sha256=sha256,
        size=len(publication.body.encode()),
    )


def _lines(facts: dict) -> tuple[Line, ...]:
    rank = {code: place for place, code in enumerate(facts.get("ranking", ()), 1)}
    selected, lane = facts.get("selected", []), facts.get("lane", [])
    last = selected[-1] if selected and facts["rule"]["kind"] != EQUAL_SHARES else None  # equal shares draw no line
    lines = [
        Line(
            code=option["code"],
            ref=option["idea"],
            title=option["title"],
            cost=Decimal(option["cost"]) if option["cost"] else None,
            supports=option.get("supports"),
            share=round(option["supports"] * 100 / facts["papers"]) if facts["quorum"] else None,
            rank=rank.get(option["code"]),
            selected=option["code"] in selected,
            by_lane=option["code"] in lane,
            last_selected=option["code"] == last and len(selected) < len(facts["options"]),
        )
        for option in facts["options"]
    ]
    return tuple(sorted(lines, key=lambda line: (line.rank or 0, line.ref)))


def _ties(facts: dict) -> tuple[Tie, ...]:
    """The ties among ideas that anybody supports."""
    by_code = {option["code"]: option for option in facts["options"]}
    selected = set(facts.get("selected", ()))
    found = []
    for group in facts.get("ties", ()):
        supports = by_code[group[0]]["supports"]
        if supports:
            split = 0 < sum(code in selected for code in group) < len(group)
            decisive = split and facts["rule"]["kind"] != EQUAL_SHARES  # which ask what is left, not who has more
            found.append(Tie(supports, tuple(by_code[code]["title"] for code in group), decisive))
    return tuple(found)


def states_of(figures: Figures) -> dict[str, str]:
    """Where each idea of the result is now, by its number. One query."""
    refs = [line.ref for line in figures.lines]
    return dict(Idea.objects.filter(number__in=refs).values_list("number", "state"))


# Which ballot ------------------------------------------------------------------------------------------------------


def shown_ballot(campaign: Campaign, present: Ballot | None) -> Ballot | None:
    """The ballot the results page opens on: the latest counted one, else the `present` one. One query."""
    if present is not None and present.state in COUNTED:
        return present
    counted = rounds_of(campaign).filter(state__in=COUNTED).first()
    return counted or present


def rounds_of(campaign: Campaign) -> QuerySet[Ballot]:
    """The campaign's ballots that opened, were counted or were annulled, the latest first."""
    rows = selectors.ballots_of(campaign_id=campaign.pk).exclude(state=BallotState.SCHEDULED)
    return rows.select_related("campaign", "round")
