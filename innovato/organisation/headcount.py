# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who was in service on a day, and where: from the history of assignments, so that a late look finds what was then."""

from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from innovato.organisation.models import Assignment, Department, Person


class Placed(NamedTuple):
    """One person in service: the key, the department's code ("" for none), the contract area."""

    person_id: int
    department: str
    contract_area: str


def people_in_service(day: date) -> list[Placed]:
    """Everybody in service on `day`, each once, where the assignment of that day says. Two queries.

    Who never had an assignment counts where the person's own record says, between joining and leaving.
    """
    columns = ("person_id", "department__code", "person__contract_area")
    then = Assignment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)
    placed = {row[0]: Placed(*row) for row in then.order_by("starts_on", "pk").values_list(*columns)}
    assigned = Assignment.objects.filter(person=OuterRef("pk"))
    others = Person.objects.filter(
        ~Exists(assigned),
        Q(joined_on=None) | Q(joined_on__lte=day),
        Q(left_on=None, is_active=True) | Q(left_on__gt=day),
    )
    for pk, code, area in others.values_list("pk", "home_department__code", "contract_area"):
        placed[pk] = Placed(pk, code or "", area)
    return [placed[pk] for pk in sorted(placed)]


def department_tree() -> list[tuple[str, str, str | None]]:
    """Every department as (code, short name, code of the one above), from the top down. One query.

    A department merged into another lies below its successor, as its path says.
    """
    rows = list(Department.objects.order_by("path").values_list("pk", "code", "short_name", "path"))
    codes = {pk: code for pk, code, _name, _path in rows}
    return [(code, name, codes.get(_above(path))) for _pk, code, name, path in rows]


def _above(path: str) -> int | None:
    steps = path.split(".")[:-1]
    return int(steps[-2]) if len(steps) > 1 else None
