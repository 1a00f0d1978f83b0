# SPDX-License-Identifier: AGPL-3.0-or-later
"""Background work of exports: each task takes an order's key or nothing, calls one service and is safe to run twice."""

from celery import shared_task
from django.utils import timezone

from innovato.exports.services import mailing, making


@shared_task(name="innovato.exports.tasks.make", ignore_result=True)
def make(export_id: int) -> bool:
    """Make the file of one order."""
    return making.make(export_id=export_id, at=timezone.now())


@shared_task(name="innovato.exports.tasks.tidy", ignore_result=True)
def tidy() -> int:
    """Delete what has expired and wake what waits."""
    return making.tidy(at=timezone.now())


@shared_task(name="innovato.exports.tasks.send_reports", ignore_result=True)
def send_reports() -> int:
    """Order the files of reports that somebody receives on a schedule."""
    return mailing.send_due(at=timezone.now())
