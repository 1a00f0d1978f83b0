# SPDX-License-Identifier: AGPL-3.0-or-later
"""The relay sends each mail once, puts off what a mail server refuses, and loses nothing when it dies."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

from innovato.notifications import delivery, tasks
from innovato.notifications.models import EmailState, Notice

from .factories import AT, mail_server, make_person, notice_of, tell

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The worker's process ends here."""


class DeadlyBackend(BaseEmailBackend):
    """A mail server that takes the mail, and a worker that dies before it can say so."""

    taken = []
    deadly = True

    def send_messages(self, email_messages):
        self.taken.extend(message.message()["Message-ID"] for message in email_messages)
        if type(self).deadly:
            raise Killed
        return len(email_messages)


@pytest.fixture
def deadly(settings, monkeypatch):
    """The backend that takes mails and kills."""
    settings.EMAIL_BACKEND = f"{__name__}.DeadlyBackend"
    monkeypatch.setattr(DeadlyBackend, "taken", [])
    monkeypatch.setattr(DeadlyBackend, "deadly", True)
    return DeadlyBackend


def state_of(person) -> str:
    """How far the person's only mail is."""
    return notice_of(person).email_state


def test_every_due_mail_leaves_and_is_marked():
    anna, bruno = make_person(), make_person()
    tell(anna, bruno)
    assert delivery.relay(at=AT) == 2
    assert sorted(message.to[0] for message in mail.outbox) == sorted([anna.email, bruno.email])
    assert notice_of(anna).email_state == EmailState.SENT
    assert AT <= notice_of(anna).email_sent_at < AT + MINUTE
    assert notice_of(anna).claimed_until is None


def test_the_task_twice_sends_nothing_twice():
    tell(make_person())
    assert tasks.relay() == 1
    assert tasks.relay() == 0
    assert len(mail.outbox) == 1


def test_nothing_due_opens_no_connection(settings):
    settings.EMAIL_BACKEND = "no.such.Backend"
    tell(make_person(), hold=10 * MINUTE)
    assert delivery.relay(at=AT) == 0


def test_a_held_mail_leaves_when_its_time_has_come():
    tell(make_person(), hold=10 * MINUTE)
    assert delivery.relay(at=AT + 10 * MINUTE) == 1


def test_people_who_left_or_have_no_address_get_no_mail():
    gone, unreachable = make_person(is_active=False), make_person(email="")
    tell(gone, unreachable)
    assert delivery.relay(at=AT) == 0
    assert {state_of(gone), state_of(unreachable)} == {EmailState.SKIPPED}


def test_each_recipient_reads_in_their_own_language():
    anna, john = make_person(language="it"), make_person(language="en")
    tell(anna, john)
    delivery.relay(at=AT)
    languages = {message.to[0]: message.alternatives[0].content.partition('lang="')[2][:2] for message in mail.outbox}
    assert languages == {anna.email: "it", john.email: "en"}


def test_a_relay_that_dies_repeats_at_most_one_mail_under_the_same_message_id(deadly):
    anna, bruno = make_person(), make_person()
    tell(anna)
    tell(bruno)
    with pytest.raises(Killed):
        delivery.relay(at=AT)
    deadly.deadly = False
    assert delivery.relay(at=AT + MINUTE) == 1
    assert delivery.relay(at=AT + delivery.LEASE + MINUTE) == 1
    assert delivery.relay(at=AT + 10 * delivery.LEASE) == 0
    assert len(deadly.taken) == 3
    assert len(set(deadly.taken)) == 2
    assert {state_of(anna), state_of(bruno)} == {EmailState.SENT}


def test_a_dead_workers_mail_is_taken_up_within_five_minutes():
    assert timedelta(minutes=5) >= delivery.LEASE + MINUTE


def test_a_mail_that_kills_every_worker_is_given_up_and_blocks_nobody(deadly):
    poison, fine = make_person(), make_person()
    tell(poison)
    at = AT
    for _ in range(delivery.MAX_ATTEMPTS):
        with pytest.raises(Killed):
            delivery.relay(at=at)
        at += delivery.LEASE + MINUTE
    tell(fine)
    deadly.deadly = False
    assert delivery.relay(at=at) == 1
    assert state_of(poison) == EmailState.FAILED
    assert state_of(fine) == EmailState.SENT


def test_a_notice_without_words_waits_longer_each_time_and_blocks_nobody():
    poison, fine = make_person(), make_person()
    tell(poison)
    Notice.objects.update(kind="removed_kind")
    tell(fine)
    assert delivery.relay(at=AT) == 1
    waits, at = [], AT
    while state_of(poison) == EmailState.PENDING:
        waits.append(notice_of(poison).email_next_at - at)
        at = notice_of(poison).email_next_at
        assert delivery.relay(at=at - MINUTE / 60) == 0
        assert delivery.relay(at=at) == 0
    assert [round(wait / MINUTE) for wait in waits] == [1, 5, 15, 60, 240, 720, 1440]
    assert state_of(poison) == EmailState.FAILED
    assert notice_of(poison).last_error == "TemplateDoesNotExist"
    assert notice_of(poison).email_attempts == delivery.MAX_ATTEMPTS


def test_a_real_conversation_delivers_text_and_html(settings):
    anna = make_person()
    tell(anna, reason_text="Perché sì.")
    with mail_server(settings) as server:
        assert delivery.relay(at=AT) == 1
    (letter,) = server.letters
    assert "multipart/alternative" in letter
    assert "Auto-Submitted: auto-generated" in letter
    assert f"To: {anna.email}" in letter


def test_a_refused_address_holds_up_nobody_else(settings, caplog):
    refused, fine = make_person(email="refused@comune.example"), make_person()
    tell(refused)
    tell(fine)
    with mail_server(settings) as server:
        assert delivery.relay(at=AT) == 1
    assert len(server.letters) == 1
    assert state_of(fine) == EmailState.SENT
    assert notice_of(refused).last_error == "SMTPRecipientsRefused"
    assert notice_of(refused).email_next_at >= AT + MINUTE
    assert "refused@comune.example" not in caplog.text


@pytest.mark.parametrize("manner", ["cut", "slow"])
def test_a_server_that_falls_silent_delays_only_that_mail(settings, manner):
    stuck, fine = make_person(email=f"{manner}@comune.example"), make_person()
    tell(stuck)
    tell(fine)
    with mail_server(settings) as server:
        assert delivery.relay(at=AT) == 1
    assert len(server.letters) == 1
    assert notice_of(stuck).email_state == EmailState.PENDING
    assert notice_of(stuck).email_attempts == 1


def test_a_server_that_refuses_everything_is_left_alone_after_a_few(settings):
    for number in range(delivery.PATIENCE + 2):
        tell(make_person(email=f"refused{number}@comune.example"))
    with mail_server(settings):
        assert delivery.relay(at=AT) == 0
    assert Notice.objects.filter(email_attempts=1).count() == delivery.PATIENCE
    assert Notice.objects.filter(email_attempts=0).count() == 2


def test_a_dead_server_costs_no_mail_an_attempt(settings, caplog):
    anna = make_person()
    tell(anna)
    with mail_server(settings):
        pass
    for _ in range(delivery.MAX_ATTEMPTS + 1):
        assert delivery.relay(at=AT) == 0
    assert notice_of(anna).email_attempts == 0
    assert "does not answer" in caplog.text
    with mail_server(settings):
        assert delivery.relay(at=AT) == 1


def test_a_wrong_password_for_the_server_costs_no_mail_an_attempt(settings, monkeypatch):
    def refuse(self):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.open", refuse)
    anna = make_person()
    tell(anna)
    assert delivery.relay(at=AT) == 0
    assert notice_of(anna).email_attempts == 0


def test_what_was_taken_back_meanwhile_stays_taken_back(deadly):
    anna = make_person()
    tell(anna)
    with pytest.raises(Killed):
        delivery.relay(at=AT)
    taken = notice_of(anna)
    Notice.objects.update(cancelled_at=AT, email_state=EmailState.SKIPPED)
    delivery._mark(taken, email_state=EmailState.SENT, email_sent_at=AT)
    assert state_of(anna) == EmailState.SKIPPED


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_mail_server_is_asked(monkeypatch):
    open_transactions = []
    original = delivery.compose

    def spy(notice):
        open_transactions.append(connection.in_atomic_block)
        return original(notice)

    monkeypatch.setattr(delivery, "compose", spy)
    tell(make_person())
    assert delivery.relay(at=AT) == 1
    assert open_transactions == [False]
