# SPDX-License-Identifier: AGPL-3.0-or-later
"""An order for a file: made once, stopped at a word, taken over when its worker dies, gone after its days."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from innovato.exports.errors import BadRequest, Gone, Interrupted, NotReady, NotThere, TooMany
from innovato.exports.models import Download, Export, ExportState
from innovato.exports.services import asking, making
from innovato.notifications.models import Notice
from tests import factories as make
from tests.exports import support

pytestmark = pytest.mark.django_db
AT = make.NOW
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def ask(who, year="2026", format="csv", **options):
    values = {"report": "sample", "posted": {"anno": year}, "language": "it", "at": AT} | options
    return asking.ask(by=who, format=format, **values)


def state(job):
    return Export.objects.get(pk=job.pk).state


def test_an_order_is_made_kept_seven_days_and_told(watcher, nudged, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = ask(watcher)
    assert nudged == [job.pk] and job.title == "Prova 2026"
    assert making.make(export_id=job.pk, at=AT) is True
    job.refresh_from_db()
    assert (job.state, job.progress, job.lease_until) == ("ready", 100, None)
    assert DAY * 7 <= job.expires_at - AT < DAY * 7 + MINUTE
    assert job.size == default_storage.size(job.file) > 0
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.context["url"]) == (
        watcher,
        "export_ready",
        f"/esportazioni/{job.uuid}/",
    )


def test_an_order_made_twice_is_one_file_and_one_notice(watcher, nudged):
    job = ask(watcher)
    assert [making.make(export_id=job.pk, at=AT) for _ in range(2)] == [True, False]
    assert Notice.objects.count() == 1 and len(default_storage.listdir("exports")[1]) == 1


def test_the_same_order_under_way_is_not_taken_twice_and_there_is_an_end_to_orders(watcher, nudged):
    assert ask(watcher) == ask(watcher)
    for year in range(2001, 2001 + asking.MOST_UNDER_WAY - 1):
        ask(watcher, str(year))
    with pytest.raises(TooMany):
        ask(watcher, "2020")


@pytest.mark.parametrize(
    "options, error",
    [({"report": "nope"}, NotThere), ({"format": "exe"}, BadRequest), ({"language": "xx"}, BadRequest),
     ({"posted": {"anno": "١٩٩٩"}}, BadRequest), ({"posted": {}}, BadRequest)],
)  # fmt: skip
def test_what_can_not_be_read_orders_nothing(watcher, nudged, options, error):
    with pytest.raises(error):
        ask(watcher, **{"format": "csv"} | options)
    assert not Export.objects.exists()


def test_who_may_not_see_the_report_can_not_order_it_nor_reach_somebody_elses_file(watcher, nudged):
    colleague = make.person("Omar", "Riva")
    with pytest.raises(NotThere):
        ask(colleague)
    job = ask(watcher)
    making.make(export_id=job.pk, at=AT)
    make.grant(colleague, "view_pipeline", watcher.home_department)
    for act in (asking.take, asking.cancel):
        with pytest.raises(NotThere):
            act(by=colleague, uuid=job.uuid, at=AT)


def test_a_right_lost_while_the_order_waits_makes_no_file_and_later_gives_none(watcher, nudged):
    first, second = ask(watcher), ask(watcher, "2025")
    making.make(export_id=first.pk, at=AT)
    watcher.groups.clear()
    assert making.make(export_id=second.pk, at=AT) is False
    second.refresh_from_db()
    assert second.state == "failed" and "non puoi più vederlo" in second.fault
    with pytest.raises(NotThere):
        asking.take(by=watcher, uuid=first.uuid, at=AT)


def test_a_report_that_is_not_there_any_more_says_so(watcher, nudged):
    job = ask(watcher, "1999")
    assert making.make(export_id=job.pk, at=AT) is False
    assert state(job) == "failed" and Notice.objects.get().kind == "export_failed"


def test_a_stopped_order_makes_no_file_even_while_it_is_being_written(watcher, nudged, monkeypatch):
    job = ask(watcher)

    def stopped_meanwhile(document, path, progress):
        asking.cancel(by=watcher, uuid=job.uuid, at=AT)
        path.write_text("x")
        progress(1)

    monkeypatch.setitem(making.WRITERS, "csv", stopped_meanwhile)
    assert making.make(export_id=job.pk, at=AT) is False
    job.refresh_from_db()
    assert (job.state, job.file) == ("cancelled", "") and not default_storage.exists("exports")
    assert not Notice.objects.exists()
    assert making.make(export_id=job.pk, at=AT) is False


def test_a_silent_worker_is_followed_by_another_and_can_not_deliver_any_more(watcher, nudged, monkeypatch):
    job = ask(watcher)
    claimed = making._claim(job.pk, at=AT)
    assert making.make(export_id=job.pk, at=AT + MINUTE) is False
    making.tidy(at=AT + making.LEASE)
    assert making.make(export_id=job.pk, at=AT + making.LEASE) is True
    with pytest.raises(Interrupted):
        making._Progress(claimed, at=AT)(50, at_once=True)


def test_after_three_dead_workers_an_order_has_failed(watcher, nudged):
    job = ask(watcher)
    for attempt in range(making.MOST_ATTEMPTS):
        assert making._claim(job.pk, at=AT + attempt * making.LEASE) is not None
    assert making.make(export_id=job.pk, at=AT + 9 * making.LEASE) is False
    assert state(job) == "failed"


def test_one_pdf_is_made_at_a_time(watcher, nudged, monkeypatch):
    monkeypatch.setattr(making, "nudge", nudged.append)
    first, second = ask(watcher, format="pdf"), ask(watcher, "2025", format="pdf")
    making._claim(first.pk, at=AT)
    assert making.make(export_id=second.pk, at=AT) is False
    assert state(second) == "waiting"
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=second.pk).update(state="running", lease_until=AT)
    Export.objects.filter(pk=first.pk).update(state="cancelled", lease_until=None)
    assert making.make(export_id=second.pk, at=AT) is True


def test_files_go_after_their_days_and_the_register_stays(watcher, nudged):
    job = ask(watcher)
    with pytest.raises(NotReady):
        asking.take(by=watcher, uuid=job.uuid, at=AT)
    making.make(export_id=job.pk, at=AT)
    asking.take(by=watcher, uuid=job.uuid, at=AT + 6 * DAY)
    with pytest.raises(Gone):
        asking.take(by=watcher, uuid=job.uuid, at=AT + 8 * DAY)
    assert [making.tidy(at=AT + days * DAY) for days in (6, 8, 8)] == [0, 1, 0]
    job.refresh_from_db()
    assert (job.state, job.file) == (ExportState.EXPIRED, "") and default_storage.listdir("exports")[1] == []
    with pytest.raises(Gone):
        asking.take(by=watcher, uuid=job.uuid, at=AT + 8 * DAY)
    assert list(Download.objects.values_list("export", "person", "at")) == [(job.pk, watcher.pk, AT + 6 * DAY)]


def test_the_clock_wakes_orders_that_nobody_took(watcher, nudged, monkeypatch):
    monkeypatch.setattr(making, "nudge", nudged.append)
    job = ask(watcher)
    making.tidy(at=AT)
    making.tidy(at=AT + 2 * MINUTE)
    assert nudged == [job.pk]


@pytest.mark.parametrize(
    "wrong",
    [{"state": "odd"}, {"format": "exe"}, {"progress": 101}, {"state": "ready"}, {"file": "x"}, {"state": "running"},
     {"lease_until": AT}],
)  # fmt: skip
def test_the_database_refuses_a_row_that_can_not_be(watcher, nudged, wrong):
    job = ask(watcher)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=job.pk).update(**wrong)


def test_the_file_says_what_the_page_says(watcher, nudged):
    job = ask(watcher, format="ods")
    making.make(export_id=job.pk, at=AT)
    job.refresh_from_db()
    found = support.sheets(default_storage.path(job.file))[0]
    assert [row[1:] for row in found] == [row[1:] for row in support.values(support.sample().tables[0])]
