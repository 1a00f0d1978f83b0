# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking to be told what happens to an idea, and no longer."""

from datetime import datetime

from django.db import transaction

from innovato.organisation.models import Person
from workflow import rules
from workflow.errors import Missing, WrongState
from workflow.models import Follow, Idea
from workflow.states import PUBLISHED


@transaction.atomic
def follow(*, idea_id: int, by: Person, at: datetime) -> None:
    """`by` is told from now on. Safe to repeat. Raises Missing and, for an idea not everybody sees, WrongState."""
    idea = _seen_by(idea_id, by)
    if idea.state not in PUBLISHED:
        raise WrongState()
    Follow.objects.get_or_create(idea=idea, person=by, defaults={"since": at})


@transaction.atomic
def unfollow(*, idea_id: int, by: Person) -> None:
    """`by` is told no longer. Safe to repeat. Raises Missing."""
    Follow.objects.filter(idea=_seen_by(idea_id, by), person=by).delete()


def _seen_by(idea_id: int, by: Person) -> Idea:
    idea = Idea.objects.with_rule_data().filter(pk=idea_id).first()
    if idea is None or not rules.can_see(rules.actor_for(by), idea):
        raise Missing()
    return idea
