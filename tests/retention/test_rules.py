# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each rule of retention: what is a day too young stays, what is old enough goes, and nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone, translation

from innovato import expired_cache
from innovato.exports.models import Download, Export
from innovato.notifications import mailbox
from innovato.notifications.models import Notice
from innovato.organisation.models import (
    AccessToken,
    Assignment,
    Delegation,
    KeptAnswer,
    Person,
    PersonSession,
    SignInAttempts,
)
from innovato.organisation.services import deactivate
from innovato.retention import registry
from innovato.retention.models import RetentionRun
from tests import factories as make
from tests.voting.factories import opened
from tests.workflow.factories_judging import city
from tests.workflow.factories_writing import PDF
from voting.models import Elector
from workflow.models import Attachment, Authorship, Comment, CommentReport, Idea
from workflow.services import attachments

pytestmark = pytest.mark.django_db

NOW = make.NOW
DAY = timedelta(days=1)


@pytest.fixture
def here():
    return city()


def age(name: str, days_past: int) -> datetime:
    """A moment so many days before (or, negative, after) the term of this rule is over."""
    return registry.get(name).term.before(NOW) - days_past * DAY


def follow(name: str) -> int:
    """Count, let go, and find that counting had told the truth and that a second time nothing is left."""
    rule = registry.get(name)
    due = rule.due(NOW)
    assert rule.run(NOW) == due
    assert (rule.due(NOW), rule.run(NOW)) == (0, 0)
    return due


def test_every_rule_says_what_why_how_long_and_what_then_in_both_languages():
    for rule in registry.rules():
        with translation.override("it"):
            italian = [str(rule.what), str(rule.basis), rule.period, str(rule.outcome)]
        with translation.override("en"):
            english = [str(rule.what), str(rule.basis), rule.period, str(rule.outcome)]
        assert all(italian) and all(english)
        assert all(there != here for there, here in zip(italian, english, strict=True)), rule.name
    assert {"drafts", "names", "notices", "tokens", "sessions", "electors"} <= {rule.name for rule in registry.rules()}


def test_a_term_below_one_counts_as_one_and_years_are_calendar_years(settings):
    settings.INNOVATO_RETAIN_NOTICE_DAYS = 0
    assert registry.get("notices").term.before(NOW) == NOW - DAY
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert registry.get("names").term.before(leap_day) == datetime(2023, 2, 28, 12, tzinfo=UTC)


# Drafts ------------------------------------------------------------------------------------------------------------


def left(name: str, day: datetime, home) -> Person:
    """Somebody who left on that day."""
    person = make.person(name, "Andata", home=home)
    deactivate(person=person, by=None, at=day)
    return person


def attached(idea, person) -> Attachment:
    """A file of the draft, from before its author left."""
    Person.objects.filter(pk=person.pk).update(is_active=True)
    by = Person.objects.get(pk=person.pk)
    row = attachments.attach(idea_id=idea.pk, by=by, file=ContentFile(PDF, name="a.pdf"), at=NOW)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    return row


def test_drafts_of_leavers_go_with_their_files_after_the_days(here):
    old, young = left("Ada", age("drafts", 0), here.office), left("Bice", age("drafts", -1), here.office)
    gone, waiting = make.idea(old, here.call), make.idea(young, here.call)
    handed_in = make.idea(old, here.call, state="screening")
    together = make.idea(old, here.call)
    Authorship.objects.create(idea=together, person=here.colleague, status="accepted", invited_at=NOW, answered_at=NOW)
    attached(gone, old)
    registry.get("drafts").run(NOW)
    assert set(Idea.objects.values_list("pk", flat=True)) == {waiting.pk, handed_in.pk, together.pk}
    assert not Attachment.objects.exists()


def test_the_bytes_of_a_draft_go_once_it_is_committed(here, django_capture_on_commit_callbacks):
    old = left("Ada", age("drafts", 0), here.office)
    idea = make.idea(old, here.call)
    name = attached(idea, old).file.name
    with django_capture_on_commit_callbacks(execute=True):
        assert follow("drafts") == 1
    assert not default_storage.exists(name)


# Comments ------------------------------------------------------------------------------------------------------------


def test_answered_reports_and_the_text_of_removed_comments_go_and_the_reason_stays(here):
    idea = make.idea(here.author, here.call, state="admitted")
    words = {"idea": idea, "author": here.colleague, "kind": "question", "at": NOW}
    by_age = {}
    for days in (0, -1):
        moment = age("comment_reports", days)
        row = Comment.objects.create(
            body="Una parola di troppo", removed_at=moment, removed_by=here.screener, removal_reason="Offende", **words
        )
        CommentReport.objects.create(comment=row, by=here.author, reason="x", at=moment, handled_at=moment)
        by_age[days] = row
    CommentReport.objects.create(comment=by_age[0], by=here.manager, reason="mai letta", at=age("comment_reports", 9))
    stands = Comment.objects.create(body="Resta", **words)
    assert (follow("comment_reports"), follow("removed_comments")) == (1, 1)
    assert sorted(CommentReport.objects.values_list("comment", "reason")) == [
        (by_age[0].pk, "mai letta"), (by_age[-1].pk, "x"),
    ]  # fmt: skip
    rows = {row.pk: (row.body, row.removal_reason) for row in Comment.objects.all()}
    assert rows == {
        by_age[0].pk: ("", "Offende"), by_age[-1].pk: ("Una parola di troppo", "Offende"), stands.pk: ("Resta", ""),
    }  # fmt: skip


# People and access ---------------------------------------------------------------------------------------------------


def test_names_go_years_after_leaving_and_where_they_worked_follows_when_no_figure_counts_it(here):
    old, young = left("Ada", age("names", 0), here.office), left("Bice", age("names", -1), here.office)
    for person in (old, young):
        Assignment.objects.create(person=person, department=here.office, starts_on=NOW.date() - 9000 * DAY,
                                  ends_on=person.left_on, role="educatrice")  # fmt: skip
    idea = make.idea(old, here.call, state="adopted")
    assert follow("names") == 1
    old.refresh_from_db()
    young.refresh_from_db()
    with translation.override("it"):
        assert (str(old), old.email, old.staff_number[0], str(young)) == (
            "Persona che ha lasciato la Città", "", "~", "Bice Andata",
        )  # fmt: skip
    with translation.override("en"):
        assert str(old) == "Person who has left the City"
    assert idea.author_ids() == {old.pk}
    assert old.assignments.get().role == "" and old.home_department_id
    assert follow("places") == 1
    old.refresh_from_db()
    assert (old.assignments.count(), old.home_department_id, old.left_on) == (0, None, None)
    assert young.assignments.get().role == "educatrice"


def test_where_a_leaver_of_last_year_worked_stays_for_the_headcounts(here):
    person = left("Ada", datetime(2025, 1, 1, 12, tzinfo=UTC), here.office)
    Person.objects.filter(pk=person.pk).update(
        first_name="", last_name="", email="", staff_number="~00001", erased_at=NOW
    )
    assert registry.get("places").due(NOW) == 0
    assert registry.get("places").due(datetime(2027, 1, 1, 12, tzinfo=UTC)) == 1


def test_expired_sessions_and_the_notes_of_them_go(here, settings):
    ends = {"old": NOW - DAY, "new": NOW + DAY}
    for key, moment in ends.items():
        Session.objects.create(session_key=key, session_data="", expire_date=moment)
    whole = timedelta(hours=settings.INNOVATO_SESSION_HOURS)
    for key, moment in (("old", NOW - whole - DAY), ("new", NOW)):
        PersonSession.objects.create(person=here.author, session_key=key, created_at=moment)
    assert follow("sessions") == 2
    assert [*Session.objects.values_list("pk", flat=True)] == ["new"]
    assert [*PersonSession.objects.values_list("session_key", flat=True)] == ["new"]


def test_tries_tokens_answers_and_delegations_go_after_their_time(here):
    for number, moment in (("111111", NOW), ("222222", NOW + DAY)):
        SignInAttempts.objects.create(staff_number=number, tries=1, until=moment)
    for days in (0, -1):
        moment = age("tokens", days)
        new = {"person": here.author, "created_at": moment - 99 * DAY}
        for name, revoked, expires in (("r", moment, moment + 99 * DAY), ("e", None, moment)):
            AccessToken.objects.create(
                name=f"{name}{days}", fingerprint=f"{AccessToken.objects.count():064x}", revoked_at=revoked,
                expires_at=expires, **new,
            )  # fmt: skip
    for key, moment in (("old", age("kept_answers", 0)), ("new", NOW)):
        KeptAnswer.objects.create(person=here.author, key=key, fingerprint="0" * 64, created_at=moment)
    for days in (1, -1):
        day = timezone.localdate(age("delegations", days))
        Delegation.objects.create(
            delegator=here.manager, deputy=here.colleague, department=here.office, capability="decide_ideas",
            starts_on=day - 3 * DAY, ends_on=day, reason=f"ferie {days}", given_at=NOW,
        )  # fmt: skip
    assert [follow(name) for name in ("sign_in_attempts", "tokens", "kept_answers", "delegations")] == [1, 2, 1, 1]
    assert SignInAttempts.objects.get().staff_number == "222222"
    assert sorted(AccessToken.objects.values_list("name", flat=True)) == ["e-1", "r-1"]
    assert KeptAnswer.objects.get().key == "new"
    assert Delegation.objects.get().reason == "ferie -1"


# Notices, mails, files, cache, reports -----------------------------------------------------------------------------------


def test_old_notices_go_but_not_one_whose_mail_still_waits(here):
    moment = age("notices", 0)
    new = {"recipient": here.author, "kind": "admitted", "context": {}, "created_at": moment, "email_next_at": moment}
    for key, at, state in (
        ("old", moment, "skipped"), ("waits", moment, "pending"), ("new", moment + DAY, "skipped")
    ):  # fmt: skip
        Notice.objects.create(key=key, deliver_after=at, email_state=state, **new)
    assert follow("notices") == 1
    assert sorted(Notice.objects.values_list("key", flat=True)) == ["new", "waits"]


def test_copies_of_mails_go_where_mails_are_files(settings, tmp_path):
    settings.EMAIL_BACKEND = "innovato.notifications.mailbox.MailboxBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    folder = mailbox._folder("a@comune.example")
    folder.mkdir()
    for name in ("old", "new"):
        (folder / f"{name}.eml").write_text("x")
    later = registry.get("mails").term.number
    (folder / "old.eml").touch()
    at = datetime.fromtimestamp((folder / "old.eml").stat().st_mtime, UTC) + later * DAY
    rule = registry.get("mails")
    assert rule.due(at - 2 * DAY) == 0
    assert rule.run(at + timedelta(seconds=5)) == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert rule.due(at + 999 * DAY) == 0


def export(person, *, asked_at, state="expired", **fields) -> Export:
    return Export.objects.create(
        person=person, report="andamento", title="Andamento", format="csv", language="it", asked_at=asked_at, state=state,
        **fields,
    )  # fmt: skip


def test_files_go_and_much_later_the_lines_of_the_register(here):
    name = default_storage.save("exports/x.csv", ContentFile(b"x"))
    ready = export(here.director, asked_at=NOW - 8 * DAY, state="ready", expires_at=NOW, file=name)
    old, lately = age("export_register", 0), age("export_register", -1)
    gone, taken_lately, young = (
        export(here.director, asked_at=old), export(here.director, asked_at=old), export(here.director, asked_at=lately)
    )  # fmt: skip
    for row, moment in ((gone, old), (taken_lately, lately), (young, lately)):
        Download.objects.create(export=row, person=here.director, at=moment)
    assert (follow("export_files"), follow("export_register")) == (1, 1)
    assert not default_storage.exists(name)
    assert set(Export.objects.values_list("pk", flat=True)) == {ready.pk, taken_lately.pk, young.pk}
    assert Download.objects.count() == 2


def test_what_ran_out_in_a_cache_that_is_a_table_goes(settings, monkeypatch):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "retain_cache"}
    }
    call_command("createcachetable", verbosity=0)
    cache = caches["default"]
    cache.set("looking", (1, "Laura Pautasso"), timeout=60)
    cache.set("stays", 1, timeout=900)
    now = timezone.now()
    assert expired_cache.count(now) == 0
    assert expired_cache.count(now + timedelta(seconds=120)) == 1
    assert expired_cache.delete_some(now + timedelta(seconds=120)) == 1
    assert (cache.get("looking"), cache.get("stays")) == (None, 1)


def test_a_cache_that_forgets_by_itself_is_left_alone():
    assert (expired_cache.count(NOW), expired_cache.delete_some(NOW)) == (0, 0)


def test_old_reports_of_runs_go_too():
    for moment in (age("reports", 0), age("reports", -1)):
        RetentionRun.objects.create(rule="notices", started_at=moment, finished_at=moment)
    RetentionRun.objects.create(rule="tokens", started_at=age("reports", 9))
    assert follow("reports") == 1
    assert RetentionRun.objects.count() == 2


# The vote --------------------------------------------------------------------------------------------------------------


def test_lists_of_electors_go_with_the_seal_also_where_the_clock_of_the_ballots_was_late():
    vote, rule = opened(people=12, ideas=2), registry.get("electors")
    for person in vote.people:
        vote.cast(person, 0)
    vote.end()
    assert rule.due(timezone.now()) == 0
    vote.end_objections()
    assert (rule.due(timezone.now()), rule.run(timezone.now())) == (1, 1)
    assert vote.fresh().state == "sealed" and not Elector.objects.exists()
    assert (rule.due(timezone.now()), rule.run(timezone.now())) == (0, 0)
