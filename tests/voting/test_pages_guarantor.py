# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guarantor's pages: annul with a reason, repeat, let a stopped ballot go on; for nobody else are they there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.voting.factories import opened
from tests.voting.pages import browser, send, still
from voting.models import Ballot

pytestmark = pytest.mark.django_db
REASON = "La sede di via Roma è rimasta senza rete per tutta la votazione."


@pytest.fixture
def vote():
    return opened(ideas=2)


@pytest.fixture
def guarantor(vote):
    person = factories.person("Rita", "Sasso", home=vote.root)
    factories.grant(person, "guard_ballots", vote.root)
    return person


def page_of(vote):
    return f"/garante/{vote.pk}/"


def test_the_guarantor_finds_every_ballot_below_the_own_department(vote, guarantor):
    elsewhere = opened(ideas=1)
    page = browser(guarantor).get("/garante/").content.decode()
    assert vote.ballot.campaign.title in page
    assert elsewhere.ballot.campaign.title not in page


def test_for_anybody_else_the_pages_are_not_there(vote, guarantor):
    superuser = factories.person("Ada", "Amministra", is_superuser=True, is_staff=True)
    for person in (vote.people[0], superuser):
        client = browser(person)
        assert client.get("/garante/").status_code == 403
        assert client.get(page_of(vote)).status_code == 404
        for act in ("annulla", "ripeti", "riprendi"):
            assert client.post(page_of(vote) + f"{act}/", {"reason": REASON, "confirm": "1"}).status_code == 404
    assert vote.fresh().state == "open"


def test_nothing_the_guarantor_sees_depends_on_papers(vote, guarantor):
    client = browser(guarantor)
    before = [still(client.get(address)) for address in ("/garante/", page_of(vote))]
    for person in vote.people:
        vote.cast(person, 0)
    assert [still(client.get(address)) for address in ("/garante/", page_of(vote))] == before


def test_annulling_asks_first_and_keeps_the_reason(vote, guarantor):
    client = browser(guarantor)
    question = client.post(page_of(vote) + "annulla/", {"reason": REASON}).content.decode()
    assert "Annullare la votazione?" in question and REASON in question
    assert vote.fresh().state == "open"
    client.post(page_of(vote) + "annulla/", {"reason": REASON, "confirm": "1"})
    assert vote.fresh().state == "annulled"
    assert REASON in client.get(page_of(vote)).content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "perché sì", "x" * 2001, "è\x00" * 30])
def test_annulling_without_a_readable_reason_is_a_sentence(vote, guarantor, reason):
    response = browser(guarantor).post(page_of(vote) + "annulla/", {"reason": reason, "confirm": "1"})
    assert response.status_code == 422
    assert "in-error" in response.content.decode()
    assert vote.fresh().state == "open"


def test_after_the_objections_there_is_nothing_to_annul(vote, guarantor):
    vote.end()
    vote.seal()
    client = browser(guarantor)
    assert "non si può più annullare" in client.get(page_of(vote)).content.decode()
    response = client.post(page_of(vote) + "annulla/", {"reason": REASON, "confirm": "1"})
    assert response.status_code == 409
    assert vote.fresh().state == "sealed"


def repetition(days=1, lasts=7):
    opens = timezone.localtime() + timedelta(days=days)
    written = "%Y-%m-%dT%H:%M"
    return {"opens_at": opens.strftime(written), "closes_at": (opens + timedelta(days=lasts)).strftime(written)}


def test_an_annulled_ballot_is_repeated_once(vote, guarantor):
    client = browser(guarantor)
    client.post(page_of(vote) + "annulla/", {"reason": REASON, "confirm": "1"})
    client.post(page_of(vote) + "ripeti/", repetition())
    again = Ballot.objects.get(round=vote.ballot.round, sequence=2)
    assert again.state == "scheduled"
    assert "Apri la votazione ripetuta" in client.get(page_of(vote)).content.decode()
    assert client.post(page_of(vote) + "ripeti/", repetition()).status_code == 409


@pytest.mark.parametrize(
    "fields", [{}, {"opens_at": "ieri"}, repetition(days=-3), repetition(lasts=-1), repetition(lasts=0)]
)
def test_a_repetition_out_of_time_is_a_sentence(vote, guarantor, fields):
    client = browser(guarantor)
    client.post(page_of(vote) + "annulla/", {"reason": REASON, "confirm": "1"})
    response = client.post(page_of(vote) + "ripeti/", fields)
    assert response.status_code == 422
    assert Ballot.objects.filter(round=vote.ballot.round).count() == 1


def test_a_stopped_ballot_goes_on_only_when_its_key_is_back(vote, guarantor, keystore):
    key = next(keystore.glob("*.key"))
    hidden = key.rename(key.with_suffix(".away"))
    send(browser(vote.people[0]), vote, 0)
    client = browser(guarantor)
    assert "La chiave manca" in client.get(page_of(vote)).content.decode()
    assert client.post(page_of(vote) + "riprendi/").status_code == 503
    hidden.rename(key)
    client.post(page_of(vote) + "riprendi/")
    assert not vote.fresh().is_frozen
    assert "La votazione è ripresa" in client.get(page_of(vote)).content.decode()
