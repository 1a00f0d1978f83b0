# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages read: the own order, the own paper, the support buttons, the results and the search for a code."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.organisation.models import Person
from tests import factories
from tests.voting.factories import opened, scheduled, voters
from voting import selectors
from voting.models import Publication
from voting.selectors import Held
from voting.services import guarding
from voting.states import BallotState
from voting.urn import shown
from workflow.models import Campaign, Idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(votes_per_person=2)


@pytest.fixture
def closed(vote):
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, *([0] if number else []), *([1] if number < 5 and number else []))
    vote.end()
    return vote


def test_each_voter_meets_the_ideas_in_an_order_of_the_own_that_stays(vote):
    orders = {
        person.pk: [line.code for line in selectors.paper_lines(ballot=vote.ballot, person=person)]
        for person in vote.people
    }
    again = [line.code for line in selectors.paper_lines(ballot=vote.ballot, person=vote.people[0])]
    assert again == orders[vote.people[0].pk]
    assert all(sorted(order) == sorted(vote.codes) for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 5


def test_no_idea_comes_first_more_often_than_chance_gives(vote):
    people = voters(400)
    first = Counter(selectors.own_order(ballot_id=vote.pk, person=person, codes=vote.codes)[0] for person in people)
    assert all(60 < first[code] < 140 for code in vote.codes)


def test_the_order_of_one_ballot_says_nothing_about_another(vote):
    other = opened(people=1, ideas=1)
    mine = selectors.own_order(ballot_id=vote.pk, person=vote.people[0], codes=vote.codes)
    orders = [
        mine == selectors.own_order(ballot_id=other.pk, person=person, codes=vote.codes) for person in vote.people
    ]
    assert not all(orders)


def test_the_order_does_not_move_when_the_person_or_others_vote(vote):
    before = [line.code for line in selectors.paper_lines(ballot=vote.ballot, person=vote.people[0])]
    for person in vote.people:
        vote.cast(person, 2)
    assert [line.code for line in selectors.paper_lines(ballot=vote.ballot, person=vote.people[0])] == before


def test_own_ideas_are_marked_on_the_paper(vote):
    author = Person.objects.get(authorships__idea=vote.ideas[1])
    lines = selectors.paper_lines(ballot=vote.ballot, person=author)
    assert {line.idea_id for line in lines if line.own} == {vote.ideas[1].pk}


@pytest.mark.parametrize("ideas", [2, 9])
def test_the_paper_costs_the_same_queries_however_many_ideas(ideas, django_assert_num_queries):
    vote = opened(people=1, ideas=ideas)
    with django_assert_num_queries(1):
        lines = selectors.paper_lines(ballot=vote.ballot, person=vote.people[0])
        assert [(line.theme, line.department) for line in lines] == [("", "Sportelli")] * ideas


def test_the_desk_finds_the_ballots_one_may_vote_in_with_the_own_paper(vote):
    newcomer = voters(1)[0]
    later = opened(people=1, ideas=1, closes=timedelta(days=3))
    vote.cast(vote.people[0], 0)
    found = selectors.ballots_to_vote(person=vote.people[0])
    assert [(ballot.pk, paper.held) for ballot, paper in found] == [(vote.pk, Held.YES), (later.pk, Held.NO)]
    assert [ballot.pk for ballot, _ in selectors.ballots_to_vote(person=newcomer)] == [later.pk]
    assert selectors.ballots_to_vote(person=voters(1)[0]) == []


def test_an_elector_is_known_as_one_until_the_seal(closed):
    assert selectors.is_elector(ballot=closed.ballot, person=closed.people[0])
    assert not selectors.is_elector(ballot=closed.ballot, person=voters(1)[0])
    closed.seal()
    assert not selectors.is_elector(ballot=closed.ballot, person=closed.people[0])


def test_results_come_in_the_order_of_the_ranking_with_counts_and_codes(closed):
    rows = selectors.results(selectors.find_publication(ballot=closed.ballot))
    assert [(row.code, row.supports, row.rank, row.selected) for row in rows[:2]] == [
        (closed.codes[0], 11, 1, True),
        (closed.codes[1], 4, 2, True),
    ]
    assert [len(row.codes) for row in rows] == [11, 4, 0, 0]
    assert {row.ref for row in rows} == {idea.ref for idea in closed.ideas}


def test_results_without_quorum_have_no_figures():
    vote = opened(people=17, ideas=3)
    vote.cast(vote.people[0], 0)
    vote.end()
    rows = selectors.results(selectors.find_publication(ballot=vote.ballot))
    assert [(row.ref, row.supports, row.rank, row.codes, row.selected) for row in rows] == [
        (ref, None, None, None, False) for ref in sorted(idea.ref for idea in vote.ideas)
    ]


def test_before_the_close_there_is_no_publication(vote):
    vote.cast(vote.people[0], 0)
    assert selectors.find_publication(ballot=vote.ballot) is None


def test_a_code_is_found_however_it_is_typed_and_says_which_list_it_is_in(closed):
    rows = {row.code: row for row in selectors.results(Publication.objects.get())}
    code = rows[closed.codes[1]].codes[0]
    publication, option = selectors.find_code(text=shown(code).lower())
    assert (publication.ballot_id, option) == (closed.pk, closed.codes[1])
    blank = selectors.published_facts(publication)["abstain"][0]
    assert selectors.find_code(text=blank, ballot=closed.ballot)[1] == "abstain"


@pytest.mark.parametrize("text", ["", "7KQ4-M2XD-9TRA", "%", "_" * 12, '"' * 12, "\0", "A" * 10_000, "2026-0001"])
def test_what_is_in_no_list_is_not_found(closed, text):
    assert selectors.find_code(text=text) is None


def test_a_code_of_one_ballot_is_not_found_in_another(closed):
    other = opened(people=17, ideas=3)
    other.end()
    code = selectors.results(selectors.find_publication(ballot=closed.ballot))[0].codes[0]
    assert selectors.find_code(text=code, ballot=other.ballot) is None


def test_while_a_ballot_is_open_no_code_of_it_is_found(vote):
    receipt = vote.cast(vote.people[0], 0)
    assert selectors.find_code(text=next(iter(receipt.codes.values()))) is None


def test_a_campaigns_ballot_is_its_latest_one_that_counts(vote):
    guarantor = factories.person()
    factories.grant(guarantor, "guard_ballots", vote.root)
    at = timezone.now()
    guarding.annul(ballot_id=vote.pk, reason="Una segnalazione fondata sulla lista.", by=guarantor, at=at)
    assert selectors.find_ballot(vote.ballot.campaign).pk == vote.pk
    again = guarding.repeat(
        ballot_id=vote.pk, by=guarantor, at=at, opens_at=at + timedelta(hours=1), closes_at=at + timedelta(days=1)
    )
    assert selectors.find_ballot(vote.ballot.campaign).pk == again.pk
    assert selectors.find_ballot_of_idea(idea_id=vote.ideas[0].pk).pk == vote.pk
    assert [ballot.sequence for ballot in selectors.ballots_of(campaign_id=vote.ballot.campaign_id)] == [2, 1]


def test_where_there_is_no_ballot_none_is_found():
    assert selectors.find_ballot(Campaign(pk=1)) is None
    assert selectors.find_ballot_of_idea(idea_id=1) is None


def test_a_page_knows_without_a_query_whether_the_clock_asks_something(vote, django_assert_num_queries):
    now = timezone.now()
    later = scheduled(opens=timedelta(hours=1))

    def due(ballot, moment):
        ballot.now = moment  # what a selector reads of the database's clock along with the ballot
        return selectors.is_due(ballot=ballot)

    with django_assert_num_queries(0):
        assert not due(vote.ballot, now)
        assert due(vote.ballot, now + timedelta(days=2))
        assert not due(later.ballot, now)
        assert due(later.ballot, now + timedelta(hours=2))


def test_while_open_no_selector_depends_on_how_many_papers_there_are(vote):
    def seen(person):
        ballot = vote.fresh()
        columns = {field.name: getattr(ballot, field.attname) for field in ballot._meta.concrete_fields}
        columns["key_commitment"] = bytes(columns["key_commitment"])
        lines = selectors.paper_lines(ballot=ballot, person=person)
        ids = [idea.pk for idea in vote.ideas]
        states = list(Idea.objects.filter(pk__in=ids).order_by("pk").values())
        mine = selectors.own_paper(ballot=ballot, person=person)
        return columns, lines, states, mine, selectors.find_publication(ballot=ballot)

    watcher = vote.people[-1]
    before = seen(watcher)
    for person in vote.people[:-1]:
        vote.cast(person, 0, 1)
    assert seen(watcher) == before
    assert vote.ballot.state == BallotState.OPEN
