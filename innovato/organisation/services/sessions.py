# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where people are signed in: remembered at sign-in, ended all at once when somebody leaves."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from ..models import PersonSession
from ..session_store import whole_limit

_CHUNK = 500


@transaction.atomic
def remember_session(*, person, session_key: str, at: datetime) -> None:
    """Note that this session belongs to `person`, and forget those of theirs that have expired by now."""
    PersonSession.objects.filter(person=person, created_at__lt=at - whole_limit()).delete()
    PersonSession.objects.update_or_create(session_key=session_key, defaults={"person": person, "created_at": at})


def forget_session(*, session_key: str | None) -> None:
    """The session has ended by signing out; nothing happens when it was not known."""
    if session_key:
        PersonSession.objects.filter(session_key=session_key).delete()


@transaction.atomic
def end_sessions(*, person_ids: Iterable[int]) -> int:
    """Sign these people out everywhere; returns how many sessions ended."""
    ids = list(person_ids)
    ended = 0
    for start in range(0, len(ids), _CHUNK):
        known = PersonSession.objects.filter(person__in=ids[start : start + _CHUNK])
        keys = list(known.values_list("session_key", flat=True))
        for first in range(0, len(keys), _CHUNK):
            Session.objects.filter(session_key__in=keys[first : first + _CHUNK]).delete()
        known.delete()
        ended += len(keys)
    return ended
