# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sample report offered to everybody who follows the pipeline, and nothing sent to a broker."""

import pytest

from innovato.exports import reports
from innovato.exports.services import asking
from tests import factories as make


@pytest.fixture(autouse=True)
def offered(settings):
    """Only the sample report is there."""
    settings.INNOVATO_REPORTS = ["tests.exports.support.SampleReport"]
    reports._all.cache_clear()
    yield
    reports._all.cache_clear()


@pytest.fixture
def nudged(monkeypatch) -> list[int]:
    """The orders that a worker was woken for."""
    found = []
    monkeypatch.setattr(asking, "nudge", found.append)
    return found


@pytest.fixture
def watcher(db):
    """Somebody who follows the pipeline of the whole city."""
    root = make.department("Città")
    who = make.person("Ines", "Villa", home=root)
    make.grant(who, "view_pipeline", root)
    return who
