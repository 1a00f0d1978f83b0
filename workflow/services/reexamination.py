# SPDX-License-Identifier: AGPL-3.0-or-later
"""A refused author asks, once, that another person one department up looks again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import rules
from workflow.errors import Incomplete
from workflow.models import Decision, Idea, IdeaEvent
from workflow.services import moves
from workflow.services.texts import SHORTEST_REASON

REFUSALS = (Decision.Kind.DECLINE, Decision.Kind.REFUSE_ADMISSION)


@transaction.atomic
def request_reexamination(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, text: str
) -> IdeaEvent:
    """Bring a refused idea back: to screening or to decision, whichever refused it. Another person has to answer.

    The rights go one department up from the competent one; at the top they stay. Raises Incomplete for a text under 20
    characters, TooLate after the days given or the second time, and as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, "request_reexamination", actor=actor, at=at, version=version)
    text = _checked(text)
    values = {
        "reexamined_at": at,
        "reexamination_text": text,
        "previous_judge_id": _judge_of(idea),
        "reexamination_department_id": idea.department.parent_id if idea.department else None,
    }
    words = {"note_text": text}
    return moves.make(idea, "request_reexamination", actor=actor, at=at, data=dict(words), words=words, values=values)


def _checked(text: str) -> str:
    text = text.strip()
    if len(text) < SHORTEST_REASON:
        raise Incomplete({"text": _("Il testo è troppo breve: scrivi almeno 20 caratteri.")})
    if len(text) > Idea._meta.get_field("reexamination_text").max_length:
        raise Incomplete({"text": _("Il testo è troppo lungo: accorcialo.")})
    return text


def _judge_of(idea: Idea) -> int | None:
    """Who gave the refusal that stands."""
    standing = idea.decisions.filter(kind__in=REFUSALS, undone_at=None)
    return standing.order_by("-at", "-pk").values_list("by_id", flat=True).first()
