# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a screening answer keeps of the idea as it stood, so that taking the answer back restores it."""

from datetime import date, datetime, timedelta

from django.conf import settings

from workflow.models import Idea, IdeaEvent
from workflow.states import IdeaState


def standing(idea: Idea) -> dict:
    """The clock and the judging department before an answer, as plain values for the event's `before`."""
    return {
        "due_on": idea.due_on.isoformat() if idea.due_on else None,
        "clock_started_on": idea.clock_started_on.isoformat() if idea.clock_started_on else None,
        "reexamination_department": idea.reexamination_department_id,
    }


def turn_back_clock(idea: Idea, event: IdeaEvent, *, at: datetime) -> None:
    """An answer taken back while its notice is held does not give the office its days again. Saves the idea's clock."""
    before = event.data["before"]
    in_time = at < event.at + timedelta(minutes=settings.INNOVATO_UNDO_MINUTES)
    if event.from_state == IdeaState.SCREENING and in_time and before["due_on"]:
        idea.due_on = date.fromisoformat(before["due_on"])
        idea.clock_started_on = date.fromisoformat(before["clock_started_on"])
        idea.save(update_fields=["due_on", "clock_started_on"])
