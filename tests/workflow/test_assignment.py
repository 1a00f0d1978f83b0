# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who reviews: nobody tied to the idea, the least busy first, and somebody else when one steps back or leaves."""

from datetime import timedelta

import pytest

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import again, city, hand_in, holder, in_review
from workflow.models import Recusal, Review
from workflow.outcomes import VotingOutcome
from workflow.services import assignment, ballots, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return city()


def reviewers(idea):
    return set(Review.objects.filter(idea=idea).exclude(status="recused").values_list("reviewer", flat=True))


def test_as_many_reviewers_come_as_the_campaign_asks_for_and_each_hears_only_of_the_idea(here):
    idea = in_review(here)
    people = {person.pk for person in here.reviewers}
    assert reviewers(idea) == people
    assert idea.lead_reviewer_id == here.reviewers[0].pk
    notices = Notice.objects.filter(kind="review_assigned")
    assert set(notices.values_list("recipient", flat=True)) == people
    for notice in notices:
        assert not any(person.last_name in str(notice.context) for person in here.reviewers)
        assert notice.context["url"] == f"/valutazioni/{idea.ref}/"


def test_a_ballot_that_chose_the_idea_brings_its_reviewers_at_once(here):
    idea = make.idea(here.author, here.call, state="voting")
    outcome = VotingOutcome(
        idea_id=idea.pk, ballot_id="b", supports=3, papers=4, eligible=5, rank=1, selected=True, quorum=True, sha256="0"
    )
    ballots.conclude_voting(outcome=outcome, at=make.NOW)
    assert (again(idea).state, len(reviewers(idea))) == ("review", 3)


def test_assigning_again_changes_nothing(here):
    idea = in_review(here)
    assert assignment.assign_reviewers(idea_id=idea.pk, at=make.NOW) == 0
    assert assignment.fill_missing(at=make.NOW) == 0
    assert Review.objects.count() == 3 and Notice.objects.count() == 3


def test_nobody_tied_to_the_idea_reviews_it(here):
    make.grant(here.author, "review_ideas", here.root)
    make.grant(here.manager, "review_ideas", here.root)
    invited = holder("Rita", "Gallo", "review_ideas", here.root)
    idea = make.idea(here.author, here.call, state="review")
    idea.authorships.create(person=invited, status="invited", invited_at=make.NOW)
    Recusal.objects.create(idea=idea, person=here.reviewers[0], reason="Mia sorella la propone.", at=make.NOW)
    assert assignment.assign_reviewers(idea_id=idea.pk, at=make.NOW) == 2
    assert reviewers(idea) == {here.reviewers[1].pk, here.reviewers[2].pk}


def test_a_reviewer_of_another_department_or_who_left_is_not_asked(here):
    holder("Olga", "Riva", "review_ideas", here.elsewhere)
    gone = here.reviewers[0]
    gone.is_active = False
    gone.save()
    idea = in_review(here)
    assert reviewers(idea) == {here.reviewers[1].pk, here.reviewers[2].pk}


def test_the_least_busy_comes_first_then_the_nearest_then_the_lowest_key(here):
    here.call.scorecards_required = 1
    here.call.save()
    near = holder("Vera", "Sala", "review_ideas", here.root, home=here.office)
    assert reviewers(in_review(here)) == {near.pk}
    assert reviewers(in_review(here)) == {here.reviewers[0].pk}
    assert reviewers(in_review(here)) == {here.reviewers[1].pk}
    assert reviewers(in_review(here)) == {here.reviewers[2].pk}
    assert reviewers(in_review(here)) == {near.pk}


def test_too_few_are_assigned_all_the_same_and_the_office_hears_once(here):
    here.call.scorecards_required = 5
    here.call.save()
    idea = in_review(here)
    assert len(reviewers(idea)) == 3
    assignment.fill_missing(at=make.NOW + timedelta(hours=1))
    notice = Notice.objects.get(kind="reviewers_missing")
    assert (notice.recipient, notice.context["missing"]) == (here.screener, 2)


def test_a_reviewer_who_leaves_or_loses_the_right_is_replaced_by_the_clock(here):
    idea = in_review(here)
    spare = [holder(name, "Sala", "review_ideas", here.root) for name in ("Ada", "Bea")]
    here.reviewers[0].is_active = False
    here.reviewers[0].save()
    here.reviewers[1].groups.clear()
    assert assignment.fill_missing(at=make.NOW) == 2
    assert {person.pk for person in spare} <= reviewers(idea)
    assert again(idea).lead_reviewer_id == here.reviewers[2].pk


def test_a_scorecard_handed_in_before_leaving_counts(here):
    idea = in_review(here)
    hand_in(idea, here.reviewers[0], 3)
    here.reviewers[0].is_active = False
    here.reviewers[0].save()
    holder("Ada", "Sala", "review_ideas", here.root)
    assert assignment.fill_missing(at=make.NOW) == 0


def test_a_conflict_finds_a_substitute_and_another_lead_by_itself(here):
    spare = holder("Ada", "Sala", "review_ideas", here.root)
    idea = in_review(here)
    chosen = list(Review.objects.filter(idea=idea).values_list("reviewer", flat=True))
    assert spare.pk not in chosen
    review.recuse(idea_id=idea.pk, by=here.reviewers[0], at=make.NOW, reason="La propone mia sorella.")
    assert reviewers(idea) == {here.reviewers[1].pk, here.reviewers[2].pk, spare.pk}
    assert again(idea).lead_reviewer_id == here.reviewers[1].pk
    assert Review.objects.get(reviewer=here.reviewers[0]).status == "recused"
    assert Recusal.objects.get().reason == "La propone mia sorella."


def test_nothing_is_assigned_outside_the_review(here):
    idea = make.idea(here.author, here.call, state="decision")
    assert assignment.assign_reviewers(idea_id=idea.pk, at=make.NOW) == 0
