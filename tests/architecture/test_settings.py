# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every setting that comes from the environment is explained where it is read and in the README."""

import re

from tests.architecture.files import ROOT

SETTINGS = (ROOT / "innovato" / "settings.py").read_text()
READ = re.compile(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)\"""")
NAMES = sorted(set(READ.findall(SETTINGS)))


def test_each_setting_is_explained_in_the_line_above_it():
    assert [name for name in NAMES if f"# {name}: " not in SETTINGS] == []


def test_each_setting_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    assert [name for name in NAMES if f"`{name}`" not in readme] == []


def test_the_settings_are_found_at_all():
    assert {"DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "SECRET_KEY", "ALLOWED_HOSTS"} <= set(NAMES)
