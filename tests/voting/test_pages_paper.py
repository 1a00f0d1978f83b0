# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot paper's page: choosing, saving, changing, withdrawing, and every way of being refused in words."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.voting.factories import nonce, opened, scheduled, voters
from tests.voting.pages import browser, paper_of, results_of, send, still
from tests.voting.raw import move_in_time
from voting import selectors, urn
from voting.models import UrnBox

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(ideas=7, votes_per_person=3)


def own(vote, person):
    return selectors.own_paper(ballot=vote.fresh(), person=person)


def ticked(page: str) -> list[str]:
    return re.findall(r'value="(\w{8})" id="scelta-\w+" aria-describedby="[\w-]+" checked', page)


def test_the_paper_shows_every_idea_once_in_the_persons_own_order(vote):
    one, other = (browser(person).get(paper_of(vote)).content.decode() for person in vote.people[:2])
    order = [re.findall(r'name="choice" value="(\w+)"', page) for page in (one, other)]
    assert sorted(order[0]) == sorted(order[1]) == sorted(vote.codes)
    assert order[0] != order[1]


def test_a_saved_paper_comes_back_with_one_code_for_each_idea(vote):
    client, person = browser(vote.people[0]), vote.people[0]
    assert send(client, vote, 0, 2).headers["Location"] == paper_of(vote) + "#ricevuta"
    page = client.get(paper_of(vote)).content.decode()
    assert sorted(ticked(page)) == sorted([vote.codes[0], vote.codes[2]])
    for code in own(vote, person).codes.values():
        assert urn.shown(code) in page
    assert "La tua scheda: 2 idee su 3" in page
    assert "La tua scheda è registrata" in page


def test_no_cache_keeps_the_paper(vote):
    client = browser(vote.people[0])
    for response in (client.get(paper_of(vote)), send(client, vote, 1), client.get(paper_of(vote))):
        assert "no-store" in response.headers["Cache-Control"]


def test_the_same_paper_sent_twice_is_one_paper_with_the_same_codes(vote):
    client, number = browser(vote.people[0]), nonce().hex()
    send(client, vote, 0, 1, nonce=number)
    first = own(vote, vote.people[0]).codes
    send(client, vote, 0, 1, nonce=number)
    assert own(vote, vote.people[0]).codes == first
    assert UrnBox.boxes.count() == 1


def test_the_same_sending_with_other_choices_is_refused_and_shown_again(vote):
    client, number = browser(vote.people[0]), nonce().hex()
    send(client, vote, 0, nonce=number)
    response = send(client, vote, 1, nonce=number)
    assert response.status_code == 409
    assert "è già arrivata con scelte diverse" in response.content.decode()
    assert own(vote, vote.people[0]).choices == {vote.codes[0]}


def test_a_paper_with_no_idea_is_a_blank_one(vote):
    client = browser(vote.people[0])
    send(client, vote)
    page = client.get(paper_of(vote)).content.decode()
    assert "La tua scheda: bianca" in page
    assert own(vote, vote.people[0]).is_blank


def test_too_many_ideas_are_refused_and_stay_ticked(vote):
    client = browser(vote.people[0])
    response = send(client, vote, 0, 1, 2, 3)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Hai scelto più idee di quante ne tiene la scheda" in page
    assert sorted(ticked(page)) == sorted(vote.codes[:4])
    assert own(vote, vote.people[0]).held == "no"


def test_an_own_idea_cannot_be_ticked_and_is_refused_when_sent_anyway(vote):
    author = vote.ideas[0].authorships.get().person
    client = browser(author)
    assert "L’hai proposta tu" in client.get(paper_of(vote)).content.decode()
    response = send(client, vote, 0, 1)
    assert response.status_code == 422
    assert "Non puoi sostenere un’idea che porta la tua firma" in response.content.decode()
    assert own(vote, author).held == "no"


@pytest.mark.parametrize(
    "choices", [["AAAAAAAA"], ["x" * 8], ["'; DROP TABLE"], ["è"], ["\x00" * 8], [""], ["A" * 100_000]]
)
def test_a_choice_that_is_on_no_paper_is_a_sentence(vote, choices):
    response = send(browser(vote.people[0]), vote, choice=choices)
    assert response.status_code == 422
    assert "Una delle scelte non è su questa scheda" in response.content.decode()
    assert own(vote, vote.people[0]).held == "no"


def test_one_idea_twice_is_a_sentence(vote):
    response = send(browser(vote.people[0]), vote, choice=[vote.codes[0]] * 2)
    assert response.status_code == 422
    assert "Hai scelto la stessa idea due volte" in response.content.decode()


@pytest.mark.parametrize("number", ["", "00", "z" * 32, "0" * 31, "à" * 32, "00" * 17, " " * 32, "0" * 100_000])
def test_a_paper_without_its_number_is_a_sentence_and_no_blank_paper(vote, number):
    response = send(browser(vote.people[0]), vote, nonce=number)
    assert response.status_code == 422
    assert "La scheda è arrivata incompleta" in response.content.decode()
    assert own(vote, vote.people[0]).held == "no"


def test_a_megabyte_of_json_changes_nothing(vote):
    client = browser(vote.people[0])
    body = json.dumps({"choice": vote.codes, "filler": "x" * 1_000_000})
    response = client.post(paper_of(vote), body, content_type="application/json")
    assert response.status_code == 422
    assert own(vote, vote.people[0]).held == "no"


def test_a_thousand_choices_are_refused_without_an_error(vote):
    response = send(browser(vote.people[0]), vote, choice=[vote.codes[0]] * 1000)
    assert response.status_code == 413
    assert own(vote, vote.people[0]).held == "no"


def test_after_the_close_the_choice_is_not_recorded_and_is_shown_as_such(vote):
    client = browser(vote.people[0])
    vote.end_window()
    response = send(client, vote, 0)
    page = response.content.decode()
    assert response.status_code == 409
    assert "La votazione si è chiusa" in page
    assert "Questa scelta non è stata registrata" in page
    assert "Queste scelte non sono state registrate:" in page
    assert "Idea numero 0" in page
    assert "checked" not in page


def test_a_paper_of_a_closed_ballot_says_that_it_is_recorded(vote):
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, number % 7)
    vote.end()
    voted = browser(vote.people[0]).get(paper_of(vote)).content.decode()
    stayed = browser(vote.people[20]).get(paper_of(vote)).content.decode()
    assert "Una scheda è registrata a tuo nome" in voted
    assert "A tuo nome non è registrata nessuna scheda" in stayed
    assert 'name="choice"' not in voted


def test_a_sealed_ballot_leads_to_its_results(vote):
    vote.end()
    vote.seal()
    response = browser(vote.people[0]).get(paper_of(vote))
    assert response.status_code == 302
    assert response.headers["Location"].endswith("/risultati/")


def test_before_the_opening_the_page_says_when():
    later = scheduled(opens=timedelta(days=2), closes=timedelta(days=9))
    client = browser(later.people[0])
    assert "La votazione non è ancora aperta" in client.get(paper_of(later)).content.decode()
    response = send(client, later, choice=["AAAAAAAA"])
    assert response.status_code == 409
    assert "Questa scelta non è stata registrata" in response.content.decode()


def test_who_is_no_elector_is_told_so_and_can_do_nothing(vote):
    stranger = voters(1)[0]
    client = browser(stranger)
    for response in (client.get(paper_of(vote)), send(client, vote, 0)):
        assert response.status_code == 403
        assert "non risulti tra chi può votare" in response.content.decode()
    assert UrnBox.boxes.count() == 0


def test_a_ballot_without_its_key_says_that_it_is_stopped(vote, keystore):
    send(browser(vote.people[0]), vote, 0)
    for path in keystore.glob("*.key"):
        path.unlink()
    response = send(browser(vote.people[1]), vote, 1)
    assert response.status_code == 503
    assert "La votazione è sospesa per un guasto" in response.content.decode()
    page = browser(vote.people[0]).get(paper_of(vote)).content.decode()
    assert "sospesa per un guasto" in page
    assert 'name="choice"' not in page


def test_withdrawing_asks_first_and_then_leaves_no_paper(vote):
    client = browser(vote.people[0])
    send(client, vote, 0)
    question = client.post(paper_of(vote), {"act": "withdraw", "ballot": str(vote.pk)})
    assert question.status_code == 200
    assert "Ritirare la tua scheda?" in question.content.decode()
    assert own(vote, vote.people[0]).held == "yes"
    client.post(paper_of(vote), {"act": "withdraw", "ballot": str(vote.pk), "confirm": "1"})
    assert own(vote, vote.people[0]).held == "no"
    assert "ritirata" in client.get(paper_of(vote)).content.decode()


def test_withdrawing_after_the_close_is_refused(vote):
    client = browser(vote.people[0])
    send(client, vote, 0)
    vote.end_window()
    assert client.post(paper_of(vote), {"act": "withdraw", "ballot": str(vote.pk), "confirm": "1"}).status_code == 409


def test_a_late_clock_opens_the_ballot_when_somebody_comes_to_vote():
    vote = scheduled()
    page = browser(vote.people[0]).get(paper_of(vote)).content.decode()
    assert 'name="choice"' in page


def test_a_round_that_nobody_put_on_the_calendar_is_opened_by_the_first_look():
    vote = scheduled()
    vote.ballot.delete()
    assert 'name="choice"' in browser(vote.people[0]).get(paper_of(vote)).content.decode()


def test_a_late_clock_closes_the_ballot_before_anybody_sees_it(vote):
    move_in_time(vote.pk, closes_at=vote.ballot.opens_at + timedelta(minutes=1))
    page = browser(vote.people[0]).get(paper_of(vote)).content.decode()
    assert "si è chiusa" in page
    assert vote.fresh().state == "closed"


@pytest.mark.parametrize("hours", [-2, 2])
def test_an_application_clock_two_hours_off_changes_no_page(vote, hours):
    """Every window is moved an hour to either side of the database's now: what is shown follows that clock alone."""
    hour, now = timedelta(hours=1), timezone.now()
    addresses = (
        paper_of(vote),
        results_of(vote),
        f"/idee/{vote.ideas[0].ref}/",
        f"/bandi/{vote.ballot.campaign.slug}/",
    )
    for person in vote.people[:12]:
        vote.cast(person, 0)

    def pages() -> str:
        client = browser(vote.people[0])  # a session of this clock
        return " ".join(client.get(address, follow=True).content.decode() for address in addresses)

    with time_machine.travel(now + timedelta(hours=hours)):
        move_in_time(vote.pk, closes_at=now + hour)
        shown = pages()
        assert 'name="choice"' in shown and "voto/sostieni" in shown and "La votazione si è chiusa" not in shown
        move_in_time(vote.pk, closes_at=now - timedelta(minutes=1))
        shown = pages()
        assert 'name="choice"' not in shown and "voto/sostieni" not in shown and "La votazione si è chiusa" in shown
        assert vote.fresh().state == "closed"
        move_in_time(vote.pk, objections_until=now + hour)
        shown = pages()
        assert 'value="object"' in shown and "Una scheda è registrata a tuo nome" in shown
        move_in_time(vote.pk, closed_at=now - 2 * hour, objections_until=now - timedelta(minutes=1))
        shown = pages()
        assert 'value="object"' not in shown and "registrata a tuo nome" not in shown
        assert vote.fresh().state == "sealed"


def test_the_size_of_the_page_does_not_tell_what_was_chosen(vote):
    client = browser(vote.people[0])
    sizes = set()
    for numbers in ((), (0,), (1, 2), (3, 4, 5), (6,)):
        send(client, vote, *numbers)
        client.get(paper_of(vote))  # takes the message away
        sizes.add(len(still(client.get(paper_of(vote))).encode()))
    assert len(sizes) == 1


@pytest.mark.parametrize("ballot", ["", "x", "5f2d2c0e-6a4f-4b45-8e6f-6d9c3f1b0a77", "\x00" * 36])
def test_a_paper_of_no_ballot_is_a_sentence(vote, ballot):
    response = send(browser(vote.people[0]), vote, 0, ballot=ballot)
    assert response.status_code == 422
    assert "ricarica la pagina" in response.content.decode()
    assert own(vote, vote.people[0]).held == "no"


def test_saving_a_paper_costs_few_queries_and_always_the_same(vote, django_assert_num_queries, on_postgres):
    """Session and person, then what the casting itself asks: on PostgreSQL one lock more.

    Two of the eight are the savepoint of the test's own transaction: a server asks six.
    """
    client = browser(vote.people[0])
    for numbers in ((0,), (1, 2), (), (3,)):
        with django_assert_num_queries(8 + on_postgres):
            send(client, vote, *numbers)


def test_the_paper_costs_the_same_queries_however_many_ideas(django_assert_num_queries):
    for ideas in (2, 9):
        vote = opened(ideas=ideas)
        client = browser(vote.people[0])
        with django_assert_num_queries(8):
            client.get(paper_of(vote))


def test_who_is_not_signed_in_is_sent_to_sign_in(vote):
    assert browser().get(paper_of(vote)).headers["Location"].startswith("/accesso/")


def test_the_paper_speaks_english(vote):
    client = browser(vote.people[0])
    client.cookies["django_language"] = "en"
    assert client.get(paper_of(vote)).status_code == 200
