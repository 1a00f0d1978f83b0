# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and following ideas in a real browser: sound pages, and the short cuts that scripts add to them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from tests.journeys.support import FIRST_VIEW_LIMIT, assert_no_axe_violations, assert_page_is_sound, first_view
from workflow import search
from workflow.models import Authorship, Comment, Decision, Follow, Idea, IdeaVersion
from workflow.services import comments, events

STATES = ("draft", "screening", "needs_changes", "voting", "review", "declined", "piloting", "adopted")


@pytest.fixture
def city(transactional_db):
    return make.department("Città")


@pytest.fixture
def call(city):
    return make.campaign(city, at=timezone.now(), summary="Idee per usare meglio spazi ed energia.")


@pytest.fixture
def reader(city):
    return make.person("Giulia", "Ferrero", home=make.department("Economato", parent=city))


@pytest.fixture
def author(city):
    return make.person("Davide", "Conti", home=city)


@pytest.fixture
def ideas(author, reader, call):
    """Ideas of both people in several states, with themes, comments, events and a refusal."""
    at, theme = timezone.now(), make.theme("Energia")
    rows = [
        make.idea(who, call, state=state, at=at, theme=theme, title=f"Idea {state} di {who.first_name}",
                  due_on=timezone.localdate() + timedelta(days=3))
        for state in STATES for who in (author, reader)
    ]  # fmt: skip
    for idea in rows:
        search.index_idea(idea)
        events.record(idea_id=idea.pk, kind="submit", at=at, to_state="screening")
        if idea.state == "declined":
            Decision.objects.create(
                idea=idea, kind="decline", reason_code="in_place", reason_text="C’è già.", by=author, at=at
            )
    return {(idea.state, who): idea for idea in rows for who in idea.author_ids()}


@pytest.fixture
def discussed(ideas, author, reader):
    """The idea in review with enough comments for a second page."""
    idea = ideas["review", author.pk]
    for number in range(12):
        comments.add_comment(
            idea_id=idea.pk, by=author, at=timezone.now(), kind="question", body=f"Domanda numero {number:02}?"
        )
    return idea


def test_the_desk_is_sound(visitors, ideas, reader, author, call):
    invited = make.idea(author, call, at=timezone.now())
    Authorship.objects.create(idea=invited, person=reader, status="invited", invited_at=timezone.now())
    assert_page_is_sound(visitors, "/", reader)
    assert_page_is_sound(visitors, "/", make.person())


@pytest.mark.parametrize(
    "query", ["", "?vista=da-votare", "?vista=mie", "?stato=review&tema=nessuno&q=idea", "?q=zzzz"]
)
def test_the_list_is_sound(visitors, ideas, reader, query):
    assert_page_is_sound(visitors, f"/idee/{query}", reader)


def test_the_open_filters_of_a_small_screen_are_sound(visitors, ideas, reader):
    page = visitors.page(reader, width=360)
    page.goto("/idee/")
    page.click("[popovertarget=filtri]")
    assert page.locator("#filtri").is_visible()
    assert_no_axe_violations(page)


@pytest.mark.parametrize("state", STATES)
def test_an_own_idea_is_sound_in_every_state(visitors, ideas, reader, state):
    assert_page_is_sound(visitors, f"/idee/{ideas[state, reader.pk].ref}/", reader)


def test_a_discussed_idea_its_forms_and_its_history_are_sound(visitors, discussed, reader):
    for number, words in enumerate(("Il deposito è pieno.", "Il deposito di via Meucci è pieno."), 1):
        IdeaVersion.objects.create(idea=discussed, number=number, content={"problem": words}, at=timezone.now())
    comment = discussed.comments.last()
    address = f"/idee/{discussed.ref}/"
    assert_page_is_sound(
        visitors, address, reader, act=lambda page: page.locator("[hx-target^='#azione']").first.click()
    )
    for place in ("storia/", f"commenti/?risposta={comment.pk}", f"commenti/?prima={comment.pk}"):
        assert_page_is_sound(visitors, address + place, reader)
    assert_page_is_sound(visitors, f"/commenti/{comment.pk}/segnala/", reader)


def test_the_pages_are_light(visitors, discussed, reader):
    for address in ("/", "/idee/", f"/idee/{discussed.ref}/"):
        assert sum(first_view(visitors, address, reader).values()) < FIRST_VIEW_LIMIT


@pytest.mark.parametrize("javascript", [True, False])
def test_a_colleague_searches_follows_asks_and_answers(visitors, discussed, reader, javascript):
    page = visitors.page(reader, javascript=javascript)
    page.goto("/idee/")
    page.fill("#q", "review Davide")
    page.press("#q", "Enter")
    page.click("text=Idea review di Davide")
    page.click("text=Segui >> visible=true")
    page.locator("[aria-pressed=true]", has_text="La segui").wait_for()
    page.fill("#id_body", "Vale anche per le scuole?")
    page.click("text=Pubblica il commento")
    page.locator("article", has_text="Vale anche per le scuole?").wait_for()
    page.locator("article", has_text="Domanda numero 11?").get_by_role("link", name="Rispondi").click()
    page.fill("textarea[id^=c]", "Una risposta.")
    page.click("text=Pubblica la risposta")
    page.locator("article", has_text="Una risposta.").wait_for()
    page.get_by_role("link", name="commenti precedenti").click()
    page.locator("article", has_text="Domanda numero 00?").wait_for()
    assert Follow.objects.filter(person=reader, idea=discussed).exists()
    assert Comment.objects.get(body="Una risposta.").parent.body == "Domanda numero 11?"
    assert Idea.objects.get(pk=discussed.pk).comment_count == 14


def test_more_rows_come_below_and_the_first_new_one_has_the_focus(visitors, author, reader, call):
    for number in range(12):
        make.idea(author, call, state="review", title=f"Numero {number:02}", at=timezone.now())
    page = visitors.page(reader)
    page.goto("/idee/")
    page.click("text=Mostra altre 10")
    page.locator("text=Da 1 a 12 di 12").wait_for()
    assert page.locator("#righe article").count() == 12
    assert page.evaluate("document.activeElement.id") == page.locator("#righe article a").nth(10).get_attribute("id")
    assert page.locator("text=Mostra altre 10").count() == 0


def test_the_order_changes_in_place_and_the_address_follows(visitors, author, reader, call):
    for day in range(2):
        at = timezone.now() - timedelta(days=day)
        make.idea(author, call, state="review", title=f"Di {day} giorni fa", at=at)
    page = visitors.page(reader)
    page.goto("/idee/")
    page.select_option("#ord", "vecchie")
    page.wait_for_url("**ordine=vecchie**")
    assert page.locator("#righe article h3").first.inner_text() == "Di 1 giorni fa"
    page.go_back()
    page.locator("#righe article h3").first.wait_for()
