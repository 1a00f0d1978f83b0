# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every form of every page, sent as it stands and sent with the name of every column there is: the same comes of it."""

from collections import defaultdict
from datetime import UTC

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from innovato.organisation.models import Person
from tests.conftest import ON_POSTGRES
from tests.journeys import city_for_pages
from tests.journeys.page_table import ALIASES, WALKS
from tests.mass_assignment.forms import Forms
from tests.mass_assignment.poison import as_text, differs, effect, everything, poison, posted
from tests.workflow.askers import seeds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        ON_POSTGRES, reason="what a form takes does not depend on the database; SQLite counts what was written"
    ),
]
FORM = "application/x-www-form-urlencoded"
LEAST_EFFECTIVE = 60  # ways to send a form that really change something; without them this proves nothing


@pytest.fixture
def here():
    return city_for_pages.build()


def browser(here, role: str) -> Client:
    client = Client()
    if role != "nobody":
        client.force_login(getattr(here, ALIASES.get(role, role)))
    return client


def acts(here) -> list[tuple]:
    """(role, address, every name the address's forms have, body) of all that can be posted, each kind once."""
    found, named, seen = [], defaultdict(set), set()
    for role, form in forms(here):
        route = route_of(form.action)
        named[route] |= form.names
        for way in form.ways():
            kind = (route, frozenset(way), *sorted(button for button in form.buttons if button[0] in way))
            if kind not in seen:
                seen.add(kind)
                found.append((role, form.action, way))
    for seed in seeds(here):
        if seed.method == "POST":
            found.append((seed.role, seed.address, {name: [value] for name, value in seed.posted.items()}))
    return [(role, address, named[route_of(address)] | set(body), body) for role, address, body in found]


def forms(here):
    """(role, form) of every page that is simply there."""
    names = vars(here)
    for role, visits in WALKS.items():
        client = browser(here, role)
        for visit in visits:
            if visit.post is None and not visit.lands and visit.status == 200:
                address = visit.address.format_map(names)
                answer = client.get(address)
                if "text/html" in answer.headers["Content-Type"]:
                    yield from ((role, form) for form in Forms.of(address, answer.content.decode()))


def route_of(address: str) -> str:
    """The route that an address belongs to."""
    return resolve(address.partition("?")[0]).view_name


def test_a_form_with_more_than_it_names_does_what_it_does_without(here, monkeypatch):
    moment = timezone.now()
    monkeypatch.setattr("voting.database._SQLITE_NOW", f"'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.000}'")
    evil = {name: as_text(value) for name, value in poison(here).items()}
    found, effective = [], set()
    with time_machine.travel(moment, tick=False):
        todo = list(acts(here))
        clients = {role: browser(here, role) for role in {role for role, *_rest in todo}}
        before = everything()
        for role, address, names, body in todo:
            more = {name: [value] for name, value in evil.items() if name not in names}
            client, signed_in = clients[role], {name: morsel.value for name, morsel in clients[role].cookies.items()}

            def send(where, values, client=client, signed_in=signed_in):
                client.cookies.clear()
                client.cookies.load(signed_in)
                return client.generic("POST", where, posted(values), content_type=FORM)

            status, honest = effect(lambda send=send, address=address, body=body: send(address, body))
            if honest not in (None, before):
                effective.add((route_of(address), frozenset(body)))
            where, values = f"{address}{'&' if '?' in address else '?'}{posted(more)}", more | body
            answer, poisoned = effect(lambda send=send, where=where, values=values: send(where, values))
            tables = differs(honest, poisoned, before)
            if tables or answer >= 500:
                found.append((role, address, sorted(body), status, answer, tables))
            client.cookies.clear()
            client.cookies.load(signed_in)
    assert not found, "\n".join(map(str, found))
    assert len(effective) >= LEAST_EFFECTIVE, sorted(name for name, _body in effective)


def test_the_comparison_sees_a_form_that_takes_whatever_comes(here):
    """The control: somebody writes every posted name into the row of the signed-in person."""

    def careless(request_post):
        Person.objects.filter(pk=here.author.pk).update(**request_post)
        return HttpResponse()

    before = everything()
    _status, honest = effect(lambda: careless({"language": "en"}))
    _status, poisoned = effect(lambda: careless({"language": "en", "is_superuser": True}))
    assert honest != before
    assert differs(honest, poisoned, before) == ["organisation_person"]
    assert everything() == before
