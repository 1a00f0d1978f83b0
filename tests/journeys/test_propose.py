# SPDX-License-Identifier: AGPL-3.0-or-later
"""An idea is written in a real browser: kept while typing, compared with another page, with colleagues and files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories as make
from tests.journeys.support import assert_no_axe_violations, assert_page_is_sound
from tests.workflow.factories_writing import PDF, complete_draft
from workflow.models import Authorship, Idea
from workflow.search import index_idea
from workflow.services import attachments

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def city():
    """A city with an always-open campaign, a call, themes, and an idea like the one that is written."""
    at = timezone.now()
    root = make.department("Città di Torino", short_name="Città")
    for name in ("Sportelli anagrafici", "Sportelli tributi", "Sportelli edilizia"):
        make.department(name, parent=root)
    make.campaign(root, at=at, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None)
    call = make.campaign(root, at=at)
    make.theme("Sportelli e code")
    rows = [
        (
            "review",
            "Promemoria degli appuntamenti sull’app IO",
            "Un messaggio due giorni prima dell’appuntamento, con il tasto per disdire. Allo sportello molti non vengono.",
        ),
        (
            "adopted",
            "Lista d’attesa per i posti liberati allo sportello",
            "Chi disdice l’appuntamento libera un posto.",
        ),
        ("admitted", "Telefonata di conferma dell’appuntamento per gli over 75", "Una telefonata il giorno prima."),
    ]
    for state, title, problem in rows:
        index_idea(
            make.idea(make.person("Sara", "Bo", home=root), call, state=state, at=at, title=title, problem=problem)
        )
    return root


@pytest.fixture
def author(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture(autouse=True)
def closing_in_peace(visitors):
    """A sheet saves itself once more when its window closes: here the database would be emptied at that very moment."""
    yield
    for context in visitors.contexts:
        for page in context.pages:
            page.evaluate("() => document.activeElement.blur()")
            page.wait_for_timeout(300)
            page.wait_for_load_state("networkidle")
            page.evaluate("() => document.querySelector('#foglio')?.remove()")


def wait_saved(page):
    expect(page.locator("#salvataggio")).to_contain_text("Bozza salvata alle")


def test_a_draft_is_kept_while_typing_and_found_again(visitors, author):
    page = visitors.page(author)
    page.goto("/idee/nuova/")
    page.fill("#id_title", "Avviso il giorno prima dell’appuntamento allo sportello")
    wait_saved(page)
    idea = Idea.objects.get(state="draft")
    expect(page).to_have_url(f"{visitors.base_url}/idee/{idea.ref}/modifica/")
    expect(page.locator("#simili h2")).to_have_text("3 idee simili alla tua")
    page.fill("#id_problem", "Molte persone non si presentano.")
    page.wait_for_function("() => document.querySelector('#versione').value === '3'")
    page.reload()
    assert page.input_value("#id_problem") == "Molte persone non si presentano."
    assert Idea.objects.filter(state="draft").count() == 1


def test_colleagues_files_and_offices_are_added_without_leaving_the_sheet(visitors, author, city):
    make.person("Chiara", "Vottero", home=city)
    page = visitors.page(author)
    page.goto("/idee/nuova/")
    page.fill("#id_title", "Mensa aperta")
    page.fill("#id_coauthor", "Vottero")
    page.get_by_role("button", name="Invita", exact=True).click()
    expect(page.locator("#insieme .in-chip")).to_contain_text("Chiara Vottero")
    page.set_input_files("#id_files", {"name": "piano.pdf", "mimeType": "application/pdf", "buffer": PDF})
    expect(page.locator("#allegati .in-chip")).to_contain_text("piano.pdf")
    page.set_input_files("#id_files", {"name": "foto.png", "mimeType": "image/png", "buffer": b"<html>"})
    expect(page.locator("#allegati .in-error")).to_contain_text("«foto.png» non è allegato")
    page.fill("#id_touched_add", "tributi")
    page.get_by_role("button", name="Aggiungi").click()
    expect(page.locator("#coinvolti")).to_contain_text("Sportelli tributi")
    page.get_by_role("button", name="Togli Chiara Vottero").click()
    expect(page.locator("#insieme .in-chip")).to_have_count(0)
    idea = Idea.objects.get(title="Mensa aperta")
    assert (idea.attachments.count(), idea.departments_touched.get().name, idea.authorships.count()) == (
        1, "Sportelli tributi", 1,
    )  # fmt: skip


def test_two_pages_on_one_draft_are_compared(visitors, author, city):
    draft = complete_draft(author, city_call(city))
    one, two = visitors.page(author), visitors.page(author)
    for page in (one, two):
        page.goto(f"/idee/{draft.ref}/modifica/")
    one.fill("#id_title", "Scritto nella prima")
    wait_saved(one)
    one.wait_for_function("() => document.querySelector('#versione').value !== '1'")
    two.fill("#id_title", "Scritto nella seconda")
    two.fill("#id_problem", "Scritto mentre la risposta era per strada")
    expect(two.locator("#confronto h2")).to_contain_text("confronta prima di salvare")
    assert_no_axe_violations(two)
    two.get_by_role("button", name="Confronta e scegli").click()
    expect(two.locator("h1")).to_have_text("Confronta i due testi")
    assert_no_axe_violations(two)
    two.get_by_role("button", name="Salva la scelta").click()
    expect(two.locator("#id_title")).to_have_value("Scritto nella seconda")
    kept = Idea.objects.get(pk=draft.pk)
    assert (kept.title, kept.problem) == ("Scritto nella seconda", "Scritto mentre la risposta era per strada")


def city_call(city):
    return Idea.objects.first().campaign


def test_everything_works_without_scripts(visitors, author):
    page = visitors.page(author, javascript=False)
    page.goto("/idee/nuova/")
    page.fill("#id_title", "Mensa aperta")
    page.fill("#id_department", "Sportelli")
    page.get_by_role("button", name="Invia l’idea").click()
    expect(page.get_by_role("alert").first).to_contain_text("cose da sistemare")
    page.get_by_label("Sportelli tributi").check()
    page.fill("#id_problem", "Code")
    page.fill("#id_proposal", "Orari più lunghi")
    page.fill("#id_benefit", "Meno attesa")
    page.get_by_label("Chi lavora in Comune").check()
    page.select_option("#id_theme", label="Sportelli e code")
    page.select_option("#id_duration_months", "3")
    page.fill("#id_how_measured", "Minuti di attesa")
    page.get_by_label("Il testo e gli allegati non contengono").check()
    page.get_by_role("button", name="Invia l’idea").click()
    idea = Idea.objects.get(title="Mensa aperta")
    assert (idea.state, idea.department.name) == ("screening", "Sportelli tributi")


def test_the_pages_are_sound_at_both_widths_and_in_both_languages(visitors, author, city):
    draft = complete_draft(
        author, city_call(city), title="Avviso il giorno prima dell’appuntamento allo sportello",
        problem="Agli sportelli molti appuntamenti vanno persi: la persona non si presenta e non disdice.",
    )  # fmt: skip
    draft.draft_input.typed = {"department": "Sportelli", "estimated_cost": "molto"}
    draft.draft_input.save()
    invited = make.person("Chiara", "Vottero", home=city)
    Authorship.objects.create(idea=draft, person=invited, invited_at=timezone.now())
    attachments.attach(idea_id=draft.pk, by=author, file=SimpleUploadedFile("piano.pdf", PDF), at=timezone.now())
    sheet = f"/idee/{draft.ref}/modifica/"
    for address in (sheet, "/idee/nuova/", f"/idee/{draft.ref}/ritira/", f"/idee/{draft.ref}/persone/"):
        assert_page_is_sound(visitors, address, author)
    assert_page_is_sound(visitors, sheet, author, act=_hand_in)
    assert_page_is_sound(visitors, f"/idee/{draft.ref}/persone/rispondi/", invited)


def _hand_in(page):
    with page.expect_navigation():
        page.locator(".in-bar button").first.click()
