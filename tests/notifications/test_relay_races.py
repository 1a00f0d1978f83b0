# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several relays at once, with real transactions: every mail leaves exactly once."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core import mail

from innovato.notifications import delivery, tasks
from innovato.notifications.models import EmailState, Notice
from tests.several import at_once

from .factories import AT, make_person, tell

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def letters() -> Counter:
    """How many mails each address got."""
    return Counter(message.to[0] for message in mail.outbox)


def test_four_tasks_at_once_send_each_mail_once():
    people = [make_person() for _ in range(60)]
    tell(*people)
    answers = at_once(tasks.relay, 4)
    assert sum(answers) == 60
    assert letters() == Counter(person.email for person in people)
    assert set(Notice.objects.values_list("email_state", flat=True)) == {EmailState.SENT}


def test_two_relays_racing_for_one_mail_send_it_once():
    for round_number in range(40):
        tell(make_person())
        at = AT + timedelta(minutes=round_number)
        answers = at_once(lambda at=at: delivery.relay(at=at), 2)
        assert sorted(answers) == [0, 1]
    assert set(letters().values()) == {1}
    assert len(mail.outbox) == 40


def test_telling_the_same_thing_at_once_tells_it_once():
    people = [make_person() for _ in range(20)]
    at_once(lambda: tell(*people, key="event:1"), 4)
    assert Notice.objects.count() == 20
