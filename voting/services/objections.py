# SPDX-License-Identifier: AGPL-3.0-or-later
"""An elector reports a problem in the hours after the close; the guarantor answers. Both know no vote by it.

Who reports is known to the guarantors alone, and only until the seal: then reports and answers are deleted.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from innovato.organisation.access import DepartmentAccess
from voting import errors, notices, rules
from voting.database import database_now, hold_with_others
from voting.models import Ballot, Elector, Objection
from voting.services.trouble import record


def raise_objection(*, ballot_id: UUID, text: str, by, at: datetime) -> Objection:
    """Report a problem, or say it otherwise while nobody has answered; the guarantors are told that there is one.

    The chain of events says that something was reported, never by whom. The database's clock decides. Raises
    BallotMissing, NotAnElector, ObjectionsOver, AlreadyAnswered, ObjectionMissing for an empty one.
    """
    words = text.strip()
    if not words:
        raise errors.ObjectionMissing()
    with transaction.atomic():
        ballot = _held(ballot_id)
        if not (by.is_active and Elector.objects.filter(ballot=ballot, person=by.uuid).exists()):
            raise errors.NotAnElector()
        defaults = {"text": words, "raised_at": at}
        objection, new = Objection.objects.select_for_update().get_or_create(
            ballot=ballot, person=by.uuid, defaults=defaults
        )
        if objection.answered_at is not None:
            raise errors.AlreadyAnswered()
        if new:
            record("ballot_objection", ballot, at=at)
            notices.objection(ballot, objection, at=at)
        elif objection.text != words:
            objection.text = words
            objection.save(update_fields=["text"])
    return objection


def answer_objection(*, objection_id: int, ballot_id: UUID, text: str, by, at: datetime) -> Objection:
    """Answer a report, once; who wrote it is told. Raises BallotMissing, NotTheGuarantor, AlreadyAnswered, AnswerMissing.

    Open until the seal: an annulment decides otherwise by itself.
    """
    words = text.strip()
    if not words:
        raise errors.AnswerMissing()
    with transaction.atomic():
        hold_with_others(ballot_id)
        found = Objection.objects.select_for_update(of=("self",)).select_related("ballot__campaign")
        objection = found.filter(pk=objection_id, ballot_id=ballot_id).first()
        if objection is None:
            raise errors.BallotMissing()
        rules.check_guarantor(DepartmentAccess.of(by), objection.ballot)
        if objection.answered_at is not None:
            raise errors.AlreadyAnswered()
        objection.answer, objection.answered_at = words, at
        objection.save(update_fields=["answer", "answered_at"])
        record("ballot_objection_answered", objection.ballot, at=at, by_id=by.pk)
        notices.objection_answered(objection, at=at)
    return objection


def _held(ballot_id: UUID) -> Ballot:
    """The ballot, kept from its seal until this transaction ends, while it takes reports."""
    hold_with_others(ballot_id)
    ballot = Ballot.objects.select_related("campaign").filter(pk=ballot_id).first()
    if ballot is None:
        raise errors.BallotMissing()
    if not rules.takes_objections(ballot, now=database_now()):
        raise errors.ObjectionsOver()
    return ballot
