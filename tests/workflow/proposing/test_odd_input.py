# SPDX-License-Identifier: AGPL-3.0-or-later
"""Odd input on the sheet is answered in words and changes nothing; what the page costs."""

import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.workflow.factories_writing import COMPLETE, PDF
from tests.workflow.proposing.support import HTMX, complete, edit, errors_of, sheet, upload
from workflow.models import Authorship, Idea
from workflow.search import index_idea
from workflow.services import attachments

pytestmark = pytest.mark.django_db


TEXTS = ("title", "problem", "proposal", "benefit", "how_measured")


@pytest.mark.parametrize("name", [*TEXTS, "department", "touched_add", "estimated_cost", "coauthor"])
def test_a_megabyte_in_any_field_is_refused_in_words(page, draft, call, name):
    response = page.post(edit(draft), complete(call) | {name: "é" * 500_000, "do": "leave"})
    assert response.status_code == 422 and errors_of(response)
    kept = Idea.objects.get()
    assert {getattr(kept, text) for text in TEXTS} == {COMPLETE[text] for text in TEXTS}


@pytest.mark.parametrize("name", TEXTS)
def test_a_nul_is_refused_beside_its_field_and_the_rest_is_kept(page, draft, call, name):
    response = page.post(edit(draft), complete(call) | {name: "a\x00b", "do": "leave"})
    assert response.status_code == 422
    assert errors_of(response) == ["Il testo contiene caratteri che non si possono salvare: riscrivilo."]
    idea = Idea.objects.get()
    assert "\x00" not in str(idea.draft_input.typed) and getattr(idea, name) == COMPLETE[name]


def test_letters_get_one_form_and_invisible_marks_go(page, draft, call):
    title = unicodedata.normalize("NFD", "Città") + "\u200b \u202ee\u202c sportelli\ufeff\x0b 👩\u200d💻"
    page.post(edit(draft), complete(call, title=title, problem="a\r\nb\rc\u2028d  \n", do="leave"))
    idea = Idea.objects.get()
    assert idea.title == "Città e sportelli 👩\u200d💻"
    assert idea.problem == "a\nb\nc\u2028d"
    assert page.post(edit(draft), complete(call, title="\u200b\u202e", version="2", do="submit")).status_code == 422


def test_the_limit_counts_code_points_in_form_and_database(page, draft, call):
    page.post(edit(draft), complete(call, title="🙂" * 100, do="leave"))
    assert Idea.objects.get().title == "🙂" * 100
    response = page.post(edit(draft), complete(call, title="🙂" * 101, version="2", do="leave"))
    assert errors_of(response) == ["Il testo supera il limite di 1 carattere: accorcialo."]
    assert Idea.objects.get().title == "🙂" * 100
    assert f'value="{"🙂" * 101}"' in page.get(edit(draft)).content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"campaign": "999999999999999999999"},
        {"campaign": "x"},
        {"theme": "-1"},
        {"theme": "9" * 400},
        {"beneficiaries": "martians"},
        {"duration_months": "1e9"},
        {"duration_months": "99"},
        {"touched": str(2**64)},
        {"estimated_cost": "NaN"},
        {"estimated_cost": "1e400"},
        {"estimated_cost": "Infinity"},
        {"estimated_cost": "-5"},
        {"estimated_cost": "9" * 30},
        {"estimated_cost": "١٢٣"},
        {"department": "Sportelli\x00"},
        {"department": "zzz", "department_choice": str(2**70)},
    ],
)
def test_values_no_page_offers_are_refused_in_words_and_change_nothing(page, draft, call, fields):
    response = page.post(edit(draft), complete(call) | fields | {"do": "leave"})
    assert response.status_code == 422 and errors_of(response)
    idea = Idea.objects.get()
    assert (idea.campaign, idea.theme, idea.estimated_cost, idea.department) == (call, None, None, None)
    assert (
        page.post(f"/idee/{draft.ref}/salva/", complete(call, version=str(idea.version)) | fields, **HTMX).status_code
        == 200
    )
    assert page.get(edit(draft)).status_code == 200


@pytest.mark.parametrize("do", ["", "nothing", "uninvite:", "uninvite:x", f"uninvite:{2**64}", "detach:zz", "join:", "join:\x00",
                                "join:2026-0000", "different:x", "different:" + "9" * 5000, "submit:x:y"])  # fmt: skip
def test_buttons_no_page_has_do_no_harm(page, draft, call, do):
    assert page.post(edit(draft), complete(call, do=do)).status_code in (302, 422)
    assert Idea.objects.get(pk=draft.pk).title == COMPLETE["title"]


def test_repeated_and_missing_parameters_and_broken_text_do_no_harm(page, draft, call):
    repeated = complete(call) | {"title": ["Uno", "Due"], "campaign": [str(call.pk)] * 3, "do": ["leave", "leave"]}
    assert page.post(edit(draft), repeated).status_code == 302
    assert Idea.objects.get().title == "Due"
    assert page.post(edit(draft), {"version": "2"}).status_code in (302, 409, 422)
    body = b"version=3&title=%ff%fe%ed%a0%80&campaign=" + str(call.pk).encode()
    kind = "application/x-www-form-urlencoded"
    assert page.post(edit(draft), body, content_type=kind).status_code in (302, 409, 422)
    assert page.post(edit(draft), b'{"title": "\\u0000"}', content_type="application/json").status_code in (
        302,
        409,
        422,
    )
    assert page.post(edit(draft), b"x" * 3_000_000, content_type=kind).status_code == 413
    for ref in ("2026-0000", "0" * 32, "9999-999999", "2026-04", "x", "..%2f", "%00"):
        assert page.get(f"/idee/{ref}/modifica/").status_code == 404


def test_a_new_sheet_with_odd_names_of_draft_and_page_still_works(page, call):
    for token in ("", "x", "\x00", "é" * 32, "0" * 31, "{" + "0" * 31):
        assert (
            page.post("/idee/nuova/", sheet(call, token=token, page=token, title="Mensa", do="leave")).status_code
            == 302
        )
    assert Idea.objects.count() == 6


def test_the_page_reads_the_same_number_of_queries_however_much_there_is(page, draft, author, call, city, now):
    def cost():
        with CaptureQueriesContext(connection) as made:
            assert page.get(edit(draft)).status_code == 200
        return len(made)

    for _ in range(1):
        index_idea(make.idea(author, call, state="admitted", title=COMPLETE["title"], problem=COMPLETE["problem"]))
        Authorship.objects.create(idea=draft, person=make.person(home=city), invited_at=now)
        attachments.attach(idea_id=draft.pk, by=author, file=upload(PDF), at=now)
        draft.departments_touched.add(make.department("Uno", parent=city))
    one = cost()
    for n in range(2):
        index_idea(make.idea(author, call, state="admitted", title=COMPLETE["title"], problem=COMPLETE["problem"]))
        Authorship.objects.create(idea=draft, person=make.person(home=city), invited_at=now)
        attachments.attach(idea_id=draft.pk, by=author, file=upload(PDF), at=now)
        draft.departments_touched.add(make.department(f"Altro {n}", parent=city))
        make.campaign(city, at=now).eligible_departments.add(city)
        make.theme()
    assert (one, cost()) == (19, 19)


def test_saving_while_typing_costs_a_fixed_number_of_queries(page, draft, call):
    data = complete(call, title="Uno")
    page.post(f"/idee/{draft.ref}/salva/", data, **HTMX)
    with CaptureQueriesContext(connection) as made:
        page.post(f"/idee/{draft.ref}/salva/", data | {"title": "Mensa aperta"}, **HTMX)
    assert len(made) == 25
