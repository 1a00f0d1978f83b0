# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs of retention: counted or done, each with a report that names nobody; one at a time, in batches, safe to repeat."""

import logging
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from innovato import batches
from innovato.notifications.models import Notice
from innovato.organisation.models import Person, SignInAttempts
from innovato.organisation.services import deactivate
from innovato.retention import registry, tasks
from innovato.retention.models import RetentionRun
from innovato.retention.services import running
from innovato.schedule import beat_schedule
from tests import factories as make
from tests.several import at_once

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def old(db):
    """Somebody who left long ago, seven old notices to somebody else, and two counted tries to sign in."""
    now = timezone.now()
    leaver, reader = make.person("Zefirina", "Ondemandì", staff_number="314159"), make.person()
    deactivate(person=leaver, by=None, at=now - 3000 * DAY)
    told = {"kind": "admitted", "context": {"title": "Ondemandì", "url": "/"}, "email_state": "skipped"}
    moment = now - 900 * DAY
    Notice.objects.bulk_create(
        Notice(
            recipient=reader, key=f"old:{n}", created_at=moment, deliver_after=moment, email_next_at=moment, **told
        )
        for n in range(7)
    )  # fmt: skip
    for number in ("271828", "161803"):
        SignInAttempts.objects.create(staff_number=number, tries=1, until=moment)
    return leaver


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("run_retention", *arguments, stdout=out)
    return out.getvalue()


def counts(**only) -> dict[str, int]:
    """What the reports say, rule by rule, where something was there to go."""
    return dict(RetentionRun.objects.filter(count__gt=0, **only).order_by("pk").values_list("rule", "count"))


FOUND = {"names": 1, "sign_in_attempts": 2, "notices": 7}


def test_a_dry_run_counts_reports_and_changes_nothing(old):
    said = told("--dry-run")
    assert "notices: 7 would go" in said and "names: 1 would go" in said and "tokens: 0 would go" in said
    assert counts(is_dry=True) == FOUND and not RetentionRun.objects.filter(is_dry=False).exists()
    assert (Notice.objects.count(), SignInAttempts.objects.count()) == (7, 2)
    old.refresh_from_db()
    assert old.first_name == "Zefirina"


def test_a_run_does_what_the_dry_run_said_and_a_second_one_finds_nothing(old):
    told("--dry-run")
    said = told()
    assert "notices: 7 gone" in said
    assert counts(is_dry=True) == FOUND
    assert counts(is_dry=False) == FOUND | {"places": 1}  # who has just lost the name left long before any figure
    assert not Notice.objects.exists() and not SignInAttempts.objects.exists()
    RetentionRun.objects.all().delete()
    tasks.run_retention()
    assert counts() == {}
    assert RetentionRun.objects.filter(finished_at=None).count() == 0
    assert RetentionRun.objects.count() == len(registry.rules())


def test_one_rule_alone_and_a_name_that_is_none(old):
    assert told("--only", "notices") == "notices: 7 gone\n"
    assert SignInAttempts.objects.count() == 2
    with pytest.raises(CommandError, match="no rule is called 'avvisi'; there are: names, places"):
        told("--only", "avvisi")
    with pytest.raises(LookupError):
        running.run_all(at=timezone.now(), only="avvisi")


def test_reports_output_and_log_name_nobody(old, caplog):
    caplog.set_level(logging.DEBUG)
    said = told("--dry-run") + told()
    rows = " ".join(map(str, RetentionRun.objects.values_list()))
    for canary in ("Zefirina", "Ondemandì", "314159", "271828", old.email):
        assert canary not in said + rows + " ".join(record.getMessage() for record in caplog.records)


def test_a_run_goes_batch_by_batch_and_says_how_far_it_is(old, monkeypatch):
    seen, plain = [], batches.delete_some
    monkeypatch.setattr("innovato.retention.ground.delete_some", lambda rows: plain(rows, size=3))
    running.run_all(at=timezone.now(), only="notices", progress=lambda name, done: seen.append((name, done)))
    assert seen == [("notices", 3), ("notices", 6), ("notices", 7)]


def test_a_rule_that_another_worker_is_at_is_left_to_it(old):
    now = timezone.now()
    RetentionRun.objects.create(rule="notices", started_at=now)
    reports = running.run_all(at=now)
    assert "notices" not in {report.rule for report in reports}
    assert Notice.objects.count() == 7
    assert "another worker" in told("--only", "notices")


def test_a_worker_that_died_is_put_on_record_and_the_rule_goes_on(old):
    died = RetentionRun.objects.create(rule="notices", started_at=timezone.now() - running.SILENT)
    assert told("--only", "notices") == "notices: 7 gone\n"
    died.refresh_from_db()
    assert (died.fault, died.finished_at is not None) == ("interrupted", True)


def test_a_fault_in_one_rule_is_reported_and_does_not_keep_the_others_waiting(old, monkeypatch):
    def broken(*_args, **_more):
        raise DatabaseError("Zefirina")

    monkeypatch.setattr("innovato.retention.ground.erasing.erase_leavers", broken)
    with pytest.raises(CommandError, match="stopped by a fault of the database: names"):
        told()
    assert RetentionRun.objects.get(rule="names").fault == "DatabaseError"
    assert counts() == {"sign_in_attempts": 2, "notices": 7}


def test_the_clock_follows_the_rules_every_night_outside_the_hour_that_some_nights_lack():
    entry = beat_schedule(embedded=False)["what has been kept long enough goes"]
    assert entry["task"] == tasks.run_retention.name
    assert entry["schedule"].hour == {3} and entry["schedule"].minute == {50}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_at_once_do_everything_once(old):
    more = [make.person() for _ in range(5)]
    for person in more:
        deactivate(person=person, by=None, at=timezone.now() - 3000 * DAY)
    at_once(tasks.run_retention, 4)
    totals = dict.fromkeys(FOUND, 0)
    for rule, count in RetentionRun.objects.values_list("rule", "count"):
        if rule in totals:
            totals[rule] += count
    assert totals == FOUND | {"names": 6}
    assert not Notice.objects.exists() and not Person.objects.filter(is_active=False, erased_at=None).exists()
    assert not RetentionRun.objects.filter(finished_at=None).exists()
