# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's board: own departments only, what is late first, the button only where it works, constant cost."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.workflow.factories_judging import city, hand_in, holder, in_review
from workflow import rules
from workflow.models import Decision, Idea
from workflow.selectors import board, board_list

pytestmark = pytest.mark.django_db
NASTY = ["", "0", "-1", "99999999999999999999", "\x00", "x' OR 1=1", "<script>", "٣", "1_2026", "7_" + "9" * 50]
BOARD_QUERIES, LIST_QUERIES = 14, 8


@pytest.fixture
def here():
    return city()


def browser(person=None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def deciding(here, days=5, **fields):
    """An idea in decision whose answer is due in so many days."""
    today = timezone.localdate()
    values = {"due_on": today + timedelta(days=days), "clock_started_on": today - timedelta(days=10)} | fields
    return make.idea(values.pop("author", here.author), here.call, state="decision", **values)


def columns(person, chosen=""):
    actor = rules.actor_for(person)
    at = timezone.now()
    scope = board.scope(actor, chosen, today=timezone.localdate())
    mine = frozenset(row.pk for row in board.waiting(actor, scope.where(), at=at))
    found = board.columns(actor, scope.where(), at=at, decidable=mine)
    return {column.stage.key: column for column in found}


def shown(person, chosen=""):
    return {card.idea.pk for column in columns(person, chosen).values() for card in column.cards}


@pytest.mark.parametrize(
    "who, status",
    [(None, 302), ("author", 403), ("colleague", 403), ("manager", 200), ("director", 200), ("screener", 200)],
)
@pytest.mark.parametrize("query", ["", "?vista=elenco"])
def test_who_gets_the_board(here, who, status, query):
    assert browser(who and getattr(here, who)).get(f"/cruscotto/{query}").status_code == status


def test_every_stage_has_its_column(here):
    states = [
        "screening",
        "needs_changes",
        "admitted",
        "voting",
        "review",
        "decision",
        "deferred",
        "piloting",
        "adopted",
    ]
    for state in states:
        make.idea(here.author, here.call, state=state, state_since=timezone.now())
    make.idea(here.author, here.call)
    make.idea(here.author, here.call, state="withdrawn")
    make.idea(here.author, here.call, state="inadmissible")
    totals = {key: column.total for key, column in columns(here.manager).items()}
    assert totals == {"verifica": 2, "voto": 2, "valutazione": 1, "decisione": 2, "pilota": 1, "esito": 1}


def test_outcomes_of_other_years_are_left_out(here):
    make.idea(here.author, here.call, state="declined", state_since=timezone.now() - timedelta(days=400))
    assert columns(here.manager)["esito"].total == 0


def test_only_own_departments_and_those_below_are_shown(here):
    mine, other = deciding(here), deciding(here, department=here.elsewhere)
    assert shown(here.manager) == {mine.pk}
    assert shown(here.director) == {mine.pk}
    assert shown(here.stranger) == {other.pk}
    assert shown(here.screener) == {mine.pk, other.pk}


def test_an_idea_without_department_shows_to_who_follows_the_whole_city(here):
    idea = make.idea(here.author, here.call, state="screening", department=None)
    assert shown(here.screener) == {idea.pk}
    assert shown(here.director) == set()


def test_the_picker_narrows_to_one_department_and_never_widens(here):
    mine, other = deciding(here), deciding(here, department=here.elsewhere)
    assert shown(here.screener, str(here.elsewhere.pk)) == {other.pk}
    assert shown(here.screener, str(here.division.pk)) == {mine.pk}
    assert shown(here.manager, str(here.elsewhere.pk)) == {mine.pk}
    text = browser(here.director).get("/cruscotto/").content.decode()
    assert "– Economato" in text and "Cultura" not in text


def test_who_only_follows_reads_no_title_that_is_not_public_yet(here):
    watcher = holder("Ines", "Villa", "view_pipeline", here.root)
    make.idea(here.author, here.call, state="screening")
    public = deciding(here)
    assert shown(watcher) == {public.pk}


def test_the_button_stands_only_where_it_works(here):
    mine = deciding(here)
    own = deciding(here, author=here.manager, department=here.office)
    second = deciding(here, previous_judge=here.manager)
    cards = {card.idea.pk: card.is_mine_to_decide for card in columns(here.manager)["decisione"].cards}
    assert cards == {mine.pk: True, own.pk: False, second.pk: False}
    text = browser(here.manager).get("/cruscotto/").content.decode()
    assert re.findall(r'href="/decisioni/([^/"]+)/">', text) == [mine.ref]
    assert "/decisioni/" not in browser(here.screener).get("/cruscotto/").content.decode()


def test_the_most_urgent_comes_first_and_what_is_late_is_said(here):
    later, late = deciding(here, 9), deciding(here, -6, title="Deleghe per il ritiro dei documenti")
    assert [card.idea.pk for card in columns(here.manager)["decisione"].cards] == [late.pk, later.pk]
    text = browser(here.manager).get("/cruscotto/").content.decode()
    assert "«Deleghe per il ritiro dei documenti» è oltre il termine da " in text
    assert f"/decisioni/{late.ref}/?scelta=rinvia" in text and "1 oltre il termine" in text


def test_a_column_shows_twenty_and_leads_to_the_rest(here):
    for _ in range(22):
        deciding(here)
    column = columns(here.manager)["decisione"]
    assert (len(column.cards), column.total, column.more) == (20, 22, 2)
    assert "Altre 2" in browser(here.manager).get("/cruscotto/").content.decode()


def test_scores_show_in_decision_and_only_numbers_of_cards_in_review(here):
    here.call.scorecards_required = 2
    here.call.save()
    idea = in_review(here)
    first, second = (review.reviewer for review in idea.reviews.all())
    hand_in(idea, first, 3)
    assert columns(here.manager)["valutazione"].cards[0].cards_in == 1
    hand_in(idea, second, 4)
    assert str(columns(here.manager)["decisione"].cards[0].score) == "3.50"
    assert "punteggio 3,5" in browser(here.manager).get("/cruscotto/").content.decode()


def test_a_manager_who_still_owes_a_scorecard_reads_nothing_about_the_others(here):
    make.grant(here.stranger, "review_ideas", here.root)
    make.grant(here.stranger, "view_pipeline", here.root)
    here.call.scorecards_required = 4
    here.call.save()
    idea = in_review(here)
    hand_in(idea, here.reviewers[0], 3)
    actor = rules.actor_for(here.stranger)
    assert columns(here.stranger)["valutazione"].cards[0].cards_in is None
    scope = board.scope(actor, "", today=timezone.localdate())
    assert board.figures(actor, scope.where(), at=timezone.now()).cards_missing == 0
    assert "1 scheda su" not in browser(here.stranger).get("/cruscotto/").content.decode()


def test_the_figures_count_this_years_decisions_and_the_money(here):
    now = timezone.now()
    for days in (10, 30, 80):
        idea = make.idea(here.author, here.call, state="declined", submitted_at=now - timedelta(days=days))
        Decision.objects.create(
            idea=idea, kind="decline", reason_code="cost", reason_text="No.", by=here.manager, at=now
        )
    piloting = make.idea(here.author, here.call, state="piloting")
    piloting_plan = {"owner": here.colleague, "department": here.office, "starts_on": date(2026, 1, 1)}
    type(piloting).pilot.related.related_model.objects.create(idea=piloting, budget=27500, **piloting_plan)
    actor = rules.actor_for(here.manager)
    figures = board.figures(actor, board.scope(actor, "", today=timezone.localdate()).where(), at=now)
    assert (figures.median_days, figures.decided, figures.pilots, figures.committed) == (30, 3, 1, 27500)


# The table ----------------------------------------------------------------------------------------------------------


def walk(person, order, stage=""):
    """Every idea of the table, page after page, as the addresses lead."""
    client, url, seen = browser(person), f"/cruscotto/?vista=elenco&ordine={order}&fase={stage}", []
    while url:
        text = client.get(url).content.decode()
        seen += re.findall(r'<th scope="row"><a href="/idee/([^/"]+)/">', text)
        following = re.search(r'href="(\?[^"]*dopo=[^"]*)"', text)
        url = f"/cruscotto/{following[1].replace('&amp;', '&')}" if following else ""
    return seen


@pytest.mark.parametrize("order", board_list.ORDERS)
def test_the_table_walks_through_every_idea_once_in_each_order(here, order, monkeypatch):
    monkeypatch.setattr(board_list, "PAGE", 3)
    now = timezone.now()
    for n in range(10):
        deciding(here, days=n % 3, title=f"Idea {n % 4}", state_since=now - timedelta(hours=n % 5))
    make.idea(here.author, here.call, state="voting")
    found = walk(here.manager, order)
    assert len(found) == 11 and set(found) == set(Idea.objects.values_list("number", flat=True))
    assert len(walk(here.manager, order, "decisione")) == 10


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("name", ["struttura", "fase", "ordine", "dopo", "vista"])
def test_no_address_breaks_the_board(here, name, value):
    deciding(here)
    for order in board_list.ORDERS:
        query = {"vista": "elenco", "ordine": order} | {name: value}
        assert browser(here.manager).get("/cruscotto/", query).status_code == 200


def test_an_empty_board_says_so(here):
    assert browser(here.manager).get("/cruscotto/").content.decode().count("Niente qui.") == 6
    assert "Niente qui" in browser(here.manager).get("/cruscotto/?vista=elenco").content.decode()


# Cost ---------------------------------------------------------------------------------------------------------------


def test_the_board_costs_the_same_with_one_idea_and_with_three(here, django_assert_num_queries):
    client = browser(here.manager)
    for number in (1, 2):
        for _ in range(number):
            deciding(here)
            in_review(here)
        with django_assert_num_queries(BOARD_QUERIES):
            client.get("/cruscotto/")


def test_the_table_costs_the_same_with_one_idea_and_with_three(here, django_assert_num_queries):
    client = browser(here.manager)
    for number in (1, 2):
        for _ in range(number):
            deciding(here)
        with django_assert_num_queries(LIST_QUERIES):
            client.get("/cruscotto/?vista=elenco")
