# SPDX-License-Identifier: AGPL-3.0-or-later
"""In whose name somebody acts: one's own, or that of the person they stand in for; and that four eyes hold for both."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from innovato.organisation.access import Deputyship
from innovato.organisation.capabilities import Capability

BARRED = _("Per questa idea la delega non vale: nemmeno chi te l’ha data può occuparsene.")


@dataclass(frozen=True)
class Delegator:
    """Whom a deputy stands in for, as the personal conditions of a move ask about people."""

    person_id: int


def titles(actor, rule, idea) -> tuple[int | None, ...]:
    """In whose names `actor` holds the right to a move: None is the own name, which comes first; else delegators' keys."""
    found = {title for holder in rule.holders for title in holder.titles(actor, idea)}
    return tuple(sorted(found, key=lambda title: title or 0))


def stands_for(title: int | None, rule, idea, at: datetime) -> bool:
    """Four eyes behind a deputy too: who may not judge the idea can't have it judged by somebody in their name."""
    if title is None:
        return True
    personal = (condition for condition in rule.conditions if condition.personal)
    return all(condition.holds(Delegator(title), idea, at) for condition in personal)


def where(actor, rule, at: datetime, idea_model) -> Q:
    """The ideas on which `actor` holds a move's right in at least one name that stands, as SQL: the twin of both above."""
    held = Q(pk__in=[])
    for title, ideas in (way for holder in rule.holders for way in holder.ways(actor, idea_model)):
        for condition in rule.conditions if title else ():
            ideas &= condition.where(Delegator(title), at, idea_model) if condition.personal else Q()
        held |= ideas
    return held


def behind(actor, title: int | None) -> Deputyship | None:
    """The delegator behind a title; None for the own name."""
    held = actor.access.deputyships if actor.access and title else ()
    return next((deputyship for deputyship in held if deputyship.delegator_id == title), None)


def acting_for(
    actor, capability: Capability, department_id: int | None, *, barred: Set[int] = frozenset()
) -> Deputyship | None:
    """For whom `actor` uses a capability outside the table of moves, never somebody in `barred`; None in the own name."""
    held = actor.access.titles(capability, department_id) if actor.access else ()
    return behind(actor, next((title for title in held if title not in barred), None))


def names_behind(actor, capability: Capability, department_id: int | None) -> str:
    """For whom `actor` holds a capability there when it is not held in the own name: "Silvia Ghione", else nothing."""
    held = actor.access.titles(capability, department_id) if actor.access else ()
    if not held or None in held:
        return ""
    names = [deputyship.delegator_name for deputyship in actor.access.deputyships if deputyship.delegator_id in held]
    return pgettext("either of several people", " o ").join(names)


def holds_beyond(actor, capability: Capability, idea, barred: Set[int]) -> bool:
    """Whether `actor`, who is not in `barred`, holds the capability on the idea, in a name that is not there either."""
    held = actor.access.titles(capability, idea.judging_department_id) if actor.access else ()
    return actor.person_id not in barred and any(title not in barred for title in held)
