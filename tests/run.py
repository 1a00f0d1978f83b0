# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make test`: finds what this machine offers (PostgreSQL, RabbitMQ, a browser) and runs the tests on all of it.

Says at the end what did not run and why. With INNOVATO_REQUIRE_ALL=1, as in the continuous build, that is a failure.
One or two tests that fail are run once more, alone: a busy machine can be late for a browser or a worker. What passes then
is named as unsteady at the end. Races get no second try, nor do three failures or more.
`make night` (python -m tests.run night) runs the long forms instead.
"""

import getpass
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import psycopg

from tests.journeys.support import find_chromium

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("INNOVATO_REQUIRE_ALL") == "1"
POSTGRES_URLS = (
    "postgres://postgres@127.0.0.1:5432/postgres",
    "postgres://postgres:postgres@127.0.0.1:5432/postgres",
    f"postgres://{getpass.getuser()}@%2Fvar%2Frun%2Fpostgresql/postgres",
)
MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
NIGHT = sys.argv[1:] == ["night"]
SEED_BY_DAY = 1847  # by day every run has the same order and the same dice; the night throws them anew
TESTS_FAILED, SECOND_LOOKS = 1, 2
WORDS = {"failures": "failed", "passed": "passed", "skipped": "skipped", "errors": "errors"}


@dataclass
class Part:
    """One run of pytest: which tests, on what."""

    name: str
    select: str
    environment: dict[str, str]
    without: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    status: int = 0
    unsteady: int = 0


def find_postgres() -> str | None:
    """The first server that answers and lets us create a test database."""
    named = os.environ.get("TEST_POSTGRES_URL")
    for url in [named] if named else POSTGRES_URLS:
        try:
            with psycopg.connect(url.replace("postgres://", "postgresql://"), connect_timeout=3) as connection:
                if connection.execute(MAY_CREATE).fetchone()[0]:
                    return url
        except psycopg.OperationalError:
            continue
    return None


def succeeds(*command: str) -> bool:
    return subprocess.run(command, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}).returncode == 0


def playwright_chromium() -> str | None:
    """Playwright's own browser, if it is on this machine."""
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip()
    return found if found and Path(found).exists() else None


def provide_chromium() -> str | None:
    """A Chromium to drive: the machine's, else (as root) Debian's package, else Playwright's own."""
    found = find_chromium() or playwright_chromium()
    if found:
        return found
    if os.geteuid() == 0:
        print("No Chromium here: installing Debian's package with apt-get.", flush=True)
        if succeeds("apt-get", "update", "-q") and succeeds("apt-get", "install", "-q", "-y", "chromium"):
            return find_chromium()
    print("No Chromium here: fetching Playwright's own.", flush=True)
    return playwright_chromium() if succeeds(sys.executable, "-m", "playwright", "install", "chromium") else None


def parts_by_day(postgres: str | None, chromium: str | None, scratch: Path) -> list[Part]:
    """What `make test` runs here. What no database can change (architecture, installation, broker) runs once, on SQLite;

    so do the walks over every address and the whole invented city, which the night repeats on PostgreSQL.
    """
    sqlite = {"DATABASE_URL": "", "TEST_DB_NAME": ""}
    here = "not journey and not postgres and not night"
    parts = [Part("SQLite", here, sqlite)]
    if chromium:
        in_a_file = sqlite | {"TEST_DB_NAME": str(scratch / "journeys.sqlite3"), "CHROMIUM": chromium}
        parts.append(Part("journeys in Chromium", "journey and not night", in_a_file))
    if postgres:
        here = "not journey and not night and not walk and (postgres or not broker)"
        parts.append(Part("PostgreSQL", here, on_postgres(postgres), ["architecture", "installation"]))
    return parts


def parts_by_night(postgres: str | None) -> list[Part]:
    """The long forms, on PostgreSQL where there is one; there also the walks."""
    return [Part("night", "night or walk", on_postgres(postgres)) if postgres else Part("night", "night", {})]


def on_postgres(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "TEST_DB_NAME": f"test_innovato_{os.getpid()}"}


def run(part: Part, scratch: Path) -> None:
    """Run one part and keep its counts and pytest's exit status (5, nothing found, is a failure like any other)."""
    print(f"\n──── {part.name} ────", flush=True)
    part.status, part.counts = run_pytest(part, scratch, part.select, "-n", "2", "--dist", "worksteal")
    wrong = failed_last(scratch / part.name)
    if part.status == TESTS_FAILED and wrong <= SECOND_LOOKS:
        print(f"\n──── {part.name}: what failed, once more and alone ────", flush=True)
        status, counts = run_pytest(part, scratch, f"({part.select}) and not postgres", "-n", "0", "--last-failed")
        if status == 0 and counts["passed"] == wrong:
            part.status, part.unsteady = 0, wrong
            part.counts.update(failures=-part.counts["failures"], errors=-part.counts["errors"], passed=wrong)


def failed_last(cache: Path) -> int:
    """How many tests failed in pytest's last run with this cache; one that fails and then ends badly counts once."""
    kept = cache / "v" / "cache" / "lastfailed"
    return len(json.loads(kept.read_text())) if kept.exists() else 0


def run_pytest(part: Part, scratch: Path, select: str, *options: str) -> tuple[int, Counter]:
    """One run of pytest on the part's database: its exit status and its counts."""
    report = scratch / f"{part.name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", *options, "-r", "fEs", "-m", select]
    command += [f"--ignore=tests/{folder}" for folder in part.without]
    command += ["--durations", "5", "--junitxml", str(report), "-o", f"cache_dir={scratch / part.name}"]
    command += [] if NIGHT else [f"--randomly-seed={SEED_BY_DAY}"]
    status = subprocess.run(command, cwd=ROOT, env=os.environ | part.environment).returncode
    if not report.exists():
        return status, Counter()
    suite = ElementTree.parse(report).getroot().find("testsuite")
    counts = Counter({name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")})
    counts["passed"] = counts["tests"] - sum(counts[n] for n in ("failures", "errors", "skipped"))
    return status, counts


def in_words(counts: Counter) -> str:
    return ", ".join(f"{counts[name]} {word}" for name, word in WORDS.items() if counts[name]) or "no tests ran"


def conclude(parts: list[Part], missing: list[str], seconds: float) -> int:
    """Say what ran, what did not and why, and the total as pytest says it; returns the exit status."""
    print("\n──── all parts ────")
    for part in parts:
        print(f"{part.name}: {in_words(part.counts)}" + (f" (exit status {part.status})" if part.status else ""))
    for part in parts:
        if part.unsteady:
            print(f"UNSTEADY: {part.unsteady} of {part.name} failed at first and passed alone; they are named above.")
    for sentence in missing:
        print(f"NOT RUN{' (and required here)' if REQUIRE_ALL else ''}: {sentence}")
    total = sum((part.counts for part in parts), Counter())
    minutes, rest = divmod(int(seconds), 60)
    line = f" {in_words(total)} in {seconds:.2f}s ({minutes // 60}:{minutes % 60:02}:{rest:02}) "
    print(line.center(100, "="), flush=True)
    return 1 if any(part.status for part in parts) or (missing and REQUIRE_ALL) else 0


def main() -> int:
    started = time.monotonic()
    postgres = find_postgres()
    chromium = None if NIGHT else provide_chromium()
    missing = []
    if not postgres:
        missing.append(
            "PostgreSQL: no server answers at TEST_POSTGRES_URL or on port 5432 that lets us make a database."
        )
    if not chromium and not NIGHT:
        missing.append("journeys: no Chromium was found (name one in CHROMIUM) and none could be installed.")
    with tempfile.TemporaryDirectory(prefix="innovato-") as folder:
        scratch = Path(folder)
        parts = parts_by_night(postgres) if NIGHT else parts_by_day(postgres, chromium, scratch)
        for part in parts:
            run(part, scratch)
    return conclude(parts, missing, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
