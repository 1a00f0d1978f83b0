# SPDX-License-Identifier: AGPL-3.0-or-later
"""Judging through the API: one's own scorecard, the others' once it is in, decisions, and the plan behind an approval."""

import pytest

from tests import factories as make
from tests.workflow.api_support import BAD_VALUES, assert_problem, client_of, get, send, stored
from tests.workflow.factories_judging import REASON, again, city, hand_in, in_decision, in_review
from workflow.models import Decision, Pilot

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    here = city()
    here.idea = in_review(here)
    here.card = here.idea.reviews.order_by("pk").first()
    here.reviewer = here.card.reviewer
    here.address = f"ideas/{here.idea.ref}/review/"
    return here


def written(idea, value=3) -> dict:
    points = [{"criterion": row.pk, "value": value, "comment": "Perché sì."} for row in make.criteria_of(idea.campaign)]
    return {"points": points, "recommendation": "pilot", "advice": "Due sedi.", "text_for_author": "Buon lavoro."}


def test_a_scorecard_is_declared_saved_and_handed_in(here):
    browser = client_of(here.reviewer)
    assert [row["idea"]["ref"] for row in get(browser, "reviews/").json()["results"]] == [here.idea.ref]
    assert send(browser, f"{here.address}declaration/", {}).json()["status"] == "declared"
    tag = get(browser, here.address).headers["ETag"]
    assert set(get(browser, here.address).json()["gaps"]) >= {"recommendation", "text_for_author"}
    assert_problem(send(browser, here.address, written(here.idea), "put"), 428)
    saved = send(browser, here.address, written(here.idea), "put", headers={"If-Match": tag})
    assert saved.status_code == 200 and saved.json()["gaps"] == {}, saved.content
    assert_problem(send(browser, here.address, written(here.idea), "put", headers={"If-Match": tag}), 412)
    assert send(browser, f"{here.address}submission/", {}).json()["weighted_score"] == "3.00"
    assert_problem(send(browser, f"{here.address}submission/", {}), 409)


def test_nobody_else_has_or_reads_the_scorecard(here):
    for who in (here.author, here.manager, here.screener, here.colleague):
        assert_problem(get(who, here.address), 403)
        assert get(who, f"ideas/{here.idea.ref}/reviews/").json()["results"] == []
    assert_problem(get(here.author, "reviews/"), 403)
    second = here.idea.reviews.order_by("pk")[1].reviewer
    hand_in(here.idea, here.reviewer, 4)
    assert get(second, f"ideas/{here.idea.ref}/reviews/").json()["results"] == []
    own = get(here.reviewer, f"ideas/{here.idea.ref}/reviews/").json()["results"]
    assert own[0]["reviewer"]["name"] == here.reviewer.get_full_name() and own[0]["advice"]


def test_who_decides_reads_the_scorecards_and_the_authors_after_the_decision_without_names(here):
    for card in here.idea.reviews.all():
        hand_in(here.idea, card.reviewer, 4)
    idea = again(here.idea)
    assert idea.state == "decision"
    rows = get(here.manager, f"ideas/{idea.ref}/reviews/").json()["results"]
    assert len(rows) == 3 and all(row["reviewer"] for row in rows)
    assert (
        send(here.manager, f"ideas/{idea.ref}/moves/decline/", {"reason_code": "cost", "reason": REASON}).status_code
        == 200
    )
    rows = get(here.author, f"ideas/{idea.ref}/reviews/").json()["results"]
    assert len(rows) == 3 and not any(row["reviewer"] or row["advice"] for row in rows)
    assert get(here.colleague, f"ideas/{idea.ref}/reviews/").json()["results"] == []
    decided = get(here.colleague, f"ideas/{idea.ref}/decisions/").json()["results"]
    assert [(row["kind"], row["reason_text"]) for row in decided] == [("decline", REASON)]


def test_stepping_back_gives_the_scorecard_to_somebody_else(here):
    browser = client_of(here.reviewer)
    assert_problem(send(browser, f"{here.address}recusal/", {"reason": "no"}), 422)
    assert send(browser, f"{here.address}recusal/", {"reason": "È l’idea di mia sorella."}).status_code == 204
    assert_problem(get(browser, here.address), 403)


def test_bad_values_leave_a_scorecard_as_it_is(here):
    browser = client_of(here.reviewer)
    send(browser, f"{here.address}declaration/", {})
    before = stored()
    for name in ("points", "recommendation"):
        for label, value in BAD_VALUES.items():
            answer = send(browser, here.address, written(here.idea) | {name: value}, "put", headers={"If-Match": "*"})
            assert answer.status_code in (400, 422), (name, label)
    for points in ([{"criterion": 2**70, "value": 1}], [{"value": 1}], [{"criterion": 1, "value": 6}], [3], [[]]):
        sent = written(here.idea) | {"points": points}
        assert_problem(send(browser, here.address, sent, "put", headers={"If-Match": "*"}), 422)
    assert stored() == before


# Decisions and plans -----------------------------------------------------------------------------------------------


def planned(owner, **more) -> dict:
    return {
        "objective": "Ridurre gli acquisti.",
        "where": "Magazzino",
        "owner": str(owner.uuid),
        "starts_on": "2027-01-11",
        "ends_on": "2027-05-10",
        "budget": "6500",
        "indicators": [{"name": "Arredi", "baseline": "4", "target": "30", "threshold": "12", "method": "Registro"}],
        "milestones": [{"due_on": "2027-01-11", "text": "Avvio"}],
        "members": [{"person": str(owner.uuid), "role": "coordina", "hours_per_week": "4"}],
    } | more


def test_a_plan_is_saved_by_version_and_then_approved(here):
    idea = in_decision(here)
    browser, address = client_of(here.manager), f"ideas/{idea.ref}/plan/"
    assert [row["ref"] for row in get(browser, "decisions/").json()["results"]] == [idea.ref]
    empty = get(browser, address)
    assert empty.json()["version"] == 0 and empty.headers["ETag"] == '"0"' and empty.json()["indicators"] == []
    assert_problem(send(browser, address, planned(here.author), "put"), 428)
    saved = send(browser, address, planned(here.author), "put", headers={"If-Match": '"0"'})
    assert saved.status_code == 200 and saved.headers["ETag"] == '"1"', saved.content
    assert saved.json()["owner"]["name"] == here.author.get_full_name() and len(saved.json()["members"]) == 1
    assert_problem(send(browser, address, planned(here.author), "put", headers={"If-Match": '"0"'}), 412)
    moved = send(browser, f"ideas/{idea.ref}/moves/approve_pilot/", {"reason": REASON, "version": idea.version})
    assert moved.json()["state"] == "piloting", moved.content
    assert_problem(get(browser, address), 409)


def test_a_plan_is_only_for_who_can_decide(here):
    idea = in_decision(here)
    for who in (here.author, here.colleague, here.stranger, here.screener):
        assert_problem(get(who, f"ideas/{idea.ref}/plan/"), 403)
        assert_problem(send(who, f"ideas/{idea.ref}/plan/", planned(here.author), "put"), 403)
    assert_problem(get(here.author, "decisions/"), 403)
    assert get(here.stranger, "decisions/").json()["results"] == []


def test_bad_values_leave_a_plan_as_it_is(here):
    idea = in_decision(here)
    browser, before = client_of(here.manager), stored()
    for name in ("owner", "department", "budget", "starts_on", "indicators", "milestones", "members"):
        for label, value in BAD_VALUES.items():
            body = planned(here.author, members=[{"person": str(here.author.uuid)}] * 2) | {name: value}
            if name == "members" and label in ("null", "a list", "an object"):
                body["budget"] = -1
            answer = send(browser, f"ideas/{idea.ref}/plan/", body, "put", headers={"If-Match": "*"})
            assert answer.status_code in (400, 422), (name, label, answer.content)
    assert stored() == before and not Pilot.objects.exists()


def test_a_decision_from_before_the_admission_is_told_to_authors_and_office_only(here):
    idea = make.idea(here.author, here.call, state="admitted")
    Decision.objects.create(
        idea=idea,
        kind="refuse_admission",
        reason_code="cost",
        reason_text=REASON,
        by=here.screener,
        at=make.NOW.replace(year=2025),
    )
    address = f"ideas/{idea.ref}/decisions/"
    assert get(here.colleague, address).json()["results"] == []
    for who in (here.author, here.screener):
        assert [row["by"] for row in get(who, address).json()["results"]] == [None]
