# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the key or the urn is not as it should be: the ballot freezes, the guarantors are called; and the acts on record."""

from datetime import datetime

from django.db import transaction

from voting import notices
from voting.database import hold_alone
from voting.keystore import KeyDestroyed, KeyMissing, KeyTrouble, KeyUnreadable, KeyWrong
from voting.models import Ballot
from voting.states import BallotState, FrozenBy
from voting.tally import BadCount
from voting.urn import BrokenBox
from workflow.services import events

TROUBLE = (KeyTrouble, BrokenBox, BadCount)
_CAUSES = {
    KeyMissing: FrozenBy.KEY_MISSING,
    KeyDestroyed: FrozenBy.KEY_MISSING,
    KeyUnreadable: FrozenBy.KEY_UNREADABLE,
    KeyWrong: FrozenBy.KEY_WRONG,
    BrokenBox: FrozenBy.URN_BROKEN,
    BadCount: FrozenBy.URN_BROKEN,
}


def freeze(*, ballot_id, trouble: Exception, at: datetime) -> bool:
    """Stop an open ballot and call the guarantors and administrators; whether this call did it. Safe to repeat.

    In a transaction of its own: the refused act is rolled back, the freeze stays. Nothing is lost by it.
    """
    with transaction.atomic(durable=True):
        hold_alone(ballot_id)
        ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
        if ballot.state != BallotState.OPEN or ballot.is_frozen:
            return False
        ballot.frozen_at, ballot.frozen_by = at, _CAUSES[type(trouble)]
        ballot.save(update_fields=["frozen_at", "frozen_by"])
        record("ballot_frozen", ballot, at=at, data={"cause": ballot.frozen_by})
        notices.frozen(ballot, at=at)
    return True


def record(kind: str, ballot: Ballot, *, at: datetime, by_id: int | None = None, data: dict | None = None) -> None:
    """Enter an act on a ballot into the chain of events, in the caller's transaction. Never an act of a voter."""
    about = {"ballot": str(ballot.pk), "campaign": ballot.campaign.slug, "round": ballot.round_id}
    events.record(idea_id=None, kind=kind, at=at, by_id=by_id, to_state=ballot.state, data=about | (data or {}))
