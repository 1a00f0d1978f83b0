# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every cookie belongs to this very host and to no script; over plain http, in the demo, they still work."""

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.test import Client, RequestFactory

from innovato.messages import HostCookie
from tests.factories import department, person
from tests.installation.production import environment, run

NAMES = "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.INNOVATO_MESSAGES_COOKIE_NAME)"
SCRIPT = f"from django.conf import settings as s; {NAMES}"
CODE = "una frase lunga"


@pytest.mark.parametrize(("demo", "before"), [("", "__Host-"), ("1", "")])
def test_the_names_say_host_only_where_there_is_https(demo, before):
    status, said = run("-c", SCRIPT, env=environment(INNOVATO_DEMO=demo or "0"))
    assert (status, [name.startswith("__Host-") for name in said.split()]) == (0, [bool(before)] * 4)


@pytest.fixture
def secure(settings):
    """As in a production, for one process."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-innovato_session"
    settings.CSRF_COOKIE_NAME = "__Host-csrftoken"
    settings.LANGUAGE_COOKIE_NAME = "__Host-django_language"
    settings.INNOVATO_MESSAGES_COOKIE_NAME = "__Host-innovato_messages"


@pytest.mark.django_db
def test_a_browser_would_take_every_cookie_of_signing_in(secure):
    person("Anna", home=department(), staff_number="300001", password=CODE)
    client = Client()
    client.get("/accesso/", secure=True)
    answer = client.post("/accesso/", {"staff_number": "300001", "code": CODE}, secure=True)
    client.get("/profilo/", secure=True)
    assert answer.status_code == 302
    assert set(client.cookies) == {"__Host-innovato_session", "__Host-csrftoken", "__Host-django_language"}
    assert [as_sent(morsel) for morsel in client.cookies.values()] == [(True, True, "/", "", "Lax")] * 3


def test_the_cookie_of_short_messages_is_like_the_others(secure):
    request = RequestFactory().get("/", secure=True)
    storage, answer = HostCookie(request), HttpResponse()
    storage._store([Message(constants.SUCCESS, "Fatto.")], answer)
    assert [(name, *as_sent(morsel)) for name, morsel in answer.cookies.items()] == [
        ("__Host-innovato_messages", True, True, "/", "", "Lax")
    ]


def as_sent(morsel) -> tuple:
    return tuple(morsel[name] for name in ("secure", "httponly", "path", "domain", "samesite"))
