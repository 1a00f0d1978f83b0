# SPDX-License-Identifier: AGPL-3.0-or-later
"""One worker at a time prepares a period; who died loses the job; what two made is released once; the chain is checked."""

import subprocess
import sys
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from innovato.notifications import delivery
from innovato.notifications.models import Notice
from innovato.participation import selectors, triggers
from innovato.participation.catalogue import Measure, Period, PeriodKind
from innovato.participation.checks import check_smallest_group
from innovato.participation.models import JobState, Release, ReleaseHead, ReleaseJob
from innovato.participation.services import jobs
from innovato.participation.services.protecting import protect_all, smallest_group
from tests import factories as people
from tests.architecture.files import ROOT
from tests.participation import factories as make
from tests.participation import municipality

pytestmark = pytest.mark.django_db
AT = make.AT
LATER = AT + jobs.LEASE


def test_two_workers_never_hold_the_same_job():
    held = jobs.claim(period=make.QUARTER, at=AT)
    assert jobs.claim(period=make.QUARTER, at=AT) is None
    assert (held.state, held.steps_done, held.steps) == (JobState.RUNNING, 0, 4)


def test_a_worker_that_died_loses_its_job_and_what_it_made_comes_too_late():
    dead = jobs.claim(period=make.QUARTER, at=AT)
    heir = jobs.claim(period=make.QUARTER, at=LATER)
    jobs.step(dead)
    with pytest.raises(jobs.LostClaim):
        jobs.finish(dead, tables=[], problems=[], at=LATER)
    assert (heir.attempts, selectors.jobs().get().steps_done) == (2, 0)
    jobs.step(heir)
    assert selectors.jobs(unfinished=True).get().percent == 25
    jobs.finish(heir, tables=[], problems=[], at=LATER)
    assert selectors.jobs().get().state == JobState.DONE
    assert jobs.claim(period=make.QUARTER, at=LATER + jobs.LEASE) is None


def test_tables_are_released_in_the_transaction_that_closes_the_job():
    job = jobs.claim(period=make.QUARTER, at=AT)
    protected = protect_all(municipality.counts(), progress=lambda: jobs.step(job))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.finish(job, tables=protected.tables, problems=protected.problems, at=AT)
        raise ZeroDivisionError
    assert (Release.objects.count(), selectors.jobs().get().state) == (0, JobState.RUNNING)
    jobs.finish(job, tables=protected.tables, problems=protected.problems, at=AT)
    assert [(row.table, row.measure) for row in Release.objects.order_by("number")] == [
        ("T1", "proposed"),
        ("T1", "commented"),
        ("T1", "reviewed"),
        ("T3", "proposed"),
    ]


def test_what_is_kept_is_what_is_shown_and_no_other_count():
    counts = municipality.counts(2)
    protected = protect_all(counts)
    job = jobs.claim(period=make.QUARTER, at=AT)
    jobs.finish(job, tables=protected.tables, problems=protected.problems, at=AT)
    for row in Release.objects.all():
        table = selectors.table(row)
        assert f'"count":[{"null" if table.city.total.suppressed else table.city.total.count}' in row.body
        assert row.body.count("null") == table.hidden + 2  # the city has no parent, the quarter no ballot
    assert {field.name for field in ReleaseJob._meta.concrete_fields}.isdisjoint({"count", "counts", "body"})


def test_a_breakdown_that_would_give_figures_away_is_named_and_the_rest_is_released(monkeypatch):
    counts = municipality.counts(1)
    lone = dict.fromkeys([("o0", "operatori")], 1)
    staff = {("o0", "istruttori"): 400, **lone, ("o1", "istruttori"): 30, ("o1", "operatori"): 30}
    took = {("o0", "istruttori"): 200, ("o0", "operatori"): 1, ("o1", "istruttori"): 12, ("o1", "operatori"): 15}
    counts = type(counts)(counts.period, counts.headcount_on, counts.units, staff, {Measure.PROPOSED: took})
    protected = protect_all(counts)
    assert [(table.table, table.measure) for table in protected.tables] == [
        ("T1", "proposed"),
        ("T1", "commented"),
        ("T1", "reviewed"),
    ]
    assert [(problem["table"], problem["code"]) for problem in protected.problems] == [("T3", "breach")]
    job = jobs.claim(period=make.QUARTER, at=AT)
    jobs.finish(job, tables=protected.tables, problems=protected.problems, at=AT)
    job.refresh_from_db()
    assert job.state == JobState.REFUSED
    sentence = selectors.problems_of(job)[0]
    assert "Non è stato pubblicato nulla" in sentence and "Settore 0" in sentence


def test_k_is_never_smaller_than_the_floor_nor_than_what_is_released_about_the_same_people(settings):
    settings.INNOVATO_PARTICIPATION_K = 4
    assert [error.id for error in check_smallest_group()] == ["participation.E001"]
    with pytest.raises(ValueError, match="never published"):
        smallest_group()
    settings.INNOVATO_PARTICIPATION_K = 5
    assert check_smallest_group() == []
    assert smallest_group([selectors.table(make.release(k=12))]) == 12


def test_pages_never_load_scipy():
    script = (
        "import django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import innovato.participation.services.protecting, workflow.tasks, voting.tasks, sys\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'scipy', 'numpy'}))"
    )
    said = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


# The chain -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tampering():
    """Let the test do what a thief with the database's password would do."""
    with connection.cursor() as cursor:
        triggers.allow_changes(cursor, connection.vendor)
    yield
    with connection.cursor() as cursor:
        triggers.forbid_changes(cursor, connection.vendor)


def verdict() -> str:
    out = StringIO()
    try:
        call_command("verify_releases", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def three() -> list[Release]:
    return [make.release(measure=measure) for measure in ("proposed", "commented", "reviewed")]


def test_an_untouched_chain_holds_and_an_empty_one_too():
    assert verdict() == "0 releases, the chain holds\n"
    three()
    assert verdict() == "3 releases, the chain holds\n"


@pytest.mark.parametrize(
    "change",
    [
        {"k": 20},
        {"headcount_on": make.QUARTER.first_day},
        {"released_at": AT + timedelta(days=1)},
        {"body": "{}"},
        {"title": "Altro"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_release_is_named(tampering, change):
    three()
    Release.objects.filter(number=2).update(**change)
    assert verdict() == "2: changed\n1 faults in the chain of releases"


def test_a_count_changed_with_a_fresh_hash_breaks_the_link_after_it(tampering):
    second = three()[1]
    body = second.body.replace("130", "131")
    Release.objects.filter(number=2).update(body=body, sha256=selectors.published.sha256(body))
    assert verdict() == "3: does not follow the one before it\n1 faults in the chain of releases"


def test_removed_releases_and_a_lost_head_are_named(tampering):
    three()
    Release.objects.filter(number__in=[1, 3]).delete()
    assert verdict().startswith("1: missing\n3: missing\n")
    ReleaseHead.objects.all().delete()
    assert "has no head" in verdict()


def test_a_race_for_a_period_releases_it_once():
    protected = protect_all(municipality.counts())
    first, second = (jobs.claim(period=make.QUARTER, at=at) for at in (AT, LATER))
    jobs.finish(second, tables=protected.tables, problems=[], at=LATER)
    with pytest.raises(jobs.LostClaim):
        jobs.finish(first, tables=protected.tables, problems=[], at=LATER)
    assert (Release.objects.count(), verdict()) == (4, "4 releases, the chain holds\n")


# Who is told -----------------------------------------------------------------------------------------------------------


BREACH = {"table": "T3", "measure": "proposed", "code": "breach", "rows": ["Cultura"]}


@pytest.mark.parametrize(
    ("problems", "lost", "told"),
    [([BREACH], False, ["Andrea"]), ([], False, []), ([BREACH | {"code": "annulled"}], True, [])],
    ids=["refused", "done", "lost"],
)
def test_hr_is_told_once_of_a_refused_release_and_of_no_figure(problems, lost, told):
    root = people.department("Città")
    hr = people.person("Andrea", "Martini", home=root)
    people.grant(hr, "view_participation", root)
    people.grant(people.person("Omar", "Riva", home=root), "view_pipeline", root)
    job = jobs.claim(period=make.QUARTER, at=AT)
    jobs.finish(job, tables=[], problems=problems, at=AT, lost=lost)
    found = list(Notice.objects.filter(kind="release_refused"))
    assert [notice.recipient.first_name for notice in found] == told
    for notice in found:
        assert notice.context == {
            "title": "2026-q3", "url": "/partecipazione/?periodo=2026-q3#preparazioni", "year": "2026", "quarter": "3",
        }  # fmt: skip
        delivery.relay(at=AT + timedelta(minutes=1))
        (letter,) = mail.outbox
        assert "Per il 3° trimestre 2026" in letter.body and "Cultura" not in letter.body


def test_a_refused_turnout_names_the_ballot():
    root = people.department("Città")
    people.grant(people.person("Andrea", "Martini", home=root), "view_participation", root)
    period = Period(PeriodKind.BALLOT, make.QUARTER.first_day, make.QUARTER.last_day, uuid4(), "Sportelli")
    jobs.finish(jobs.claim(period=period, at=AT), tables=[], problems=[BREACH | {"table": "T2"}], at=AT)
    assert Notice.objects.get().context["title"] == "Sportelli"
