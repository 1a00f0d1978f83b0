# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion through the API: writing, correcting in time, reporting, taking away; what was taken away is not shown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from tests.workflow.api_support import BAD_VALUES, assert_problem, client_of, every_page, get, send, stored
from tests.workflow.factories_judging import city
from workflow.models import Comment, CommentReport
from workflow.services import comments

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    here = city()
    here.idea = make.idea(here.author, here.call, state="admitted", department=here.office)
    here.comment = comments.add_comment(
        idea_id=here.idea.pk, by=here.colleague, at=timezone.now(), kind="question", body="Quanto costa?"
    )
    here.address = f"ideas/{here.idea.ref}/comments/"
    return here


def test_a_comment_and_its_answer_are_written_and_read_in_order(here):
    first = send(here.author, here.address, {"kind": "suggestion", "body": "Meno di mille euro."})
    assert first.status_code == 201
    answered = send(here.stranger, here.address, {"body": "Grazie.", "parent": here.comment.pk})
    assert answered.json()["parent"] == here.comment.pk
    rows = every_page(here.stranger, here.address)
    assert [row["body"] for row in rows] == ["Quanto costa?", "Meno di mille euro.", "Grazie."]
    assert [row["body"] for row in every_page(here.stranger, here.address + "?ordering=newest")][0] == "Grazie."
    assert rows[0]["author"]["name"] == here.colleague.get_full_name() and rows[0]["kind"] == "question"


def test_an_own_comment_is_corrected_in_time_by_who_read_it(here):
    address = f"comments/{here.comment.pk}/"
    read = get(here.colleague, address)
    tag = {"headers": {"If-Match": read.headers["ETag"]}}
    assert_problem(send(here.colleague, address, {"body": "Quanto?"}, "patch"), 428)
    assert_problem(send(here.author, address, {"body": "Quanto?"}, "patch", **tag), 403)
    changed = send(here.colleague, address, {"body": "Quanto?"}, "patch", **tag)
    assert changed.json()["body"] == "Quanto?" and changed.headers["ETag"] != read.headers["ETag"]
    assert_problem(send(here.colleague, address, {"body": "No"}, "patch", **tag), 412)
    Comment.objects.update(at=timezone.now() - timedelta(days=1))
    tag = {"headers": {"If-Match": "*"}}
    assert_problem(send(here.colleague, address, {"body": "Tardi"}, "patch", **tag), 409, "too_late")


def test_a_comment_is_reported_and_taken_away_with_a_reason(here):
    address = f"comments/{here.comment.pk}/"
    assert send(here.author, f"{address}reports/", {"reason": "È fuori tema."}).status_code == 204
    assert CommentReport.objects.get().by == here.author
    assert_problem(send(here.colleague, f"{address}reports/", {"reason": "Mio."}), 403)
    assert_problem(send(here.author, f"{address}removal/", {"reason": "Basta."}), 403)
    assert_problem(send(here.screener, f"{address}removal/", {"reason": ""}), 422)
    removed = send(here.screener, f"{address}removal/", {"reason": "Nomina una persona."}).json()
    assert removed["body"] is None and removed["removal_reason"] == "Nomina una persona."
    assert "Quanto costa" not in get(here.author, here.address).content.decode()
    assert_problem(send(here.screener, f"{address}removal/", {"reason": "Di nuovo."}), 409)


def test_a_comment_under_an_idea_that_one_may_not_see_is_not_there(here):
    hidden = make.idea(here.author, here.call, state="screening")
    comment = Comment.objects.create(
        idea=hidden, author=here.author, kind="question", body="Segreto", at=timezone.now()
    )
    missing = get(here.colleague, "comments/999999999/").content
    for pk in (comment.pk, 2**63, 10**30):
        answer = get(here.colleague, f"comments/{pk}/")
        assert answer.status_code == 404 and answer.content == missing
        assert_problem(send(here.colleague, f"comments/{pk}/reports/", {"reason": "x"}), 404)
    assert_problem(get(here.colleague, f"ideas/{hidden.ref}/comments/"), 404)


def test_bad_values_write_nothing(here):
    browser, before = client_of(here.author), stored()
    for name in ("kind", "parent"):
        for label, value in BAD_VALUES.items():
            body = {"kind": "question", "body": "?", "parent": 1 if name == "kind" else None} | {name: value}
            if (name, label) != ("parent", "null"):
                assert send(browser, here.address, body).status_code in (400, 404, 422), (name, label)
    for label in ("NUL", "half a character", "null", "a list", "a number", "a long text", "blanks"):
        assert send(browser, here.address, {"body": BAD_VALUES[label]}).status_code in (400, 422), label
    assert stored() == before
