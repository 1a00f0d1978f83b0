# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a row that waits to a receiver that has it: signed, repeated, given up, paused; safe to run twice."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from innovato.notifications.models import Notice
from innovato.retention import registry
from innovato.webhooks import kinds, signing, tasks, wire
from innovato.webhooks.errors import NotNow, NotThere
from innovato.webhooks.happenings import Facts, Happening, body_of
from innovato.webhooks.models import Delivery, DeliveryState, Fault, Hook, HookAct, HookState, Pause
from innovato.webhooks.services import handing, keeping, sending
from tests.webhooks.conftest import AT
from tests.webhooks.receiver import Receiver, is_signed

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


def happened(kind="admit", idea="2026-0001", *, at=AT, **fields) -> Happening:
    """Something that happened in the open."""
    facts = Facts(department_code="ECO", department_path="000001.", before="screening", after="admitted")
    return Happening(**{"id": uuid4(), "kind": kind, "idea": idea, "at": at, "facts": facts} | fields)


def told(*happenings, at=AT) -> int:
    return handing.hand_out(happenings, handing.receivers(), at=at)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def after(minutes: float):
    return AT + timedelta(minutes=minutes)


# What arrives ----------------------------------------------------------------------------------------------------------


def test_what_happened_arrives_once_and_signed(hooked, receiver):
    hook, secret = hooked()
    event = happened()
    assert told(event) == 1
    assert (tasks.relay(), tasks.relay()) == (1, 0)
    (call,) = receiver.calls
    row = Delivery.objects.get()
    assert json.loads(call.body) == {
        "id": str(event.id), "kind": "admit", "idea": "2026-0001", "department": "ECO", "at": "2026-11-19T09:00:00Z",
        "from": "screening", "to": "admitted",
    }  # fmt: skip
    assert is_signed(call, secret)
    assert not is_signed(call, secret + "x")
    assert call.headers["InnovaTo-Delivery"] == str(row.uuid)
    assert call.headers["InnovaTo-Kind"] == "admit"
    assert (row.state, row.attempts, row.answer, row.fault) == ("delivered", 1, 204, "")
    assert call.body.decode() == row.body


def test_the_signature_is_the_documented_one():
    # as `printf '1795683600.{"a":1}' | openssl dgst -sha256 -hmac innovato_hook_x` says it
    mark = "3b8b596c620960e9f433c04540f0d71c39ca47123ca47df5dac944c89123e052"
    signed = signing.signature(b'{"a":1}', unix=1795683600, secrets_in_force=["innovato_hook_x"])
    assert signed == f"t=1795683600,v1={mark}"


def test_who_cut_out_the_body_or_the_time_is_found_out(hooked, receiver):
    _hook, secret = hooked()
    told(happened())
    sending.relay(at=AT)
    call = receiver.last
    assert is_signed(call, secret)
    assert not is_signed(type(call)(call.path, call.headers, call.body + b" "), secret)
    later = call.headers | {"InnovaTo-Signature": call.headers["InnovaTo-Signature"].replace("t=1", "t=2")}
    assert not is_signed(type(call)(call.path, later, call.body), secret)


def test_after_a_new_secret_both_sign_for_a_day_and_then_only_the_new_one(hooked, receiver, city):
    hook, old = hooked()
    _hook, new = keeping.rotate(by=city.screener, uuid=hook.uuid, at=AT)
    signed = []
    for at in (AT + timedelta(hours=23), AT + timedelta(hours=25)):
        told(happened(at=at), at=at)
        sending.relay(at=at)
        signed.append((is_signed(receiver.last, old), is_signed(receiver.last, new)))
    assert signed == [(True, True), (False, True)]


def test_a_copy_of_the_database_alone_signs_nothing(hooked, settings):
    hook, secret = hooked()
    kept = bytes(fresh(hook).sealed)
    assert secret.encode() not in kept
    assert signing.unseal(kept, hook=hook.uuid) == secret
    with pytest.raises(signing.SecretLost):
        signing.unseal(kept, hook=uuid4())
    settings.SECRET_KEY = "another one"
    with pytest.raises(signing.SecretLost):
        signing.unseal(kept, hook=hook.uuid)


def test_a_secret_that_can_t_be_read_pauses_and_a_new_one_is_the_way_out(hooked, receiver, city, settings):
    hook, _secret = hooked()
    told(happened())
    settings.SECRET_KEY = "another one"
    assert sending.relay(at=AT) == 0
    assert (fresh(hook).state, fresh(hook).pause, receiver.calls) == (HookState.PAUSED, Pause.SECRET, [])
    with pytest.raises(NotNow):
        keeping.resume(by=city.screener, uuid=hook.uuid, at=AT)
    _hook, new = keeping.rotate(by=city.screener, uuid=hook.uuid, at=AT)
    keeping.resume(by=city.screener, uuid=hook.uuid, at=AT)
    assert sending.relay(at=after(1)) == 1
    assert is_signed(receiver.last, new)


# Attempts --------------------------------------------------------------------------------------------------------------


def test_attempts_grow_apart_over_about_a_day_and_then_it_is_given_up(hooked, receiver, steady):
    hook, _secret = hooked()
    told(happened())
    at, gaps = AT, []
    receiver.codes = [500] * 20
    while (row := Delivery.objects.get()).is_waiting:
        assert sending.relay(at=row.next_at - timedelta(seconds=1)) == 0
        gaps.append((row.next_at - at) // MINUTE)
        at = row.next_at
        sending.relay(at=at)
    assert gaps == [0, 1, 5, 15, 60, 120, 240, 480, 540]
    assert timedelta(hours=22) < at - AT < timedelta(hours=26)
    assert (row.state, row.attempts, row.answer, row.fault) == ("failed", 9, 500, Fault.ANSWER)
    assert len(receiver.calls) == 9
    assert len({call.headers["InnovaTo-Delivery"] for call in receiver.calls}) == 1
    assert (fresh(hook).failures, fresh(hook).state) == (1, HookState.ACTIVE)


def test_each_attempt_is_signed_with_its_own_time(hooked, receiver, steady):
    _hook, secret = hooked()
    told(happened())
    receiver.codes = [500]
    sending.relay(at=AT)
    sending.relay(at=after(2))
    first, second = (call.headers["InnovaTo-Signature"] for call in receiver.calls)
    assert first.partition(",")[0] != second.partition(",")[0]
    assert all(is_signed(call, secret) for call in receiver.calls)


def test_waits_differ_a_little_from_each_other():
    waits = {sending._wait(1) for _ in range(20)}
    assert len(waits) > 1
    assert all(timedelta(seconds=54) <= wait <= timedelta(seconds=66) for wait in waits)


def test_a_receiver_that_failed_is_left_alone_for_the_rest_of_the_run_and_holds_up_nobody(hooked, receiver):
    with Receiver() as broken:
        broken.codes = [500] * 10
        hooked(name="Rotto", address=broken.address)
        hooked()
        told(*(happened(idea=f"2026-{n:04d}") for n in range(4)))
        assert sending.relay(at=AT) == 4
        assert (len(broken.calls), len(receiver.calls)) == (1, 4)


def test_receivers_take_turns(hooked):
    with Receiver() as first, Receiver() as second:
        order = []
        for which, place in (("a", first), ("b", second)):
            hooked(name=which, address=place.address)
        told(*(happened(idea=f"2026-{n:04d}") for n in range(3)))
        real = wire.post
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wire, "post", lambda address, *rest: order.append(address) or real(address, *rest))
            sending.relay(at=AT)
    assert order == [first.address, second.address] * 3


def test_after_deliveries_given_up_in_a_row_it_pauses_and_the_office_is_told_once(hooked, receiver, city, settings):
    settings.INNOVATO_WEBHOOK_PAUSE_AFTER = 3
    hook, _secret = hooked()
    told(*(happened(idea=f"2026-{n:04d}") for n in range(5)))
    Delivery.objects.update(attempts=sending.MAX_ATTEMPTS - 1)
    receiver.codes = [500] * 9
    for minute in range(5):
        sending.relay(at=after(minute))
    hook = fresh(hook)
    assert (hook.state, hook.pause, hook.failures, len(receiver.calls)) == (HookState.PAUSED, Pause.FAILURES, 3, 3)
    notice = Notice.objects.get(kind="webhook_paused")
    assert (notice.recipient, notice.context["title"]) == (city.screener, "Portale")
    assert notice.context["url"] == f"/verifica/webhook/{hook.uuid}/"
    assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == 2
    keeping.resume(by=city.screener, uuid=hook.uuid, at=after(6))
    receiver.codes = []
    assert sending.relay(at=after(6)) == 2
    assert fresh(hook).failures == 0


def test_one_that_arrives_begins_the_count_anew(hooked, receiver, settings):
    settings.INNOVATO_WEBHOOK_PAUSE_AFTER = 2
    hook, _secret = hooked()
    for minute, code in enumerate([500, 204, 500]):
        told(happened(at=after(minute)), at=after(minute))
        Delivery.objects.filter(state="waiting").update(attempts=sending.MAX_ATTEMPTS - 1)
        receiver.codes = [code]
        sending.relay(at=after(minute))
    assert (fresh(hook).state, fresh(hook).failures) == (HookState.ACTIVE, 1)


def test_a_410_pauses_at_once(hooked, receiver):
    hook, _secret = hooked()
    told(happened(), happened(idea="2026-0002"))
    receiver.codes = [410]
    assert sending.relay(at=AT) == 0
    assert (fresh(hook).pause, len(receiver.calls)) == (Pause.GONE, 1)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["failed", "waiting"]
    assert Notice.objects.filter(kind="webhook_paused").count() == 1


def test_what_happens_during_a_pause_waits(hooked, receiver, city):
    hook, _secret = hooked()
    keeping.pause(by=city.screener, uuid=hook.uuid, at=AT)
    told(happened())
    assert (sending.relay(at=after(1)), receiver.calls) == (0, [])
    keeping.resume(by=city.screener, uuid=hook.uuid, at=after(2))
    assert sending.relay(at=after(2)) == 1


def test_a_relay_that_died_leaves_its_delivery_to_the_next_after_the_lease(hooked, receiver, monkeypatch):
    hooked()
    told(happened())

    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(wire, "post", die)
        with pytest.raises(Killed):
            sending.relay(at=AT)
    assert sending.relay(at=after(1)) == 0
    assert sending.relay(at=after(3)) == 1
    assert len(receiver.calls) == 1


def test_one_deleted_while_it_is_called_leaves_nothing(hooked, receiver, city, monkeypatch):
    hook, _secret = hooked()
    told(happened())
    real = wire.post

    def deleted_meanwhile(*args):
        keeping.remove(by=city.screener, uuid=hook.uuid, at=AT)
        return real(*args)

    monkeypatch.setattr(wire, "post", deleted_meanwhile)
    sending.relay(at=AT)
    assert (Hook.objects.count(), Delivery.objects.count(), len(receiver.calls)) == (0, 0, 1)
    assert list(HookAct.objects.order_by("pk").values_list("verb", flat=True)) == ["created", "deleted"]


def test_one_paused_while_it_is_called_stays_paused(hooked, receiver, city, monkeypatch):
    hook, _secret = hooked()
    told(happened())
    real = wire.post

    def paused_meanwhile(*args):
        keeping.pause(by=city.screener, uuid=hook.uuid, at=AT)
        return real(*args)

    monkeypatch.setattr(wire, "post", paused_meanwhile)
    sending.relay(at=AT)
    assert (fresh(hook).state, fresh(hook).busy_until) == (HookState.PAUSED, None)
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


# By hand ---------------------------------------------------------------------------------------------------------------


def test_a_test_is_tried_once_also_in_a_pause_and_counts_for_nothing(hooked, receiver, city):
    hook, secret = hooked()
    keeping.pause(by=city.screener, uuid=hook.uuid, at=AT)
    receiver.codes = [500, 204]
    for _turn in range(2):
        first = handing.send_test(by=city.screener, uuid=hook.uuid, at=AT)
        assert handing.send_test(by=city.screener, uuid=hook.uuid, at=AT) == first
        sending.relay(at=AT)
    assert list(Delivery.objects.order_by("pk").values_list("state", "answer")) == [("failed", 500), ("delivered", 204)]
    assert set(json.loads(receiver.last.body)) == {"id", "kind"}
    assert is_signed(receiver.last, secret)
    assert (fresh(hook).failures, fresh(hook).state) == (0, HookState.PAUSED)


def test_a_delivery_is_repeated_by_hand_with_the_same_text_and_a_name_of_its_own(hooked, receiver, city):
    hook, _secret = hooked()
    told(happened())
    sending.relay(at=AT)
    first = Delivery.objects.get()
    asked = {"by": city.screener, "uuid": hook.uuid, "delivery": first.uuid, "at": after(1)}
    again = handing.redeliver(**asked)
    assert handing.redeliver(**asked) == again
    sending.relay(at=after(1))
    assert [call.body for call in receiver.calls] == [first.body.encode()] * 2
    assert {call.headers["InnovaTo-Delivery"] for call in receiver.calls} == {str(first.uuid), str(again.uuid)}
    handing.redeliver(**asked)
    assert Delivery.objects.count() == 3


def test_what_is_under_way_a_test_and_another_webhooks_delivery_are_not_repeated(hooked, city):
    hook, _secret = hooked()
    other, _secret = hooked(name="Altro")
    told(happened())
    asked = {"by": city.screener, "at": AT}
    row = hook.deliveries.get()
    with pytest.raises(NotNow):
        handing.redeliver(uuid=hook.uuid, delivery=row.uuid, **asked)
    with pytest.raises(NotThere):
        handing.redeliver(uuid=other.uuid, delivery=row.uuid, **asked)
    trial = handing.send_test(uuid=hook.uuid, **asked)
    with pytest.raises(NotNow):
        handing.redeliver(uuid=hook.uuid, delivery=trial.uuid, **asked)


# The log ---------------------------------------------------------------------------------------------------------------


def test_the_log_forgets_after_its_days_whatever_became_of_a_delivery(hooked, settings):
    settings.INNOVATO_WEBHOOK_LOG_DAYS = 30
    hooked()
    told(happened())
    told(happened(at=AT + timedelta(days=2)), at=AT + timedelta(days=2))
    rule, at = registry.get("webhook_deliveries"), AT + timedelta(days=31)
    assert (rule.due(at), rule.run(at), rule.run(at)) == (1, 1, 0)
    assert Delivery.objects.get().created_at == AT + timedelta(days=2)


def test_the_register_forgets_after_two_years(hooked):
    hook, _secret = hooked()
    rule = registry.get("webhook_acts")
    assert rule.run(AT + timedelta(days=729)) == 0
    assert (rule.run(AT + timedelta(days=731)), HookAct.objects.count()) == (1, 0)
    assert Hook.objects.get() == hook


# Never ---------------------------------------------------------------------------------------------------------------


def test_the_same_happening_is_never_written_twice_for_one_receiver(hooked):
    hooked()
    event = happened()
    told(event)
    told(event)
    assert Delivery.objects.count() == 1


def test_a_kind_that_is_not_on_the_list_is_refused_as_a_whole(hooked):
    hooked()
    with pytest.raises(ValueError, match="ballot_opened"):
        told(happened(), happened("ballot_opened"))
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["ballot_closed", "paper_cast", "vote", "voted", "urn_box", "turnout", "support", "test", "A"]
)
def test_no_list_of_kinds_can_hold_one_that_tells_of_a_vote(name, settings, monkeypatch):
    monkeypatch.setattr("workflow.happenings.KINDS", {"admit": "x", name: "y"})
    kinds.known.cache_clear()
    with pytest.raises(ValueError, match=name):
        kinds.known()
    kinds.known.cache_clear()


def test_of_what_is_not_for_everybody_the_body_holds_the_name_and_the_kind_alone():
    event = happened("submit", facts=None)
    assert json.loads(body_of(event)) == {"id": str(event.id), "kind": "submit", "idea": "2026-0001"}


def test_the_database_refuses_what_can_t_be(hooked):
    hook, _secret = hooked()
    told(happened())
    for change in (
        lambda: Hook.objects.filter(pk=hook.pk).update(state="paused"),
        lambda: Hook.objects.filter(pk=hook.pk).update(state="asleep"),
        lambda: Hook.objects.filter(pk=hook.pk).update(name=""),
        lambda: Hook.objects.filter(pk=hook.pk).update(former_until=AT),
        lambda: Delivery.objects.update(state="delivered", finished_at=AT),
        lambda: Delivery.objects.update(state="failed"),
        lambda: Delivery.objects.update(fault="boh"),
        lambda: HookAct.objects.update(verb="boh"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
