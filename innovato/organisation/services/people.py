# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens to people: they move to another department, leave, come back, choose their language."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import DateField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from ..errors import NotInService
from ..models import (
    Assignment,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentUserObjectPermission,
    Person,
)
from .rights import check_manages, end_grants, leave_groups, lock_open_department
from .sessions import end_sessions
from .tokens import end_tokens

TRANSFER_REASON = "trasferimento"
LEAVING_REASON = "fine del servizio"
_CHUNK = 500


@transaction.atomic
def transfer_person(*, person: Person, department: Department, by: Person | None, at: datetime, role: str = "") -> bool:
    """Move a person to `department` from today: the old assignment closes, a new one opens. Returns whether they moved.

    Rights that came with the old place end with it (see `end_rights_of_place`), and so do the person's sessions: what
    stands open on a desk left behind opens nothing any more. A second transfer on the same day corrects the first.
    Raises WrongPlace when the department has closed, NotAllowed.
    """
    day = timezone.localdate(at)
    department = lock_open_department(department, day)
    locked = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    check_manages(by, department)
    check_manages(by, locked.home_department)
    if locked.home_department_id == department.pk:
        return False
    open_assignment = Assignment.objects.filter(person=locked, ends_on=None).first()
    reassign([(locked.pk, open_assignment)], {locked.pk: (department.pk, role)}, day=day)
    Person.objects.filter(pk=locked.pk).update(home_department=department)
    person.home_department = department
    end_rights_of_place([(locked.pk, locked.home_department_id, department.pk)], by=by, at=at)
    end_sessions(person_ids=[locked.pk])
    return True


def reassign(current: Iterable[tuple[int, Assignment | None]], new: dict[int, tuple[int, str]], *, day: date) -> None:
    """Close each person's open assignment on `day` and open the new one, (department, role), in bulk.

    One that began on `day` itself is corrected in place: nobody was there for less than a day.
    """
    closing, corrected, opening = [], [], []
    for person_id, assignment in current:
        department_id, role = new[person_id]
        if assignment is not None and assignment.starts_on >= day:
            assignment.department_id, assignment.role = department_id, role
            corrected.append(assignment)
            continue
        if assignment is not None:
            closing.append(assignment.pk)
        opening.append(Assignment(person_id=person_id, department_id=department_id, role=role, starts_on=day))
    for start in range(0, len(closing), _CHUNK):
        Assignment.objects.filter(pk__in=closing[start : start + _CHUNK]).update(ends_on=day)
    for assignment in corrected:
        assignment.save(update_fields=["department", "role"])
    Assignment.objects.bulk_create(opening, batch_size=_CHUNK)


def end_rights_of_place(
    moves: Iterable[tuple[int, int | None, int]], *, by: Person | None, at: datetime, reason: str = TRANSFER_REASON
) -> int:
    """End the rights that people held because of where they worked; `moves` are (person, old, new department).

    A right ends when it was given on the old department or one above it, and does not reach the new one: the manager
    of an office who moves elsewhere stops deciding there, the innovation office of the whole city stays what it is.
    A membership ends when at least one right of the group does so. Returns how many grants and memberships ended.
    """
    places = {person_id: (old, new) for person_id, old, new in moves if old is not None}
    if not places:
        return 0
    chains = _chains({pk for pair in places.values() for pk in pair})
    stale = {person_id: frozenset(chains[old]) - frozenset(chains[new]) for person_id, (old, new) in places.items()}
    direct = DepartmentUserObjectPermission.objects.filter(user__in=places)
    direct_rows = direct.values_list("pk", "user", "content_object")
    direct_ending = [pk for pk, user, place in direct_rows if place in stale[user]]
    by_group = DepartmentGroupObjectPermission.objects.filter(group__user__in=places)
    memberships = {
        (person_id, group)
        for person_id, group, place in by_group.values_list("group__user", "group", "content_object")
        if place in stale.get(person_id, ())
    }
    ended = end_grants(direct.model.objects.filter(pk__in=direct_ending), by=by, at=at, reason=reason)
    return ended + leave_groups(memberships=memberships, by=by, at=at, reason=reason)


def _chains(department_ids: Iterable[int]) -> dict[int, list[int]]:
    """Each department with those above it, from the top down."""
    return {row.pk: row.ancestor_ids for row in Department.objects.filter(pk__in=list(department_ids))}


@transaction.atomic
def deactivate(*, person: Person, by: Person | None, at: datetime, reason: str = LEAVING_REASON) -> bool:
    """Somebody leaves: no sign-in, every session and token ended, every right taken back. Returns whether they were active."""
    check_manages(by, person.home_department)
    active = Person.objects.select_for_update(no_key=True).filter(pk=person.pk, is_active=True).exists()
    if active:
        deactivate_many(person_ids=[person.pk], by=by, at=at, reason=reason)
        person.refresh_from_db()
    return active


def deactivate_many(*, person_ids: Iterable[int], by: Person | None, at: datetime, reason: str) -> None:
    """Deactivate these people in bulk; for services that have checked who asks and hold a transaction open."""
    ids = list(person_ids)
    day = timezone.localdate(at)
    people = Person.objects.filter(pk__in=ids)
    never_before_joining = Greatest(Value(day, DateField()), Coalesce("joined_on", Value(day, DateField())))
    people.filter(Q(left_on=None) | Q(left_on__gt=day)).update(left_on=never_before_joining)
    people.update(is_active=False, is_staff=False, is_superuser=False)
    Person.user_permissions.through.objects.filter(person__in=ids).delete()
    Assignment.objects.filter(person__in=ids, ends_on=None, starts_on__gt=day).delete()
    last_day = Subquery(Person.objects.filter(pk=OuterRef("person")).values("left_on")[:1])
    ending = Assignment.objects.filter(person__in=ids, ends_on=None)
    ending.update(ends_on=Greatest(F("starts_on"), last_day, output_field=DateField()))
    end_sessions(person_ids=ids)
    end_tokens(person_ids=ids, at=at)
    end_grants(DepartmentUserObjectPermission.objects.filter(user__in=ids), by=by, at=at, reason=reason)
    memberships = Person.groups.through.objects.filter(person__in=ids).values_list("person", "group")
    leave_groups(memberships=list(memberships), by=by, at=at, reason=reason)


@transaction.atomic
def reactivate(*, person: Person, department: Department, by: Person | None, at: datetime, role: str = "") -> bool:
    """Somebody who had left comes back, without any right from before. Returns whether they were inactive.

    Raises NotInService for who was erased: nobody knows any more who that was; the extract makes a new person.
    """
    day = timezone.localdate(at)
    department = lock_open_department(department, day)
    check_manages(by, department)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if locked.is_active:
        return False
    if locked.erased_at is not None:
        raise NotInService(_("Di questa persona non si conserva più il nome: torna con una matricola nuova."))
    Person.objects.filter(pk=locked.pk).update(is_active=True, left_on=None, home_department=department)
    Assignment.objects.create(person=locked, department=department, starts_on=day, role=role)
    person.refresh_from_db()
    return True


def set_language(*, person: Person, language: str) -> None:
    """The language in which this person reads pages and mails from now on: "it" or "en"."""
    Person.objects.filter(pk=person.pk).update(language=language)
    person.language = language
