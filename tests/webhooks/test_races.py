# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several relays and several hands at once, with real transactions: each receiver is called once for each delivery."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from innovato.webhooks.models import Delivery, DeliveryState, Hook
from innovato.webhooks.services import handing, keeping, sending
from tests import factories as make
from tests.several import at_once
from tests.webhooks.conftest import AT
from tests.webhooks.test_delivering import happened, told
from workflow.services import events, handing_out

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_four_relays_at_once_deliver_each_thing_once(hooked, receiver):
    for number in range(5):
        hooked(name=f"Portale {number}")
    told(*(happened(idea=f"2026-{number:04d}") for number in range(6)))
    assert sum(at_once(lambda: sending.relay(at=AT))) == 30
    called = Counter(call.headers["InnovaTo-Delivery"] for call in receiver.calls)
    assert (len(called), set(called.values())) == (30, {1})
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.DELIVERED, 1)}
    assert set(Hook.objects.values_list("busy_until", flat=True)) == {None}


def test_four_at_once_hand_every_event_out_once(hooked, city):
    hooked()
    handing_out.hand_out(at=AT)
    for _one in range(20):
        idea = make.idea(city.author, city.call, state="review")
        with transaction.atomic():
            events.record(idea_id=idea.pk, kind="open_voting", at=AT)
    assert sum(at_once(lambda: handing_out.hand_out(at=AT))) == 20
    assert Delivery.objects.count() == 20


def test_a_page_sent_four_times_at_once_makes_one_webhook_and_one_secret(city, receiver):
    values = {"name": "Portale", "address": receiver.address, "kinds": ["admit"], "department_id": None, "at": AT}
    uuid = happened().id
    answers = at_once(lambda: keeping.create(by=city.screener, uuid=uuid, **values))
    assert sorted(bool(secret) for _hook, secret in answers) == [False, False, False, True]
    assert Hook.objects.count() == 1


def test_four_clicks_at_once_repeat_a_delivery_once(hooked, city, receiver):
    hook, _secret = hooked()
    told(happened())
    sending.relay(at=AT)
    row = Delivery.objects.get()
    at = AT + timedelta(minutes=1)
    at_once(lambda: handing.redeliver(by=city.screener, uuid=hook.uuid, delivery=row.uuid, at=at))
    assert Delivery.objects.count() == 2
