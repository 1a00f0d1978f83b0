# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make run` keeps its processes together: all end on Ctrl-C, one that dies is started again, a hopeless one is told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finder

from innovato.run import prepare, start
from tests.architecture.files import ROOT

# A group of two made-up parts in a process of its own; each writes its process number into the folder.
HARNESS = """
import sys
from innovato.run import start
start.FIT_TO_RESTART = float(sys.argv[2])
start.PATIENCE = 2
part = ["tests.installation.part", sys.argv[1]]
sys.exit(start.Group({"one": [*part, "one", sys.argv[3]], "two": [*part, "two", "stay"]}).run())
"""


@pytest.fixture
def group(tmp_path):
    """Starts a group whose first part behaves as told; ends whatever is left of it."""
    running = []

    def begin(how: str, fit_to_restart: float = 10) -> subprocess.Popen:
        command = [sys.executable, "-c", HARNESS, str(tmp_path), str(fit_to_restart), how]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.wait()
    for each in pids(tmp_path, "one") + pids(tmp_path, "two"):
        if alive(each):
            os.kill(each, signal.SIGKILL)


def pids(folder: Path, part: str) -> list[int]:
    """The process numbers that a part has had, in order."""
    log = folder / part
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(claim, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_ends_every_part_and_counts_as_success(group, tmp_path, number):
    process = group("stay")
    wait_until(lambda: pids(tmp_path, "one") and pids(tmp_path, "two"))
    process.send_signal(number)
    assert process.wait(20) == 0
    assert [each for each in pids(tmp_path, "one") + pids(tmp_path, "two") if alive(each)] == []


def test_a_part_that_does_not_listen_is_ended_all_the_same(group, tmp_path):
    process = group("deaf")
    wait_until(lambda: pids(tmp_path, "one") and pids(tmp_path, "two"))
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert [each for each in pids(tmp_path, "one") + pids(tmp_path, "two") if alive(each)] == []


def test_a_part_that_dies_later_is_started_again(group, tmp_path):
    process = group("stay", fit_to_restart=0)
    wait_until(lambda: pids(tmp_path, "one") and pids(tmp_path, "two"))
    os.kill(pids(tmp_path, "one")[0], signal.SIGKILL)
    wait_until(lambda: len(pids(tmp_path, "one")) == 2)
    assert process.poll() is None
    assert len(pids(tmp_path, "two")) == 1


def test_a_part_that_dies_at_once_ends_the_group_and_says_so(group, tmp_path):
    process = group("die")
    assert process.wait(20) == 1
    assert process.stdout.read().strip() == "The one does not stay up (its message is above), so InnovaTo ends."
    assert [each for each in pids(tmp_path, "two") if alive(each)] == []


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first = start.secret_key(tmp_path)
    assert len(first) >= 50
    assert start.secret_key(tmp_path) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_two_groups_never_work_on_the_same_data(tmp_path):
    taken = pytest.raises(SystemExit, match="already running on the data")
    with start.only_one(tmp_path), taken, start.only_one(tmp_path):
        pass
    with start.only_one(tmp_path):
        pass


def test_the_table_of_people_is_aligned():
    rows = [("000001", "Ada Bo", "Employee"), ("000002", "Giovanna Lunghi", "Manager")]
    assert prepare.table(rows) == ["  000001  Ada Bo           Employee", "  000002  Giovanna Lunghi  Manager"]


@pytest.fixture
def half_built(settings, tmp_path, monkeypatch) -> Path:
    """A database that an interrupted first start left behind, with the mark that says so."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", tmp_path / "innovato.sqlite3")
    for name in ("innovato.sqlite3", "innovato.sqlite3-wal", "broker.sqlite3", "demo-in-progress"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_city_half_built_is_built_again_from_nothing(half_built):
    prepare.forget_half_built_city(half_built / "demo-in-progress")
    assert [path.name for path in half_built.iterdir() if path.is_file()] == ["broker.sqlite3"]


def test_a_finished_city_is_kept(half_built):
    (half_built / "demo-in-progress").unlink()
    prepare.forget_half_built_city(half_built / "demo-in-progress")
    assert (half_built / "innovato.sqlite3").exists()


@pytest.fixture
def static_folder(settings, tmp_path, monkeypatch) -> list:
    """A folder of its own for static files; each time they are collected is noted."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("a{}")
    settings.VAR_DIR = settings.STATIC_ROOT = tmp_path / "var"
    settings.STATIC_ROOT.mkdir()
    settings.STATICFILES_DIRS = [source]
    collected = []

    def collect(command, **options):
        collected.append(command)
        (settings.STATIC_ROOT / "staticfiles.json").touch()

    monkeypatch.setattr(prepare, "call_command", collect)
    get_finder.cache_clear()
    yield collected
    get_finder.cache_clear()


def test_static_files_are_collected_again_only_when_one_has_changed(static_folder, settings):
    prepare.collect_static()
    prepare.collect_static()
    assert static_folder == ["collectstatic"]
    (settings.STATICFILES_DIRS[0] / "page.css").write_text("a{b:c}")
    prepare.collect_static()
    assert static_folder == ["collectstatic", "collectstatic"]
