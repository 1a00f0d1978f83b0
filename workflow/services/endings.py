# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling people that a task or a delegation of theirs is over: at once where a page takes it back, else every morning.

The ground floor keeps the register of what was given and taken back; here it is read and put into notices. A line is
told once, however often it is read.
"""

from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from innovato.notifications.services import notify
from innovato.organisation import services as organisation
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import (
    Delegation,
    Department,
    DepartmentGroupObjectPermission,
    GrantRecord,
    Person,
)
from workflow.services import delegating

DAYS = 3  # how far back a morning looks, should the clock have stood still
_Verb = GrantRecord.Verb


@transaction.atomic
def dismiss(*, person: Person, group: Group, by: Person | None, at: datetime, reason: str) -> bool:
    """Take a person out of a group, with all it holds, and tell them. Raises as `organisation.dismiss` does."""
    changed = organisation.dismiss(person=person, group=group, by=by, at=at, reason=reason)
    tell_now(at=at)
    return changed


@transaction.atomic
def take_back(
    *, capability: str, department: Department, by: Person | None, at: datetime, reason: str,
    group: Group | None = None, person: Person | None = None,
) -> bool:  # fmt: skip
    """Take a right back from a whole group or from a person, and tell everybody who lost it. Raises as below."""
    changed = organisation.take_back(
        capability=capability, department=department, by=by, at=at, reason=reason, group=group, person=person
    )
    tell_now(at=at)
    return changed


def tell_now(*, at: datetime) -> None:
    """Tell of what was taken back at this very moment, in the transaction that does it."""
    _tell_of_rights(GrantRecord.objects.filter(at=at), at=at)
    _tell_of_delegations(Delegation.objects.filter(ended_at=at, ending=Delegation.Ending.RIGHT_LOST), "lost", at=at)


@transaction.atomic
def tell_since(*, at: datetime) -> None:
    """Tell of what ended in the last days and nobody was told: by a transfer, or a delegation whose days are over."""
    today, since = timezone.localdate(at), at - timedelta(days=DAYS)
    _tell_of_rights(GrantRecord.objects.filter(at__gt=since, at__lte=at, person__isnull=False), at=at)
    accepted = Delegation.objects.filter(accepted_at__isnull=False)
    lost = accepted.filter(ended_at__gt=since, ending=Delegation.Ending.RIGHT_LOST)
    _tell_of_delegations(lost, "lost", at=at)
    over = accepted.filter(ended_at=None, ends_on__gte=today - timedelta(days=DAYS), ends_on__lt=today)
    _tell_of_delegations(over, "over", at=at)


def _tell_of_rights(lines: QuerySet[GrantRecord], *, at: datetime) -> None:
    """One notice for each right that somebody in service no longer holds in any other way; none to who did it."""
    lines = lines.filter(verb__in=[_Verb.REVOKED, _Verb.LEFT]).select_related("by", "department", "person")
    for line in lines.order_by("pk"):
        for person in _people_of(line):
            access = DepartmentAccess.of(person, at=at)
            for capability, department in _rights_of(line) if person.pk != line.by_id else ():
                if not access.holds_itself(capability, department.pk):
                    _tell(line, person, capability, department, at=at)


def _people_of(line: GrantRecord) -> list[Person]:
    people = Person.objects.filter(pk=line.person_id) if line.person_id else Person.objects.filter(groups=line.group_id)
    return list(people.filter(is_active=True).order_by("pk"))


def _rights_of(line: GrantRecord) -> list[tuple[Capability, Department]]:
    """What a line took: one right, or everything the group holds that the person left."""
    if line.capability:
        return [(Capability(line.capability), line.department)]
    rows = DepartmentGroupObjectPermission.objects.filter(group=line.group_id)
    rows = rows.select_related("permission", "content_object").order_by("pk")
    return [(Capability(row.permission.codename), row.content_object) for row in rows]


def _tell(line: GrantRecord, person: Person, capability: Capability, department: Department, *, at: datetime) -> None:
    label = delegating.label_to_keep(capability)
    context = {
        "title": label,
        "url": reverse("organisation:profile"),
        "task_label": label,
        "department": department.short_name,
        "by_name": line.by.get_full_name() if line.by else "",
        "reason_text": line.reason,
    }
    key = f"right-ended:{line.pk}:{capability}:{department.pk}"
    notify(kind="right_ended", recipients=[person.pk], context=context, key=key, at=at)


def _tell_of_delegations(rows: QuerySet[Delegation], how: str, *, at: datetime) -> None:
    for row in rows.select_related("delegator", "deputy", "department").order_by("pk"):
        both = {person.pk for person in (row.delegator, row.deputy) if person.is_active}
        delegating.tell(row, "delegation_ended", both, at=at, suffix=f":{how}")
