# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objections through the API: the own one for electors, all for the guarantor, nothing for anybody else or any token."""

from uuid import uuid4

import pytest
from django.utils import timezone

from innovato.notifications.models import Notice
from innovato.organisation.services import issue_token
from tests import factories
from tests.voting.factories import opened, voters
from tests.voting.raw import move_in_time
from tests.workflow.api_support import API, BAD_BODIES, BAD_VALUES, assert_problem, client_of, get, send
from voting.models import Objection
from voting.services import guarding
from workflow.models import IdeaEvent

pytestmark = pytest.mark.django_db
WORDS = "Risulta una scheda a mio nome, ma io ero in ferie e non ho votato."
ANSWER = "Abbiamo controllato insieme: la scheda è quella del primo giorno."


@pytest.fixture
def vote():
    vote = opened(people=24, ideas=2)
    for person in vote.people[:12]:
        vote.cast(person, 0)
    return vote


@pytest.fixture
def closed(vote):
    assert vote.end()
    vote.guarantor = factories.person("Gaia", "Garante")
    factories.grant(vote.guarantor, "guard_ballots", vote.root)
    return vote


def report(who, vote, text=WORDS):
    return send(who, f"ballots/{vote.pk}/objection/", {"text": text}, "put")


def listed(who, vote):
    return get(who, f"ballots/{vote.pk}/objections/")


def reply(who, vote, number, answer=ANSWER):
    return send(who, f"ballots/{vote.pk}/objections/{number}/answer/", {"answer": answer}, "put")


def test_a_report_is_made_said_better_listed_and_answered_once(closed):
    person = closed.people[0]
    assert get(person, f"ballots/{closed.pk}/objection/").json() == {
        "text": "", "raised_at": None, "answer": "", "answered_at": None
    }  # fmt: skip
    assert report(person, closed, "Il codice non c’è.").status_code == 200
    made = report(person, closed)
    assert made.status_code == 200 and made.json()["text"] == WORDS and made.json()["answered_at"] is None
    row = listed(closed.guarantor, closed).json()["results"][0]
    assert row["person"] == {"id": str(person.uuid), "name": person.get_full_name()} and row["text"] == WORDS
    answered = reply(closed.guarantor, closed, row["number"])
    assert answered.status_code == 200 and answered.json()["answer"] == ANSWER
    assert answered.json() == listed(closed.guarantor, closed).json()["results"][0]
    assert get(person, f"ballots/{closed.pk}/objection/").json()["answer"] == ANSWER
    assert get(closed.people[1], f"ballots/{closed.pk}/objection/").json()["text"] == ""
    assert_problem(reply(closed.guarantor, closed, row["number"], "Altro."), 409, "already_answered")
    assert_problem(report(person, closed, "Altro."), 409, "already_answered")
    assert Notice.objects.filter(kind="ballot_objection").count() == 1
    assert IdeaEvent.objects.filter(kind__startswith="ballot_objection").count() == 2


def test_those_that_wait_are_listed_first(closed):
    for person in closed.people[:3]:
        report(person, closed)
    first = listed(closed.guarantor, closed).json()["results"][0]["number"]
    reply(closed.guarantor, closed, first)
    found = listed(closed.guarantor, closed).json()
    assert [row["answered_at"] is not None for row in found["results"]] == [False, False, True]
    assert found["next"] is None and found["results"][-1]["number"] == first


@pytest.mark.parametrize("who", ["elector", "administrator", "superuser", "guarantor of another office"])
def test_only_the_guarantor_reads_and_answers(closed, who):
    report(closed.people[0], closed)
    person = factories.person(is_superuser=who == "superuser", is_staff=who == "superuser")
    if who == "elector":
        person = closed.people[0]
    if who == "administrator":
        factories.grant(person, "manage_department", closed.root)
    if who == "guarantor of another office":
        factories.grant(person, "guard_ballots", factories.department("Altrove"))
    hidden, missing = listed(person, closed), get(person, f"ballots/{uuid4()}/objections/")
    assert_problem(hidden, 404, "ballot_missing")
    assert hidden.json() | {"instance": ""} == missing.json() | {"instance": ""}
    assert_problem(reply(person, closed, Objection.objects.get().pk), 404, "ballot_missing")
    assert Objection.objects.get().answer == ""


def test_only_who_could_vote_reports_and_reads_the_own_report(closed):
    for who in (voters(1)[0], closed.guarantor, factories.person(is_superuser=True, is_staff=True)):
        assert_problem(get(who, f"ballots/{closed.pk}/objection/"), 403, "not_an_elector")
        assert_problem(report(who, closed), 403, "not_an_elector")
    for answer in (get(None, f"ballots/{closed.pk}/objection/"), report(None, closed), listed(None, closed)):
        assert answer.status_code == 401
    assert not Objection.objects.exists()


def test_before_the_close_and_after_the_hours_nobody_reports(vote):
    assert_problem(report(vote.people[0], vote), 409, "objections_over")
    vote.end()
    move_in_time(vote.pk, closed_at=timezone.now() - timezone.timedelta(hours=49), objections_until=timezone.now())
    assert_problem(report(vote.people[0], vote), 409, "objections_over")
    assert not Objection.objects.exists()


@pytest.mark.parametrize("end", ["seal", "annul"])
def test_with_the_key_reports_and_answers_go(closed, end):
    report(closed.people[0], closed)
    number = Objection.objects.get().pk
    if end == "seal":
        closed.seal()
    else:
        reason = "Una segnalazione fondata: due schede non erano di chi risultava."
        guarding.annul(ballot_id=closed.pk, reason=reason, by=closed.guarantor, at=timezone.now())
    assert get(closed.people[0], f"ballots/{closed.pk}/objection/").json()["text"] == ""
    assert listed(closed.guarantor, closed).json()["results"] == []
    assert_problem(reply(closed.guarantor, closed, number), 404, "ballot_missing")
    assert_problem(report(closed.people[0], closed), 409, "objections_over")


def test_no_token_and_no_cache_has_them(closed):
    report(closed.people[0], closed)
    number = Objection.objects.get().pk
    addresses = {
        f"ballots/{closed.pk}/objection/": closed.people[0],
        f"ballots/{closed.pk}/objections/": closed.guarantor,
    }
    for address, person in addresses.items():
        answer = get(person, address)
        assert answer.status_code == 200
        assert {"no-store", "private"} <= set(answer.headers["Cache-Control"].split(", "))
        _token, secret = issue_token(person=person, name="Prova", scope="write", days=30, at=timezone.now())
        assert_problem(get(None, address, Authorization=f"Bearer {secret}"), 403, "session_only")
    answer = client_of(None).put(
        f"{API}ballots/{closed.pk}/objections/{number}/answer/", {"answer": ANSWER}, "application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip
    assert_problem(answer, 403, "session_only")


def test_bad_bodies_and_values_are_refused_in_words_and_change_nothing(closed):
    person, guarantor = client_of(closed.people[0]), client_of(closed.guarantor)
    report(person, closed)
    before = Objection.objects.values().get()
    calls = [(person, "objection/", "text"), (guarantor, f"objections/{before['id']}/answer/", "answer")]
    for client, address, name in calls:
        for words, body in BAD_BODIES.items():
            answer = send(client, f"ballots/{closed.pk}/{address}", body, "put")
            assert answer.status_code in (400, 413, 422), (address, words)
        for words in (
            "NUL",
            "half a character",
            "null",
            "true",
            "a list",
            "an object",
            "a number",
            "a long text",
            "blanks",
        ):
            answer = send(client, f"ballots/{closed.pk}/{address}", {name: BAD_VALUES[words]}, "put")
            assert answer.status_code in (400, 422), (address, words)
        assert_problem(send(client, f"ballots/{closed.pk}/{address}", {name: "x" * 2001}, "put"), 422)
    for number in (0, 10**9, 10**30):
        assert_problem(reply(guarantor, closed, number), 404)
    assert Objection.objects.values().get() == before


def test_the_list_costs_the_same_for_any_number_of_reports(closed, django_assert_num_queries):
    client = client_of(closed.guarantor)
    report(closed.people[0], closed)
    listed(client, closed)
    for person in closed.people[1:6]:
        with django_assert_num_queries(7):
            listed(client, closed)
        report(person, closed)
