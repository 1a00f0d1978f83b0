# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key store: one guarded file per ballot, made once, gone for good when destroyed."""

import os
import stat
import threading
import uuid
from pathlib import Path

import pytest

from voting.keystore import FileKeyStore, KeyDestroyed, KeyMissing, KeyUnreadable, key_store

BALLOT = uuid.uuid4()


@pytest.fixture
def store(tmp_path):
    return FileKeyStore(tmp_path / "deep" / "keys")


def key_file(store, ballot=BALLOT):
    return store._directory / f"{ballot}.key"


def names(store):
    return sorted(path.name for path in store._directory.iterdir())


def test_a_key_is_32_bytes_in_a_file_only_the_service_may_read(store):
    key = store.create(BALLOT)
    assert (len(key), store.read(BALLOT)) == (32, key)
    assert stat.S_IMODE(key_file(store).stat().st_mode) == 0o600
    assert stat.S_IMODE(store._directory.stat().st_mode) == 0o700
    assert names(store) == [f"{BALLOT}.key"]


def test_keys_of_two_ballots_have_nothing_in_common(store):
    assert store.create(BALLOT) != store.create(uuid.uuid4())


def test_creating_again_finds_the_key_that_an_interrupted_opening_left(store):
    assert store.create(BALLOT) == store.create(BALLOT)


def test_eight_openings_at_once_end_with_one_key(store):
    keys, ready = [], threading.Barrier(8)

    def create():
        ready.wait()
        keys.append(store.create(BALLOT))

    threads = [threading.Thread(target=create) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(keys), len(set(keys))) == (8, 1)


def test_a_key_that_was_never_made_is_missing(store):
    with pytest.raises(KeyMissing):
        store.read(BALLOT)


def test_a_file_of_the_wrong_length_is_no_key_and_is_not_replaced(store):
    store.create(BALLOT)
    key_file(store).write_bytes(b"short")
    with pytest.raises(KeyUnreadable):
        store.read(BALLOT)
    with pytest.raises(KeyUnreadable):
        store.create(BALLOT)
    assert key_file(store).read_bytes() == b"short"


def test_what_is_no_file_is_unreadable(store):
    store.create(BALLOT)
    key_file(store).unlink()
    key_file(store).mkdir()
    with pytest.raises(KeyUnreadable):
        store.read(BALLOT)


def test_a_destroyed_key_is_gone_and_stays_gone_even_if_a_copy_is_put_back(store):
    key = store.create(BALLOT)
    store.destroy(BALLOT)
    assert not key_file(store).exists()
    key_file(store).write_bytes(key)
    for use in (store.read, store.create):
        with pytest.raises(KeyDestroyed):
            use(BALLOT)


def test_destroying_overwrites_the_key_before_its_name_goes(store, monkeypatch):
    key = store.create(BALLOT)
    os.link(key_file(store), store._directory / "witness")
    store.destroy(BALLOT)
    assert (store._directory / "witness").read_bytes() != key


def test_destroying_is_safe_to_repeat_and_after_a_crash_half_way(store, monkeypatch):
    store.create(BALLOT)
    with monkeypatch.context() as crash:
        crash.setattr("pathlib.Path.unlink", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            store.destroy(BALLOT)
    with pytest.raises(KeyDestroyed):
        store.read(BALLOT)
    store.destroy(BALLOT)
    store.destroy(BALLOT)
    assert names(store) == [f"{BALLOT}.destroyed"]


def test_destroying_takes_a_half_made_key_with_it_and_leaves_other_ballots_alone(store):
    other = uuid.uuid4()
    kept = store.create(other)
    (store._directory / f"{BALLOT}.1-aa.new").write_bytes(b"k" * 32)
    store.destroy(BALLOT)
    assert store.read(other) == kept
    assert names(store) == sorted([f"{BALLOT}.destroyed", f"{other}.key"])


def test_the_installation_keeps_its_keys_in_the_folder_of_the_settings(settings, tmp_path):
    settings.INNOVATO_KEYSTORE_DIR = tmp_path / "elsewhere"
    key_store().create(BALLOT)
    assert (tmp_path / "elsewhere" / f"{BALLOT}.key").is_file()


def test_a_new_key_and_its_name_are_on_the_disk_before_anybody_gets_it(store, monkeypatch):
    """What is flushed, in order: the file while it holds the whole key, then the folder that names it."""
    flushed, ballot = [], uuid.uuid4()
    flush = os.fsync

    def keep(handle):
        path = Path(f"/proc/self/fd/{handle}").resolve()
        flushed.append(path.read_bytes() if path.is_file() else {entry.name for entry in path.iterdir()})
        flush(handle)

    monkeypatch.setattr("voting.keystore.os.fsync", keep)
    key = store.create(ballot)
    assert flushed[0] == key
    assert f"{ballot}.key" in flushed[-1]
