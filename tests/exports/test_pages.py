# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of exports: the order, its progress with and without scripts, the file, the register."""

import pytest
from django.test import Client
from django.utils import timezone

from innovato.exports.models import Download, Export
from innovato.exports.services import asking, making
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
ORDER = {"report": "sample", "anno": "2026", "format": "csv", "language": "it"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def browser(person=None) -> Client:
    client = Client(headers={"accept-language": "it"})
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def job(watcher, nudged):
    return asking.ask(by=watcher, report="sample", posted=ORDER, format="csv", language="it", at=timezone.now())


def ready(job):
    making.make(export_id=job.pk, at=timezone.now())
    job.refresh_from_db()
    return job


def test_without_scripts_the_order_leads_to_a_page_that_says_how_far_it_is(watcher, nudged):
    client = browser(watcher)
    answer = client.post("/esportazioni/nuova/", ORDER)
    job = Export.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/esportazioni/{job.uuid}/")
    text = client.get(answer["Location"]).content.decode()
    assert "In coda" in text and "Interrompi" in text and f'href="/esportazioni/{job.uuid}/">Aggiorna' in text


def test_with_htmx_the_line_asks_again_every_two_seconds_until_it_is_done(watcher, job):
    client, htmx = browser(watcher), {"HX-Request": "true"}
    polled = f"/esportazioni/{job.uuid}/"
    text = client.get(polled, headers=htmx).content.decode()
    assert 'hx-trigger="every 2s"' in text and "<html" not in text and 'value="0" max="100"' in text
    ready(job)
    answer = client.get(polled, headers=htmx)
    assert "every 2s" not in answer.content.decode() and f"{polled}file/" in answer.content.decode()
    assert "pronto" in answer["HX-Trigger-After-Swap"]


def test_the_file_comes_as_a_download_and_is_entered_in_the_register(watcher, job):
    ready(job)
    answer = browser(watcher).get(f"/esportazioni/{job.uuid}/file/")
    assert answer.status_code == 200 and b"".join(answer).startswith(b"\xef\xbb\xbf")
    assert answer["Content-Disposition"] == f'attachment; filename="{job.file_name}"'
    assert "no-store" in answer["Cache-Control"]
    assert Download.objects.get().person == watcher


def test_stopping_ends_the_polling_and_offers_to_begin_again(watcher, job):
    client = browser(watcher)
    answer = client.post(f"/esportazioni/{job.uuid}/interrompi/", headers={"HX-Request": "true"})
    assert "every 2s" not in answer.content.decode() and "Prepara di nuovo" in answer.content.decode()
    assert client.post(f"/esportazioni/{job.uuid}/interrompi/").status_code == 302
    assert Export.objects.get().state == "cancelled"


def test_somebody_elses_file_is_not_there(watcher, job):
    ready(job)
    other = make.person("Omar", "Riva")
    make.grant(other, "view_pipeline", watcher.home_department)
    client = browser(other)
    for address in ("", "file/"):
        assert client.get(f"/esportazioni/{job.uuid}/{address}").status_code == 404
        assert client.get(f"/esportazioni/{UNKNOWN}/{address}").status_code == 404
    assert client.post(f"/esportazioni/{job.uuid}/interrompi/").status_code == 404
    assert "Prova" not in client.get("/esportazioni/").content.decode()
    assert Download.objects.count() == 0


@pytest.mark.parametrize(
    "changed, status",
    [({"report": "nope"}, 404), ({"format": "exe"}, 422), ({"anno": "\x00"}, 422), ({"language": "xx"}, 422)],
)
def test_an_order_that_can_not_be_read_gets_a_sentence(watcher, nudged, changed, status):
    answer = browser(watcher).post("/esportazioni/nuova/", ORDER | changed)
    assert answer.status_code == status and not Export.objects.exists()


def test_a_file_too_early_and_too_late_says_why(watcher, job):
    client = browser(watcher)
    assert client.get(f"/esportazioni/{job.uuid}/file/").status_code == 409
    ready(job)
    Export.objects.update(expires_at=timezone.now())
    answer = client.get(f"/esportazioni/{job.uuid}/file/")
    assert answer.status_code == 410 and "preparalo di nuovo" in answer.content.decode()


def test_the_register_is_read_by_who_looks_after_the_whole_city(watcher, job):
    ready(job)
    b"".join(browser(watcher).get(f"/esportazioni/{job.uuid}/file/"))
    assert browser(watcher).get("/esportazioni/registro/").status_code == 404
    admin = make.person("Enzo", "Serra")
    make.grant(admin, "manage_department", watcher.home_department)
    text = browser(admin).get("/esportazioni/registro/").content.decode()
    assert "Ines Villa" in text and "Prova 2026" in text


def test_lists_cost_the_same_with_one_file_and_with_three(watcher, nudged, django_assert_num_queries):
    client = browser(watcher)
    client.get("/esportazioni/")
    for years in (("2026",), ("2025", "2024")):
        for year in years:
            asking.ask(
                by=watcher, report="sample", posted={"anno": year}, format="csv", language="it", at=timezone.now()
            )
        with django_assert_num_queries(9):
            client.get("/esportazioni/")
