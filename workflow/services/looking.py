# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who of the office has which idea open right now, so that two colleagues don't answer the same one.

Kept in the cache for a quarter of an hour and nowhere else: it is a courtesy, not a lock, and no record of anybody's work.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache

from innovato.organisation.models import Person
from workflow.models import Idea

LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Look:
    """Somebody has an idea open since a moment."""

    name: str
    since: datetime


def look(*, idea: Idea, by: Person, at: datetime) -> None:
    """Say that `by` has this idea open, and no longer the one before. Who came first keeps the place."""
    before = cache.get(_of_person(by.pk))
    if before not in (None, idea.uuid):
        _leave(before, by)
    cache.set(_of_person(by.pk), idea.uuid, timeout=LASTS.total_seconds())
    mine = (by.pk, by.get_full_name(), at)
    if not cache.add(_of_idea(idea.uuid), mine, timeout=LASTS.total_seconds()) and _holds(idea.uuid, by):
        cache.touch(_of_idea(idea.uuid), timeout=LASTS.total_seconds())


def answered(*, idea: Idea, by: Person) -> None:
    """The idea has its answer: nobody needs to be told any more that somebody has it open."""
    cache.delete_many([_of_idea(idea.uuid), _of_person(by.pk)])


def others(ideas: Iterable[Idea], *, by: Person) -> dict[int, Look]:
    """The keys of the ideas among these that a colleague of `by` has open, and who. One look into the cache."""
    keys = {_of_idea(idea.uuid): idea.pk for idea in ideas}
    found = cache.get_many(keys) if keys else {}
    return {keys[key]: Look(name, since) for key, (person_id, name, since) in found.items() if person_id != by.pk}


def _leave(uuid: UUID, by: Person) -> None:
    if _holds(uuid, by):
        cache.delete(_of_idea(uuid))


def _holds(uuid: UUID, by: Person) -> bool:
    held = cache.get(_of_idea(uuid))
    return held is not None and held[0] == by.pk


def _of_idea(uuid: UUID) -> str:
    return f"workflow.looking.idea.{uuid.hex}"


def _of_person(person_id: int) -> str:
    return f"workflow.looking.person.{person_id}"
