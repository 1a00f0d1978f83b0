# SPDX-License-Identifier: AGPL-3.0-or-later
"""The preparation of a period's tables as a job: one worker at a time, visible progress, one transaction at the end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from innovato.participation import notices
from innovato.participation.catalogue import CATALOGUE, Period
from innovato.participation.models import JobState, Release, ReleaseJob
from innovato.participation.published import ReleasedTable
from innovato.participation.services import chain

LEASE = timedelta(minutes=15)
UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class LostClaim(Exception):
    """Another worker has taken the job over, or finished it: what this one made is thrown away."""


def claim(*, period: Period, at: datetime) -> ReleaseJob | None:
    """The job of a period, held by this worker alone; None when it is finished or somebody else holds it.

    Held for a quarter of an hour: a worker that dies meanwhile loses it to the next one that comes.
    """
    job, _ = ReleaseJob.objects.get_or_create(
        key=period.key,
        defaults={
            "period_kind": period.kind,
            "first_day": period.first_day,
            "last_day": period.last_day,
            "ballot": period.ballot,
            "title": period.title[:200],
        },
    )
    free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    steps = sum(len(measures) for kind, measures in CATALOGUE.values() if kind == period.kind)
    taken = ReleaseJob.objects.filter(free, pk=job.pk, state__in=UNFINISHED).update(
        state=JobState.RUNNING, claimed_until=at + LEASE, attempts=F("attempts") + 1, steps_done=0, steps=steps
    )
    return ReleaseJob.objects.get(pk=job.pk) if taken else None


def step(job: ReleaseJob) -> None:
    """One table more is through: for the eyes of who waits."""
    job.steps_done = min(job.steps_done + 1, job.steps)
    _held(job).update(steps_done=job.steps_done)


@transaction.atomic
def finish(
    job: ReleaseJob, *, tables: Sequence[ReleasedTable], problems: Sequence[dict], at: datetime, lost: bool = False
) -> list[Release]:
    """Release the tables and close the job, in one transaction; `problems` says what was not released.

    HR is told of a refusal. `lost`: nothing can be counted any more, and nobody can help it. Raises LostClaim, and then
    nothing has changed.
    """
    state = JobState.LOST if lost else JobState.REFUSED if problems else JobState.DONE
    closed = _held(job).update(
        state=state, finished_at=at, claimed_until=None, problems=list(problems), steps_done=F("steps")
    )
    if not closed:
        raise LostClaim(job.key)
    if state == JobState.REFUSED:
        notices.refused(job.period, at=at)
    return chain.enter(tables, at=at)


def _held(job: ReleaseJob):
    return ReleaseJob.objects.filter(pk=job.pk, claimed_until=job.claimed_until, state=JobState.RUNNING)
