# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the tree of departments changes: one opens, moves under another, is merged into another, closes."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..errors import AlreadyThere, StillInUse, WrongPlace
from ..models import (
    Assignment,
    Department,
    DepartmentGroupObjectPermission,
    DepartmentKind,
    DepartmentUserObjectPermission,
    Person,
)
from .orphans import end_without_right
from .people import reassign
from .rights import check_manages, end_grants, grant

_LONGEST_PATH = Department._meta.get_field("path").max_length


@transaction.atomic
def create_department(
    *,
    code: str,
    name: str,
    kind: DepartmentKind,
    parent: Department | None,
    valid_from: date,
    by: Person | None,
    at: datetime,
    short_name: str = "",
    **codes: str,
) -> Department:
    """Open a department below `parent` (None: at the top). `codes` are ipa_code, aoo_code, uo_code.

    Raises WrongPlace when the parent has closed or the tree would get too deep, AlreadyThere, NotAllowed.
    """
    lock_tree()
    check_manages(by, parent)
    above = _fresh(parent) if parent else None
    _check_open(above, timezone.localdate(at))
    if Department.objects.filter(code=code).exists():
        raise AlreadyThere(_("C’è già una struttura con il codice %(code)s: usane un altro.") % {"code": code})
    department = Department.objects.create(
        code=code, name=name, short_name=short_name or name[:80], kind=kind, parent=above, valid_from=valid_from,
        path=f"new-{get_random_string(24)}", **codes,
    )  # fmt: skip
    department.path = _path_below(above, department.pk)
    department.save(update_fields=["path"])
    return department


@transaction.atomic
def move_department(
    *, department: Department, parent: Department | None, by: Person | None, at: datetime
) -> Department:
    """Put a department with all below it under another (None: at the top). Rights follow the new place at once.

    Returns the department as it now is. Raises WrongPlace when `parent` is the department or below it, or when either
    has closed; NotAllowed unless `by` looks after both places.
    """
    lock_tree()
    check_manages(by, department)
    check_manages(by, parent)
    moving, above = _fresh(department), _fresh(parent) if parent else None
    if above is not None and above.path.startswith(moving.path):
        raise WrongPlace(_("Una struttura non può stare sotto sé stessa: scegline un’altra."))
    for place in (moving, above):
        _check_open(place, timezone.localdate(at))
    _put_below(moving, above)
    moved = _fresh(moving)
    end_without_right(at=at, below=moved.path)
    return moved


@transaction.atomic
def merge_departments(
    *,
    source: Department,
    target: Department,
    by: Person | None,
    at: datetime,
    reason: str,
    keep_grants: bool = False,
) -> Department:
    """Close `source` today and let `target` take its place. Returns the source as it now is.

    The departments below it and its people go to the target. The closed source itself stays in the tree, now below
    the target: what still points at it (ideas) is reached by every right on the target, with nothing to rewrite;
    `selectors.successor_of` names the department that answers. Rights given on the source end, or with
    `keep_grants=True` are given again on the target; other rights of its people stay. Raises WrongPlace (same
    department, target below the source, one of them closed), NotToOneself (a kept grant falls on `by`), NotAllowed.
    """
    lock_tree()
    check_manages(by, source)
    check_manages(by, target)
    day = timezone.localdate(at)
    source, target = _fresh(source), _fresh(target)
    _check_mergeable(source, target, day)
    for child in Department.objects.filter(parent=source).order_by("pk"):
        _put_below(child, target)
    _put_below(_fresh(source), target)
    Department.objects.filter(pk=source.pk).update(valid_to=day, merged_into=target)
    _hand_over_grants(source, _fresh(target), keep=keep_grants, by=by, at=at, reason=reason)
    _hand_over_people(source, target, at=at)
    return _fresh(source)


@transaction.atomic
def close_department(*, department: Department, by: Person | None, at: datetime, reason: str) -> Department:
    """Close a department from today; its rights end. Raises StillInUse while people or departments depend on it."""
    lock_tree()
    check_manages(by, department)
    day = timezone.localdate(at)
    closing = _fresh(department)
    _check_open(closing, day)
    _check_opened_before(closing, day)
    people = Person.objects.filter(home_department=closing, is_active=True).count()
    if people:
        raise StillInUse(
            ngettext(
                "In questa struttura lavora ancora %(count)d persona: prima trasferiscila.",
                "In questa struttura lavorano ancora %(count)d persone: prima trasferiscile.",
                people,
            )
            % {"count": people}
        )
    if Department.objects.filter(parent=closing, valid_to=None).exists():
        raise StillInUse(_("Da questa struttura ne dipendono altre: prima spostale."))
    Department.objects.filter(pk=closing.pk).update(valid_to=day)
    _hand_over_grants(closing, None, keep=False, by=by, at=at, reason=reason)
    return _fresh(closing)


def lock_tree() -> None:
    """Let one change of the tree happen at a time: two moves at once could put each department below the other."""
    list(Department.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _fresh(department: Department) -> Department:
    """The row as it is now, after the lock."""
    return Department.objects.get(pk=department.pk)


def _path_below(above: Department | None, pk: int) -> str:
    """The path of a department with this key under `above`; raises WrongPlace when there is no room for it."""
    path = (above.path if above else "") + Department.step(pk)
    if len(path) > _LONGEST_PATH:
        raise _too_deep()
    return path


def _too_deep() -> WrongPlace:
    """The refusal for a tree with too many levels."""
    return WrongPlace(_("Qui ci sono già troppi livelli di strutture: scegli un punto più in alto."))


def _put_below(department: Department, above: Department | None) -> None:
    """Re-hang a department and re-path everything below it. Paths end with a row's own key: none can collide."""
    old, new = department.path, _path_below(above, department.pk)
    below = Department.objects.below(old)
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > _LONGEST_PATH:
        raise _too_deep()
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    Department.objects.filter(pk=department.pk).update(parent=above)


def _check_open(department: Department | None, day: date) -> None:
    """Raise WrongPlace when the department no longer exists on `day`."""
    if department is not None and department.valid_to is not None and department.valid_to <= day:
        raise WrongPlace(_("La struttura è chiusa: scegli quella che ne ha preso il posto."))


def _check_opened_before(department: Department, day: date) -> None:
    """Raise WrongPlace when a department would close on the day it opens, or before."""
    if department.valid_from >= day:
        raise WrongPlace(_("La struttura apre oggi o più avanti: può chiudere solo da un giorno dopo l’apertura."))


def _check_mergeable(source: Department, target: Department, day: date) -> None:
    """Raise WrongPlace when the target can't take the source's place."""
    if target.path.startswith(source.path):
        raise WrongPlace(_("La struttura che resta non può stare sotto quella che chiude: prima spostala."))
    _check_open(source, day)
    _check_open(target, day)
    _check_opened_before(source, day)


def _hand_over_grants(
    source: Department, target: Department | None, *, keep: bool, by: Person | None, at: datetime, reason: str
) -> None:
    """End every right given on the source; with `keep`, give the same to the same receivers on the target first."""
    direct = DepartmentUserObjectPermission.objects.filter(content_object=source)
    by_group = DepartmentGroupObjectPermission.objects.filter(content_object=source)
    if keep and target is not None:
        again = {"department": target, "by": by, "at": at, "reason": reason}
        for row in direct.select_related("permission", "user").order_by("pk"):
            grant(capability=row.permission.codename, to_person=row.user, **again)
        for row in by_group.select_related("permission", "group").order_by("pk"):
            grant(capability=row.permission.codename, to_group=row.group, **again)
    end_grants(direct, by=by, at=at, reason=reason)
    end_grants(by_group, by=by, at=at, reason=reason)


def _hand_over_people(source: Department, target: Department, *, at: datetime) -> None:
    """Move the source's people to the target, from today."""
    people = Person.objects.select_for_update(no_key=True).filter(home_department=source, is_active=True)
    ids = list(people.order_by("pk").values_list("pk", flat=True))
    open_rows = {row.person_id: row for row in Assignment.objects.filter(person__in=ids, ends_on=None)}
    roles = {pk: (target.pk, open_rows[pk].role if pk in open_rows else "") for pk in ids}
    reassign([(pk, open_rows.get(pk)) for pk in ids], roles, day=timezone.localdate(at))
    Person.objects.filter(pk__in=ids).update(home_department=target)
