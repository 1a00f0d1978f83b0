# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may do where: inherited down the tree, read in two queries, equal to the slow obvious reading."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import transaction
from guardian.shortcuts import assign_perm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import IMPLIES, Capability
from innovato.organisation.models import (
    Department,
    DepartmentGroupObjectPermission,
    DepartmentUserObjectPermission,
    Person,
)
from innovato.organisation.selectors import nearest_people_with, people_with
from innovato.organisation.services import close_department, deactivate

from .factories_city import AT, WHY, give, make_department, make_person, small_city

pytestmark = pytest.mark.django_db

DECIDE, PIPELINE = Capability.DECIDE_IDEAS, Capability.VIEW_PIPELINE


@pytest.mark.parametrize("by_group", [None, "Dirigenti · cultura"])
def test_a_grant_covers_the_department_and_everything_below_it(by_group):
    city = small_city()
    manager = make_person()
    give(manager, DECIDE, city["culture"], by_group=by_group)
    access = DepartmentAccess.of(manager)
    assert access.departments(DECIDE) == {city[k].pk for k in ("culture", "library", "museum")}
    assert access.allows(DECIDE, city["library"].pk)
    assert not access.allows(DECIDE, city["roads"].pk)
    assert not access.allows(DECIDE, city["city"].pk)
    assert not access.allows(DECIDE, None)
    assert access.has(DECIDE)
    assert not access.has(Capability.SCREEN_IDEAS)
    assert access.departments(Capability.SCREEN_IDEAS) == frozenset()


def test_only_a_grant_at_a_root_covers_the_whole_city():
    city = small_city()
    office = make_person()
    give(office, Capability.SCREEN_IDEAS, city["city"])
    access = DepartmentAccess.of(office)
    assert access.allows(Capability.SCREEN_IDEAS, None)
    assert access.departments(Capability.SCREEN_IDEAS) == {row.pk for row in city.values()}


@pytest.mark.parametrize(("granted", "implied"), [(k, v) for k, found in IMPLIES.items() for v in found])
def test_what_a_right_implies_holds_in_the_same_places(granted, implied):
    city = small_city()
    person = make_person()
    give(person, granted, city["culture"])
    access = DepartmentAccess.of(person)
    assert access.departments(implied) == access.departments(granted)
    assert access.capabilities == {granted, implied}


def test_a_department_whose_key_starts_with_the_same_digits_is_not_covered():
    city = small_city()
    manager = make_person()
    give(manager, DECIDE, city["roads"])
    long_key = int(f"{city['roads'].pk}0")
    Department.objects.create(
        pk=long_key, path=Department.step(long_key), code="x", name="x", short_name="x",
        kind=city["city"].kind, valid_from=city["city"].valid_from,
    )  # fmt: skip
    assert DepartmentAccess.of(manager).departments(DECIDE) == {city["roads"].pk}


@pytest.mark.parametrize("grants", [1, 5])
def test_the_rights_of_a_person_take_two_queries_however_many_they_are(grants, django_assert_num_queries):
    city = small_city()
    person = make_person()
    for capability, department in zip(list(Capability)[:grants], list(city.values()), strict=False):
        if capability is not Capability.REVIEW_IDEAS:
            give(person, capability, department)
            give(person, capability, department, by_group=f"Gruppo {capability}")
    with django_assert_num_queries(2):
        access = DepartmentAccess.of(person)
    with django_assert_num_queries(0):
        for capability in Capability:
            for department in city.values():
                access.allows(capability, department.pk)
            access.allows(capability, None)


def test_who_holds_nothing_costs_one_query(django_assert_num_queries):
    person = make_person()
    with django_assert_num_queries(1):
        access = DepartmentAccess.of(person)
    assert access.capabilities == frozenset()
    assert (access.person_id, access.is_active) == (person.pk, True)


@pytest.mark.parametrize("who", [AnonymousUser(), None, Person(staff_number="000000")])
def test_nobody_and_anonymous_visitors_hold_nothing(who, django_assert_num_queries):
    with django_assert_num_queries(0):
        access = DepartmentAccess.of(who)
    assert access.capabilities == frozenset()
    assert not access.is_active
    assert not access.allows(DECIDE, None)


def test_an_inactive_person_holds_nothing_even_with_rows_left():
    city = small_city()
    leaver = make_person()
    give(leaver, DECIDE, city["city"], by_group="Dirigenti")
    colleague = make_person()
    give(colleague, DECIDE, city["city"], by_group="Dirigenti")
    give(leaver, Capability.VERIFY_RESULTS, city["city"])
    still_active_in_memory = Person.objects.get(pk=leaver.pk)
    Person.objects.filter(pk=leaver.pk).update(is_active=False)
    leaver.refresh_from_db()
    assert DepartmentAccess.of(leaver).capabilities == frozenset()
    assert DepartmentAccess.of(still_active_in_memory).capabilities == frozenset()
    assert people_with(DECIDE, city["library"].pk).get() == colleague


def test_a_leaver_loses_rights_groups_and_technical_tables_for_good():
    city = small_city()
    leaver = make_person(is_staff=True, is_superuser=True)
    give(leaver, DECIDE, city["city"], by_group="Dirigenti")
    give(leaver, Capability.VERIFY_RESULTS, city["city"])
    assert deactivate(person=leaver, by=None, at=AT, reason=WHY) is True
    assert deactivate(person=leaver, by=None, at=AT, reason=WHY) is False
    Person.objects.filter(pk=leaver.pk).update(is_active=True)
    back = Person.objects.get(pk=leaver.pk)
    assert DepartmentAccess.of(back).capabilities == frozenset()
    assert (back.is_staff, back.is_superuser, back.groups.count()) == (False, False, 0)


def test_a_superuser_holds_nothing_without_a_grant():
    city = small_city()
    admin = make_person(is_superuser=True, is_staff=True)
    access = DepartmentAccess.of(admin)
    assert access.capabilities == frozenset()
    assert not access.allows(Capability.SCREEN_IDEAS, city["city"].pk)


def test_a_permission_of_django_gives_no_capability():
    small_city()
    person = make_person()
    permission = DepartmentUserObjectPermission._meta.get_field("permission").related_model.objects.get(
        codename="decide_ideas"
    )
    person.user_permissions.add(permission)
    group = Group.objects.create(name="per sbaglio")
    group.permissions.add(permission)
    person.groups.add(group)
    assert DepartmentAccess.of(person).capabilities == frozenset()


def test_closed_departments_stay_covered_by_those_above():
    city = small_city()
    chief = make_person()
    give(chief, DECIDE, city["culture"])
    close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    assert DepartmentAccess.of(chief).allows(DECIDE, city["museum"].pk)


def test_guardian_itself_writes_to_our_direct_tables():
    city = small_city()
    person, group = make_person(), Group.objects.create(name="gruppo")
    assign_perm("decide_ideas", person, city["museum"])
    assign_perm("review_ideas", group, city["museum"])
    assert DepartmentUserObjectPermission.objects.filter(user=person).count() == 1
    assert DepartmentGroupObjectPermission.objects.filter(group=group).count() == 1


def test_the_holders_of_a_right_are_found_upwards():
    city = small_city()
    chief, manager, elsewhere = make_person(), make_person(), make_person()
    give(chief, DECIDE, city["culture"])
    give(manager, DECIDE, city["museum"], by_group="Dirigenti · musei")
    give(elsewhere, DECIDE, city["roads"])
    assert set(people_with(DECIDE, city["museum"].pk)) == {chief, manager}
    assert set(people_with(DECIDE, city["library"].pk)) == {chief}
    assert set(people_with(PIPELINE, city["museum"].pk)) == {chief, manager}
    assert set(people_with(DECIDE, None)) == set()
    assert set(people_with(DECIDE, 10**9)) == set()


def test_the_nearest_holders_are_those_of_the_first_department_that_has_any():
    city = small_city()
    chief, manager = make_person(), make_person()
    give(chief, DECIDE, city["culture"])
    give(manager, DECIDE, city["museum"], by_group="Dirigenti · musei")
    assert list(nearest_people_with(DECIDE, city["museum"].pk)) == [manager]
    assert list(nearest_people_with(DECIDE, city["library"].pk)) == [chief]
    assert list(nearest_people_with(DECIDE, city["museum"].pk, above=True)) == [chief]
    assert list(nearest_people_with(DECIDE, city["museum"].pk, without=[manager.pk])) == [chief]
    assert list(nearest_people_with(DECIDE, city["roads"].pk)) == []
    assert list(nearest_people_with(DECIDE, city["city"].pk, above=True)) == []


def brute_force(person, capability, department):
    """The rule read aloud: a grant here or above, to the person or to a group of theirs, or of a right that implies it."""
    if not person.is_active:
        return False
    granting = {capability} | {c for c, implied in IMPLIES.items() if capability in implied}
    here = department
    while here is not None:
        for table, mine in (
            (DepartmentUserObjectPermission, {"user": person}),
            (DepartmentGroupObjectPermission, {"group__in": list(person.groups.all())}),
        ):
            rows = table.objects.filter(content_object=here, **mine)
            if any(row.permission.codename in granting for row in rows):
                return True
        here = here.parent
    return False


trees = st.lists(st.integers(0, 8), min_size=1, max_size=8)
grants = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(list(Capability)), st.integers(0, 8), st.booleans()), max_size=5
)


@given(trees, grants, st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_random_trees_access_agrees_with_the_rule_read_aloud(tree, given_rights, active):
    with transaction.atomic():
        departments = []
        for number, place in enumerate(tree):
            parent = departments[place % (number + 1) - 1] if place % (number + 1) else None
            departments.append(make_department(f"h{number}", parent))
        people = [make_person(), make_person()]
        groups = [Group.objects.create(name=f"g{n}") for n in range(2)]
        for person, group in zip(people, groups, strict=True):
            person.groups.add(group)
        for who, capability, where, through_group in given_rights:
            receiver = groups[who] if through_group else people[who]
            assign_perm(capability.value, receiver, departments[where % len(departments)])
        Person.objects.filter(pk=people[1].pk).update(is_active=active)
        people[1].refresh_from_db()
        for person in people:
            access = DepartmentAccess.of(person)
            for capability in Capability:
                expected = {d.pk for d in departments if brute_force(person, capability, d)}
                assert access.departments(capability) == expected
                assert access.has(capability) == bool(expected)
                assert {d.pk for d in departments if access.allows(capability, d.pk)} == expected
                for department in departments:
                    found = people_with(capability, department.pk).filter(pk=person.pk).exists()
                    assert found == (department.pk in expected)
        transaction.set_rollback(True)
