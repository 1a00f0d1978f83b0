# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answers kept for calls of the API that are sent twice: taken with the call's effect, forgotten after a day."""

from datetime import datetime, timedelta

from django.db import transaction

from ..models import KeptAnswer, Person

KEPT_FOR = timedelta(hours=24)


def take(*, person: Person, key: str, fingerprint: str, at: datetime) -> tuple[KeptAnswer, bool]:
    """The kept answer of this person's key, and whether the key is new. Call it in the transaction of the effect.

    Another call with the same key waits here until that transaction has ended.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a key is taken in the transaction of what it stands for")
    mine = KeptAnswer.objects.filter(person=person, key=key)
    mine.filter(created_at__lte=at - KEPT_FOR).delete()
    return KeptAnswer.objects.get_or_create(
        person=person, key=key, defaults={"fingerprint": fingerprint, "created_at": at}
    )


def keep(kept: KeptAnswer, *, status: int, body: str) -> None:
    """Write down what the call answered, in the same transaction."""
    kept.status, kept.body = status, body
    kept.save(update_fields=["status", "body"])


def forget_old(*, at: datetime) -> int:
    """Delete what is older than a day; returns how many answers. Safe to run twice and at any time."""
    return KeptAnswer.objects.filter(created_at__lte=at - KEPT_FOR).delete()[0]
