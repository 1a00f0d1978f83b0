# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots through the API: one's own paper and nobody else's, no trace of how many, and the publication byte for byte."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.voting import factories as make
from tests.workflow.api_support import API, BAD_BODIES, BAD_VALUES, assert_problem, client_of, get, send, stored
from voting import verify_publication
from voting.models import Ballot, Elector, UrnBox
from voting.services import guarding
from voting.states import BallotState
from workflow.models import Campaign
from workflow.services import handing_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return make.opened(people=30, ideas=4)


def paper(vote, *numbers, nonce=None, **more) -> dict:
    nonce = nonce or os.urandom(16).hex()
    return {"choices": [vote.codes[number] for number in numbers], "client_nonce": nonce} | more


def hand_in(who, vote, body):
    return send(who, f"ballots/{vote.pk}/paper/", body, "put")


def own(who, vote) -> dict:
    answer = get(who, f"ballots/{vote.pk}/paper/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def boxes(vote) -> list:
    return sorted((bytes(handle), bytes(box)) for handle, box in UrnBox.boxes.values_list("handle", "box"))


# The ballot --------------------------------------------------------------------------------------------------------


def test_a_ballot_shows_its_window_and_its_ideas(vote):
    person = vote.people[0]
    found = get(person, f"ballots/{vote.pk}/").json()
    assert found["state"] == "open" and found["may_vote"] is True and found["suspended"] is False
    assert {row["code"]: row["idea"] for row in found["options"]} == {
        code: idea.number for code, idea in zip(vote.codes, vote.ideas, strict=True)
    }
    assert not {"eligible", "papers", "turnout", "supports"} & set(found)
    assert get(person, f"ballots/{vote.pk}/").json() == found


def test_everybody_meets_the_ideas_in_an_own_order(vote):
    orders = {tuple(row["code"] for row in get(p, f"ballots/{vote.pk}/").json()["options"]) for p in vote.people[:12]}
    assert len(orders) > 1


def test_authors_see_which_ideas_are_their_own(vote):
    author = vote.ideas[0].authorships.get().person
    found = get(author, f"ballots/{vote.pk}/").json()["options"]
    assert [row["code"] for row in found if row["own"]] == [vote.codes[0]]


def test_open_ballots_are_listed_and_every_one_of_a_campaign(vote):
    other = make.scheduled(people=1, ideas=1)
    person = vote.people[0]
    listed = get(person, "ballots/").json()
    assert [row["id"] for row in listed["results"]] == [str(vote.pk)] and listed["next"] is None
    slug = other.ballot.campaign.slug
    assert [row["state"] for row in get(person, f"ballots/?campaign={slug}").json()["results"]] == ["scheduled"]
    assert get(person, "ballots/?campaign=nessuno").json()["results"] == []


def test_a_ballot_that_is_not_there_is_not_there(vote):
    for address in ("", "paper/", "publication/"):
        assert_problem(get(vote.people[0], f"ballots/00000000-0000-4000-8000-000000000000/{address}"), 404)
    assert_problem(get(vote.people[0], f"ballots/{vote.pk}/publication/"), 404, "ballot_missing")


def test_an_idea_taken_back_after_an_annulment_is_gone_from_the_ballot_for_others(vote):
    guarding.annul(
        ballot_id=vote.pk, by=guarantor(vote), reason="Errore nelle date della votazione.", at=timezone.now()
    )
    author = vote.ideas[0].authorships.get().person
    handing_in.withdraw(idea_id=vote.ideas[0].pk, by=author, at=timezone.now())
    assert len(get(author, f"ballots/{vote.pk}/").json()["options"]) == 4
    found = get(vote.people[0], f"ballots/{vote.pk}/").json()
    assert len(found["options"]) == 3 and found["annul_reason"] == "Errore nelle date della votazione."


def guarantor(vote):
    person = factories.person("Nino", "Garante", home=vote.root)
    factories.grant(person, "guard_ballots", vote.root)
    return person


def test_a_late_clock_is_followed_on_the_next_look(vote):
    vote.cast(vote.people[0], 1)
    vote.end_window()
    assert get(vote.people[1], f"ballots/{vote.pk}/").json()["state"] == "closed"
    assert vote.fresh().state == BallotState.CLOSED


@pytest.mark.parametrize("ideas", [1, 3])
def test_the_cost_does_not_grow(ideas, django_assert_num_queries):
    vote = make.opened(people=2, ideas=ideas)
    client = client_of(vote.people[0])
    with django_assert_num_queries(3):
        client.get(f"{API}ballots/")
    with django_assert_num_queries(6):
        client.get(f"{API}ballots/{vote.pk}/")
    with django_assert_num_queries(5):
        client.get(f"{API}ballots/{vote.pk}/paper/")


# The own paper -----------------------------------------------------------------------------------------------------


def test_a_paper_is_handed_in_changed_and_taken_back(vote):
    person = vote.people[0]
    assert own(person, vote) == {"held": "no", "choices": [], "receipt": {}}
    first = hand_in(person, vote, paper(vote, 0, 2))
    assert first.status_code == 200 and first.json() == own(person, vote)
    assert sorted(first.json()["choices"]) == sorted([vote.codes[0], vote.codes[2]]) == sorted(first.json()["receipt"])
    second = hand_in(person, vote, paper(vote, 1)).json()
    assert second["choices"] == [vote.codes[1]] and len(boxes(vote)) == 1
    blank = hand_in(person, vote, paper(vote)).json()
    assert blank["choices"] == [] and list(blank["receipt"]) == ["abstain"] and len(boxes(vote)) == 1
    for _ in range(2):
        answer = send(person, f"ballots/{vote.pk}/paper/", b"", "delete")
        assert answer.status_code == 204 and answer.content == b""
    assert own(person, vote)["held"] == "no" and boxes(vote) == []


def test_the_same_sending_twice_gives_the_same_receipt_and_with_other_choices_a_conflict(vote):
    person, nonce = vote.people[0], "ab" * 16
    first = hand_in(person, vote, paper(vote, 0, nonce=nonce)).json()
    assert hand_in(person, vote, paper(vote, 0, nonce=nonce)).json() == first
    assert_problem(hand_in(person, vote, paper(vote, 1, nonce=nonce)), 409, "nonce_conflict")
    assert own(person, vote) == first


def test_no_cache_keeps_an_own_paper_whatever_the_answer(vote):
    person, stranger = vote.people[0], factories.person()
    answers = [
        get(person, f"ballots/{vote.pk}/paper/"),
        hand_in(person, vote, paper(vote, 0)),
        hand_in(person, vote, b"{"),
        send(person, f"ballots/{vote.pk}/paper/", b"", "delete"),
        get(stranger, f"ballots/{vote.pk}/paper/"),
        get(None, f"ballots/{vote.pk}/paper/"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 204, 403, 401]
    for answer in answers:
        assert {"no-store", "private", "no-transform"} <= set(answer.headers["Cache-Control"].split(", "))


def test_the_size_of_an_answer_says_nothing_of_what_is_on_the_paper(vote):
    sizes = {len(get(vote.people[0], f"ballots/{vote.pk}/paper/").content)}
    for numbers in ((), (0,), (0, 1), (0, 1, 2, 3)):
        sizes |= {len(hand_in(vote.people[0], vote, paper(vote, *numbers)).content)}
        sizes |= {len(get(vote.people[0], f"ballots/{vote.pk}/paper/").content)}
    assert len(sizes) == 1


def test_only_electors_have_a_paper(vote):
    late = factories.person(home=vote.offices[0])
    superuser = factories.person(is_superuser=True, is_staff=True)
    for who in (late, superuser, guarantor(vote)):
        assert_problem(get(who, f"ballots/{vote.pk}/paper/"), 403, "not_an_elector")
        assert_problem(hand_in(who, vote, paper(vote, 0)), 403, "not_an_elector")
        assert_problem(send(who, f"ballots/{vote.pk}/paper/", b"", "delete"), 403, "not_an_elector")
        assert get(who, f"ballots/{vote.pk}/").json()["may_vote"] is False
    assert boxes(vote) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda vote: {"choices": ["AAAAAAAA"]}, "unknown_choice"),
        (lambda vote: {"choices": ["abstain"]}, "unknown_choice"),
        (lambda vote: {"choices": [vote.codes[0]] * 2}, "repeated_choice"),
        (lambda vote: {"choices": vote.codes + ["AAAAAAAA", "BBBBBBBB"]}, "too_many_choices"),
        (lambda vote: {"choices": [vote.codes[0]] * 500}, "invalid"),
        (lambda vote: {"choices": vote.codes[0]}, "invalid"),
        (lambda vote: {"choices": None}, "invalid"),
        (lambda vote: {"choices": [None]}, "invalid"),
        (lambda vote: {"choices": [[vote.codes[0]]]}, "invalid"),
        (lambda vote: {"choices": {vote.codes[0]: 1}}, "invalid"),
        (lambda vote: {"client_nonce": "AB" * 16}, "invalid"),
        (lambda vote: {"client_nonce": "ab"}, "invalid"),
        (lambda vote: {"client_nonce": ""}, "invalid"),
        (lambda vote: {"client_nonce": None}, "invalid"),
        (lambda vote: {"client_nonce": "٣" * 32}, "invalid"),
    ],
)
def test_what_is_no_paper_is_refused_and_the_one_that_is_held_stays(vote, change, code):
    person = vote.people[0]
    hand_in(person, vote, paper(vote, 3))
    before = boxes(vote)
    assert_problem(hand_in(person, vote, paper(vote, 0) | change(vote)), 422, code)
    assert boxes(vote) == before


def test_nobody_supports_an_own_idea(vote):
    author = vote.ideas[0].authorships.get().person
    assert_problem(hand_in(author, vote, paper(vote, 0)), 422, "own_idea")
    assert hand_in(author, vote, paper(vote, 1)).status_code == 200


def test_a_paper_comes_neither_before_nor_after_the_window(vote):
    early = make.scheduled(people=2, ideas=1, opens=timedelta(hours=1))
    assert_problem(
        hand_in(early.people[0], vote=early, body={"choices": [], "client_nonce": "ab" * 16}), 409, "not_open_yet"
    )
    assert own(early.people[0], early)["held"] == "gone"
    hand_in(vote.people[0], vote, paper(vote, 0))
    vote.end()
    assert_problem(hand_in(vote.people[0], vote, paper(vote, 1)), 409, "closed")
    assert_problem(send(vote.people[0], f"ballots/{vote.pk}/paper/", b"", "delete"), 409, "closed")
    assert own(vote.people[0], vote)["choices"] == [vote.codes[0]]
    vote.seal()
    assert own(vote.people[0], vote) == {"held": "gone", "choices": [], "receipt": {}}
    assert Elector.objects.count() == 0 or not Elector.objects.filter(ballot=vote.pk).exists()


def test_a_frozen_ballot_says_that_it_is_suspended(vote, keystore):
    for file in keystore.iterdir():
        if file.is_file():
            file.write_bytes(bytes(32))
    assert_problem(hand_in(vote.people[0], vote, paper(vote, 0)), 503, "frozen")
    assert boxes(vote) == [] and get(vote.people[0], f"ballots/{vote.pk}/").json()["suspended"] is True


@pytest.mark.parametrize("words", BAD_BODIES)
def test_bodies_that_are_none_are_refused_and_nothing_is_stored(vote, words):
    hand_in(vote.people[0], vote, paper(vote, 3))
    before = stored()
    answer = hand_in(vote.people[0], vote, BAD_BODIES[words])
    assert answer.status_code in (400, 413, 422)
    assert_problem(answer, answer.status_code)
    assert stored() == before


def test_bad_values_in_every_field_are_refused_and_nothing_is_stored(vote):
    client = client_of(vote.people[0])
    before = stored()
    for words, value in BAD_VALUES.items():
        for change in ({"choices": value}, {"choices": [value]}, {"client_nonce": value}):
            answer = hand_in(client, vote, paper(vote, 0) | change)
            assert answer.status_code in (400, 422), (words, change)
    assert stored() == before


def test_columns_posted_with_a_paper_are_left_alone(vote):
    other = vote.people[1]
    more = {"person": str(other.uuid), "handle": "0" * 64, "box": "x", "ballot": "x", "by": other.pk, "state": "closed"}
    assert hand_in(vote.people[0], vote, paper(vote, 0, **more)).status_code == 200
    assert own(other, vote)["held"] == "no" and own(vote.people[0], vote)["held"] == "yes"
    assert vote.fresh().state == BallotState.OPEN


# What nothing tells ------------------------------------------------------------------------------------------------


def everything_readable(client, vote) -> dict:
    """Every answer of the API that has to do with the ballot, its ideas and its campaign."""
    slug = vote.ballot.campaign.slug
    addresses = ["ballots/", f"ballots/?campaign={slug}", f"ballots/{vote.pk}/", f"ballots/{vote.pk}/paper/"]
    addresses += [f"ballots/{vote.pk}/publication/", "ideas/", "ideas/?state=voting", "ideas/?q=idea", "campaigns/"]
    addresses += [f"campaigns/{slug}/", "notices/", "pilots/", "ideas/?ordering=oldest"]
    for idea in vote.ideas:
        addresses += [f"ideas/{idea.number}/", f"ideas/{idea.number}/events/", f"ideas/{idea.number}/moves/"]
    found = {}
    for address in addresses:
        answer = client.get(API + address)
        headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
        found[address] = (answer.status_code, headers, answer.content)
    return found


def test_thirty_papers_change_no_answer_to_anybody_else():
    vote = make.opened(people=33, ideas=4)
    manager = factories.person(home=vote.root)
    for capability in ("decide_ideas", "screen_ideas", "manage_campaigns"):
        factories.grant(manager, capability, vote.root)
    author = vote.ideas[0].authorships.get().person
    readers = [vote.people[30], author, guarantor(vote), manager, factories.person(is_superuser=True, is_staff=True)]
    clients = [client_of(reader) for reader in readers]
    before = [everything_readable(client, vote) for client in clients]
    for number, person in enumerate(vote.people[:30]):
        assert hand_in(person, vote, paper(vote, number % 4, (number + 1) % 4)).status_code == 200
    for client, known in zip(clients, before, strict=True):
        assert everything_readable(client, vote) == known


def test_ones_own_paper_changes_only_ones_own_paper(vote):
    client = client_of(vote.people[0])
    before = everything_readable(client, vote)
    hand_in(client, vote, paper(vote, 0))
    after = everything_readable(client, vote)
    assert [address for address in before if before[address] != after[address]] == [f"ballots/{vote.pk}/paper/"]


# The publication ---------------------------------------------------------------------------------------------------


def published(vote) -> None:
    for number, person in enumerate(vote.people[:24]):
        vote.cast(person, number % 4)
    vote.end()


def test_the_publication_is_for_everybody_and_can_be_counted_again(vote, tmp_path):
    published(vote)
    for who in (None, vote.people[0]):
        answer = get(who, f"ballots/{vote.pk}/publication/")
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    row = vote.fresh().publication
    assert answer.content == row.body.encode() and answer.headers["ETag"] == f'"{row.sha256}"'
    assert json.loads(answer.content)["ballot"] == str(vote.pk)
    file = tmp_path / "publication.json"
    file.write_bytes(answer.content)
    done = subprocess.run(
        [sys.executable, verify_publication.__file__, str(file), row.sha256], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_campaign_can_keep_its_publication_among_colleagues(vote):
    published(vote)
    Campaign.objects.filter(pk=vote.ballot.campaign_id).update(publication_public=False)
    assert_problem(get(None, f"ballots/{vote.pk}/publication/"), 401)
    assert get(vote.people[0], f"ballots/{vote.pk}/publication/").status_code == 200


def test_nothing_is_published_before_the_close(vote):
    vote.cast(vote.people[0], 1)
    for who in (None, vote.people[0], guarantor(vote)):
        assert_problem(get(who, f"ballots/{vote.pk}/publication/"), 404)


def test_an_annulled_ballot_keeps_no_paper_and_says_why(vote):
    hand_in(vote.people[0], vote, paper(vote, 0))
    guarding.annul(
        ballot_id=vote.pk, by=guarantor(vote), reason="Errore nelle date della votazione.", at=timezone.now()
    )
    assert own(vote.people[0], vote)["held"] == "gone"
    assert_problem(hand_in(vote.people[0], vote, paper(vote, 0)), 409, "closed")
    assert Ballot.objects.get(pk=vote.pk).state == BallotState.ANNULLED
