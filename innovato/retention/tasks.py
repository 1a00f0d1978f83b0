# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does for this part, every night."""

from celery import shared_task
from django.utils import timezone

from innovato.retention.services import running


@shared_task(name="innovato.retention.tasks.run_retention", ignore_result=True)
def run_retention() -> None:
    """Follow every rule once. Safe to run twice and several at once: each rule is one worker's at a time."""
    running.run_all(at=timezone.now())
