# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changes hands when a department moves, is merged or closes: read before anybody confirms."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from innovato.organisation.holdings import Holding, delegations_touching, holdings_given_on
from innovato.organisation.models import Delegation, Department, Person
from workflow.models import Campaign, Idea, Pilot
from workflow.states import FINAL, IdeaState

S = IdeaState
WAITING = (S.SCREENING, S.DECISION)  # an answer is due


@dataclass(frozen=True)
class Preview:
    """Numbers and rights. `ending` are rights that end, `losing` reach it no longer, `gaining` reach it from now on."""

    departments: int
    people: int
    ideas: int
    waiting: int
    pilots: int
    campaigns: int
    delegations: tuple[Delegation, ...]
    ending: tuple[Holding, ...]
    losing: tuple[Holding, ...]
    gaining: tuple[Holding, ...]


def preview(*, act: str, department: Department, other: Department | None, at: datetime) -> Preview:
    """What happens when `department` moves below `other` ("move"), goes up in it ("merge") or closes ("close").

    Nothing is written. About a dozen queries, whatever the size.
    """
    below = Department.objects.below(department.path)
    inside = below.values("pk")
    ideas = Idea.objects.exclude(state__in=[*FINAL, S.DRAFT])
    ideas = ideas.filter(Q(department__in=inside) | Q(reexamination_department__in=inside))
    before = set(department.ancestor_ids[:-1])
    after = set(other.ancestor_ids) if other is not None else before
    ended = [department.pk] if act in {"merge", "close"} else []
    rights = {row: row.department.pk for row in holdings_given_on(before | after | set(ended))}
    day = timezone.localdate(at)
    people = Person.objects.filter(is_active=True)
    moved = people.filter(home_department=department) if act == "merge" else people.filter(home_department__in=inside)
    return Preview(
        departments=below.filter(valid_to=None).exclude(pk=department.pk).count(),
        people=moved.count(),
        ideas=ideas.count(),
        waiting=ideas.filter(state__in=WAITING).count(),
        pilots=Pilot.objects.filter(department__in=inside, idea__state=S.PILOTING).count(),
        campaigns=Campaign.objects.filter(sponsor__in=inside).exclude(stage="closed").count(),
        delegations=tuple(delegations_touching(department, day=day)),
        ending=tuple(row for row, pk in rights.items() if pk in ended),
        losing=tuple(row for row, pk in rights.items() if pk in before - after),
        gaining=tuple(row for row, pk in rights.items() if pk in after - before),
    )
