# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frame of every page: who sees which entries with which counts, what it costs, and the pages for errors."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from tests import factories
from workflow.context import Entry, Shell

pytestmark = pytest.mark.django_db


def shell_of(person, path="/"):
    request = RequestFactory().get(path)
    request.user = person
    return Shell(request)


@pytest.fixture
def city():
    return factories.department("Città")


@pytest.fixture
def office(city):
    return factories.department("Economato", parent=city)


@pytest.fixture
def employee(office):
    return factories.person(home=office)


def entries(person):
    return {entry.label: entry.shown_count for entry in shell_of(person).nav}


COMMON = {"La mia scrivania": "", "Idee": "", "Bandi": "", "Piloti": ""}


def test_an_employee_has_four_entries(employee):
    assert entries(employee) == COMMON


def test_each_role_adds_its_entry_with_what_waits_there(employee, office, city):
    elsewhere = factories.department("Musei", parent=city)
    campaign = factories.campaign(office)
    for department in (office, elsewhere):
        author = factories.person(home=department)
        factories.idea(author, campaign, state="screening")
        factories.idea(author, campaign, state="decision")
    factories.grant(employee, "screen_ideas", office)
    assert entries(employee) == COMMON | {"Verifica": "1", "Cruscotto": ""}
    factories.grant(employee, "decide_ideas", city)
    assert entries(employee) == COMMON | {"Verifica": "1", "Cruscotto": "2"}
    factories.grant(employee, "review_ideas", office)
    assert entries(employee) == COMMON | {"Da valutare": "", "Verifica": "1", "Cruscotto": "2"}


def test_a_hundred_or_more_is_ninety_nine_and_more():
    assert Entry("x", "/", "", 100).shown_count == "99+"
    assert Entry("x", "/", "", 99).shown_count == "99"


def test_the_present_entry_is_marked_on_its_page_and_below_it(employee):
    def marked(path):
        return {entry.label: entry.current for entry in shell_of(employee, path).nav if entry.current}

    assert marked("/idee/") == {"Idee": "page"}
    assert marked("/idee/2026-0001/") == {"Idee": "true"}
    assert marked("/") == {"La mia scrivania": "page"}
    assert marked("/aiuto/") == {}


def test_the_frame_costs_an_employee_two_queries_and_nobody_none(employee, django_assert_num_queries):
    with django_assert_num_queries(2):  # the rights, the unread notices
        shell = shell_of(employee)
        assert shell.nav and shell.unread == 0
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        assert Shell(request).person is None
        assert Shell(request).unread == 0


@pytest.mark.parametrize("address", ["/aiuto/", "/regole/", "/accessibilita/"])
def test_a_page_that_explains_needs_no_account_and_no_query(client, address, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(address)
    assert answer.status_code == 200
    assert "Scrivi all’Ufficio innovazione" in answer.text


@pytest.mark.parametrize("address", ["/aiuto/", "/regole/", "/accessibilita/"])
def test_a_page_that_explains_can_only_be_read(client, address):
    assert client.post(address).status_code == 405


def test_the_help_page_lists_every_state_and_the_terms_of_this_city(client, settings):
    settings.INNOVATO_SCREENING_DAYS = 7
    page = client.get("/aiuto/").text
    assert "7 giorni lavorativi" in page
    assert page.count('<th scope="row"><span class="in-state') == 17


def test_the_gallery_is_only_for_who_builds_pages(client, settings):
    settings.DEMO = settings.DEBUG = False
    assert client.get("/modelli/").status_code == 404
    settings.DEMO = True
    assert client.get("/modelli/").status_code == 200


def test_only_the_demo_says_that_everything_is_invented(client, settings):
    settings.DEMO = False
    assert "Dimostrazione" not in client.get("/aiuto/").text
    settings.DEMO = True
    assert "Dimostrazione" in client.get("/aiuto/").text


def test_a_city_can_show_its_own_mark(client, employee, settings):
    client.force_login(employee)
    assert "#logo" in client.get("/aiuto/").text
    settings.INNOVATO_MARK = "svg/favicon.svg"
    page = client.get("/aiuto/").text
    assert '<img src="/static/svg/favicon.svg" width="34" height="34" alt="">' in page and "#logo" not in page


# --- when something goes wrong


def test_a_missing_page_says_so_in_words_with_a_code_and_never_what_was_looked_for(employee):
    request = RequestFactory().get("/idee/2026-9999/")
    request.user = employee
    answer = defaults.page_not_found(request, Http404("No Idea matches the given query."))
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "Questa pagina non c’è" in text and ">404-" in text
    assert "matches the given query" not in text


def test_a_forbidden_page_repeats_the_reason_it_was_given_escaped(employee):
    request = RequestFactory().get("/verifica/")
    request.user = employee
    text = defaults.permission_denied(request, PermissionDenied("Solo chi valuta <b>può</b>.")).content.decode()
    assert "Solo chi valuta &lt;b&gt;può&lt;/b&gt;." in text
    assert "per chi ha un incarico" in defaults.permission_denied(request, PermissionDenied()).content.decode()


def test_an_expired_form_says_that_nothing_arrived(employee):
    client = Client(enforce_csrf_checks=True)
    client.force_login(employee)
    answer = client.post("/avvisi/letti/")
    assert answer.status_code == 403
    assert "Il modulo è scaduto" in answer.text


@pytest.mark.parametrize("code", ["400", "500", "503"])
def test_pages_for_breakdowns_stand_alone_in_both_languages(code, django_assert_num_queries):
    with django_assert_num_queries(0):
        for language in ("it", "en"):
            with translation.override(language):
                page = render_to_string(f"{code}.html")
            assert f'<html lang="{language}">' in page
            assert f"{code}-" in page
