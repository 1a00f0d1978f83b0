# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling people: notices written together with what they tell, held back, cancelled, read."""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import translation
from kombu.exceptions import OperationalError

from innovato.notifications import kinds, words
from innovato.notifications.models import KEY_LENGTH, EmailState, Notice
from innovato.organisation.models.person import ERASED

logger = logging.getLogger(__name__)

RELAY = "innovato.notifications.tasks.relay"
BATCH = 500
ROOM_FOR_PERSON = 20
_history_until: ContextVar[datetime | None] = ContextVar("history_until", default=None)


def notify(
    *,
    kind: str,
    recipients: Iterable[int],
    context: dict,
    key: str,
    at: datetime,
    hold: timedelta | None = None,
    mail: bool = True,
) -> int:
    """Tell these people (ids) once, in the caller's transaction, and answer how many they are.

    The same `key` again tells nobody twice. `context` holds plain values with at least `title` and `url` (a path);
    see `words` for how names decide what a value is. `hold` keeps the notice back that long, so that `cancel` can
    still take it back. LookupError for an unknown kind, ValueError for a context that can't be told.
    """
    history_until = _history_until.get()
    is_history = history_until is not None and at < history_until
    travels = kinds.get(kind).mail and mail and not is_history
    words.check(context)
    if not key or len(key) > KEY_LENGTH - ROOM_FOR_PERSON:
        raise ValueError("a notice needs a key that leaves room for the person's number")
    people = sorted(set(recipients))
    start = at + (hold or timedelta())
    state = EmailState.PENDING if travels else EmailState.SKIPPED
    read_at = start if is_history else None
    shared = {"kind": kind, "context": context, "created_at": at, "deliver_after": start, "read_at": read_at}
    mailing = {"email_state": state, "email_next_at": start}
    for first in range(0, len(people), BATCH):  # a whole city is never in memory at once
        rows = (
            Notice(recipient_id=person, key=f"{key}:{person}", **shared, **mailing)
            for person in people[first : first + BATCH]
        )
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if people and travels and start <= at and history_until is None:
        _nudge_after_commit()
    return len(people)


@contextmanager
def writing_history(*, until: datetime) -> Iterator[None]:
    """While the past is written in (the demo city, an archive): what is told of it is on record, as read, without a mail.

    Notices dated from `until` on are told as ever. The relay is not woken meanwhile: its own clock finds what is due.
    """
    token = _history_until.set(until)
    try:
        yield
    finally:
        _history_until.reset(token)


def cancel(*, key_prefix: str, at: datetime) -> int:
    """Take back what is still held back under this key (or keys `<key_prefix>:…`); answer how many notices."""
    held = Notice.objects.filter(key__startswith=f"{key_prefix}:", deliver_after__gt=at, cancelled_at=None)
    return held.update(cancelled_at=at, email_state=EmailState.SKIPPED)


def mark_read(*, person_id: int, at: datetime, notice_id: int | None = None) -> int:
    """Mark one or, without `notice_id`, all of a person's own visible notices as read; answer how many changed."""
    mine = Notice.objects.visible_to(person_id, at=at).unread()
    if notice_id is not None:
        mine = mine.filter(pk=notice_id)
    return mine.update(read_at=at)


def old_notices(before: datetime):
    """The notices told before a moment whose mail, where one was foreseen, has left or failed for good."""
    return Notice.objects.filter(deliver_after__lte=before).exclude(email_state=EmailState.PENDING)


def notices_naming(*words: str):
    """The notices in which one of these words stands. Reads them all: for rare use."""
    spelled = {
        spelling for word in words for spelling in (word, json.dumps(word)[1:-1])
    }  # as one database keeps it, or the other
    found = Q()
    for spelling in spelled:
        found |= Q(told__contains=spelling)
    return Notice.objects.annotate(told=Cast("context", TextField())).filter(found)


def forget_person(*, person_id: int, name: str, number: str) -> None:
    """Delete what this person was told, and take name and staff number out of what others were told, in the caller's
    transaction.

    Somebody else with the same name loses it in these old notices too: they do not say whose it was.
    """
    Notice.objects.filter(recipient=person_id).delete()
    for notice in notices_naming(name, f"={number}").select_related("recipient").iterator(chunk_size=BATCH):
        with translation.override(notice.recipient.language):
            instead = str(ERASED)
        told = {
            key: value.replace(name, instead).replace(f"={number}", "=") if isinstance(value, str) else value
            for key, value in notice.context.items()
        }
        Notice.objects.filter(pk=notice.pk).update(context=told)


def _nudge_after_commit() -> None:
    """Wake the relay once this transaction is committed; at most once per transaction."""
    connection = transaction.get_connection()
    if all(waiting is not _nudge for _, waiting, _ in connection.run_on_commit):
        transaction.on_commit(_nudge)


def _nudge() -> None:
    """Best effort: without a broker the relay's own clock sends the mails a little later."""
    try:
        current_app.send_task(RELAY, ignore_result=True, retry=False)
    except OperationalError as error:
        logger.warning("the relay could not be woken: %s", type(error).__name__)
