# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot opens: on its time, with its key on disk first, with ideas, electors and rule frozen as they stand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.notifications.models import Notice
from innovato.organisation.models import ContractArea, Person
from tests import factories
from tests.voting.factories import nonce, opened, scheduled, voters
from tests.voting.raw import move_in_time
from voting import errors, urn
from voting.keystore import KeyUnreadable, key_store
from voting.models import Ballot, Elector, Option
from voting.services import calendar, casting, opening
from voting.states import BallotState
from voting.tally import Rule
from workflow.models import Authorship, Idea, IdeaEvent
from workflow.services import ballots as workflow_ballots

pytestmark = pytest.mark.django_db


def test_an_opened_ballot_is_committed_to_the_key_on_disk():
    vote = opened()
    assert vote.ballot.state == BallotState.OPEN
    assert urn.matches(key_store().read(vote.pk), vote.ballot.key_commitment)


def test_its_ideas_are_in_voting_and_on_the_paper_under_codes_that_say_nothing():
    vote = opened(ideas=5)
    assert set(Idea.objects.filter(pk__in=[idea.pk for idea in vote.ideas]).values_list("state", flat=True)) == {
        "voting"
    }
    assert {option.idea_id for option in vote.ballot.options.all()} == {idea.pk for idea in vote.ideas}
    assert {len(code) for code in vote.codes} == {urn.OPTION_CHARACTERS}
    assert len(set(vote.codes)) == 5


def test_only_admitted_ideas_of_this_campaign_are_on_the_paper():
    vote, other = scheduled(), scheduled()
    drafted = factories.idea(vote.people[0], vote.ballot.campaign, state="draft")
    calendar.advance(ballot_id=vote.pk)
    on_paper = set(Option.objects.values_list("idea_id", flat=True))
    assert on_paper == {idea.pk for idea in vote.ideas}
    assert not on_paper & {drafted.pk, *(idea.pk for idea in other.ideas)}


def test_electors_are_the_eligible_people_of_that_instant_and_nobody_later():
    vote = scheduled(people=3, ideas=2, exclude_directors=True)
    director, leaver = voters(1, contract_area=ContractArea.DIRIGENTI)[0], voters(1, is_active=False)[0]
    calendar.advance(ballot_id=vote.pk)
    newcomer = voters(1)[0]
    electors = set(Elector.objects.filter(ballot_id=vote.pk).values_list("person", flat=True))
    authors = set(Person.objects.filter(authorships__idea__in=vote.ideas).values_list("uuid", flat=True))
    assert electors == {person.uuid for person in vote.people} | authors
    assert not electors & {director.uuid, leaver.uuid, newcomer.uuid}
    assert vote.fresh().eligible == 5


def test_electors_carry_the_code_of_their_department_and_nothing_that_changes():
    vote = opened(people=1, ideas=1)
    assert set(Elector.objects.values_list("department_code", flat=True)) == {vote.offices[0].code}


def test_the_terms_are_frozen_with_the_opening():
    vote = opened(votes_per_person=3, selection_rule="share", selection_value=30, small_department_lane=2)
    call = vote.ballot.campaign
    call.votes_per_person, call.selection_rule, call.selection_value = 9, "top_n", 1
    call.save()
    ballot = vote.fresh()
    fund, others = "60000.00", {"share": 30, "top_n": 10}
    frozen = Rule(kind="share", value=30, lane=2, lane_staff=50, fund=fund, compared=others)
    assert (ballot.max_choices, ballot.selection) == (3, frozen)


def test_ideas_from_departments_with_few_people_are_marked_for_the_lane():
    vote = scheduled(people=3, ideas=2, small_department_lane=1, small_department_staff=5)
    tiny = factories.department("Ufficio piccolo", parent=vote.root)
    small = factories.idea(voters(1, home=tiny)[0], vote.ballot.campaign, state="admitted")
    calendar.advance(ballot_id=vote.pk)
    marks = dict(Option.objects.values_list("idea_id", "small"))
    assert marks == {small.pk: True} | {idea.pk: False for idea in vote.ideas}


def test_without_a_lane_no_idea_is_marked():
    vote = opened(people=1, ideas=1)
    assert set(Option.objects.filter(ballot_id=vote.pk).values_list("small", flat=True)) == {False}


def test_more_votes_than_the_largest_box_holds_become_as_many_as_it_holds():
    assert opened(votes_per_person=1000, people=1, ideas=1).ballot.max_choices == urn.MOST_CHOICES


def test_opening_is_on_record_and_every_elector_reads_of_it_in_the_application():
    vote = opened(people=3, ideas=2)
    event = IdeaEvent.objects.get(kind="ballot_opened")
    assert (event.idea_id, event.by_id, event.data["ballot"]) == (None, None, str(vote.pk))
    assert (event.data["ideas"], event.data["eligible"]) == (2, 5)
    told = Notice.objects.filter(kind="ballot_opened")
    assert (told.count(), set(told.values_list("email_state", flat=True))) == (5, {"skipped"})


@pytest.mark.parametrize(
    ("opens", "closes"), [(timedelta(hours=1), timedelta(hours=2)), (timedelta(hours=-2), timedelta(hours=-1))]
)
def test_outside_its_window_nothing_opens(opens, closes):
    vote = scheduled(opens=opens, closes=closes)
    assert not calendar.advance(ballot_id=vote.pk)
    assert not opening.open_ballot(ballot_id=vote.pk)
    assert vote.fresh().state == BallotState.SCHEDULED


def test_without_ideas_a_ballot_waits():
    vote = scheduled(ideas=0)
    assert not calendar.advance(ballot_id=vote.pk)
    assert (vote.fresh().state, vote.ballot.key_commitment) == (BallotState.SCHEDULED, None)


def test_opening_again_changes_nothing():
    vote = opened()
    commitment = bytes(vote.ballot.key_commitment)
    assert not opening.open_ballot(ballot_id=vote.pk)
    assert bytes(vote.fresh().key_commitment) == commitment


def test_a_crash_after_the_key_leaves_a_ballot_that_opens_with_that_key(monkeypatch):
    vote = scheduled()
    with monkeypatch.context() as crash:
        crash.setattr(opening, "record", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            opening.open_ballot(ballot_id=vote.pk)
    key = key_store().read(vote.pk)
    assert vote.fresh().state == BallotState.SCHEDULED
    assert (Elector.objects.count(), Option.objects.count(), Notice.objects.count()) == (0, 0, 0)
    assert opening.open_ballot(ballot_id=vote.pk)
    assert urn.matches(key, vote.fresh().key_commitment)


def test_where_the_key_cannot_be_made_nothing_opens_and_the_others_do(keystore):
    vote, fine = scheduled(), scheduled()
    (keystore / f"{vote.pk}.key").write_bytes(b"broken")
    with pytest.raises(KeyUnreadable):
        opening.open_ballot(ballot_id=vote.pk)
    calendar.catch_up()
    assert (vote.fresh().state, fine.fresh().state) == (BallotState.SCHEDULED, BallotState.OPEN)


def test_the_clock_makes_one_ballot_for_each_round_whose_window_runs():
    now = timezone.now()
    vote = scheduled(people=1, ideas=1)
    Ballot.objects.all().delete()
    later = scheduled(opens=timedelta(days=1), closes=timedelta(days=2))
    Ballot.objects.all().delete()
    assert calendar.catch_up() == 1
    assert calendar.catch_up() == 0
    made = Ballot.objects.get()
    assert (made.campaign_id, made.state, made.sequence) == (vote.ballot.campaign_id, BallotState.OPEN, 1)
    assert made.opens_at < now < made.closes_at == made.planned_closes_at
    assert later.ballot.campaign_id != made.campaign_id


def test_a_round_has_one_ballot_that_counts():
    vote = opened()
    assert opening.schedule(round_id=vote.ballot.round_id) is None
    assert Ballot.objects.count() == 1


def test_a_window_that_ends_before_it_begins_is_refused():
    vote = scheduled()
    Ballot.objects.all().delete()
    now = timezone.now()
    with pytest.raises(errors.BadWindow):
        opening.schedule(round_id=vote.ballot.round_id, opens_at=now, closes_at=now)


def test_an_idea_that_moves_away_at_the_last_moment_stops_the_opening_and_nothing_is_left_half_open(monkeypatch):
    vote = scheduled()
    moved = []

    def withdrawn(**arguments):
        moved.append(arguments)
        if len(moved) == 2:
            raise workflow_ballots.moves.WrongState()

    monkeypatch.setattr(opening, "open_voting", withdrawn)
    assert calendar.catch_up() == 0
    assert (vote.fresh().state, Elector.objects.count()) == (BallotState.SCHEDULED, 0)


def test_a_co_author_who_accepts_after_the_opening_can_no_longer_support_the_idea():
    vote = opened()
    now = timezone.now()
    Authorship.objects.create(
        idea=vote.ideas[0], person=vote.people[0], status=Authorship.Status.ACCEPTED, invited_at=now, answered_at=now
    )
    with pytest.raises(errors.OwnIdea):
        casting.cast(ballot_id=vote.pk, by=vote.people[0], choices=[vote.codes[0]], client_nonce=nonce())


def test_late_the_ballot_still_opens_as_long_as_its_window_runs():
    vote = scheduled()
    move_in_time(vote.pk, opens_at=timezone.now() - timedelta(days=3))
    assert calendar.catch_up() == 1
