# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person's own data as an archive: everything about them under readable names, nothing about others, nothing of the vote."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from innovato.exports.errors import BadRequest, Gone, NotThere
from innovato.exports.models import Export
from innovato.exports.services import asking, making
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Assignment, PersonSession
from innovato.organisation.services import deactivate, grant, issue_token
from tests import factories as make
from tests.voting.factories import opened
from tests.voting.pages import browser
from tests.workflow.factories_judging import REASON, city, holder, in_decision
from tests.workflow.factories_writing import PDF, complete_draft
from workflow.models import Review
from workflow.services import attachments, comments, decisions, delegating, following, handing_in, screening

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

NOW = make.NOW
DAY = timedelta(days=1)
ORDER = {"report": "miei-dati", "format": "zip", "posted": {}}


@pytest.fixture
def here():
    here = city()
    here.me = make.person("Irina", "Popa", home=here.office)
    here.admin = holder("Enzo", "Serra", "manage_department", here.root)
    draft = complete_draft(here.me, here.call, title="Sala d’attesa")
    attachments.attach(idea_id=draft.pk, by=here.me, file=ContentFile(PDF, name="../pianta nuova.pdf"), at=NOW)
    here.idea = handing_in.submit(idea_id=draft.pk, by=here.me, at=NOW)
    screening.admit(idea_id=here.idea.pk, by=here.screener, at=NOW, department_id=here.office.pk)
    say = {"idea_id": here.idea.pk, "at": NOW, "kind": "question"}
    comments.add_comment(by=here.me, body="=Quante sedi?", **say)
    elsewhere = make.idea(here.author, here.call, state="admitted")
    comments.add_comment(by=here.colleague, body="Parola altrui", **say | {"idea_id": elsewhere.pk})
    following.follow(idea_id=here.idea.pk, by=here.me, at=NOW)
    grant(
        capability=Capability.DECIDE_IDEAS,
        department=here.office,
        to_person=here.me,
        by=here.admin,
        at=NOW,
        reason="nomina",
    )
    decisions.decline(idea_id=in_decision(here).pk, by=here.me, at=NOW, reason_code="cost", reason_text=REASON)
    delegating.give(
        to=here.colleague, capabilities=["decide_ideas"], department=here.office, starts_on=NOW.date(),
        ends_on=NOW.date(), reason="ferie", by=here.me, at=NOW,
    )  # fmt: skip
    Review.objects.create(
        idea=make.idea(here.author, here.call, state="review"), reviewer=here.me, assigned_at=NOW, due_on=NOW.date(),
        advice="Partire da due sedi.",
    )  # fmt: skip
    issue_token(person=here.me, name="Agenda", scope="read", days=30, at=NOW)
    PersonSession.objects.create(person=here.me, session_key="k", created_at=NOW)
    Assignment.objects.create(person=here.me, department=here.office, starts_on=NOW.date(), role="istruttrice")
    return here


def archive(person, *, language="it") -> zipfile.ZipFile:
    """The archive as this person downloads it."""
    job = asking.ask(by=person, at=NOW, language=language, **ORDER)
    assert making.make(export_id=job.pk, at=NOW)
    job = asking.take(by=person, uuid=job.uuid, at=NOW)
    with default_storage.open(job.file) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def sections(person, **options) -> dict[str, list[dict]]:
    found = archive(person, **options)
    name = "dati.json" if options.get("language", "it") == "it" else "data.json"
    return {section["key"]: section["rows"] for section in json.loads(found.read(name))["sections"]}


def test_everything_about_me_is_there_under_readable_names(here):
    mine = sections(here.me)
    assert {row["Dato"]: row["Valore"] for row in mine["profile"]}["Matricola"] == here.me.staff_number
    assert mine["assignments"][0]["Ruolo"] == "istruttrice"
    assert [row["Motivo"] for row in mine["grants"]] == ["nomina"]
    assert [row["Motivo"] for row in mine["delegations"]] == ["ferie"]
    assert [row["Nome"] for row in mine["tokens"]] == ["Agenda"]
    assert len(mine["sessions"]) == 1 and mine["notices"]
    assert [(row["Idea"], row["Titolo"]) for row in mine["ideas"]] == [(here.idea.number, "Sala d’attesa")]
    assert [row["Problema"] for row in mine["versions"]] == [here.idea.problem]
    assert [row["Testo"] for row in mine["comments"]] == ["=Quante sedi?"]
    assert [row["Per chi decide"] for row in mine["reviews"]] == ["Partire da due sedi."]
    assert [row["Testo"] for row in mine["decisions"]] == [REASON]
    assert [row["Titolo"] for row in mine["follows"]] == ["Sala d’attesa"]
    assert {"submit", "decline", "delegation_given"} <= {row["Tipo"] for row in mine["events"]}
    assert {row["Quando"] for row in mine["comments"]} == {"2026-11-19 10:00"}


def test_the_archive_holds_words_tables_that_cannot_run_and_my_files(here):
    found = archive(here.me)
    names = found.namelist()
    assert found.testzip() is None and len(set(names)) == len(names)
    assert [name for name in names if name.startswith("allegati/")] == ["allegati/01-pianta-nuova.pdf"]
    assert found.read("allegati/01-pianta-nuova.pdf") == PDF
    assert not [name for name in names if name.startswith("/") or ".." in name]
    table = next(name for name in names if name.endswith("-Commenti.csv"))
    rows = list(csv.reader(io.StringIO(found.read(table).decode("utf-8-sig")), delimiter=";"))
    assert rows[0][3] == "Testo" and rows[1][3] == "'=Quante sedi?"
    words = found.read("leggimi.txt").decode()
    assert "Irina Popa" in words and "Come hai votato qui non c’è" in words


def test_in_english_when_that_is_what_i_ask_for(here):
    found = archive(here.me, language="en")
    assert "data.json" in found.namelist() and "readme.txt" in found.namelist()
    assert "How you voted is not here" in found.read("readme.txt").decode()
    assert sections(here.me, language="en")["comments"][0]["Text"] == "=Quante sedi?"


def test_nothing_of_others_is_in_it(here):
    whole = archive(here.me)
    text = " ".join(whole.read(name).decode("utf-8", "replace") for name in whole.namelist())
    for canary in ("Parola altrui", here.colleague.staff_number, here.colleague.email, here.screener.email):
        assert canary not in text
    others = sections(make.person("Vuota", "Del Tutto"))
    assert {key for key, rows in others.items() if rows} == {"profile", "exports"}  # this very order


def test_the_vote_leaves_no_trace_in_it_whether_one_voted_or_not():
    vote = opened(people=12, ideas=2)
    voter, other = vote.people[:2]
    before = sections(voter)
    vote.cast(voter, 0)
    after = sections(voter)
    assert after["ballots"] == before["ballots"] == sections(other)["ballots"]
    assert [row["Stato"] for row in after["ballots"]] == ["Aperta"]
    assert {key: rows for key, rows in after.items() if key not in ("exports", "downloads", "notices")} == {
        key: rows for key, rows in before.items() if key not in ("exports", "downloads", "notices")
    }  # fmt: skip


def test_nobody_gets_somebody_elses_and_nobody_can_name_somebody(here):
    archive(here.me)
    job = Export.objects.get()
    for act in (asking.own, lambda **about: asking.take(at=NOW, **about)):
        with pytest.raises(NotThere):
            act(by=here.colleague, uuid=job.uuid)
    assert browser(here.colleague).get(f"/esportazioni/{job.uuid}/file/").status_code == 404
    named = asking.ask(by=here.colleague, at=NOW, language="it", **ORDER | {"posted": {"person": str(here.me.pk)}})
    assert (named.person, named.parameters) == (here.colleague, {})
    for odd in ("pdf", "ods", "csv", "exe"):
        with pytest.raises(BadRequest):
            asking.ask(by=here.me, at=NOW, language="it", **ORDER | {"format": odd})


def test_an_archive_is_no_format_for_figures(here):
    watcher = holder("Ines", "Villa", "view_pipeline", here.root)
    with pytest.raises(BadRequest):
        asking.ask(by=watcher, report="andamento", posted={}, format="zip", language="it", at=NOW)


def test_it_ends_with_the_days_and_with_the_service(here):
    archive(here.me)
    job = Export.objects.get()
    with pytest.raises(Gone):
        asking.take(by=here.me, uuid=job.uuid, at=NOW + 8 * DAY)
    waiting = asking.ask(by=here.me, at=NOW, language="en", **ORDER)
    deactivate(person=here.me, by=None, at=NOW)
    assert not making.make(export_id=waiting.pk, at=NOW)
    waiting.refresh_from_db()
    assert waiting.state == "failed"


def test_a_file_that_the_storage_lost_is_named_and_the_rest_is_there(here):
    default_storage.delete(here.idea.attachments.get().file.name)
    words = archive(here.me).read("leggimi.txt").decode()
    assert "Questo file non c’è più: pianta nuova.pdf" in words


def test_the_profile_offers_it_and_the_order_is_made_from_there(here):
    client = browser(here.me)
    page = client.get("/profilo/").content.decode()
    assert "Scarica i tuoi dati" in page
    answer = client.post("/esportazioni/nuova/", {"report": "miei-dati", "format": "zip", "language": "it"})
    job = Export.objects.get()
    assert answer["Location"] == f"/esportazioni/{job.uuid}/"
    making.make(export_id=job.pk, at=timezone.now())
    assert f"/esportazioni/{job.uuid}/file/" in client.get("/profilo/").content.decode()
    answer = client.get(f"/esportazioni/{job.uuid}/file/")
    assert answer.status_code == 200 and ".zip" in answer["Content-Disposition"]
    b"".join(answer.streaming_content)


def cost(person) -> int:
    """How many queries an archive takes."""
    with CaptureQueriesContext(connection) as seen:
        archive(person)
    return len(seen)


def test_it_costs_the_same_with_one_comment_and_with_twenty(here):
    few = cost(here.me)
    for number in range(20):
        comments.add_comment(idea_id=here.idea.pk, by=here.me, body=f"n {number}", at=NOW, kind="question")
    assert cost(here.me) <= few
