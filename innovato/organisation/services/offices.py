# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving somebody a task on a department, and taking it back, through the office's group: people come and go, it stays."""

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..capabilities import LABELS, Capability
from ..errors import OrganisationError, UnknownCapability
from ..models import Department, DepartmentGroupObjectPermission, GrantRecord, Person
from .rights import add_to_group, check_manages, grant, lock_open_department, remove_from_group, revoke

LONGEST_REASON = GrantRecord._meta.get_field("reason").max_length


@transaction.atomic
def appoint(
    *, person: Person, capability: str, department: Department, by: Person | None, at: datetime, reason: str
) -> bool:
    """Put a person into the group that holds `capability`, and nothing else, on `department`; make it where none does.

    Returns whether anything changed. Raises as `grant` and `add_to_group` do, and OrganisationError without a reason.
    """
    reason = _checked(reason)
    if capability not in set(Capability):
        raise UnknownCapability(_("Questo incarico non esiste."))
    department = lock_open_department(department, timezone.localdate(at))
    check_manages(by, department)
    group, holds_it = _group_of(Capability(capability), department)
    if not holds_it:
        grant(capability=Capability(capability), department=department, to_group=group, by=by, at=at, reason=reason)
    return add_to_group(person=person, group=group, by=by, at=at, reason=reason)


@transaction.atomic
def dismiss(*, person: Person, group: Group, by: Person | None, at: datetime, reason: str) -> bool:
    """Take a person out of a group, with all it holds; returns whether they were in it. Raises NotAllowed."""
    return remove_from_group(person=person, group=group, by=by, at=at, reason=_checked(reason))


@transaction.atomic
def take_back(
    *, capability: str, department: Department, by: Person | None, at: datetime, reason: str,
    group: Group | None = None, person: Person | None = None,
) -> bool:  # fmt: skip
    """Take a right back from a whole group, or from a person who holds it directly. Raises NotAllowed."""
    return revoke(
        capability=capability, department=department, by=by, at=at, reason=_checked(reason),
        from_group=group, from_person=person,
    )  # fmt: skip


def _group_of(capability: Capability, department: Department) -> tuple[Group, bool]:
    """The group that holds exactly this right here, and True; a new one named after both where there is none."""
    here = Q(departmentgroupobjectpermission__content_object=department)
    same = here & Q(departmentgroupobjectpermission__permission__codename=capability.value)
    only = DepartmentGroupObjectPermission.objects.values("group").annotate(n=Count("pk")).filter(n=1).values("group")
    found = Group.objects.filter(same, pk__in=only).order_by("pk").first()
    if found is not None:
        return found, True
    with override("it"):
        name = f"{LABELS[capability]} · {department.short_name} ({department.code})"
    return Group.objects.get_or_create(name=name[:150])[0], False


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise OrganisationError(_("Scrivi il motivo: resta nel registro degli incarichi."))
    if len(reason) > LONGEST_REASON:
        raise OrganisationError(_("Il motivo è troppo lungo: al massimo %(n)d caratteri.") % {"n": LONGEST_REASON})
    return reason
