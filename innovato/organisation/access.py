# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one person may do and where: every right, own or delegated, inherited down the tree, read in two queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

from django.db.models import BigIntegerField, CharField, DateField, Q, QuerySet, Value
from django.utils import timezone

from innovato.compiled import Compiled

from .capabilities import IMPLIES, INCOMPATIBLE, Capability, sources_of
from .models import Delegation, Department, DepartmentGroupObjectPermission, DepartmentUserObjectPermission

_Paths = Mapping[Capability, Iterable[str]]


@dataclass(frozen=True)
class Deputyship:
    """For whom the person may act now, and the last day of it."""

    delegator_id: int
    delegator_name: str
    ends_on: date
    delegation_ids: tuple[int, ...]


class DepartmentAccess:
    """The rights of one person at one instant. Build it once per request, never keep it longer.

    A department merged into another lies below its successor (`services.merge_departments` re-paths it), so a right on
    the successor covers what the merged one had. Being a superuser gives nothing here. A right held for somebody else
    reaches only what that person holds in their own name at the same instant; `titles` tells one from the other.
    """

    __slots__ = ("_at_root", "_departments", "_for", "_own", "_paths", "deputyships", "is_active", "person_id")

    def __init__(self, *, person_id: int | None, is_active: bool, paths: _Paths, departments: Iterable[tuple[int, str]],
                 delegated: Mapping[int, _Paths] | None = None, deputyships: Iterable[Deputyship] = ()):  # fmt: skip
        """`paths`: the granted paths by capability, implications applied; `departments`: (key, path) of those below.

        `delegated` has the same by the key of the person for whom the rights are held.
        """
        rows = list(departments)
        self.person_id = person_id
        self.is_active = is_active
        self.deputyships = tuple(deputyships)
        self._own = _Reach(paths, rows)
        self._for = {delegator: _Reach(held, rows) for delegator, held in sorted((delegated or {}).items())}
        every = (self._own, *self._for.values())
        self._paths = _joined(reach.paths for reach in every)
        self._departments = _joined(reach.departments for reach in every)
        self._at_root = frozenset().union(*(reach.at_root for reach in every))

    @classmethod
    def of(cls, person, *, at: datetime | None = None) -> Self:
        """The rights of `person` at `at` (None: now). At most two queries; none for anonymous or inactive people."""
        if person is None or person.pk is None or not person.is_active:
            return cls(person_id=getattr(person, "pk", None), is_active=False, paths={}, departments=())
        granted, delegations = _held(person.pk, timezone.localdate(at))
        own = _with_implied(granted)
        delegations = [row for row in delegations if _compatible(row.capability, own)]
        prefixes = _outermost([*(path for found in own.values() for path in found), *(row.path for row in delegations)])
        departments, grants = _below(prefixes, {row.delegator_id for row in delegations})
        lent = [one for row in delegations for one in _met(row, grants[row.delegator_id])]
        return cls(person_id=person.pk, is_active=True, paths=own, departments=departments,
                   delegated=_by_delegator(lent), deputyships=_deputyships(lent))  # fmt: skip

    def allows(self, capability: Capability, department_id: int | None) -> bool:
        """Whether the person holds `capability` on this department; None asks for the whole city (a root)."""
        if department_id is None:
            return capability in self._at_root
        return department_id in self.departments(capability)

    def departments(self, capability: Capability) -> frozenset[int]:
        """The keys of all departments, whole subtrees, where the person holds `capability`."""
        return self._departments.get(capability, frozenset())

    def paths(self, capability: Capability) -> tuple[str, ...]:
        """The paths on which `capability` was granted, directly or by implication: for explaining and for SQL."""
        return tuple(sorted(self._paths.get(capability, ())))

    def own_paths(self, capability: Capability) -> tuple[str, ...]:
        """The paths on which the person holds `capability` in their own name."""
        return tuple(sorted(self._own.paths.get(capability, ())))

    def has(self, capability: Capability) -> bool:
        """Whether the person holds `capability` anywhere."""
        return capability in self._paths

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Everything the person holds somewhere, implications included."""
        return frozenset(self._paths)

    def titles(self, capability: Capability, department_id: int | None) -> tuple[int | None, ...]:
        """In whose names the person holds `capability` there: None for the own, then the keys of delegators; or ()."""
        own = (None,) if self._own.allows(capability, department_id) else ()
        return own + tuple(who for who, reach in self._for.items() if reach.allows(capability, department_id))

    def holds_itself(self, capability: Capability, department_id: int | None) -> bool:
        """Whether the person holds `capability` there in their own name: what may be delegated, for example."""
        return self._own.allows(capability, department_id)

    def reaches(self, capability: Capability) -> dict[int | None, tuple[frozenset[int], bool]]:
        """For each name (see `titles`) with `capability` anywhere: the departments, and whether it is the whole city."""
        every = {None: self._own, **self._for}
        return {
            who: (reach.departments[capability], capability in reach.at_root)
            for who, reach in every.items()
            if capability in reach.departments
        }


class _Reach:
    """What is held in one name: paths and departments by capability."""

    __slots__ = ("at_root", "departments", "paths")

    def __init__(self, paths: _Paths, rows: list[tuple[int, str]]):
        self.paths = {capability: frozenset(found) for capability, found in paths.items()}
        self.departments = {
            capability: frozenset(pk for pk, path in rows if path.startswith(tuple(prefixes)))
            for capability, prefixes in self.paths.items()
        }
        self.at_root = frozenset(
            capability for capability, prefixes in self.paths.items() if any(_is_root(path) for path in prefixes)
        )

    def allows(self, capability: Capability, department_id: int | None) -> bool:
        if department_id is None:
            return capability in self.at_root
        return department_id in self.departments.get(capability, ())


def _joined(parts: Iterable[Mapping[Capability, frozenset]]) -> dict[Capability, frozenset]:
    """The union of several reaches, capability by capability."""
    result: dict[Capability, frozenset] = {}
    for part in parts:
        for capability, found in part.items():
            result[capability] = result.get(capability, frozenset()) | found
    return result


@dataclass(frozen=True)
class _Lent:
    """A capability that a delegation gives on a path: as it was written, or where it meets what the delegator holds."""

    delegation_id: int
    delegator_id: int
    name: str
    ends_on: date
    capability: Capability
    path: str


_Grants = Mapping[int, list[tuple[Capability, str]]]


def _held(person_id: int, day: date) -> tuple[dict[Capability, set[str]], list[_Lent]]:
    """Query 1: the own grants, and the delegations to this person whose days include `day`, between active people."""
    paths, lent = defaultdict(set), []
    for codename, path, pk, delegator_id, first_name, last_name, ends_on in _HELD.rows(person=person_id, day=day):
        if pk is None:
            paths[Capability(codename)].add(path)
        else:
            name = f"{first_name} {last_name}".strip()
            lent.append(_Lent(pk, delegator_id, name, ends_on, Capability(codename), path))
    return paths, lent


def _held_rows(person: int, day: date):
    """The direct and the group grants of a person, and the delegations to them."""
    mine = Delegation.objects.in_interval(day).filter(deputy=person, deputy__is_active=True, delegator__is_active=True)
    about = ("pk", "delegator", "delegator__first_name", "delegator__last_name", "ends_on")
    kinds = (BigIntegerField, BigIntegerField, CharField, CharField, DateField)
    nothing = [Value(None, output_field=kind()) for kind in kinds]  # the columns of a delegation stay empty
    own = [
        rows.values_list("permission__codename", "content_object__path", *nothing)
        for rows in _grants_of([person]).values()
    ]
    return mine.order_by().values_list("capability", "department__path", *about).union(*own)


def _grants_of(people: Iterable[int]) -> dict[str, QuerySet]:
    """What these people hold while active, directly and by group, under the name by which each kind knows the person."""
    kinds = {"user": DepartmentUserObjectPermission, "group__user": DepartmentGroupObjectPermission}
    known = {"permission__codename__in": list(Capability)}
    # One call of filter: two would let any other active member of the group count.
    return {
        who: kind.objects.filter(**{f"{who}__in": people, f"{who}__is_active": True}, **known)
        for who, kind in kinds.items()
    }


_HELD = Compiled(_held_rows, person=int, day=date)


def _met(delegation: _Lent, grants: list[tuple[Capability, str]]) -> Iterator[_Lent]:
    """Where a delegation meets grants of the delegator: the lower of the two departments, or nowhere.

    A delegation gives nothing by itself: it counts only beside a grant of the delegator, so that it ends with it; and
    only grants count, never another delegation.
    """
    for granted, path in grants:
        fits = path.startswith(delegation.path) or delegation.path.startswith(path)
        if fits and granted in sources_of(delegation.capability):
            yield replace(delegation, path=max(path, delegation.path, key=len))


def _compatible(capability: Capability, own: Mapping[Capability, set[str]]) -> bool:
    """Whether a delegated capability can stand beside the own ones: a rule that no order of events gets round."""
    return not any(capability in pair and (pair - {capability}) & own.keys() for pair in INCOMPATIBLE)


def _by_delegator(lent: Iterable[_Lent]) -> dict[int, dict[Capability, set[str]]]:
    """The delegated paths by the person for whom they are held, with what each capability implies."""
    result = defaultdict(lambda: defaultdict(set))
    for row in lent:
        result[row.delegator_id][row.capability].add(row.path)
    return {delegator: _with_implied(held) for delegator, held in result.items()}


def _deputyships(lent: Iterable[_Lent]) -> list[Deputyship]:
    """For whom the person acts, by name; where there are several delegations the last day of the longest."""
    found = defaultdict(list)
    for row in lent:
        found[row.delegator_id].append(row)
    return sorted(
        (
            Deputyship(
                who, rows[0].name, max(row.ends_on for row in rows), tuple(sorted({r.delegation_id for r in rows}))
            )
            for who, rows in found.items()
        ),
        key=lambda deputyship: (deputyship.delegator_name, deputyship.delegator_id),
    )


def _with_implied(paths: Mapping[Capability, set[str]]) -> dict[Capability, set[str]]:
    """The same grants with what each one implies, in the same departments."""
    result = defaultdict(set, {capability: set(found) for capability, found in paths.items()})
    for capability, found in paths.items():
        for implied in IMPLIES.get(capability, ()):
            result[implied] |= found
    return dict(result)


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie below no other: enough to fetch every department once."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return kept


def _below(prefixes: list[str], delegators: set[int]) -> tuple[list[tuple[int, str]], _Grants]:
    """Query 2: key and path of every department under these paths, closed ones included, and the delegators' grants."""
    if not prefixes:
        return [], {}
    condition = Q()
    for prefix in prefixes:
        condition |= Q(path__startswith=prefix)
    rows = Department.objects.filter(condition).order_by()
    if not delegators:
        return list(rows.values_list("pk", "path")), {}
    lent = [
        granted.values_list("content_object", "content_object__path", "permission__codename", who)
        for who, granted in _grants_of(delegators).items()
    ]
    nothing = (Value(None, output_field=CharField()), Value(None, output_field=BigIntegerField()))
    departments, grants = [], defaultdict(list)
    for pk, path, codename, delegator_id in rows.values_list("pk", "path", *nothing).union(*lent):
        if codename is None:
            departments.append((pk, path))
        else:
            grants[delegator_id].append((Capability(codename), path))
    return departments, grants


def _is_root(path: str) -> bool:
    """Whether a path has one step only: the whole city."""
    return path.count(".") == 1
