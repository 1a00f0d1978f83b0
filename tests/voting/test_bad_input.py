# SPDX-License-Identifier: AGPL-3.0-or-later
"""Papers that are none, at each of the three doors: a sentence, nothing changed, nothing revealed."""

import json

import pytest

from tests.voting.factories import nonce, opened, voters
from tests.voting.pages import browser, click, paper_of, send, still
from tests.voting.raw import boxes

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(ideas=5, people=40, votes_per_person=3)


def through_api(client, vote, choices, once=None):
    body = {"choices": choices, "client_nonce": nonce().hex() if once is None else once}
    return client.put(f"/api/v1/ballots/{vote.pk}/paper/", body, content_type="application/json")


PAGE = {
    "an unknown idea": (lambda client, vote: send(client, vote, choice=["ZZZZZZZZ"]), 422),
    "too many": (lambda client, vote: send(client, vote, 1, 2, 3, 4), 422),
    "an own idea": (lambda client, vote: send(client, vote, 0), 422),
    "twice the same": (lambda client, vote: send(client, vote, choice=[vote.codes[1]] * 2), 422),
    "no number": (lambda client, vote: send(client, vote, 1, nonce=""), 422),
    "a number of nobody's": (lambda client, vote: send(client, vote, 1, nonce="z" * 32), 422),
    "a megabyte of JSON": (
        lambda client, vote: client.post(
            paper_of(vote), json.dumps(["x" * 1_000_000]), content_type="application/json"
        ),
        422,
    ),
}
FRAGMENT = {
    "an unknown idea": (lambda client, vote: click(client, vote, 1, htmx=True, option="ZZZZZZZZ"), 404),
    "too many": (lambda client, vote: click(client, vote, 4, htmx=True), 409),
    "an own idea": (lambda client, vote: click(client, vote, 0, htmx=True), 400),
    "no number": (lambda client, vote: click(client, vote, 1, htmx=True, nonce=""), 400),
    "a number of nobody's": (lambda client, vote: click(client, vote, 1, htmx=True, nonce="z" * 32), 400),
}
API = {
    "an unknown idea": (lambda client, vote: through_api(client, vote, ["ZZZZZZZZ"]), 422),
    "too many": (lambda client, vote: through_api(client, vote, vote.codes[1:5]), 422),
    "an own idea": (lambda client, vote: through_api(client, vote, [vote.codes[0]]), 422),
    "twice the same": (lambda client, vote: through_api(client, vote, [vote.codes[1]] * 2), 422),
    "no number": (lambda client, vote: through_api(client, vote, [vote.codes[1]], ""), 422),
    "a number of nobody's": (lambda client, vote: through_api(client, vote, [vote.codes[1]], "z" * 32), 422),
    "a megabyte of JSON": (lambda client, vote: through_api(client, vote, ["x" * 1_000_000]), 413),
}
CASES = [
    pytest.param(act, status, id=f"{door}: {name}")
    for door, cases in {"page": PAGE, "fragment": FRAGMENT, "API": API}.items()
    for name, (act, status) in cases.items()
]


@pytest.mark.parametrize(("act", "status"), CASES)
def test_what_is_no_paper_is_a_sentence_that_changes_and_reveals_nothing(vote, act, status):
    """The author of the first idea, with a full paper, tries; with other papers in the urn the answer is the same."""
    author = vote.ideas[0].authorships.get().person
    vote.cast(author, 1, 2, 3)
    client, before = browser(author), boxes(vote.pk)
    answers = [act(client, vote)]
    assert boxes(vote.pk) == before
    for person in vote.people[:12]:
        vote.cast(person, 1)
    answers.append(act(client, vote))
    assert [answer.status_code for answer in answers] == [status, status]
    assert still(answers[0]) == still(answers[1])
    assert len(still(answers[0])) > 40
    assert boxes(vote.pk).items() >= before.items()


@pytest.mark.parametrize("who", ["a stranger", "after the end"])
def test_who_may_not_vote_now_hears_so_at_every_door(vote, who):
    person, statuses = vote.people[0], {409}
    if who == "a stranger":
        person, statuses = voters(1)[0], {403}
    else:
        vote.end_window()
    client, before = browser(person), boxes(vote.pk)
    doors = [
        send(client, vote, 1),
        click(client, vote, 1, htmx=True),
        through_api(client, vote, [vote.codes[1]]),
    ]
    assert {answer.status_code for answer in doors} == statuses
    assert boxes(vote.pk) == before


def test_somebody_elses_number_reveals_nothing_of_their_paper(vote):
    shared = nonce().hex()
    one = through_api(browser(vote.people[0]), vote, [vote.codes[1]], shared).json()
    two = through_api(browser(vote.people[1]), vote, [vote.codes[2]], shared).json()
    assert (one["choices"], two["choices"]) == ([vote.codes[1]], [vote.codes[2]])
    assert len({*one["receipt"].values(), *two["receipt"].values()}) == 2
