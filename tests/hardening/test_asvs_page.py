# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page about ASVS names tests that exist."""

import re

from tests.architecture.files import ROOT


def test_every_test_that_the_page_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "innovato/docs/asvs.md").read_text())
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).is_file()] == []
