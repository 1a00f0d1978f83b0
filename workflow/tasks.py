# SPDX-License-Identifier: AGPL-3.0-or-later
"""Background work of the workflow: each task calls one service and is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from workflow.services import assignment, campaigns, due, endings, handing_out, participation, rollup


@shared_task(name="workflow.tasks.advance_stages", ignore_result=True)
def advance_stages() -> None:
    """Let campaigns follow their dates, deferred ideas come back on theirs, waits for an answer end, reviews find who is
    missing."""
    at = timezone.now()
    campaigns.advance_all(at=at)
    due.resume_deferred(at=at)
    due.end_waits(at=at)
    assignment.fill_missing(at=at)


@shared_task(name="workflow.tasks.release_participation", ignore_result=True)
def release_participation() -> None:
    """Release the participation figures of the quarters and years that are over."""
    participation.release_due(at=timezone.now())


@shared_task(name="workflow.tasks.refresh_pipeline", ignore_result=True)
def refresh_pipeline() -> int:
    """Count the events since the last time into the pipeline's figures."""
    return rollup.refresh(at=timezone.now())


@shared_task(name="workflow.tasks.hand_out", ignore_result=True)
def hand_out() -> int:
    """Hand what happened since the last time to the webhooks."""
    return handing_out.hand_out(at=timezone.now())


@shared_task(name="workflow.tasks.tell_endings", ignore_result=True)
def tell_endings() -> None:
    """Tell people of the tasks and delegations of theirs that ended and of which no page told them."""
    endings.tell_since(at=timezone.now())
