# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every body of the API, sent as described and sent with the name of every column there is: the same comes of it."""

import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from innovato.api.schema import description
from tests.conftest import ON_POSTGRES
from tests.journeys import city_for_pages
from tests.mass_assignment.honest import ELSEWHERE, calls
from tests.mass_assignment.poison import as_json, as_text, differs, effect, everything, poison, posted

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        ON_POSTGRES, reason="what a body takes does not depend on the database; SQLite counts what was written"
    ),
]
PLACE = re.compile(r"\{(\w+)\}")
# Operations whose honest call changes nothing in this city: a file comes in parts, nobody objected, the others wait for a
# whole plan or scorecard, or for a moment that is over here. Every other one changes something, else this proves nothing.
WITHOUT_EFFECT = {
    "put_objection_answer", "post_idea_attachments", "post_move_approve_pilot", "post_move_conclude_pilot", "post_move_redact",
    "post_move_resume_screening", "post_move_undo_merge", "post_move_undo_refusal", "post_card_submission",
}  # fmt: skip


def operations() -> list[tuple[str, str, str, dict, frozenset]]:
    """(name, method, path, example, declared members) of everything that takes a body or changes something without one."""
    found, described = [], description()
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, facts in methods.items():
            if method not in {"post", "put", "patch"}:
                continue
            media = facts.get("requestBody", {}).get("content", {}).get("application/json")
            example = dict(media["example"]) if media and isinstance(media["example"], dict) else {}
            declared = _members(media["schema"], schemas) if media else frozenset()
            found.append((facts["operationId"], method, path, example, declared))
    return found


def _members(schema: dict, schemas: dict) -> frozenset[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "allOf" in schema:
        return frozenset().union(*(_members(each, schemas) for each in schema["allOf"]))
    return frozenset(schema.get("properties", {}))


def deeper(value: object, more: dict) -> object:
    """The same value with more members in every object inside it."""
    if isinstance(value, dict):
        return {name: deeper(inner, more) for name, inner in value.items()} | {
            n: v for n, v in more.items() if n not in value
        }
    return [deeper(each, more) for each in value] if isinstance(value, list) else value


def test_a_body_with_more_than_it_names_does_what_it_does_without(db):
    here = city_for_pages.build()
    evil, found, without, honest_calls = poison(here), [], {}, calls(here)
    in_query = posted({name: [as_text(value)] for name, value in evil.items()})
    with time_machine.travel(timezone.now(), tick=False):
        before = everything()
        for name, method, path, example, declared in operations():
            who, places, body = honest_calls.get(name, (here.manager, {}, example))
            address = PLACE.sub(lambda place, known=places: str(known.get(place[1]) or ELSEWHERE[place[1]]()), path)
            more = {member: value for member, value in evil.items() if member not in declared}
            call = _caller(who, method)
            status, honest = effect(lambda call=call, address=address, body=body: call(address, body))
            if honest in (None, before):
                without[name] = status
            where, values = f"{address}?{in_query}", deeper(body, more)
            answer, poisoned = effect(lambda call=call, where=where, values=values: call(where, values))
            tables = differs(honest, poisoned, before)
            if tables or answer >= 500:
                found.append((name, address, answer, tables))
    assert not found, "\n".join(map(str, found))
    assert without.keys() == WITHOUT_EFFECT, "\n".join(map(str, without.items()))


def _caller(person, method: str):
    client = Client()
    client.force_login(person)

    def call(address: str, values: dict):
        return client.generic(method.upper(), address, as_json(values), "application/json", headers={"If-Match": "*"})

    return call
