# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every address of the product, asked by everybody and in every wrong way: never a fault of ours, always the headers."""

import re
from itertools import cycle
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client

from innovato.notifications.models import Notice
from tests.installation.test_headers import EXPECTED
from tests.journeys import city_for_pages
from tests.journeys.page_table import ALIASES, WALKS
from tests.workflow import garbage
from tests.workflow.askers import NOBODY, seeds
from tests.workflow.routes import Route, routes

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

# What everybody reads without signing in, and what a plain look at it answers.
OPEN = {
    **dict.fromkeys(
        ("organisation:sign_in", "organisation:set_language", "voting:results", "voting:publication", "voting:ranking",
         "voting:how_it_works", "voting:verify_script", "voting:lookup", "workflow:help", "workflow:rules",
         "workflow:accessibility", "api_pages:overview", "api_pages:part", "own_api:schema", "documents:index",
         "documents:document", "documents:text"), 200),
    **dict.fromkeys(("organisation:sign_in_as", "organisation:sign_out"), 405),
    **dict.fromkeys(("workflow:gallery", "api/", "voting_api:publication"), 404),
}  # fmt: skip
API = {"own_api", "workflow_api", "voting_api"}
OWN_POLICY = {
    "workflow:attachment",
    "workflow_api:attachment_content",
    "notifications:letter_as_shown",
}  # stricter than the pages'
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SET_BY_US = {"csrfmiddlewaretoken"}  # what a browser cannot leave out
# Who does not read participation figures hears so whatever the number.
# Taking back an invitation that is not there any more is no mistake; who may not take one back hears that instead.
NOT_THERE = {"workflow:coauthor_remove": {302, 403, 404, 409}, "own_api:release": {403, 404}}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def here():
    return city_for_pages.build()


@pytest.fixture
def values(here):
    """Something that exists for every place in an address."""
    return {
        "idea:ref": here.ideas["voting"].ref,
        "str:ref": here.ideas["voting"].ref,
        "slug:slug": here.counted.slug,
        "slug:move": "admit",
        "slug:act": "sposta",
        "int:pk": here.asked.pk,
        "uuid:pk": here.ballots["voting"].pk,
        "uuid:uuid": here.ideas["draft"].attachments.get().uuid,
        "uuid:delivery": here.delivery.uuid,
        "str:name": "posta",
        "str:code": here.office.code,
        "slug:tag": "ideas",
        "slug:document": "informativa",
        "str:language": "it",
        "int:number": 1,
        "path:object_id": "1",
        "path:content_type_id": "1",
    }


def browser(person=None) -> Client:
    """A browser that is shown our faults as anybody's would be."""
    client = Client(raise_request_exception=False, headers={"accept-language": "it"})
    if person is not None:
        client.force_login(person)
    return client


def ask(client: Client, method: str, address: str, body: str = "", kind: str = FORM, **headers):
    """One request, of which nothing stays in the database, and its answer."""
    point, before = transaction.savepoint(), {name: morsel.value for name, morsel in client.cookies.items()}
    answer = client.generic(method, address, body, content_type=kind, headers=headers)
    if answer.streaming:
        b"".join(answer)
    if answer.cookies:
        client.cookies.clear()
        client.cookies.load(before)
    connection.needs_rollback = False
    transaction.savepoint_rollback(point)
    return answer


def bare(route: Route, answer) -> list[str]:
    """The security headers that an answer lacks. A page with somebody's own paper names itself to nobody at all."""
    if route.name in OWN_POLICY and answer.status_code == 200:
        return []
    expected = dict(EXPECTED)
    if "no-store" in answer.headers.get("Cache-Control", "") and answer.headers["Referrer-Policy"] == "strict-origin":
        del expected["Referrer-Policy"]
    return [f"{name} is {answer.headers.get(name)}" for name in expected if answer.headers.get(name) != expected[name]]


def is_fault(route: Route, answer) -> bool:
    """A fault of ours; a ballot that was stopped says 503."""
    return answer.status_code >= 500 and not (route.part == "voting" and answer.status_code == 503)


# Who is not signed in ------------------------------------------------------------------------------------------------

WAYS = {"page": {}, "htmx": {"HX-Request": "true"}, "json": {"Accept": "application/json"}}


def wanted(route: Route, method: str, way: str) -> set[int]:
    """How somebody who is not signed in is answered."""
    if route.name in OPEN:
        return {OPEN[route.name]} if method == "GET" else {200, 302, 400, 404, 405}
    if route.part in API:
        return {401}
    if route.part == "admin":
        return {302, 401}
    return {302} if way == "page" else {401}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_not_signed_in_or_left_is_sent_to_sign_in(here, values, method):
    clients = {"nobody": browser(), "leaver": browser(here.leaver)}
    type(here.leaver).objects.filter(pk=here.leaver.pk).update(is_active=False)
    found = []
    for route in routes():
        for who, client in clients.items():
            for way, headers in WAYS.items():
                answer = ask(client, method, route.address(values), **headers)
                to = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "")
                ends = route.name in OPEN or "json" in (way, route.part) or route.part in API or "/accesso/" in to
                ends = ends or (route.part == "admin" and to.startswith("/amministrazione/"))
                if answer.status_code not in wanted(route, method, way) or not ends or bare(route, answer):
                    found.append((route.name, who, way, answer.status_code, to, bare(route, answer)))
    assert not found, "\n".join(map(str, found))


# Methods -------------------------------------------------------------------------------------------------------------


def test_every_address_says_which_methods_it_knows_and_refuses_the_others(here, values):
    client, found = browser(here.newcomer), []
    for route in routes():
        if route.part == "admin" or route.name == "api/":
            continue  # Django's own pages take any method for a look; there is nothing below /api/ whatever the method
        address = route.address(values)
        known = allowed(ask(client, "PROPFIND", address))
        for method in METHODS:
            answer = ask(client, method, address)
            is_known = method in known and method != "OPTIONS"
            if (answer.status_code == 405) == is_known or is_fault(route, answer) or bare(route, answer):
                found.append((route.name, method, answer.status_code, known, bare(route, answer)))
        if not known & {"GET", "POST", "PUT"}:
            found.append((route.name, "knows no method", known))
    assert not found, "\n".join(map(str, found))


def allowed(answer) -> set[str]:
    """The methods that a refusal names."""
    assert answer.status_code == 405, answer.request["PATH_INFO"]
    return set(filter(None, answer.headers["Allow"].split(", ")))


# Addresses that name nothing -------------------------------------------------------------------------------------------


def test_an_address_that_names_nothing_is_not_found(here, values):
    clients, found = {name: browser(getattr(here, name)) for name in ("author", "screener")}, []
    turns = cycle(clients.items())
    for route in routes():
        if route.part == "admin":
            continue  # not there for either, whatever the address
        method = way_in(clients["author"], route, values) if route.places else "GET"
        for place in route.places:
            for label, value in garbage.PLACES.items():
                address = route.address(values | {place: value})
                who, client = next(turns)
                answer = ask(client, method, address)
                if answer.status_code not in NOT_THERE.get(route.name, {404}) or bare(route, answer):
                    found.append((route.name, who, place, label, answer.status_code, bare(route, answer)))
    assert not found, "\n".join(map(str, found))


def way_in(client: Client, route: Route, values: dict) -> str:
    """A look, or where a look at the address is refused what it takes instead."""
    known = allowed(ask(client, "PROPFIND", route.address(values)))
    return next(method for method in ("GET", "POST", "PUT") if method in known)


# Garbage in addresses and forms ------------------------------------------------------------------------------------------


def clients_of(here) -> dict[str, Client]:
    """A browser for each role of the walks."""
    people = {role: None if role == "nobody" else getattr(here, ALIASES.get(role, role)) for role in WALKS}
    return {role: browser(person) for role, person in people.items()}


@pytest.mark.parametrize("name_by_name", [False, pytest.param(True, marks=pytest.mark.night)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_garbage_is_never_a_fault_of_ours(here, method, name_by_name):
    clients, found = clients_of(here), []
    for seed in [seed for seed in seeds(here) if seed.method == method]:
        client, kept = clients[seed.role], {name: quote(value) for name, value in seed.posted.items()}
        with garbage.names_read() as names:
            ask(client, method, f"{seed.address}?{seed.query}", garbage.pairs(kept))
        names -= SET_BY_US
        for label, sent in garbage.one_by_one(names, kept) if name_by_name else garbage.at_once(names):
            target = (f"{seed.address}?{seed.query}&{sent}", "") if method == "GET" else (seed.address, sent)
            answer = ask(client, method, *target)
            if is_fault(seed.route, answer) or bare(seed.route, answer):
                found.append((seed, label, answer.status_code, bare(seed.route, answer)))
    assert not found, "\n".join(map(str, found))


def test_every_route_for_people_has_somebody_who_asks_for_it(here):
    asked = {seed.route.name for seed in seeds(here)}
    missing = {route.name for route in routes() if route.part not in {"admin", *API}} - asked
    assert missing == {"api/", "notifications:letters", "notifications:letter", "workflow:gallery"}


# What one may not see --------------------------------------------------------------------------------------------------

BY_ITSELF = re.compile(r'csrfmiddlewaretoken" value="\w+|X-CSRFToken": "\w+|\b\d{3}-\d{8}\b|[0-9a-f]{32}|\d{4}-\d{4}')


def still(answer) -> str:
    """An answer without the names in its address, the minute in its code and the token in its forms."""
    return BY_ITSELF.sub("", answer.content.decode().replace(answer.request["PATH_INFO"], ""))


def test_what_one_may_not_see_answers_like_what_is_not_there(here, values):
    client, found = browser(here.newcomer), []
    unknown = {32: UUID(NOBODY).hex, 9: "2026-9999"}
    for route in routes():
        place = next((place for place in route.places if place in ("idea:ref", "str:ref")), None)
        if place is None:
            continue
        method = way_in(client, route, values)
        for state in ("draft", "screening", "needs_changes", "inadmissible", "withdrawn"):
            ref = here.ideas[state].ref
            hidden = ask(client, method, route.address(values | {place: ref}))
            missing = ask(client, method, route.address(values | {place: unknown[len(ref)]}))
            if hidden.status_code != 404 or missing.status_code != 404 or still(hidden) != still(missing):
                found.append((route.name, state, hidden.status_code, missing.status_code))
    assert not found, "\n".join(map(str, found))


def test_somebody_elses_notice_and_ballot_are_not_there(here):
    client, notice = browser(here.newcomer), Notice.objects.filter(recipient=here.author).first()
    pairs = [
        (f"/avvisi/{notice.pk}/apri/", "/avvisi/999999/apri/"),
        (f"/garante/{here.ballots['voting'].pk}/", f"/garante/{NOBODY}/"),
    ]
    for hidden, missing in pairs:
        answers = [ask(client, "GET", address) for address in (hidden, missing)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert still(answers[0]) == still(answers[1])
