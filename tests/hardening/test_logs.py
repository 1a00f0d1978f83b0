# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type can forge no line of the log and no header of a mail."""

import io
import logging
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from innovato.logs import OneLine
from innovato.notifications import delivery, services
from innovato.notifications.models import Notice
from tests.factories import NOW, department, person
from workflow import notices  # noqa: F401 - enters the kinds of notice

NASTY = "a\r\n2026-11-28 ERROR forged\x1b[2J\u202egpj.exe\u2028\x85\x00"


@pytest.fixture
def log():
    """A logger with the product's own formatter, and what it wrote."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine("{levelname} {name}: {message}", style="{"))
    logger = logging.Logger("prova")
    logger.addHandler(handler)
    return logger, written


def test_every_handler_of_the_settings_writes_one_line_per_event():
    assert settings.LOGGING["formatters"]["line"]["()"] == "innovato.logs.OneLine"
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}


def test_one_event_is_one_line_whatever_its_words(log):
    logger, written = log
    logger.warning("not found: %s", NASTY)
    (line,) = written.getvalue().splitlines()
    assert line.startswith("WARNING prova: not found: a\\r\\n2026-11-28 ERROR forged\\x1b[2J\\u202egpj.exe\\u2028\\x85")
    logger.warning("perché no: «%s»", "caffè ☕")
    assert written.getvalue().splitlines()[1] == "WARNING prova: perché no: «caffè ☕»"


def test_the_words_of_an_exception_forge_no_line_either(log):
    logger, written = log
    try:
        raise ValueError(NASTY)
    except ValueError:
        logger.exception("failed", stack_info=True)
    first, *rest = written.getvalue().splitlines()
    assert first == "ERROR prova: failed"
    assert rest and all(line.startswith("    | ") for line in rest)


@pytest.mark.django_db
def test_no_title_or_name_adds_a_header_or_turns_the_subject():
    reader = person("Anna\r\nBcc: tutti@comune.example", home=department())
    typed = NASTY.replace("\x00", "")  # which no form lets through and PostgreSQL does not store
    context = {"title": typed, "url": "/idee/2026-0001/", "reference": typed, "due": "2026-12-04"}
    services.notify(kind="deferred", recipients=[reader.pk], context=context, key="prova", at=NOW)
    mail = message_from_bytes(delivery.compose(Notice.objects.get()).message().as_bytes(), policy=policy.default)
    assert "forged" in mail["Subject"]
    assert not set(mail["Subject"]) & set("\r\n\u202e\u2028\x1b\x00\x85")
    assert (mail["Bcc"], mail["To"], mail.defects) == (None, reader.email, [])
