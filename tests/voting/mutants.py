# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.voting.mutants [WORD …]`: put each fault into a copy of the code and see whether the tests notice.

Prints one line per fault and ends with status 1 when one survived. With words, only the faults whose names hold one of
them. Faults that need races run where PostgreSQL answers (TEST_POSTGRES_URL or the standard port); without it they are
said not to have run, and the status is 1 as well.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.run import ROOT, find_postgres
from tests.voting.faults import FAULTS, LITE, POSTGRES, Fault

# What the copy leaves out: nothing of it is code.
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", "*.sqlite3", ".*_cache", "node_modules")
KILLED, SURVIVED, NOT_RUN = "killed", "SURVIVED", "NOT RUN"
LONGEST = 600  # seconds; a fault that makes the tests wait for ever is noticed too


class Copy:
    """A copy of the whole tree, in which one fault at a time is put in and taken out again."""

    def __init__(self, folder: Path, urls: dict[str, str | None]):
        self.tree, self.urls = folder / "innovato-copy", urls
        shutil.copytree(ROOT, self.tree, ignore=LEFT_OUT, symlinks=True)
        self.names = {LITE: str(folder / "copy.sqlite3"), POSTGRES: f"test_mutants_{os.getpid()}"}

    @contextmanager
    def with_edits(self, edits: tuple) -> Iterator[None]:
        """The tree with these edits. Raises LookupError where a text does not stand in its file exactly once."""
        before = {file: (self.tree / file).read_text() for file, _old, _new in edits}
        try:
            for file, old, new in edits:
                text = (self.tree / file).read_text()
                if text.count(old) != 1:
                    raise LookupError(f"{file} holds {text.count(old)} times, not once: {old!r}")
                (self.tree / file).write_text(text.replace(old, new))
            yield
        finally:
            for file, text in before.items():
                (self.tree / file).write_text(text)

    def passes(self, tests: tuple[str, ...], database: str) -> tuple[bool, str]:
        """Whether these tests pass in the copy, up to the first failure; and the test that failed."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "--reuse-db", "-p", "no:randomly",
                   "-p", "no:cacheprovider", "-m", "not night", "--tb", "no", "-r", "fE"]  # fmt: skip
        environment = os.environ | {
            "DATABASE_URL": self.urls[database] or "", "TEST_DB_NAME": self.names[database], "PYTHONDONTWRITEBYTECODE": "1"
        }  # fmt: skip
        paths = [f"tests/voting/{test}" for test in tests]
        try:
            done = subprocess.run(
                [*command, *paths], cwd=self.tree, env=environment, capture_output=True, text=True, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            return False, "the tests wait for ever"
        if done.returncode not in (0, 1):
            raise RuntimeError(f"pytest could not run ({done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        return done.returncode == 0, failed[0].partition("::")[2].partition(" - ")[0] if failed else ""

    def drop(self) -> None:
        """Take the database away that the runs have shared."""
        if url := self.urls[POSTGRES]:
            with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {self.names[POSTGRES]} WITH (FORCE)")


def outcome(copy: Copy, fault: Fault) -> tuple[str, str]:
    """What became of a fault, and by which test."""
    if fault.database == POSTGRES and not copy.urls[POSTGRES]:
        return NOT_RUN, "no PostgreSQL answers"
    with copy.with_edits(fault.edits):
        passed, test = copy.passes(fault.tests, fault.database)
    return (SURVIVED if passed else KILLED), test


def check_untouched(copy: Copy, faults: list[Fault]) -> None:
    """Without a fault every test that is about to judge has to pass: else a kill means nothing. Raises RuntimeError."""
    for database in (LITE, POSTGRES):
        tests = sorted({test for fault in faults if fault.database == database for test in fault.tests})
        if tests and (database == LITE or copy.urls[POSTGRES]):
            passed, test = copy.passes(tuple(tests), database)
            if not passed:
                raise RuntimeError(f"on {database} a test fails without any fault: {test}")


def main(words: list[str]) -> int:
    """Run the faults and print the table; the exit status."""
    faults = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    found = []
    with tempfile.TemporaryDirectory(prefix="innovato-mutants-") as folder:
        copy = Copy(Path(folder), {LITE: "", POSTGRES: find_postgres()})
        try:
            check_untouched(copy, faults)
            for number, fault in enumerate(faults, 1):
                started = time.monotonic()
                result, test = outcome(copy, fault)
                found.append(result)
                seconds = time.monotonic() - started
                print(f"{number:3} {result:8} {seconds:5.0f} s  {fault.name:60} {test}", flush=True)
        finally:
            copy.drop()
    print(f"{len(faults)} faults: {found.count(KILLED)} killed, {found.count(SURVIVED)} survived, "
          f"{found.count(NOT_RUN)} not run")  # fmt: skip
    return 0 if found and set(found) == {KILLED} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
