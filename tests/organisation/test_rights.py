# SPDX-License-Identifier: AGPL-3.0-or-later
"""Giving rights and taking them back: who may, what is refused, what the register says."""

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import INCOMPATIBLE, LABELS, Capability, sources_of
from innovato.organisation.errors import Incompatible, NotAllowed, NotInService, NotToOneself, UnknownCapability
from innovato.organisation.models import Department, GrantRecord
from innovato.organisation.selectors import direct_managers_of, rights_in_words
from innovato.organisation.services import add_to_group, deactivate, grant, remove_from_group, revoke

from .factories_city import AT, WHY, give, make_person

pytestmark = pytest.mark.django_db

DECIDE, REVIEW = Capability.DECIDE_IDEAS, Capability.REVIEW_IDEAS
PARTICIPATION, MANAGE = Capability.VIEW_PARTICIPATION, Capability.MANAGE_DEPARTMENT


@pytest.fixture
def admin(city):
    person = make_person("Ada", "Amministra")
    give(person, MANAGE, city["culture"])
    return person


def test_a_grant_is_written_down_with_who_when_and_why(city, admin):
    person = make_person()
    assert grant(capability=DECIDE, department=city["museum"], to_person=person, by=admin, at=AT, reason=" nomina ")
    record = GrantRecord.objects.order_by("-pk").first()
    assert (record.verb, record.capability, record.department, record.person, record.group, record.by, record.at) == (
        "granted", "decide_ideas", city["museum"], person, None, admin, AT,
    )  # fmt: skip
    assert record.reason == "nomina"


def test_a_second_equal_grant_changes_nothing(city):
    person = make_person()
    give(person, DECIDE, city["museum"])
    count = GrantRecord.objects.count()
    assert not grant(capability=DECIDE, department=city["museum"], to_person=person, by=None, at=AT, reason=WHY)
    assert GrantRecord.objects.count() == count


def test_a_right_taken_back_is_gone_on_the_next_look(city, admin):
    person = make_person()
    give(person, DECIDE, city["museum"])
    assert revoke(capability=DECIDE, department=city["museum"], from_person=person, by=admin, at=AT, reason=WHY)
    assert not DepartmentAccess.of(person).has(DECIDE)
    assert GrantRecord.objects.order_by("-pk").first().verb == "revoked"
    assert not revoke(capability=DECIDE, department=city["museum"], from_person=person, by=admin, at=AT, reason=WHY)


def test_a_group_loses_its_right_too(city):
    person = make_person()
    give(person, DECIDE, city["museum"], by_group="Dirigenti · musei")
    group = Group.objects.get()
    assert revoke(capability=DECIDE, department=city["museum"], from_group=group, by=None, at=AT, reason=WHY)
    assert not DepartmentAccess.of(person).has(DECIDE)


@pytest.mark.parametrize("wish", ["view_department", "superuser", "", None, "DECIDE_IDEAS"])
def test_granting_anything_outside_the_vocabulary_is_impossible(city, wish):
    with pytest.raises(UnknownCapability):
        grant(capability=wish, department=city["museum"], to_person=make_person(), by=None, at=AT, reason=WHY)
    assert GrantRecord.objects.count() == 0


def test_nobody_gives_rights_to_themselves(city, admin):
    with pytest.raises(NotToOneself):
        grant(capability=DECIDE, department=city["museum"], to_person=admin, by=admin, at=AT, reason=WHY)
    give(admin, REVIEW, city["museum"], by_group="Valutatori")
    group = Group.objects.get()
    with pytest.raises(NotToOneself):
        grant(capability=DECIDE, department=city["museum"], to_group=group, by=admin, at=AT, reason=WHY)
    other = Group.objects.create(name="Dirigenti · musei")
    with pytest.raises(NotToOneself):
        add_to_group(person=admin, group=other, by=admin, at=AT, reason=WHY)
    assert DepartmentAccess.of(admin).capabilities == {MANAGE, REVIEW}


def test_only_who_looks_after_the_department_gives_rights_there(city, admin):
    person, superuser = make_person(), make_person(is_superuser=True, is_staff=True)
    for by, department in [(admin, city["roads"]), (admin, city["city"]), (superuser, city["museum"])]:
        with pytest.raises(NotAllowed) as refusal:
            grant(capability=DECIDE, department=department, to_person=person, by=by, at=AT, reason=WHY)
        assert refusal.value.sentence.startswith("Non gestisci questa struttura.")
        with pytest.raises(NotAllowed):
            revoke(capability=DECIDE, department=department, from_person=person, by=by, at=AT, reason=WHY)
    assert DepartmentAccess.of(person).capabilities == frozenset()


def test_participation_figures_and_review_never_meet_in_one_person(city):
    person = make_person()
    give(person, PARTICIPATION, city["museum"])
    with pytest.raises(Incompatible):
        grant(capability=REVIEW, department=city["roads"], to_person=person, by=None, at=AT, reason=WHY)


def test_the_two_rights_do_not_meet_through_a_group_either(city):
    reviewer, hr = make_person(), make_person()
    give(reviewer, REVIEW, city["museum"], by_group="Valutatori")
    give(hr, PARTICIPATION, city["city"], by_group="Risorse umane")
    for who, name in [(reviewer, "Risorse umane"), (hr, "Valutatori")]:
        with pytest.raises(Incompatible):
            add_to_group(person=who, group=Group.objects.get(name=name), by=None, at=AT, reason=WHY)
    with pytest.raises(Incompatible):
        grant(capability=PARTICIPATION, department=city["roads"], to_group=Group.objects.get(name="Valutatori"),
              by=None, at=AT, reason=WHY)  # fmt: skip
    with pytest.raises(Incompatible):
        grant(capability=REVIEW, department=city["roads"], to_person=hr, by=None, at=AT, reason=WHY)


def test_a_group_cannot_hold_both_rights_once_it_has_members(city):
    group = Group.objects.create(name="vuoto")
    for capability in (PARTICIPATION, REVIEW):
        grant(capability=capability, department=city["city"], to_group=group, by=None, at=AT, reason=WHY)
    with pytest.raises(Incompatible):
        add_to_group(person=make_person(), group=group, by=None, at=AT, reason=WHY)


def test_who_has_left_receives_no_right(city):
    leaver = make_person()
    deactivate(person=leaver, by=None, at=AT)
    with pytest.raises(NotInService):
        grant(capability=DECIDE, department=city["museum"], to_person=leaver, by=None, at=AT, reason=WHY)
    with pytest.raises(NotInService):
        add_to_group(person=leaver, group=Group.objects.create(name="g"), by=None, at=AT, reason=WHY)


@pytest.mark.parametrize("both", [True, False])
def test_a_grant_names_exactly_one_receiver(city, both):
    receivers = {"to_person": make_person(), "to_group": Group.objects.create(name="g")} if both else {}
    with pytest.raises(TypeError):
        grant(capability=DECIDE, department=city["museum"], by=None, at=AT, reason=WHY, **receivers)


def test_a_right_never_changes_without_a_reason(city):
    person = make_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        grant(capability=DECIDE, department=city["museum"], to_person=person, by=None, at=AT, reason="  ")
    assert DepartmentAccess.of(person).capabilities == frozenset()


def test_joining_and_leaving_a_group_are_in_the_register(city):
    person, group = make_person(), Group.objects.create(name="g")
    assert add_to_group(person=person, group=group, by=None, at=AT, reason=WHY)
    assert not add_to_group(person=person, group=group, by=None, at=AT, reason=WHY)
    assert remove_from_group(person=person, group=group, by=None, at=AT, reason=WHY)
    assert not remove_from_group(person=person, group=group, by=None, at=AT, reason=WHY)
    assert list(GrantRecord.objects.order_by("pk").values_list("verb", flat=True)) == ["joined", "left"]


def test_a_group_with_a_past_cannot_be_deleted(city):
    give(make_person(), DECIDE, city["museum"], by_group="Dirigenti · musei")
    with pytest.raises(ProtectedError):
        Group.objects.get().delete()


@pytest.mark.parametrize(
    "broken",
    [
        {"verb": "granted", "capability": "decide_ideas"},
        {"verb": "granted", "capability": "", "department": True, "person": True},
        {"verb": "granted", "capability": "decide_ideas", "department": True, "person": True, "group": True},
        {"verb": "joined", "person": True},
        {"verb": "joined", "person": True, "group": True, "department": True},
        {"verb": "joined", "person": True, "group": True, "reason": ""},
    ],
)
def test_the_register_refuses_a_line_that_says_too_little_or_too_much(city, broken):
    rows = {"person": make_person(), "group": Group.objects.create(name="g"), "department": city["museum"]}
    values = {"at": AT, "reason": WHY} | {k: rows[k] if v is True else v for k, v in broken.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantRecord.objects.create(**values)


def test_the_direct_manager_decides_for_the_home_department_or_the_nearest_above(city):
    chief, manager, employee, other = (make_person(home=city[k]) for k in ("culture", "museum", "museum", "library"))
    give(chief, DECIDE, city["culture"])
    give(manager, DECIDE, city["museum"])
    assert direct_managers_of([employee.pk]) == {manager.pk}
    assert direct_managers_of([other.pk]) == {chief.pk}
    assert direct_managers_of([manager.pk]) == {chief.pk}
    assert direct_managers_of([chief.pk]) == set()
    assert direct_managers_of([employee.pk, other.pk]) == {manager.pk, chief.pk}
    assert direct_managers_of([]) == set()


def test_the_direct_manager_is_never_somebody_who_has_left(city):
    manager, employee = make_person(home=city["museum"]), make_person(home=city["museum"])
    give(manager, DECIDE, city["museum"])
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    assert direct_managers_of([employee.pk]) == set()


def test_a_person_without_a_department_has_no_direct_manager(city):
    give(make_person(), DECIDE, city["city"])
    assert direct_managers_of([make_person().pk]) == set()


def test_the_profile_says_in_words_what_one_may_do_and_where(city):
    person = make_person()
    give(person, DECIDE, city["museum"])
    words = [(str(label), places) for label, places in rights_in_words(DepartmentAccess.of(person))]
    place = ["citta › cultura › musei"]
    assert words == [
        ("Decidere sulle idee e sui piloti", place),
        ("Vedere a che punto sono le idee", place),
    ]


def test_the_vocabulary_is_one_and_the_same_everywhere():
    assert {codename for codename, _ in Department._meta.permissions} == set(Capability)
    assert set(LABELS) == set(Capability)
    assert sources_of(Capability.VIEW_PIPELINE) == {Capability.VIEW_PIPELINE, DECIDE, Capability.SCREEN_IDEAS}
    assert list(INCOMPATIBLE) == [{PARTICIPATION, REVIEW}]
