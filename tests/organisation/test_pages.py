# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in and out, the language, one's own data: what people see, what is refused, where they end up."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import translation

from innovato.organisation import attempts
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Assignment, Person, Persona, PersonSession, SignInAttempts
from innovato.organisation.services import deactivate
from innovato.tasks import clear_expired_sessions

from .factories_city import AT, OPENED, WHY, give, make_person, small_city

pytestmark = pytest.mark.django_db

CODE = "una frase lunga"
WRONG = "Matricola o codice non corretti: controlla e riprova."


@pytest.fixture
def anna(db):
    return make_person("Anna", "Ferrero", staff_number="300001", password=CODE)


def enter(client, number="300001", code=CODE, **extra):
    return client.post("/accesso/", {"staff_number": number, "code": code} | extra)


def test_the_sign_in_page_asks_for_staff_number_and_code(client):
    page = client.get("/accesso/").content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "Prova con una persona inventata" not in page


def test_the_right_code_lets_in_and_remembers_the_session(client, anna):
    answer = enter(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(anna.pk)
    assert PersonSession.objects.get().session_key == client.session.session_key


@pytest.mark.parametrize("typed", [" 300001 ", "300 001"])
def test_spaces_in_the_staff_number_are_forgiven(client, anna, typed):
    assert enter(client, number=typed).status_code == 302


@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [
        ("41872", CODE, "La matricola ha 6 cifre: qui ne vedo 5."),
        ("1", CODE, "La matricola ha 6 cifre: qui ne vedo 1."),
        ("3000001", CODE, "La matricola ha 6 cifre: qui ne vedo 7."),
        ("anna", CODE, "La matricola ha 6 cifre e nient’altro."),
        ("٣٠٠٠٠١", CODE, "La matricola ha 6 cifre e nient’altro."),
        ("", CODE, "Scrivi la matricola: 6 cifre, le trovi sul cartellino."),
        ("3" * 100_000, CODE, "La matricola ha 6 cifre e nient’altro."),
        ("300001", "", "Scrivi il codice."),
        ("300001", "x" * 100_000, "Il codice è troppo lungo: controlla e riprova."),
        ("300001", "sbagliato", WRONG),
        ("999999", CODE, WRONG),
        ("300001", CODE.upper(), WRONG),
        ("300001", f" {CODE} ", WRONG),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, anna, number, code, sentence):
    answer = enter(client, number=number, code=code)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("typed", ["\x0030001", "300001\x00", "\ud83d", "\u202e300001"])
def test_strange_characters_are_an_error_never_a_failure(client, anna, typed):
    data = {"staff_number": typed.encode("utf-8", "surrogatepass").decode("latin-1"), "code": typed}
    assert (
        client.post("/accesso/", {k: v.encode("utf-8", "ignore").decode() for k, v in data.items()}).status_code == 400
    )


def test_the_code_typed_is_never_sent_back(client, anna):
    assert "segretissimo" not in enter(client, code="segretissimo").content.decode()


def test_somebody_who_has_left_reads_the_same_sentence_as_a_stranger(client, anna):
    deactivate(person=anna, by=None, at=AT, reason=WHY)
    answer = enter(client)
    assert (answer.status_code, WRONG in answer.content.decode()) == (400, True)


def test_after_five_wrong_codes_one_waits_even_with_the_right_one(client, anna, settings):
    with time_machine.travel(AT, tick=False) as clock:
        for _attempt in range(4):
            assert enter(client, code="sbagliato").status_code == 400
        assert enter(client, code="sbagliato").status_code == 429
        answer = enter(client)
        assert answer.status_code == 429
        assert answer["Retry-After"] == "600"
        page = answer.content.decode()
        assert "Troppi tentativi sbagliati: riprova tra 10 minuti." in page
        assert settings.INNOVATO_SUPPORT_EMAIL in page
        clock.shift(timedelta(minutes=9, seconds=30))
        assert "riprova tra 1 minuto." in enter(client).content.decode()
        clock.shift(timedelta(seconds=31))
        assert enter(client).status_code == 302


def test_the_wait_is_for_that_staff_number_alone(client, anna):
    make_person(staff_number="300002", password=CODE)
    for _attempt in range(6):
        enter(client, code="sbagliato")
    assert enter(client, number="300002").status_code == 302


def test_an_unknown_staff_number_waits_like_any_other(client):
    answers = [enter(client, number="999999").status_code for _attempt in range(6)]
    assert answers == [400, 400, 400, 400, 429, 429]


def test_no_try_is_left_means_that_the_code_is_not_even_looked_at(client, anna, monkeypatch):
    for _attempt in range(5):
        enter(client, code="sbagliato")
    monkeypatch.setattr("innovato.organisation.views.authenticate", lambda *args, **kwargs: pytest.fail("looked at"))
    assert enter(client).status_code == 429


@pytest.mark.parametrize("number", ["300001", "999999", "300003"])
def test_a_stranger_a_colleague_and_a_leaver_cost_the_same_arithmetic(client, anna, monkeypatch, number):
    make_person(staff_number="300003", password=CODE, is_active=False)
    spent = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: spent.append(1) or encode(*args))
    enter(client, number=number, code="sbagliato")
    assert len(spent) == 1


def test_tries_that_count_no_more_are_forgotten(client, anna):
    with time_machine.travel(AT, tick=False) as clock:
        enter(client, code="sbagliato")
        assert (attempts.forget_old(at=AT), SignInAttempts.objects.count()) == (0, 1)
        clock.shift(timedelta(minutes=10))
        clear_expired_sessions()
        clear_expired_sessions()
        assert SignInAttempts.objects.count() == 0


def test_a_right_code_clears_the_wrong_ones_before(client, anna):
    for _attempt in range(4):
        enter(client, code="sbagliato")
    enter(client)
    client.post("/uscita/")
    for _attempt in range(4):
        assert enter(client, code="sbagliato").status_code == 400


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/idee/?vista=mie", "/idee/?vista=mie"),
        ("https://altrove.example/", "/"),
        ("//altrove.example", "/"),
        ("/\\altrove.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http://testserver/idee/", "/"),
        ("/accesso/", "/"),
        ("/accesso/?next=/accesso/", "/"),
        ("/a\r\nSet-Cookie: x=1", None),
        ("/" + "a" * 5000, "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(client, anna, wanted, reached):
    answer = enter(client, next=wanted)
    assert answer.status_code == 302
    assert "\n" not in answer["Location"]
    assert reached is None or answer["Location"] == reached


def test_the_wanted_address_survives_a_mistake(client, anna):
    page = enter(client, code="sbagliato", next="/idee/2026-0412/").content.decode()
    assert '<input type="hidden" name="next" value="/idee/2026-0412/">' in page


def test_who_is_already_in_goes_on(client, anna):
    client.force_login(anna)
    assert client.get("/accesso/", {"next": "/profilo/"})["Location"] == "/profilo/"


def test_signing_in_as_somebody_else_leaves_nothing_of_the_first(client, anna):
    make_person(staff_number="300002", password=CODE)
    enter(client)
    first = client.session.session_key
    enter(client, number="300002")
    assert not Session.objects.filter(session_key=first).exists()
    assert PersonSession.objects.get().session_key == client.session.session_key


def test_a_new_session_key_is_given_at_sign_in(client, anna):
    client.get("/accesso/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    enter(client)
    assert client.session.session_key != before


def test_without_the_forms_token_nobody_gets_in(anna):
    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


def test_signing_out_ends_the_session_and_only_by_post(client, anna):
    enter(client)
    key = client.session.session_key
    assert client.get("/uscita/").status_code == 405
    answer = client.post("/uscita/")
    assert (answer.status_code, answer["Location"]) == (302, "/accesso/")
    assert not Session.objects.filter(session_key=key).exists()
    assert not PersonSession.objects.exists()
    assert client.get("/profilo/").status_code == 302


def test_signing_out_twice_is_no_failure(client):
    assert client.post("/uscita/").status_code == 302


# Personas ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def persona(anna):
    return Persona.objects.create(person=anna, label_it="Dipendente", label_en="Employee")


@pytest.mark.parametrize("switch", ["DEMO", "DEBUG"])
def test_the_demo_offers_one_click_personas(client, persona, settings, switch):
    setattr(settings, switch, True)
    page = client.get("/accesso/").content.decode()
    assert "Prova con una persona inventata" in page
    assert "Dipendente" in page
    answer = client.post("/accesso/persona/", {"persona": str(persona.person.uuid), "next": "/profilo/"})
    assert answer["Location"] == "/profilo/"
    assert client.session["_auth_user_id"] == str(persona.person.pk)
    assert PersonSession.objects.count() == 1


def test_a_persona_is_entered_in_the_language_of_the_browser(client, persona, settings):
    settings.DEMO = True
    client.post("/lingua/", {"language": "en"})
    client.post("/accesso/persona/", {"persona": str(persona.person.uuid)})
    assert client.get("/profilo/").headers["Content-Language"] == "en"


def test_outside_the_demo_there_are_no_personas(client, persona):
    assert "Dipendente" not in client.get("/accesso/").content.decode()
    assert client.post("/accesso/persona/", {"persona": str(persona.person.uuid)}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("chosen", ["", "x", "00000000-0000-0000-0000-000000000000", "\x00"])
def test_only_the_offered_personas_can_be_entered(client, persona, settings, chosen):
    settings.DEMO = True
    assert client.post("/accesso/persona/", {"persona": chosen}).status_code == 404


def test_the_uuid_of_somebody_who_is_no_persona_does_not_let_in(client, persona, settings):
    settings.DEMO = True
    other = make_person()
    assert client.post("/accesso/persona/", {"persona": str(other.uuid)}).status_code == 404
    assert client.get("/accesso/persona/").status_code == 405


# Language ----------------------------------------------------------------------------------------------------------


def test_the_language_is_chosen_for_this_browser(client):
    answer = client.post("/lingua/", {"language": "en", "next": "/aiuto/"})
    assert (answer.status_code, answer["Location"]) == (302, "/aiuto/")
    assert answer.cookies["django_language"].value == "en"
    assert client.get("/accesso/").headers["Content-Language"] == "en"


def test_the_language_is_kept_with_the_person_and_comes_back_at_sign_in(client, anna):
    enter(client)
    client.post("/lingua/", {"language": "en"})
    anna.refresh_from_db()
    assert anna.language == "en"
    elsewhere = Client()
    assert enter(elsewhere).cookies["django_language"].value == "en"


@pytest.mark.parametrize("language", ["", "fr", "it\x00", "../en"])
def test_an_unknown_language_is_refused_with_the_choice(client, anna, language):
    client.force_login(anna)
    answer = client.post("/lingua/", {"language": language})
    assert answer.status_code == 400
    assert "Scegli" in answer.content.decode()
    assert Person.objects.get(pk=anna.pk).language == "it"


def test_the_language_has_a_page_of_its_own(client):
    assert "Italiano" in client.get("/lingua/").content.decode()


def test_choosing_a_language_never_leads_elsewhere(client):
    assert client.post("/lingua/", {"language": "en", "next": "https://altrove.example"})["Location"] == "/"


def test_a_persona_is_labelled_in_the_readers_language(persona):
    with translation.override("en"):
        assert str(persona) == "Employee"


# Profile -----------------------------------------------------------------------------------------------------------


def test_the_profile_shows_my_data_my_places_and_what_i_may_do(client, anna):
    city = small_city()
    Person.objects.filter(pk=anna.pk).update(home_department=city["museum"], email="anna@comune.example")
    Assignment.objects.create(person=anna, department=city["museum"], starts_on=OPENED, role="custode")
    give(anna, Capability.SCREEN_IDEAS, city["city"])
    client.force_login(anna)
    page = client.get("/profilo/").content.decode()
    for words in (
        "Anna Ferrero", "300001", "anna@comune.example", "citta › cultura › musei", "Istruttori", "custode",
        "1° gennaio 2020", "Verificare le idee", "Vedere a che punto sono le idee",
    ):  # fmt: skip
        assert words in page, words
    assert "Valutare le idee" not in page


def test_the_profile_of_somebody_without_anything_is_a_page_too(client, anna):
    client.force_login(anna)
    page = client.get("/profilo/").content.decode()
    assert "Non c’è ancora nessuna assegnazione." in page
    assert "nessuna" in page


@pytest.mark.parametrize("assignments", [1, 3])
def test_the_profile_costs_the_same_however_long_the_career(client, anna, assignments, django_assert_max_num_queries):
    city = small_city()
    for number in range(assignments):
        Assignment.objects.create(
            person=anna, department=city["museum"], starts_on=OPENED + timedelta(days=number),
            ends_on=OPENED + timedelta(days=number),
        )  # fmt: skip
    give(anna, Capability.DECIDE_IDEAS, city["museum"])
    client.force_login(anna)
    client.get("/profilo/")
    with django_assert_max_num_queries(18):
        client.get("/profilo/")
