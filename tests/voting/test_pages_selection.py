# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a ballot was decided, on its results page: equal shares in words, and the three rules side by side."""

import re
from decimal import Decimal

import pytest

from tests.voting.factories import opened, scheduled
from tests.voting.pages import browser, results_of
from voting.services import calendar
from workflow.models import Idea

pytestmark = pytest.mark.django_db


def text_of(vote):
    return browser().get(results_of(vote)).content.decode()


def on_one_line(text):
    return re.sub(r"[ \n]+", " ", text)


@pytest.fixture
def shared():
    """Decided by equal shares of 1,200 €: twelve papers of 100 € each; the third idea has no cost and is not on the paper."""
    vote = scheduled(ideas=4, votes_per_person=3, selection_rule="equal_shares", pilot_budget=1200, compared_top=1)
    for idea, cost in zip(vote.ideas, (Decimal("810.00"), 300, None, 5000), strict=True):
        Idea.objects.filter(pk=idea.pk).update(estimated_cost=cost)
    calendar.advance(ballot_id=vote.pk)
    options = dict(vote.fresh().options.values_list("idea_id", "code"))
    vote.codes = [options.get(idea.pk) for idea in vote.ideas]
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, *([0] if number < 8 else [0, 1] if number == 8 else [1]))
    assert vote.end()
    vote.fresh()
    return vote


def test_equal_shares_are_told_idea_by_idea_in_words_and_so_is_what_nobody_can_recount(shared):
    page = on_one_line(text_of(shared))
    assert "un fondo di 1.200\xa0€ paga in quote uguali" in page
    assert "dà a ognuna 100\xa0€." in page
    assert "9 persone la sostengono, 90\xa0€ ciascuna." in page
    assert "4 persone la sostengono, fino a 96,67\xa0€ ciascuna." in page  # one of them has 10 € left: 10 + 3 × 96.67
    assert "In tutto 1.110\xa0€; del fondo restano 90\xa0€." in page
    assert "non può rifare la scelta" in page
    assert 'class="cut"' not in page
    assert "proprio sul confine" not in page


def test_an_idea_without_a_cost_is_not_put_on_a_paper_that_equal_shares_decide(shared):
    assert [code is not None for code in shared.codes] == [True, True, False, True]
    assert Idea.objects.get(pk=shared.ideas[2].pk).state == "admitted"


def test_the_three_rules_stand_side_by_side_and_the_one_in_force_is_marked(shared):
    table = on_one_line(text_of(shared).partition('id="h-regole"')[2].partition("</table>")[0])
    heads = [head.partition(">")[2].partition("</th>")[0] for head in table.split('<th scope="col"')[1:]]
    assert heads == ["Idea", "Prime 1", "Almeno il 20%", 'Quote uguali <span class="in-tag">in vigore</span>']
    rows = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>(.*?)</tr>', table)
    cells = {title: re.findall(r"sì|no<|–|[\d.]+\xa0€|>\d<", row) for title, row in rows}
    assert cells == {
        "Idea numero 0": ["sì", "sì", "sì"],
        "Idea numero 1": ["no<", "sì", "sì"],
        "Idee scelte": [">1<", ">2<", ">2<"],
        "Costo in tutto": ["810\xa0€", "1.110\xa0€", "1.110\xa0€"],
    }


def test_the_comparison_is_frozen_with_the_rule_and_there_only_after_the_close():
    counted = opened(ideas=3, selection_value=2)
    for person in counted.people[:12]:
        counted.cast(person, 0)
    counted.end()
    call = counted.fresh().campaign
    call.compared_share, call.selection_rule = 99, "share"
    call.save()
    table = text_of(counted).partition('id="h-regole"')[2].partition("</table>")[0]
    assert 'Prime 2 <span class="in-tag">in vigore</span>' in table
    assert "Almeno il 20%" in table
    still_open = opened(ideas=2)
    for person in still_open.people[:12]:
        still_open.cast(person, 0)
    assert "h-regole" not in text_of(still_open)


def test_without_a_fund_the_page_says_that_equal_shares_cannot_be_computed():
    vote = opened(ideas=2, pilot_budget=0)
    for person in vote.people[:12]:
        vote.cast(person, 0)
    vote.end()
    assert "Le quote uguali qui non si possono calcolare" in text_of(vote)
