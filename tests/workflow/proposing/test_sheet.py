# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of a new idea and of a draft: what is typed is kept, named, read and shown again."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from innovato import formats
from tests import factories as make
from tests.workflow.factories_writing import COMPLETE
from tests.workflow.proposing.support import HTMX, browser_of, complete, edit, errors_of, sheet
from workflow.models import Idea

pytestmark = pytest.mark.django_db


def test_looking_at_an_empty_sheet_makes_no_row(page, call):
    response = page.get("/idee/nuova/")
    html = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "Proponi un’idea" in html and "Bozza salvata" not in html
    assert errors_of(response) == []
    assert not Idea.objects.exists()


def test_saving_and_leaving_without_scripts_makes_the_draft(page, author, call):
    response = page.post("/idee/nuova/", sheet(call, title="Mensa aperta", do="leave"))
    assert (response.status_code, response["Location"]) == (302, "/")
    idea = Idea.objects.get()
    assert (idea.title, idea.state, idea.author_ids(), idea.campaign) == ("Mensa aperta", "draft", {author.pk}, call)
    html = page.get(f"/idee/{idea.ref}/modifica/").content.decode()
    assert 'value="Mensa aperta"' in html and "Bozza salvata alle" in html


def test_an_empty_sheet_is_not_kept(page, call):
    assert page.post("/idee/nuova/", sheet(call, title="  ", do="leave")).status_code == 302
    assert page.post("/idee/nuova/", sheet(call), **HTMX).status_code == 204
    assert not Idea.objects.exists()


def test_the_first_save_while_typing_makes_one_draft_and_the_address_follows(page, call):
    data = sheet(call, title="Mensa")
    first = page.post("/idee/nuova/", data, **HTMX)
    idea = Idea.objects.get()
    assert (first.status_code, first["HX-Replace-Url"]) == (200, f"/idee/{idea.ref}/modifica/")
    html = first.content.decode()
    assert 'id="salvataggio"' in html and "Bozza salvata alle" in html
    assert 'id="versione" value="2" hx-swap-oob="true"' in html
    again = page.post("/idee/nuova/", data | {"title": "Mensa aperta"}, **HTMX)
    assert again.status_code == 200 and "HX-Replace-Url" not in again
    assert list(Idea.objects.values_list("title", "version")) == [("Mensa aperta", 3)]


def test_a_draft_named_like_somebody_elses_is_not_there(page, call, city):
    stranger = make.person(home=city)
    data = sheet(call, title="Mensa")
    browser_of(stranger).post("/idee/nuova/", data, **HTMX)
    assert page.post("/idee/nuova/", data | {"title": "Altro"}, **HTMX).status_code == 404
    assert Idea.objects.get().title == "Mensa"


def test_handing_in_from_the_empty_sheet_in_one_go(page, author, call, now):
    response = page.post("/idee/nuova/", complete(call, do="submit"), follow=False)
    idea = Idea.objects.get()
    assert idea.state == "screening", errors_of(response)
    assert response["Location"] == f"/idee/{idea.number}/"
    cookie = [str(message) for message in response.wsgi_request._messages]
    day = formats.long_date(idea.due_on)
    assert cookie == [f"Idea inviata. Ha il numero {idea.number}. Entro {day} sai se è ammessa."]


def test_an_incomplete_idea_shows_every_gap_beside_its_field_and_is_saved(page, call):
    make.theme()
    response = page.post("/idee/nuova/", sheet(call, title="Mensa", do="submit"))
    assert response.status_code == 422
    assert errors_of(response) == [
        "Scrivi che cosa non va oggi.",
        "Scrivi che cosa proponi di fare.",
        "Scrivi che cosa cambierebbe.",
        "Scegli almeno una voce.",
        "Scegli il tema.",
        "Scegli l’ufficio, oppure «Non lo so».",
        "Scegli la durata della prova.",
        "Scrivi come capiremmo che funziona.",
        "Controlla il testo e gli allegati, poi conferma.",
    ]
    assert 'role="alert" tabindex="-1" data-focus' in response.content.decode()
    idea = Idea.objects.get()
    assert (idea.title, idea.state) == ("Mensa", "draft")


def test_no_open_campaign_says_so_and_when_the_next_one_comes(page, city, now):
    coming = make.campaign(city, at=now + timedelta(days=60))
    make.campaign(city, at=now, eligible_contract_areas=["dirigenti"])
    html = page.get("/idee/nuova/").content.decode()
    assert "Adesso non puoi proporre" in html and coming.title in html


def test_a_text_is_kept_even_if_its_campaign_closed_while_it_was_written(page, city, now):
    closed = make.campaign(city, at=now - timedelta(days=30))
    response = page.post("/idee/nuova/", complete(closed, do="submit"))
    assert response.status_code == 422
    assert "ora non accoglie idee: scegli un altro bando" in " ".join(errors_of(response))
    assert Idea.objects.get().title == COMPLETE["title"]


def test_a_campaign_named_in_the_address_is_chosen(page, city, now, call):
    other = make.campaign(city, at=now)
    html = page.get(f"/idee/nuova/?bando={other.slug}").content.decode()
    assert f'<option value="{other.pk}" selected>' in html


def test_what_cannot_be_read_is_kept_as_it_was_typed_with_its_sentence(page, draft, call, city):
    for name in ("Sportelli Est", "Sportelli Ovest"):
        make.department(name, parent=city)
    data = sheet(call, **{"title": "Mensa", "estimated_cost": "circa seimila", "department": "Sportelli"})
    response = page.post(f"/idee/{draft.ref}/salva/", data, **HTMX)
    assert response.status_code == 200
    html = page.get(edit(draft)).content.decode()
    assert 'value="circa seimila"' in html and 'value="Sportelli"' in html
    assert errors_of(page.get(edit(draft))) == [
        "Ci sono 3 uffici con «Sportelli» nel nome: scegline uno dall’elenco.",
        "Scrivi un numero, per esempio 6.500.",
    ]
    assert "Sportelli Est <span>Città › Sportelli Est</span>" in html


def test_a_choice_among_offices_of_that_name_is_taken(page, draft, call, city):
    east, _west = (make.department(f"Sportelli {name}", parent=city) for name in ("Est", "Ovest"))
    data = sheet(call, title="Mensa", department="Sportelli", department_choice=str(east.pk), do="leave")
    assert page.post(edit(draft), data).status_code == 302
    assert Idea.objects.get().department == east
    assert 'value="Sportelli Est"' in page.get(edit(draft)).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Ufficio che non esiste", "Non troviamo un ufficio con «Ufficio che non esiste» nel nome: controlla."),
        ("Sportelli \u202eanagrafici", None),
        ("sportelli ANAGRAFICI", None),
        ("anagraf", None),
    ],
)
def test_an_office_is_named_by_the_beginnings_of_its_words(page, draft, call, office, typed, sentence):
    response = page.post(edit(draft), sheet(call, title="Mensa", department=typed, do="leave"))
    assert errors_of(response) == ([sentence] if sentence else [])
    assert Idea.objects.get().department == (None if sentence else office)


def test_offices_with_the_same_name_are_told_apart_by_the_one_above(page, draft, call, city):
    homes = [make.department(name, parent=city) for name in ("Nord", "Sud")]
    desks = [make.department("Protocollo", parent=home) for home in homes]
    page.post(edit(draft), sheet(call, title="Mensa", department="Protocollo (Sud)", do="leave"))
    assert Idea.objects.get().department == desks[1]


def test_not_knowing_the_office_is_an_answer_that_stays(page, draft, call):
    page.post(edit(draft), sheet(call, title="Mensa", department_unknown="on", do="leave"))
    html = page.get(edit(draft)).content.decode()
    assert re.search(r'name="department_unknown"[^>]* checked', html)
    page.post(edit(draft), sheet(call, title="Mensa", department_unknown="on", department="Sportelli", version="2"))
    assert Idea.objects.get().department.name == "Sportelli anagrafici"


def test_other_offices_are_added_one_by_one_and_taken_off(page, draft, call, city, office):
    tax = make.department("Tributi", parent=city)
    data = sheet(call, title="Mensa", touched_add="tribu", do="touch")
    assert page.post(edit(draft), data).status_code == 302
    assert list(draft.departments_touched.all()) == [tax]
    more = page.post(edit(draft), data | {"touched": [str(tax.pk)], "touched_add": "Sportelli", "version": "2"}, **HTMX)
    html = more.content.decode()
    assert html.count('name="touched" id=') == 2 and 'id="coinvolti"' in html
    page.post(edit(draft), data | {"touched": [str(office.pk)], "touched_add": "", "version": "3", "do": "leave"})
    assert list(draft.departments_touched.all()) == [office]


def test_amounts_are_read_as_italians_write_them(page, draft, call):
    for at, (typed, amount) in enumerate(
        [("6.500", 6500), ("6500,50", Decimal("6500.50")), ("€ 1.000", 1000), ("", None)]
    ):
        page.post(edit(draft), sheet(call, title="Mensa", estimated_cost=typed, version=str(at + 1), do="leave"))
        assert Idea.objects.get().estimated_cost == amount


def test_an_author_who_was_asked_for_changes_reads_them_and_sends_again(page, draft, call, author, now):
    page.post(edit(draft), complete(call, do="submit"))
    idea = Idea.objects.get()
    Idea.objects.filter(pk=idea.pk).update(
        state="needs_changes", state_since=now, due_on=(now + timedelta(days=5)).date()
    )
    html = page.get(edit(idea)).content.decode()
    assert "Modifica l’idea" in html and "Invia di nuovo" in html and "Ritira l’idea" in html
    response = page.post(
        edit(idea), complete(call, title="Avviso due giorni prima", version=str(idea.version), do="submit")
    )
    assert response.status_code == 302
    idea = Idea.objects.get()
    assert (idea.state, idea.versions.count(), idea.title) == ("screening", 2, "Avviso due giorni prima")
