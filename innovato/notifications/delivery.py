# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sends the mails that are due, one at a time: taken in a short transaction, sent outside any, then marked.

Two relays never take the same mail. A relay that dies while sending leaves its one mail to the next after the lease;
should it have left already, the repetition has the same Message-ID and mail programs show it once.
"""

import hashlib
import logging
import re
import time
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string

from innovato.notifications import words
from innovato.notifications.models import EmailState, Notice

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=4)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
MAX_ATTEMPTS = len(WAITS) + 1
PATIENCE = 5
SUBJECT = "Oggetto: "
EMPTY_LINES = re.compile(r"\n\s*\n\s*")

MAIL_SERVER = (SMTPException, OSError)
UNSENDABLE = (TemplateDoesNotExist, TemplateSyntaxError, LookupError, ValueError, TypeError)


def relay(*, at: datetime) -> int:
    """Send every mail due and answer how many left.

    Stops early, without touching the mails that wait, when the mail server is not reached or refuses several in a row.
    """
    started = time.monotonic()
    sent = refused = 0
    if not Notice.objects.mail_due(at=at).exists():
        return 0
    connection = get_connection()
    try:
        while refused < PATIENCE and _reachable(connection):
            now = at + timedelta(seconds=time.monotonic() - started)
            notice = _take(at=now)
            if notice is None:
                break
            left = _deliver(notice, connection, at=now)
            sent += left is True
            refused = refused + 1 if left is False else 0
    finally:
        _hang_up(connection)
    return sent


def compose(notice: Notice) -> EmailMultiAlternatives:
    """The mail of a notice as text and HTML, in the recipient's language, with one link."""
    person = notice.recipient
    values = words.prepared(notice.context) | {
        "address": settings.INNOVATO_BASE_URL.rstrip("/") + notice.context["url"],
        "person": person,
        "city": settings.INNOVATO_CITY_NAME,
        "language": person.language,
    }
    with translation.override(person.language):
        subject, text = _subject_and_text(render_to_string(f"email/{notice.kind}.txt", values))
        html = render_to_string(f"email/{notice.kind}.html", values | {"subject": subject})
    mail = EmailMultiAlternatives(subject, text, to=[person.email], headers=_headers(notice))
    mail.attach_alternative(html.strip() + "\n", "text/html")
    return mail


def _subject_and_text(rendered: str) -> tuple[str, str]:
    """The first line, which says the subject, and the rest."""
    first, _, text = rendered.lstrip().partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError("the first line of a mail's text is not its subject")
    return words.one_line(first.removeprefix(SUBJECT)), EMPTY_LINES.sub("\n\n", text).strip() + "\n"


def _headers(notice: Notice) -> dict[str, str]:
    fingerprint = hashlib.sha256(notice.key.encode()).hexdigest()[:40]
    return {
        "Message-ID": f"<{fingerprint}@{urlsplit(settings.INNOVATO_BASE_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }


def _take(*, at: datetime) -> Notice | None:
    """Take the mail that has been due longest, so that no other relay takes it while the lease lasts."""
    with transaction.atomic():
        due = Notice.objects.mail_due(at=at).select_related("recipient").order_by("email_next_at", "pk")
        notice = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
        if notice is not None:
            notice.claimed_until = at + LEASE
            notice.email_attempts += 1
            notice.save(update_fields=["claimed_until", "email_attempts"])
    return notice


def _deliver(notice: Notice, connection, *, at: datetime) -> bool | None:
    """Send one mail and mark it: True when it left, False when the server refused, None when nothing could be sent."""
    if notice.email_attempts > MAX_ATTEMPTS:
        _mark(notice, email_state=EmailState.FAILED)
        return None
    if not (notice.recipient.is_active and notice.recipient.email and _is_still_theirs(notice, at)):
        _mark(notice, email_state=EmailState.SKIPPED)
        return None
    try:
        connection.send_messages([compose(notice)])
    except MAIL_SERVER as error:
        _hang_up(connection)
        _postpone(notice, error, at=at)
        return False
    except UNSENDABLE as error:
        _postpone(notice, error, at=at)
        return None
    _mark(notice, email_state=EmailState.SENT, email_sent_at=at, last_error="")
    return True


def _is_still_theirs(notice: Notice, at: datetime) -> bool:
    """Whether the recipient still has what the mail is about: rights can end between the promise and the sending."""
    return import_string(settings.INNOVATO_NOTICE_CHECK)(notice.recipient, notice.kind, notice.context, at=at)


def _postpone(notice: Notice, error: Exception, *, at: datetime) -> None:
    """Wait longer after each failure, and give up after the last; only the error's name is kept, never an address."""
    name = type(error).__name__
    logger.warning("notice %s could not be mailed, attempt %s: %s", notice.pk, notice.email_attempts, name)
    if notice.email_attempts >= MAX_ATTEMPTS:
        _mark(notice, email_state=EmailState.FAILED, last_error=name)
    else:
        _mark(notice, email_next_at=at + WAITS[notice.email_attempts - 1], last_error=name)


def _mark(notice: Notice, **fields) -> None:
    """Write what became of the mail, if it is still ours."""
    ours = Notice.objects.filter(pk=notice.pk, claimed_until=notice.claimed_until, email_state=EmailState.PENDING)
    ours.update(claimed_until=None, **fields)


def _reachable(connection) -> bool:
    """Whether the mail server answers; asked before a mail is taken, so that an outage costs no mail an attempt."""
    try:
        connection.open()
    except MAIL_SERVER as error:
        logger.warning("the mail server does not answer: %s", type(error).__name__)
        return False
    return True


def _hang_up(connection) -> None:
    with suppress(*MAIL_SERVER):
        connection.close()
