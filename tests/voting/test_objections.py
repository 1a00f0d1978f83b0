# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objections: an elector reports a problem in the hours after the close, the guarantor answers, the seal deletes both."""

import pytest
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories
from tests.voting.factories import opened, voters
from tests.voting.pages import browser, paper_of
from tests.voting.raw import move_in_time
from voting import errors
from voting.models import Objection
from voting.services import guarding, objections
from workflow.models import IdeaEvent

pytestmark = pytest.mark.django_db
WORDS = "Risulta una scheda a mio nome, ma io ero in ferie e non ho votato."
ANSWER = "Abbiamo controllato insieme: la scheda è quella del primo giorno."


@pytest.fixture
def vote():
    vote = opened()
    for person in vote.people[:12]:
        vote.cast(person, 0)
    return vote


@pytest.fixture
def closed(vote):
    assert vote.end()
    vote.fresh()
    return vote


def guarantor_of(vote):
    person = factories.person("Gaia", "Garante")
    factories.grant(person, "guard_ballots", vote.root)
    return person


def report(vote, person, text=WORDS):
    return objections.raise_objection(ballot_id=vote.pk, text=text, by=person, at=timezone.now())


def reply(vote, objection, by, text=ANSWER):
    return objections.answer_objection(
        objection_id=objection.pk, ballot_id=vote.pk, text=text, by=by, at=timezone.now()
    )


def page_of(vote):
    return f"/garante/{vote.pk}/"


def test_an_elector_reports_and_the_guarantor_is_told_without_name_or_text(closed):
    guarantor = guarantor_of(closed)
    objection = report(closed, closed.people[0])
    told = Notice.objects.get(kind="ballot_objection")
    assert (told.recipient_id, told.context) == (
        guarantor.pk,
        {"title": closed.ballot.campaign.title, "url": page_of(closed)},
    )
    event = IdeaEvent.objects.get(kind="ballot_objection")
    assert event.by_id is None and WORDS not in str(event.data) and str(closed.people[0].uuid) not in str(event.data)
    assert objection.text == WORDS


def test_until_it_is_answered_it_can_be_said_better_and_there_is_one_for_each_person(closed):
    guarantor_of(closed)
    report(closed, closed.people[0])
    report(closed, closed.people[0], "Ho ritrovato la ricevuta: il codice però non c’è.")
    assert Objection.objects.get().text == "Ho ritrovato la ricevuta: il codice però non c’è."
    assert Notice.objects.filter(kind="ballot_objection").count() == 1


def test_the_answer_is_given_once_and_who_reported_is_told(closed):
    guarantor, person = guarantor_of(closed), closed.people[0]
    objection = report(closed, person)
    reply(closed, objection, guarantor)
    assert Notice.objects.get(kind="ballot_objection_answered").recipient_id == person.pk
    assert IdeaEvent.objects.get(kind="ballot_objection_answered").by_id == guarantor.pk
    with pytest.raises(errors.AlreadyAnswered):
        reply(closed, objection, guarantor, "Un’altra risposta.")
    with pytest.raises(errors.AlreadyAnswered):
        report(closed, person, "Un’altra segnalazione.")


@pytest.mark.parametrize("who", ["stranger", "inactive", "superuser"])
def test_only_who_could_vote_reports(closed, who):
    person = {
        "stranger": lambda: voters(1)[0],
        "inactive": lambda: closed.people[0],
        "superuser": lambda: factories.person(is_superuser=True),
    }[who]()
    person.is_active = who != "inactive"
    with pytest.raises(errors.NotAnElector):
        report(closed, person)
    assert not Objection.objects.exists()


def test_before_the_close_and_after_the_hours_nobody_reports(vote):
    with pytest.raises(errors.ObjectionsOver):
        report(vote, vote.people[0])
    vote.end()
    move_in_time(vote.pk, closed_at=timezone.now() - timezone.timedelta(hours=49), objections_until=timezone.now())
    with pytest.raises(errors.ObjectionsOver):
        report(vote, vote.people[0])


@pytest.mark.parametrize("who", ["elector", "administrator", "superuser", "guarantor of another office"])
def test_only_the_guarantor_reads_and_answers(closed, who):
    objection = report(closed, closed.people[0])
    person = factories.person(is_superuser=who == "superuser", is_staff=who == "superuser")
    if who == "elector":
        person = closed.people[0]
    if who == "administrator":
        factories.grant(person, "manage_department", closed.root)
    if who == "guarantor of another office":
        factories.grant(person, "guard_ballots", factories.department("Altrove"))
    with pytest.raises(errors.NotTheGuarantor):
        reply(closed, objection, person)
    client = browser(person)
    assert client.get(page_of(closed)).status_code == 404
    assert client.post(page_of(closed) + "rispondi/", {"objection": objection.pk, "answer": ANSWER}).status_code == 404
    assert Objection.objects.get().answer == ""


@pytest.mark.parametrize("end", ["seal", "annul"])
def test_with_the_key_reports_and_answers_go(closed, end):
    guarantor = guarantor_of(closed)
    reply(closed, report(closed, closed.people[0]), guarantor)
    if end == "seal":
        closed.seal()
    else:
        reason = "Una segnalazione fondata: due schede non erano di chi risultava."
        guarding.annul(ballot_id=closed.pk, reason=reason, by=guarantor, at=timezone.now())
    assert not Objection.objects.exists()


def test_on_the_pages_it_is_reported_answered_and_read(closed):
    person, guarantor = closed.people[0], guarantor_of(closed)
    client = browser(person)
    assert "Una scheda è registrata a tuo nome" in client.get(paper_of(closed)).content.decode()
    assert client.post(paper_of(closed), {"act": "object", "text": WORDS}).status_code == 302
    page = browser(guarantor).get(page_of(closed)).content.decode()
    assert WORDS in page and person.get_full_name() in page
    sent = {"objection": Objection.objects.get().pk, "answer": ANSWER}
    assert browser(guarantor).post(page_of(closed) + "rispondi/", sent).status_code == 302
    assert ANSWER in client.get(paper_of(closed)).content.decode()
    assert ANSWER not in browser(closed.people[1]).get(paper_of(closed)).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001, "è\x00"])
def test_what_says_nothing_or_too_much_comes_back_with_a_sentence(closed, text):
    answer = browser(closed.people[0]).post(paper_of(closed), {"act": "object", "text": text})
    assert (answer.status_code, "in-error" in answer.content.decode()) == (422, True)
    objection, guarantor = report(closed, closed.people[0]), guarantor_of(closed)
    answer = browser(guarantor).post(page_of(closed) + "rispondi/", {"objection": objection.pk, "answer": text})
    assert (answer.status_code, "in-error" in answer.content.decode()) == (422, True)


def test_while_the_ballot_is_open_the_page_takes_no_report(vote):
    answer = browser(vote.people[0]).post(paper_of(vote), {"act": "object", "text": WORDS})
    assert answer.status_code == 409
    assert not Objection.objects.exists()
