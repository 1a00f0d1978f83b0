# SPDX-License-Identifier: AGPL-3.0-or-later
"""The secret of a webhook, sealed while it is kept, and the signature by which a receiver knows us."""

import hmac
import os
import secrets
from collections.abc import Iterable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "innovato_hook_"  # so that people, and programs that look for leaked secrets, know one when they see it
SECRET_BYTES = 32
NONCE = 12


class SecretLost(Exception):
    """What is kept can't be opened: SECRET_KEY is another one than when it was sealed."""


def new_secret() -> str:
    """A secret that nobody guesses: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def seal(secret: str, *, hook: UUID) -> bytes:
    """The secret as the database keeps it: a copy of the database alone signs nothing."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key()).encrypt(nonce, secret.encode(), hook.bytes)


def unseal(sealed: bytes, *, hook: UUID) -> str:
    """The secret again. Raises SecretLost."""
    sealed = bytes(sealed)
    try:
        return AESGCM(_key()).decrypt(sealed[:NONCE], sealed[NONCE:], hook.bytes).decode()
    except (InvalidTag, ValueError) as error:
        raise SecretLost(str(hook)) from error


def _key() -> bytes:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"innovato/webhooks/v1")
    return hkdf.derive(settings.SECRET_KEY.encode())


def signature(body: bytes, *, unix: int, secrets_in_force: Iterable[str]) -> str:
    """The header: the time, and for each secret the HMAC-SHA-256 of "time.body" as hexadecimal digits."""
    signed = str(unix).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, "sha256").hexdigest() for secret in secrets_in_force]
    return ",".join([f"t={unix}", *(f"v1={mark}" for mark in marks)])
