# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report on a schedule: a link for chosen HR people when a new one is there, once, and never a figure in the mail."""

from datetime import date

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from innovato.exports.models import Export, Mailing
from innovato.exports.services import asking, mailing, making
from innovato.notifications import delivery
from innovato.participation import catalogue
from tests import factories as make
from tests.participation import factories as released

pytestmark = pytest.mark.django_db
AT = make.NOW


@pytest.fixture
def hr(monkeypatch):
    """Two people of HR; the quarter before is released."""
    monkeypatch.setattr(asking, "nudge", lambda pk: None)
    root = make.department("Città")
    found = [make.person(name, "Martini", home=root) for name in ("Andrea", "Berta")]
    for person in found:
        make.grant(person, "view_participation", root)
    released.release(period=catalogue.quarter_of(date(2026, 6, 30)))
    return found


def add(by, person, **fields):
    values = {
        "report": "partecipazione",
        "person": str(person.pk),
        "every": "quarter",
        "format": "pdf",
        "at": AT,
    } | fields
    return mailing.add(by=by, **values)


def test_a_new_release_makes_one_file_and_one_mail_with_a_link_and_no_figure(hr):
    andrea, berta = hr
    add(andrea, berta)
    assert mailing.send_due(at=AT) == 0
    released.release()
    assert [mailing.send_due(at=AT) for _turn in range(2)] == [1, 0]
    job = Export.objects.get()
    assert (job.person, job.format, job.by_mail, job.parameters["periodo"]) == (berta, "pdf", True, "2026-q3")
    making.make(export_id=job.pk, at=AT)
    delivery.relay(at=AT + making.LEASE)
    (letter,) = mail.outbox
    text = letter.body + letter.alternatives[0].content
    assert letter.to == [berta.email] and f"/esportazioni/{job.uuid}/" in text and letter.attachments == []
    assert [figure for figure in ("130", "400", "33%", "Cultura", "Strade") if figure in text] == []


def test_who_lost_the_right_gets_nothing(hr):
    andrea, berta = hr
    add(andrea, berta)
    berta.groups.clear()
    released.release()
    assert mailing.send_due(at=AT) == 0 and not Export.objects.exists()


def test_only_hr_manages_it_and_only_hr_receives_it(hr):
    andrea, _berta = hr
    stranger = make.person("Omar", "Riva")
    for by, person, status in ((stranger, andrea, 404), (andrea, stranger, 422)):
        client = Client()
        client.force_login(by)
        order = {"report": "partecipazione", "person": person.pk, "every": "quarter", "format": "pdf"}
        assert client.post("/esportazioni/invii/", order).status_code == status
    row = add(andrea, andrea)
    client = Client()
    client.force_login(stranger)
    assert client.post(f"/esportazioni/invii/{row.pk}/togli/").status_code == 404
    assert Mailing.objects.count() == 1


def test_the_page_adds_and_removes_somebody(hr):
    andrea, berta = hr
    client = Client(headers={"accept-language": "it"})
    client.force_login(andrea)
    order = {
        "report": "partecipazione",
        "person": berta.pk,
        "every": "year",
        "format": "ods",
        "next": "/partecipazione/",
    }
    assert client.post("/esportazioni/invii/", order)["Location"] == "/partecipazione/"
    assert "Ogni anno, ODS" in client.get("/partecipazione/").content.decode()
    assert client.post("/esportazioni/invii/", order).status_code == 422
    row = Mailing.objects.get()
    client.post(f"/esportazioni/invii/{row.pk}/togli/", {"next": "/partecipazione/"})
    assert not Mailing.objects.exists()
    assert client.post(f"/esportazioni/invii/{row.pk}/togli/").status_code == 404


def test_the_database_keeps_one_schedule_per_person_and_known_formats(hr):
    row = add(hr[0], hr[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.create(
            report=row.report, every=row.every, person=hr[1], format="pdf", added_by=hr[0], added_at=AT
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Mailing.objects.filter(pk=row.pk).update(format="exe")
