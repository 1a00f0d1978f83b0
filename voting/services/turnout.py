# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout by department: counted from the closed urn while its key exists, protected at once, and only that is kept.

In the background within minutes of the close, because disclosure control never runs in a request and a page may be what
closes a ballot. The seal never waits for it: see decision 0027.
"""

import logging
from collections import Counter
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from innovato.participation.catalogue import Measure, Period, PeriodKind, Table
from innovato.participation.disclosure.raw import RawCounts
from innovato.participation.published import TOTAL
from innovato.participation.selectors import finished_keys
from innovato.participation.services import jobs
from innovato.participation.services.protecting import protect_all
from voting import selectors
from voting.database import hold_with_others
from voting.models import Ballot, Elector, Publication, UrnBox
from voting.services.trouble import TROUBLE
from voting.states import COUNTED, BallotState
from workflow.selectors.participation import units
from workflow.services.participation import record

logger = logging.getLogger(__name__)


def release_waiting(*, at: datetime) -> int:
    """Release the turnout of every counted ballot that has none yet; returns how many tables. Safe to repeat."""
    done = finished_keys()
    ballots = Ballot.objects.filter(state__in=COUNTED).order_by("closed_at", "pk")
    waiting = [ballot.pk for ballot in ballots if _period(ballot).key not in done]
    return sum(release_turnout(ballot_id=ballot_id, at=at) for ballot_id in waiting)


def release_turnout(*, ballot_id: UUID, at: datetime) -> int:
    """Count, protect and release the turnout of one closed ballot; returns how many tables. Safe to repeat.

    Without a quorum, after an annulment and once the key is gone there is nothing to release: the job says so.
    """
    ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
    job = jobs.claim(period=_period(ballot), at=at)
    if job is None:
        return 0
    try:
        counts, why_not = _counted(ballot_id)
        if counts is None:
            jobs.finish(job, tables=[], problems=[_without(why_not)], at=at, lost=True)
            return 0
        protected = protect_all(counts, public={counts.units[0].code}, progress=lambda: jobs.step(job))
        with transaction.atomic():
            hold_with_others(ballot_id)
            if Ballot.objects.get(pk=ballot_id).state not in COUNTED:  # annulled meanwhile
                jobs.finish(job, tables=[], problems=[_without("annulled")], at=at, lost=True)
                return 0
            released = jobs.finish(job, tables=protected.tables, problems=protected.problems, at=at)
            record(released, at=at)
    except jobs.LostClaim:
        logger.warning("the turnout of a ballot was prepared twice; the second preparation was thrown away")
        return 0
    return len(released)


def _without(why: str) -> dict:
    return {"table": str(Table.TURNOUT), "measure": str(Measure.VOTED), "code": why}


def _period(ballot: Ballot) -> Period:
    """The ballot as the catalogue names it. Its campaign's title is read where it is already there."""
    title = ballot.campaign.title if Ballot._meta.get_field("campaign").is_cached(ballot) else ""
    opened, closed = (timezone.localdate(moment) for moment in (ballot.opens_at, ballot.closed_at or ballot.closes_at))
    return Period(PeriodKind.BALLOT, opened, closed, ballot.pk, title)


@transaction.atomic
def _counted(ballot_id: UUID) -> tuple[RawCounts | None, str]:
    """Electors and papers by department, or nothing and why. Nobody seals or annuls the ballot meanwhile.

    A paper is found by the place it lies in: no box is opened, no choice is read.
    """
    hold_with_others(ballot_id)
    ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
    if ballot.state == BallotState.ANNULLED:
        return None, "annulled"
    if not selectors.published_facts(Publication.objects.get(pk=ballot_id))["quorum"]:
        return None, "no_quorum"
    if ballot.state != BallotState.CLOSED:
        return None, "lost"
    try:
        urn = ballot.open_urn()
    except TROUBLE:
        return None, "lost"
    tree = units()
    known = {unit.code for unit in tree}
    staff, voted = Counter(), Counter()
    places = {bytes(place) for place in UrnBox.boxes.filter(ballot=ballot).values_list("handle", flat=True).iterator()}
    for person, code in Elector.objects.filter(ballot=ballot).values_list("person", "department_code").iterator():
        where = code if code in known else tree[0].code, TOTAL
        staff[where] += 1
        voted[where] += urn.handle(person) in places
    period = _period(ballot)
    return RawCounts(period, period.first_day, tree, staff, {Measure.VOTED: voted}), ""
