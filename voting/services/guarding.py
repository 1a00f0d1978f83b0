# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ballot guarantor does: annul with a reason, have it repeated, let a frozen ballot go on. Sees no choices."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from innovato.organisation.access import DepartmentAccess
from voting import notices, rules
from voting.database import database_now, hold_alone
from voting.errors import BadWindow, BallotMissing, Frozen, WrongBallotState
from voting.models import Ballot
from voting.services import sealing
from voting.services.opening import schedule
from voting.services.trouble import TROUBLE, record
from voting.states import BallotState
from workflow.errors import WrongState
from workflow.services.ballots import return_to_admitted

RESTORED = "La chiave di questa votazione era già stata distrutta: il database viene da una copia di riserva."


def annul(*, ballot_id: UUID, reason: str, by, at: datetime) -> Ballot:
    """Annul a ballot until its objections end; its ideas go back to admitted, its key and its urn are destroyed.

    The reason stays public. A ballot is never edited: `repeat` opens another one. Raises BallotMissing,
    NotTheGuarantor, ReasonMissing, WrongBallotState.
    """
    with transaction.atomic(durable=True):
        ballot = _locked(ballot_id)
        rules.check_guarantor(DepartmentAccess.of(by), ballot)
        _annul(ballot, reason=rules.check_reason(reason), by_id=by.pk, at=at)
    sealing.seal(ballot_id=ballot_id)
    ballot.refresh_from_db()
    return ballot


def annul_restored(*, ballot_id: UUID, at: datetime) -> None:
    """Annul a ballot whose key was destroyed on purpose: a restored backup reopens no sealed ballot. Safe to repeat."""
    with transaction.atomic(durable=True):
        ballot = _locked(ballot_id)
        if ballot.state in (BallotState.SCHEDULED, BallotState.OPEN):
            _annul(ballot, reason=RESTORED, by_id=None, at=at)
    sealing.seal(ballot_id=ballot_id)


def _locked(ballot_id: UUID) -> Ballot:
    hold_alone(ballot_id)
    ballot = Ballot.objects.select_related("campaign").filter(pk=ballot_id).first()
    if ballot is None:
        raise BallotMissing()
    return ballot


def _annul(ballot: Ballot, *, reason: str, by_id: int | None, at: datetime) -> None:
    if not rules.may_annul(ballot, now=database_now()):
        raise WrongBallotState()
    left = _return_ideas(ballot, reason, at)
    ballot.state, ballot.annulled_at, ballot.annulled_by_id = BallotState.ANNULLED, at, by_id
    ballot.annul_reason = reason
    ballot.save(update_fields=["state", "annulled_at", "annulled_by_id", "annul_reason"])
    record("ballot_annulled", ballot, at=at, by_id=by_id, data={"reason_text": reason, "left": left})
    notices.annulled(ballot, at=at)


def _return_ideas(ballot: Ballot, reason: str, at: datetime) -> list[int]:
    """Take the ideas back to admitted; returns those that have gone too far since and stay where they are."""
    left = []
    for idea_id in ballot.options.order_by("idea_id").values_list("idea_id", flat=True):
        try:
            return_to_admitted(idea_id=idea_id, reason=reason, ballot_id=str(ballot.pk), at=at)
        except WrongState:
            left.append(idea_id)
    return left


def repeat(*, ballot_id: UUID, opens_at: datetime, closes_at: datetime, by, at: datetime) -> Ballot:
    """Put a new ballot of the same round on the calendar in place of an annulled one.

    Raises BallotMissing, NotTheGuarantor, WrongBallotState when it was not annulled or is being repeated already,
    BadWindow.
    """
    with transaction.atomic(durable=True):
        ballot = _locked(ballot_id)
        rules.check_guarantor(DepartmentAccess.of(by), ballot)
        if not at <= opens_at < closes_at:
            raise BadWindow()
        again = None
        if ballot.state == BallotState.ANNULLED:
            again = schedule(round_id=ballot.round_id, opens_at=opens_at, closes_at=closes_at)
        if again is None:
            raise WrongBallotState()
        record("ballot_repeated", again, at=at, by_id=by.pk, data={"instead_of": str(ballot_id)})
    return again


def unfreeze(*, ballot_id: UUID, by, at: datetime) -> Ballot:
    """Let a frozen ballot go on once its key is back. Raises Frozen while it is not, NotTheGuarantor, WrongBallotState."""
    with transaction.atomic(durable=True):
        ballot = _locked(ballot_id)
        rules.check_guarantor(DepartmentAccess.of(by), ballot)
        if ballot.state != BallotState.OPEN or not ballot.is_frozen:
            raise WrongBallotState()
        try:
            ballot.open_urn()
        except TROUBLE as trouble:
            raise Frozen() from trouble
        ballot.frozen_at, ballot.frozen_by = None, ""
        ballot.save(update_fields=["frozen_at", "frozen_by"])
        record("ballot_unfrozen", ballot, at=at, by_id=by.pk)
    return ballot
