# SPDX-License-Identifier: AGPL-3.0-or-later
"""Background work of the ballots: each tick is safe to run twice and four at once."""

from celery import shared_task
from django.utils import timezone

from voting.services import calendar, turnout


@shared_task(name="voting.tasks.advance_ballots", ignore_result=True)
def advance_ballots() -> None:
    """Open, close and seal the ballots whose time has come."""
    calendar.catch_up()


@shared_task(name="voting.tasks.release_turnout", ignore_result=True)
def release_turnout() -> None:
    """Release the turnout of ballots that have closed."""
    turnout.release_waiting(at=timezone.now())
