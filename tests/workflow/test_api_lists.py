# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every list of the API: what it costs at one row and at three, page by page, thinned out by `fields=`."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from innovato.api import pagination
from innovato.notifications.models import Notice
from innovato.organisation.models import Delegation
from innovato.participation.catalogue import Measure
from tests import factories as make
from tests.participation.factories import release
from tests.workflow.api_support import API, assert_problem, client_of, every_page, get
from tests.workflow.factories_judging import REASON, city, holder
from tests.workflow.routes import routes
from workflow.models import (
    Attachment,
    Comment,
    Decision,
    Follow,
    IdeaVersion,
    Indicator,
    Milestone,
    Pilot,
    Reading,
    Review,
    Spending,
)
from workflow.services import events
from workflow.services.handing_in import frozen_content

pytestmark = pytest.mark.django_db
# Who asks, where, and with how many queries: the session and the person are two of them, the rights one or two more.
LISTS = {
    "campaigns": ("reader", "campaigns/", 3),
    "ideas": ("reader", "ideas/", 5),
    "notices": ("reader", "notices/", 3),
    "departments": ("reader", "departments/", 3),
    "releases": ("hr", "participation/", 5),
    "people": ("reader", "people/?q=ro", 3),
    "follows": ("reader", "follows/", 4),
    "delegations": ("manager", "delegations/", 3),
    "ballots": ("reader", "ballots/", 3),
    "pilots": ("reader", "pilots/", 5),
    "reviews": ("reviewer", "reviews/", 5),
    "decisions": ("manager", "decisions/", 6),
    "idea_events": ("reader", "ideas/{idea}/events/", 6),
    "idea_comments": ("reader", "ideas/{idea}/comments/", 6),
    "idea_decisions": ("reader", "ideas/{idea}/decisions/", 6),
    "idea_reviews": ("manager", "ideas/{idea}/reviews/", 9),
    "attachments": ("reader", "ideas/{idea}/attachments/", 6),
    "versions": ("reader", "ideas/{idea}/versions/", 6),
    "pilot_indicators": ("reader", "pilots/{pilot}/indicators/", 6),
    "pilot_milestones": ("reader", "pilots/{pilot}/milestones/", 5),
    "pilot_readings": ("reader", "pilots/{pilot}/readings/", 5),
    "pilot_spending": ("reader", "pilots/{pilot}/spending/", 5),
}
# Lists of the pages of others' making have their own test of the same kind.
ELSEWHERE = {"ballots"}
OF_A_BALLOT = {"objections"}  # needs a closed ballot: looked at in tests/voting


def fill(rows: int):
    """A city in which every list has so many rows."""
    here = city()
    here.reader, here.reviewer = make.person("Rosa", home=here.office), here.reviewers[0]
    here.hr = holder("Irma", "Risorse", "view_participation", here.root)
    for measure in list(Measure)[:rows]:
        release(measure=measure)
    here.now, at = timezone.now(), make.NOW
    here.idea = make.idea(here.author, here.call, state="decision", department=here.office)
    for _n in range(rows):
        here.pilot = make.idea(here.author, here.call, state="piloting", department=here.office)
        plan = Pilot.objects.create(
            idea=here.pilot, department=here.office, owner=here.author, starts_on=date(2026, 1, 1),
            ends_on=date(2027, 1, 1), budget=9000, approved_at=at,
        )  # fmt: skip
    for n in range(rows):
        idea = here.idea if n == 0 else make.idea(here.author, here.call, state="decision", department=here.office)
        Follow.objects.create(idea=idea, person=here.reader, since=at)
        Review.objects.create(idea=idea, reviewer=here.reviewer, assigned_at=at, due_on=at.date())
        Comment.objects.create(idea=here.idea, author=make.person("Ro"), kind="question", body="?", at=at)
        Decision.objects.create(idea=here.idea, kind="defer", reason_text=REASON, by=make.person(), at=at)
        IdeaVersion.objects.create(idea=here.idea, number=n + 1, content=frozen_content(here.idea), at=here.now)
        events.record(idea_id=here.idea.pk, kind="resume", at=at)
        make.campaign(here.root)
        Attachment.objects.create(
            idea=here.idea, name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, by=here.author, at=at,
            file=ContentFile(b"x", "x"),
        )  # fmt: skip
        Review.objects.create(
            idea=here.idea, reviewer=make.person(), assigned_at=at, due_on=at.date(), status="submitted", declared_at=at,
            submitted_at=at, weighted_score=3,
        )  # fmt: skip
        Delegation.objects.create(
            delegator=here.manager, deputy=make.person(), department=here.office, capability="decide_ideas",
            starts_on=at.date(), ends_on=at.date(), reason="Ferie", given_at=at,
        )  # fmt: skip
        measured = Indicator.objects.create(pilot=plan, name=f"{n}", baseline=1, target=9, threshold=5, method="Conta")
        Reading.objects.create(indicator=measured, measured_on=at.date(), value=3, by=here.author, at=at)
        Milestone.objects.create(pilot=plan, due_on=at.date(), text="Avvio")
        Spending.objects.create(pilot=plan, spent_on=at.date(), amount=1, description="Carta", by=here.author, at=at)
        times = {"created_at": here.now, "deliver_after": here.now, "email_next_at": here.now}
        Notice.objects.create(recipient=here.reader, kind="admitted", context={}, key=f"{n}", **times)
    return here


def addresses(here) -> dict[str, tuple]:
    """The table with this city's people and references."""
    refs = {"idea": here.idea.ref, "pilot": here.pilot.ref}
    return {name: (getattr(here, who), path.format(**refs), cost) for name, (who, path, cost) in LISTS.items()}


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_queries_whatever_its_rows(rows, django_assert_max_num_queries):
    here, found = fill(rows), {}
    for name, (who, path, _cost) in addresses(here).items():
        client = client_of(who)
        with django_assert_max_num_queries(20) as counted:
            answer = client.get(API + path)
        assert answer.status_code == 200, (name, answer.content)
        assert len(answer.json()["results"]) >= rows or name in ELSEWHERE, name
        found[name] = len(counted)
    assert found == {name: cost for name, (_who, _path, cost) in LISTS.items()}


def test_every_list_is_in_the_table():
    """A list is an operation that answers page by page."""
    lists = set()
    for route in routes():
        if route.part.endswith("_api"):
            handler = getattr(route.view, "view_class", None)
            operation = getattr(getattr(handler, "get", None), "operation", None)
            if operation and operation.pages:
                lists.add(route.name.partition(":")[2])
    assert lists == set(LISTS) | OF_A_BALLOT


def test_a_list_goes_on_page_by_page_without_missing_or_repeating_a_row(monkeypatch):
    here = fill(3)
    whole = {name: every_page(who, path) for name, (who, path, _cost) in addresses(here).items()}
    monkeypatch.setattr(pagination, "ROWS", 2)
    for name, (who, path, _cost) in addresses(here).items():
        assert every_page(who, path) == whole[name], name


def test_fields_thin_out_a_list_and_one_row_and_refuse_names_that_are_none():
    here = fill(1)
    for name, (who, path, _cost) in addresses(here).items():
        sign = "&" if "?" in path else "?"
        whole = get(who, path).json()["results"]
        first, *_middle, last = list(whole[0]) if whole else ["id", "state"]
        thin = get(who, f"{path}{sign}fields={last}").json()["results"]
        assert thin == [{key: row[key] for key in row if key in (first, last)} for row in whole], name
        assert_problem(get(who, f"{path}{sign}fields=nessuno"), 400, "bad_query")
    assert get(here.reader, f"ideas/{here.idea.ref}/?fields=title").json() == {
        "ref": here.idea.ref,
        "title": here.idea.title,
    }
    for wrong in ("", "title,,", "title&fields=ref", "a" * 1001, "%00", "__class__"):
        found = assert_problem(get(here.reader, f"ideas/?fields={wrong}"), 400, "bad_query")
        assert list(found["errors"]) == ["fields"]
