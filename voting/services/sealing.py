# SPDX-License-Identifier: AGPL-3.0-or-later
"""The seal: the key is destroyed, then urn, electors and what they reported go. Safe to crash anywhere and to repeat."""

from uuid import UUID

from django.db import transaction

from voting import rules
from voting.database import database_now, hold_alone
from voting.keystore import key_store
from voting.models import Ballot, Elector, Objection, UrnBox
from voting.services.trouble import record
from voting.states import BallotState


def seal(*, ballot_id: UUID) -> bool:
    """Seal a ballot whose objections are over, or finish an interrupted seal; whether this call did something.

    An annulled ballot loses key, urn and electors too and stays annulled. Three steps, each of its own: the state is
    committed, the key is destroyed, the rows are deleted.
    """
    if not _begin(ballot_id):
        return False
    key_store().destroy(ballot_id)
    return _finish(ballot_id)


@transaction.atomic(durable=True)
def _begin(ballot_id: UUID) -> bool:
    hold_alone(ballot_id)
    ballot = Ballot.objects.get(pk=ballot_id)
    if ballot.state in (BallotState.SCHEDULED, BallotState.OPEN) or not rules.is_due(ballot, now=database_now()):
        return False
    if ballot.state == BallotState.CLOSED:
        ballot.state = BallotState.SEALING
        ballot.save(update_fields=["state"])
    return True


@transaction.atomic(durable=True)
def _finish(ballot_id: UUID) -> bool:
    hold_alone(ballot_id)
    ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
    if ballot.key_destroyed_at is not None:  # another sealer was first
        return False
    UrnBox.boxes.filter(ballot=ballot).delete()
    Elector.objects.filter(ballot=ballot).delete()
    Objection.objects.filter(ballot=ballot).delete()
    ballot.key_destroyed_at = database_now()
    if ballot.state == BallotState.SEALING:
        ballot.state = BallotState.SEALED
    ballot.save(update_fields=["state", "key_destroyed_at"])
    record("ballot_key_destroyed", ballot, at=ballot.key_destroyed_at)
    return True
