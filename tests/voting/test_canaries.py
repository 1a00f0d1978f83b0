# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canaries: choices, codes, numbers, handles and keys of real papers are looked for wherever a program writes things down."""

import base64
import logging

import pytest
from celery.signals import before_task_publish
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.utils.log import AdminEmailHandler

from innovato.notifications import delivery
from innovato.notifications.models import Notice
from tests.voting.factories import nonce, opened
from tests.voting.pages import browser, click, said, send
from tests.voting.raw import boxes, dump, put_box
from voting import errors, selectors, urn
from voting.keystore import key_store
from voting.services import calendar, casting

pytestmark = pytest.mark.django_db
# Where option codes and boxes belong. Sessions are looked into as what they say.
THEIR_PLACE = ["voting_urnbox", "voting_option", "django_session"]


@pytest.fixture
def vote():
    return opened(votes_per_person=3)


@pytest.fixture
def tasks():
    """Everything that is sent to the background worker, as text."""
    sent = []

    def keep(sender=None, body=None, headers=None, **_more):
        sent.append(repr((sender, body, headers)))

    before_task_publish.connect(keep)
    yield sent
    before_task_publish.disconnect(keep)


@pytest.fixture
def everything_logged(caplog):
    """All that the process logs once its two levels, the root's and Django's, are turned to debug, in `caplog`."""
    django = logging.getLogger("django")
    before = django.level
    caplog.set_level(logging.DEBUG)
    django.setLevel(logging.DEBUG)
    yield caplog
    django.setLevel(before)


def in_every_form(secret: bytes) -> list[str]:
    """How bytes could appear in a text."""
    return [secret.hex(), secret.hex().upper(), base64.b64encode(secret).decode(), repr(secret)[2:-1]]


def canaries(vote, codes, numbers) -> list[str]:
    """Everything secret about these papers while the ballot is open, in every form it could be written in."""
    secret = [key_store().read(vote.pk), vote.ballot.open_urn()._handle_key, *numbers]
    for handle, box in boxes(vote.pk).items():
        secret += [handle, box]
    found = [form for bytes_ in secret for form in in_every_form(bytes_)] + vote.codes
    return found + [form for code in codes for form in (code, urn.shown(code))]


def written_in_cache() -> str:
    """All that lies in the process's caches."""
    return "".join(repr(entry) for cache in caches.all() for entry in cache._cache.items())


def seen(places: dict[str, str], secrets: list[str]) -> list[tuple[str, str]]:
    return [(place, secret) for place, text in places.items() for secret in secrets if secret in text]


def test_no_secret_is_in_logs_mails_cache_or_any_other_table_at_debug_level(vote, everything_logged, capfd):
    once = nonce()
    receipts = [vote.cast(person, 0, 1) for person in vote.people[:3]]
    receipts.append(vote.cast(vote.people[0], 2, client_nonce=once))
    for refused in (
        lambda: vote.cast(vote.people[0], 1, client_nonce=once),
        lambda: vote.cast(vote.people[0], 0, 1, 2, 3),
        lambda: vote.cast(vote.people[0], 0, 0),
    ):
        with pytest.raises(errors.VotingError):
            refused()
    selectors.own_paper(ballot=vote.ballot, person=vote.people[0])
    secrets = canaries(vote, [code for receipt in receipts for code in receipt.codes.values()], [once])
    casting.withdraw(ballot_id=vote.pk, by=vote.people[1])
    put_box(vote.pk, next(iter(boxes(vote.pk))), b"b" * 512)
    calendar.catch_up()
    vote.end()
    written = capfd.readouterr()
    places = {"logs": everything_logged.text, "output": written.out + written.err, "cache": written_in_cache()}
    places |= {"mails": str([message.message() for message in mail.outbox])}
    places |= {table: "".join(rows) for table, rows in dump(without=THEIR_PLACE).items()}
    assert vote.fresh().is_frozen
    assert seen(places, secrets) == []


def through_every_door(vote, numbers):
    """Papers through the page, the button with and without scripts, and the API; the browsers, and every code given."""
    page, button, plain, api = (browser(person) for person in vote.people[:4])
    assert send(page, vote, 0, 2, nonce=numbers[0].hex()).status_code == 302
    assert click(button, vote, 1, htmx=True, nonce=numbers[1].hex()).status_code == 200
    assert click(plain, vote, 1, nonce=numbers[2].hex()).status_code == 302
    body = {"choices": [vote.codes[0]], "client_nonce": numbers[3].hex()}
    assert api.put(f"/api/v1/ballots/{vote.pk}/paper/", body, content_type="application/json").status_code == 200
    assert send(page, vote, 0, 1, 2, 3).status_code == 422
    papers = [selectors.own_paper(ballot=vote.ballot, person=person) for person in vote.people[:4]]
    assert [len(paper.codes) for paper in papers] == [2, 1, 1, 1]
    return [page, button, plain, api], [code for paper in papers for code in paper.codes.values()]


def test_votes_through_pages_and_api_leave_no_secret_in_sessions_cookies_cache_tasks_logs_mails_and_reports(
    vote, tasks, everything_logged, capfd, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.ADMINS = [("Pronto", "pronto@comune.example")]
    reports = AdminEmailHandler(include_html=True)
    logging.getLogger("django.request").addHandler(reports)
    numbers = [nonce() for _ in range(5)]
    connection.run_on_commit.clear()  # the opening's own wake-up call, which would stand for all later ones
    try:
        with django_capture_on_commit_callbacks(execute=True):
            clients, codes = through_every_door(vote, numbers)
            with monkeypatch.context() as fault:
                fault.setattr(casting, "_replace", lambda *args: 1 / 0)
                broken = browser(vote.people[5])
                broken.raise_request_exception = False
                assert send(broken, vote, 3, nonce=numbers[4].hex()).status_code == 500
            secrets = canaries(vote, codes, numbers)
            assert len(boxes(vote.pk)) == 4
            vote.end_window()
            calendar.catch_up()
    finally:
        logging.getLogger("django.request").removeHandler(reports)
    delivery.relay(at=vote.fresh().closed_at)
    assert [m.subject for m in mail.outbox if "division by zero" in m.body or "ZeroDivision" in m.subject]
    written = capfd.readouterr()
    places = {
        "logs": everything_logged.text,
        "output": written.out + written.err,
        "cache": written_in_cache(),
        "mails and reports": "".join(str(message.message()) for message in mail.outbox),
        "tasks": "".join(tasks),
        "sessions": "".join(repr(session.get_decoded()) for session in Session.objects.all()),
        "cookies": "".join(f"{client.cookies.output()}" for client in clients) + said(clients[2]),
        "notices": repr(list(Notice.objects.values())),
    }
    places |= {table: "".join(rows) for table, rows in dump(without=[*THEIR_PLACE, "voting_publication"]).items()}
    assert seen(places, secrets) == []
    assert min(len(text) for place, text in places.items() if place in ("logs", "tasks", "sessions", "cookies")) > 100


def test_the_scan_sees_a_secret_in_each_form(vote):
    vote.cast(vote.people[0], 0)
    (handle, _box), once = next(iter(boxes(vote.pk).items())), nonce()
    secrets = canaries(vote, ["7KQ4M2XD9TRA"], [once])
    for text in (handle.hex(), repr(handle), once.hex().upper(), "code 7KQ4-M2XD-9TRA", vote.codes[2]):
        assert seen({"log": f"x {text} x"}, secrets), text
