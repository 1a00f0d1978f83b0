# SPDX-License-Identifier: AGPL-3.0-or-later
"""A session ends after a while without a request, in any case some hours after signing in, and when the person goes."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from innovato.organisation import services
from innovato.organisation.models import PersonSession
from innovato.organisation.session_store import SessionStore, first_look
from tests.factories import NOW, department, person

pytestmark = pytest.mark.django_db
CODE = "una frase lunga"


@pytest.fixture
def anna():
    return person("Anna", home=department(), staff_number="300001", password=CODE)


@pytest.fixture
def clock(settings):
    settings.INNOVATO_SESSION_IDLE_MINUTES, settings.SESSION_COOKIE_AGE = 60, 3600
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def inside(client, anna, clock):
    """A browser where Anna has just signed in."""
    assert client.post("/accesso/", {"staff_number": "300001", "code": CODE}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/profilo/").status_code == 200


def expiry() -> timedelta:
    return Session.objects.get().expire_date - NOW


def test_a_session_without_a_request_ends(inside, clock):
    clock.shift(timedelta(minutes=59, seconds=59))
    assert is_in(inside)
    clock.shift(timedelta(minutes=60))
    assert not is_in(inside)
    assert inside.get("/profilo/")["Location"] == "/accesso/?next=%2Fprofilo%2F"


def test_requests_prolong_it_with_at_most_twelve_writes_in_the_idle_time(inside, clock):
    clock.shift(timedelta(minutes=5))
    is_in(inside)
    assert expiry() == timedelta(minutes=60)
    clock.shift(timedelta(seconds=1))
    answer = inside.get("/profilo/")
    assert expiry() == timedelta(minutes=65, seconds=1)
    assert answer.cookies["innovato_session"]["max-age"] == 3600


def test_however_busy_a_session_ends_some_hours_after_signing_in(inside, clock):
    for _half_hour in range(19):
        clock.shift(timedelta(minutes=30))
        assert is_in(inside)
    assert expiry() == timedelta(hours=10)
    clock.shift(timedelta(minutes=29, seconds=59))
    assert is_in(inside)
    clock.shift(timedelta(seconds=1))
    assert not is_in(inside)


def test_a_session_that_cannot_say_when_it_began_has_ended(inside):
    session = inside.session
    del session["_began"]
    session.save()
    assert not is_in(inside)


def test_a_later_limit_of_the_settings_holds_for_sessions_already_open(inside, clock, settings):
    settings.INNOVATO_SESSION_HOURS = 1
    clock.shift(timedelta(minutes=40))
    assert is_in(inside)
    clock.shift(timedelta(minutes=20))
    assert not is_in(inside)


@pytest.mark.parametrize("ending", ["deactivate", "transfer_person"])
def test_sessions_end_when_their_person_leaves_or_moves_away(inside, anna, ending):
    elsewhere = {"department": department("Altrove")} if ending == "transfer_person" else {}
    getattr(services, ending)(person=anna, by=None, at=NOW, **elsewhere)
    assert not is_in(inside)
    assert (Session.objects.count(), PersonSession.objects.count()) == (0, 0)


def test_a_session_ended_during_a_request_does_not_come_back_with_its_answer(inside, anna, clock, monkeypatch):
    clock.shift(timedelta(minutes=30))  # so that this request would prolong it
    monkeypatch.setattr(
        "innovato.organisation.views.selectors.rights_in_words",
        lambda access: services.end_sessions(person_ids=[anna.pk]) and [],
    )
    assert inside.get("/profilo/").status_code == 400
    assert Session.objects.count() == 0


# The warning ---------------------------------------------------------------------------------------------------------


def left(client: Client) -> dict:
    return client.get("/sessione/", headers={"accept": "application/json"}).json()


def test_asking_how_long_it_lasts_does_not_prolong_it_and_staying_does(inside, clock):
    clock.shift(timedelta(minutes=58))
    assert left(inside) == {"seconds": 120, "can_go_on": True}
    assert expiry() == timedelta(minutes=60)
    answer = inside.post("/sessione/", headers={"accept": "application/json"})
    assert answer.json() == {"seconds": 3600, "can_go_on": True}
    assert expiry() == timedelta(minutes=118)
    assert "no-store" in answer["Cache-Control"]


def test_without_scripts_staying_leads_back_to_where_one_was(inside):
    assert inside.post("/sessione/", {"next": "/idee/"})["Location"] == "/idee/"


def test_at_the_last_moment_it_is_said_that_nothing_prolongs_it(inside, clock):
    for _half_hour in range(19):
        clock.shift(timedelta(minutes=30))
        is_in(inside)
    clock.shift(timedelta(minutes=28))
    assert left(inside) == {"seconds": 120, "can_go_on": False}


def test_who_is_no_longer_in_hears_it_as_a_program(inside, clock):
    clock.shift(timedelta(minutes=61))
    assert inside.get("/sessione/", headers={"accept": "application/json"}).status_code == 401


def test_a_page_asks_two_minutes_before_the_earliest_end_and_says_so_alike_all_day(inside, clock):
    page = inside.get("/profilo/").content.decode()
    assert 'data-session="3180"' in page  # 55 minutes, less two
    clock.shift(timedelta(minutes=3))
    assert 'data-session="3180"' in inside.get("/profilo/").content.decode()
    store = SessionStore(inside.session.session_key)
    clock.shift(timedelta(hours=9, minutes=47))
    store["_auth_user_id"] = "1"
    store["_began"] = int(NOW.timestamp())
    assert first_look(store) == 480  # ten minutes, less two


def test_somebody_not_signed_in_has_no_dialog(client):
    assert "fine-sessione" not in client.get("/accesso/").content.decode()
