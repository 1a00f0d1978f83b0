# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer clock: when a stage starts, what day its answer is due; how it pauses and goes on."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from innovato.organisation.calendar import add_working_days, working_days_between
from workflow.states import IdeaState as S

VERIFY_AFTER_DAYS = 91
VERIFY_WITHIN_DAYS = 183
WAITING_FOR_AUTHORS = gettext_noop("In attesa delle modifiche di chi propone")


def local_day(at: datetime) -> date:
    """The city's calendar day of an instant."""
    return timezone.localtime(at).date()


def start_stage(idea, *, from_state: str, at: datetime) -> list[str]:
    """Set the clock of the state just entered; nothing is saved. Returns the names of the columns that changed."""
    today = local_day(at)
    resumed = idea.clock_remaining if from_state == S.NEEDS_CHANGES else None
    if idea.state == S.NEEDS_CHANGES:
        idea.clock_remaining = max(0, working_days_between(today, idea.due_on)) if idea.due_on else None
        idea.clock_paused_at, idea.clock_pause_reason = at, WAITING_FOR_AUTHORS
    else:
        idea.clock_remaining, idea.clock_paused_at, idea.clock_pause_reason = None, None, ""
    idea.state_since, idea.clock_started_on, idea.clock_restarted = at, today, False
    idea.due_on = due_day(idea, today, resumed=resumed)
    return [
        "state_since",
        "clock_started_on",
        "due_on",
        "clock_remaining",
        "clock_paused_at",
        "clock_pause_reason",
        "clock_restarted",
    ]


def restart_stage(idea, *, at: datetime) -> list[str]:
    """Start the present stage's clock anew after a transfer: once in a stage. Returns the columns that changed."""
    if idea.clock_restarted:
        return []
    today = local_day(at)
    idea.clock_started_on, idea.clock_restarted = today, True
    idea.due_on = due_day(idea, today, resumed=None)
    return ["clock_started_on", "clock_restarted", "due_on"]


def due_day(idea, today: date, *, resumed: int | None) -> date | None:
    """The last day for the answer of the idea's state, counted from `today`; None where nothing is due.

    Days are working days for the city's answers (screening, decision), calendar days elsewhere.
    """
    match idea.state:
        case S.SCREENING:
            days = settings.INNOVATO_SCREENING_DAYS if resumed is None else max(1, resumed)
            return add_working_days(today, days)
        case S.NEEDS_CHANGES:
            return today + timedelta(days=settings.INNOVATO_CHANGES_DAYS)
        case S.REVIEW:
            planned = idea.campaign.review_due_on
            return planned if planned and planned > today else today + timedelta(days=settings.INNOVATO_REVIEW_DAYS)
        case S.DECISION:
            return add_working_days(today, settings.INNOVATO_DECISION_DAYS)
        case S.DEFERRED:
            return idea.revisit_on
        case S.PILOTING:
            return idea.pilot.ends_on
        case S.ADOPTED:
            return today + timedelta(days=VERIFY_WITHIN_DAYS)
    return None
