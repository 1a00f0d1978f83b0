# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following the rules: each in a run of its own with a report, one at a time whoever asks, safe to repeat and to break off."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, IntegrityError, transaction

from innovato.batches import delete_some
from innovato.retention import registry, rules
from innovato.retention.errors import NotThere
from innovato.retention.models import RetentionRun

logger = logging.getLogger(__name__)

Progress = Callable[[str, int], None]
SILENT = timedelta(hours=2)  # a run without an end for so long died with its worker
INTERRUPTED = "interrupted"


def run_all(
    *, at: datetime, only: str | None = None, progress: Progress = lambda name, done: None
) -> list[RetentionRun]:
    """Follow every rule, or only one; returns the reports. A rule that another worker is at is left to it.

    A fault of the database in one rule is written in its report and does not keep the others waiting. LookupError for a
    name that is no rule.
    """
    chosen = registry.rules() if only is None else (registry.get(only),)
    return [report for rule in chosen if (report := _run(rule, at=at, progress=progress)) is not None]


def count_all(*, at: datetime, only: str | None = None, by=None) -> list[RetentionRun]:
    """What every rule, or only one, would let go now; counted, reported, and nothing deleted.

    For the command line (`by` None), and for who looks after the whole city: NotThere for anybody else.
    """
    if by is not None and not rules.may_look_after(by, at=at):
        raise NotThere()
    chosen = registry.rules() if only is None else (registry.get(only),)
    return [
        RetentionRun.objects.create(
            rule=rule.name, is_dry=True, by=by, started_at=at, finished_at=at, count=rule.due(at)
        )
        for rule in chosen
    ]  # fmt: skip


def _run(rule: registry.Rule, *, at: datetime, progress: Progress) -> RetentionRun | None:
    report = _claim(rule, at=at)
    if report is None:
        return None
    started = monotonic()
    try:
        rule.run(at, progress=lambda done: _say(report, done, progress))
    except DatabaseError as error:
        report.fault = type(error).__name__
        logger.error("the rule %s of retention stopped: %s", rule.name, report.fault)
    report.finished_at = at + timedelta(seconds=monotonic() - started)
    report.save(update_fields=["finished_at", "count", "fault"])
    logger.info("retention: %s %s", rule.name, report.count)
    return report


def _claim(rule: registry.Rule, *, at: datetime) -> RetentionRun | None:
    """Begin a run, unless another one is under way; one that has been silent for hours is put on record as broken off."""
    running = RetentionRun.objects.filter(rule=rule.name, is_dry=False, finished_at=None)
    running.filter(started_at__lte=at - SILENT).update(finished_at=at, fault=INTERRUPTED)
    try:
        with transaction.atomic():
            return RetentionRun.objects.create(rule=rule.name, started_at=at)
    except IntegrityError:
        return None


def _say(report: RetentionRun, done: int, progress: Progress) -> None:
    report.count = done
    RetentionRun.objects.filter(pk=report.pk).update(count=done)
    progress(report.rule, done)


def old_reports(before: datetime):
    """The reports of runs that ended before a moment."""
    return RetentionRun.objects.filter(finished_at__lte=before)


def forget_reports(before: datetime) -> int:
    """One batch of them; returns how many."""
    return delete_some(old_reports(before))
