# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate before every page: strangers are sent to sign in and back, programs are told so."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from innovato import urls as product_urls
from innovato.organisation.auth import signed_in
from innovato.organisation.models import Person

from .factories_city import make_person

pytestmark = pytest.mark.django_db


@signed_in
def guarded(request):
    return HttpResponse("dentro")


urlpatterns = [*product_urls.urlpatterns, path("riservata/", guarded)]


@pytest.fixture
def gate(settings):
    settings.ROOT_URLCONF = __name__


def test_a_page_sends_a_stranger_to_sign_in_and_back(client, gate):
    answer = client.get("/riservata/?a=1&b=%C3%A8")
    assert answer["Location"] == "/accesso/?next=%2Friservata%2F%3Fa%3D1%26b%3D%25C3%25A8"


def test_a_form_sent_too_late_leads_back_to_its_page(client, gate):
    answer = client.post("/riservata/", headers={"referer": "http://testserver/idee/nuova/?x=1"})
    assert answer["Location"] == "/accesso/?next=%2Fidee%2Fnuova%2F%3Fx%3D1"
    for elsewhere in ("https://altrove.example/x", "", "http://testserver:bad["):
        answer = client.post("/riservata/", headers={"referer": elsewhere})
        assert answer["Location"] == "/accesso/?next=%2F"


def test_a_swap_is_told_to_go_to_sign_in(client, gate):
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/idee/"}
    answer = client.get("/riservata/", headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/accesso/?next=%2Fidee%2F")


def test_a_program_gets_a_problem_in_json(client, gate):
    answer = client.get("/riservata/", headers={"accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["status"] == 401


def test_who_is_signed_in_passes_until_deactivated(client, gate):
    anna = make_person()
    client.force_login(anna)
    assert client.get("/riservata/").content == b"dentro"
    Person.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/riservata/").status_code == 302


def test_the_answer_differs_by_who_asks_and_how(client, gate):
    assert {"HX-Request", "Accept", "Cookie"} <= set(client.get("/riservata/")["Vary"].split(", "))


def test_a_request_without_a_session_store_is_simply_anonymous(gate):
    request = RequestFactory().get("/riservata/")
    request.user = type("Nobody", (), {"is_authenticated": False})()
    assert guarded(request).status_code == 302
