# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each thing that keeps `make run` from starting gets one clear sentence, on old Pythons too."""

import ast
import builtins
import errno
import os
import socket
import subprocess
import sys

import pytest

from innovato.run import install, preflight
from tests.architecture.files import ROOT


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_fit_machine_has_no_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "VAR", str(tmp_path / "var"))
    assert preflight.first_fault() is None


def test_a_port_in_use_is_named_with_another_to_take(taken_port):
    assert preflight.port_fault(str(taken_port)) == (
        f"Port {taken_port} is already in use: end that program or choose another port:"
        f" make run PORT={taken_port + 1 if taken_port < 65535 else 8000}"
    )


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "80 81"])
def test_what_is_no_port_is_said_to_be_none(text):
    assert preflight.port_fault(text).startswith(f"PORT={text} is not a port")


def test_a_port_kept_for_root_is_said_to_be_so(monkeypatch):
    class Guarded(socket.socket):
        def bind(self, address):
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(preflight.socket, "socket", Guarded)
    assert preflight.port_fault("80").startswith("Port 80 is reserved for root")


def test_a_folder_that_can_not_be_written_is_named(tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    assert preflight.folder_fault(str(in_the_way / "var")).startswith(
        f"The folder {in_the_way}/var can't be written to ("
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere; the case above holds for root too")
def test_a_folder_of_somebody_else_is_named(tmp_path):
    tmp_path.chmod(0o500)
    assert "Permission denied" in preflight.folder_fault(str(tmp_path))


def test_an_old_python_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(preflight.sys, "version_info", (3, 9, 2, "final", 0))
    assert preflight.first_fault("8000").startswith("This is Python 3.9 and InnovaTo needs 3.11 or later")


def test_the_sentence_is_written_in_a_language_that_old_pythons_read():
    source = (ROOT / "innovato/run/preflight.py").read_text()
    assert source.isascii()
    ast.parse(source, feature_version=(3, 0))
    assert [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.NamedExpr)
    ] == []


@pytest.mark.parametrize(("module", "said"), [("ensurepip", "venv module is missing"), ("sqlite3", "without SQLite")])
def test_a_part_of_python_that_is_missing_is_named(module, said, monkeypatch, tmp_path):
    original = builtins.__import__

    def without(name, *rest, **more):
        if name == module:
            raise ImportError(name)
        return original(name, *rest, **more)

    monkeypatch.setattr(preflight, "ROOT", str(tmp_path))
    monkeypatch.setattr(builtins, "__import__", without)
    assert said in preflight.module_fault()


@pytest.mark.parametrize(
    ("output", "compiler", "said"),
    [
        ("error: command 'gcc' failed: No such file or directory", None, "there is no C compiler"),
        ("Failed to build cffi", "/usr/bin/cc", "could not be installed"),
        (
            "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            None,
            "not the one this release was tested with",
        ),
        ("OSError: [Errno 28] No space left on device", None, "The disk is full"),
        ("ERROR: Could not find a version that satisfies the requirement", None, "check the network"),
    ],
)
def test_what_stopped_the_installation_is_one_sentence(output, compiler, said, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: compiler)
    sentence = install.reason(output)
    assert said in sentence
    assert "\n" not in sentence


def test_make_run_says_one_sentence_when_the_port_is_taken(taken_port):
    command = ["make", "--silent", "run", f"PORT={taken_port}", f"PYTHON={sys.executable}"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # as from a person's shell
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if not line.startswith("make: ")]
    assert (done.returncode, done.stdout, len(said)) == (2, "", 1)
    assert said[0].startswith(f"Port {taken_port} is already in use")
