# SPDX-License-Identifier: AGPL-3.0-or-later
"""Housekeeping of the installation itself: the embedded broker forgets what it has delivered, expired sessions go."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from innovato import broker
from innovato.organisation import attempts


@shared_task
def purge_embedded_broker() -> None:
    """Sweep the embedded broker. Safe to run twice and at any time."""
    broker.purge()


@shared_task
def clear_expired_sessions() -> None:
    """Delete the sessions that have run out, and the tries to sign in that count no more. Safe to run twice."""
    call_command("clearsessions")
    attempts.forget_old(at=timezone.now())
