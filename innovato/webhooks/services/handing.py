# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what happened to what is delivered: one row per receiver, written in the transaction that moves the cursor on."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from innovato.webhooks import kinds
from innovato.webhooks.errors import NotNow, NotThere
from innovato.webhooks.happenings import Happening, body_of, written
from innovato.webhooks.models import Delivery, DeliveryState, Hook, HookAct, HookCursor, Verb
from innovato.webhooks.services.keeping import register, taken
from innovato.webhooks.services.sending import nudge

BATCH = 500


def locked_cursor() -> HookCursor:
    """The cursor, held until the caller's transaction ends: of several handing out at once one goes on."""
    HookCursor.objects.get_or_create(pk=1)
    return HookCursor.objects.select_for_update().get(pk=1)


def receivers() -> list[Hook]:
    """Every webhook with its department, also those in pause: what happens meanwhile waits for them. One query."""
    return list(Hook.objects.select_related("department").order_by("pk"))


def hand_out(happenings: Iterable[Happening], hooks: list[Hook], *, at: datetime) -> int:
    """Write what each receiver is to be told, in the caller's transaction; returns how many rows. Safe to repeat.

    What was taken back before anybody was told is told to nobody. ValueError for a kind that is not on the list.
    """
    rows: list[Delivery] = []
    told = 0
    for happening in happenings:
        if happening.kind not in kinds.known():
            raise ValueError(f"nobody may be told of {happening.kind!r}")
        wanting = [hook for hook in hooks if _wants(hook, happening)]
        if happening.takes_back is not None:
            told += _write(rows)
            rows = []
            wanting = _who_heard(happening.takes_back, wanting)
        rows += _rows(happening, wanting, at)
    return told + _write(rows)


def _wants(hook: Hook, happening: Happening) -> bool:
    """Whether it happened after the webhook was made, is of a kind it is told, and lies in its part of the city.

    What is not for everybody has no department: it goes to receivers for the whole city only, else they would learn one.
    """
    if happening.kind not in hook.kinds or happening.at < hook.created_at:
        return False
    if hook.department is None:
        return True
    return happening.facts is not None and happening.facts.department_path.startswith(hook.department.path)


def _who_heard(taken_back: UUID, hooks: list[Hook]) -> list[Hook]:
    """Forget the deliveries that nobody began; the receivers who were told, or may have been."""
    Delivery.objects.filter(happening=taken_back, again=False, attempts=0, state=DeliveryState.WAITING).delete()
    heard = set(Delivery.objects.filter(happening=taken_back).values_list("hook_id", flat=True))
    return [hook for hook in hooks if hook.pk in heard]


def _rows(happening: Happening, hooks: list[Hook], at: datetime) -> list[Delivery]:
    if not hooks:
        return []
    body = body_of(happening)
    shared = {
        "happening": happening.id, "kind": happening.kind, "subject": happening.idea, "body": body,
        "sha256": _sha256(body), "created_at": at, "next_at": happening.at + (happening.hold or timedelta()),
    }  # fmt: skip
    return [Delivery(hook=hook, **shared) for hook in hooks]


def _write(rows: list[Delivery]) -> int:
    Delivery.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


@transaction.atomic
def send_test(*, by, uuid: UUID, at: datetime) -> Delivery:
    """Write a test delivery, tried once, also to a webhook in pause; one that still waits is answered with itself.

    Raises NotThere.
    """
    hook = taken(by=by, uuid=uuid, at=at)
    waiting = hook.deliveries.filter(kind=kinds.TEST, state=DeliveryState.WAITING).first()
    if waiting is not None:
        return waiting
    body = written({"id": str(uuid4()), "kind": kinds.TEST})
    transaction.on_commit(nudge)
    register(hook, Verb.TESTED, by=by, at=at)
    return Delivery.objects.create(
        hook=hook, kind=kinds.TEST, body=body, sha256=_sha256(body), created_at=at, next_at=at
    )


@transaction.atomic
def redeliver(*, by, uuid: UUID, delivery: UUID, at: datetime) -> Delivery:
    """Write the same text again for the same receiver; one that still waits is answered with itself.

    Raises NotThere, and NotNow for a test or for a delivery that is still under way.
    """
    hook = taken(by=by, uuid=uuid, at=at)
    found = hook.deliveries.filter(uuid=delivery).first()
    if found is None:
        raise NotThere()
    if found.kind == kinds.TEST:
        raise NotNow(_("Una prova non si ripete: mandane un’altra."))
    if found.is_waiting:
        raise NotNow(_("Questa consegna è ancora in corso: si ripete da sola."))
    waiting = hook.deliveries.filter(happening=found.happening, again=True, state=DeliveryState.WAITING).first()
    if waiting is not None:
        return waiting
    register(hook, Verb.REDELIVERED, by=by, at=at, detail=f"{found.kind} {found.subject}")
    transaction.on_commit(nudge)
    copied = {name: getattr(found, name) for name in ("happening", "kind", "subject", "body", "sha256")}
    return Delivery.objects.create(hook=hook, again=True, created_at=at, next_at=at, **copied)


def old_deliveries(before: datetime) -> QuerySet[Delivery]:
    """The deliveries written before this moment, also those that wait for a webhook in pause."""
    return Delivery.objects.filter(created_at__lte=before)


def old_acts(before: datetime) -> QuerySet[HookAct]:
    """The lines of the register written before this moment."""
    return HookAct.objects.filter(at__lte=before)
