# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading webhooks: all of them, one, its log page by page, and who did what."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Subquery

from innovato.webhooks import kinds
from innovato.webhooks.models import Delivery, DeliveryState, Hook, HookAct

PAGE = 20
ACTS = 20
PLACE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Page:
    """Some deliveries, newest first, and the place where the following ones begin (empty at the end)."""

    deliveries: tuple[Delivery, ...]
    following: str


def hooks() -> list[Hook]:
    """Every webhook by name, with how and when its last finished delivery ended (`last_words`, `last_at`). One query."""
    last = Delivery.objects.filter(hook=OuterRef("pk")).exclude(state=DeliveryState.WAITING).order_by("-pk")
    rows = Hook.objects.select_related("department").order_by("name", "pk")
    found = list(
        rows.annotate(last_state=Subquery(last.values("state")[:1]), last_at=Subquery(last.values("finished_at")[:1]))
    )
    for row in found:
        row.last_words = DeliveryState(row.last_state).label if row.last_state else ""
    return found


def hook(uuid: UUID) -> Hook | None:
    """One webhook with its department, if it is there."""
    return Hook.objects.select_related("department").filter(uuid=uuid).first()


def kinds_of(row: Hook) -> list[str]:
    """What it is told, in words."""
    return [kinds.words_of(kind) for kind in row.kinds]


def log(row: Hook, *, after: str = "") -> Page:
    """Its deliveries from a place on, newest first; ValueError for a place that no page gave out. One query."""
    rows = Delivery.objects.filter(hook=row).order_by("-pk").defer("body")
    if after:
        if not PLACE.fullmatch(after):
            raise ValueError("not a place in the log")
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    for delivery in found:
        delivery.words = words_of(delivery)
    return Page(tuple(found[:PAGE]), str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def delivery(row: Hook, uuid: UUID) -> Delivery | None:
    """One delivery of this webhook, if it is there."""
    found = Delivery.objects.filter(hook=row, uuid=uuid).first()
    if found is not None:
        found.words = words_of(found)
    return found


def words_of(row: Delivery) -> str:
    """What a delivery tells, in words; empty for a test."""
    return "" if row.kind == kinds.TEST else kinds.words_of(row.kind)


def acts(uuid: UUID | None = None) -> list[HookAct]:
    """The last acts, of one webhook or of all, newest first. One query."""
    rows = HookAct.objects.select_related("by").order_by("-at", "-pk")
    return list((rows if uuid is None else rows.filter(hook_uuid=uuid))[:ACTS])
