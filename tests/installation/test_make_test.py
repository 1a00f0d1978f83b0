# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make test` counts honestly: what fails, what finds no tests and, where everything is required, what is missing, fails it."""

from collections import Counter

import pytest

from tests import run

NO_SERVER = "PostgreSQL: no server answers."


def part(status: int = 0, **counts: int) -> run.Part:
    return run.Part("SQLite", "", {}, counts=Counter(counts), status=status)


@pytest.mark.parametrize(
    ("parts", "missing", "required", "status"),
    [
        ([part(passed=3)], [], True, 0),
        ([part(passed=3)], [NO_SERVER], False, 0),
        ([part(passed=3)], [NO_SERVER], True, 1),
        ([part(passed=3), part(status=1, passed=2, failures=1)], [], False, 1),
        ([part(passed=3), part(status=5)], [], False, 1),
        ([part(status=3)], [], False, 1),
    ],
)
def test_the_exit_status_is_success_only_when_all_that_had_to_run_ran_and_passed(
    parts, missing, required, status, monkeypatch
):
    monkeypatch.setattr(run, "REQUIRE_ALL", required)
    assert run.conclude(parts, missing, 1.0) == status


def test_the_last_line_is_the_total_as_pytest_writes_it(capsys, monkeypatch):
    monkeypatch.setattr(run, "REQUIRE_ALL", False)
    run.conclude([part(passed=3, skipped=1), part(status=1, passed=2, failures=1)], [NO_SERVER], 3725.5)
    said = capsys.readouterr().out.splitlines()
    assert said[-1].strip("=") == " 1 failed, 5 passed, 1 skipped in 3725.50s (1:02:05) "
    assert said[-2] == f"NOT RUN: {NO_SERVER}"


def test_a_server_that_does_not_answer_is_not_found(monkeypatch):
    monkeypatch.setenv("TEST_POSTGRES_URL", "postgres://nobody@127.0.0.1:1/nothing")
    assert run.find_postgres() is None


def test_races_and_journeys_run_once_and_everything_else_on_both_databases(tmp_path):
    parts = {part.name: part for part in run.parts_by_day("postgres://here/postgres", "/usr/bin/chromium", tmp_path)}
    assert "not postgres" in parts["SQLite"].select
    assert parts["journeys in Chromium"].select == "journey and not night"
    assert parts["PostgreSQL"].select == "not journey and not night and not walk and (postgres or not broker)"
    assert parts["PostgreSQL"].environment["DATABASE_URL"] == "postgres://here/postgres"


def test_what_the_day_leaves_out_on_postgresql_runs_by_night():
    (night,) = run.parts_by_night("postgres://here/postgres")
    assert night.select == "night or walk"
    assert night.environment["DATABASE_URL"] == "postgres://here/postgres"
    assert run.parts_by_night(None)[0].select == "night"


def test_without_a_server_or_a_browser_what_is_left_still_runs(tmp_path):
    assert [part.name for part in run.parts_by_day(None, None, tmp_path)] == ["SQLite"]


@pytest.fixture
def no_browser(monkeypatch):
    """A machine without Chromium, where every command is noted instead of run and succeeds; a browser comes with the last."""
    commands = []
    monkeypatch.setattr(run, "playwright_chromium", lambda: "/own/chrome" if "playwright" in str(commands) else None)
    monkeypatch.setattr(run, "find_chromium", lambda: "/usr/bin/chromium" if "install" in str(commands) else None)
    monkeypatch.setattr(run, "succeeds", lambda *command: commands.append(command) or True)
    return commands


def test_root_gets_debians_browser_and_is_told(no_browser, monkeypatch, capsys):
    monkeypatch.setattr(run.os, "geteuid", lambda: 0)
    assert run.provide_chromium() == "/usr/bin/chromium"
    assert no_browser[-1] == ("apt-get", "install", "-q", "-y", "chromium")
    assert "installing Debian's package" in capsys.readouterr().out


def test_others_get_playwrights_own_browser(no_browser, monkeypatch):
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
    assert run.provide_chromium() == "/own/chrome"
    assert no_browser == [(run.sys.executable, "-m", "playwright", "install", "chromium")]


def test_a_browser_that_is_there_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(run, "find_chromium", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(run, "succeeds", lambda *command: pytest.fail("nothing had to be installed"))
    assert run.provide_chromium() == "/usr/bin/chromium"
