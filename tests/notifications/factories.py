# SPDX-License-Identifier: AGPL-3.0-or-later
"""Notices and recipients for tests, and a mail server on this machine that behaves as badly as it is told."""

import itertools
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

from innovato.notifications import services
from innovato.notifications.models import Notice
from innovato.organisation.models import Person

AT = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)  # a Thursday, 10:00 in Torino
KIND = "declined"

_numbers = itertools.count(1)


def make_person(**fields) -> Person:
    """A recipient in service, with an address."""
    number = next(_numbers)
    values = {"staff_number": f"{700000 + number:06d}", "email": f"p{number}@comune.example", "first_name": "Anna"}
    return Person.objects.create_user(**(values | {"last_name": f"Prova {number}"} | fields))


def context(**more) -> dict:
    """The least a notice says, and more."""
    return {"title": "Sala d’attesa silenziosa", "url": "/idee/2026-0412/"} | more


def tell(*people, key=None, at=AT, kind=KIND, hold=None, mail=True, **more) -> int:
    """Tell these people something, under a fresh key unless one is given."""
    key = key or f"test:{next(_numbers)}"
    return services.notify(
        kind=kind,
        recipients=[person.pk for person in people],
        context=context(**more),
        key=key,
        at=at,
        hold=hold,
        mail=mail,
    )


def notice_of(person) -> Notice:
    """The only notice of this person."""
    return Notice.objects.get(recipient=person)


class _Conversation(socketserver.StreamRequestHandler):
    """One SMTP conversation, as `server.manners` says for each recipient."""

    def handle(self):
        self.say("220 test")
        sender_and_recipient = []
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb in (b"RCPT", b"MAIL"):
                sender_and_recipient.append(line.decode().strip())
                refused = verb == b"RCPT" and b"refused" in line
                self.say("550 no such person" if refused else "250 ok")
            elif verb == b"DATA":
                if not self.take_letter(sender_and_recipient[-1]):
                    return
            else:
                self.say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def take_letter(self, recipient) -> bool:
        """Read the letter; False when the server then falls silent or hangs up instead of answering."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if "cut" in recipient:
            return False
        if "slow" in recipient:
            self.server.released.wait(10)
            return False
        self.server.letters.append(b"".join(lines).decode())
        self.say("250 taken")
        return True


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps the letters it takes. Addresses with `refused`, `cut` or `slow` in them get what they say."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.letters = []
        self.released = threading.Event()


@contextmanager
def mail_server(settings):
    """A mail server that the settings point to while the block lasts; after it nobody answers there."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_TIMEOUT = 1
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
