# SPDX-License-Identifier: AGPL-3.0-or-later
"""A production's environment, whole, and a way to run one of our modules in it and hear what it says."""

import os
import subprocess
import sys

from tests.architecture.files import ROOT

WHOLE = {
    "SECRET_KEY": "k3Jd8-fQ2vLx9WmZr7TnYb5HcG4sPaEu6DqXiOoVwBtNyKjRlMhFgSzUeC1A0",
    "ALLOWED_HOSTS": "innovato.comune.example",
    "INNOVATO_BASE_URL": "https://innovato.comune.example",
    "DATABASE_URL": "postgres://innovato:secret@db.comune.example/innovato",
    "CELERY_BROKER_URL": "amqp://innovato:secret@mq.comune.example/innovato",
    "CACHE_URL": "redis://cache.comune.example/0",
    "EMAIL_URL": "smtp+tls://innovato:secret@mail.comune.example:587",
    "INNOVATO_KEYSTORE_DIR": "/var/lib/innovato/keys",
}
# What a process needs of ours; everything else the tests may have set for themselves.
KEPT = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}


def environment(*without: str, **changed: str) -> dict[str, str]:
    """A whole production's variables, without some and with others changed."""
    clean = {name: value for name, value in os.environ.items() if name in KEPT}
    wanted = {name: value for name, value in (WHOLE | changed).items() if name not in without}
    return clean | {"DJANGO_SETTINGS_MODULE": "innovato.settings"} | wanted


def run(*arguments: str, env: dict[str, str]) -> tuple[int, str]:
    """The exit status of a Python command in that environment and everything it said."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr
