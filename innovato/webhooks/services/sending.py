# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delivering what is due: a receiver taken in a short transaction, called outside any, then what came of it written down.

Of several relays none calls a receiver that another one is calling. A relay that dies leaves its delivery to the next
after the lease; should it have arrived already, the repetition has the same `InnovaTo-Delivery`.
"""

import logging
import random
from datetime import datetime, timedelta
from time import monotonic

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from kombu.exceptions import OperationalError

from innovato.webhooks import kinds, notices, signing, wire
from innovato.webhooks.models import Delivery, DeliveryState, Hook, HookState, Pause, Verb
from innovato.webhooks.services.keeping import locked, register, stop

logger = logging.getLogger(__name__)

RELAY = "innovato.webhooks.tasks.relay"
LEASE = timedelta(minutes=2)  # a call takes less than twenty seconds
BUDGET = 45  # seconds of one run: the clock starts the next one
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 2 * 60, 4 * 60, 8 * 60, 9 * 60))  # about a day
MAX_ATTEMPTS = len(WAITS) + 1
JITTER = 0.1  # so that receivers that failed together are not called together
GONE = 410


def relay(*, at: datetime) -> int:
    """Deliver what is due and answer how much arrived. Safe to run twice, or several at once.

    A receiver that failed is left alone for the rest of the run: one that is slow holds up nobody for long.
    """
    started, arrived, resting = monotonic(), 0, set()

    def now() -> datetime:
        return at + timedelta(seconds=monotonic() - started)

    while monotonic() - started < BUDGET:
        delivery = _take(at=now(), without=resting)
        if delivery is None:
            break
        if _deliver(delivery, now):
            arrived += 1
        else:
            resting.add(delivery.hook_id)
    return arrived


def _take(*, at: datetime, without: set[int]) -> Delivery | None:
    """Take the receiver that waited longest for its turn, and the delivery that has been due longest there."""
    due = Delivery.objects.filter(hook=OuterRef("pk"), state=DeliveryState.WAITING, next_at__lte=at).order_by()
    ready = (Q(state=HookState.ACTIVE) & Exists(due)) | Exists(due.filter(kind=kinds.TEST))
    free = Q(busy_until=None) | Q(busy_until__lte=at)
    with transaction.atomic():
        hooks = Hook.objects.filter(free, ready).exclude(pk__in=without)
        hooks = hooks.order_by(F("served_at").asc(nulls_first=True), "pk")
        hook = hooks.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
        if hook is None:
            return None
        rows = hook.deliveries.filter(state=DeliveryState.WAITING, next_at__lte=at)
        if not hook.is_active:
            rows = rows.filter(kind=kinds.TEST)
        delivery = rows.order_by("next_at", "pk").select_for_update().first()
        if delivery is None:
            return None
        hook.served_at, hook.busy_until = at, at + LEASE
        hook.save(update_fields=["served_at", "busy_until"])
        delivery.attempts += 1
        delivery.last_at = at
        delivery.save(update_fields=["attempts", "last_at"])
    delivery.hook = hook
    return delivery


def _deliver(delivery: Delivery, now) -> bool:
    """Call the receiver and write down what came of it; True when it arrived."""
    hook = delivery.hook
    try:
        secrets = _secrets(hook, at=now())
    except signing.SecretLost:
        _written_down(delivery, None, at=now())
        return False
    body = delivery.body.encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "InnovaTo-Webhook/1",
        "InnovaTo-Delivery": str(delivery.uuid),
        "InnovaTo-Kind": delivery.kind,
        "InnovaTo-Signature": signing.signature(body, unix=int(now().timestamp()), secrets_in_force=secrets),
    }
    answer = wire.post(hook.address, body, headers)
    _written_down(delivery, answer, at=now())
    return not answer.fault


def _secrets(hook: Hook, *, at: datetime) -> list[str]:
    """What signs now. Raises SecretLost; the former one is only a courtesy."""
    secrets = [signing.unseal(hook.sealed, hook=hook.uuid)]
    if hook.former_until is not None and at < hook.former_until:
        try:
            secrets.append(signing.unseal(hook.former_sealed, hook=hook.uuid))
        except signing.SecretLost:
            logger.warning("the former secret of webhook %s can't be read", hook.pk)
    return secrets


@transaction.atomic
def _written_down(delivery: Delivery, answer: wire.Answer | None, *, at: datetime) -> None:
    """What came of it, if the delivery is still ours; None: its secret could not be read and nothing was sent."""
    hook = locked(pk=delivery.hook_id, busy_until=delivery.hook.busy_until)
    if hook is None:  # deleted meanwhile, or our lease is over and another relay has it
        return
    hook.busy_until = None
    row = Delivery.objects.select_for_update().filter(pk=delivery.pk, state=DeliveryState.WAITING).first()
    if answer is None:
        _stop_by_itself(hook, Pause.SECRET, at=at)
        if row is not None and row.kind == kinds.TEST:
            _end(row, DeliveryState.FAILED, at=at)
    elif row is not None:
        row.answer, row.milliseconds, row.fault = answer.code, answer.milliseconds, answer.fault
        _judge(hook, row, at=at)
    hook.save(update_fields=["busy_until", "failures"])


def _judge(hook: Hook, row: Delivery, *, at: datetime) -> None:
    is_test = row.kind == kinds.TEST
    if not row.fault:
        _end(row, DeliveryState.DELIVERED, at=at)
        hook.failures = hook.failures if is_test else 0
        return
    logger.warning("webhook %s: attempt %s of a delivery failed: %s", hook.pk, row.attempts, row.fault)
    is_gone = row.answer == GONE
    if not (is_test or is_gone or row.attempts >= MAX_ATTEMPTS):
        row.next_at = at + _wait(row.attempts)
        row.save(update_fields=["next_at", "answer", "milliseconds", "fault"])
        return
    _end(row, DeliveryState.FAILED, at=at)
    if is_test:
        return
    hook.failures += 1
    if is_gone:
        _stop_by_itself(hook, Pause.GONE, at=at)
    elif hook.failures >= settings.INNOVATO_WEBHOOK_PAUSE_AFTER:
        _stop_by_itself(hook, Pause.FAILURES, at=at)


def _wait(attempts: int) -> timedelta:
    """How long after this many attempts the next one is."""
    return WAITS[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)


def _end(row: Delivery, state: DeliveryState, *, at: datetime) -> None:
    row.state, row.finished_at = state, at
    row.save(update_fields=["state", "finished_at", "answer", "milliseconds", "fault"])


def _stop_by_itself(hook: Hook, why: Pause, *, at: datetime) -> None:
    """Pause, and tell the innovation office; one that is in pause already stays as it is."""
    if hook.is_active:
        stop(hook, why, at=at)
        register(hook, Verb.PAUSED, by=None, at=at, detail=why.value)
        notices.paused(hook, at=at)


def nudge() -> None:
    """Best effort: without a broker the clock delivers within a minute."""
    try:
        current_app.send_task(RELAY, ignore_result=True, retry=False)
    except OperationalError as error:
        logger.warning("the relay of webhooks could not be woken: %s", type(error).__name__)
