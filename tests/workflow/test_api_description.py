# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API's description: valid, whole, with examples that keep to it; and a client made from it works."""

import importlib
import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import httpx
import jsonschema
import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django.utils import timezone

from innovato.api import reference
from innovato.api.schema import description
from innovato.organisation.services import issue_token
from tests import factories as make
from tests.in_process import on_one_connection
from tests.workflow.api_support import PROBLEM
from tests.workflow.factories_judging import REASON, city, in_decision
from tests.workflow.routes import routes

WITHOUT_DESCRIPTION = {"workflow_api:idea_move", "own_api:schema"}


def operations():
    """(address, method, operation) for everything that is described."""
    for address, found in description()["paths"].items():
        for method, operation in found.items():
            yield address, method, operation


def resolved(schema: dict) -> dict:
    """A schema with the components it refers to."""
    return schema | {"components": description()["components"]}


def test_the_description_is_valid_openapi_3_1_without_a_warning():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())
    assert description()["openapi"].startswith("3.1")


@pytest.mark.django_db
def test_everybody_reads_the_description():
    answer = Client().get("/api/v1/schema/")
    assert answer.status_code == 200 and answer.json() == json.loads(json.dumps(description()))


PLACE = re.compile(r"<[^>]+>|{[^}]+}")


def test_every_address_and_method_of_the_api_is_described():
    described = {(PLACE.sub("…", address), method) for address, method, _operation in operations()}
    for route in routes():
        if not route.part.endswith("_api") or route.name in WITHOUT_DESCRIPTION:
            continue
        address = "/" + PLACE.sub("…", route.pattern)
        view = route.view.view_class
        methods = {name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
        methods &= set(view.http_method_names)
        assert {method for place, method in described if place == address} == methods, address


def test_every_operation_says_who_may_what_it_refuses_and_shows_an_example():
    for address, method, operation in operations():
        name = (address, method)
        assert "**Who may:**" in operation["description"] and operation["summary"], name
        assert operation["security"] and operation["operationId"], name
        refusals = {status: answer for status, answer in operation["responses"].items() if not status.startswith("2")}
        assert {"400", "429"} <= set(refusals), name
        assert {"401"} <= set(refusals) or {} in operation["security"], name
        for answer in refusals.values():
            assert answer["content"][PROBLEM]["example"]["status"], name
        for content in (operation.get("requestBody", {}), *operation["responses"].values()):
            assert all(
                "example" in media for kind, media in content.get("content", {}).items() if kind.endswith("json")
            )


def test_every_example_keeps_to_its_schema():
    for address, method, operation in operations():
        for content in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in content.get("content", {}).values():
                if "example" in media:
                    found = jsonschema.Draft202012Validator(resolved(media["schema"]))
                    wrong = [error.message for error in found.iter_errors(media["example"])]
                    assert not wrong, (address, method, wrong)


@pytest.mark.django_db
def test_the_pages_about_the_api_show_every_operation_and_what_stays_as_it_is():
    shown = [entry.id for tag in reference.tags() for entry in reference.entries(tag)]
    assert sorted(shown) == sorted(operation["operationId"] for _address, _method, operation in operations())
    page = Client().get("/aiuto/api/").content.decode()
    assert "almeno 12 mesi" in page and "Deprecation" in page and "/api/v1/schema/" in page
    assert "at least 12 months" in Client(headers={"accept-language": "en"}).get("/aiuto/api/").content.decode()
    for tag in reference.tags():
        found = Client().get(f"/aiuto/api/{tag}/")
        assert all(f'id="{entry.id}"' in found.content.decode() for entry in reference.entries(tag))
    assert Client().get("/aiuto/api/nessuna/").status_code == 404


# A client made from it ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Path:
    """A Python client, written by openapi-python-client from the description."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "schema.json").write_text(json.dumps(description()))
    (folder / "config.yml").write_text("post_hooks: []\npackage_name_override: innovato_client\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(folder / "schema.json")]
    command += [
        "--config",
        str(folder / "config.yml"),
        "--meta",
        "none",
        "--output-path",
        str(folder / "innovato_client"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout, done.stdout
    return folder


@pytest.fixture
def client_for(generated, monkeypatch):
    """Makes a generated client that enters with a token and talks to the product in this process."""
    monkeypatch.syspath_prepend(str(generated))
    package = importlib.import_module("innovato_client")

    def made(person, scope="write"):
        _token, secret = issue_token(person=person, name="Prova", scope=scope, days=30, at=timezone.now())
        client = package.AuthenticatedClient(base_url="http://testserver", token=secret)
        transport = httpx.WSGITransport(app=get_wsgi_application())
        headers = {"Authorization": f"Bearer {secret}"}
        client.set_httpx_client(httpx.Client(base_url="http://testserver", transport=transport, headers=headers))
        return client

    with on_one_connection():
        yield made


def api(name: str):
    """One operation's module of the generated client."""
    return importlib.import_module(f"innovato_client.api.{name}")


@pytest.mark.django_db
def test_a_generated_client_reads_writes_and_understands_a_refusal(client_for):
    here = city()
    idea = in_decision(here)
    models = importlib.import_module("innovato_client.models")
    client = client_for(here.manager)
    assert api("me.get_me").sync(client=client).name == here.manager.get_full_name()
    assert [row.ref for row in api("ideas.get_ideas").sync(client=client).results] == [idea.ref]
    moves = api("ideas.get_idea_moves").sync(idea.ref, client=client)
    assert {row.move for row in moves.moves if row.allowed} >= {"decline", "defer", "transfer"}
    short = models.DeclineBody(reason_code="cost", reason="No.", version=moves.version)
    refused = api("ideas.post_move_decline").sync(idea.ref, client=client, body=short)
    assert refused.status == 422 and "reason" in refused.errors.additional_properties
    body = models.DeclineBody(reason_code="cost", reason=REASON, version=moves.version)
    done = api("ideas.post_move_decline").sync(idea.ref, client=client, body=body, idempotency_key="una-volta")
    again = api("ideas.post_move_decline").sync(idea.ref, client=client, body=body, idempotency_key="una-volta")
    assert (done.state, done) == ("declined", again)


@pytest.mark.django_db
def test_a_generated_client_writes_an_idea_by_version(client_for):
    here = city()
    call = make.campaign(here.root, at=timezone.now())
    models = importlib.import_module("innovato_client.models")
    client = client_for(here.author)
    begun = api("ideas.post_ideas").sync(client=client, body=models.NewIdea(campaign=call.slug, title="Una cassa"))
    text = models.PatchedIdeaText(benefit="Meno code.")
    patch = api("ideas.patch_one_idea")
    changed = patch.sync(begun.ref, client=client, body=text, if_match=f'"{begun.version}"')
    assert (changed.title, changed.benefit) == ("Una cassa", "Meno code.")
    assert patch.sync(begun.ref, client=client, body=text, if_match='"0"').status == 412
    reading = client_for(here.author, "read")
    assert api("ideas.post_ideas").sync(client=reading, body=models.NewIdea(campaign=call.slug)).status == 403
