# SPDX-License-Identifier: AGPL-3.0-or-later
"""What falls due by the calendar alone: deferred ideas that come back on their date, questions nobody answered."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from innovato.organisation.models import Person
from workflow import rules, search
from workflow.models import Idea, IdeaEvent, IdeaVersion, Theme
from workflow.selectors.proposing import gaps
from workflow.services import moves
from workflow.services.clock import local_day
from workflow.services.handing_in import frozen_content
from workflow.states import IdeaState

# What a version keeps in the form the idea has it; a theme it keeps by name.
SAME_IN_BOTH = frozenset(
    {"title", "problem", "proposal", "benefit", "beneficiaries", "how_measured", "duration_months"}
)


def resume_deferred(*, at: datetime) -> int:
    """Bring deferred ideas back to decision on their revisit date; returns how many. Safe to repeat."""
    waiting = Idea.objects.filter(state=IdeaState.DEFERRED, revisit_on__lte=local_day(at)).order_by("pk")
    done = 0
    for idea_id in list(waiting.values_list("pk", flat=True)):
        done += moves.move_by_system(idea_id=idea_id, move="resume", at=at) is not None
    return done


def end_waits(*, at: datetime) -> int:
    """Bring back to screening the ideas whose authors let the days for an answer pass; returns how many.

    Safe to repeat. Each idea in its own transaction.
    """
    last = at - timedelta(days=settings.INNOVATO_CHANGES_DAYS + 1)
    waiting = Idea.objects.filter(state=IdeaState.NEEDS_CHANGES, state_since__lt=last).order_by("pk")
    return sum(_end_wait(idea_id, at=at) for idea_id in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _end_wait(idea_id: int, *, at: datetime) -> bool:
    idea = moves.lock(idea_id)
    if not rules.may(rules.SYSTEM, "resume_screening", idea, at):
        return False  # answered, or taken back by the office, meanwhile
    _resume(idea, rules.SYSTEM, at=at)
    return True


@transaction.atomic
def resume_screening(*, idea_id: int, by: Person, at: datetime, version: int | None = None) -> IdeaEvent:
    """The office does not wait for the clock: after the days given, the idea goes back to screening as it stands.

    Raises as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by)
    moves.check(idea, "resume_screening", actor=actor, at=at, version=version)
    return _resume(idea, actor, at=at)


def _resume(idea: Idea, actor: rules.Actor, *, at: datetime) -> IdeaEvent:
    """Move on with what the authors saved; what they left empty stands as it was handed in. Keeps the text as a version."""
    last = idea.versions.order_by("-number").first()
    values = _filled(idea, last.content) if last else {}
    event = moves.make(idea, "resume_screening", actor=actor, at=at, values=values)
    content = frozen_content(idea)
    if last is None or content != last.content:
        IdeaVersion.objects.create(
            idea=idea, number=last.number + 1 if last else 1, content=content, by_id=actor.person_id, at=at
        )
        search.index_idea(idea)
    return event


def _filled(idea: Idea, handed_in: dict) -> dict:
    """The columns that an unfinished answer left empty, as they were handed in."""
    lacking = {gap.field for gap in gaps(idea)}
    values = {name: handed_in[name] for name in lacking & SAME_IN_BOTH if handed_in.get(name)}
    if "theme" in lacking and (theme := Theme.objects.filter(name_it=handed_in.get("theme", "")).first()):
        values["theme"] = theme
    return values
