# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two colleagues of the office don't answer the same idea without knowing: the page says who has it open."""

from datetime import date

import pytest
from django.test import Client

from tests import factories as make
from tests.workflow.factories_judging import REASON, city, holder
from workflow.services import looking

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    here = city()
    here.other = holder("Remo", "Quieto", "screen_ideas", here.root)
    here.ideas = [make.idea(here.author, here.call, state="screening", due_on=date(2026, 12, n)) for n in (3, 4)]
    return here


def open_page(person, idea=None) -> str:
    client = Client()
    client.force_login(person)
    return client.get(f"/verifica/{idea.ref}/" if idea else "/verifica/", follow=True).content.decode()


def test_the_second_colleague_reads_who_has_it_open_and_the_queue_leads_past_it(here):
    first, second = here.ideas
    assert "La sta guardando" not in open_page(here.screener, first)
    assert open_page(here.other, first).count("La sta guardando Laura Pautasso") == 2
    assert second.ref in open_page(here.other)
    assert "L’ha aperta alle" not in open_page(here.screener, first)


def test_opening_another_idea_or_answering_gives_the_first_one_free(here):
    first, second = here.ideas
    open_page(here.screener, first)
    open_page(here.screener, second)
    assert set(looking.others([first, second], by=here.other)) == {second.pk}
    client = Client()
    client.force_login(here.screener)
    client.post(f"/verifica/{second.ref}/", {"version": 1, "choice": "changes", "text": REASON})
    assert looking.others([first, second], by=here.other) == {}


def test_where_everything_is_open_elsewhere_the_queue_still_opens_the_most_urgent(here):
    first, second = here.ideas
    looking.look(idea=first, by=here.screener, at=make.NOW)
    looking.look(idea=second, by=holder("Ada", "Terza", "screen_ideas", here.root), at=make.NOW)
    assert "La sta guardando Laura Pautasso" in open_page(here.other)
