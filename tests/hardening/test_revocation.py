# SPDX-License-Identifier: AGPL-3.0-or-later
"""A right that ends is gone at the next request, whatever is asked; and a task queued before asks again when it runs."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from innovato.exports.models import Export, ExportState, Mailing
from innovato.exports.services import asking, mailing, making
from innovato.notifications import delivery
from innovato.notifications.models import EmailState, Notice
from innovato.organisation.models import Delegation
from innovato.organisation.services import (
    add_to_group,
    close_department,
    deactivate,
    end_sessions,
    issue_token,
    move_department,
    remove_from_group,
    return_delegation,
    revoke,
    revoke_delegation,
    revoke_token,
    set_delegations_aside,
    transfer_person,
)
from tests import factories as make
from tests.exports import support
from tests.workflow.factories_judging import REASON, city, holder, in_decision
from workflow import notices
from workflow.models import Idea
from workflow.services import assignment

pytestmark = pytest.mark.django_db
WHY = "prova"
DECLINE = {
    "choice": "decline",
    "reason_code": "cost",
    "reason": REASON,
    "version": "1",
    "action": "decide",
    "confirm": "1",
}


@pytest.fixture
def here():
    """A manager by a group of the office, a deputy of theirs, an idea to decide on and one that only they see."""
    here = city()
    here.at = timezone.now()
    here.group = here.manager.groups.get()
    here.deputy = make.person("Dario", "Vice", home=here.elsewhere)
    day = timezone.localdate(here.at)
    here.lent = Delegation.objects.create(
        delegator=here.manager, deputy=here.deputy, department=here.office, capability="decide_ideas", reason="ferie",
        starts_on=day, ends_on=day + timedelta(days=3), given_at=here.at, accepted_at=here.at,
    )  # fmt: skip
    here.idea = in_decision(here)
    here.hidden = make.idea(here.author, here.call, state="screening")
    return here


class Caller:
    """Somebody with a browser that stays open and a token that writes."""

    def __init__(self, here, person):
        self.here, self.browser = here, Client()
        self.browser.force_login(person)
        self.token, secret = issue_token(person=person, name="portale", scope="write", days=30, at=here.at)
        self.bearer = {"Authorization": f"Bearer {secret}"}

    def ask(self) -> dict[str, int]:
        """What each kind of request is answered; nothing of it stays."""
        idea, hidden = self.here.idea.ref, self.here.hidden.ref
        by_token, api = Client(headers=self.bearer), "/api/v1/"
        body = {"reason_code": "cost", "reason": REASON, "version": 1}
        asked = {
            "page": lambda: self.browser.get("/cruscotto/"),
            "page of one idea": lambda: self.browser.get(f"/decisioni/{idea}/"),
            "hidden idea": lambda: self.browser.get(f"/idee/{hidden}/"),
            "part of a page": lambda: self.browser.get(f"/decisioni/{idea}/", headers={"HX-Request": "true"}),
            "act": lambda: self.browser.post(f"/decisioni/{idea}/", DECLINE),
            "list of the API": lambda: self.browser.get(f"{api}decisions/"),
            "hidden idea by token": lambda: by_token.get(f"{api}ideas/{hidden}/"),
            "list by token": lambda: by_token.get(f"{api}decisions/"),
            "move by token": lambda: by_token.post(f"{api}ideas/{idea}/moves/decline/", body, "application/json"),
        }
        return {kind: self._once(call) for kind, call in asked.items()}

    def _once(self, call) -> int:
        point = transaction.savepoint()
        answer = call()
        transaction.savepoint_rollback(point)
        done = answer.status_code == 302 and "/accesso/" not in answer.headers["Location"]
        return 200 if done else answer.status_code


GRANTED = {
    "page": 200, "page of one idea": 200, "hidden idea": 200, "part of a page": 200, "act": 200, "list of the API": 200,
    "hidden idea by token": 200, "list by token": 200, "move by token": 200,
}  # fmt: skip
# A colleague without any right: sees what is published, decides nothing.
COLLEAGUE = {
    "page": 403, "page of one idea": 403, "hidden idea": 404, "part of a page": 403, "act": 403, "list of the API": 403,
    "hidden idea by token": 404, "list by token": 403, "move by token": 403,
}  # fmt: skip
# Nobody: to the sign-in page, or 401.
NOBODY = dict.fromkeys(GRANTED, 302) | {
    "part of a page": 401,
    "list of the API": 401, "hidden idea by token": 401, "list by token": 401, "move by token": 401,
}  # fmt: skip


def _end_grant(here):
    revoke(capability="decide_ideas", department=here.office, from_group=here.group, by=None, at=here.at, reason=WHY)


ENDS_FOR_MANAGER = {
    "the right is taken back": (_end_grant, COLLEAGUE),
    "they leave the group": (
        lambda here: remove_from_group(person=here.manager, group=here.group, by=None, at=here.at, reason=WHY),
        COLLEAGUE,
    ),
    "they move to another office": (
        lambda here: transfer_person(person=here.manager, department=here.elsewhere, by=None, at=here.at),
        COLLEAGUE,
    ),
    "they leave": (lambda here: deactivate(person=here.manager, by=None, at=here.at), NOBODY),
}
ENDS_FOR_DEPUTY = {
    "the delegation is revoked": (
        lambda here: revoke_delegation(delegation_id=here.lent.pk, by=here.manager, at=here.at),
        COLLEAGUE,
    ),
    "it is given back": (
        lambda here: return_delegation(delegation_id=here.lent.pk, by=here.deputy, at=here.at),
        COLLEAGUE,
    ),
    "it is set aside": (
        lambda here: set_delegations_aside(delegator_id=here.manager.pk, by=here.deputy, at=here.at),
        COLLEAGUE,
    ),
    "its last day is over": (
        lambda here: Delegation.objects.update(
            starts_on=here.lent.starts_on - timedelta(days=9), ends_on=here.lent.starts_on - timedelta(days=1)
        ),
        COLLEAGUE,
    ),
    "the delegator loses the right": (_end_grant, COLLEAGUE),
    "the delegator moves away": (
        lambda here: transfer_person(person=here.manager, department=here.elsewhere, by=None, at=here.at),
        COLLEAGUE,
    ),
    "the delegator leaves": (lambda here: deactivate(person=here.manager, by=None, at=here.at), COLLEAGUE),
    "the deputy leaves": (lambda here: deactivate(person=here.deputy, by=None, at=here.at), NOBODY),
}


@pytest.mark.parametrize("end, then", ENDS_FOR_MANAGER.values(), ids=ENDS_FOR_MANAGER)
def test_what_ends_for_a_manager_is_gone_at_the_next_request_of_every_kind(here, end, then):
    caller = Caller(here, here.manager)
    assert caller.ask() == GRANTED
    end(here)
    assert caller.ask() == then


@pytest.mark.parametrize("end, then", ENDS_FOR_DEPUTY.values(), ids=ENDS_FOR_DEPUTY)
def test_what_ends_for_a_deputy_is_gone_at_the_next_request_of_every_kind(here, end, then):
    caller = Caller(here, here.deputy)
    assert caller.ask() == GRANTED
    end(here)
    assert caller.ask() == then


def test_a_department_that_moves_away_takes_what_was_inherited_with_it(here):
    caller = Caller(here, here.director)
    assert caller.ask() == GRANTED
    move_department(department=here.office, parent=here.root, by=None, at=here.at)  # no longer below their division
    assert caller.ask() == COLLEAGUE | {"page": 200, "list of the API": 200, "list by token": 200}


def test_a_department_that_closes_ends_the_rights_on_it(here):
    emptied = make.department("Sportello", parent=here.root)
    caller = Caller(here, holder("Ivo", "Sala", "decide_ideas", emptied, home=here.elsewhere))
    assert caller.ask() == COLLEAGUE | {"page": 200, "list of the API": 200, "list by token": 200}
    close_department(department=emptied, by=None, at=here.at, reason=WHY)
    assert caller.ask() == COLLEAGUE


def test_a_token_and_a_session_end_alone(here):
    caller = Caller(here, here.manager)
    revoke_token(person=here.manager, uuid=caller.token.uuid, at=here.at)
    tokens = {kind for kind in GRANTED if "token" in kind}
    assert caller.ask() == GRANTED | dict.fromkeys(tokens, 401)
    end_sessions(person_ids=[here.manager.pk])
    caller = Caller(here, here.manager)
    with transaction.atomic():
        here.manager.is_active = False  # by the technical tables, past every service
        here.manager.save()
    assert caller.ask() == NOBODY


# Between queueing and running ----------------------------------------------------------------------------------------


@pytest.fixture
def watcher(here, monkeypatch):
    """Somebody who follows the pipeline and orders a sample report; no worker is nudged."""
    monkeypatch.setattr("innovato.exports.reports._all", lambda: {"sample": support.SampleReport()})
    monkeypatch.setattr(asking, "nudge", lambda export_id: None)
    return holder("Vera", "Galli", "view_pipeline", here.root)


def _lose(here, person):
    remove_from_group(person=person, group=person.groups.get(), by=None, at=here.at, reason=WHY)


def _order(here, who) -> Export:
    return asking.ask(by=who, report="sample", posted={"anno": "2026"}, format="csv", language="it", at=here.at)


@pytest.mark.parametrize(
    "end", [_lose, lambda here, who: deactivate(person=who, by=None, at=here.at)], ids=["right", "leaves"]
)
def test_a_file_ordered_with_a_right_is_not_made_without(here, watcher, end):
    job = _order(here, watcher)
    end(here, watcher)
    assert making.make(export_id=job.pk, at=here.at) is False
    job.refresh_from_db()
    assert (job.state, job.file) == (ExportState.FAILED, "")
    assert not default_storage.exists("exports")


def test_a_file_made_with_a_right_is_not_handed_out_without(here, watcher):
    job = _order(here, watcher)
    making.make(export_id=job.pk, at=here.at)
    browser = Client()
    browser.force_login(watcher)
    addresses = [f"/esportazioni/{job.uuid}/", f"/esportazioni/{job.uuid}/file/"]
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer)  # to the end, which closes the file
    _lose(here, watcher)
    assert [browser.get(address).status_code for address in addresses] == [404, 404]


@pytest.mark.parametrize(
    "end", [_lose, lambda here, who: deactivate(person=who, by=None, at=here.at)], ids=["right", "leaves"]
)
def test_a_report_on_a_schedule_is_not_ordered_for_who_lost_the_right(here, watcher, monkeypatch, end):
    monkeypatch.setattr(support.SampleReport, "latest", lambda self, every: {"anno": "2026"})
    Mailing.objects.create(report="sample", every="year", person=watcher, format="csv", added_by=watcher, added_at=here.at,
                           sent={"anno": "2025"})  # fmt: skip
    end(here, watcher)
    assert mailing.send_due(at=here.at) == 0
    assert not Export.objects.exists()


def _due(here, who) -> Notice:
    """The mail that tells somebody of an idea to decide on, waiting for the relay."""
    return Notice.objects.create(
        recipient=who, kind="decision_due", key=f"prova:{who.pk}", created_at=here.at, deliver_after=here.at,
        email_next_at=here.at, context=notices.context_of(here.idea, "workflow:decision") | {"mine": False},
    )  # fmt: skip


def test_a_mail_about_a_task_does_not_leave_for_who_lost_it(here):
    kept, lost, lapsed = _due(here, here.director), _due(here, here.manager), _due(here, here.deputy)
    remove_from_group(person=here.manager, group=here.group, by=None, at=here.at, reason=WHY)
    assert delivery.relay(at=here.at) == 1
    assert [message.to for message in mail.outbox] == [[here.director.email]]
    states = [Notice.objects.get(pk=notice.pk).email_state for notice in (kept, lost, lapsed)]
    assert states == [EmailState.SENT, EmailState.SKIPPED, EmailState.SKIPPED]


def test_a_mail_about_a_task_leaves_for_who_has_it_again(here):
    notice = _due(here, here.manager)
    remove_from_group(person=here.manager, group=here.group, by=None, at=here.at, reason=WHY)
    add_to_group(person=here.manager, group=here.group, by=None, at=here.at, reason=WHY)
    assert delivery.relay(at=here.at) == 1
    assert Notice.objects.get(pk=notice.pk).email_state == EmailState.SENT


def test_a_reviewer_who_may_not_review_any_more_has_no_card_to_open_and_no_mail(here):
    idea = make.idea(here.author, here.call, state="review", due_on=make.NOW.date() + timedelta(days=30))
    assignment.assign_reviewers(idea_id=idea.pk, at=here.at)
    reviewer = Idea.objects.get(pk=idea.pk).reviews.order_by("pk").first().reviewer
    browser = Client()
    browser.force_login(reviewer)
    address = f"/valutazioni/{idea.ref}/"
    assert browser.get(address).status_code == 200
    assert idea.title in browser.get("/valutazioni/").content.decode()
    _lose(here, reviewer)
    assert [browser.get(each).status_code for each in (address, "/valutazioni/")] == [403, 403]
    delivery.relay(at=here.at)
    assert [reviewer.email] not in [message.to for message in mail.outbox]
