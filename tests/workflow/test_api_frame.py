# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's frame: who comes in, how it refuses, in which language, and that nobody ever gets a page instead of JSON."""

import json

import pytest
from django.test import Client
from django.urls import include, path

from tests import factories as make
from tests.workflow.api_support import API, assert_problem, client_of, get, send
from tests.workflow.factories_judging import city, in_decision

pytestmark = pytest.mark.django_db
NO_BALLOT = "ballots/00000000-0000-4000-8000-000000000000/"
LISTS = ["campaigns/", "ideas/", "pilots/", "notices/", "ballots/", "departments/", "follows/"]
ADDRESSES = [
    *LISTS,
    "me/",
    "campaigns/nessuno/",
    "ideas/2026-0001/",
    "ideas/2026-0001/events/",
    "ideas/2026-0001/moves/",
    "pilots/2026-0001/",
    NO_BALLOT,
    f"{NO_BALLOT}paper/",
]
CHANGING = [
    ("post", "ideas/2026-0001/moves/admit/"),
    ("post", "pilots/2026-0001/readings/"),
    ("put", f"{NO_BALLOT}paper/"),
    ("delete", f"{NO_BALLOT}paper/"),
]


def fall_over(request):
    raise ZeroDivisionError


urlpatterns = [path("api/guasto/", fall_over), path("", include("innovato.urls"))]


@pytest.fixture
def reader():
    return make.person(home=make.department("Città"))


# Who comes in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_reads_without_signing_in(address):
    answer = get(None, address)
    assert_problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="InnovaTo"'


@pytest.mark.parametrize(("method", "address"), CHANGING)
def test_nobody_writes_without_signing_in(method, address):
    assert_problem(send(None, address, {}, method), 401, "not_authenticated")


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_inactive_is_nobody_also_in_a_running_session(reader, address):
    client = client_of(reader)
    assert client.get(API + address).status_code in (200, 404)
    reader.is_active = False
    reader.save()
    assert_problem(client.get(API + address), 401)


@pytest.mark.parametrize(("method", "address"), CHANGING)
def test_a_change_needs_the_proof_that_it_comes_from_the_persons_own_pages(reader, method, address):
    client = client_of(reader, enforce_csrf_checks=True)
    call = getattr(client, method)
    assert_problem(call(API + address, data=b"{}", content_type="application/json"), 403, "csrf")
    wrong = {"X-CSRFToken": "x" * 64}
    assert_problem(call(API + address, data=b"{}", content_type="application/json", headers=wrong), 403, "csrf")
    token = {"X-CSRFToken": client.get(API + "me/").json()["csrf_token"]}
    answer = call(API + address, data=b"{}", content_type="application/json", headers=token)
    assert_problem(answer, 404)


def test_another_site_cannot_send_a_change_even_with_the_token(reader):
    client = client_of(reader, enforce_csrf_checks=True)
    token = client.get(API + "me/").json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Origin": "https://altrove.example"}
    address = API + "ideas/2026-0001/moves/admit/"
    assert_problem(client.post(address, data=b"{}", content_type="application/json", headers=headers), 403, "csrf")


# How it refuses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v1/",
        "/api/v2/ideas/",
        "/api/v1/ideas",
        "/api/v1/nessuno/",
        "/api/v1/ideas/%00/",
        "/api/v1/ideas/../x/",
    ]
    + ["/api/v1/ballots/x/", "/api/v1/campaigns/a b/", "/api/v1/pilots/2026-1/"],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_address_that_is_none_gives_a_problem_and_no_page(reader, address, method):
    for client in (client_of(reader), Client()):
        answer = getattr(client, method)(address)
        assert answer.status_code in (401, 404, 405)
        assert_problem(answer, answer.status_code)


@pytest.mark.parametrize("address", [*ADDRESSES, f"{NO_BALLOT}publication/"])
@pytest.mark.parametrize("method", ["patch", "options", "trace"])
def test_a_method_that_is_none_gives_405_and_says_which_are(reader, address, method):
    answer = getattr(client_of(reader), method)(API + address)
    if (method, address) == ("patch", "ideas/2026-0001/") or (method == "trace" and answer.status_code != 405):
        assert_problem(answer, 404)
        return
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_move_is_not_read_and_a_list_is_not_written(reader):
    assert_problem(get(reader, "ideas/2026-0001/moves/admit/"), 405)
    assert_problem(send(reader, "campaigns/", {}), 405)


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_is_a_problem_too(reader):
    client = Client(raise_request_exception=False)
    assert_problem(client.get("/api/guasto/"), 500)


@pytest.mark.urls(__name__)
def test_a_developer_still_reads_the_traceback(reader, settings):
    settings.DEBUG = True
    client = Client(raise_request_exception=False)
    assert client.get("/api/guasto/").headers["Content-Type"].startswith("text/html")


def test_pages_for_people_keep_their_own_errors(reader):
    answer = client_of(reader).get("/non-c-e/")
    assert answer.status_code == 404 and answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""],
)
def test_only_json_is_read(kind):
    here = city()
    idea = in_decision(here)
    address = f"ideas/{idea.ref}/moves/decline/"
    assert_problem(send(here.manager, address, b"reason=x", content_type=kind), 415)


def test_whatever_is_accepted_json_is_the_answer(reader):
    for accepted in ("text/html", "application/xml", "*/*", "", "spazzatura"):
        assert get(reader, "ideas/", Accept=accepted).headers["Content-Type"] == "application/json"


def test_answers_are_for_one_person_and_no_cache_between(reader):
    for address in LISTS:
        assert "private" in get(reader, address).headers["Cache-Control"]
    assert "no-store" in get(reader, "me/").headers["Cache-Control"]


# What an address may ask -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [*LISTS, "me/"])
@pytest.mark.parametrize("query", ["nessuno=1", "cursore=1", "format=xml", "page=2", "%00=1", "%ff=1"])
def test_a_parameter_that_is_none_is_refused_by_name(reader, address, query):
    found = assert_problem(get(reader, f"{address}?{query}"), 400, "bad_query")
    assert len(found["errors"]) == 1


@pytest.mark.parametrize("address", ["campaigns/", "ideas/", "pilots/", "notices/"])
@pytest.mark.parametrize(
    "cursor",
    ["x", "MQ==", "LTE", "MS41", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "%00", "%ED%A0%80", "a" * 500, "4pi6", "MQ&cursor=Mg"],
)
def test_a_cursor_that_no_page_gave_out_is_refused(reader, address, cursor):
    found = assert_problem(get(reader, f"{address}?cursor={cursor}"), 400, "bad_query")
    assert list(found["errors"]) == ["cursor"]


@pytest.mark.parametrize(
    "query",
    [
        "state=nessuno",
        "state=",
        "state=draft&state=%00",
        "ordering=sostegni",
        "ordering=-supports",
        "theme=a%00",
        "theme=é",
    ]
    + [
        "campaign=%00",
        "campaign=a/b",
        "department=nessuna",
        "department=%00",
        "q=%00",
        "q=a&q=b",
        "ordering=newest&ordering=oldest",
    ]
    + ["q=" + "a" * 501, "&".join(f"theme=t{n}" for n in range(60))],
)
def test_a_filter_with_a_value_that_is_none_is_refused_by_name(reader, query):
    found = assert_problem(get(reader, f"ideas/?{query}"), 400, "bad_query")
    assert list(found["errors"]) == [query.partition("=")[0]]


def test_a_change_takes_no_parameters(reader):
    assert_problem(send(reader, "ideas/2026-0001/moves/admit/?version=1", {}), 400, "bad_query")


# In which language -------------------------------------------------------------------------------------------------


def test_refusals_speak_italian_unless_asked_otherwise(reader):
    answer = get(reader, "ideas/2026-0001/")
    assert answer.json()["title"] == "Non trovato" and answer.headers["Content-Language"] == "it"
    assert get(reader, "ideas/2026-0001/", **{"Accept-Language": "en"}).headers["Content-Language"] == "en"


def test_the_persons_own_language_counts_where_the_request_asks_for_none(reader):
    reader.language = "en"
    reader.save()
    assert get(reader, "ideas/2026-0001/").headers["Content-Language"] == "en"
    assert get(reader, "ideas/2026-0001/", **{"Accept-Language": "it"}).headers["Content-Language"] == "it"
    client = client_of(reader)
    client.cookies["django_language"] = "it"
    assert client.get(API + "ideas/2026-0001/").headers["Content-Language"] == "it"
    assert get(None, "ideas/").headers["Content-Language"] == "it"


def test_a_problem_never_repeats_what_was_sent(reader):
    answer = get(reader, "ideas/?state=%3Cscript%3E")
    assert json.loads(answer.content)["status"] == 400 and answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
