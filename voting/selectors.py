# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages read about ballots. Before the close nothing here depends on how many papers there are, or on whose.

A ballot read here knows `now`, the database's clock as it was read: pages show a window as casting judges it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from innovato.compiled import Compiled, columns, row_of
from innovato.organisation.models import Person
from voting import rules, urn
from voting.database import DatabaseNow
from voting.keystore import KeyTrouble
from voting.models import Ballot, Elector, Objection, Option, Publication, UrnBox
from voting.states import COUNTED, BallotState
from workflow.models import Authorship, Campaign, Round, Theme

BEGINNING = 240  # characters of a proposal that a paper may show


class Held(StrEnum):
    """What can be said of a person's own paper."""

    YES = "yes"
    NO = "no"
    UNREADABLE = "unreadable"  # trouble with the key: it may be there
    GONE = "gone"  # the key is destroyed, or was never made: nobody can tell


@dataclass(frozen=True)
class OwnPaper:
    """A person's own paper, to be shown to this person only and never cached. `codes`: option code → published code."""

    held: Held
    codes: dict[str, str]

    @property
    def choices(self) -> frozenset[str]:
        """The option codes on the paper; empty for a blank one."""
        return frozenset(self.codes) - {urn.ABSTAIN}

    @property
    def is_blank(self) -> bool:
        """Whether a paper is held that supports no idea."""
        return self.held == Held.YES and not self.choices


@dataclass(frozen=True)
class PaperLine:
    """One idea on the paper as this person meets it. `own` ideas can't be chosen; `elector`: who may vote at all.

    `beginning` is how the proposal begins; `department` and `theme` are names, empty where the idea has none.
    """

    code: str
    own: bool
    elector: bool
    idea_id: int
    ref: str
    title: str
    beginning: str
    cost: Decimal | None
    department: str
    theme: str


@dataclass(frozen=True)
class Result:
    """One idea in the published result. `supports`, `rank` and `codes` are None without quorum."""

    code: str
    ref: str
    title: str
    supports: int | None
    rank: int | None
    codes: tuple[str, ...] | None
    selected: bool
    by_lane: bool


NO_PAPER = OwnPaper(Held.NO, {})
NOTHING_KNOWN = OwnPaper(Held.GONE, {})


# Ballots -----------------------------------------------------------------------------------------------------------


def find_ballot(campaign: Campaign) -> Ballot | None:
    """The campaign's latest ballot that was not annulled, or else the latest annulled one. One query."""
    ballots = []
    for now, *values in _OF_CAMPAIGN.rows(campaign=campaign.pk):
        ballot = row_of(Ballot, values[: len(columns(Ballot))])
        ballot.now, ballot.campaign, ballot.round = now, campaign, row_of(Round, values[len(columns(Ballot)) :])
        ballots.append(ballot)
    return _latest(ballots)


def _of_campaign(campaign: int) -> QuerySet:
    rows = _in_order(Ballot.objects.filter(campaign=campaign))
    return rows.values_list("now", *columns(Ballot), *columns(Round, "round__"))


_OF_CAMPAIGN = Compiled(_of_campaign, campaign=int)


def find_ballot_of_idea(*, idea_id: int) -> Ballot | None:
    """The latest ballot that carries this idea, one that was not annulled before one that was."""
    return _latest(_in_order(Ballot.objects.filter(options__idea_id=idea_id).select_related("campaign")))


def ballots_of(*, campaign_id: int) -> QuerySet[Ballot]:
    """Every ballot of a campaign, the latest first: rounds, and repeats with the annulled ones they replace."""
    return with_now(Ballot.objects.filter(campaign_id=campaign_id)).order_by("-opens_at", "-sequence", "pk")


def open_ballots() -> QuerySet[Ballot]:
    """The ballots that are open now, the first to close first."""
    rows = with_now(Ballot.objects.filter(state=BallotState.OPEN))
    return rows.select_related("campaign").order_by("closes_at", "pk")


def with_now(rows: QuerySet) -> QuerySet:
    """The same rows, each with `now`: the database's clock, which alone decides."""
    return rows.annotate(now=DatabaseNow())


def is_due(*, ballot: Ballot) -> bool:
    """Whether a page should call `services.calendar.advance` before it shows this ballot, which knows `now`. No query."""
    return rules.is_due(ballot, now=ballot.now)


def is_elector(*, ballot: Ballot, person: Person) -> bool:
    """Whether this person may vote. Known until the seal, when the list of electors is deleted."""
    return Elector.objects.filter(ballot=ballot, person=person.uuid).exists()


def ballots_to_vote(*, person: Person) -> list[tuple[Ballot, OwnPaper]]:
    """The open ballots in which this person may vote, the first to close first, each with the own paper."""
    mine = open_ballots().filter(pk__in=Elector.objects.filter(person=person.uuid).values("ballot_id"))
    return [(ballot, own_paper(ballot=ballot, person=person)) for ballot in mine]


@dataclass(frozen=True)
class Place:
    """An open ballot, and there the place of one of the ideas asked for: `idea_id` is None where it has none of them."""

    ballot: Ballot
    idea_id: int | None
    code: str
    own: bool


def places_of(idea_ids: Iterable[int], *, person: Person) -> list[Place]:
    """Where these ideas stand on the open ballots of this person, the first to close first; each ballot at least once.

    One query.
    """
    electors = Elector.objects.filter(person=person.uuid).values("ballot_id")
    signed = Authorship.objects.filter(idea=OuterRef("option__idea_id"), person=person.pk, status="accepted")
    rows = open_ballots().filter(pk__in=electors)
    rows = rows.annotate(option=FilteredRelation("options", condition=Q(options__idea__in=list(idea_ids))))
    rows = rows.annotate(place=F("option__idea_id"), code=F("option__code"), own=Exists(signed))
    return [Place(ballot, ballot.place, ballot.code or "", ballot.own) for ballot in rows]


def _in_order(ballots: QuerySet[Ballot]) -> QuerySet[Ballot]:
    return with_now(ballots).order_by("opens_at", "sequence", "pk")


def _latest(ballots: Iterable[Ballot]) -> Ballot | None:
    found = list(ballots)
    standing = [ballot for ballot in found if ballot.state != BallotState.ANNULLED]
    return (standing or found or [None])[-1]


# The own paper -----------------------------------------------------------------------------------------------------


def own_paper(*, ballot: Ballot, person: Person) -> OwnPaper:
    """The person's own paper and receipt, while the key is there: open, and until the objections end."""
    if ballot.state not in (BallotState.OPEN, BallotState.CLOSED):
        return NOTHING_KNOWN
    try:
        sealed = ballot.open_urn()
        handle = sealed.handle(person.uuid)
        box = UrnBox.boxes.filter(ballot=ballot, handle=handle).values_list("box", flat=True).first()
        return NO_PAPER if box is None else OwnPaper(Held.YES, sealed.open(handle, bytes(box)).codes(ballot.pk))
    except (KeyTrouble, urn.BrokenBox):
        return OwnPaper(Held.UNREADABLE, {})


def own_order(*, ballot_id: UUID, person: Person, codes: Iterable[str]) -> list[str]:
    """These option codes in the order of this person: random, the same at every visit, another one for everybody else."""
    seed = b"innovato/v1/order" + ballot_id.bytes + person.uuid.bytes
    return sorted(codes, key=lambda code: hashlib.sha256(seed + code.encode()).digest())


def _lines(ballot: UUID, person: UUID, person_id: int) -> QuerySet:
    """Every option of a ballot with what the paper shows of its idea, and what this person may do with it."""
    signed = Authorship.objects.filter(idea=OuterRef("idea"), person=person_id, status=Authorship.Status.ACCEPTED)
    elector = Elector.objects.filter(ballot=ballot, person=person)
    shown = (
        "idea", "idea__number", "idea__title", Left("idea__proposal", BEGINNING), "idea__estimated_cost",
        "idea__department__short_name", "idea__theme__name_it", "idea__theme__name_en",
    )  # fmt: skip
    return Option.objects.filter(ballot=ballot).order_by().values_list("code", Exists(signed), Exists(elector), *shown)


_LINES = Compiled(_lines, ballot=UUID, person=UUID, person_id=int)


def paper_lines(*, ballot: Ballot, person: Person) -> list[PaperLine]:
    """The ideas on the ballot in the person's own order, themes in the reader's language. One query for any number."""
    found = {}
    for row in _LINES.rows(ballot=ballot.pk, person=person.uuid, person_id=person.pk):
        *values, department, theme_it, theme_en = row
        theme = Theme(name_it=theme_it or "", name_en=theme_en or "").name
        found[row[0]] = PaperLine(*values, department=department or "", theme=theme)
    return [found[code] for code in own_order(ballot_id=ballot.pk, person=person, codes=found)]


def may_vote(lines: Iterable[PaperLine]) -> bool:
    """Whether the person whose paper this is may vote: what `is_elector` answers, without asking again."""
    return any(line.elector for line in lines)


def own_objection(*, ballot: Ballot, person: Person) -> Objection | None:
    """What this person reported about the ballot, with its answer; gone with the seal."""
    return Objection.objects.filter(ballot=ballot, person=person.uuid).first()


def objections_of(ballot: Ballot) -> list[tuple[Objection, Person | None]]:
    """What was reported, with who did, for the guarantor: those that wait first. Two queries."""
    rows = sorted(Objection.objects.filter(ballot=ballot), key=lambda row: (row.answered_at is not None, row.raised_at))
    people = {person.uuid: person for person in Person.objects.filter(uuid__in=[row.person for row in rows])}
    return [(row, people.get(row.person)) for row in rows]


# The publication ---------------------------------------------------------------------------------------------------


def find_publication(*, ballot: Ballot) -> Publication | None:
    """The publication of a closed ballot, kept also when it was annulled afterwards."""
    return Publication.objects.filter(ballot=ballot).first()


def published_facts(publication: Publication) -> dict:
    """The publication as values, exactly as anybody downloads it."""
    return json.loads(publication.body)


def results(publication: Publication) -> list[Result]:
    """The ideas in the order of the ranking; without quorum in the order of their numbers, without figures."""
    facts = published_facts(publication)
    rank = {code: place for place, code in enumerate(facts.get("ranking", ()), 1)}
    rows = [
        Result(
            code=option["code"],
            ref=option["idea"],
            title=option["title"],
            supports=option.get("supports"),
            rank=rank.get(option["code"]),
            codes=tuple(option["codes"]) if facts["quorum"] else None,
            selected=option["code"] in facts.get("selected", ()),
            by_lane=option["code"] in facts.get("lane", ()),
        )
        for option in facts["options"]
    ]
    return sorted(rows, key=lambda row: (row.rank or 0, row.ref))


def find_code(*, text: str, ballot: Ballot | None = None) -> tuple[Publication, str] | None:
    """The publication that lists a typed code, and its option code or `abstain`; None for a code that is nowhere.

    Looks in one ballot, or in every published one.
    """
    code = urn.typed(text)
    if code is None:
        return None
    found = Publication.objects.filter(body__contains=f'"{code}"', ballot__state__in=COUNTED)
    found = found.filter(ballot=ballot) if ballot else found
    for publication in found.select_related("ballot__campaign").order_by("pk"):
        facts = published_facts(publication)
        if code in facts.get("abstain", ()):
            return publication, urn.ABSTAIN
        for option in facts["options"]:
            if code in option.get("codes", ()):
                return publication, option["code"]
    return None
