# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations through the API: given, answered and ended by their two people, and there for nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.organisation.models import Delegation
from tests import factories as make
from tests.workflow.api_support import BAD_VALUES, assert_problem, client_of, get, send, stored
from tests.workflow.factories_judging import city

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    here = city()
    here.deputy = make.person("Vera", "Vice", home=here.office)
    return here


def body(here, **more) -> dict:
    today = timezone.localdate()
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=10)).isoformat()}
    who = {"deputy": str(here.deputy.uuid), "capabilities": ["decide_ideas"], "department": here.office.code}
    return who | days | {"reason": "Ferie"} | more


def test_a_delegation_is_given_accepted_used_and_ended(here):
    given = send(here.manager, "delegations/", body(here))
    assert given.status_code == 201, given.content
    row = given.json()["delegations"][0]
    assert (row["standing"], row["deputy"]["name"]) == ("waiting", "Vera Vice")
    address = f"delegations/{row['id']}/"
    idea = make.idea(here.author, here.call, state="decision", department=here.office)
    assert_problem(get(here.deputy, f"ideas/{idea.ref}/plan/"), 403)
    assert send(here.deputy, f"{address}acceptance/", {}).json()["standing"] == "active"
    assert get(here.deputy, f"ideas/{idea.ref}/plan/").status_code == 200
    assert [each["id"] for each in get(here.deputy, "delegations/?side=received").json()["results"]] == [row["id"]]
    assert send(here.manager, f"{address}end/", {}).json()["standing"] == "ended"
    assert_problem(get(here.deputy, f"ideas/{idea.ref}/plan/"), 403)
    assert_problem(send(here.deputy, f"{address}acceptance/", {}), 409, "delegation_over")


def test_a_delegation_is_there_for_its_two_people_only(here):
    row = send(here.manager, "delegations/", body(here)).json()["delegations"][0]
    for who in (here.colleague, here.director, here.screener):
        for path, method in (("", "get"), ("acceptance/", "post"), ("refusal/", "post"), ("end/", "post")):
            assert_problem(send(who, f"delegations/{row['id']}/{path}", b"", method), 404)
    assert_problem(get(here.manager, f"delegations/{2**70}/"), 404)
    assert_problem(send(here.manager, f"delegations/{row['id']}/acceptance/", {}), 404)
    assert send(here.deputy, f"delegations/{row['id']}/refusal/", {}).json()["standing"] == "declined"


def test_what_cannot_be_left_is_refused_by_member(here):
    assert "errors" in assert_problem(send(here.colleague, "delegations/", body(here)), 422, "bad_delegation")
    assert_problem(send(here.manager, "delegations/", body(here, ends_on="2020-01-01")), 422, "bad_delegation")
    assert_problem(send(here.manager, "delegations/", body(here, deputy=str(here.manager.uuid))), 422)
    browser, before = client_of(here.manager), stored()
    for name in ("deputy", "capabilities", "department", "starts_on", "ends_on"):
        for label, value in BAD_VALUES.items():
            assert send(browser, "delegations/", body(here, reason="") | {name: value}).status_code in (400, 422), (
                name,
                label,
            )
    assert stored() == before and not Delegation.objects.exists()
