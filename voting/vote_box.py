# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of the possible situations the vote panel of an idea, or of a campaign, has to show to this person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from voting import selectors
from voting.booth import Choice, booth_of
from voting.models import Ballot
from voting.selectors import OwnPaper
from voting.states import COUNTED, BallotState
from workflow.models import Campaign, Idea
from workflow.selectors.votes import VotingResult, voting_result
from workflow.states import PUBLISHED, IdeaState


class Kind(StrEnum):
    """The situations of the panel."""

    COMING = "coming"  # admitted: the ballot opens later
    OPEN = "open"  # can be supported, or is
    OWN = "own"  # the reader signs it
    STRANGER = "stranger"  # the reader is no elector of this ballot
    FROZEN = "frozen"  # trouble with the key: nothing is accepted for now
    CLOSING = "closing"  # the window is over, the count is about to come
    COUNTED = "counted"  # the result is published


@dataclass(frozen=True)
class VoteBox:
    """What the vote panel of one idea shows. `paper` is the own one of a closed ballot, until its objections end."""

    kind: Kind
    ballot: Ballot | None
    choice: Choice | None = None
    opens_at: datetime | None = None
    result: VotingResult | None = None
    paper: OwnPaper | None = None


def open_box(choice: Choice) -> VoteBox:
    """The panel of an idea on an open ballot in which this person may vote. No query."""
    ballot = choice.ballot
    if ballot.now >= ballot.closes_at:
        return VoteBox(Kind.CLOSING, ballot)
    if ballot.is_frozen:
        return VoteBox(Kind.FROZEN, ballot)
    return VoteBox(Kind.OWN if choice.own else Kind.OPEN, ballot, choice)


def find_box(request, idea: Idea, *, at: datetime) -> VoteBox | None:
    """The panel of any idea, or None where no ballot concerns it. At most five queries, three with one open ballot.

    Windows are shown by the database's clock; `at` only tells whether a planned opening still lies ahead.
    """
    if idea.state not in PUBLISHED:
        return None
    choice = booth_of(request).choice(idea) if idea.state == IdeaState.VOTING else None
    if choice is not None:
        return open_box(choice)
    ballot = selectors.find_ballot_of_idea(idea_id=idea.pk)
    if idea.state == IdeaState.ADMITTED:
        return VoteBox(Kind.COMING, ballot, opens_at=_opening(idea, at))
    if ballot is None or ballot.state == BallotState.ANNULLED:
        return None
    if ballot.state == BallotState.OPEN:
        return VoteBox(Kind.CLOSING if ballot.now >= ballot.closes_at else Kind.STRANGER, ballot)
    paper = _closed_paper(request, ballot)
    return VoteBox(Kind.COUNTED, ballot, result=voting_result(idea), paper=paper)


def _opening(idea: Idea, at: datetime) -> datetime | None:
    """When the ballot that will carry an admitted idea opens; None while nobody knows."""
    planned = getattr(idea, "next_voting_at", None) or idea.campaign.voting_opens_at
    return planned if planned and planned > at else None


def _closed_paper(request, ballot: Ballot) -> OwnPaper | None:
    """The own paper of a ballot whose objections are open; None later, and for who could not vote in it."""
    if ballot.state != BallotState.CLOSED or ballot.now >= ballot.objections_until:
        return None
    booth_of(request)
    if not selectors.is_elector(ballot=ballot, person=request.user):
        return None
    return selectors.own_paper(ballot=ballot, person=request.user)


def box_for(campaign: Campaign) -> dict:
    """What the panel of a campaign shows. One query; nothing in it depends on the reader or on any paper."""
    ballot = selectors.find_ballot(campaign)
    state = ballot.state if ballot else None
    if state == BallotState.OPEN and ballot.now < ballot.closes_at:
        kind = "open"
    elif state in COUNTED or state == BallotState.OPEN:
        kind = "over"
    elif state == BallotState.ANNULLED:
        kind = "annulled"
    else:
        kind = "coming"
    coming = ballot.opens_at if state == BallotState.SCHEDULED else getattr(campaign, "next_voting_at", None)
    return {"kind": kind, "ballot": ballot, "opens_at": coming or campaign.voting_opens_at}
