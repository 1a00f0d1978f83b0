# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list, an idea and the desk while a ballot is open: buttons, own papers, and what these pages ask the database."""

import pytest
from django.test import Client

from tests.voting import factories as ballots

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 3])
def vote(request):
    """An open ballot with one or three ideas; the first elector supports the first idea."""
    found = ballots.opened(ideas=request.param)
    found.cast(found.people[0], 0)
    return found


def client_of(who) -> Client:
    client = Client()
    client.force_login(who)
    return client


def test_rows_have_their_buttons_and_the_paper_stands_over_the_list(vote):
    page = client_of(vote.people[0]).get("/idee/?vista=da-votare").content.decode()
    assert page.count('aria-pressed="true"') == 1
    assert page.count('aria-pressed="false"') == len(vote.ideas) - 1
    assert page.count(f'id="scheda-{vote.ballot.pk}"') == 1


def test_the_desk_and_the_idea_lead_to_the_paper(vote):
    desk = client_of(vote.people[1]).get("/").content.decode()
    assert "Completa la tua scheda di voto" in desk and "Ti aspetta 1 cosa" in desk
    idea = client_of(vote.people[1]).get(f"/idee/{vote.ideas[0].ref}/").content.decode()
    assert "Il tuo voto" in idea and "Sostieni questa idea" in idea


@pytest.mark.parametrize(
    ("address", "queries"), [("/idee/?vista=da-votare", 8), ("/idee/", 8), ("/", 13), ("idea", 11)]
)
def test_the_number_of_queries_does_not_grow_with_the_ideas(vote, address, queries, django_assert_num_queries):
    client = client_of(vote.people[0])
    with django_assert_num_queries(queries):
        client.get(f"/idee/{vote.ideas[0].ref}/" if address == "idea" else address)
