# SPDX-License-Identifier: AGPL-3.0-or-later
"""Voting in a real browser: sound pages, a vote with undo, a receipt, a paper without scripts, a code looked up."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.journeys.support import FIRST_VIEW_LIMIT, assert_no_axe_violations, assert_page_is_sound, first_view
from tests.voting.factories import opened, scheduled
from voting import selectors, urn
from voting.services import calendar, guarding
from workflow.models import Idea

REASON = "La sede di via Roma è rimasta senza rete per tutta la votazione."


@pytest.fixture
def vote(transactional_db):
    vote = opened(ideas=4, votes_per_person=2, selection_value=2)
    Idea.objects.update(theme=factories.theme())
    return vote


@pytest.fixture
def slug(vote):
    return vote.ballot.campaign.slug


@pytest.fixture
def guarantor(vote):
    person = factories.person("Rita", "Sasso", home=vote.root)
    factories.grant(person, "guard_ballots", vote.root)
    return person


def own(vote, person):
    return selectors.own_paper(ballot=vote.fresh(), person=person)


def named(verb: str, number: int) -> re.Pattern:
    """The name of a control of one idea's row; browsers put a space before the hidden part, or none."""
    return re.compile(rf"^{verb} ?: Idea numero {number}$")


def open_folds(page):
    page.evaluate("() => document.querySelectorAll('details').forEach(fold => { fold.open = true; })")


def fill_urn(vote):
    for number, person in enumerate(vote.people[1:13]):
        vote.cast(person, number % 3, (number + 1) % 3)
    vote.cast(vote.people[0], 1)


@pytest.mark.parametrize("address", ["/voto/", "/ricevuta/"])
def test_the_pages_for_everybody_are_sound(visitors, address):
    assert_page_is_sound(visitors, address, act=open_folds)


def test_the_pages_of_an_open_ballot_are_sound(visitors, vote, slug):
    person = vote.people[0]
    vote.cast(person, 0, 1)
    for address in (f"/bandi/{slug}/scheda/", f"/bandi/{slug}/", f"/bandi/{slug}/regole/", f"/bandi/{slug}/risultati/"):
        assert_page_is_sound(visitors, address, person)
    for address in (f"/idee/{vote.ideas[0].ref}/", "/idee/?vista=da-votare"):
        page = visitors.page(person)
        page.goto(address)
        assert_no_axe_violations(page)


def test_the_lists_and_tabs_of_campaigns_are_sound(visitors, vote, slug):
    for address in ("/bandi/", "/bandi/?vista=in-votazione", f"/bandi/{slug}/piloti/"):
        assert_page_is_sound(visitors, address, vote.people[0])


def test_the_pages_before_the_opening_and_for_strangers_are_sound(visitors, vote, slug):
    assert_page_is_sound(visitors, f"/bandi/{slug}/scheda/", factories.person(contract_area="dirigenti"))
    later = scheduled(opens=timedelta(days=2), closes=timedelta(days=9))
    assert_page_is_sound(visitors, f"/bandi/{later.ballot.campaign.slug}/scheda/", later.people[0])


def test_the_pages_of_a_counted_ballot_are_sound(visitors, vote, slug):
    fill_urn(vote)
    vote.end()
    assert_page_is_sound(visitors, f"/bandi/{slug}/risultati/", act=open_folds)
    assert_page_is_sound(visitors, f"/bandi/{slug}/risultati/", vote.people[0])
    assert_page_is_sound(visitors, f"/bandi/{slug}/scheda/", vote.people[0])
    assert_page_is_sound(visitors, "/bandi/?vista=conclusi", vote.people[0])


def test_the_guarantors_pages_are_sound(visitors, vote, slug, guarantor):
    assert_page_is_sound(visitors, "/garante/", guarantor)
    assert_page_is_sound(visitors, f"/garante/{vote.pk}/", guarantor)
    guarding.annul(ballot_id=vote.pk, reason=REASON, by=guarantor, at=timezone.now())
    assert_page_is_sound(visitors, f"/garante/{vote.pk}/", guarantor)
    assert_page_is_sound(visitors, f"/bandi/{slug}/risultati/", vote.people[0])


def test_a_first_visit_of_the_paper_and_of_the_results_is_light(visitors, vote, slug):
    for address in (f"/bandi/{slug}/scheda/", f"/bandi/{slug}/risultati/", "/voto/"):
        assert sum(first_view(visitors, address, vote.people[0]).values()) <= FIRST_VIEW_LIMIT, address


def test_supporting_from_the_list_flips_the_button_and_can_be_undone(visitors, vote):
    person = vote.people[0]
    page = visitors.page(person)
    page.goto("/idee/?vista=da-votare")
    button = page.get_by_role("button", name=named("Sostieni", 2))
    button.click()
    pressed = page.get_by_role("button", name=named("Sostenuta", 2))
    pressed.wait_for()
    assert page.evaluate("() => document.activeElement.getAttribute('aria-pressed')") == "true"
    assert "La tua scheda: 1 idea su 2" in page.inner_text(f"#scheda-{vote.pk}")
    assert own(vote, person).choices == {vote.codes[2]}
    page.locator(".in-toast button").click()
    button.wait_for()
    page.locator(".in-toast", has_text="Hai tolto il sostegno").wait_for()
    assert page.locator(".in-toast").count() == 1  # the undo that no longer fits is gone
    assert own(vote, person).held == "no"


def test_a_full_paper_turns_the_next_click_into_the_way_to_the_paper(visitors, vote):
    page = visitors.page(vote.people[0])
    page.goto("/idee/?vista=da-votare")
    for number in (0, 1):
        page.get_by_role("button", name=named("Sostieni", number)).click()
        page.get_by_role("button", name=named("Sostenuta", number)).wait_for()
    page.get_by_role("button", name=named("Sostieni", 2)).click()
    page.get_by_role("link", name=named("Apri la scheda e scegli quale togliere", 2)).wait_for()
    assert "La tua scheda è piena" in page.locator(".in-toast[data-toast=err]").inner_text()


def test_supporting_on_the_ideas_page_gives_the_receipt(visitors, vote):
    person, page = vote.people[0], visitors.page(vote.people[0])
    page.goto(f"/idee/{vote.ideas[1].ref}/")
    page.get_by_role("button", name="Sostieni questa idea").click()
    page.get_by_text("Hai sostenuto questa idea").wait_for()
    code = own(vote, person).codes[vote.codes[1]]
    assert page.locator("#voto .in-receipt").inner_text() == urn.shown(code)
    assert_no_axe_violations(page)


def test_the_number_of_a_paper_is_drawn_by_the_browser(visitors, vote, slug):
    page = visitors.page(vote.people[0])
    sent = page.request.get(f"/bandi/{slug}/scheda/").text()
    page.goto(f"/bandi/{slug}/scheda/")
    numbers = page.eval_on_selector_all("[data-nonce]", "fields => fields.map(field => field.value)")
    assert all(len(number) == 32 and number not in sent for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_a_paper_is_saved_and_withdrawn_through_its_dialog(visitors, vote, slug):
    person, page = vote.people[0], visitors.page(vote.people[0])
    page.goto(f"/bandi/{slug}/scheda/")
    page.get_by_label("Idea numero 3", exact=True).check()
    page.get_by_role("button", name="Salva la scheda").click()
    page.get_by_text("La tua scheda è registrata").wait_for()
    assert own(vote, person).choices == {vote.codes[3]}
    page.get_by_role("button", name="Ritira la scheda…").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert_no_axe_violations(page)
    dialog.get_by_role("button", name="Ritira la scheda").click()
    page.get_by_text("La tua scheda è ritirata").wait_for()
    assert own(vote, person).held == "no"


def test_everything_works_without_scripts(visitors, vote, slug):
    person, page = vote.people[0], visitors.page(vote.people[0], javascript=False)
    page.goto("/idee/?vista=da-votare")
    page.get_by_role("button", name=named("Sostieni", 2)).click()
    assert "La tua scheda è aggiornata" in page.content()
    assert page.url.endswith("/idee/?vista=da-votare")
    page.goto(f"/bandi/{slug}/scheda/")
    page.get_by_label("Idea numero 0", exact=True).check()
    page.get_by_role("button", name="Salva la scheda").click()
    assert own(vote, person).choices == {vote.codes[0], vote.codes[2]}
    page.get_by_role("button", name="Ritira la scheda…").click()
    page.get_by_role("button", name="Ritira la scheda").click()
    assert own(vote, person).held == "no"


@pytest.fixture
def counted(vote):
    """A counted ballot, and the code of the first voter's one choice, idea number 1."""
    fill_urn(vote)
    code = next(iter(own(vote, vote.people[0]).codes.values()))
    vote.end()
    return urn.shown(code).lower()


def test_a_code_is_looked_up_in_the_browser_and_never_leaves_it(visitors, counted, slug):
    page, sent = visitors.page(), []
    page.goto(f"/bandi/{slug}/risultati/")
    page.on("request", lambda request: sent.append((request.method, request.url + (request.post_data or ""))))
    for code, answer in (
        (counted, "nell’elenco di chi sostiene «Idea numero 1»"),
        ("AAAA-AAAA-AAAA", "Controlla tre cose"),
    ):
        page.get_by_label("Codice della ricevuta").fill(code)
        page.get_by_role("button", name="Verifica").click()
        page.locator("#esito").get_by_text(answer).wait_for()
        assert_no_axe_violations(page)
    assert {method for method, _url in sent} == {"GET"}
    assert not any(counted in text.lower() for _method, text in sent)


def test_a_code_is_looked_up_without_scripts_and_on_the_page_for_all(visitors, counted, slug):
    for address, javascript in ((f"/bandi/{slug}/risultati/", False), ("/ricevuta/", True), ("/ricevuta/", False)):
        page = visitors.page(javascript=javascript)
        page.goto(address)
        page.get_by_label("Codice della ricevuta").fill(counted)
        page.get_by_role("button", name="Verifica").click()
        page.locator("#esito").get_by_text("nell’elenco di chi sostiene «Idea numero 1»").wait_for()
        assert counted not in page.url.lower()


def test_the_guarantor_reads_the_reason_again_before_annulling(visitors, vote, guarantor):
    page = visitors.page(guarantor)
    page.goto(f"/garante/{vote.pk}/")
    page.get_by_label("Perché la annulli").fill(REASON)
    page.get_by_role("button", name="Annulla la votazione…").click()
    dialog = page.get_by_role("dialog")
    assert REASON in dialog.inner_text()
    dialog.get_by_role("button", name="Annulla la votazione").click()
    page.get_by_text("Votazione annullata.").wait_for()
    assert vote.fresh().state == "annulled"


def test_equal_shares_and_a_report_to_the_guarantor_are_sound(visitors, transactional_db):
    vote = scheduled(ideas=4, votes_per_person=2, selection_rule="equal_shares", pilot_budget=1200)
    for idea, cost in zip(vote.ideas, (600, 450, 380, 900), strict=True):
        Idea.objects.filter(pk=idea.pk).update(estimated_cost=cost)
    calendar.advance(ballot_id=vote.pk)
    by_idea = dict(vote.fresh().options.values_list("idea_id", "code"))
    vote.codes = [by_idea[idea.pk] for idea in vote.ideas]
    fill_urn(vote)
    vote.end()
    guarantor = factories.person("Rita", "Sasso", home=vote.root)
    factories.grant(guarantor, "guard_ballots", vote.root)
    slug, person = vote.fresh().campaign.slug, vote.people[0]
    page = visitors.page(person)
    page.goto(f"/bandi/{slug}/scheda/")
    page.get_by_label("Che cosa non torna").fill("Risulta una scheda a mio nome, ma io ero in ferie.")
    page.get_by_role("button", name="Segnala").click()
    page.get_by_text("La tua segnalazione è arrivata").wait_for()
    assert_page_is_sound(visitors, f"/bandi/{slug}/risultati/", act=open_folds)
    assert_page_is_sound(visitors, f"/bandi/{slug}/scheda/", person)
    assert_page_is_sound(visitors, f"/garante/{vote.pk}/", guarantor)
