# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why can('t) I: the page of reasons says what the rules do, for every act, in words."""

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from workflow import rules
from workflow.models import Idea, Recusal
from workflow.selectors.why import ACT_LABELS, MOVE_LABELS, reasons
from workflow.services import delegating

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    class Here:
        at = timezone.now()
        city = make.department("Città")
        office = make.department("Anagrafe", parent=city)
        manager = make.person("Silvia", "Ghione", home=office)
        deputy = make.person("Fabio", "Cerutti", home=office)
        author = make.person("Giulia", "Ferrero", home=office)

    make.grant(Here.manager, "decide_ideas", Here.city)
    Here.call = make.campaign(Here.city, at=Here.at)
    Here.idea = make.idea(Here.author, Here.call, state="decision", at=Here.at)
    today = timezone.localdate()
    row = delegating.give(to=Here.deputy, capabilities=["decide_ideas"], department=Here.city, starts_on=today,
                          ends_on=today, reason="ferie", by=Here.manager, at=Here.at)[0]  # fmt: skip
    delegating.accept(delegation_id=row.pk, by=Here.deputy, at=Here.at)
    return Here


def of(here, who, idea=None) -> dict:
    found = Idea.objects.with_rule_data().get(pk=(idea or here.idea).pk)
    answers = reasons(actor=rules.actor_for(who), idea=found, at=here.at)
    return {answer.key: answer for answer in answers}


def steps(answer) -> list:
    return [step.holds for step in answer.steps]


def test_every_move_of_the_table_has_its_words_and_no_others():
    assert set(MOVE_LABELS) == set(rules.MOVES)


def test_the_answers_are_those_of_the_rules_for_everybody_in_every_state(here):
    for state in ("draft", "screening", "admitted", "voting", "declined", "deferred"):
        idea = make.idea(here.author, here.call, state=state, at=here.at)
        found = Idea.objects.with_rule_data().get(pk=idea.pk)
        for who in (here.author, here.manager, here.deputy):
            actor = rules.actor_for(who)
            answers = of(here, who, idea) if rules.can_see(actor, found) else {}
            assert set(answers) in (set(), set(rules.MOVES) | set(ACT_LABELS))
            for move in rules.MOVES if answers else ():
                refusal = rules.refusal(actor, move, found, here.at)
                assert answers[move].allowed == (refusal is None)
                assert answers[move].allowed == all(holds for holds in steps(answers[move]))
                assert refusal is None or answers[move].sentence == str(refusal.sentence)


def test_state_task_conflict_and_clock_are_told_apart(here):
    mine = of(here, here.manager)["decline"]
    assert steps(mine) == [True, True, True, True]
    assert "«Anagrafe», «Città»" in mine.steps[1].text
    assert mine.sentence == "Puoi."
    assert of(here, here.deputy)["decline"].sentence == "Puoi, per Silvia Ghione."
    assert steps(of(here, here.author)["decline"]) == [True, False, False, True]
    voting = make.idea(here.author, here.call, state="voting", at=here.at)
    assert steps(of(here, here.manager, voting)["decline"]) == [False, True, True, True]
    Recusal.objects.create(idea=here.idea, person=here.manager, reason="È mia sorella", at=here.at)
    assert steps(of(here, here.manager)["decline"]) == [True, True, False, True]
    barred = of(here, here.deputy)["decline"]
    assert steps(barred) == [True, True, False, True]
    assert "la delega non vale" in barred.sentence


def test_the_page_opens_on_what_was_asked_costs_the_same_and_is_not_there_for_who_does_not_see_the_idea(
    here, django_assert_num_queries
):
    client = Client(headers={"accept-language": "it"})
    client.force_login(here.deputy)
    client.get("/")
    for idea in (here.idea, make.idea(here.author, here.call, state="voting", at=here.at)):
        with django_assert_num_queries(10):
            page = client.get(f"/idee/{idea.ref}/perche/?che=decline")
        assert page.context["answers"][0].key == "decline"
    assert "/perche/" in client.get(f"/idee/{idea.ref}/").content.decode()
    refused = client.get(f"/verifica/{here.idea.ref}/")
    assert (refused.status_code, "/perche/" in refused.content.decode()) == (403, True)
    draft = make.idea(here.author, here.call, at=here.at)
    assert client.get(f"/idee/{draft.ref}/perche/").status_code == 404
