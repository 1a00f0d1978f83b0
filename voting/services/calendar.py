# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots follow the clock: open, close, be sealed, each on its time or on the next look at it, by the database's clock."""

import logging
from uuid import UUID

from django.db import DatabaseError

from voting import rules
from voting.database import database_now
from voting.keystore import KeyDestroyed, KeyTrouble
from voting.models import Ballot
from voting.services import closing, guarding, opening, sealing
from voting.services.trouble import TROUBLE, freeze
from voting.states import BallotState
from workflow.errors import WorkflowError
from workflow.selectors.ballots import rounds_due

logger = logging.getLogger(__name__)


def catch_up() -> int:
    """Do everything the clock asks of every ballot; returns how many changed. Safe to repeat and to run twice at once.

    One ballot in trouble does not keep the others waiting. Nobody passes the time in: the database's clock decides.
    """
    _schedule_rounds()
    asleep = [BallotState.SEALED, BallotState.ANNULLED]
    waiting = Ballot.objects.exclude(state__in=asleep) | Ballot.objects.filter(
        state=BallotState.ANNULLED, key_destroyed_at=None
    )
    return sum(_tried(ballot_id) for ballot_id in waiting.order_by("opens_at", "pk").values_list("pk", flat=True))


def advance(*, ballot_id: UUID) -> bool:
    """Do what the clock asks of one ballot now; whether it changed. Pages call it before they show a ballot."""
    ballot = Ballot.objects.get(pk=ballot_id)
    if ballot.state == BallotState.OPEN and not _has_its_key(ballot):
        return True
    if not rules.is_due(ballot, now=database_now()):
        return False
    if ballot.state == BallotState.SCHEDULED:
        return _opened(ballot)
    if ballot.state == BallotState.OPEN:
        return closing.close(ballot_id=ballot_id)
    return sealing.seal(ballot_id=ballot_id)


def _schedule_rounds() -> None:
    """A ballot for every round whose window is running and that never had one."""
    for campaign_round in rounds_due(database_now()):
        if not Ballot.objects.filter(round=campaign_round).exists():
            opening.schedule(round_id=campaign_round.pk)


def _tried(ballot_id: UUID) -> bool:
    try:
        return advance(ballot_id=ballot_id)
    except (WorkflowError, DatabaseError) as failure:
        logger.error("ballot %s could not follow the clock: %s", ballot_id, type(failure).__name__)
        return False


def _opened(ballot: Ballot) -> bool:
    try:
        return opening.open_ballot(ballot_id=ballot.pk)
    except KeyDestroyed:
        guarding.annul_restored(ballot_id=ballot.pk, at=database_now())
        return True
    except KeyTrouble as trouble:
        logger.error("ballot %s has no usable key and stays shut: %s", ballot.pk, type(trouble).__name__)
        return False


def _has_its_key(ballot: Ballot) -> bool:
    """Whether an open ballot's key is there; where it is not, the ballot is frozen or, if destroyed, annulled."""
    try:
        ballot.open_urn()
    except KeyDestroyed:
        guarding.annul_restored(ballot_id=ballot.pk, at=database_now())
        return False
    except TROUBLE as trouble:
        freeze(ballot_id=ballot.pk, trouble=trouble, at=database_now())
        return False
    return True
