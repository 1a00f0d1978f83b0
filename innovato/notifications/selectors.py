# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading notices: a person's list, page by page, and how many are unread."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from innovato.compiled import Compiled
from innovato.notifications.models import Notice

PAGE = 20
MOST_COUNTED = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")


@dataclass(frozen=True)
class Page:
    """Some of a person's notices, newest first, and the place where the following ones begin (empty at the end)."""

    notices: tuple[Notice, ...]
    following: str


def page(*, person_id: int, at: datetime, after: str = "") -> Page:
    """The person's visible notices from a place on; ValueError for a place that no page gave out."""
    rows = Notice.objects.visible_to(person_id, at=at).newest_first()
    if after:
        rows = rows.before(*_moment_and_number(after))
    found = tuple(rows[: PAGE + 1])
    return Page(found[:PAGE], _place(found[PAGE - 1]) if len(found) > PAGE else "")


def unread_count(*, person_id: int, at: datetime) -> int:
    """How many notices the person has not opened yet, counted up to a hundred."""
    return len(_UNREAD.rows(person=person_id, at=at))


def _unread(person: int, at: datetime) -> QuerySet:
    return Notice.objects.visible_to(person, at=at).unread().values_list("pk")[:MOST_COUNTED]


_UNREAD = Compiled(_unread, person=int, at=datetime)  # every page asks it


def _place(notice: Notice) -> str:
    return f"{(notice.deliver_after - EPOCH) // timedelta(microseconds=1)}-{notice.pk}"


def _moment_and_number(place: str) -> tuple[datetime, int]:
    if (match := PLACE.fullmatch(place)) is None:
        raise ValueError("not a place in the list of notices")
    return EPOCH + timedelta(microseconds=int(match[1])), int(match[2])
