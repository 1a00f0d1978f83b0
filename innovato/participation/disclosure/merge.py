# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 0: small offices are put together, looking at how many work there and never at how many took part."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from innovato.participation.catalogue import RowKind
from innovato.participation.disclosure.raw import Unit

OTHERS, DIRECT = "/altri", "/diretti"


@dataclass(frozen=True)
class Branch:
    """A row-to-be with the rows below it. `units` are the departments whose own people it counts, those below included."""

    code: str
    name: str
    kind: RowKind
    staff: int
    units: frozenset[str]
    merged: tuple[str, ...] = ()
    below: tuple["Branch", ...] = ()

    @property
    def size(self) -> tuple[int, str]:
        """Smallest first; the code decides between equals."""
        return self.staff, self.code


def merged_tree(units: Iterable[Unit], staff: Mapping[str, int], k: int) -> Branch:
    """The tree of departments in which no leaf has fewer than 2k people, unless the whole city has fewer.

    `staff` are the people assigned to each department itself. Departments without anybody are left out. Raises
    ValueError unless exactly one department stands at the top.
    """
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent, []).append(unit)
    tops = children.get(None, [])
    if len(tops) != 1:
        raise ValueError(f"one department stands at the top of a city, not {len(tops)}")
    return _grown(tops[0], children, staff, 2 * k)


def _grown(unit: Unit, children: Mapping[str | None, list[Unit]], staff: Mapping[str, int], least: int) -> Branch:
    own = staff.get(unit.code, 0)
    below = [_grown(child, children, staff, least) for child in children.get(unit.code, ())]
    below = [branch for branch in below if branch.staff]
    if own and below:
        below.append(Branch(unit.code + DIRECT, unit.name, RowKind.DIRECT, own, frozenset({unit.code})))
    branch = Branch(unit.code, unit.name, RowKind.DEPARTMENT, own, frozenset({unit.code}))
    if not below:
        return branch
    below = _without_small(branch, below, least)
    everybody = replace(
        branch, staff=sum(each.staff for each in below), units=frozenset().union(*(each.units for each in below))
    )
    if len(below) == 1:  # the same people as its only child
        return replace(everybody, merged=below[0].merged, below=below[0].below)
    return replace(everybody, below=tuple(below))


def _without_small(parent: Branch, below: list[Branch], least: int) -> list[Branch]:
    """The branches below a department with the leaves that are too small put together."""
    small = [branch for branch in below if not branch.below and branch.staff < least]
    rest = [branch for branch in below if branch not in small]
    if not small or len(below) == 1:
        return below
    if sum(branch.staff for branch in small) < least and rest:
        smallest = min(rest, key=lambda branch: branch.size)
        small.append(smallest)
        rest.remove(smallest)
    names = sorted(name for branch in small for name in _names(branch))
    others = Branch(
        parent.code + OTHERS,
        parent.name,
        RowKind.OTHERS,
        sum(branch.staff for branch in small),
        frozenset().union(*(branch.units for branch in small)),
        tuple(names),
    )
    return [*rest, others]


def _names(branch: Branch) -> tuple[str, ...]:
    """The departments that disappear when a branch is put together with others: the name of its top is enough."""
    if branch.kind == RowKind.OTHERS:
        return branch.merged
    return (branch.name,) if branch.kind == RowKind.DEPARTMENT else ()
