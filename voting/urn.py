# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed urn, as arithmetic: how a paper is locked, found by its owner, opened at the close, and what codes it has.

Nothing here touches the database, a file or the clock. Scheme `innovato/v1`: one 32-byte key per ballot; from it a key
for handles (which row of the urn is mine) and a key for boxes (what is in it). Boxes of one ballot have one length.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SCHEME = "innovato/v1"
ABSTAIN = "abstain"
KEY_BYTES = 32
HANDLE_BYTES = 32
NONCE_BYTES = 16
CODE_CHARACTERS = 12
OPTION_CHARACTERS = 8
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
BOX_SIZES = (512, 1024, 2048)

_SEALING_NONCE = 12
_TAG = 16
_PLAIN_FRAME = 128  # braces, names and the two nonces of a paper, written as JSON
_PLAIN_CHOICE = OPTION_CHARACTERS + 3  # quotes and comma
MOST_CHOICES = (BOX_SIZES[-1] - _SEALING_NONCE - _TAG - _PLAIN_FRAME) // _PLAIN_CHOICE


class BrokenBox(Exception):
    """A box that does not open, or holds something that is no paper of this ballot: moved, cut, foreign or altered."""


@dataclass(frozen=True)
class Paper:
    """One person's paper: option codes in alphabetical order, and the two nonces its receipt is made from."""

    choices: tuple[str, ...]
    server_nonce: bytes
    client_nonce: bytes

    @classmethod
    def fresh(cls, choices, client_nonce):
        """A new paper with these choices and a server nonce nobody has seen."""
        return cls(tuple(sorted(choices)), os.urandom(NONCE_BYTES), client_nonce)

    def codes(self, ballot_id: UUID) -> dict[str, str]:
        """The receipt: option code → published code; one line for `abstain` when no idea is chosen."""
        return {
            option: receipt_code(ballot_id, option, self.server_nonce, self.client_nonce)
            for option in self.choices or (ABSTAIN,)
        }


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def new_option_code() -> str:
    """A short random name for an option, free of look-alike characters; says nothing about the idea."""
    return _letters(os.urandom(OPTION_CHARACTERS))[:OPTION_CHARACTERS]


def is_option_code(value) -> bool:
    """Whether this could name an option at all; nothing else is ever looked up."""
    return isinstance(value, str) and len(value) == OPTION_CHARACTERS and set(value) <= set(ALPHABET)


def key_commitment(key: bytes) -> bytes:
    return hashlib.sha256(b"innovato/v1/commit" + key).digest()


def matches(key: bytes, commitment: bytes) -> bool:
    return hmac.compare_digest(key_commitment(key), bytes(commitment))


def receipt_code(ballot_id: UUID, option: str, server_nonce: bytes, client_nonce: bytes) -> str:
    """Sixty bits that name this choice in the published list of its option, and say nothing about whose it is."""
    digest = hashlib.sha256(
        b"innovato/v1/code" + ballot_id.bytes + option.encode("ascii") + server_nonce + client_nonce
    ).digest()
    return _letters(digest)[:CODE_CHARACTERS]


def shown(code: str) -> str:
    """A code as people read it: 7KQ4-M2XD-9TRA."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed(text: str) -> str | None:
    """A code as people type it, back to twelve characters; None when it can't be one."""
    code = "".join(text.upper().replace("-", " ").split())
    return code if len(code) == CODE_CHARACTERS and set(code) <= set(ALPHABET) else None


def box_size(max_choices: int) -> int:
    """The one length that every box of a ballot has: the smallest that holds a full paper."""
    if not 1 <= max_choices <= MOST_CHOICES:
        raise ValueError(f"max_choices must be between 1 and {MOST_CHOICES}, got {max_choices}")
    needed = _SEALING_NONCE + _TAG + _PLAIN_FRAME + _PLAIN_CHOICE * max_choices
    return next(size for size in BOX_SIZES if size >= needed)


class Urn:
    """The urn of one ballot, with its key in hand. Keep it no longer than the request that needs it."""

    def __init__(self, key: bytes, ballot_id: UUID, max_choices: int):
        self._ballot = ballot_id.bytes
        self._handle_key = _derived(key, b"innovato/v1/handle")
        self._box_key = AESGCM(_derived(key, b"innovato/v1/box"))
        self._max_choices = max_choices
        self.box_size = box_size(max_choices)

    def handle(self, person: UUID) -> bytes:
        """The urn row of this person: always the same one in this ballot, unrelated to any other ballot's."""
        return hmac.new(self._handle_key, self._ballot + person.bytes, hashlib.sha256).digest()

    def seal(self, handle: bytes, paper: Paper) -> bytes:
        nonce = os.urandom(_SEALING_NONCE)
        plain = _written(paper).ljust(self.box_size - _SEALING_NONCE - _TAG)
        return nonce + self._box_key.encrypt(nonce, plain, self._ballot + handle)

    def open(self, handle: bytes, box: bytes) -> Paper:
        """The paper in a box. Raises BrokenBox unless it is whole, of this ballot, in its own place and well formed."""
        if len(box) != self.box_size:
            raise BrokenBox(f"a box of this ballot has {self.box_size} bytes, got {len(box)}")
        try:
            plain = self._box_key.decrypt(box[:_SEALING_NONCE], box[_SEALING_NONCE:], self._ballot + handle)
        except InvalidTag as failure:
            raise BrokenBox("a box does not open in its place with the key of this ballot") from failure
        paper = _read(plain)
        if len(paper.choices) > self._max_choices:
            raise BrokenBox("a box holds more choices than a paper has")
        return paper


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)


def _written(paper: Paper) -> bytes:
    content = {
        "choices": paper.choices,
        "client_nonce": paper.client_nonce.hex(),
        "server_nonce": paper.server_nonce.hex(),
    }
    return json.dumps(content, separators=(",", ":")).encode("ascii")


def _read(plain: bytes) -> Paper:
    try:
        content = json.loads(plain)
        paper = Paper(
            tuple(content["choices"]), bytes.fromhex(content["server_nonce"]), bytes.fromhex(content["client_nonce"])
        )
    except (ValueError, KeyError, TypeError) as failure:
        raise BrokenBox("a box opens but holds no paper") from failure
    if not all(isinstance(choice, str) for choice in paper.choices):
        raise BrokenBox("a box holds a choice that is no option code")
    if list(paper.choices) != sorted(set(paper.choices)):
        raise BrokenBox("a box holds a choice twice or out of order")
    if {len(paper.server_nonce), len(paper.client_nonce)} != {NONCE_BYTES}:
        raise BrokenBox("a box holds a nonce of the wrong length")
    return paper


def _letters(data: bytes) -> str:
    """Five bits a character, most significant first (base32 in an alphabet without 0 O 1 I); a rest is dropped."""
    number = int.from_bytes(data, "big")
    bits = len(data) * 8
    return "".join(ALPHABET[number >> shift & 31] for shift in range(bits - 5, -1, -5))
