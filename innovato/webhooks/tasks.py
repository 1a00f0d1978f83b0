# SPDX-License-Identifier: AGPL-3.0-or-later
"""Background work of webhooks: the relay that delivers what is due."""

from celery import shared_task
from django.utils import timezone

from innovato.webhooks.services import sending


@shared_task(name="innovato.webhooks.tasks.relay", ignore_result=True)
def relay() -> int:
    """Deliver what is due; safe to run twice, or several at once."""
    return sending.relay(at=timezone.now())
