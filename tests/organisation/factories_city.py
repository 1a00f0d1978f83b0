# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small cities for tests of the ground floor: departments, people, groups, each in one call."""

import itertools
from datetime import UTC, date, datetime

from django.contrib.auth.models import Group

from innovato.organisation.models import Department, DepartmentKind, Person
from innovato.organisation.services import add_to_group, create_department, grant

AT = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
OPENED = date(2020, 1, 1)
WHY = "prova"

_numbers = itertools.count(1)


def make_kind(code="servizio", rank=2) -> DepartmentKind:
    """A kind of department, made once."""
    return DepartmentKind.objects.get_or_create(
        code=code, defaults={"name_it": code.title(), "name_en": "Service", "rank": rank}
    )[0]


def make_department(code, parent=None, **fields) -> Department:
    """A department below `parent`, open since 2020."""
    fields = {"name": f"Servizio {code}", "short_name": code, "kind": make_kind(), "valid_from": OPENED} | fields
    return create_department(code=code, parent=parent, by=None, at=AT, **fields)


def make_person(first_name="Anna", last_name="Prova", home=None, **fields) -> Person:
    """A person in service with a fresh staff number and no password."""
    fields.setdefault("staff_number", f"{next(_numbers) + 500000:06d}")
    return Person.objects.create_user(first_name=first_name, last_name=last_name, home_department=home, **fields)


def give(person, capability, department, *, by_group=None) -> None:
    """Give a right to a person directly, or through the named group."""
    if by_group is None:
        grant(capability=capability, department=department, to_person=person, by=None, at=AT, reason=WHY)
        return
    group, _ = Group.objects.get_or_create(name=by_group)
    grant(capability=capability, department=department, to_group=group, by=None, at=AT, reason=WHY)
    add_to_group(person=person, group=group, by=None, at=AT, reason=WHY)


def small_city() -> dict[str, Department]:
    """city › (culture › (library, museum), roads); by code."""
    city = make_department("citta")
    culture = make_department("cultura", city)
    return {
        "city": city,
        "culture": culture,
        "library": make_department("biblioteche", culture),
        "museum": make_department("musei", culture),
        "roads": make_department("strade", city),
    }
