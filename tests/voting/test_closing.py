# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot closes: everything is counted or nothing is; the publication, the outcomes and the anchors leave together."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.notifications.models import Notice
from tests.voting.factories import opened, voters
from tests.voting.raw import boxes, move_in_time, put_box
from voting import errors, selectors, verify_publication
from voting.keystore import key_store
from voting.models import Publication
from voting.services import calendar, casting, closing
from voting.states import BallotState, FrozenBy
from voting.tally import canonical, sha256
from voting.urn import Paper, Urn
from workflow.models import Idea, IdeaEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(votes_per_person=3, selection_value=2)


def cast_all(vote):
    """Twenty papers: twelve for the first idea, eight for the second, four for the third, two blank."""
    receipts = {}
    for number, person in enumerate(vote.people[:20]):
        chosen = [0] * (number < 12) + [1] * (10 <= number < 18) + [2] * (number < 4)
        receipts[person.pk] = vote.cast(person, *chosen)
    return receipts


def published(vote):
    return Publication.objects.get(ballot_id=vote.pk)


def test_the_publication_holds_every_code_of_every_receipt_and_no_other(vote):
    receipts = cast_all(vote)
    assert vote.end()
    facts = selectors.published_facts(published(vote))
    listed = {option["code"]: set(option["codes"]) for option in facts["options"]} | {"abstain": set(facts["abstain"])}
    expected = {code: set() for code in (*vote.codes, "abstain")}
    for receipt in receipts.values():
        for option, code in receipt.codes.items():
            expected[option].add(code)
    assert listed == expected
    assert (facts["papers"], facts["eligible"], facts["quorum"]) == (20, 28, True)


def test_an_urn_larger_than_one_reading_is_counted_once_and_whole(vote, monkeypatch):
    monkeypatch.setattr(closing, "CHUNK", 7)
    cast_all(vote)
    vote.cast(vote.people[20])
    vote.end()
    facts = selectors.published_facts(published(vote))
    assert (
        facts["papers"],
        [option["supports"] for option in facts["options"] if option["code"] == vote.codes[0]],
    ) == (
        21,
        [12],
    )


def test_codes_of_replaced_and_withdrawn_papers_are_in_no_list(vote):
    cast_all(vote)
    dead = list(vote.cast(vote.people[20], 0, 1).codes.values())
    vote.cast(vote.people[20], 2)
    dead += vote.cast(vote.people[21], 3).codes.values()
    casting.withdraw(ballot_id=vote.pk, by=vote.people[21])
    vote.end()
    assert [code for code in dead if code in published(vote).body] == []


def test_the_body_is_canonical_its_hash_is_stored_and_the_script_confirms_it(vote):
    cast_all(vote)
    vote.end()
    publication = published(vote)
    facts = json.loads(publication.body)
    assert (publication.body, publication.sha256) == (canonical(facts), sha256(publication.body))
    assert all(true for true, _ in verify_publication.checks(publication.body, facts, [publication.sha256]))


def test_each_idea_gets_its_outcome_with_the_event(vote):
    cast_all(vote)
    vote.end()
    states = [Idea.objects.get(pk=idea.pk).state for idea in vote.ideas]
    assert states == ["review", "review", "not_selected", "not_selected"]
    data = IdeaEvent.objects.get(idea=vote.ideas[0], kind="conclude_voting").data
    assert data.pop("stage")["department"]
    assert data == {
        "idea_id": vote.ideas[0].pk,
        "ballot_id": str(vote.pk),
        "supports": 12,
        "papers": 20,
        "eligible": 28,
        "rank": 1,
        "selected": True,
        "quorum": True,
        "sha256": published(vote).sha256,
    }


def test_without_quorum_no_list_is_published_and_no_idea_is_selected(vote):
    for person in vote.people[:9]:
        vote.cast(person, 0)
    vote.end()
    facts = selectors.published_facts(published(vote))
    assert (facts["quorum"], facts["papers"], "abstain" in facts) == (False, 9, False)
    assert {Idea.objects.get(pk=idea.pk).state for idea in vote.ideas} == {"not_selected"}
    data = IdeaEvent.objects.get(idea=vote.ideas[0], kind="conclude_voting").data
    assert (data["supports"], data["rank"], data["quorum"]) == (None, None, False)


def test_a_ballot_nobody_voted_in_closes_too(vote):
    assert vote.end()
    assert vote.fresh().state == BallotState.CLOSED


def test_before_the_end_nothing_closes(vote):
    assert not closing.close(ballot_id=vote.pk)
    assert not calendar.advance(ballot_id=vote.pk)
    assert (vote.fresh().state, Publication.objects.count()) == (BallotState.OPEN, 0)


def test_closing_again_changes_nothing(vote):
    cast_all(vote)
    vote.end()
    first = published(vote).body
    assert not closing.close(ballot_id=vote.pk)
    assert (published(vote).body, IdeaEvent.objects.filter(kind="ballot_closed").count()) == (first, 1)


def test_a_late_close_gives_the_full_hours_for_objections(vote):
    now = timezone.now()
    move_in_time(vote.pk, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=7))
    assert calendar.catch_up() == 1
    ballot = vote.fresh()
    assert ballot.objections_until - ballot.closed_at == timedelta(hours=48)
    assert abs(ballot.closed_at - now) < timedelta(minutes=1)


def test_every_elector_is_sent_the_hash_and_the_chain_of_events_keeps_it(vote):
    cast_all(vote)
    vote.end()
    anchors = Notice.objects.filter(kind="publication_anchor")
    assert (anchors.count(), {notice.context["sha256"] for notice in anchors}) == (28, {published(vote).sha256})
    assert set(anchors.values_list("email_state", flat=True)) == {"pending"}
    assert IdeaEvent.objects.get(kind="ballot_closed").data["sha256"] == published(vote).sha256


def test_a_crash_while_closing_leaves_the_ballot_open_and_the_next_try_closes_it(vote, monkeypatch):
    cast_all(vote)
    vote.end_window()
    before = boxes(vote.pk)
    with monkeypatch.context() as crash:
        crash.setattr(closing, "record", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            closing.close(ballot_id=vote.pk)
    assert (vote.fresh().state, boxes(vote.pk), Publication.objects.count()) == (BallotState.OPEN, before, 0)
    assert Idea.objects.get(pk=vote.ideas[0].pk).state == "voting"
    assert closing.close(ballot_id=vote.pk)


def swapped(vote, rows):
    (first, one), (second, two) = list(rows.items())[:2]
    put_box(vote.pk, first, two)
    put_box(vote.pk, second, one)


def flipped(vote, rows):
    handle, box = next(iter(rows.items()))
    put_box(vote.pk, handle, box[:-1] + bytes([box[-1] ^ 1]))


def other_length(vote, rows):
    handle, box = next(iter(rows.items()))
    put_box(vote.pk, handle, box + box)


def foreign(vote, rows):
    handle = next(iter(rows))
    put_box(vote.pk, handle, Urn(bytes(32), vote.pk, 3).seal(handle, Paper.fresh([vote.codes[0]], b"n" * 16)))


def stuffed_in_a_strange_place(vote, rows):
    urn = vote.ballot.open_urn()
    handle = urn.handle(voters(1)[0].uuid)
    put_box(vote.pk, handle, urn.seal(handle, Paper.fresh([vote.codes[0]], b"n" * 16)))


def copied_to_a_strange_place(vote, rows):
    put_box(vote.pk, b"h" * 32, next(iter(rows.values())))


def unknown_choice(vote, rows):
    urn, handle = vote.ballot.open_urn(), next(iter(rows))
    put_box(vote.pk, handle, urn.seal(handle, Paper.fresh(["ZZZZZZZZ"], b"n" * 16)))


def too_many_choices(vote, rows):
    urn, handle = vote.ballot.open_urn(), next(iter(rows))
    put_box(vote.pk, handle, urn.seal(handle, Paper.fresh(vote.codes, b"n" * 16)))


@pytest.mark.parametrize(
    "tamper",
    [
        swapped,
        flipped,
        other_length,
        foreign,
        stuffed_in_a_strange_place,
        copied_to_a_strange_place,
        unknown_choice,
        too_many_choices,
    ],
)
def test_an_urn_that_was_touched_is_not_counted_and_the_guarantors_are_called(vote, tamper):
    cast_all(vote)
    tamper(vote, boxes(vote.pk))
    before = boxes(vote.pk)
    assert not vote.end()
    ballot = vote.fresh()
    assert (ballot.state, ballot.frozen_by) == (BallotState.OPEN, FrozenBy.URN_BROKEN)
    assert (boxes(vote.pk), Publication.objects.count()) == (before, 0)
    assert Idea.objects.get(pk=vote.ideas[0].pk).state == "voting"


def test_a_box_put_back_in_its_place_makes_the_count_possible_again(vote):
    cast_all(vote)
    rows = boxes(vote.pk)
    swapped(vote, rows)
    vote.end()
    assert vote.fresh().is_frozen
    for handle, box in rows.items():
        put_box(vote.pk, handle, box)
    move_in_time(vote.pk, frozen_at=None, frozen_by="")
    assert closing.close(ballot_id=vote.pk)


def test_the_closing_can_be_brought_forward_and_the_publication_says_so(vote):
    planned = vote.ballot.closes_at
    cast_all(vote)
    vote.end()
    facts = selectors.published_facts(published(vote))
    assert facts["closes_at"] < facts["planned_closes_at"] == closing._written(planned)
    event = IdeaEvent.objects.get(kind="ballot_brought_forward")
    assert (event.data["reason_text"], event.data["from"]) == ("prova", facts["planned_closes_at"])


@pytest.mark.parametrize("away", [timedelta(days=2), timedelta(hours=-2)])
def test_the_closing_is_never_moved_back_nor_into_the_past(vote, away):
    with pytest.raises(errors.BadWindow):
        closing.bring_close_forward(
            ballot_id=vote.pk, reason="prova", by=None, at=timezone.now(), closes_at=timezone.now() + away
        )


def test_bringing_the_closing_forward_needs_a_reason_and_an_open_ballot(vote):
    with pytest.raises(errors.ReasonMissing):
        closing.bring_close_forward(ballot_id=vote.pk, reason=" ", by=None, at=timezone.now())
    vote.end()
    with pytest.raises(errors.WrongBallotState):
        vote.end_window()


def test_a_paper_of_a_person_who_left_meanwhile_is_counted(vote):
    receipts = cast_all(vote)
    vote.people[0].is_active = False
    vote.people[0].save()
    vote.end()
    assert all(code in published(vote).body for code in receipts[vote.people[0].pk].codes.values())
    assert key_store().read(vote.pk)
