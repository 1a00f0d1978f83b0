# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages gain where scripts run, and that the frame works without them."""

import pytest

from tests import factories
from tests.journeys.support import FIRST_VIEW_LIMIT, assert_page_is_sound, first_view

GALLERY = "/modelli/"


@pytest.fixture
def employee(db):
    return factories.person(home=factories.department("Economato"))


@pytest.fixture
def gallery(visitors, employee, settings):
    settings.DEMO = True
    page = visitors.page(employee)
    page.goto(GALLERY)
    return page


def put(page, html):
    """Adds a piece to the page as htmx would, so that the scripts see it arrive."""
    page.evaluate(
        """html => {
            const place = document.createElement("div");
            document.querySelector("main").append(place);
            htmx.swap(place, html, {swapStyle: "innerHTML"});
        }""",
        html,
    )


def spoken(page):
    return page.locator("#annunci").text_content()


def test_buttons_that_need_scripts_appear_only_with_them(gallery, visitors, employee):
    assert gallery.get_by_role("button", name="Copia").is_visible()
    plain = visitors.page(employee, javascript=False)
    plain.goto(GALLERY)
    assert not plain.get_by_role("button", name="Copia").is_visible()
    assert plain.get_by_role("link", name="La mia scrivania").is_visible()


def test_menus_open_and_close_without_scripts(visitors, employee, settings):
    page = visitors.page(employee, width=360, javascript=False)
    page.goto("/aiuto/")
    entry = page.get_by_role("navigation", name="Principale").get_by_role("link", name="Idee")
    assert not entry.is_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    assert entry.is_visible()
    page.keyboard.press("Escape")
    assert not entry.is_visible()
    page.get_by_role("button", name="Menu di Giulia Ferrero").click()
    assert page.get_by_role("button", name="Esci").is_visible()


def test_the_menus_are_sound_when_open(visitors, employee):
    def open_user_menu(page):
        page.locator("[popovertarget=menu-utente]").click()

    assert_page_is_sound(visitors, "/aiuto/", employee, act=open_user_menu)


def test_a_click_changes_the_language_and_comes_back(visitors, employee):
    page = visitors.page(employee)
    page.goto("/aiuto/")
    page.get_by_role("button", name="EN English").click()
    page.wait_for_load_state()
    assert page.url.endswith("/aiuto/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_error_summary_takes_the_focus_and_its_links_jump_to_the_fields(gallery):
    assert gallery.evaluate("() => document.activeElement.matches('.in-note.err')")
    gallery.locator(".in-note.err a").first.click()
    assert gallery.evaluate("() => document.activeElement.id") == "id_problem"


def test_the_counter_follows_the_text_in_characters_not_in_halves(gallery):
    field = gallery.locator("#id_title")
    field.fill("Più luce 💡")
    assert gallery.locator("#id_title-c").inner_text().strip() == "10 caratteri su 100"
    field.fill("A")
    assert gallery.locator("#id_title-c").inner_text().strip() == "1 carattere su 100"


def test_a_confirmation_repeats_the_text_and_gives_the_focus_back(gallery):
    gallery.locator("#id_title").fill("Perché costa troppo")
    opener = gallery.get_by_role("button", name="Respingi…")
    opener.click()
    dialog = gallery.get_by_role("dialog")
    assert "«Perché costa troppo»" in dialog.inner_text()
    assert gallery.evaluate("() => document.activeElement.textContent") == "Torna al motivo"
    gallery.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert gallery.evaluate("() => document.activeElement.textContent") == "Respingi…"


def test_copying_says_that_it_was_done(gallery):
    gallery.context.grant_permissions(["clipboard-read", "clipboard-write"])
    gallery.get_by_role("button", name="Copia").click()
    gallery.wait_for_function("() => document.getElementById('annunci').textContent === 'Codice copiato'")
    assert gallery.evaluate("() => navigator.clipboard.readText()") == "7KQ4-M2XD-9TRA"


def test_a_message_that_arrives_is_read_out_and_goes_after_ten_seconds(gallery):
    gallery.clock.install()
    put(gallery, '<div class="in-toast" data-toast id="t"><span>Hai sostenuto «Biciclette».</span></div>')
    gallery.clock.run_for(1000)
    assert spoken(gallery) == "Hai sostenuto «Biciclette»."
    gallery.clock.run_for(8000)
    assert gallery.locator("#t").count() == 1
    gallery.clock.run_for(2000)
    assert gallery.locator("#t").count() == 0


def test_a_message_stays_while_somebody_is_on_its_button(gallery):
    gallery.clock.install()
    message = '<div class="in-toast" data-toast id="t"><span>Fatto.</span><button type="button">Annulla</button></div>'
    put(gallery, message)
    gallery.clock.run_for(100)
    gallery.locator("#t button").focus()
    gallery.clock.run_for(20000)
    assert gallery.locator("#t").count() == 1
    put(gallery, '<div class="in-toast" data-toast="err" role="alert" id="e"><span>No.</span></div>')
    assert gallery.locator("#t").count() == 1  # refused: nothing changed, the undo still fits
    put(gallery, message.replace('id="t"', 'id="n"'))
    gallery.locator("#n").wait_for()
    assert [gallery.locator(name).count() for name in ("#t", "#e", "#n")] == [0, 1, 1]
    assert gallery.evaluate("() => document.activeElement.closest('[data-toast]').id") == "n"


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "non è cambiato niente"), (403, "non è cambiato niente"), (None, "La rete non risponde")],
)
def test_a_failed_request_leaves_the_page_and_says_so(gallery, visitors, status, words):
    def answer(route):
        route.abort() if status is None else route.fulfill(status=status, body="<p>x</p>")

    gallery.route("**/prova/", answer)
    put(gallery, '<button id="b" type="button" hx-post="/prova/" hx-target="#b">Sostieni</button>')
    gallery.locator("#b").click()
    alert = gallery.locator("#toasts [role=alert]")
    alert.wait_for()
    assert words in alert.inner_text()
    assert gallery.locator("#b").inner_text() == "Sostieni"
    alert.get_by_role("button", name="Chiudi").click()
    assert alert.count() == 0
    visitors.complaints.clear()  # the browser's own line about the failed request


@pytest.mark.parametrize(("status", "headers"), [(422, {}), (409, {}), (403, {"HX-Retarget": "#b"})])
def test_an_answer_meant_for_the_page_is_shown_whatever_its_status(gallery, visitors, status, headers):
    answer = '<div id="b" role="alert" tabindex="-1" data-focus>Una collega ha deciso prima di te.</div>'
    gallery.route("**/prova/", lambda route: route.fulfill(status=status, body=answer, headers=headers))
    put(gallery, '<button id="b" type="button" hx-post="/prova/" hx-swap="outerHTML">Decidi</button>')
    gallery.locator("button#b").click()
    gallery.locator("div#b").wait_for()
    assert gallery.evaluate("() => document.activeElement.id") == "b"
    assert gallery.locator("#toasts [role=alert]").count() == 0
    visitors.complaints.clear()


def test_server_events_announce_and_move_the_focus(gallery):
    events = '{"announce": "23 idee trovate", "moveFocus": "m13"}'
    gallery.route("**/prova/", lambda route: route.fulfill(body="", headers={"HX-Trigger": events}))
    put(gallery, '<button id="b" type="button" hx-get="/prova/" hx-swap="none">Cerca</button>')
    gallery.locator("#b").click()
    gallery.wait_for_function("() => document.getElementById('annunci').textContent === '23 idee trovate'")
    assert gallery.evaluate("() => document.activeElement.id") == "m13"


AUTOSAVED = """<p role="status" data-save-status data-offline="Senza rete: teniamo il testo in questa pagina">Bozza salvata</p>
<form data-autosave hx-post="/prova/" hx-swap="none" hx-trigger="input delay:100ms, autosave" action="/prova/" method="post">
<input id="testo" name="testo" aria-label="Testo"></form>"""


def test_unsaved_text_asks_before_leaving_and_saved_text_does_not(gallery):
    gallery.route("**/prova/", lambda route: route.fulfill(body=""))
    put(gallery, AUTOSAVED)
    asked = []
    gallery.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    with gallery.expect_response("**/prova/"):
        gallery.locator("#testo").fill("uno")
    gallery.wait_for_function("() => document.getElementById('annunci').textContent === 'Bozza salvata'")
    gallery.goto("/aiuto/")
    assert asked == []
    gallery.goto(GALLERY)
    gallery.route("**/prova/", lambda route: route.fulfill(status=409, body=""))
    put(gallery, AUTOSAVED)
    with gallery.expect_response("**/prova/"):
        gallery.locator("#testo").click()
        gallery.keyboard.type("due")
    gallery.get_by_role("link", name="Piloti").click()
    assert asked == ["beforeunload"]


def test_without_network_the_text_stays_and_is_tried_again(gallery, visitors):
    attempts = []

    def answer(route):
        attempts.append(1)
        route.abort() if len(attempts) == 1 else route.fulfill(body="")

    gallery.route("**/prova/", answer)
    put(gallery, AUTOSAVED)
    gallery.locator("#testo").fill("uno")
    gallery.wait_for_function("() => document.querySelector('[data-save-status]').textContent.startsWith('Senza rete')")
    with gallery.expect_response("**/prova/"):
        pass
    assert len(attempts) == 2
    assert gallery.locator("#testo").input_value() == "uno"
    visitors.complaints.clear()


def test_a_first_view_is_light(visitors, employee):
    for address, person in [("/aiuto/", employee), ("/aiuto/", None)]:
        sizes = first_view(visitors, address, person)
        assert sum(sizes.values()) <= FIRST_VIEW_LIMIT, sizes
        assert any(name.endswith(".woff2") for name in sizes)


def test_pages_print_without_the_frame(visitors, employee):
    page = visitors.page(employee)
    page.goto("/aiuto/")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Principale").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()


def test_error_pages_are_sound(visitors, employee):
    assert_page_is_sound(visitors, "/non/esiste/", employee)
    assert_page_is_sound(visitors, "/non/esiste/")
