# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever decides asks once for the scorecards that were missing when the review was closed early."""

from datetime import date, timedelta

import pytest
from django.test import Client

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, hand_in, in_decision, in_review
from workflow.errors import NotAllowed, TooLate, WrongState
from workflow.models import IdeaEvent, Review
from workflow.services import decisions, review

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(days=31)


@pytest.fixture
def here():
    return city()


def closed_early(here, cards=1):
    """An idea in decision whose lead closed the review with this many of three scorecards."""
    idea = in_review(here)
    for person in [idea.lead_reviewer, *[r for r in here.reviewers if r != idea.lead_reviewer]][:cards]:
        hand_in(idea, person, 4)
    review.complete_early(idea_id=idea.pk, by=idea.lead_reviewer, at=make.NOW, reason=REASON)
    return again(idea)


def ask(idea, who, at=LATER, **more):
    return decisions.reopen_review(idea_id=idea.pk, by=who, at=at, **more)


def test_the_idea_goes_back_to_who_did_not_hand_in_and_returns_when_all_are_in(here):
    idea = closed_early(here)
    assert (idea.state, idea.scorecards_missing) == ("decision", 2)
    event = ask(idea, here.manager)
    now = again(idea)
    assert (now.state, now.scorecards_missing, event.data["missing"]) == ("review", 0, 2)
    still = Review.objects.filter(idea=idea).exclude(status="submitted")
    assert set(still.values_list("due_on", flat=True)) == {now.due_on} == {date(2027, 1, 19)}
    asked = Notice.objects.filter(kind="review_asked")
    assert set(asked.values_list("recipient", flat=True)) == set(still.values_list("reviewer", flat=True))
    for card in still:
        hand_in(idea, card.reviewer, 4, at=LATER)
    assert (again(idea).state, again(idea).scorecards_missing) == ("decision", 0)


def test_it_is_asked_once(here):
    idea = closed_early(here)
    ask(idea, here.manager)
    review.complete_early(idea_id=idea.pk, by=idea.lead_reviewer, at=LATER, reason=REASON)
    assert again(idea).state == "decision"
    with pytest.raises(TooLate, match="mancanti"):
        ask(idea, here.manager)


def test_there_is_nothing_to_ask_where_every_scorecard_is_in(here):
    idea = in_review(here)
    for person in here.reviewers:
        hand_in(idea, person, 4)
    assert again(idea).state == "decision"
    with pytest.raises(TooLate):
        ask(idea, here.manager)


def test_only_whoever_decides_asks(here):
    idea = closed_early(here)
    for stranger in (here.author, here.screener, here.stranger, here.reviewers[0]):
        with pytest.raises(NotAllowed):
            ask(idea, stranger)
    ask(idea, here.director)
    with pytest.raises(WrongState):
        ask(idea, here.manager)
    assert IdeaEvent.objects.filter(kind="reopen_review").count() == 1


def test_the_decision_page_has_the_button_only_where_something_is_missing(here):
    client = Client()
    client.force_login(here.manager)
    whole, idea = in_decision(here), closed_early(here, cards=2)
    assert "valutazione mancante" not in client.get(f"/decisioni/{whole.ref}/").content.decode()
    page = client.get(f"/decisioni/{idea.ref}/").content.decode()
    assert "Manca una valutazione" in page and "Chiedi la valutazione mancante" in page
    answer = client.post(f"/decisioni/{idea.ref}/chiedi/", {"version": idea.version})
    assert (answer.status_code, answer["Location"]) == (302, "/cruscotto/")
    assert again(idea).state == "review"
    assert client.post(f"/decisioni/{whole.ref}/chiedi/", {"version": whole.version}).status_code == 409
