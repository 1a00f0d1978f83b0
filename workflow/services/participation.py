# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quarters and years that are over become released tables: counted here, protected and kept one floor below."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from innovato.participation.catalogue import Period
from innovato.participation.models import Release
from innovato.participation.selectors import attempts, finished_keys
from innovato.participation.services import jobs
from innovato.participation.services.protecting import protect_all
from workflow.selectors.participation import counts_of, periods_over
from workflow.services import events

logger = logging.getLogger(__name__)


def release_due(*, at: datetime) -> int:
    """Release what the calendar asks for and is not released yet; returns how many tables. Safe to repeat and to run twice.

    A year comes after its quarters, and a period that has failed before after those that have not: nobody waits for it. For
    background work only: disclosure control takes seconds.
    """
    done, tried = finished_keys(), attempts()
    waiting = [period for period in periods_over(at=at) if period.key not in done]
    waiting.sort(key=lambda period: tried.get(period.key, 0))
    return sum(release_period(period=period, at=at) for period in waiting)


def release_period(*, period: Period, at: datetime) -> int:
    """Release the tables of one period, unless somebody else is at it; returns how many tables."""
    job = jobs.claim(period=period, at=at)
    if job is None:
        return 0
    try:
        protected = protect_all(counts_of(period), progress=lambda: jobs.step(job))
        with transaction.atomic():
            released = jobs.finish(job, tables=protected.tables, problems=protected.problems, at=at)
            record(released, at=at)
    except jobs.LostClaim:
        logger.warning("the tables of %s were prepared twice; the second preparation was thrown away", period.key)
        return 0
    return len(released)


def record(released: Iterable[Release], *, at: datetime) -> None:
    """Enter released tables into the chain of events, in the caller's transaction: their hashes stand in two chains."""
    for row in released:
        data = {
            "number": row.number,
            "table": row.table,
            "measure": row.measure,
            "period": row.period.key,
            "sha256": row.sha256,
        }
        events.record(idea_id=None, kind="participation_released", at=at, data=data)
