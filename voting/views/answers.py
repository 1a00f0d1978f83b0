# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ballots' pages share: the campaign they are about, and its ballot brought up to date before anybody looks."""

from django.db import DatabaseError
from django.http import HttpRequest

from innovato.organisation.auth import safe_next
from voting import selectors
from voting.database import DatabaseNow
from voting.forms import LONGEST_BACK
from voting.models import Ballot
from voting.services import calendar
from voting.states import BallotState
from workflow.errors import WorkflowError
from workflow.models import Campaign
from workflow.selectors.ballots import rounds_due


def ballot_now(campaign: Campaign) -> Ballot | None:
    """The campaign's ballot, opened, closed or sealed first where the database's clock should have done it already."""
    ballot = selectors.find_ballot(campaign)
    if not _wants_the_clock(campaign, ballot):
        return ballot
    try:
        if ballot is None or ballot.state in (BallotState.SEALED, BallotState.ANNULLED):
            calendar.catch_up()
        else:
            calendar.advance(ballot_id=ballot.pk)
    except (WorkflowError, DatabaseError):  # the clock will try again; the page is shown as things stand
        return ballot
    return selectors.find_ballot(campaign)


def _wants_the_clock(campaign: Campaign, ballot: Ballot | None) -> bool:
    """Whether a ballot waits for its next step, or a running round still has none. At most one query."""
    if ballot is not None and selectors.is_due(ballot=ballot):
        return True
    if ballot is not None and ballot.state not in (BallotState.SEALED, BallotState.ANNULLED):
        return False
    due = rounds_due(DatabaseNow()).filter(campaign=campaign)
    return due.exclude(pk__in=Ballot.objects.filter(campaign=campaign).values("round")).exists()


def way_back(request: HttpRequest, fallback: str) -> str:
    """Where a form came from, as it says itself, if that is a short address of ours."""
    back = safe_next(request, fallback)
    return back if len(back) <= LONGEST_BACK else fallback
