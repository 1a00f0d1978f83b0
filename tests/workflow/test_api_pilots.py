# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pilots through the API: those of the pages, with their figures, and readings written down by who may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from innovato.api import pagination
from tests import factories as make
from tests.workflow.api_support import (
    API,
    BAD_BODIES,
    BAD_VALUES,
    assert_problem,
    client_of,
    every_page,
    get,
    send,
    stored,
)
from tests.workflow.factories_judging import city
from workflow.models import Idea, IdeaEvent, Indicator, Milestone, Pilot, PilotMember, Reading, Spending
from workflow.selectors import pilots as selectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    here = city()
    here.owner = make.person("Fabio", "Cerutti", home=here.office)
    here.member = make.person("Mina", "Sala", home=here.elsewhere)
    here.today = timezone.localdate()
    here.idea = on_trial(here)
    here.indicator = here.idea.pilot.indicators.get()
    return here


def on_trial(here, state="piloting", **fields) -> Idea:
    """An idea with an approved pilot that began ninety days ago, one indicator with a reading, and a team."""
    idea = make.idea(here.author, here.call, state=state, department=here.office)
    fields = {
        "department": here.office,
        "owner": here.owner,
        "starts_on": here.today - timedelta(days=90),
        "ends_on": here.today + timedelta(days=30),
        "budget": 9000,
        "spent": 1500,
        "approved_at": make.NOW,
    } | fields
    pilot = Pilot.objects.create(idea=idea, **fields)
    measured = Indicator.objects.create(
        pilot=pilot, name="Pasti non serviti", direction="down", baseline=410, target=250, threshold=320, method="Conta"
    )
    Reading.objects.create(
        indicator=measured, measured_on=here.today - timedelta(days=7), value=300, by=here.owner, at=make.NOW
    )
    PilotMember.objects.create(pilot=pilot, person=here.member, role="misura", hours_per_week=4)
    Milestone.objects.create(pilot=pilot, due_on=here.today, text="Metà strada")
    Spending.objects.create(
        pilot=pilot, spent_on=here.today, amount=1500, description="Contenitori", by=here.owner, at=make.NOW
    )
    return idea


def reading(here, **fields) -> dict:
    return {"indicator": here.indicator.pk, "measured_on": here.today.isoformat(), "value": "280.5"} | fields


def record(who, here, body):
    return send(who, f"pilots/{here.idea.ref}/readings/", body)


def test_the_list_holds_what_is_tried_and_what_came_of_it(here):
    adopted, closed = on_trial(here, "adopted"), on_trial(here, "closed")
    plan = make.idea(here.author, here.call, state="decision")
    Pilot.objects.create(idea=plan, owner=here.owner)
    for person in (here.colleague, here.manager, here.stranger):
        assert [row["ref"] for row in every_page(person, "pilots/")] == [closed.ref, adopted.ref, here.idea.ref]
    for status, idea in (("running", here.idea), ("adopted", adopted), ("closed", closed)):
        assert [row["ref"] for row in every_page(here.colleague, f"pilots/?status={status}")] == [idea.ref]
    for who in (here.colleague, here.manager):
        assert_problem(get(who, f"pilots/{plan.ref}/"), 404)
    assert_problem(get(here.colleague, "pilots/?status=decision"), 400, "bad_query")


def test_pages_follow_one_another(here, monkeypatch):
    more = [on_trial(here) for _ in range(4)]
    monkeypatch.setattr(selectors, "ROWS", 2)
    monkeypatch.setattr(pagination, "ROWS", 2)
    assert [row["ref"] for row in every_page(here.colleague, "pilots/")] == [
        idea.ref for idea in [*reversed(more), here.idea]
    ]


def test_one_pilot_says_what_its_page_says(here):
    found = get(here.colleague, f"pilots/{here.idea.ref}/").json()
    assert found["owner"]["name"] == "Fabio Cerutti" and found["spent"] == "1500.00" and found["may_record"] is False
    assert found["indicators"][0]["readings"][0]["value"] == "300.00" and found["indicators"][0]["on_track"] is True
    assert found["members"] == [
        {"person": {"id": str(here.member.uuid), "name": "Mina Sala"}, "role": "misura", "hours_per_week": "4.0"}
    ]
    assert found["milestones"][0]["text"] == "Metà strada" and found["spendings"][0]["amount"] == "1500.00"
    assert get(here.owner, f"pilots/{here.idea.ref}/").json()["may_record"] is True


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cost_does_not_grow(here, rows, django_assert_num_queries):
    for _ in range(rows - 1):
        on_trial(here)
        PilotMember.objects.create(pilot=here.idea.pilot, person=make.person(home=make.department(parent=here.root)))
        Milestone.objects.create(pilot=here.idea.pilot, due_on=here.today, text="Un’altra")
    client = client_of(here.colleague)
    with django_assert_num_queries(5):
        assert len(client.get(f"{API}pilots/").json()["results"]) == rows
    with django_assert_num_queries(14):
        assert client.get(f"{API}pilots/{here.idea.ref}/").status_code == 200


# Readings ----------------------------------------------------------------------------------------------------------


def test_the_owner_the_team_and_who_decides_write_readings_and_nobody_else(here):
    for day, person in enumerate((here.owner, here.member, here.manager, here.director), 1):
        on = (here.today - timedelta(days=day)).isoformat()
        answer = record(person, here, reading(here, measured_on=on))
        assert answer.status_code == 201
        assert answer.json() == {"measured_on": on, "value": "280.50", "note": "", "is_final": False}
    superuser = make.person(is_superuser=True, is_staff=True)
    before = stored()
    for person in (here.colleague, here.author, here.stranger, here.screener, here.reviewers[0], superuser):
        assert_problem(record(person, here, reading(here)), 403, "not_allowed")
        assert_problem(record(person, here, b"{"), 403)
    assert stored() == before


def test_the_same_day_again_replaces_the_value_and_the_event_keeps_it(here):
    record(here.owner, here, reading(here))
    assert record(here.owner, here, reading(here, value=12, note="Corretto", is_final=True)).status_code == 201
    row = Reading.objects.get(measured_on=here.today)
    assert (row.value, row.note, row.is_final, row.by) == (Decimal(12), "Corretto", True, here.owner)
    assert IdeaEvent.objects.filter(kind="reading").last().data["before"] == "280.50"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measured_on": "2099-01-01"}, "measured_on"),
        ({"measured_on": "2001-01-01"}, "measured_on"),
        ({"measured_on": None}, "measured_on"),
        ({"indicator": 999_999_999}, "indicator"),
        ({"indicator": 2**62}, "indicator"),
        ({"indicator": 2**64}, "indicator"),
        ({"indicator": "x"}, "indicator"),
        ({"value": "12.345"}, "value"),
        ({"value": "1e13"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": None}, "value"),
        ({"note": "a" * 501}, "note"),
        ({"is_final": "forse"}, "is_final"),
        ({"is_final": {}}, "is_final"),
    ],
)
def test_what_is_wrong_is_said_by_field(here, wrong, field):
    found = assert_problem(record(here.owner, here, reading(here, **wrong)), 422)
    assert list(found["errors"]) == [field]
    assert Reading.objects.count() == 1


def test_nothing_left_out_is_guessed(here):
    found = assert_problem(record(here.owner, here, {}), 422, "invalid")
    assert list(found["errors"]) == ["indicator", "measured_on", "value"]


def test_another_pilots_indicator_is_none_of_this_one(here):
    other = on_trial(here).pilot.indicators.get()
    assert_problem(record(here.manager, here, reading(here, indicator=other.pk)), 422)
    assert other.readings.count() == 1


def test_a_pilot_that_is_over_takes_no_readings(here):
    for state in ("adopted", "verified", "closed"):
        idea = on_trial(here, state)
        body = reading(here, indicator=idea.pilot.indicators.get().pk)
        assert_problem(send(here.owner, f"pilots/{idea.ref}/readings/", body), 403)


def test_columns_posted_with_a_reading_are_left_alone(here):
    body = reading(here) | {"by": here.stranger.pk, "by_id": here.stranger.pk, "at": "2001-01-01", "id": 1, "pk": 1}
    assert record(here.owner, here, body | {"budget": 1, "spent": 0, "state": "adopted"}).status_code == 201
    row = Reading.objects.get(measured_on=here.today)
    assert row.by == here.owner and row.at.date() >= date(2026, 1, 1) and row.value == Decimal("280.5")
    assert Pilot.objects.get(idea=here.idea).spent == 1500 and Idea.objects.get(pk=here.idea.pk).state == "piloting"


@pytest.mark.parametrize("words", BAD_BODIES)
def test_bodies_that_are_none_are_refused_and_nothing_is_stored(here, words):
    before = stored()
    answer = record(here.owner, here, BAD_BODIES[words])
    assert answer.status_code in (400, 413, 422)
    assert_problem(answer, answer.status_code)
    assert stored() == before


def test_bad_values_in_every_field_are_refused_or_kept_as_text(here):
    client = client_of(here.owner)
    for field in ("indicator", "measured_on", "value", "note", "is_final"):
        for words, value in BAD_VALUES.items():
            savepoint = transaction.savepoint()
            answer = record(client, here, reading(here, **{field: value}))
            assert answer.status_code in (201, 400, 422), (field, words, answer.content)
            assert answer.status_code != 201 or (field, words) in KEPT, (field, words)
            transaction.savepoint_rollback(savepoint)


KEPT = {
    *(("note", words) for words in ("blanks", "right to left", "markup", "no date", "a far date", "the first date")),
    *(("note", words) for words in ("an exponent", "not a number")),
    *(("value", words) for words in ("a number", "a fraction")),
    ("is_final", "true"),
}
