# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot closes: every box is opened, the lists are published, and each idea gets its outcome, all in one transaction."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from voting import notices, rules, tally
from voting.database import database_now, hold_alone
from voting.errors import BadWindow, ReasonMissing, WrongBallotState
from voting.models import Ballot, Elector, Option, Publication, UrnBox
from voting.services.trouble import TROUBLE, freeze, record
from voting.states import BallotState
from voting.tally import BadCount, Header, Profiles, Result
from voting.urn import Urn
from workflow.outcomes import VotingOutcome
from workflow.services.ballots import conclude_voting

CHUNK = 2000


def close(*, ballot_id: UUID) -> bool:
    """Count and publish an open ballot at or after its end, by the database's clock; whether this call did it.

    Safe to repeat and to call from many places at once. Where a box or the key is not as it should be nothing is closed
    or lost: the ballot is frozen and the guarantors are called.
    """
    try:
        with transaction.atomic(durable=True):
            hold_alone(ballot_id)
            ballot = Ballot.objects.select_related("campaign", "round").get(pk=ballot_id)
            now = database_now()
            if ballot.state != BallotState.OPEN or not rules.is_due(ballot, now=now):
                return False
            publish(ballot, at=now)
    except TROUBLE as trouble:
        freeze(ballot_id=ballot_id, trouble=trouble, at=database_now())
        return False
    return True


def publish(ballot: Ballot, *, at: datetime) -> None:
    """Count a ballot held alone in the caller's transaction, publish the lists and hand every idea its outcome.

    Only for `close`, which has asked the database's clock, and for the demo city, whose ballots lie in the past. Raises
    what TROUBLE lists.
    """
    options = list(ballot.options.select_related("idea").order_by("code"))
    offered = {option.code: _published(option) for option in options}
    profiles = Profiles()
    lists = tally.collect(profiles.noting(_receipts(ballot, ballot.open_urn())), offered)
    result = tally.count(str(ballot.pk), lists, offered, ballot.selection, ballot.eligible, profiles.counts)
    body = tally.canonical(tally.publication(_header(ballot), offered, ballot.selection, result))
    publication = Publication.objects.create(ballot=ballot, body=body, sha256=tally.sha256(body))
    ballot.state, ballot.closed_at = BallotState.CLOSED, at
    ballot.objections_until = at + timedelta(hours=settings.INNOVATO_OBJECTION_HOURS)
    ballot.save(update_fields=["state", "closed_at", "objections_until"])
    for option in sorted(options, key=lambda option: option.idea_id):  # ideas are locked in one order everywhere
        conclude_voting(outcome=_outcome(option, result, publication, ballot), at=at)
    record("ballot_closed", ballot, at=at, data={"sha256": publication.sha256, "papers": lists.papers})
    notices.published(ballot, publication, at=at)


def _receipts(ballot: Ballot, urn: Urn) -> Iterator[dict[str, str]]:
    """The codes of every paper. Raises BrokenBox, or BadCount for a box in a place that belongs to no elector."""
    places = {urn.handle(person) for person in Elector.objects.filter(ballot=ballot).values_list("person", flat=True)}
    for handle, box in _boxes(ballot):
        if handle not in places:
            raise BadCount("a box lies in a place that belongs to no elector")
        yield urn.open(handle, box).codes(ballot.pk)


def _boxes(ballot: Ballot) -> Iterator[tuple[bytes, bytes]]:
    """Every box with its place, a few thousand at a time: an urn of any size needs the same memory."""
    after = b""
    while True:
        rows = UrnBox.boxes.filter(ballot=ballot, handle__gt=after).order_by("handle").values_list("handle", "box")
        chunk = [(bytes(handle), bytes(box)) for handle, box in rows[:CHUNK]]
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1][0]


def _published(option: Option) -> tally.Option:
    cost = None if option.cost is None else f"{option.cost:.2f}"
    return tally.Option(option.code, option.idea.ref, option.idea.title, cost, option.small)


def _header(ballot: Ballot) -> Header:
    return Header(
        ballot=str(ballot.pk), campaign=ballot.campaign.title, round=ballot.round.number, sequence=ballot.sequence,
        opens_at=_written(ballot.opens_at), closes_at=_written(ballot.closes_at),
        planned_closes_at=_written(ballot.planned_closes_at), max_choices=ballot.max_choices, eligible=ballot.eligible,
    )  # fmt: skip


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _outcome(option: Option, result: Result, publication: Publication, ballot: Ballot) -> VotingOutcome:
    return VotingOutcome(
        idea_id=option.idea_id,
        ballot_id=str(ballot.pk),
        supports=result.lists.supports(option.code) if result.quorum else None,
        papers=result.lists.papers,
        eligible=ballot.eligible,
        rank=result.rank(option.code),
        selected=result.is_selected(option.code),
        quorum=result.quorum,
        sha256=publication.sha256,
    )


def bring_close_forward(*, ballot_id: UUID, reason: str, by, at: datetime, closes_at: datetime | None = None) -> Ballot:
    """End the window of an open ballot sooner than planned, now or at `closes_at`. For commands only: no page offers it.

    The publication shows both times, and the chain of events who did it and why. Raises WrongBallotState, BadWindow,
    ReasonMissing. `by` may be None for the system; `at` dates the record, the window ends by the database's clock.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic(durable=True):
        hold_alone(ballot_id)
        ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
        now = database_now()
        if ballot.state != BallotState.OPEN:
            raise WrongBallotState()
        before, ballot.closes_at = ballot.closes_at, closes_at or now
        if not max(ballot.opens_at, now - timedelta(seconds=1)) < ballot.closes_at <= before:
            raise BadWindow()
        ballot.save(update_fields=["closes_at"])
        data = {"from": _written(before), "to": _written(ballot.closes_at), "reason_text": reason.strip()}
        record("ballot_brought_forward", ballot, at=at, by_id=by.pk if by else None, data=data)
    return ballot
