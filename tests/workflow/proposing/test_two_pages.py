# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two pages on one draft are compared, a session that ends loses nothing, and who may write."""

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories as make
from tests.workflow.factories_writing import COMPLETE, PDF
from tests.workflow.proposing.support import HTMX, browser_of, complete, edit, sheet
from workflow.models import Idea
from workflow.views.proposing import rescue

pytestmark = pytest.mark.django_db


def test_two_browsers_get_both_texts_field_by_field_and_nothing_is_overwritten(page, draft, call, author):
    other = complete(call, title="Titolo dell’altra pagina")
    assert page.post(f"/idee/{draft.ref}/salva/", other, **HTMX).status_code == 200
    mine = complete(call, title="Titolo di questa pagina", problem="Un altro problema")
    response = page.post(f"/idee/{draft.ref}/salva/", mine, **HTMX)
    html = response.content.decode()
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (409, "#confronto", "outerHTML")
    for text in ("Titolo dell’altra pagina", "Titolo di questa pagina", "Un altro problema", COMPLETE["problem"]):
        assert text in html
    assert "Modificata da Giulia Ferrero alle" in html and COMPLETE["benefit"] not in html
    assert Idea.objects.get().title == "Titolo dell’altra pagina"
    plain = page.post(edit(draft), mine | {"do": "leave"})
    assert plain.status_code == 409 and "Confronta i due testi" in plain.content.decode()


def test_choosing_between_the_two_texts_keeps_each_part_as_chosen(page, draft, call):
    page.post(f"/idee/{draft.ref}/salva/", complete(call, title="Quello salvato", problem="Problema salvato"), **HTMX)
    mine = complete(call, title="Il mio", problem="Il mio problema", version="2")
    chosen = mine | {"resolve": "1", "keep-title": "theirs", "keep-problem": "mine", "do": "stay"}
    assert page.post(edit(draft), chosen)["Location"] == edit(draft)
    idea = Idea.objects.get()
    assert (idea.title, idea.problem) == ("Quello salvato", "Il mio problema")


def test_choosing_is_asked_again_when_a_third_text_came_meanwhile(page, draft, call):
    for at, title in enumerate(("Uno", "Due")):
        page.post(f"/idee/{draft.ref}/salva/", complete(call, title=title, version=str(at + 1)), **HTMX)
    late = complete(call, title="Il mio", version="2") | {"resolve": "1", "keep-title": "mine", "do": "stay"}
    response = page.post(edit(draft), late)
    assert response.status_code == 409 and "Il mio" in response.content.decode() and "Due" in response.content.decode()
    assert Idea.objects.get().title == "Due"


def test_the_same_text_from_two_pages_is_no_conflict(page, draft, call):
    page.post(f"/idee/{draft.ref}/salva/", complete(call, title="Uguale"), **HTMX)
    assert page.post(edit(draft), complete(call, title="Uguale", coauthor="Rossi", do="stay")).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99999999999999999999", "١", "1.0", "\x00"])
def test_a_version_that_is_none_never_overwrites(page, draft, call, version):
    response = page.post(edit(draft), complete(call, title="Altro", version=version, do="leave"))
    assert response.status_code == 409
    assert Idea.objects.get().title == COMPLETE["title"]


def test_what_an_ended_session_posts_waits_for_the_same_person(author, draft, call, city):
    browser = browser_of(author)
    form = complete(call, title="Scritto dopo la fine", token=draft.uuid.hex, owner=rescue.signature_of(author))
    browser.logout()
    response = browser.post(edit(draft), form | {"do": "leave"})
    assert response.status_code == 302 and response["Location"].startswith("/accesso/?next=%2Fidee%2F")
    assert Idea.objects.get().title == COMPLETE["title"]
    browser.force_login(author)
    html = browser.get(edit(draft)).content.decode()
    assert "Abbiamo ritrovato" in html and 'value="Scritto dopo la fine"' in html
    assert browser.post(edit(draft), form | {"do": "leave"}).status_code == 302
    assert Idea.objects.get().title == "Scritto dopo la fine"
    assert "Abbiamo ritrovato" not in browser.get(edit(draft)).content.decode()


def test_a_new_idea_survives_the_end_of_the_session_too(author, call):
    browser = Client()
    form = sheet(call, title="Mai salvata", owner=rescue.signature_of(author))
    saving = browser.post("/idee/nuova/", form, **HTMX)
    assert saving.status_code == 200 and "La sessione è finita, il testo è al sicuro." in saving.content.decode()
    browser.force_login(author)
    html = browser.get("/idee/nuova/").content.decode()
    assert 'value="Mai salvata"' in html and form["token"] in html


def test_on_a_shared_computer_nobody_else_finds_the_text(author, draft, call, city):
    browser = Client()
    form = complete(call, title="Segreto", token=draft.uuid.hex, owner=rescue.signature_of(author))
    browser.post(edit(draft), form)
    browser.force_login(make.person(home=city))
    assert "Segreto" not in browser.get("/idee/nuova/").content.decode()
    assert browser.get(edit(draft)).status_code == 404


@pytest.mark.parametrize("owner", ["", "x", "1:abc", "é" * 300, "\x00"])
def test_without_the_signed_name_an_ended_session_keeps_nothing(draft, call, owner):
    browser = Client()
    assert browser.post(edit(draft), complete(call, owner=owner)).status_code == 302
    assert rescue.KEY not in browser.session


def test_a_forged_or_oversized_rescue_keeps_nothing(author, draft, call):
    browser = Client()
    forged = signing.dumps(author.pk, salt="other")
    browser.post(edit(draft), complete(call, owner=forged))
    browser.post(edit(draft), complete(call, owner=rescue.signature_of(author), problem="x" * 70_000))
    assert rescue.KEY not in browser.session


ROUTES = [
    ("get", "modifica/"), ("post", "modifica/"), ("post", "salva/"), ("post", "invia/"), ("get", "ritira/"),
    ("post", "ritira/"), ("get", "persone/"), ("post", "persone/"), ("post", "diversa/"), ("post", "allegati/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_a_draft_does_not_exist_for_others_and_a_published_idea_is_not_theirs(author, draft, call, city, method, route):
    published = make.idea(author, call, state="admitted")
    stranger = make.person(home=city)
    manager = make.person(home=city)
    for capability in ("screen_ideas", "decide_ideas", "review_ideas"):
        make.grant(manager, capability, city)
    superuser = make.person(home=city, is_superuser=True, is_staff=True)
    anonymous = Client()
    files = {"files": SimpleUploadedFile("a.pdf", PDF)} if route == "allegati/" else {}
    extra = {"similar": published.number}
    for person in (stranger, manager, superuser):
        browser = browser_of(person)
        data = complete(call, title="Altro") | extra
        assert getattr(browser, method)(f"/idee/{draft.ref}/{route}", data | files).status_code == 404
        files = {"files": SimpleUploadedFile("a.pdf", PDF)} if files else {}
        assert getattr(browser, method)(f"/idee/{published.ref}/{route}", data | files).status_code == 403
    inactive = browser_of(make.person(home=city))
    type(author).objects.order_by("-pk").first().delete()
    assert getattr(anonymous, method)(f"/idee/{draft.ref}/{route}", {}).status_code == 302
    assert getattr(inactive, method)(f"/idee/{draft.ref}/{route}", {}).status_code == 302
    assert {idea.title for idea in Idea.objects.filter(pk=draft.pk)} == {COMPLETE["title"]}
    assert Idea.objects.get(pk=draft.pk).state == "draft"
    assert not Idea.objects.get(pk=published.pk).attachments.exists()


@pytest.mark.parametrize(
    ("method", "route"), [("get", "modifica/"), ("post", "modifica/"), ("post", "salva/"), ("post", "invia/")]
)
def test_an_idea_handed_in_is_not_written_any_more(page, author, call, method, route):
    idea = make.idea(author, call, state="screening")
    response = getattr(page, method)(f"/idee/{idea.ref}/{route}", complete(call, title="Altro"))
    assert response.status_code == 409 and "L’idea è già stata inviata" in response.content.decode()
    assert Idea.objects.get().title == idea.title


@pytest.mark.parametrize("route", ["salva/", "diversa/", "allegati/", "partecipa/", "persone/1/togli/"])
def test_what_changes_something_is_posted(page, draft, route):
    assert page.get(f"/idee/{draft.ref}/{route}").status_code == 405


def test_posting_needs_the_token_of_the_page(author, draft, call):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(author)
    assert browser.post(edit(draft), complete(call, title="Altro")).status_code == 403
    assert Idea.objects.get().title == COMPLETE["title"]
