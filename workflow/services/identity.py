# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking behind a blind campaign: who proposes an idea, for the innovation office; each look is written down."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from workflow import deputies, rules
from workflow.errors import Missing, NotAllowed
from workflow.services import events, moves

KIND = "authors_revealed"


@transaction.atomic
def reveal_authors(*, idea_id: int, by: Person, at: datetime) -> None:
    """Record that `by` looks at the names a blind campaign hides. Raises Missing, and NotAllowed for everybody else."""
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    if not rules.can_see(actor, idea):
        raise Missing()
    if not rules.may_reveal_authors(actor, idea):
        raise NotAllowed(_("In questo bando i nomi di chi propone si vedono dopo la decisione."))
    behind = deputies.acting_for(actor, Capability.SCREEN_IDEAS, idea.judging_department_id)
    events.record(
        idea_id=idea.pk, kind=KIND, at=at, by_id=by.pk, behind=behind,
        from_state=str(idea.state), to_state=str(idea.state),
    )  # fmt: skip
