# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the clock does for this part: it forgets the answers kept for calls sent twice."""

from celery import shared_task
from django.utils import timezone

from .services import kept_answers


@shared_task
def forget_kept_answers() -> None:
    """Delete the answers older than a day. Safe to run twice and at any time."""
    kept_answers.forget_old(at=timezone.now())
