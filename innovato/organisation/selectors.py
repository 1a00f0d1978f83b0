# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages ask about the city: who holds a right, whose manager is whose, how a department is called in full."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from .access import DepartmentAccess
from .capabilities import DELEGABLE, LABELS, Capability, sources_of
from .models import (
    AccessToken,
    Assignment,
    Delegation,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentUserObjectPermission,
    Person,
    Persona,
)
from .text import words_of

PATH_SEPARATOR = " › "


# Departments -------------------------------------------------------------------------------------------------------


def name_paths(departments: Iterable[Department]) -> dict[int, str]:
    """Full names by key ("Direzione generale › Divisione › Servizio"), in one query for all of them."""
    wanted = list(departments)
    ids = {pk for department in wanted for pk in department.ancestor_ids}
    names = dict(Department.objects.filter(pk__in=ids).values_list("pk", "short_name")) if ids else {}
    return {
        department.pk: PATH_SEPARATOR.join(names[pk] for pk in department.ancestor_ids if pk in names)
        for department in wanted
    }


def name_path(department: Department) -> str:
    """The full name of one department, from the top down."""
    return name_paths([department])[department.pk]


def departments_in_force(day: date) -> QuerySet[Department]:
    """The departments that exist on `day`, from the top down."""
    return Department.objects.in_force(day).select_related("kind").order_by("path", "pk")


def department_choices(
    day: date | None = None, *, levels: int | None = None, also: Iterable[int] = ()
) -> list[tuple[int, str]]:
    """(key, full name) in the order of the tree, for a form's list: departments that exist on `day`, or not closed.

    `levels` leaves out what lies deeper, counted from the top; the departments `also` are there in any case.
    """
    rows = departments_in_force(day) if day else Department.objects.filter(valid_to=None).order_by("path", "pk")
    wanted = set(also)
    departments = [row for row in rows if levels is None or row.depth < levels or row.pk in wanted]
    if missing := wanted - {row.pk for row in departments}:
        departments += Department.objects.filter(pk__in=missing).order_by("path", "pk")
    full = name_paths(departments)
    return [(department.pk, full[department.pk]) for department in departments]


def search_departments(text: str, limit: int = 10) -> list[Department]:
    """Open departments whose names start with every word of `text`, the higher ones first."""
    words = [f" {word}" for word in words_of(text)]
    if not words:
        return []
    rows = Department.objects.filter(valid_to=None).select_related("kind").order_by("path", "pk")
    found = [row for row in rows if all(word in f" {fold_names(row)}" for word in words)]
    return sorted(found, key=lambda row: (row.depth, row.path))[:limit]


def fold_names(department: Department) -> str:
    """Everything a department can be searched by, in comparable form."""
    return " ".join(words_of(f"{department.short_name} {department.name} {department.code}", most=40))


def successor_of(department_id: int) -> int:
    """Where a merged department's work goes now: the end of its chain of mergers, itself when never merged."""
    seen = set()
    while department_id not in seen:
        seen.add(department_id)
        target = Department.objects.filter(pk=department_id).values_list("merged_into_id", flat=True).first()
        if target is None:
            return department_id
        department_id = target
    return department_id


def subtree_ids(department_id: int) -> frozenset[int]:
    """The keys of a department and of everything below it, closed departments included."""
    path = Department.objects.values_list("path", flat=True).get(pk=department_id)
    return frozenset(Department.objects.below(path).values_list("pk", flat=True))


# People ------------------------------------------------------------------------------------------------------------


def search_people(text: str, limit: int = 10) -> list[Person]:
    """People in service whose names start with every word of `text`, or with that staff number."""
    words = words_of(text)
    if not words:
        return []
    if len(words) == 1 and words[0].isascii() and words[0].isdigit():
        condition = Q(staff_number__startswith=words[0])
    else:
        condition = Q(*(Q(search_name__contains=f" {word}") for word in words))
    rows = Person.objects.filter(condition, is_active=True).select_related("home_department")
    return list(rows.order_by("last_name", "first_name", "staff_number")[:limit])


def person_with_places(person_id: int) -> tuple[Person, list[Assignment]]:
    """A person with their department, and the assignments, newest first; each department has its `full_name`."""
    person = Person.objects.select_related("home_department").get(pk=person_id)
    places = list(person.assignments.select_related("department").order_by("-starts_on", "-pk"))
    departments = [row.department for row in places]
    departments += [person.home_department] if person.home_department else []
    full = name_paths(departments)
    for department in departments:
        department.full_name = full[department.pk]
    return person, places


def demo_personas() -> list[Persona]:
    """The people whom the demo's sign-in page offers, in their order."""
    return list(
        Persona.objects.filter(person__is_active=True)
        .select_related("person", "person__home_department")
        .order_by("position", "pk")
    )


def tokens_of(person_id: int, *, at: datetime) -> list[AccessToken]:
    """A person's living tokens, the newest first."""
    return list(AccessToken.objects.filter(person=person_id, revoked_at=None, expires_at__gt=at).order_by("-pk"))


# Rights ------------------------------------------------------------------------------------------------------------


def people_with(
    capability: Capability, department_id: int | None, *, deputies_at: datetime | None = None
) -> QuerySet[Person]:
    """People in service who hold `capability` on this department or above it; None asks for the whole city (roots).

    `deputies_at` adds those who hold it for somebody else at that moment: whom to tell that something waits.
    """
    ids = _ids_upwards(department_id)
    holders = _holders(sources_of(capability), ids)
    if deputies_at is None:
        return holders
    acting = Delegation.objects.in_interval(timezone.localdate(deputies_at)).filter(department__in=ids)
    lent = Q(pk__in=[])
    for source in sources_of(capability) & set(DELEGABLE):
        lent |= Q(capability=source, delegator__in=_holders(sources_of(source), ids).values("pk"))
    deputies = acting.filter(lent).order_by().values("deputy")
    return Person.objects.filter(Q(pk__in=holders.values("pk")) | Q(pk__in=deputies), is_active=True).order_by("pk")


def nearest_people_with(
    capability: Capability, department_id: int | None, *, above: bool = False, without: Iterable[int] = ()
) -> QuerySet[Person]:
    """The holders closest to this department: its own, or else those of the first department above that has any.

    `above=True` starts one department up (escalation, a second look). People in `without` do not count: where they
    are the only ones, the search goes on upwards.
    """
    ids = _ids_upwards(department_id)
    if above and department_id is not None:
        ids = ids[:-1]
    holders = _holders_by_department(sources_of(capability), ids)
    excluded = set(without)
    for pk in reversed(ids):
        found = holders.get(pk, set()) - excluded
        if found:
            return Person.objects.filter(pk__in=found, is_active=True).order_by("pk")
    return Person.objects.none()


def direct_managers_of(person_ids: Iterable[int]) -> set[int]:
    """Keys of the direct managers of these people: who decides for their home department, or for the nearest one above.

    Nobody is their own manager: somebody who alone decides for the own department has the manager of the one above.
    """
    wanted = set(person_ids)
    homes = Person.objects.filter(pk__in=wanted, home_department__isnull=False).select_related("home_department")
    chains = {person.pk: person.home_department.ancestor_ids for person in homes}
    everywhere = {pk for chain in chains.values() for pk in chain}
    holders = _holders_by_department({Capability.DECIDE_IDEAS}, everywhere)
    managers: set[int] = set()
    for person_id, chain in chains.items():
        levels = (holders.get(pk, set()) - {person_id} for pk in reversed(chain))
        managers |= next((found for found in levels if found), set())
    return managers


def rights_in_words(access: DepartmentAccess) -> list[tuple[str, list[str]]]:
    """What a person may do in their own name, for the profile: (label, full names of the departments it was given on), in
    fixed order."""
    paths = {path for capability in access.capabilities for path in access.own_paths(capability)}
    departments = list(Department.objects.filter(path__in=paths)) if paths else []
    full = name_paths(departments)
    by_path = {department.path: full[department.pk] for department in departments}
    return [
        (LABELS[capability], [by_path[path] for path in access.own_paths(capability) if path in by_path])
        for capability in Capability
        if access.own_paths(capability)
    ]


def _ids_upwards(department_id: int | None) -> list[int]:
    """The department and all above it, from the top down; for None every root."""
    if department_id is None:
        return list(Department.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True))
    path = Department.objects.filter(pk=department_id).values_list("path", flat=True).first()
    return [int(step) for step in path.split(".")[:-1]] if path else []


def _holders(capabilities: Iterable[Capability], department_ids: Iterable[int]) -> QuerySet[Person]:
    """Active people with one of these capabilities granted on one of these very departments."""
    where = {"permission__codename__in": list(capabilities), "content_object__in": list(department_ids)}
    direct = DepartmentUserObjectPermission.objects.filter(**where).values("user")
    groups = DepartmentGroupObjectPermission.objects.filter(**where).values("group")
    members = Person.groups.through.objects.filter(group__in=groups).values("person")
    return Person.objects.filter(Q(pk__in=direct) | Q(pk__in=members), is_active=True).order_by("pk")


def _holders_by_department(capabilities: Iterable[Capability], department_ids: Iterable[int]) -> dict[int, set[int]]:
    """Keys of active people by the department on which one of these capabilities was granted to them."""
    where = {"permission__codename__in": list(capabilities), "content_object__in": list(department_ids)}
    direct = DepartmentUserObjectPermission.objects.filter(user__is_active=True, **where)
    by_group = DepartmentGroupObjectPermission.objects.filter(group__user__is_active=True, **where)
    rows = direct.values_list("content_object", "user").union(by_group.values_list("content_object", "group__user"))
    holders: dict[int, set[int]] = {}
    for department_id, person_id in rows:
        holders.setdefault(department_id, set()).add(person_id)
    return holders
