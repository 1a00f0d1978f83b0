# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices are written with what they tell: once, or not at all, and taken back while they are held."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from innovato.notifications import kinds, selectors, services
from innovato.notifications.kinds import Group
from innovato.notifications.models import KEY_LENGTH, EmailState, Notice

from .factories import AT, context, make_person, notice_of, tell

pytestmark = pytest.mark.django_db
HELD = timedelta(minutes=10)


@pytest.fixture
def nudges(monkeypatch) -> list:
    """The names of the tasks sent to the broker."""
    sent = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, **_options: sent.append(name))
    return sent


def test_everybody_is_told_once_even_when_named_twice():
    anna, bruno = make_person(), make_person()
    assert tell(anna, bruno, anna, key="event:1") == 2
    assert Notice.objects.count() == 2


def test_the_same_key_again_tells_nobody_twice_and_changes_nothing():
    anna = make_person()
    tell(anna, key="event:1", title="Prima")
    tell(anna, key="event:1", title="Dopo", at=AT + timedelta(days=1))
    assert notice_of(anna).context["title"] == "Prima"
    assert notice_of(anna).created_at == AT


def test_the_same_key_reaches_a_person_who_joined_later():
    anna, bruno = make_person(), make_person()
    tell(anna, key="event:1")
    tell(anna, bruno, key="event:1")
    assert Notice.objects.count() == 2


def test_nobody_to_tell_is_no_error(nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert tell() == 0
    assert nudges == []


def test_a_transaction_that_fails_leaves_no_notice():
    anna = make_person()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(anna)
        raise ZeroDivisionError
    assert not Notice.objects.exists()


def test_an_unknown_kind_is_refused():
    with pytest.raises(LookupError):
        services.notify(kind="no_such_kind", recipients=[1], context=context(), key="k", at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "  "},
        {"url": None},
        {"url": "https://altrove.example/"},
        {"url": "//altrove.example/"},
        {"url": "/\\altrove.example/"},
        {"url": "/\t/altrove.example/"},
        {"url": "idee/1/"},
        {"due": "domani"},
        {"opens_at": "2026-12-04T18:00:00"},
        {"people": ["Anna"]},
        {"idea": object()},
    ],
)
def test_what_could_not_be_told_later_is_refused_at_once(wrong):
    with pytest.raises(ValueError):
        tell(make_person(), **wrong)


@pytest.mark.parametrize("key", ["", "x" * KEY_LENGTH])
def test_a_key_must_exist_and_leave_room_for_the_person(key):
    with pytest.raises(ValueError):
        services.notify(kind="declined", recipients=[1], context=context(), key=key, at=AT)


def test_a_held_notice_is_neither_seen_nor_mailed_before_its_time():
    anna = make_person()
    tell(anna, hold=HELD)
    assert selectors.unread_count(person_id=anna.pk, at=AT + timedelta(minutes=9)) == 0
    assert selectors.unread_count(person_id=anna.pk, at=AT + HELD) == 1
    assert not Notice.objects.mail_due(at=AT + timedelta(minutes=9)).exists()
    assert Notice.objects.mail_due(at=AT + HELD).exists()


def test_a_held_notice_can_be_taken_back_with_all_its_recipients():
    anna, bruno = make_person(), make_person()
    tell(anna, bruno, key="event:7:admitted", hold=HELD)
    assert services.cancel(key_prefix="event:7", at=AT + timedelta(minutes=5)) == 2
    assert services.cancel(key_prefix="event:7", at=AT + timedelta(minutes=6)) == 0
    assert selectors.unread_count(person_id=anna.pk, at=AT + HELD) == 0
    assert not Notice.objects.mail_due(at=AT + HELD).exists()


def test_taking_back_touches_no_other_event_whose_number_begins_alike():
    anna = make_person()
    tell(anna, key="event:71:admitted", hold=HELD)
    assert services.cancel(key_prefix="event:7", at=AT) == 0


def test_what_was_delivered_can_not_be_taken_back():
    anna = make_person()
    tell(anna, key="event:7:admitted", hold=HELD)
    assert services.cancel(key_prefix="event:7", at=AT + HELD) == 0


def test_a_notice_for_the_application_only_is_never_mailed():
    anna, bruno = make_person(), make_person()
    kinds.register("only_in_app", group=Group.CAMPAIGNS, mail=False)
    tell(anna, mail=False)
    tell(bruno, kind="only_in_app")
    assert {notice_of(anna).email_state, notice_of(bruno).email_state} == {EmailState.SKIPPED}


def test_many_notices_in_one_transaction_wake_the_relay_once(nudges, django_capture_on_commit_callbacks):
    anna, bruno = make_person(), make_person()
    with django_capture_on_commit_callbacks(execute=True):
        tell(anna)
        tell(anna, bruno)
        assert nudges == []
    assert nudges == ["innovato.notifications.tasks.relay"]


def test_held_notices_and_those_without_mail_wake_nobody(nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tell(make_person(), hold=HELD)
        tell(make_person(), mail=False)
    assert nudges == []


def test_a_broker_that_is_gone_harms_nobody(monkeypatch, caplog, django_capture_on_commit_callbacks):
    def refuse(name, **_options):
        raise OperationalError("amqp://user:secret@host")

    monkeypatch.setattr(services.current_app, "send_task", refuse)
    anna = make_person()
    with django_capture_on_commit_callbacks(execute=True):
        tell(anna)
    assert notice_of(anna).email_state == EmailState.PENDING
    assert "could not be woken" in caplog.text
    assert "secret" not in caplog.text


def test_thousands_are_told_in_a_handful_of_statements(django_assert_max_num_queries):
    rows = [make_person() for _ in range(3)]
    with django_assert_max_num_queries(3):
        services.notify(kind="declined", recipients=[row.pk for row in rows], context=context(), key="all", at=AT)


def test_reading_marks_only_ones_own_visible_notices():
    anna, bruno = make_person(), make_person()
    tell(anna, bruno)
    tell(anna, hold=HELD)
    assert services.mark_read(person_id=anna.pk, at=AT) == 1
    assert services.mark_read(person_id=anna.pk, at=AT) == 0
    assert selectors.unread_count(person_id=bruno.pk, at=AT) == 1
    assert selectors.unread_count(person_id=anna.pk, at=AT + HELD) == 1


def test_another_persons_notice_can_not_be_marked_by_its_number():
    anna, bruno = make_person(), make_person()
    tell(bruno)
    assert services.mark_read(person_id=anna.pk, notice_id=notice_of(bruno).pk, at=AT) == 0


@pytest.mark.parametrize(
    "impossible",
    [
        {"email_state": "lost"},
        {"email_state": "sent"},
        {"email_sent_at": AT},
        {"cancelled_at": AT},
    ],
)
def test_the_database_refuses_impossible_deliveries(impossible):
    anna = make_person()
    tell(anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(recipient=anna).update(**impossible)


def test_a_kind_is_entered_once_and_under_a_plain_name():
    kinds.register("entered_twice", group=Group.TASKS)
    kinds.register("entered_twice", group=Group.TASKS)
    with pytest.raises(ValueError):
        kinds.register("entered_twice", group=Group.COMMENTS)
    with pytest.raises(ValueError):
        kinds.register("../../etc/passwd", group=Group.TASKS)
