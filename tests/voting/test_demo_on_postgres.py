# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo city stands on PostgreSQL too; what it holds is looked at in `test_demo`."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings

from tests.voting.test_demo import TODAY
from voting.models import Ballot
from voting.states import BallotState
from workflow import search
from workflow.models import ChainHead, Idea, IdeaEvent
from workflow.services.events import broken_links
from workflow.states import IdeaState

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_the_city_stands_on_postgresql_too():
    with override_settings(DEMO=True):
        call_command("demo", people=120, today=date.fromisoformat(TODAY), stdout=StringIO(), stderr=StringIO())
    assert set(Idea.objects.values_list("state", flat=True)) == set(IdeaState.values)
    assert {BallotState.OPEN, BallotState.SEALED} <= set(Ballot.objects.values_list("state", flat=True))
    events = list(IdeaEvent.objects.order_by("number"))
    assert len(events) > 500
    assert [*broken_links(events, ChainHead.objects.get())] == []
    found = search.matching(Idea.objects.filter(state=IdeaState.VOTING), "magazzini digitali")
    assert [idea.title for idea in found] == ["Magazzino digitale per riusare arredi e attrezzature"]
