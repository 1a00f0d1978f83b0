# SPDX-License-Identifier: AGPL-3.0-or-later
"""The product's settings as the tests want them: quick passwords, mail and tasks kept in the process, no manifest."""

import atexit
import os
import shutil
import tempfile

_SCRATCH = tempfile.mkdtemp(prefix="innovato-tests-")
_OWNER = os.getpid()
atexit.register(lambda: os.getpid() == _OWNER and shutil.rmtree(_SCRATCH, ignore_errors=True))
os.environ["INNOVATO_VAR_DIR"] = _SCRATCH
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["INNOVATO_SECURE"] = "false"
for _limit in ("READS", "WRITES", "ANONYMOUS"):
    os.environ[f"INNOVATO_API_{_limit}_PER_MINUTE"] = "1000000"
for _name in ("DEBUG", "INNOVATO_DEMO", "INNOVATO_KEYSTORE_DIR", "INNOVATO_CITY_NAME", "SECRET_KEY"):
    os.environ.pop(_name, None)

from innovato.settings import *  # noqa: E402, F403 - the environment above has to be set first
from innovato.settings import DATABASES, STORAGES  # noqa: E402 - as above

DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("TEST_DB_NAME") or None}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
CELERY_BROKER_URL = "memory://"
