# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks for the walk: one with more deliveries than a page holds, in every state, and one that stopped by itself."""

from datetime import timedelta
from uuid import uuid4

from innovato.webhooks.models import Delivery, DeliveryState, Fault, Hook, HookState, Pause
from innovato.webhooks.services import keeping

ENDS = (
    {"state": DeliveryState.DELIVERED, "answer": 204, "milliseconds": 84},
    {"state": DeliveryState.FAILED, "answer": 503, "fault": Fault.ANSWER, "milliseconds": 1204, "attempts": 9},
    {"state": DeliveryState.FAILED, "fault": Fault.FORBIDDEN, "attempts": 9, "milliseconds": 3},
)


def fill(here) -> None:
    """Both webhooks, by the innovation office."""
    about = {"by": here.screener, "kinds": ["admit", "approve_pilot", "conclude_pilot"], "at": here.now}
    here.hook, _secret = keeping.create(
        uuid=uuid4(), name="Portale dell’intranet", department_id=None,
        address="https://portale.comune.example/" + "servizi/" * 12 + "innovato?chiave=0123456789", **about,
    )  # fmt: skip
    here.stopped_hook, _secret = keeping.create(
        uuid=uuid4(), name="Cruscotto della divisione", department_id=here.division.pk,
        address="https://dati.comune.example/innovato", **about,
    )  # fmt: skip
    stopped = {"state": HookState.PAUSED, "pause": Pause.FAILURES, "paused_at": here.now}
    Hook.objects.filter(pk=here.stopped_hook.pk).update(**stopped)
    for number in range(23):
        at = here.now - timedelta(hours=23 - number)
        end = {"attempts": 1, "finished_at": at, "last_at": at} | ENDS[number % 3]
        here.delivery = _delivery(here, at, f"2026-{number:04d}", **end)
    _delivery(here, here.now, "2026-0412")


def _delivery(here, at, subject, **end) -> Delivery:
    body = f'{{"id":"{uuid4()}","idea":"{subject}","kind":"admit"}}'
    named = {"happening": uuid4(), "kind": "admit", "subject": subject, "body": body, "sha256": "ab" * 32}
    return Delivery.objects.create(hook=here.hook, created_at=at, next_at=at, **named, **end)
