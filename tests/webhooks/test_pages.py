# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of webhooks: there for the innovation office alone; the secret once; the log page by page; bad input in words."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from innovato.organisation.models import Person
from innovato.webhooks.errors import NotThere, TooMany
from innovato.webhooks.models import Delivery, Hook, HookAct
from innovato.webhooks.services import handing, keeping, sending
from tests import factories as make
from tests.webhooks.conftest import AT
from tests.webhooks.receiver import is_signed
from tests.webhooks.test_delivering import happened, told
from tests.workflow.factories_judging import holder
from workflow.services import delegating

pytestmark = pytest.mark.django_db
INDEX = "/verifica/webhook/"
DAY = timedelta(days=1)
SECRET = re.compile(r"innovato_hook_[\w-]{43}")


def browser(person=None, language="it") -> Client:
    client = Client(headers={"accept-language": language})
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def office(city) -> Client:
    return browser(city.screener)


def posted(**fields) -> dict:
    values = {
        "uuid": str(uuid4()),
        "name": "Portale",
        "address": "https://portale.comune.example/x",
        "kinds": ["admit"],
    }
    return values | {"department_id": ""} | fields


# Who -------------------------------------------------------------------------------------------------------------------


def everybody(here) -> dict[str, Person | None]:
    """Each kind of principal that is not the innovation office of the whole city in its own name."""
    deputy = make.person("Fabio", "Cerutti", home=here.office)
    lent = delegating.give(
        to=deputy, capabilities=["screen_ideas"], department=here.root, by=here.screener, reason="ferie",
        starts_on=timezone.localdate(), ends_on=timezone.localdate() + 9 * DAY, at=timezone.now(),
    )  # fmt: skip
    delegating.accept(delegation_id=lent[0].pk, by=deputy, at=timezone.now())
    leaver = holder("Ugo", "Andato", "screen_ideas", here.root)
    moved = holder("Ida", "Passata", "screen_ideas", here.root)
    moved.groups.clear()
    return {
        "author": here.author, "colleague": here.colleague, "manager": here.manager, "director": here.director,
        "manager elsewhere": here.stranger, "manager of the whole city": holder("Pia", "Alta", "decide_ideas", here.root),
        "reviewer": here.reviewers[0], "deputy of the office": deputy, "left the office": moved,
        "office of one division": holder("Remo", "Quieto", "screen_ideas", here.division),
        "organiser": holder("Marta", "Riva", "manage_campaigns", here.root),
        "hr": holder("Andrea", "Martini", "view_participation", here.root),
        "controller": holder("Nadia", "Bertone", "verify_results", here.root),
        "guarantor": holder("Rita", "Sasso", "guard_ballots", here.root),
        "administrator": holder("Ada", "Villa", "manage_department", here.root),
        "superuser": make.person("Super", "Utente", is_superuser=True, is_staff=True), "leaver": leaver,
    }  # fmt: skip


def test_for_everybody_else_nothing_is_there_and_nothing_changes(city, hooked):
    hook, _secret = hooked()
    told(happened())
    row = Delivery.objects.get()
    Delivery.objects.update(state="delivered", finished_at=AT, answer=204)
    own = f"{INDEX}{hook.uuid}/"
    pages = [INDEX, f"{INDEX}nuovo/", own, f"{own}modifica/", f"{own}segreto/", f"{own}elimina/",
             f"{own}consegne/{row.uuid}/"]  # fmt: skip
    acts = [f"{INDEX}nuovo/", f"{own}modifica/", f"{own}segreto/", f"{own}elimina/", f"{own}prova/", f"{own}pausa/",
            f"{own}riprendi/", f"{own}consegne/{row.uuid}/ripeti/"]  # fmt: skip
    before = _everything()
    people = everybody(city)
    clients = {who: browser(person) for who, person in people.items()}
    Person.objects.filter(pk=people["leaver"].pk).update(is_active=False)
    found = []
    for who, client in clients.items():
        # one of them at every address, everybody at one of each sort: they all pass the same gate
        gets, posts = (pages, acts) if who == "organiser" else (pages[2:3], acts[2:3])
        answers = [(address, client.get(address).status_code) for address in gets]
        answers += [(address, client.post(address, posted()).status_code) for address in posts]
        expected = 302 if who == "leaver" else 404
        found += [(who, address, status) for address, status in answers if status != expected]
    assert found == []
    assert _everything() == before


def _everything() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Hook, Delivery, HookAct)]


def test_services_ask_by_themselves(city, hooked):
    hook, _secret = hooked()
    before = _everything()
    for person in everybody(city).values():
        about = {"by": person, "at": timezone.now()}
        if person.last_name == "Andato":
            person.is_active = False
        for act in (keeping.pause, keeping.resume, keeping.rotate, keeping.remove, handing.send_test):
            with pytest.raises(NotThere):
                act(uuid=hook.uuid, **about)
        with pytest.raises(NotThere):
            keeping.create(
                uuid=uuid4(), name="x", address="https://a.example/", kinds=["admit"], department_id=None, **about
            )
    assert _everything() == before


def test_what_is_not_there_answers_alike_for_the_office_and_for_others(city, office):
    unknown = f"{INDEX}{uuid4()}/"
    assert [client.get(unknown).status_code for client in (office, browser(city.author))] == [404, 404]
    assert browser().get(INDEX)["Location"].startswith("/accesso/")


def test_the_way_there_is_shown_to_the_office_alone(city, office):
    assert INDEX in office.get("/verifica/").content.decode()
    local = holder("Remo", "Quieto", "screen_ideas", city.division)
    assert INDEX not in browser(local).get("/verifica/").content.decode()


# Making and changing -------------------------------------------------------------------------------------------------------


def test_a_new_webhook_shows_its_secret_once_and_signs_with_it(office, receiver):
    sent = posted(address=receiver.address)
    answer = office.post(f"{INDEX}nuovo/", sent)
    (secret,) = SECRET.findall(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    hook = Hook.objects.get()
    for again in (office.post(f"{INDEX}nuovo/", sent), office.get(f"{INDEX}{hook.uuid}/"), office.get(INDEX)):
        assert (again.status_code, SECRET.findall(again.content.decode())) == (200, [])
    assert Hook.objects.count() == 1
    office.post(f"{INDEX}{hook.uuid}/prova/")
    sending.relay(at=timezone.now())
    assert is_signed(receiver.last, secret)


def test_a_new_secret_is_asked_for_first_and_shown_once(office, hooked):
    hook, old = hooked()
    assert SECRET.findall(office.get(f"{INDEX}{hook.uuid}/segreto/").content.decode()) == []
    assert Hook.objects.get().former_until is None
    (new,) = SECRET.findall(office.post(f"{INDEX}{hook.uuid}/segreto/").content.decode())
    assert new != old
    assert SECRET.findall(office.get(f"{INDEX}{hook.uuid}/").content.decode()) == []


def test_changing_pausing_resuming_and_deleting_are_on_the_register(city, office, hooked):
    hook, _secret = hooked()
    own = f"{INDEX}{hook.uuid}/"
    values = posted(name="Altro", kinds=["verify", "admit"], department_id=str(city.division.pk))
    assert office.post(f"{own}modifica/", values)["Location"] == own
    hook.refresh_from_db()
    assert (hook.name, hook.kinds, hook.department) == ("Altro", ["admit", "verify"], city.division)
    assert hook.address == "https://portale.comune.example/x"
    for act in ("modifica/", "pausa/", "pausa/", "riprendi/", "riprendi/"):
        office.post(own + act, values)
    assert office.get(f"{own}elimina/").status_code == 200
    assert Hook.objects.count() == 1
    assert office.post(f"{own}elimina/")["Location"] == INDEX
    assert office.get(own).status_code == 404
    acts = HookAct.objects.order_by("pk").values_list("verb", "by")
    expected = ["created", "changed", "paused", "resumed", "deleted"]
    assert list(acts) == [(verb, city.screener.pk) for verb in expected]
    assert "Altro" in office.get(INDEX).content.decode()


def test_every_column_but_the_declared_ones_stays_as_it_is(office, hooked):
    hook, _secret = hooked()
    before = Hook.objects.values().get()
    extra = {"state": "paused", "pause": "gone", "failures": 9, "sealed": "x", "former_until": "2030-01-01", "id": 7,
             "served_at": "2030-01-01", "busy_until": "2030-01-01", "created_at": "2000-01-01", "uuid": str(uuid4())}  # fmt: skip
    office.post(f"{INDEX}{hook.uuid}/modifica/", posted(**extra))
    now = Hook.objects.values().get()
    assert {name for name in now if now[name] != before[name]} == {"name", "address", "kinds"} - (
        {"name"} if before["name"] == "Portale" else set()
    )


BAD = [
    {"name": ""}, {"name": "x" * 81}, {"name": "a\x00b"}, {"name": "a\u202eb"}, {"address": ""},
    {"address": "http://10.0.0.1/"}, {"address": "https://127.0.0.1.:x/"}, {"address": "https://" + "a" * 600},
    {"address": "javascript:alert(1)"}, {"address": "https://a.example/\u0000"}, {"kinds": []}, {"kinds": ["ballot_opened"]},
    {"kinds": ["admit", "redact"]}, {"kinds": ["test"]}, {"department_id": "9" * 30}, {"department_id": "x"},
    {"department_id": "-1"}, {"uuid": "x"}, {"uuid": ""},
]  # fmt: skip


@pytest.mark.parametrize("wrong", BAD, ids=str)
def test_bad_input_is_answered_in_words_and_changes_nothing(office, wrong, settings):
    settings.INNOVATO_WEBHOOK_HTTP = False
    answer = office.post(f"{INDEX}nuovo/", posted(**wrong))
    assert answer.status_code == 422
    assert "cosa da sistemare" in answer.content.decode() or "cose da sistemare" in answer.content.decode()
    assert (Hook.objects.count(), HookAct.objects.count()) == (0, 0)


def test_everything_that_is_wrong_is_said_at_once(office, settings):
    settings.INNOVATO_WEBHOOK_HTTP = False
    text = office.post(f"{INDEX}nuovo/", posted(name="", address="http://a.example/", kinds=[])).content.decode()
    assert all(
        words in text for words in ("quale programma riceve.", "comincia con https", "almeno un fatto", "3 cose")
    )


def test_a_lone_surrogate_or_a_place_that_no_page_gave_is_no_fault(office, hooked):
    hook, _secret = hooked()
    for place in ("x", "-1", "9" * 30, "%00", "%ed%a0%80", "1-1"):
        assert office.get(f"{INDEX}{hook.uuid}/?dopo={place}").status_code == 404


def test_there_is_an_end_to_webhooks(city, hooked, monkeypatch, office):
    monkeypatch.setattr(keeping, "MOST_HOOKS", 2)
    hooked()
    hooked()
    with pytest.raises(TooMany):
        hooked()
    answer = office.post(f"{INDEX}nuovo/", posted())
    assert (answer.status_code, Hook.objects.count()) == (409, 2)


# The log ---------------------------------------------------------------------------------------------------------------


def test_the_log_goes_back_page_by_page_without_a_gap(office, hooked):
    hook, _secret = hooked()
    told(*(happened(idea=f"2026-{number:04d}") for number in range(45)))
    address, seen = f"{INDEX}{hook.uuid}/", []
    while address:
        text = office.get(address).content.decode()
        seen += re.findall(r"in-nowrap\">(2026-\d{4})<", text)
        following = re.search(r'href="([^"]*\?dopo=\d+)"', text)
        address = following and following[1]
    assert seen == [f"2026-{number:04d}" for number in reversed(range(45))]


def test_a_delivery_shows_what_was_sent_and_is_repeated_from_there(office, hooked, receiver):
    hook, _secret = hooked()
    told(happened())
    receiver.codes = [410]
    sending.relay(at=AT)
    row = Delivery.objects.get()
    text = office.get(f"{INDEX}{hook.uuid}/consegne/{row.uuid}/").content.decode()
    assert "410" in text and "2026-0001" in text and str(row.uuid) in text and "Ripeti la consegna" in text
    assert office.post(f"{INDEX}{hook.uuid}/consegne/{row.uuid}/ripeti/").status_code == 302
    again = Delivery.objects.get(again=True)
    answer = office.post(f"{INDEX}{hook.uuid}/consegne/{again.uuid}/ripeti/")
    assert (answer.status_code, Delivery.objects.count()) == (409, 2)
    assert "in pausa" in office.get(f"{INDEX}{hook.uuid}/").content.decode().lower()


def test_pages_speak_english_too(city, hooked):
    hook, _secret = hooked()
    told(happened())
    text = browser(city.screener, "en").get(f"{INDEX}{hook.uuid}/").content.decode()
    assert "Idea admitted" in text and "Send a test" in text


PAGES = SimpleNamespace(index=10, hook=11, delivery=10)  # eight of them the session, the rights and the frame


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_with_one_row_and_with_three(rows, city, office, hooked, django_assert_num_queries):
    hooks = [hooked(name=f"Portale {number}")[0] for number in range(rows)]
    told(*(happened(idea=f"2026-{number:04d}") for number in range(rows)))
    row = hooks[0].deliveries.first()
    own = f"{INDEX}{hooks[0].uuid}/"
    for name, address in (("index", INDEX), ("hook", own), ("delivery", f"{own}consegne/{row.uuid}/")):
        with django_assert_num_queries(getattr(PAGES, name)):
            assert office.get(address).status_code == 200


def test_the_help_page_says_how_a_signature_is_checked(client):
    text = client.get("/aiuto/api/").content.decode()
    assert 'id="h-webhook"' in text and "InnovaTo-Signature" in text and "hmac.compare_digest" in text
