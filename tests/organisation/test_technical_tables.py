# SPDX-License-Identifier: AGPL-3.0-or-later
"""The technical tables: behind the same sign-in, to look at, with no way round the services."""

import pytest

from innovato.organisation.capabilities import Capability

from .factories_city import give, make_person, small_city

pytestmark = pytest.mark.django_db

CODE = "una frase lunga"


@pytest.fixture
def anna(db):
    return make_person("Anna", "Ferrero", staff_number="300001", password=CODE)


def test_the_technical_tables_have_the_same_sign_in_and_are_not_there_for_others(client, anna):
    assert client.get("/amministrazione/").status_code == 302
    assert client.get("/amministrazione/login/")["Location"].startswith("/accesso/?next=")
    client.force_login(anna)
    assert client.get("/amministrazione/", follow=True).status_code == 404


@pytest.fixture
def technician(client):
    person = make_person(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    "table",
    ["person", "department", "departmentkind", "grantrecord", "departmentgroupobjectpermission"],
)
def test_a_technician_looks_at_the_technical_tables(client, technician, table):
    city = small_city()
    give(make_person(), Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    assert client.get(f"/amministrazione/organisation/{table}/").status_code == 200


def test_people_departments_and_groups_are_not_made_or_deleted_by_hand(client, technician):
    city = small_city()
    for table in ("person", "department", "grantrecord"):
        assert client.get(f"/amministrazione/organisation/{table}/add/").status_code == 403
    assert client.get("/amministrazione/auth/group/add/").status_code == 403
    assert client.post(f"/amministrazione/organisation/department/{city['museum'].pk}/delete/").status_code == 403


def test_by_hand_only_what_the_extract_does_not_know_changes(client, technician, anna):
    change = f"/amministrazione/organisation/person/{anna.pk}/change/"
    assert client.get(change).status_code == 200
    client.post(change, {
        "email": "nuova@comune.example", "language": "en", "first_name": "Eva", "is_staff": "on", "is_superuser": "on",
        "staff_number": "999999", "password": "x", "groups": "1",
        "assignments-TOTAL_FORMS": "0", "assignments-INITIAL_FORMS": "0",
    })  # fmt: skip
    anna.refresh_from_db()
    assert (anna.email, anna.language) == ("nuova@comune.example", "en")
    assert (anna.first_name, anna.is_staff, anna.is_superuser, anna.staff_number) == ("Anna", False, False, "300001")
    assert anna.check_password(CODE)


def test_a_superuser_deactivates_nobody_without_the_right(client, technician, anna):
    action = {"action": "deactivate", "_selected_action": [anna.pk]}
    client.post("/amministrazione/organisation/person/", action)
    anna.refresh_from_db()
    assert anna.is_active
    city = small_city()
    give(technician, Capability.MANAGE_DEPARTMENT, city["city"])
    client.post("/amministrazione/organisation/person/", action)
    anna.refresh_from_db()
    assert not anna.is_active
