# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of notices stand on: all kinds that the floors above enter, and none that a test added."""

import pytest

import voting.notices  # noqa: F401 - enters the kinds of the ballots
import workflow.notices  # noqa: F401 - enters the kinds of the workflow
from innovato.notifications import kinds


@pytest.fixture(autouse=True)
def own_kinds(monkeypatch):
    """A kind that a test enters is gone after it."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
