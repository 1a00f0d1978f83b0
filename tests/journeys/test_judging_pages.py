# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening, scorecard, decision and board in a real browser: sound at both widths and languages, and their scripts work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from tests.journeys.support import assert_page_is_sound
from tests.workflow.factories_judging import (
    REASON,
    again,
    city,
    hand_in,
    in_decision,
    in_review,
    indicator,
    plan,
    sheet,
)
from workflow.models import Review, Score
from workflow.search import index_idea
from workflow.services import merging, plans, review, screening


@pytest.fixture
def here(transactional_db):
    """A city with an idea in each of the places that these pages show."""
    here, today, at = city(), timezone.localdate(), timezone.now()
    clock = {"due_on": today + timedelta(days=4), "clock_started_on": today - timedelta(days=6)}
    here.waiting, here.next = (make.idea(here.author, here.call, state="screening", **clock) for _ in range(2))
    here.near = make.idea(here.colleague, here.call, state="admitted", title="Catalogo di arredi usati")
    for idea in (here.waiting, here.next, here.near):
        index_idea(idea)
    gone = make.idea(here.author, here.call, state="screening", **clock)
    screening.admit(idea_id=gone.pk, by=here.screener, at=at)
    here.review = in_review(here, due_on=today + timedelta(days=6))
    review.declare(idea_id=here.review.pk, by=here.reviewers[0], at=at)
    here.done = in_review(here)
    hand_in(here.done, here.reviewers[0], 4)
    here.decision = in_decision(here, due_on=today + timedelta(days=3), clock_started_on=today - timedelta(days=9))
    rows = (indicator(), indicator(name="Assenze", direction="down", baseline=18, target=10, threshold=14))
    starts_on = today + timedelta(days=30)
    written = plan(here.colleague, indicators=rows, starts_on=starts_on, ends_on=starts_on + timedelta(days=90))
    plans.save_plan(idea_id=here.decision.pk, by=here.manager, at=at, plan=written)
    in_decision(here, due_on=today - timedelta(days=6), clock_started_on=today - timedelta(days=25))
    for state in ("voting", "adopted", "deferred", "declined"):
        make.idea(here.author, here.call, state=state, state_since=at)
    return here


def test_the_pages_of_the_office_are_sound(visitors, here):
    merging.propose(idea_id=here.next.pk, by=here.screener, at=timezone.now(), target_ref=here.near.number, text=REASON)
    for address in (f"/verifica/{here.waiting.ref}/?unisci={here.near.number}", f"/verifica/{here.next.ref}/passa/"):
        assert_page_is_sound(visitors, address, here.screener)
    assert_page_is_sound(visitors, f"/verifica/{here.next.ref}/", here.screener, act=open_folds)
    assert_page_is_sound(visitors, f"/verifica/{here.next.ref}/unione/", here.author)


def test_the_pages_of_the_reviewers_are_sound(visitors, here):
    assert_page_is_sound(visitors, "/valutazioni/", here.reviewers[0])
    for person, idea in (
        (here.reviewers[0], here.review),
        (here.reviewers[1], here.review),
        (here.reviewers[0], here.done),
    ):
        assert_page_is_sound(visitors, f"/valutazioni/{idea.ref}/", person, act=open_folds)


def test_the_pages_of_the_managers_are_sound(visitors, here):
    for address in ("/cruscotto/", "/cruscotto/?vista=elenco"):
        assert_page_is_sound(visitors, address, here.director)
    assert_page_is_sound(visitors, f"/decisioni/{here.decision.ref}/", here.manager, act=open_folds)
    assert_page_is_sound(visitors, f"/decisioni/{here.decision.ref}/?scelta=respingi", here.manager)


def open_folds(page):
    """Everything folded is unfolded."""
    page.evaluate("() => document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")


@pytest.mark.parametrize("javascript", [True, False])
def test_an_idea_is_admitted_and_the_answer_taken_back(visitors, here, javascript):
    page = visitors.page(here.screener, javascript=javascript)
    page.goto(f"/verifica/{here.waiting.ref}/")
    for box in page.get_by_role("group", name="Requisiti").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("radio", name="Ammetti").check()
    page.get_by_role("button", name="Rispondi").click()
    assert again(here.waiting).state == "admitted"
    page.locator(f'form[action="/verifica/{here.waiting.ref}/annulla/"] button').click()
    assert again(here.waiting).state == "screening"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_near_idea_is_picked_from_the_table(visitors, here, javascript):
    page = visitors.page(here.screener, javascript=javascript)
    page.goto(f"/verifica/{here.waiting.ref}/")
    page.locator(f'a[href="?unisci={here.near.number}#h-esito"]').click()
    page.locator("#id_text").fill("Le due idee dicono la stessa cosa.")
    page.get_by_role("button", name="Rispondi").click()
    assert merging.open_proposal(here.waiting).target == here.near


def test_a_scorecard_saves_itself_and_asks_before_it_is_handed_in(visitors, here):
    page = visitors.page(here.reviewers[0])
    page.goto(f"/valutazioni/{here.review.ref}/")
    for criterion in make.criteria_of(here.call):
        page.locator(f'input[name="points_{criterion.pk}"][value="4"]').check(force=True)
    page.locator(".in-total", has_text="4,00").wait_for()
    assert Score.objects.filter(review__reviewer=here.reviewers[0], review__idea=here.review, value=4).count() == 5
    page.get_by_label("Provare con un pilota").check()
    page.get_by_label("Che cosa dici a chi ha proposto l’idea?").fill("Un buon lavoro.")
    page.get_by_role("button", name="Consegna la valutazione…").click()
    page.get_by_role("dialog").get_by_role("button", name="Torna alla scheda").click()
    assert Review.objects.get(idea=here.review, reviewer=here.reviewers[0]).status == "declared"
    page.get_by_role("button", name="Consegna la valutazione…").click()
    page.get_by_role("dialog").get_by_role("button", name="Consegna la valutazione").click()
    page.get_by_text("Hai consegnato la valutazione il").wait_for()
    assert Review.objects.get(idea=here.review, reviewer=here.reviewers[0]).status == "submitted"


def test_a_scorecard_is_handed_in_without_scripts(visitors, here):
    who = here.reviewers[1]
    page = visitors.page(who, javascript=False)
    page.goto(f"/valutazioni/{here.review.ref}/")
    page.get_by_role("button", name="Dichiara e continua").click()
    review.save(idea_id=here.review.pk, by=who, at=timezone.now(), sheet=sheet(here.review, 3))
    page.goto(f"/valutazioni/{here.review.ref}/")
    page.get_by_role("button", name="Consegna la valutazione…").click()
    page.get_by_role("heading", name="Consegnare la valutazione").wait_for()
    page.get_by_role("button", name="Consegna la valutazione").click()
    assert Review.objects.get(idea=here.review, reviewer=who).status == "submitted"


def test_a_pilot_is_planned_and_approved_with_the_dialog(visitors, here):
    page = visitors.page(here.manager)
    page.goto(f"/decisioni/{here.decision.ref}/")
    page.get_by_role("button", name="Aggiungi un indicatore").click()
    page.locator("#id_indicators-2-name").wait_for()
    page.get_by_role("button", name="Togli l’indicatore 3").click()
    page.locator("#id_indicators-2-name").wait_for(state="detached")
    page.get_by_label("Motivo della decisione").fill(REASON)
    assert page.get_by_role("button", name="Non accogliere…").is_hidden()
    page.get_by_role("button", name="Approva il pilota…").click()
    dialog = page.get_by_role("dialog")
    assert REASON in dialog.inner_text() and "6.500" in dialog.inner_text()
    dialog.get_by_role("button", name="Approva il pilota").click()
    page.wait_for_url(f"**/piloti/{here.decision.ref}/")
    assert again(here.decision).state == "piloting"


def test_an_idea_is_declined_without_scripts(visitors, here):
    page = visitors.page(here.manager, javascript=False)
    page.goto(f"/decisioni/{here.decision.ref}/?scelta=respingi")
    page.get_by_label("Perché no").select_option("cost")
    page.get_by_label("Motivo della decisione").fill(REASON)
    page.get_by_role("button", name="Non accogliere…").click()
    assert again(here.decision).state == "decision"
    page.get_by_role("button", name="Non accogliere l’idea").click()
    assert again(here.decision).state == "declined"
