# SPDX-License-Identifier: AGPL-3.0-or-later
"""How long an idea has waited in its stage against the time it has: in the days in which the stage counts.

A pilot counts from its first day, not from the approval: the board says what its page says.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from innovato.organisation.calendar import working_days_between
from workflow.states import IdeaState

IN_WORKING_DAYS = frozenset({IdeaState.SCREENING, IdeaState.DECISION})
AT_REST = frozenset(
    {
        IdeaState.DEFERRED,
        IdeaState.DECLINED,
        IdeaState.ADOPTED,
        IdeaState.VERIFIED,
        IdeaState.CLOSED,
        IdeaState.NOT_SELECTED,
    }
)
ONE_DAY = timedelta(days=1)
SOON = 0.75  # of the limit


@dataclass(frozen=True)
class Ageing:
    """Days spent and days given. `late` past the limit, `soon` from three quarters of it. `over`: calendar days since the
    day it was due, as every deadline on a page counts them."""

    days: int
    limit: int
    over: int = 0

    @property
    def is_late(self) -> bool:
        """Past the limit."""
        return self.days > self.limit

    @property
    def css(self) -> str:
        """The card's edge."""
        if self.is_late:
            return "late"
        return "soon" if self.days >= self.limit * SOON else ""


def ageing(idea, today: date) -> Ageing | None:
    """The waiting of an idea on `today`; None where no clock runs or a date is simply awaited.

    Reads columns only, and the pilot of an idea in trial.
    """
    if (
        idea.state in AT_REST
        or idea.due_on is None
        or idea.clock_started_on is None
        or idea.clock_paused_at is not None
    ):
        return None
    over = max(0, (today - idea.due_on).days)
    if idea.state in IN_WORKING_DAYS:
        limit = working_days_between(idea.clock_started_on, idea.due_on)
        return Ageing(max(0, working_days_between(idea.clock_started_on, today)), max(1, limit), over)
    start = idea.clock_started_on
    if idea.state == IdeaState.PILOTING:
        start = idea.pilot.starts_on - ONE_DAY  # the first day is day one
    return Ageing(max(0, (today - start).days), max(1, (idea.due_on - start).days), over)
