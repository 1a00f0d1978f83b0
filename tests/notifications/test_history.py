# SPDX-License-Identifier: AGPL-3.0-or-later
"""While the past is written in, old news is on record as read and never mailed; new news is told as ever."""

from datetime import timedelta

import pytest

from innovato.notifications import services
from innovato.notifications.models import EmailState, Notice

from .factories import AT, make_person, tell

pytestmark = pytest.mark.django_db
BEFORE = AT - timedelta(days=3)


@pytest.fixture
def nudges(monkeypatch) -> list:
    """The names of the tasks sent to the broker."""
    sent = []
    monkeypatch.setattr(services.current_app, "send_task", lambda name, **_options: sent.append(name))
    return sent


def told(at) -> Notice:
    """One notice dated `at`."""
    tell(make_person(), at=at)
    return Notice.objects.order_by("-pk").first()


def test_what_is_older_than_the_given_moment_is_read_and_not_mailed():
    with services.writing_history(until=AT):
        notice = told(BEFORE)
    assert (notice.email_state, notice.read_at, notice.created_at) == (EmailState.SKIPPED, BEFORE, BEFORE)


def test_what_is_newer_waits_to_be_read_and_mailed():
    with services.writing_history(until=AT):
        notice = told(AT)
    assert (notice.email_state, notice.read_at) == (EmailState.PENDING, None)


def test_the_relay_is_not_woken_meanwhile_and_is_afterwards(nudges, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), services.writing_history(until=AT):
        told(BEFORE)
        told(AT)
    assert nudges == []
    with django_capture_on_commit_callbacks(execute=True):
        told(AT)
    assert nudges == [services.RELAY]


def test_an_error_ends_the_history_too():
    with pytest.raises(ZeroDivisionError), services.writing_history(until=AT):
        raise ZeroDivisionError
    assert told(BEFORE).read_at is None
