# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings of the web server that benchmarks measure: the product's own as `make run` has them, or the bare K2 beside it.

Static files keep their plain names, because nothing here asks for them.
"""

import os

from innovato.settings import *  # noqa: F403 - these are settings
from innovato.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if os.environ.get("INNOVATO_BENCHMARK_BARE"):
    ROOT_URLCONF = "tests.benchmarks.bare"
    SESSION_ENGINE = "django.contrib.sessions.backends.db"
    MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ]
