# SPDX-License-Identifier: AGPL-3.0-or-later
"""Campaigns follow their dates by themselves: stages, the frozen rubric, rounds; deferred ideas come back on their day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories as make
from workflow import tasks
from workflow.errors import TooLate
from workflow.models import Campaign, Idea, IdeaEvent, Round
from workflow.services import campaigns, due

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def call(city):
    row = make.campaign(city, stage="planned", rubric_frozen_at=None)
    Round.objects.all().delete()
    return row


@pytest.mark.parametrize(
    "days, stage",
    [
        (-11, "planned"),
        (-10, "submissions"),
        (9, "submissions"),
        (10, "preparing"),
        (12, "voting"),
        (25, "voting"),
        (26, "review"),
        (400, "review"),
    ],
)
def test_the_dates_alone_say_the_stage(call, days, stage):
    assert campaigns.stage_at(call, make.NOW + days * DAY) == stage


def test_each_step_is_made_once_and_recorded_once(call, city):
    make.idea(make.person(home=city), call, state="review")
    for days in (-11, -10, 0, 10, 12, 26, 27):
        for _ in range(2):
            campaigns.advance(campaign_id=call.pk, at=make.NOW + days * DAY)
    steps = IdeaEvent.objects.filter(kind="campaign_stage").values_list("from_state", "to_state")
    assert list(steps) == [
        ("planned", "submissions"),
        ("submissions", "preparing"),
        ("preparing", "voting"),
        ("voting", "review"),
    ]
    assert Round.objects.filter(campaign=call).count() == 1


def test_late_steps_are_caught_up_in_one_go(call, city):
    make.idea(make.person(home=city), call, state="review")
    assert campaigns.advance_all(at=make.NOW + 30 * DAY) == 1
    assert Campaign.objects.get().stage == "review"
    assert campaigns.advance_all(at=make.NOW + 30 * DAY) == 0


def test_the_rubric_is_frozen_when_submissions_open(call):
    campaigns.advance(campaign_id=call.pk, at=make.NOW - 11 * DAY)
    assert Campaign.objects.get().rubric_frozen_at is None
    campaigns.advance(campaign_id=call.pk, at=make.NOW)
    assert Campaign.objects.get().rubric_frozen_at == make.NOW


@pytest.mark.parametrize(
    "state, stage",
    [
        ("review", "review"),
        ("piloting", "review"),
        ("deferred", "review"),
        ("adopted", "closed"),
        ("declined", "closed"),
    ],
)
def test_a_campaign_is_closed_when_every_idea_has_its_answer(call, city, state, stage):
    make.idea(make.person(home=city), call, state=state)
    campaigns.advance(campaign_id=call.pk, at=make.NOW + 30 * DAY)
    assert Campaign.objects.get().stage == stage


@pytest.fixture
def always_open(city):
    return make.campaign(city, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None)


def test_the_always_open_campaign_has_a_round_this_month_and_the_next(always_open):
    campaigns.advance(campaign_id=always_open.pk, at=make.NOW)
    assert list(Round.objects.order_by("number").values_list("number", flat=True)) == [202611, 202612]
    december = Round.objects.get(number=202612)
    assert december.voting_opens_at == datetime(2026, 12, 5, 8, 0, tzinfo=UTC)
    assert december.voting_closes_at == datetime(2026, 12, 19, 17, 0, tzinfo=UTC)
    campaigns.advance(campaign_id=always_open.pk, at=make.NOW)
    assert Round.objects.count() == 2


@pytest.mark.parametrize(
    "at, months",
    [(datetime(2026, 12, 31, 12, tzinfo=UTC), [202701]), (datetime(2026, 1, 1, tzinfo=UTC), [202601, 202602])],
)
def test_rounds_follow_the_turn_of_the_year_and_none_is_made_in_the_past(always_open, at, months):
    campaigns.advance(campaign_id=always_open.pk, at=at)
    assert list(Round.objects.order_by("number").values_list("number", flat=True)) == months


def test_there_is_one_always_open_campaign(always_open, city):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.campaign(city, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None)


@pytest.mark.parametrize("days", [-11, 10, 20])
def test_outside_the_window_nothing_is_taken(call, days):
    with pytest.raises(TooLate):
        campaigns.check_open(call, at=make.NOW + days * DAY)
    campaigns.check_open(call, at=make.NOW)


def test_a_deferred_idea_comes_back_on_its_day_and_only_once(call, city):
    idea = make.idea(make.person(home=city), call, state="deferred", revisit_on=date(2026, 11, 20))
    assert due.resume_deferred(at=make.NOW) == 0
    assert due.resume_deferred(at=make.NOW + DAY) == 1
    assert due.resume_deferred(at=make.NOW + DAY) == 0
    assert Idea.objects.get(pk=idea.pk).state == "decision"
    assert list(IdeaEvent.objects.filter(idea=idea).values_list("kind", "by_id")) == [("resume", None)]


def test_the_clock_task_is_safe_to_run_twice(call, city, time_machine):
    time_machine.move_to(make.NOW + DAY, tick=False)
    make.idea(make.person(home=city), call, state="deferred", revisit_on=date(2026, 11, 20))
    tasks.advance_stages()
    before = IdeaEvent.objects.count()
    tasks.advance_stages()
    assert IdeaEvent.objects.count() == before == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_clocks_at_once_make_each_step_once(call, city):
    for _ in range(5):
        make.idea(make.person(home=city), call, state="deferred", revisit_on=date(2026, 11, 20))

    def tick(_):
        try:
            campaigns.advance_all(at=make.NOW + DAY)
            due.resume_deferred(at=make.NOW + DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tick, range(4)))
    assert IdeaEvent.objects.filter(kind="resume").count() == 5
    assert IdeaEvent.objects.filter(kind="campaign_stage").count() == 1
    assert Round.objects.count() == 1
