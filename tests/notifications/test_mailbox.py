# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's mailbox shows people the mails they would have received, their own only, and nothing outside the demo."""

import pytest
from django.core import mail

from innovato.notifications import delivery, mailbox

from .factories import AT, make_person, tell

pytestmark = pytest.mark.django_db
BOX = "/avvisi/posta/"


@pytest.fixture(autouse=True)
def post_office(settings, tmp_path):
    """Mails go to folders of this test."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "innovato.notifications.mailbox.MailboxBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    return settings


@pytest.fixture
def anna(client):
    """The signed-in person."""
    person = make_person()
    client.force_login(person)
    return person


def test_ones_own_mails_are_listed_and_can_be_read(client, anna):
    tell(anna, title="Sala d’attesa", reason_text="Perché\n<b>sì</b>.")
    delivery.relay(at=AT)
    assert "Decisione su «Sala d’attesa»" in client.get(BOX).content.decode()
    (letter,) = mailbox.letters(anna.email)
    page = client.get(f"{BOX}{letter.name}/").content.decode()
    assert "Perché" in page
    assert "&lt;b&gt;sì&lt;/b&gt;" in page
    assert "InnovaTo – Città di Torino" in page


def test_the_html_part_is_a_document_that_can_do_nothing(client, anna):
    tell(anna)
    delivery.relay(at=AT)
    response = client.get(f"{BOX}{mailbox.letters(anna.email)[0].name}/html/")
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response.content.decode().startswith("<!doctype html>")


def test_nobody_reads_another_persons_mail(client, anna):
    other = make_person()
    tell(other, title="Riservato")
    delivery.relay(at=AT)
    name = mailbox.letters(other.email)[0].name
    assert "Riservato" not in client.get(BOX).content.decode()
    assert client.get(f"{BOX}{name}/").status_code == 404
    assert client.get(f"{BOX}{name}/html/").status_code == 404


@pytest.mark.parametrize("name", ["..", "%2e%2e", "x" * 32, "0" * 31, "0" * 32, "0" * 33, "%00", "a" * 5000])
def test_a_mail_that_is_not_there_is_not_found(client, anna, name):
    assert client.get(f"{BOX}{name}/").status_code == 404


def test_an_empty_box_says_so(client, anna):
    assert "Nessun messaggio" in client.get(BOX).content.decode()


def test_there_is_no_mailbox_outside_the_demo(client, anna, settings):
    tell(anna)
    delivery.relay(at=AT)
    name = mailbox.letters(anna.email)[0].name
    settings.DEMO = False
    for path in (BOX, f"{BOX}{name}/", f"{BOX}{name}/html/"):
        assert client.get(path).status_code == 404
    assert BOX not in client.get("/avvisi/").content.decode()


def test_a_mail_sent_again_replaces_itself(anna):
    tell(anna)
    for _ in range(2):
        message = mail.EmailMultiAlternatives("Oggetto", "Testo", to=[anna.email], headers={"Message-ID": "<1@x>"})
        message.send()
    assert len(mailbox.letters(anna.email)) == 1


def test_the_newest_mail_comes_first_whatever_the_case_of_the_address():
    for number in range(3):
        mail.send_mail(f"Numero {number}", "Testo", None, ["Anna@Comune.example"])
    assert len(mailbox.letters("anna@comune.example")) == 3
    assert len(mailbox.letters("anna@comune.example", limit=2)) == 2


def test_the_folders_tell_no_address(anna, settings):
    tell(anna)
    delivery.relay(at=AT)
    names = [str(path.relative_to(settings.EMAIL_FILE_PATH)) for path in settings.EMAIL_FILE_PATH.rglob("*")]
    assert names
    assert not any("@" in name for name in names)


def test_a_full_disk_puts_the_mail_off(anna, monkeypatch):
    def full(file, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(mailbox, "_write", full)
    tell(anna)
    assert delivery.relay(at=AT) == 0
