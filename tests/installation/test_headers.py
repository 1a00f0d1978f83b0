# SPDX-License-Identifier: AGPL-3.0-or-later
"""The security headers stand on every kind of answer: pages, errors, redirects, files, the health address."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from innovato import urls as innovato_urls

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPECTED = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def fall_over(request):
    raise ZeroDivisionError


def well(request):
    return HttpResponse("bene")


def forbid(request):
    raise PermissionDenied


def read_form(request):
    return HttpResponse(request.POST.get("x", ""))


@require_POST
def only_posted(request):
    return HttpResponse("fatto")


handler400 = innovato_urls.handler400
urlpatterns = [
    path("prova/", well),
    path("guasto/", fall_over),
    path("vietato/", forbid),
    path("modulo/", csrf_exempt(read_form)),
    path("pulsante/", only_posted),
    path("", include("innovato.urls")),
]
ANSWERS = [
    ("/prova/", 200),
    ("/prova", 301),
    ("/non-c-e/", 404),
    ("/guasto/", 500),
    ("/vietato/", 403),
    ("/pulsante/", 405),
    ("/api/v1/non-c-e/", 404),
    ("/lingua/?x=%00", 200),
    ("/salute/", 200),
    ("/static/css/innovato.css", 200),
    ("/static/non-c-e.css", 404),
]


@pytest.mark.django_db
@pytest.mark.urls("tests.installation.test_headers")
@pytest.mark.parametrize(("address", "status"), ANSWERS)
def test_every_kind_of_answer_carries_the_headers(address, status):
    answer = Client(raise_request_exception=False).get(address)
    answer.close()
    answer.close()
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED


@pytest.mark.django_db
@pytest.mark.urls("tests.installation.test_headers")
def test_a_host_that_is_not_ours_gets_the_headers_with_its_refusal():
    answer = Client(raise_request_exception=False).get("/prova/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED


@pytest.mark.django_db
@pytest.mark.urls("tests.installation.test_headers")
def test_behind_https_a_refused_host_still_gets_every_header_and_the_order_to_stay_there(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    answer = Client(raise_request_exception=False).get("/prova/", headers={"host": "evil.example"}, secure=True)
    assert answer.status_code == 400
    wanted = EXPECTED | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload"}
    assert {name: answer.headers.get(name) for name in wanted} == wanted


def headers_of(answer) -> dict:
    return {name: answer.headers.get(name) for name in EXPECTED}


@pytest.mark.django_db
@pytest.mark.urls("tests.installation.test_headers")
@pytest.mark.parametrize("body", ["x=" + "a" * 3_000_000, "&".join(f"x{n}=1" for n in range(600))])
def test_too_much_for_one_request_is_said_in_words(body):
    answer = Client().post("/modulo/", body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, headers_of(answer)) == (413, EXPECTED)
    assert "Quello che hai mandato supera il massimo" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("tests.installation.test_headers")
def test_a_forged_form_and_a_wrong_method_get_headers_and_words():
    forged = Client(enforce_csrf_checks=True).post("/pulsante/")
    assert (forged.status_code, headers_of(forged)) == (403, EXPECTED)
    looked_at = Client(headers={"accept-language": "en"}).get("/pulsante/")
    assert (looked_at.status_code, headers_of(looked_at), looked_at["Allow"]) == (405, EXPECTED, "POST")
    assert "This address serves a button or a form" in looked_at.content.decode()


@pytest.mark.django_db
def test_a_page_made_for_one_person_is_kept_by_no_cache_between():
    answer = Client().get("/accesso/", headers={"accept-language": "it"})
    assert "Cookie" in answer["Vary"]
    assert "private" in answer["Cache-Control"]


def test_the_health_address_answers_without_database_session_or_language():
    answer = Client().get("/salute/")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain; charset=utf-8",
    )
    assert answer.cookies == {}


@pytest.mark.django_db
def test_files_are_not_offered_to_other_sites():
    answer = Client().get("/static/css/innovato.css")
    answer.close()
    assert "Access-Control-Allow-Origin" not in answer.headers
