# SPDX-License-Identifier: AGPL-3.0-or-later
"""People: who they are, how they are found, how they leave and come back, and what the database refuses."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from innovato.organisation.backends import StaffBackend
from innovato.organisation.models import Assignment, ContractArea, Person, Persona, PersonSession
from innovato.organisation.selectors import (
    demo_personas,
    department_choices,
    search_departments,
    search_people,
    subtree_ids,
)
from innovato.organisation.services import (
    close_department,
    deactivate,
    end_sessions,
    forget_session,
    reactivate,
    remember_session,
    set_language,
    transfer_person,
)
from innovato.organisation.text import fold

from .factories_city import AT, OPENED, TODAY, WHY, make_department, make_person, small_city

pytestmark = pytest.mark.django_db


def new_session() -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["x"] = 1
    store.save()
    return store.session_key


def test_a_person_has_a_name_initials_and_a_contract():
    person = make_person("Giulia", "Ferrero", contract_area=ContractArea.DIRIGENTI)
    assert (person.get_full_name(), person.get_short_name(), person.initials) == ("Giulia Ferrero", "Giulia", "GF")
    assert person.is_director
    assert not make_person().is_director
    assert str(person) == "Giulia Ferrero"
    assert Person.objects.get_by_natural_key(person.staff_number) == person


def test_a_person_without_a_password_cannot_type_one():
    person = make_person()
    assert not person.has_usable_password()
    assert authenticate(username=person.staff_number, password="") is None


def test_a_person_needs_a_staff_number():
    with pytest.raises(ValueError, match="staff number"):
        Person.objects.create_user("")


def test_a_technical_account_enters_the_technical_tables():
    admin = Person.objects.create_superuser("900001", "una frase lunga", first_name="Ada", last_name="Tecnica")
    assert admin.is_staff
    assert admin.is_superuser
    assert authenticate(username="900001", password="una frase lunga") == admin


@pytest.mark.parametrize(
    "broken",
    [
        {"staff_number": "12345"},
        {"staff_number": "12345a"},
        {"staff_number": ""},
        {"staff_number": "12345\n"},
        {"staff_number": "١٢٣٤٥٦"},
        {"contract_area": "sindaco"},
        {"language": "fr"},
        {"joined_on": TODAY, "left_on": TODAY - timedelta(days=1)},
    ],
)
def test_the_database_refuses_a_broken_person(broken):
    person = make_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**broken)


def test_two_people_cannot_share_a_staff_number():
    make_person(staff_number="123456")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_person(staff_number="123456")


def test_the_database_refuses_a_second_open_assignment_and_one_that_ends_before_it_starts():
    person, place = make_person(), make_department("uno")
    row = Assignment.objects.create(person=person, department=place, starts_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(person=person, department=place, starts_on=OPENED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=row.pk).update(ends_on=OPENED)


def test_inactive_people_are_refused_also_in_the_middle_of_a_session():
    person = make_person(password="una frase lunga")
    backend = StaffBackend()
    assert backend.get_user(person.pk) == person
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert backend.get_user(person.pk) is None
    assert authenticate(username=person.staff_number, password="una frase lunga") is None


def test_permissions_of_django_open_only_the_technical_tables():
    from_tables = Person._meta.get_field("user_permissions").related_model.objects
    permission = from_tables.get(codename="view_person")
    employee, technician = make_person(), make_person(is_staff=True)
    for person in (employee, technician):
        person.user_permissions.add(permission)
    assert not employee.has_perm("organisation.view_person")
    assert not employee.has_module_perms("organisation")
    assert technician.has_perm("organisation.view_person")
    assert technician.has_module_perms("organisation")
    assert not technician.has_perm("organisation.view_person", make_department("uno"))
    assert not technician.has_perm("organisation.decide_ideas")


def test_people_are_found_by_the_start_of_each_word_whatever_accents_and_apostrophes():
    nicolo = make_person("Nicolò", "D’Angelo")
    make_person("Nicola", "Rossi")
    for text in ("nico", "NICOLÒ", "nicolo d'angelo", "angelo nico", "D’ANGELO", nicolo.staff_number[:6]):
        assert nicolo in search_people(text), text
    assert search_people("ngelo") == []
    assert search_people("") == []
    assert search_people("\x00 %_ ‮") == []


def test_a_changed_name_is_found_by_the_new_one():
    person = make_person("Anna", "Bianchi")
    person.last_name = "Verdi"
    person.save(update_fields=["last_name", "search_name"])
    assert search_people("verdi") == [person]
    Person.objects.bulk_create([Person(staff_number="700001", first_name="Élise", last_name="Noël", password="!")])
    assert [p.staff_number for p in search_people("elise noel")] == ["700001"]


def test_only_people_in_service_are_found_and_no_more_than_asked():
    make_person("Anna", "Gialli", is_active=False)
    for _number in range(3):
        make_person("Anna", "Gialli")
    assert len(search_people("gialli", 10)) == 3
    assert len(search_people("gialli", 2)) == 2


def test_departments_are_found_by_the_start_of_each_word_the_higher_ones_first():
    city = small_city()
    make_department("sede2", city["library"], short_name="Cultura di quartiere")
    found = search_departments("cultura")
    assert [row.short_name for row in found] == ["cultura", "Cultura di quartiere"]
    assert [row.short_name for row in search_departments("quart cult")] == ["Cultura di quartiere"]
    assert search_departments("") == []
    close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    assert search_departments("musei") == []


def test_the_list_of_departments_has_full_names_and_leaves_closed_ones_out(django_assert_num_queries):
    city = small_city()
    close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    with django_assert_num_queries(2):
        choices = department_choices(TODAY)
    assert choices == [
        (city["city"].pk, "citta"),
        (city["culture"].pk, "citta › cultura"),
        (city["library"].pk, "citta › cultura › biblioteche"),
        (city["roads"].pk, "citta › strade"),
    ]
    assert department_choices() == choices
    assert city["museum"].pk in dict(department_choices(TODAY - timedelta(days=1)))
    assert subtree_ids(city["culture"].pk) == {city[k].pk for k in ("culture", "library", "museum")}


def test_who_leaves_is_signed_out_everywhere_and_others_are_not():
    city = small_city()
    leaver, other = make_person(home=city["museum"]), make_person()
    keys = {who: new_session() for who in (leaver, other)}
    for who, key in keys.items():
        remember_session(person=who, session_key=key, at=AT)
    Assignment.objects.create(person=leaver, department=city["museum"], starts_on=OPENED)
    assert deactivate(person=leaver, by=None, at=AT, reason=WHY)
    assert (leaver.is_active, leaver.left_on) == (False, TODAY)
    assert leaver.assignments.get().ends_on == TODAY
    assert set(Session.objects.values_list("session_key", flat=True)) == {keys[other]}
    assert PersonSession.objects.get().person == other


def test_somebody_hired_for_later_can_leave_before_starting():
    person = make_person(joined_on=TODAY + timedelta(days=30))
    Assignment.objects.create(person=person, department=make_department("uno"), starts_on=TODAY + timedelta(days=30))
    deactivate(person=person, by=None, at=AT, reason=WHY)
    assert person.left_on == person.joined_on
    assert not person.assignments.exists()


def test_who_comes_back_starts_anew_in_a_department():
    city = small_city()
    person = make_person(home=city["museum"])
    deactivate(person=person, by=None, at=AT, reason=WHY)
    assert reactivate(person=person, department=city["roads"], by=None, at=AT, role="operaio")
    assert (person.is_active, person.left_on, person.home_department) == (True, None, city["roads"])
    assert person.assignments.get(ends_on=None).role == "operaio"
    assert not reactivate(person=person, department=city["roads"], by=None, at=AT)


def test_expired_sessions_of_a_person_are_forgotten_at_the_next_sign_in():
    person = make_person()
    remember_session(person=person, session_key="vecchia", at=AT)
    later = AT + timedelta(hours=settings.INNOVATO_SESSION_HOURS, seconds=1)
    remember_session(person=person, session_key="nuova", at=later)
    assert PersonSession.objects.get().session_key == "nuova"
    forget_session(session_key="nuova")
    forget_session(session_key=None)
    assert not PersonSession.objects.exists()
    assert end_sessions(person_ids=[person.pk]) == 0


def test_a_person_transferred_from_nowhere_gets_a_first_assignment():
    person = make_person()
    assert transfer_person(person=person, department=make_department("uno"), by=None, at=AT)
    assert person.assignments.get().starts_on == TODAY


def test_the_language_is_kept_with_the_person():
    person = make_person()
    set_language(person=person, language="en")
    assert Person.objects.get(pk=person.pk).language == "en"


def test_the_demo_offers_its_personas_in_order_and_never_a_leaver():
    first, second, gone = make_person(), make_person(), make_person(is_active=False)
    for position, person in ((2, first), (1, second), (0, gone)):
        Persona.objects.create(person=person, label_it=f"n{position}", label_en="x", position=position)
    assert [persona.person for persona in demo_personas()] == [second, first]
    assert str(demo_personas()[0]) == "n1"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nicolò  D’Angelo", "nicolo d angelo"),
        ("NICOLO\u0300 d'Angelo", "nicolo d angelo"),
        ("Straße", "strasse"),
        ("a\x00b\u202ec\ud800", "a b c"),
        ("🌱", ""),
    ],
)
def test_names_are_compared_without_accents_capitals_and_punctuation(text, folded):
    assert fold(text) == folded
