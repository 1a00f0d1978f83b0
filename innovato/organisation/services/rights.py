# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving rights and taking them back, to a group or a person, every time with a line in the register."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..access import DepartmentAccess
from ..capabilities import INCOMPATIBLE, Capability
from ..errors import Incompatible, NotInService, NotToOneself, UnknownCapability, WrongPlace, not_allowed
from ..models import (
    Delegation,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentUserObjectPermission,
    GrantRecord,
    Person,
)
from .orphans import end_without_right

_Verb = GrantRecord.Verb


@transaction.atomic
def grant(
    *,
    capability: Capability,
    department: Department,
    by: Person | None,
    at: datetime,
    reason: str,
    to_group: Group | None = None,
    to_person: Person | None = None,
) -> bool:
    """Give `capability` on `department` and all below to a group or, for delegations, to a person.

    Returns whether anything changed: a right already held is left alone. `by` must look after the department
    (None: the command line). Raises NotToOneself, NotAllowed, Incompatible, UnknownCapability, WrongPlace,
    NotInService.
    """
    capability = _known(capability)
    department = lock_open_department(department, timezone.localdate(at))
    check_manages(by, department)
    members = _lock_receivers(to_group, to_person)
    if by is not None and by.pk in members:
        raise NotToOneself(_("Non puoi assegnare un incarico a te: chiedi a chi amministra le strutture."))
    check_compatible(members, {capability}, at=at)
    _row, made = _rows(to_group, to_person).get_or_create(
        permission=_permission(capability), content_object=department, **_receiver(to_group, to_person)
    )
    if made:
        _record(_Verb.GRANTED, by=by, at=at, reason=reason, capability=capability, department=department,
                person=to_person, group=to_group)  # fmt: skip
    return made


@transaction.atomic
def revoke(
    *,
    capability: Capability,
    department: Department,
    by: Person | None,
    at: datetime,
    reason: str,
    from_group: Group | None = None,
    from_person: Person | None = None,
) -> bool:
    """Take back a right given on this very department; returns whether there was one. Effective on the next request."""
    capability = _known(capability)
    check_manages(by, department)
    _check_one_receiver(from_group, from_person)
    gone, _by_table = (
        _rows(from_group, from_person)
        .filter(permission=_permission(capability), content_object=department, **_receiver(from_group, from_person))
        .delete()
    )
    if gone:
        _record(_Verb.REVOKED, by=by, at=at, reason=reason, capability=capability, department=department,
                person=from_person, group=from_group)  # fmt: skip
        end_without_right(
            at=at, people=[from_person.pk] if from_person else (), groups=[from_group.pk] if from_group else ()
        )
    return bool(gone)


@transaction.atomic
def add_to_group(*, person: Person, group: Group, by: Person | None, at: datetime, reason: str) -> bool:
    """Put a person into a group, with all the rights the group holds; returns whether they were not in it already.

    `by` must look after every department on which the group holds a right, and can't be the person.
    """
    _lock_receivers(group, None)
    _lock_receivers(None, person)
    if by is not None and by.pk == person.pk:
        raise NotToOneself(_("Non puoi entrare da te in un gruppo: chiedi a chi amministra le strutture."))
    grants = DepartmentGroupObjectPermission.objects.filter(group=group).select_related("permission", "content_object")
    for department in {row.content_object for row in grants} or {None}:
        check_manages(by, department)
    check_compatible({person.pk}, {Capability(row.permission.codename) for row in grants}, at=at)
    _row, made = Person.groups.through.objects.get_or_create(person=person, group=group)
    if made:
        _record(_Verb.JOINED, by=by, at=at, reason=reason, person=person, group=group)
    return made


@transaction.atomic
def remove_from_group(*, person: Person, group: Group, by: Person | None, at: datetime, reason: str) -> bool:
    """Take a person out of a group; returns whether they were in it."""
    departments = Department.objects.filter(group_grants__group=group).distinct()
    for department in list(departments) or [None]:
        check_manages(by, department)
    return bool(leave_groups(memberships=[(person.pk, group.pk)], by=by, at=at, reason=reason))


def leave_groups(*, memberships: Iterable[tuple[int, int]], by: Person | None, at: datetime, reason: str) -> int:
    """End these (person, group) memberships, each with its line; for services that have checked who asks."""
    wanted = set(memberships)
    through = Person.groups.through.objects
    rows = through.filter(person__in={pair[0] for pair in wanted}, group__in={pair[1] for pair in wanted})
    ending = [row for row in rows if (row.person_id, row.group_id) in wanted]
    through.filter(pk__in=[row.pk for row in ending]).delete()
    GrantRecord.objects.bulk_create(
        GrantRecord(verb=_Verb.LEFT, person_id=row.person_id, group_id=row.group_id, by=by, at=at, reason=reason)
        for row in ending
    )
    end_without_right(at=at, people=[row.person_id for row in ending])
    return len(ending)


def end_grants(rows, *, by: Person | None, at: datetime, reason: str) -> int:
    """Delete these rows of either grant table, each with its line; for services that have checked who asks."""
    ending = list(rows.select_related("permission"))
    records = [
        GrantRecord(
            verb=_Verb.REVOKED, capability=row.permission.codename, department_id=row.content_object_id,
            person_id=getattr(row, "user_id", None), group_id=getattr(row, "group_id", None),
            by=by, at=at, reason=reason,
        )
        for row in ending
    ]  # fmt: skip
    rows.model.objects.filter(pk__in=[row.pk for row in ending]).delete()
    GrantRecord.objects.bulk_create(records)
    people = [row.person_id for row in records if row.person_id]
    end_without_right(at=at, people=people, groups=[row.group_id for row in records if row.group_id])
    return len(ending)


def check_manages(by: Person | None, department: Department | None) -> None:
    """Raise NotAllowed unless `by` looks after `department` (None: the whole city). The command line always may."""
    if by is None:
        return
    department_id = department.pk if department else None
    if not DepartmentAccess.of(by).allows(Capability.MANAGE_DEPARTMENT, department_id):
        raise not_allowed()


def _known(capability: Capability) -> Capability:
    """The capability itself; anything outside the vocabulary can't be granted."""
    if capability not in set(Capability):
        raise UnknownCapability(_("Questo incarico non esiste."))
    return Capability(capability)


def lock_open_department(department: Department, day: date) -> Department:
    """The department as it is now, held against closing and merging; raises WrongPlace when it has closed by `day`."""
    locked = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    if locked.valid_to is not None and locked.valid_to <= day:
        raise WrongPlace(_("La struttura è chiusa: scegli quella che ne ha preso il posto."))
    return locked


def _lock_receivers(group: Group | None, person: Person | None) -> frozenset[int]:
    """Lock who receives, against a second grant at the same instant; returns the keys of the people concerned."""
    _check_one_receiver(group, person)
    if group is not None:
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        members = Person.objects.filter(groups=group).order_by("pk").values_list("pk", flat=True)
    else:
        members = [person.pk]
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=list(members)).order_by("pk")
    locked = dict(people.values_list("pk", "is_active"))
    if person is not None and not locked[person.pk]:
        raise NotInService(_("Questa persona non è più in servizio: scegline un’altra."))
    return frozenset(locked)


def _check_one_receiver(group: Group | None, person: Person | None) -> None:
    """A right goes to a group or to a person, never to both or nobody: a mistake of the caller."""
    if (group is None) == (person is None):
        raise TypeError("name exactly one receiver: a group or a person")


def check_compatible(person_ids: Iterable[int], added: set[Capability], *, at: datetime) -> None:
    """Raise Incompatible when one of these people would hold, anywhere, two rights that exclude each other."""
    if not any(pair & added for pair in INCOMPATIBLE):
        return
    for held in _held_by(person_ids, timezone.localdate(at)).values():
        if any(pair <= held | added for pair in INCOMPATIBLE):
            raise Incompatible(
                _("Chi vede i dati sulla partecipazione non può anche valutare le idee: scegli un’altra persona.")
            )


def _held_by(person_ids: Iterable[int], day: date) -> dict[int, set[Capability]]:
    """What each of these people holds, anywhere, directly, by group or by a delegation that is not over; others are
    there, empty."""
    ids = list(person_ids)
    held: dict[int, set[Capability]] = defaultdict(set, {pk: set() for pk in ids})
    direct = DepartmentUserObjectPermission.objects.filter(user__in=ids)
    by_group = DepartmentGroupObjectPermission.objects.filter(group__user__in=ids)
    rows = [*direct.values_list("user", "permission__codename")]
    rows += by_group.values_list("group__user", "permission__codename")
    rows += Delegation.objects.standing(day).filter(deputy__in=ids).values_list("deputy", "capability")
    for person_id, codename in rows:
        if person_id in held:
            held[person_id].add(Capability(codename))
    return held


def _permission(capability: Capability) -> Permission:
    """Django's row for the capability; made by `migrate`."""
    return Permission.objects.get(
        content_type__app_label="organisation", content_type__model="department", codename=capability.value
    )


def _rows(group: Group | None, person: Person | None):
    """The table for this kind of receiver."""
    model = DepartmentGroupObjectPermission if group is not None else DepartmentUserObjectPermission
    return model.objects


def _receiver(group: Group | None, person: Person | None) -> dict:
    """The receiver as a column of that table."""
    return {"group": group} if group is not None else {"user": person}


def _record(verb: str, *, reason: str, **columns) -> None:
    """Add one line to the register; a right never changes without a reason."""
    GrantRecord.objects.create(verb=verb, reason=reason.strip(), **columns)
