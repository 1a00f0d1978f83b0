# SPDX-License-Identifier: AGPL-3.0-or-later
"""The background work of this part: the relay that sends the mails waiting in the table of notices."""

from celery import shared_task
from django.utils import timezone

from innovato.notifications import delivery


@shared_task(name="innovato.notifications.tasks.relay", ignore_result=True)
def relay() -> int:
    """Send the mails that are due; safe to run twice, or several at once."""
    return delivery.relay(at=timezone.now())
