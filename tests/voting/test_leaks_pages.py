# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing anybody can open tells, while a ballot is open, whether others voted, how many, or for what.

Every address of the product is opened by every kind of person before and after fifty papers of other people, and the two
answers have to be the same, byte for byte and header for header, and ask the database as often: so they take as long.
"""

import re

import pytest
from django.core.cache import cache
from django.db import connection

from innovato.notifications.models import Notice
from tests import factories
from tests.voting.factories import opened
from tests.voting.pages import browser, still
from tests.workflow.routes import routes
from voting.models import UrnBox
from workflow.models import Idea

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
# Not the answer's own: when it was given, and the name of the session.
VARYING = {"Date", "Expires", "Set-Cookie"}
CLOCKS = {"/sessione/"}  # how many seconds one's own session still lasts
SEARCHES = [
    "/idee/?vista=da-votare",
    "/idee/?vista=da-votare&ordine=recenti",
    "/idee/?vista=tutte&stato=voting",
    "/idee/?q=numero",
    "/idee/?vista=mie",
    "/bandi/?vista=in-votazione",
    "/bandi/?vista=conclusi",
    "/api/v1/ideas/?state=voting",
    "/api/v1/ideas/?q=numero",
]
PAPERS = 50
OFFICES = ("decide_ideas", "review_ideas", "view_pipeline", "screen_ideas", "manage_campaigns")
THERE = {200, 302, 405}  # 405: it is there, and only does something on a post
TABLES = "/amministrazione/"
# Whom the technical tables are for, and one of those for whom they are not there.
TABLES_ASKED_BY = {"superuser", "employee", "nobody"}


def addresses(vote, people) -> dict[str, str]:
    """Every address of the product, each with what is in this ballot in its places: the route's name by address."""
    campaign, idea = vote.ballot.campaign, vote.ideas[0]
    own_a_notice(people["employee"], number=vote.root.pk)
    values = {
        "idea:ref": idea.ref,
        "str:ref": idea.ref,
        "slug:slug": campaign.slug,
        "slug:move": "admit",
        "slug:act": "sposta",
        "int:pk": vote.root.pk,
        "uuid:pk": vote.pk,
        "uuid:uuid": people["employee"].uuid,
        "uuid:delivery": people["employee"].uuid,
        "str:name": "posta",
        "str:code": vote.root.code,
        "slug:tag": "ballots",
        "slug:document": "informativa",
        "str:language": "it",
        "int:number": 1,
        "path:object_id": str(vote.root.pk),
        "path:content_type_id": "1",
    }
    found = {route.address(values): route.name for route in routes()}
    return {address: name for address, name in found.items() if address not in CLOCKS} | dict.fromkeys(SEARCHES, "")


def own_a_notice(person, *, number: int) -> None:
    """Give one of the person's notices this number, which some department has too: one number serves both addresses."""
    mine = Notice.objects.filter(recipient=person).order_by("pk").first()
    if mine.pk != number:
        Notice.objects.filter(pk=number).delete()
        assert Notice.objects.filter(pk=mine.pk).update(id=number) == 1


def answer(client, address) -> tuple:
    """What an address answers, without what changes at every look; and how many statements it took."""
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        response = client.get(address)
    body = b"".join(response.streaming_content).decode() if response.streaming else still(response)
    headers = {name: value for name, value in response.headers.items() if name not in VARYING}
    counted = 0 if address.startswith(TABLES) else len(asked)  # the technical tables remember what they looked up once
    return response.status_code, headers, body, counted


def difference(one: tuple, other: tuple) -> str:
    """Where two answers part, for whoever has to find out why."""
    status, headers, body, asked = one
    if (status, headers) != other[:2]:
        return f"{status} {headers} against {other[0]} {other[1]}"
    if body == other[2]:
        return f"{asked} statements against {other[3]}"
    place = next((n for n, pair in enumerate(zip(body, other[2], strict=False)) if pair[0] != pair[1]), len(body))
    return f"{body[max(0, place - 60) : place + 60]!r} against {other[2][max(0, place - 60) : place + 60]!r}"


@pytest.fixture
def vote():
    return opened(ideas=4, people=60, votes_per_person=3)


@pytest.fixture
def people(vote):
    """One of each kind of person. None of them votes."""

    def somebody(name, *capabilities, **fields):
        person = factories.person(name, "Prova", home=vote.offices[0], **fields)
        for capability in capabilities:
            factories.grant(person, capability, vote.root)
        return person

    return {
        "employee": vote.people[-1],
        "author": vote.ideas[0].authorships.get().person,
        "manager": somebody("Silvia", *OFFICES, contract_area="dirigenti"),
        "hr": somebody("Andrea", "view_participation"),
        "administrator": somebody("Ada", "manage_department"),
        "guarantor": somebody("Rita", "guard_ballots"),
        "superuser": somebody("Ugo", is_superuser=True, is_staff=True),
        "nobody": None,
    }


# Asked like every other, but nobody of these finds anything there: a new address is added here, or gets something to show.
NOTHING_THERE = {
    # of this city no idea is a draft, in review, in decision or a pilot; no comments, files, orders, deputies or webhooks
    "exports:export", "exports:file", "organisation:token_revoke", "own_api:people", "own_api:release",
    "workflow:attachment", "workflow:comment_add", "workflow:comment_edit", "workflow:comment_remove",
    "workflow:comment_report", "workflow:decision", "workflow:delegation_end", "workflow:idea_edit",
    "workflow:idea_withdraw", "workflow:merge_answer", "workflow:pilot", "workflow:pilot_conclude",
    "workflow:pilot_csv", "workflow:pilot_extend", "workflow:pilot_note", "workflow:pilot_reading",
    "workflow:pilot_spending", "workflow:pilot_team", "workflow:pilot_verify", "workflow:redact",
    "workflow:review_complete", "workflow:scorecard", "workflow:select", "workflow:structure_take_back",
    "workflow:transfer", "workflow_api:attachment", "workflow_api:attachment_content", "workflow_api:comment",
    "workflow_api:delegation", "workflow_api:pilot", "workflow_api:pilot_indicators", "workflow_api:pilot_milestones",
    "workflow_api:pilot_readings", "workflow_api:pilot_spending", "workflow_api:plan", "workflow_api:review",
    "workflow_api:version", "webhooks:hook", "webhooks:edit", "webhooks:rotate", "webhooks:delete", "webhooks:delivery",
    # only after the close
    "voting:publication", "voting:ranking", "voting_api:publication",
    # only in the demo, or an address that is none; the tables' own sign-in leads to ours
    "workflow:gallery", "notifications:letters", "notifications:letter", "notifications:letter_as_shown", "api/",
    "admin:login",
}  # fmt: skip


def test_no_address_tells_anybody_that_others_voted(vote, people):
    walk = addresses(vote, people)
    clients = {name: browser(person) for name, person in people.items()}
    asked = [
        (name, address)
        for name in clients
        for address, route in walk.items()
        if not route.startswith("admin:") or name in TABLES_ASKED_BY
    ]

    def look():
        cache.clear()
        return {(name, address): answer(clients[name], address) for name, address in asked}

    for client in clients.values():
        for address in filter(lambda one: one.startswith("/avvisi/"), walk):
            client.get(address)  # opening a notice makes it read
    before = look()
    for number, person in enumerate(vote.people[:PAPERS]):
        vote.cast(person, *[number % 4, (number + 1) % 4][: 1 + number % 2])
    after = look()
    assert UrnBox.boxes.count() == PAPERS
    assert {key: difference(before[key], after[key]) for key in before if before[key] != after[key]} == {}
    found = {walk[address] for (name, address), seen in before.items() if name != "nobody" and seen[0] in THERE}
    assert sorted(set(walk.values()) - found) == sorted(NOTHING_THERE)


def test_the_own_paper_changes_only_the_own_pages(vote):
    """The control that the comparison above sees something: one's own paper is on one's own pages, and nowhere else."""
    mine, other = browser(vote.people[0]), browser(vote.people[1])
    address = "/idee/?vista=da-votare"
    before = [still(client.get(address)) for client in (mine, other)]
    vote.cast(vote.people[0], 1)
    after = [still(client.get(address)) for client in (mine, other)]
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_the_order_of_the_ideas_stays_whatever_is_supported(vote):
    client = browser(vote.people[-1])

    def order():
        page = client.get("/idee/?vista=da-votare").content.decode()
        return list(re.findall(r'id="idea-([\w-]+)"', page))

    before = order()
    for person in vote.people[:PAPERS]:
        vote.cast(person, 3)
    assert order() == before
    assert len(before) == Idea.objects.filter(state="voting").count()
