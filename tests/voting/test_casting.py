# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing in, changing and withdrawing a paper: what is accepted, what is refused and why, and what it leaves behind."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import factories
from tests.voting.factories import nonce, opened, scheduled, voters
from tests.voting.raw import boxes, move_in_time
from voting import errors, selectors
from voting.selectors import Held
from voting.services import casting
from voting.states import BallotState

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(votes_per_person=3)


def own(vote, person):
    return selectors.own_paper(ballot=vote.fresh(), person=person)


def test_a_paper_is_one_row_and_its_receipt_names_every_choice(vote):
    voter = vote.people[0]
    receipt = vote.cast(voter, 0, 2)
    assert set(receipt.codes) == {vote.codes[0], vote.codes[2]}
    assert own(vote, voter) == selectors.OwnPaper(Held.YES, receipt.codes)
    assert len(boxes(vote.pk)) == 1


def test_a_new_paper_takes_the_place_of_the_old_one_and_kills_its_codes(vote):
    voter = vote.people[0]
    old = vote.cast(voter, 0, 1)
    new = vote.cast(voter, 1, 2)
    assert own(vote, voter).codes == new.codes
    assert not set(old.codes.values()) & set(new.codes.values())
    assert len(boxes(vote.pk)) == 1


def test_a_paper_without_ideas_is_a_blank_paper_with_a_code_of_its_own(vote):
    receipt = vote.cast(vote.people[0])
    assert (list(receipt.codes), receipt.choices) == (["abstain"], frozenset())
    assert own(vote, vote.people[0]).is_blank


def test_the_same_sending_twice_gives_the_same_receipt(vote):
    once = nonce()
    first = vote.cast(vote.people[0], 0, 1, client_nonce=once)
    again = vote.cast(vote.people[0], 1, 0, client_nonce=once)
    assert first == again


def test_the_same_sending_with_other_choices_is_a_conflict_and_changes_nothing(vote):
    once = nonce()
    receipt = vote.cast(vote.people[0], 0, client_nonce=once)
    with pytest.raises(errors.NonceConflict):
        vote.cast(vote.people[0], 1, client_nonce=once)
    assert own(vote, vote.people[0]).codes == receipt.codes


def test_somebody_elses_nonce_is_as_good_as_any(vote):
    shared = nonce()
    one = vote.cast(vote.people[0], 0, client_nonce=shared)
    two = vote.cast(vote.people[1], 0, client_nonce=shared)
    assert one.codes != two.codes


def test_two_people_with_the_same_choices_have_different_codes_and_boxes_of_one_length(vote):
    one, two, blank = vote.cast(vote.people[0], 0), vote.cast(vote.people[1], 0), vote.cast(vote.people[2])
    assert len({*one.codes.values(), *two.codes.values(), *blank.codes.values()}) == 3
    assert {len(box) for box in boxes(vote.pk).values()} == {512}


def test_withdrawing_takes_the_paper_out_and_is_safe_to_repeat(vote):
    vote.cast(vote.people[0], 0)
    for _ in range(2):
        assert casting.withdraw(ballot_id=vote.pk, by=vote.people[0]).codes == {}
        assert own(vote, vote.people[0]).held == Held.NO
        assert boxes(vote.pk) == {}


def test_after_a_withdrawal_one_can_vote_again(vote):
    vote.cast(vote.people[0], 0)
    casting.withdraw(ballot_id=vote.pk, by=vote.people[0])
    assert own(vote, vote.people[0]).held == Held.NO
    receipt = vote.cast(vote.people[0], 1)
    assert own(vote, vote.people[0]).codes == receipt.codes


def refusals(vote):
    voter = vote.people[0]
    author = factories.Person.objects.get(authorships__idea=vote.ideas[0])
    stranger = voters(1)[0]
    leaver = voters(1, is_active=False)[0]
    first, second, third, fourth = vote.codes
    return {
        "too many": (voter, [first, second, third, fourth], nonce(), errors.TooManyChoices),
        "one idea twice": (voter, [first, first], nonce(), errors.RepeatedChoice),
        "an unknown idea": (voter, ["ZZZZZZZZ"], nonce(), errors.UnknownChoice),
        "a known and an unknown idea": (voter, [first, "ZZZZZZZZ"], nonce(), errors.UnknownChoice),
        "text with a zero byte": (voter, ["AAAA\0AAA"], nonce(), errors.UnknownChoice),
        "a number": (voter, [7], nonce(), errors.UnknownChoice),
        "a list in the list": (voter, [[first]], nonce(), errors.UnknownChoice),
        "nothing at all": (voter, [None], nonce(), errors.UnknownChoice),
        "a megabyte": (voter, ["A" * 1_000_000], nonce(), errors.UnknownChoice),
        "a hundred thousand": (voter, [first] * 100_000, nonce(), errors.TooManyChoices),
        "the blank paper's name": (voter, ["abstain"], nonce(), errors.UnknownChoice),
        "an own idea": (author, [first], nonce(), errors.OwnIdea),
        "an own idea among others": (author, [second, first], nonce(), errors.OwnIdea),
        "a stranger": (stranger, [first], nonce(), errors.NotAnElector),
        "a stranger's blank paper": (stranger, [], nonce(), errors.NotAnElector),
        "somebody who left": (leaver, [first], nonce(), errors.NotAnElector),
        "no nonce": (voter, [first], b"", errors.BadNonce),
        "a long nonce": (voter, [first], b"n" * 17, errors.BadNonce),
        "a nonce as text": (voter, [first], "n" * 16, errors.BadNonce),
    }


@pytest.mark.parametrize("held_before", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "too many",
        "one idea twice",
        "an unknown idea",
        "a known and an unknown idea",
        "text with a zero byte",
        "a number",
        "a list in the list",
        "nothing at all",
        "a megabyte",
        "a hundred thousand",
        "the blank paper's name",
        "an own idea",
        "an own idea among others",
        "a stranger",
        "a stranger's blank paper",
        "somebody who left",
        "no nonce",
        "a long nonce",
        "a nonce as text",
    ],
)
def test_what_is_refused_changes_nothing_and_says_why(vote, name, held_before):
    person, choices, client_nonce, refusal = refusals(vote)[name]
    if held_before:
        vote.cast(vote.people[0], 3)
    before = boxes(vote.pk)
    with pytest.raises(refusal) as refused:
        casting.cast(ballot_id=vote.pk, by=person, choices=choices, client_nonce=client_nonce)
    assert boxes(vote.pk) == before
    assert str(refused.value.sentence).endswith(".")


def test_an_elector_who_left_meanwhile_neither_votes_nor_withdraws(vote):
    leaver = vote.people[0]
    vote.cast(leaver, 0)
    leaver.is_active = False
    leaver.save()
    before = boxes(vote.pk)
    for act in (lambda: vote.cast(leaver, 1), lambda: casting.withdraw(ballot_id=vote.pk, by=leaver)):
        with pytest.raises(errors.NotAnElector):
            act()
    assert boxes(vote.pk) == before


def test_authors_vote_for_the_ideas_of_others(vote):
    author = factories.Person.objects.get(authorships__idea=vote.ideas[0])
    assert set(vote.cast(author, 1, 2).choices) == {vote.codes[1], vote.codes[2]}


def test_the_limit_is_exactly_the_campaigns(vote):
    assert len(vote.cast(vote.people[0], 0, 1, 2).choices) == 3


def test_a_ballot_that_does_not_exist_is_missing():
    with pytest.raises(errors.BallotMissing):
        casting.cast(ballot_id=uuid.uuid4(), by=voters(1)[0], choices=[], client_nonce=nonce())


def test_before_the_window_nothing_is_accepted():
    vote = scheduled(opens=timedelta(hours=1))
    with pytest.raises(errors.NotOpenYet):
        vote.cast(vote.people[0])


def test_after_the_window_nothing_is_accepted_even_before_anybody_closed(vote):
    vote.cast(vote.people[0], 0)
    vote.end_window()
    before = boxes(vote.pk)
    for attempt in (
        lambda: vote.cast(vote.people[1], 0),
        lambda: casting.withdraw(ballot_id=vote.pk, by=vote.people[0]),
    ):
        with pytest.raises(errors.Closed):
            attempt()
    assert (boxes(vote.pk), vote.fresh().state) == (before, BallotState.OPEN)


@pytest.mark.parametrize("hours", [-2, 2])
def test_an_application_clock_two_hours_off_changes_nothing(vote, hours):
    move_in_time(vote.pk, closes_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        vote.cast(vote.people[0], 0)
        move_in_time(vote.pk, closes_at=timezone.now() - timedelta(hours=1 + hours))
        with pytest.raises(errors.Closed):
            vote.cast(vote.people[1], 0)


def press(vote, number, person, supported):
    """Press the support button of the idea with this number."""
    return casting.set_support(
        ballot_id=vote.pk, option=vote.codes[number], by=person, supported=supported, client_nonce=nonce()
    )


def test_the_support_button_adds_to_the_paper_and_takes_from_it(vote):
    voter = vote.people[0]
    vote.cast(voter, 1)
    on = press(vote, 0, voter, True)
    assert on.choices == {vote.codes[0], vote.codes[1]}
    off = press(vote, 1, voter, False)
    assert off.choices == {vote.codes[0]} == own(vote, voter).choices


def test_the_support_button_pressed_again_changes_nothing(vote):
    first = press(vote, 0, vote.people[0], True)
    again = press(vote, 0, vote.people[0], True)
    assert first == again


def test_undoing_the_only_support_withdraws_the_paper(vote):
    press(vote, 0, vote.people[0], True)
    undone = press(vote, 0, vote.people[0], False)
    assert (undone.codes, boxes(vote.pk)) == ({}, {})


def test_undoing_what_was_never_supported_keeps_a_blank_paper(vote):
    blank = vote.cast(vote.people[0])
    kept = press(vote, 0, vote.people[0], False)
    assert kept == blank


def test_one_support_more_than_fits_is_refused_with_the_way_out(vote):
    vote.cast(vote.people[0], 0, 1, 2)
    with pytest.raises(errors.FullPaper):
        press(vote, 3, vote.people[0], True)


def test_the_support_button_of_an_own_idea_or_of_another_ballot_is_refused(vote):
    author = factories.Person.objects.get(authorships__idea=vote.ideas[0])
    other = opened(people=1, ideas=1)
    for person, code, refusal in (
        (author, vote.codes[0], errors.OwnIdea),
        (author, other.codes[0], errors.UnknownChoice),
    ):
        for supported in (True, False):
            if supported or refusal is errors.UnknownChoice:
                with pytest.raises(refusal):
                    casting.set_support(
                        ballot_id=vote.pk, option=code, by=person, supported=supported, client_nonce=nonce()
                    )
    assert boxes(vote.pk) == {}


def test_a_paper_costs_the_same_few_queries_on_any_ballot(vote, on_postgres, django_assert_num_queries):
    large = opened(ideas=12, people=2, votes_per_person=10)
    # ballot, options with their authors, own box, new box, on PostgreSQL the lock; and the two ends of the test's savepoint
    queries = (5 if on_postgres else 4) + 2
    for ballot in (vote, large):
        ballot.cast(ballot.people[0], 0)
        with django_assert_num_queries(queries):
            ballot.cast(ballot.people[0], 1)
