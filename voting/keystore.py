# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the key of each open ballot lies: one small file per ballot, outside the database and outside every backup.

`KeyStore` is the interface; where several hosts share the work, a key service takes the file store's place in
`key_store`. Destroying a key leaves an empty marker, so that a key lost by accident (freeze, alarm, wait) and a key
destroyed on purpose (a restored backup of a sealed ballot) can be told apart, and a copy put back is never used.
"""

import contextlib
import os
from abc import ABC, abstractmethod
from pathlib import Path
from uuid import UUID

from django.conf import settings

from voting import urn


class KeyTrouble(Exception):
    """The key of a ballot can't be used. Whoever meets it freezes the ballot and accepts nothing."""


class KeyMissing(KeyTrouble):
    """There is no key for this ballot, and no sign that it was destroyed on purpose."""


class KeyUnreadable(KeyTrouble):
    """Something lies where the key should be, but it is not 32 readable bytes."""


class KeyDestroyed(KeyTrouble):
    """The key of this ballot was destroyed for good."""


class KeyWrong(KeyTrouble):
    """The key that lies in the store is not the one that the ballot was opened with."""


class KeyStore(ABC):
    @abstractmethod
    def create(self, ballot_id: UUID) -> bytes:
        """The ballot's key, made now and safely on disk, or the one an interrupted opening left behind.

        Never replaces a key. Raises KeyDestroyed or KeyUnreadable.
        """

    @abstractmethod
    def read(self, ballot_id: UUID) -> bytes:
        """The ballot's key. Raises KeyMissing, KeyUnreadable or KeyDestroyed."""

    @abstractmethod
    def destroy(self, ballot_id: UUID) -> None:
        """Make the key unrecoverable, durably. Safe to repeat, and after a crash half-way."""


class FileKeyStore(KeyStore):
    """Keys as files of mode 0600 in a directory of mode 0700, each write flushed to the disk with its directory."""

    def __init__(self, directory):
        self._directory = Path(directory)

    def create(self, ballot_id):
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_destroyed(ballot_id)
        draft = self._path(ballot_id, f"{os.getpid()}-{os.urandom(4).hex()}.new")
        try:
            _write(draft, urn.new_key())
            with contextlib.suppress(FileExistsError):  # two openings at once, or one that crashed: the first key stays
                os.link(draft, self._path(ballot_id, "key"))
        finally:
            draft.unlink(missing_ok=True)
        self._flush_directory()
        return self.read(ballot_id)

    def read(self, ballot_id):
        self._refuse_destroyed(ballot_id)
        try:
            key = self._path(ballot_id, "key").read_bytes()
        except FileNotFoundError as failure:
            raise KeyMissing(f"no key for ballot {ballot_id}") from failure
        except OSError as failure:
            raise KeyUnreadable(f"the key of ballot {ballot_id} can't be read: {failure.strerror}") from failure
        if len(key) != urn.KEY_BYTES:
            raise KeyUnreadable(f"the key of ballot {ballot_id} should have {urn.KEY_BYTES} bytes, has {len(key)}")
        return key

    def destroy(self, ballot_id):
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self._path(ballot_id, "destroyed"), b"")
        self._flush_directory()
        for path in self._directory.glob(f"{ballot_id}.*"):
            if path.suffix in {".key", ".new"}:
                _overwrite(path)
                path.unlink(missing_ok=True)
        self._flush_directory()

    def _path(self, ballot_id, ending):
        return self._directory / f"{ballot_id}.{ending}"

    def _refuse_destroyed(self, ballot_id):
        if self._path(ballot_id, "destroyed").exists():
            raise KeyDestroyed(f"the key of ballot {ballot_id} was destroyed")

    def _flush_directory(self):
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def key_store() -> KeyStore:
    """The store that this installation uses."""
    return FileKeyStore(settings.INNOVATO_KEYSTORE_DIR)


def trusted_key(ballot_id: UUID, commitment: bytes) -> bytes:
    """The ballot's key, compared with what the ballot committed itself to. Raises KeyTrouble.

    A wrong key would find nobody's paper, and so give everyone a second vote.
    """
    key = key_store().read(ballot_id)
    if not urn.matches(key, commitment):
        raise KeyWrong(f"the key of ballot {ballot_id} is not the one it was opened with")
    return key


def _write(path, content):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _overwrite(path):
    """Random bytes over the key before its name goes; what a journal or a flash disk keeps is said in the docs."""
    with contextlib.suppress(FileNotFoundError):
        path.chmod(0o600)
        handle = os.open(path, os.O_WRONLY)
        try:
            os.write(handle, os.urandom(urn.KEY_BYTES))
            os.fsync(handle)
        finally:
            os.close(handle)
