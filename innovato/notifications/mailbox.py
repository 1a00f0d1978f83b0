# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's post office: mails become files in one folder per address, and a page shows people their own."""

import hashlib
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Letter:
    """One mail as it lies in the folder."""

    name: str
    subject: str
    sender: str
    sent_at: datetime
    text: str
    html: str


class MailboxBackend(BaseEmailBackend):
    """Puts each mail in its recipients' folders; the same Message-ID a second time replaces the first."""

    def send_messages(self, email_messages):
        """Write the mails and answer how many."""
        for mail in email_messages:
            content = mail.message()
            for recipient in mail.recipients():
                _write(_folder(recipient) / f"{_digest(content['Message-ID'])}.eml", content.as_bytes(linesep="\r\n"))
        return len(email_messages)


def letters(address: str, *, limit: int = 50) -> list[Letter]:
    """The latest mails to this address, newest first."""
    files = sorted(_folder(address).glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [_read(file) for file in files[:limit]]


def letter(address: str, name: str) -> Letter | None:
    """One mail to this address; None when there is none of this name."""
    file = _folder(address) / f"{name}.eml"
    return _read(file) if NAME.fullmatch(name) and file.is_file() else None


def old_letters(before: datetime) -> list[Path]:
    """The files of mails written before a moment; none where mails really leave."""
    if not settings.EMAIL_BACKEND.endswith(".MailboxBackend"):
        return []
    files = Path(settings.EMAIL_FILE_PATH).glob("*/*.eml")
    return [file for file in files if file.stat().st_mtime <= before.timestamp()]


def forget_letters(before: datetime) -> int:
    """Delete the files of those mails; returns how many this call deleted. Safe to repeat and to run twice at once."""
    gone = 0
    for file in old_letters(before):
        with suppress(FileNotFoundError):
            file.unlink()
            gone += 1
    return gone


def forget_address(address: str) -> None:
    """Delete every mail to this address, where mails are kept as files."""
    if settings.EMAIL_BACKEND.endswith(".MailboxBackend") and address:
        shutil.rmtree(_folder(address), ignore_errors=True)


def _folder(address: str) -> Path:
    return Path(settings.EMAIL_FILE_PATH) / _digest(parseaddr(address)[1].lower())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = file.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(file)


def _read(file: Path) -> Letter:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Letter(
        name=file.stem,
        subject=str(mail["Subject"] or ""),
        sender=str(mail["From"] or ""),
        sent_at=_aware(mail["Date"].datetime),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
    )


def _aware(moment: datetime) -> datetime:
    """The moment with its zone; mails write `-0000` for universal time and mean a clock without a place."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return part.get_content() if part is not None else ""
