# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own corner of the API: who I am, what I may do where, my notices and nobody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.notifications import selectors
from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.api_support import API, client_of, every_page, get

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.department("Città")


def notice(person, number=0, **fields) -> Notice:
    at = timezone.now() - timedelta(minutes=number)
    fields = {"created_at": at, "deliver_after": at, "email_next_at": at, "key": f"prova:{person.pk}:{number}"} | fields
    context = fields.pop("context", {"title": f"Idea {number}", "url": "/idee/"})
    return Notice.objects.create(recipient=person, kind="admitted", context=context, **fields)


# Me ----------------------------------------------------------------------------------------------------------------


def test_me_says_who_i_am(city):
    office = make.department("Economato", parent=city)
    person = make.person("Giulia", "Ferrero", home=office, language="en")
    found = get(person, "me/").json()
    assert found.pop("csrf_token")
    assert found == {
        "id": str(person.uuid),
        "staff_number": person.staff_number,
        "name": "Giulia Ferrero",
        "email": person.email,
        "language": "en",
        "contract_area": "istruttori",
        "department": {"code": office.code, "name": "Economato"},
        "capabilities": [],
    }


def test_me_says_what_i_may_do_and_where_it_was_given(city):
    office, other = make.department("Economato", parent=city), make.department("Cultura", parent=city)
    person = make.person(home=None)
    for place in (office, other):
        make.grant(person, "decide_ideas", place)
    make.grant(person, "review_ideas", city)
    found = {row["capability"]: row for row in get(person, "me/").json()["capabilities"]}
    places = [{"code": place.code, "name": place.short_name} for place in (office, other)]
    assert list(found) == ["review_ideas", "decide_ideas", "view_pipeline"]
    assert found["decide_ideas"]["departments"] == found["view_pipeline"]["departments"] == places
    assert found["review_ideas"]["label"] == "Valutare le idee" and get(person, "me/").json()["department"] is None


def test_being_a_superuser_is_no_capability(city):
    assert get(make.person(home=city, is_superuser=True, is_staff=True), "me/").json()["capabilities"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_me_costs_six_queries(city, rows, django_assert_num_queries):
    person = make.person(home=city)
    for _ in range(rows):
        make.grant(person, "decide_ideas", make.department(parent=city))
    client = client_of(person)
    with django_assert_num_queries(6):
        client.get(f"{API}me/")


# Notices -----------------------------------------------------------------------------------------------------------


def test_notices_are_ones_own_the_newest_first_and_neither_held_nor_taken_back(city, monkeypatch):
    person, other = make.person(home=city), make.person(home=city)
    mine = [notice(person, number) for number in range(5)]
    notice(other, 1)
    notice(person, 7, deliver_after=timezone.now() + timedelta(minutes=5))
    notice(person, 8, cancelled_at=timezone.now(), email_state="skipped")
    monkeypatch.setattr(selectors, "PAGE", 2)
    assert [row["id"] for row in every_page(person, "notices/")] == [row.pk for row in mine]


def test_a_notice_says_what_it_is_about_and_leads_nowhere_else(city):
    person = make.person(home=city)
    notice(person, 2, context={"title": "Una\nidea\u202e", "url": "/idee/2026-0001/"}, read_at=timezone.now())
    notice(person, 1, context={"title": "Altrove", "url": "//altrove.example/"})
    notice(person, 0, context={})
    empty, elsewhere, read = every_page(person, "notices/")
    assert read["title"] == "Una idea" and read["url"] == "/idee/2026-0001/" and read["read_at"]
    assert elsewhere["url"] is None and empty["title"] == "" and empty["url"] is None and empty["read_at"] is None


@pytest.mark.parametrize("rows", [1, 3])
def test_notices_cost_three_queries(city, rows, django_assert_num_queries):
    person = make.person(home=city)
    for number in range(rows):
        notice(person, number)
    client = client_of(person)
    with django_assert_num_queries(3):
        assert len(client.get(f"{API}notices/").json()["results"]) == rows
