# SPDX-License-Identifier: AGPL-3.0-or-later
"""A production with a missing or unsafe setting does not start and says which; a whole one passes Django's own checks."""

import pytest

from innovato import checks
from tests.installation.production import environment, run

MISSING = {
    "SECRET_KEY": "SECRET_KEY is missing or too easy to guess",
    "ALLOWED_HOSTS": "ALLOWED_HOSTS is empty",
    "INNOVATO_BASE_URL": "INNOVATO_BASE_URL is not an https address",
    "DATABASE_URL": "DATABASE_URL does not name a PostgreSQL database",
    "CELERY_BROKER_URL": "CELERY_BROKER_URL is not set",
    "EMAIL_URL": "EMAIL_URL is not set",
    "INNOVATO_KEYSTORE_DIR": "INNOVATO_KEYSTORE_DIR is not set",
}
UNSAFE = [
    ("SECRET_KEY", "changeme" * 10, "SECRET_KEY is missing or too easy to guess"),
    ("SECRET_KEY", "x" * 80, "SECRET_KEY is missing or too easy to guess"),
    ("ALLOWED_HOSTS", "innovato.comune.example,*", "ALLOWED_HOSTS contains *"),
    ("INNOVATO_BASE_URL", "http://innovato.comune.example", "INNOVATO_BASE_URL is not an https address"),
    ("INNOVATO_SECURE", "false", "INNOVATO_SECURE is off"),
]


@pytest.fixture
def gaps(monkeypatch, settings):
    """The gaps of a production with some variables missing or changed, found without starting one."""

    def find(*without: str, **changed: str) -> list[str]:
        env = environment(*without, **changed)
        for name in MISSING:
            monkeypatch.delenv(name, raising=False)
        for name in MISSING.keys() & env.keys():
            monkeypatch.setenv(name, env[name])
        settings.SECRET_KEY = env.get("SECRET_KEY", "insecure-development-key")
        settings.ALLOWED_HOSTS = env.get("ALLOWED_HOSTS", "localhost").split(",")
        settings.INNOVATO_BASE_URL = env.get("INNOVATO_BASE_URL", "http://localhost:8000")
        settings.INNOVATO_SECURE = env.get("INNOVATO_SECURE") != "false"
        engine = "postgresql" if "DATABASE_URL" in env else "sqlite3"
        monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", f"django.db.backends.{engine}")
        return checks.production_gaps()

    return find


def test_a_whole_production_has_no_gap(gaps):
    assert gaps() == []


@pytest.mark.parametrize("name", MISSING)
def test_each_missing_setting_is_named_in_one_sentence(gaps, name):
    (sentence,) = gaps(name)
    assert sentence.startswith(MISSING[name])
    assert sentence.endswith(".")


@pytest.mark.parametrize(("name", "value", "said"), UNSAFE)
def test_each_unsafe_setting_is_named_in_one_sentence(gaps, name, value, said):
    (sentence,) = gaps(**{name: value})
    assert sentence.startswith(said)


def test_sqlite_in_production_has_to_be_wanted(gaps, settings):
    settings.INNOVATO_ALLOW_SQLITE = True
    assert gaps("DATABASE_URL") == []


@pytest.mark.parametrize("mode", ["DEBUG", "DEMO"])
def test_the_demo_and_development_may_use_the_defaults(gaps, settings, mode):
    setattr(settings, mode, True)
    assert gaps(*MISSING) == []


def test_djangos_own_checks_find_nothing_in_a_whole_production():
    status, said = run("-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "INFO", env=environment())
    assert status == 0, said
    assert said.startswith("System check identified no issues")


def test_djangos_own_checks_name_the_gaps_too():
    status, said = run("manage.py", "check", "--deploy", env=environment("EMAIL_URL"))
    assert status == 1
    assert "EMAIL_URL is not set" in said


@pytest.mark.parametrize("entry", ["innovato.wsgi", "innovato.asgi"])
def test_the_web_server_loads_a_whole_production_and_refuses_one_with_gaps(entry):
    quietly = ("-W", "ignore:No directory at:UserWarning")  # the static files are not collected here
    assert run(*quietly, "-c", f"import {entry}", env=environment()) == (0, "")
    status, said = run("-c", f"import {entry}", env=environment("SECRET_KEY", "EMAIL_URL"))
    assert status == 1
    assert said.splitlines()[0] == "InnovaTo does not start: its settings are not safe for production."
    assert [line.split(" ")[0] for line in said.splitlines()[1:]] == ["SECRET_KEY", "EMAIL_URL"]


@pytest.mark.parametrize("command", ["worker", "beat"])
def test_the_worker_and_the_clock_refuse_a_production_with_gaps(command, tmp_path):
    env = environment("INNOVATO_KEYSTORE_DIR", INNOVATO_VAR_DIR=str(tmp_path))
    status, said = run("-m", "celery", "--quiet", "-A", "innovato", command, env=env)
    assert status == 1
    assert "INNOVATO_KEYSTORE_DIR is not set" in said


def test_no_page_with_secrets_is_shown_by_default():
    script = (
        "from django.conf import settings as s; print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    assert run("-c", script, env=environment()) == (0, "False False True True\n")


def test_cookies_work_over_plain_http_in_the_demo_only():
    script = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    assert run("-c", script, env=environment(INNOVATO_DEMO="1")) == (0, "False False\n")
