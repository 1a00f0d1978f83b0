# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one person may do and where: every right, own or delegated, inherited down the tree, read in two queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.db.models import BigIntegerField, CharField, DateField, Q, Value
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
        granted, lent = _granted_paths(person.pk, timezone.localdate(at))
        own = _with_implied(granted)
        lent = [row for row in lent if _compatible(row.capability, own)]
        delegated = _by_delegator(lent)
        prefixes = _outermost(path for held in (own, *delegated.values()) for found in held.values() for path in found)
        return cls(person_id=person.pk, is_active=True, paths=own, departments=_below(prefixes), delegated=delegated,
                   deputyships=_deputyships(lent))  # fmt: skip

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
    """A path on which a delegation in its days meets a right that the delegator holds now."""

    delegation_id: int
    delegator_id: int
    name: str
    ends_on: date
    capability: Capability
    path: str


def _granted_paths(person_id: int, day: date) -> tuple[dict[Capability, set[str]], list[_Lent]]:
    """Query 1: own grants and, through the delegations whose days include `day`, those of the delegators.

    Both people must still be active. A delegation gives nothing by itself: its row counts only beside a grant of the
    delegator, so that it ends with it; and only grants count, never another delegation.
    """
    paths, lent = defaultdict(set), []
    for codename, path, *delegation in _GRANTS.rows(person=person_id, day=day):
        if delegation[0] is None:
            paths[Capability(codename)].add(path)
        else:
            lent += _met(Capability(codename), path, *delegation)
    return paths, lent


def _own_rows(person_id: int) -> list:
    """The direct and the group grants of a person; the columns of a delegation stay empty."""
    kinds = (BigIntegerField, BigIntegerField, CharField, CharField, DateField, CharField, CharField)
    nothing = [Value(None, output_field=kind()) for kind in kinds]
    known = {"permission__codename__in": list(Capability)}
    direct = DepartmentUserObjectPermission.objects.filter(user=person_id, user__is_active=True, **known)
    by_group = DepartmentGroupObjectPermission.objects.filter(group__user=person_id, group__user__is_active=True,
                                                              **known)  # fmt: skip
    return [rows.values_list("permission__codename", "content_object__path", *nothing) for rows in (direct, by_group)]


def _lent_rows(person_id: int, day: date):
    """The grants of everybody who delegates to this person, each beside the delegation."""
    mine = Delegation.objects.in_interval(day).filter(
        deputy=person_id, deputy__is_active=True, delegator__is_active=True
    )
    about = ("pk", "delegator", "delegator__first_name", "delegator__last_name", "ends_on", "capability",
             "department__path")  # fmt: skip
    sides = []
    for grants in ("delegator__departmentuserobjectpermission", "delegator__groups__departmentgroupobjectpermission"):
        rows = mine.filter(**{f"{grants}__permission__codename__in": list(Capability)}).order_by()
        sides.append(rows.values_list(f"{grants}__permission__codename", f"{grants}__content_object__path", *about))
    return sides[0].union(sides[1])


def _grant_rows(*, person: int, day: date):
    """Every grant that counts, the lent ones with their delegation."""
    return _lent_rows(person, day).union(*_own_rows(person))


_GRANTS = Compiled(_grant_rows, person=int, day=date)


def _met(granted: Capability, path: str, pk, delegator_id, first_name, last_name, ends_on, lent, below) -> list[_Lent]:
    """Where a grant of the delegator meets the delegation: the lower of the two departments, or nowhere."""
    if granted not in sources_of(Capability(lent)) or not (path.startswith(below) or below.startswith(path)):
        return []
    name = f"{first_name} {last_name}".strip()
    return [_Lent(pk, delegator_id, name, ends_on, Capability(lent), max(path, below, key=len))]


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


def _below(prefixes: list[str]) -> list[tuple[int, str]]:
    """Query 2: key and path of every department under these paths, closed ones included."""
    if not prefixes:
        return []
    condition = Q()
    for prefix in prefixes:
        condition |= Q(path__startswith=prefix)
    return list(Department.objects.filter(condition).order_by().values_list("pk", "path"))


def _is_root(path: str) -> bool:
    """Whether a path has one step only: the whole city."""
    return path.count(".") == 1
