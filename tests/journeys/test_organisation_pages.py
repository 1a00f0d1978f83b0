# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in, the language and one's own data in a real browser."""

import pytest

from innovato.organisation.models import Assignment, Persona
from tests.journeys.support import FIRST_VIEW_LIMIT, assert_page_is_sound, first_view
from tests.organisation.factories_city import OPENED, give, make_person, small_city

CODE = "una frase lunga"


@pytest.fixture
def anna(transactional_db):
    city = small_city()
    person = make_person("Anna", "Ferrero", home=city["museum"], staff_number="300001", password=CODE)
    Assignment.objects.create(person=person, department=city["museum"], starts_on=OPENED, role="custode")
    give(person, "decide_ideas", city["culture"], by_group="Dirigenti · cultura")
    return person


@pytest.fixture
def personas(anna, settings):
    settings.DEMO = True
    other = make_person("Laura", "Pautasso")
    Persona.objects.create(person=anna, label_it="Dirigente dei musei", label_en="Manager of museums", position=1)
    Persona.objects.create(person=other, label_it="Ufficio innovazione", label_en="Innovation office", position=2)


def test_the_sign_in_page_is_sound(visitors, anna):
    assert_page_is_sound(visitors, "/accesso/")


def test_the_sign_in_page_with_mistakes_is_sound(visitors, anna):
    def mistaken(page):
        page.fill("[name=staff_number]", "41872")
        page.click("form[action='/accesso/'] button")
        page.wait_for_selector("[aria-invalid=true]")

    assert_page_is_sound(visitors, "/accesso/", act=mistaken)


def test_the_sign_in_page_of_the_demo_is_sound(visitors, personas):
    assert_page_is_sound(visitors, "/accesso/")


def test_the_profile_is_sound(visitors, anna):
    assert_page_is_sound(visitors, "/profilo/", anna)


def test_the_language_page_is_sound(visitors, anna):
    assert_page_is_sound(visitors, "/lingua/")


def test_the_sign_in_page_is_light(visitors, anna):
    assert sum(first_view(visitors, "/accesso/").values()) < FIRST_VIEW_LIMIT


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_signs_in_changes_language_and_leaves(visitors, anna, javascript):
    page = visitors.page(javascript=javascript)
    page.goto("/profilo/")
    page.fill("[name=staff_number]", "300001")
    page.fill("[name=code]", CODE)
    page.click("form[action='/accesso/'] button")
    assert page.url.endswith("/profilo/")
    assert page.locator("h1").inner_text() == "I miei dati"
    page.click("#contenuto button[lang=en]")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("#contenuto button[lang=it]")
    page.click("[popovertarget=menu-utente]")
    page.click("form[action='/uscita/'] button")
    assert page.url.endswith("/accesso/")


def test_one_click_enters_the_demo(visitors, personas):
    page = visitors.page()
    page.goto("/accesso/?next=/profilo/")
    page.click("text=Dirigente dei musei >> xpath=ancestor::li >> button")
    assert page.url.endswith("/profilo/")
    assert "Decidere sulle idee" in page.content()
