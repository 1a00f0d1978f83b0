# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of the API share: calling it as somebody, the people of a small city, bad input, and what is stored."""

import json
from types import SimpleNamespace

from django.apps import apps
from django.test import Client

from tests import factories as make
from tests.workflow.factories_judging import city, holder
from workflow.models import Authorship
from workflow.states import IdeaState

API = "/api/v1/"
PROBLEM = "application/problem+json"


def client_of(who=None, **options) -> Client:
    """A browser, signed in as `who`; a browser itself is taken as it is."""
    if isinstance(who, Client):
        return who
    client = Client(**options)
    if who is not None:
        client.force_login(who)
    return client


def get(who, path="", **headers):
    """What the API answers."""
    return client_of(who).get(API + path, headers=headers)


def send(who, path, body, method="post", **options):
    """Send a body: values become JSON, bytes go as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    options.setdefault("content_type", "application/json")
    return getattr(client_of(who), method)(API + path, data=raw, **options)


def every_page(who, path) -> list[dict]:
    """The rows of a list, following `next` to the end."""
    client, rows, url = client_of(who), [], API + path
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        rows += answer.json()["results"]
        url = answer.json()["next"]
    return rows


def assert_problem(answer, status: int, code: str | None = None) -> dict:
    """The answer is a problem of this status; returns its members."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == PROBLEM
    found = answer.json()
    assert found["type"] == "about:blank" and found["status"] == status and found["title"] and found["detail"]
    assert code is None or found["code"] == code
    return found


def people_and_ideas() -> SimpleNamespace:
    """A city with an idea in every state, of two authors, and one person for every role; `people` by role."""
    here = city()
    here.other = make.person("Ada", "Neri", home=here.elsewhere)
    here.invited = make.person("Ivo", "Sala", home=here.elsewhere)
    here.declined = make.person("Rita", "Sanna", home=here.elsewhere)
    here.guarantor = holder("Nino", "Garante", "guard_ballots", here.root)
    here.verifier = holder("Vera", "Conto", "verify_results", here.root)
    here.superuser = make.person("Sara", "Tecnica", home=here.office, is_superuser=True, is_staff=True)
    here.inactive = holder("Leo", "Partito", "screen_ideas", here.root)
    here.people = {
        "employee": here.colleague,
        "author": here.author,
        "other author": here.other,
        "invited": here.invited,
        "declined the invitation": here.declined,
        "manager": here.manager,
        "manager of the department above": here.director,
        "manager elsewhere": here.stranger,
        "screener": here.screener,
        "reviewer": here.reviewers[0],
        "guarantor": here.guarantor,
        "verifier": here.verifier,
        "superuser": here.superuser,
    }
    here.blind = make.campaign(here.root, blind_authors=True)
    here.ideas = [
        _idea(here, state, author, call)
        for state in IdeaState
        for author, call in ((here.author, here.call), (here.other, here.blind))
    ]
    here.inactive.is_active = False
    here.inactive.save()
    return here


def _idea(here, state, author, call):
    fields = {}
    if state == IdeaState.MERGED:
        target_state = "review" if call is here.call else "screening"
        fields["merged_into"] = make.idea(here.author, call, state=target_state, title="Meta di un’unione")
    if state == IdeaState.WITHDRAWN and call is here.blind:
        fields |= {"number": None, "submitted_at": None, "submitted_from": None}
    idea = make.idea(author, call, state=state.value, title=f"{state.value} {call.slug}", **fields)
    for person, status in ((here.invited, "invited"), (here.declined, "declined")):
        Authorship.objects.create(idea=idea, person=person, status=status, invited_at=make.NOW)
    return idea


def stored() -> dict:
    """Everything that the API could change, as rows of plain values."""
    found = {}
    for label in ("workflow", "voting", "notifications", "organisation"):
        for model in apps.get_app_config(label).get_models():
            columns = [field.attname for field in model._meta.concrete_fields if field.name not in ("pk", "last_login")]
            found[model._meta.label] = sorted(map(repr, model._base_manager.values_list(*columns)))
            for through in model._meta.local_many_to_many:
                found[str(through)] = sorted(map(repr, through.remote_field.through._base_manager.values()))
    return found


DEEP = 10_000
BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "two values": b"{} {}",
    "a list": b"[]",
    "a text": b'"testo"',
    "a number": b"7",
    "null": b"null",
    "latin-1": '{"reason": "perché"}'.encode("latin-1"),
    "utf-16": '{"reason": "perché"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"version": NaN, "value": NaN}',
    "infinity": b'{"version": -Infinity, "value": Infinity}',
    "1e400": b'{"version": 1e400, "value": 1e400}',
    "an endless number": b'{"version": ' + b"9" * 5000 + b', "value": ' + b"9" * 5000 + b"}",
    "a large version": b'{"version": 99999999999999999999}',
    "a negative version": b'{"version": -1}',
    "deep lists": b'{"reason": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "too deep, unclosed": b"[" * DEEP,
    "one megabyte": b'{"reason": "' + b"a" * 1_000_000 + b'"}',
}
# Put into every field of every body, one after the other.
BAD_VALUES = {
    "NUL": "a\0b",
    "NUL alone": "\0",
    "half a character": "\ud800",
    "halves in the wrong order": "\udc00\ud800",
    "null": None,
    "true": True,
    "a list": ["x"],
    "an object": {"x": {"y": []}},
    "a number": 12,
    "a fraction": 1.5,
    "a large number": 10**30,
    "a tiny number": 1e-300,
    "a long text": "a" * 100_000,
    "blanks": " \t\n ",
    "right to left": "\u202eatad",
    "markup": "<script>alert(1)</script>",
    "no date": "2026-13-45",
    "a far date": "9999-12-31",
    "the first date": "0001-01-01",
    "an exponent": "1e999999",
    "not a number": "NaN",
}
