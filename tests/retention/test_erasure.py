# SPDX-License-Identifier: AGPL-3.0-or-later
"""Erasing one person: nothing is left that says who it was; the chain, the tallies and what others wrote stay as they were."""

import re
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from innovato.exports.models import Download, Export, Mailing
from innovato.notifications.models import Notice
from innovato.organisation.capabilities import Capability
from innovato.organisation.errors import NotInService
from innovato.organisation.models import Assignment, Delegation, GrantRecord, Person, PersonSession
from innovato.organisation.services import deactivate, grant, issue_token, reactivate
from innovato.retention.errors import AlreadyErased, NotConfirmed, NotThere, StillInService, UnknownPerson
from innovato.retention.models import RetentionRun
from innovato.retention.services import erasing
from tests import factories as make
from tests.voting.factories import opened
from tests.voting.pages import browser, results_of
from tests.workflow.factories_judging import REASON, city, holder, in_decision
from tests.workflow.factories_writing import PDF, complete_draft
from voting.models import Elector, Publication
from workflow.models import (
    Authorship,
    Comment,
    Follow,
    Idea,
    IdeaEvent,
    IdeaVersion,
    Milestone,
    Pilot,
    Recusal,
    Review,
    Score,
)
from workflow.services import (
    attachments,
    coauthors,
    comments,
    decisions,
    delegating,
    following,
    handing_in,
    screening,
)

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

NOW = make.NOW
DAY = timedelta(days=1)
CANARIES = ("Zefirina", "Ondemandì", "314159", "zefirina@comune.example", "Segretissima")


@pytest.fixture
def here():
    """A city with its administrator, and somebody who did everything one can do before leaving."""
    here = city()
    here.admin = holder("Enzo", "Serra", "manage_department", here.root)
    here.ex = make.person(
        "Zefirina", "Ondemandì", home=here.office, staff_number="314159", email="zefirina@comune.example"
    )
    _wrote(here)
    _judged(here)
    _used(here)
    deactivate(person=here.ex, by=here.admin, at=NOW)
    here.ex.refresh_from_db()
    return here


def _wrote(here) -> None:
    draft = complete_draft(here.ex, here.call)
    attachments.attach(idea_id=draft.pk, by=here.ex, file=ContentFile(PDF, name="pianta.pdf"), at=NOW)
    here.sent = handing_in.submit(idea_id=draft.pk, by=here.ex, at=NOW)
    screening.admit(idea_id=here.sent.pk, by=here.screener, at=NOW, department_id=here.office.pk)
    here.draft = make.idea(here.ex, here.call, title="Bozza mai inviata")
    coauthors.invite(idea_id=here.draft.pk, by=here.ex, person_id=here.colleague.pk, at=NOW)
    here.other = make.idea(here.author, here.call, state="admitted")
    say = {"idea_id": here.other.pk, "at": NOW, "kind": "question"}
    here.comment = comments.add_comment(by=here.ex, body="Quante sedi?", **say)
    comments.add_comment(by=here.author, body="Due.", parent_id=here.comment.pk, **say)
    following.follow(idea_id=here.other.pk, by=here.ex, at=NOW)
    coauthors.ask_to_join(idea_id=here.other.pk, by=here.ex, at=NOW, text="Posso?")
    Authorship.objects.create(idea=here.other, person=here.ex, status="invited", invited_at=NOW)


def _judged(here) -> None:
    grant(
        capability=Capability.DECIDE_IDEAS, department=here.office, to_person=here.ex, by=here.admin, at=NOW, reason="x"
    )
    here.decided = in_decision(here)
    decisions.decline(
        idea_id=here.decided.pk, by=Person.objects.get(pk=here.ex.pk), at=NOW, reason_code="cost", reason_text=REASON
    )
    given = {"capabilities": ["decide_ideas"], "department": here.office, "starts_on": NOW.date(), "at": NOW}
    row = delegating.give(
        to=here.colleague, ends_on=NOW.date() + 9 * DAY, reason="cure Segretissima", by=here.ex, **given
    )[0]
    delegating.accept(delegation_id=row.pk, by=here.colleague, at=NOW)
    idea = make.idea(here.author, here.call, state="review")
    new = {"idea": idea, "assigned_at": NOW, "due_on": NOW.date()}
    handed = {"status": "submitted", "declared_at": NOW, "submitted_at": NOW, "weighted_score": 3}
    here.card = Review.objects.create(reviewer=here.ex, text_for_author="Bene.", **new | handed)
    new["idea"] = here.other
    here.unfinished = Review.objects.create(reviewer=here.ex, advice="Segretissima", **new)
    Score.objects.create(review=here.unfinished, criterion=make.criteria_of(here.call)[0], value=3)
    Recusal.objects.create(idea=idea, person=here.ex, reason="Segretissima", at=NOW)
    pilot = Pilot.objects.create(idea=make.idea(here.author, here.call, state="piloting"))
    Milestone.objects.create(pilot=pilot, due_on=NOW.date(), text="Avvio", who="Zefirina Ondemandì e Davide")


def _used(here) -> None:
    Assignment.objects.create(
        person=here.ex, department=here.office, starts_on=NOW.date() - 99 * DAY, role="Segretissima"
    )
    issue_token(person=here.ex, name="Segretissima", scope="read", days=30, at=NOW, uuid=uuid4())
    Session.objects.create(session_key="x", session_data="", expire_date=NOW + DAY)
    PersonSession.objects.create(person=here.ex, session_key="x", created_at=NOW)
    order = {"report": "andamento", "title": "Andamento", "format": "csv", "language": "it", "asked_at": NOW}
    row = Export.objects.create(person=here.ex, state="ready", expires_at=NOW + DAY, file="exports/x", **order)
    Download.objects.create(export=row, person=here.ex, at=NOW)
    Mailing.objects.create(
        report="partecipazione", every="quarter", person=here.ex, format="pdf", added_by=here.admin, added_at=NOW
    )
    LogEntry.objects.create(
        user=here.admin, content_type=ContentType.objects.get_for_model(Person), object_id=str(here.ex.pk),
        object_repr=str(here.ex), action_flag=CHANGE,
    )  # fmt: skip


def erase(here, **changes):
    """Erase the leaver, as the administrator does it."""
    about = {"staff_number": "314159", "confirmed": True, "by": here.admin, "at": NOW}
    return erasing.erase_on_request(**about | changes)


def everything() -> str:
    """All rows of all tables, as text."""
    tables = (model for model in apps.get_models() if model._meta.managed and not model._meta.proxy)
    return "\n".join(f"{model.__name__} {row}" for model in tables for row in model._base_manager.values_list())


def chain() -> list[tuple]:
    return list(IdeaEvent.objects.order_by("number").values_list())


# What is left ----------------------------------------------------------------------------------------------------------


def test_nothing_in_the_database_says_any_more_who_it_was(here):
    assert all(canary in everything() for canary in CANARIES)
    erase(here)
    left = everything()
    assert [line for line in left.splitlines() if any(canary in line for canary in CANARIES)] == []


def test_the_chain_gets_one_event_more_and_none_is_touched(here):
    before = chain()
    assert any(here.ex.pk in row for row in before)
    erase(here)
    *after, last = chain()
    assert after == before
    said = IdeaEvent.objects.get(number=last[0])
    assert (said.kind, said.by, said.data) == ("person_erased", here.admin, {"person": here.ex.pk})
    out = StringIO()
    call_command("verify_events", stdout=out)
    assert "the chain holds" in out.getvalue()


def test_what_others_read_stays_and_names_nobody(here):
    texts = list(IdeaVersion.objects.values_list("content", "number"))
    erase(here)
    assert list(IdeaVersion.objects.values_list("content", "number")) == texts
    assert Comment.objects.get(pk=here.comment.pk).body == "Quante sedi?"
    assert Review.objects.get(pk=here.card.pk).text_for_author == "Bene."
    reader = browser(here.author)
    for address in (f"/idee/{here.sent.ref}/", f"/idee/{here.other.ref}/", f"/idee/{here.decided.ref}/"):
        page = reader.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert "Persona che ha lasciato la Città" in text, address
        assert not any(canary in text for canary in CANARIES), address
    with translation.override("en"):
        assert Person.objects.get(pk=here.ex.pk).get_full_name() == "Person who has left the City"


def test_what_concerns_only_the_person_goes(here, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase(here)
    assert not Idea.objects.filter(pk=here.draft.pk).exists()
    assert not Authorship.objects.filter(person=here.ex, status="invited").exists()
    assert not Follow.objects.filter(person=here.ex).exists()
    assert not Notice.objects.filter(recipient=here.ex).exists()
    assert not Session.objects.exists() and not PersonSession.objects.exists() and not Mailing.objects.exists()
    assert not Score.objects.filter(review=here.unfinished).exists()
    assert Recusal.objects.get(person=here.ex).reason == ""
    assert Milestone.objects.get().who == "– e Davide"
    assert [row.ended_at is not None for row in Delegation.objects.all()] == [True]
    assert Export.objects.get(person=here.ex).state == "expired"
    assert Download.objects.filter(person=here.ex).count() == 1
    assert GrantRecord.objects.filter(person=here.ex).count() == 2


def test_a_draft_that_a_colleague_signs_too_is_theirs_and_stays(here):
    Authorship.objects.filter(idea=here.draft, person=here.colleague).update(status="accepted", answered_at=NOW)
    erase(here)
    assert Idea.objects.filter(pk=here.draft.pk).exists()
    text = browser(here.colleague).get(f"/idee/{here.draft.ref}/").content.decode()
    assert "Persona che ha lasciato la Città" in text


def results_page(vote) -> str:
    """The page of the results as everybody reads it, without the token that is new at every look."""
    return re.sub(
        r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "", browser().get(results_of(vote)).content.decode()
    )


def test_tallies_publications_and_results_stay_to_the_byte():
    vote = opened(people=20, ideas=3)
    author = vote.ideas[0].authorships.get().person
    for number, person in enumerate(vote.people):
        vote.cast(person, number % 3)
    admin = holder("Enzo", "Serra", "manage_department", vote.root)
    gone = vote.people[0]
    now = timezone.now()
    for person in (gone, author):
        deactivate(person=person, by=admin, at=now)
    erasing.erase_on_request(staff_number=gone.staff_number, confirmed=True, by=admin, at=now)
    assert Elector.objects.filter(ballot=vote.pk, person=gone.uuid).exists()
    vote.end()
    before = Publication.objects.get(ballot=vote.pk)
    assert '"papers":20' in before.body.replace(" ", "")
    page = results_page(vote)
    erasing.erase_on_request(staff_number=author.staff_number, confirmed=True, by=admin, at=now)
    after = Publication.objects.get(ballot=vote.pk)
    assert (after.body, after.sha256) == (before.body, before.sha256)
    assert results_page(vote) == page
    assert vote.seal()
    call_command("verify_events", stdout=StringIO())


# Who, and when not -----------------------------------------------------------------------------------------------------


def test_who_is_in_service_is_not_erased_and_reads_why(here):
    before = everything()
    for act in (erasing.preview, lambda **about: erasing.erase_on_request(confirmed=True, **about)):
        with pytest.raises(StillInService) as refused:
            act(staff_number=here.author.staff_number, by=here.admin, at=NOW)
        assert "Davide Conti è in servizio" in refused.value.sentence
        with pytest.raises(UnknownPerson):
            act(staff_number="000000", by=here.admin, at=NOW)
    with pytest.raises(NotConfirmed):
        erase(here, confirmed=False)
    assert everything() == before


@pytest.mark.parametrize("who", ["screener", "manager", "author", "local", "hr"])
def test_only_who_looks_after_the_whole_city_erases(here, who):
    here.local = holder("Olga", "Locale", "manage_department", here.office)
    here.hr = holder("Andrea", "Martini", "view_participation", here.root)
    before = everything()
    for act in (lambda **about: erasing.preview(at=NOW, staff_number="314159", **about), lambda by: erase(here, by=by)):
        with pytest.raises(NotThere):
            act(by=getattr(here, who))
    assert everything() == before


def test_the_report_of_an_erasure_says_who_did_it_and_not_to_whom(here):
    report = erase(here)
    assert (report.rule, report.count, report.by, report.is_dry) == ("erasure", 1, here.admin, False)
    with pytest.raises(UnknownPerson):
        erase(here)
    with pytest.raises(AlreadyErased):
        erasing.check_may_be_erased(Person.objects.get(pk=here.ex.pk))
    assert RetentionRun.objects.count() == 1


def test_who_was_erased_does_not_come_back_as_the_same_row(here):
    erase(here)
    with pytest.raises(NotInService):
        reactivate(person=here.ex, department=here.office, by=here.admin, at=NOW)
    for again in (
        {"is_active": True},
        {"first_name": "Zefirina"},
        {"staff_number": "314159"},
        {"email": "z@x.example"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=here.ex.pk).update(**again)
    fresh = make.person("Zefirina", "Ondemandì", home=here.office, staff_number="314159")
    assert fresh.pk != here.ex.pk


def test_the_preview_counts_what_goes_and_what_stays_each_with_its_reason(here):
    shown = erasing.preview(staff_number="314159", by=here.admin, at=NOW)
    goes = {line.what: line.number for line in shown.goes}
    stays = {line.what: line.number for line in shown.stays}
    assert goes["Bozze"] == goes["Idee seguite"] == goes["Inviti a firmare"] == goes["Token personali"] == 1
    assert stays["Idee inviate"] == stays["Commenti"] == stays["Valutazioni consegnate"] == stays["Decisioni"] == 1
    assert all(line.why and line.number for line in (*shown.goes, *shown.stays))


def test_an_erasure_that_fails_halfway_leaves_everything_as_it_was(here, monkeypatch):
    before = everything()

    def broken(**about):
        raise IntegrityError("no")

    monkeypatch.setattr("innovato.organisation.services.forgetting.deactivate_many", broken)
    with suppress(IntegrityError), transaction.atomic():
        erase(here)
    assert everything() == before
