# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who holds what, from where it is inherited, since when, given by whom and why: the rights as people read them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from .access import DepartmentAccess
from .capabilities import LABELS, Capability
from .models import (
    Delegation,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentUserObjectPermission,
    GrantRecord,
    Person,
)

_Verb = GrantRecord.Verb


@dataclass(frozen=True)
class Member:
    """Somebody who holds a right, and since when: the later of joining the group and the group receiving it."""

    person: Person
    since: datetime | None
    by: Person | None
    reason: str


@dataclass(frozen=True)
class Holding:
    """One right given on one department, to a group (with whoever is in it) or to a person.

    `since`, `by` and `reason` come from the register; they are empty for what was there before it.
    """

    capability: Capability
    department: Department
    group_id: int | None
    group_name: str
    members: tuple[Member, ...]
    since: datetime | None
    by: Person | None
    reason: str
    inherited: bool

    @property
    def label(self) -> str:
        """What it allows, in words."""
        return str(LABELS[self.capability])


def holdings_on(department: Department) -> list[Holding]:
    """The rights that count on a department: given on it, or inherited from those above. Five queries."""
    return _holdings(department.ancestor_ids, here=department.pk)


def holdings_given_on(department_ids: Iterable[int]) -> list[Holding]:
    """The rights given on these very departments. Five queries."""
    return _holdings(department_ids)


def holdings_in_subtree(department: Department) -> list[Holding]:
    """For an inspector: everything given in the subtree, and what is inherited into it from above. Six queries."""
    below = Department.objects.below(department.path).values_list("pk", flat=True)
    above = department.ancestor_ids[:-1]
    found = _holdings([*above, *below])
    return [_as_inherited(row) if row.department.pk in above else row for row in found]


def holdings_of(person: Person) -> list[Holding]:
    """The rights of one person in their own name, each with nobody but them among the members. Five queries."""
    groups = set(person.groups.values_list("pk", flat=True))
    group_rows = DepartmentGroupObjectPermission.objects.filter(group__in=groups)
    return _dressed(group_rows, DepartmentUserObjectPermission.objects.filter(user=person), only=person.pk)


def delegations_used(access: DepartmentAccess) -> list[Delegation]:
    """The delegations by which a person holds something now. One query, none where there are none."""
    ids = [pk for deputyship in access.deputyships for pk in deputyship.delegation_ids]
    rows = Delegation.objects.filter(pk__in=ids).select_related("delegator", "department")
    return list(rows.order_by("ends_on", "pk")) if ids else []


def delegations_touching(department: Department, *, day: date) -> list[Delegation]:
    """The delegations that are not over on `day` and count on this department or somewhere below it. One query."""
    rows = Delegation.objects.standing(day).select_related("delegator", "deputy", "department")
    above = rows.filter(department__in=department.ancestor_ids)
    below = rows.filter(department__path__startswith=department.path)
    return list((above | below).order_by("starts_on", "pk"))


def _as_inherited(row: Holding) -> Holding:
    return Holding(**(vars(row) | {"inherited": True}))


def _holdings(department_ids: Iterable[int], *, here: int | None = None) -> list[Holding]:
    ids = list(department_ids)
    group_rows = DepartmentGroupObjectPermission.objects.filter(content_object__in=ids)
    person_rows = DepartmentUserObjectPermission.objects.filter(content_object__in=ids, user__is_active=True)
    return _dressed(group_rows, person_rows, here=here)


def _dressed(group_rows, person_rows, *, here: int | None = None, only: int | None = None) -> list[Holding]:
    """The rows of both tables with their members and what the register says of them, in the order of the tree."""
    groups = list(group_rows.select_related("permission", "content_object", "group"))
    people = list(person_rows.select_related("permission", "content_object", "user"))
    members = _members({row.group_id for row in groups}, only=only)
    places = {row.content_object_id for row in (*groups, *people)}
    given, joined = _register(places, {row.group_id for row in groups})
    found = []
    for row in (*groups, *people):
        group_id, person_id = getattr(row, "group_id", None), getattr(row, "user_id", None)
        line = given.get((row.permission.codename, row.content_object_id, group_id, person_id))
        who = members[group_id] if group_id else [row.user]
        found.append(
            Holding(
                capability=Capability(row.permission.codename),
                department=row.content_object,
                group_id=group_id,
                group_name=row.group.name if group_id else "",
                members=tuple(_member(person, joined.get((group_id, person.pk)), line) for person in who),
                since=line.at if line else None,
                by=line.by if line else None,
                reason=line.reason if line else "",
                inherited=here is not None and row.content_object_id != here,
            )
        )
    order = list(Capability)
    return sorted(found, key=lambda row: (row.department.path, order.index(row.capability), row.group_name))


def _member(person: Person, joined: GrantRecord | None, given: GrantRecord | None) -> Member:
    """The line that gave this person the right: the later one of joining the group and the group's own."""
    lines = [line for line in (joined, given) if line is not None]
    line = max(lines, key=lambda row: (row.at, row.pk), default=None)
    return Member(person, line.at if line else None, line.by if line else None, line.reason if line else "")


def _members(group_ids: set[int], *, only: int | None) -> dict[int, list[Person]]:
    """The people in service of each group, by name. One query."""
    rows = Person.groups.through.objects.filter(group__in=group_ids, person__is_active=True)
    if only is not None:
        rows = rows.filter(person=only)
    members = defaultdict(list)
    for row in rows.select_related("person").order_by("person__last_name", "person__first_name", "person"):
        members[row.group_id].append(row.person)
    return members


def _register(places: set[int], groups: set[int]) -> tuple[dict, dict]:
    """The latest line that gave each right, and by which each person joined a group. Two queries."""
    lines = GrantRecord.objects.filter(verb=_Verb.GRANTED, department__in=places).select_related("by")
    given = {
        (row.capability, row.department_id, row.group_id, row.person_id): row for row in lines.order_by("at", "pk")
    }
    joins = GrantRecord.objects.filter(verb=_Verb.JOINED, group__in=groups).select_related("by")
    return given, {(row.group_id, row.person_id): row for row in joins.order_by("at", "pk")}
