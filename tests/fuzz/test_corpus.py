# SPDX-License-Identifier: AGPL-3.0-or-later
"""The corpus of bad input, sent to every operation of the API by somebody who may: refused in words, and nothing stays."""

import json
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client

from innovato.api.schema import description
from tests.fuzz import people
from tests.workflow import garbage
from tests.workflow.api_support import BAD_BODIES, BAD_VALUES, PROBLEM

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
REFUSED = {400, 401, 403, 404, 405, 409, 412, 413, 414, 415, 422, 428}


@pytest.fixture
def here():
    return people.build()


def operations():
    for address, found in description()["paths"].items():
        for method, operation in found.items():
            yield address, method, operation


class Sender:
    """Sends as the person who gets farthest with an operation; takes everything back."""

    def __init__(self, here):
        self.here, self.clients = here, [Client(raise_request_exception=False) for _ in here.askers]
        for client, asker in zip(self.clients, here.askers, strict=True):
            client.force_login(asker.person)

    def best(self, address: str, method: str, name: str) -> tuple[Client, str]:
        """Who, and at which address."""
        found = []
        for turn in (0, 2):
            path = "/".join(self._place(part, name, turn) for part in address.split("/"))
            for client in self.clients:
                status = self.send(client, method, path, b"{").status_code
                if status not in (401, 403, 404, 409):
                    return client, path
                found.append((status == 404, client, path))
        return min(found, key=lambda each: each[0])[1:]

    def _place(self, part: str, name: str, turn: int) -> str:
        return str(people.place_for(self.here, name, part[1:-1], turn)) if part.startswith("{") else part

    def send(self, client: Client, method: str, path: str, body: bytes = b"", kind: str = "application/json"):
        """One call, of which nothing stays."""
        point = transaction.savepoint()
        answer = client.generic(method.upper(), path, body, content_type=kind, headers={"If-Match": "*"})
        connection.needs_rollback = False
        transaction.savepoint_rollback(point)
        return answer


def is_sound(answer) -> bool:
    """Either it went through, or it was refused as a problem; never a fault of ours."""
    if answer.status_code < 300:
        return True
    return answer.status_code in REFUSED and answer.headers["Content-Type"] == PROBLEM


def members(operation: dict) -> list[str]:
    """The names of a JSON body's members."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    return list(description()["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]["properties"])


@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.night)])
def test_bad_bodies_are_refused_everywhere(here, share):
    """By night everything goes everywhere; by day each operation gets a third, its neighbour the next."""
    sender, found = Sender(here), []
    bodies, values = list(BAD_BODIES.items()), list(BAD_VALUES.items())
    for turn, (address, method, operation) in enumerate(operations()):
        names = members(operation)
        if not names:
            continue
        client, path = sender.best(address, method, operation["operationId"])
        for label, body in bodies[turn % share :: share]:
            if not is_sound(answer := sender.send(client, method, path, body)):
                found.append((method, path, label, answer.status_code))
        for label, value in values[turn % share :: share]:
            answer = sender.send(client, method, path, json.dumps(dict.fromkeys(names, value)).encode())
            if not is_sound(answer):
                found.append((method, path, label, answer.status_code))
    assert not found, "\n".join(map(str, found))


def test_bad_filters_are_refused_everywhere(here):
    sender, found = Sender(here), []
    for address, method, operation in operations():
        names = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        if not names:
            continue
        client, path = sender.best(address, method, operation["operationId"])
        for label, sent in [*garbage.at_once(names), *garbage.one_by_one(names, {})]:
            answer = sender.send(client, method, f"{path}?{sent}")
            if not is_sound(answer) or answer.status_code == 200 and label in ("NUL", "everything twice"):
                found.append((method, path, label, answer.status_code))
    assert not found, "\n".join(map(str, found))


def test_bad_headers_are_refused_everywhere(here):
    """A key, a version, a token or a length that makes no sense."""
    client, found = Client(raise_request_exception=False), []
    client.force_login(here.author)
    address = f"/api/v1/ideas/{here.ideas['draft'].ref}/"
    for value in ("\x7f", "a" * 65_536, quote("è"), '"', '"""', "W/", '"1", ' * 5000, "\udcff", "", " "):
        for name in (
            "If-Match",
            "Idempotency-Key",
            "Authorization",
            "X-CSRFToken",
            "Accept-Language",
            "Accept",
            "Origin",
        ):
            for method, path in (("PATCH", address), ("POST", f"{address}moves/submit/"), ("GET", "/api/v1/ideas/")):
                point = transaction.savepoint()
                answer = client.generic(method, path, b"{}", content_type="application/json", headers={name: value})
                connection.needs_rollback = False
                transaction.savepoint_rollback(point)
                if answer.status_code >= 500 or not is_sound(answer):
                    found.append((method, name, value[:20], answer.status_code))
    assert not found, "\n".join(map(str, found))
