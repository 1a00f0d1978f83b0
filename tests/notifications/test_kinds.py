# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every kind of notice has its words: by mail as text and HTML that say the same, and in the application."""

import html
import re
from email import message_from_string, policy
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory

from innovato.exports import notices as _exports  # noqa: F401 - enters its kinds
from innovato.notifications import delivery, kinds
from innovato.notifications.models import Notice
from innovato.organisation.models import Person
from innovato.participation import notices as _participation  # noqa: F401 - enters its kind
from innovato.webhooks import notices as _webhooks  # noqa: F401 - enters its kind

from .factories import AT

KINDS = [kind.name for kind in kinds.registered()]
MAILED = [kind.name for kind in kinds.registered() if kind.mail]
FULL = {
    "title": "Sala d’attesa silenziosa",
    "url": "/idee/2026-0412/",
    "ref": "2026-0412",
    "due": "2026-12-04",
    "ends_on": "2027-03-31",
    "voting_closes_on": "2026-12-04",
    "objections_until_at": "2026-12-06T18:00:00+01:00",
    "department": "Servizi civici",
    "campaign": "Meno sprechi, più tempo",
    "reason_label": "Costa più del beneficio",
    "reason_text": "Prima riga.\nSeconda riga.",
    "note_text": "Quante persone al mese?",
    "other_title": "Residenza in un solo passaggio",
    "by_name": "Laura Pautasso",
    "for_name": "Silvia Ghione",
    "task_label": "Decidere sulle idee e sui piloti",
    "delegator_name": "Silvia Ghione",
    "deputy_name": "Fabio Cerutti",
    "starts_on": "2026-11-16",
    "indicator": "Persone servite",
    "sha256": "ab" * 32,
}
LEAST = {"title": "Sala d’attesa silenziosa", "url": "/idee/2026-0412/"}


def compose(kind, language="it", **context):
    """The mail of a notice of this kind to somebody who reads this language."""
    person = Person(first_name="Giulia", email="giulia@comune.example", language=language)
    return delivery.compose(Notice(kind=kind, key="test", recipient=person, context=context))


def words_of(markup: str) -> str:
    """The words of a document, without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def test_there_are_kinds_to_look_at():
    assert len(KINDS) > 20


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_line_in_the_application(kind):
    assert get_template(f"notifications/kinds/{kind}.html")


@pytest.mark.parametrize("due", [None, "2026-12-04"])
def test_an_invitation_to_a_draft_without_a_title_says_so(due):
    mail = compose("coauthor_invited", title="", by_name="Laura Pautasso", due=due, url="/")
    assert "«Idea senza titolo»" in mail.body and "«»" not in mail.body + str(mail.alternatives[0][0])


def test_there_are_no_words_for_kinds_that_nobody_enters():
    known = set(KINDS)
    for folder, pattern in (("notifications/kinds", "[a-z]*.html"), ("email", "[a-z]*.*")):
        files = Path(settings.BASE_DIR, "templates", folder).glob(pattern)
        assert {file.stem for file in files} <= known


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("mine", [True, False])
@pytest.mark.parametrize("kind", MAILED)
def test_a_mail_has_a_subject_one_link_and_says_who_sends_it(kind, mine, full, language):
    mail = compose(kind, language, **(FULL if full else LEAST) | {"mine": mine})
    link = f"{settings.INNOVATO_BASE_URL}/idee/2026-0412/"
    markup = mail.alternatives[0].content
    assert 5 < len(mail.subject) < 120
    assert re.findall(r"\w+://\S+", mail.body) == [link]
    assert re.findall(r'(?:href|src)="([^"]*)"', markup) == [link]
    assert settings.INNOVATO_CITY_NAME in mail.body
    assert settings.INNOVATO_CITY_NAME in markup
    assert f'<html lang="{language}">' in markup
    assert "None" not in mail.subject + mail.body + markup
    assert "\n\n\n" not in mail.body


@pytest.mark.parametrize("kind", MAILED)
def test_text_and_html_say_the_same(kind):
    mail = compose(kind, **FULL, mine=True)
    shown = words_of(mail.alternatives[0].content)
    paragraphs = mail.body.partition("\n--\n")[0].split("\n\n")
    for paragraph in paragraphs[:-1]:
        assert " ".join(paragraph.split()) in shown


@pytest.mark.parametrize("kind", MAILED)
def test_a_mail_is_plain_markup_that_loads_nothing(kind):
    markup = compose(kind, **FULL).alternatives[0].content
    assert not re.search(r"<(script|style|img|link|table|iframe)|\sstyle=|\son\w+=|url\(", markup)


@pytest.mark.parametrize(
    "kind",
    [
        "submitted",
        "changes_requested",
        "review_assigned",
        "decision_due",
        "reexamination_requested",
        "coauthor_invited",
    ],
)
def test_a_deadline_is_in_the_first_sentence(kind):
    first = compose(kind, **FULL, mine=True).body.splitlines()[0]
    assert "venerdì 4 dicembre" in first


@pytest.mark.parametrize("kind", MAILED)
def test_no_mail_says_how_anybody_voted(kind):
    mail = compose(kind, **FULL, mine=True, supports=4711, papers=4712, choices="CANARY", quorum=True)
    for text in (mail.subject, mail.body, mail.alternatives[0].content):
        assert not {"4711", "4712", "CANARY"} & set(re.findall(r"\w+", text))


@pytest.mark.parametrize("kind", MAILED)
def test_what_people_typed_stays_text(kind):
    evil = "<script>alert(1)</script> & «Bcc»\r\nBcc: tutti@comune.example"
    typed = dict.fromkeys(("title", "reason_text", "note_text", "by_name", "other_title", "department"), evil)
    mail = compose(kind, **FULL | typed, mine=True)
    sent = message_from_string(mail.message().as_string(), policy=policy.default)
    assert sent["Bcc"] is None
    assert "\n" not in mail.subject
    assert "<script" not in mail.alternatives[0].content
    assert "&lt;" not in mail.body


def test_the_headers_keep_machines_quiet_and_repetitions_one():
    mail = compose("declined", **FULL)
    again = compose("declined", **FULL)
    sent = mail.message()
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Message-ID"] == again.message()["Message-ID"]
    assert "InnovaTo – Città di Torino" in mail.from_email


def test_a_kind_without_words_can_not_be_mailed():
    with pytest.raises(delivery.UNSENDABLE):
        compose("no_such_kind", **LEAST)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("full", [True, False])
def test_the_line_in_the_application_escapes_what_people_typed(kind, full):
    notice = Notice(pk=7, kind=kind, key="test", deliver_after=AT, context=(FULL if full else LEAST) | {"mine": True})
    notice.context |= {"title": "<b>grassetto</b>", "by_name": "<i>Anna</i>"}
    row = engines["django"].from_string("{% load notices %}{% notice_row notice %}")
    shown = row.render({"notice": notice}, RequestFactory().get("/avvisi/"))
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "None" not in shown
    assert 'href="/avvisi/7/apri/"' in shown
    assert len(words_of(re.search(r"<h3>(.*?)</h3>", shown, re.DOTALL)[1])) > 5
    assert len(words_of(re.search(r"<p>(.*?)</p>", shown, re.DOTALL)[1])) > 5
