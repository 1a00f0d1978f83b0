# SPDX-License-Identifier: AGPL-3.0-or-later
"""Colleagues, files, similar ideas, names while typing, and deleting a draft."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_writing import HTML, JPEG, PDF
from tests.workflow.proposing.support import HTMX, browser_of, complete, edit, errors_of, upload
from workflow.models import Authorship, DismissedSimilar, Idea
from workflow.search import index_idea
from workflow.services import attachments, coauthors

pytestmark = pytest.mark.django_db


def test_a_colleague_is_invited_by_surname_from_the_sheet_and_the_text_is_saved_first(page, draft, call, chiara):
    data = complete(call, title="Salvata prima", coauthor="vottero", do="invite")
    response = page.post(edit(draft), data)
    assert response["Location"] == edit(draft) + "#insieme"
    assert Idea.objects.get().title == "Salvata prima"
    html = page.get(edit(draft)).content.decode()
    assert "Chiara Vottero, Città <em" in html and 'name="coauthor" value="vottero"' not in html
    asked = Authorship.objects.get(person=chiara)
    taken = page.post(edit(draft), data | {"coauthor": "", "do": f"uninvite:{asked.pk}", "version": "2"}, **HTMX)
    assert taken.status_code == 200 and 'id="insieme"' in taken.content.decode()
    assert not Authorship.objects.filter(person=chiara).exists()


def test_two_colleagues_of_one_surname_are_offered(page, draft, call, chiara, city):
    anna = make.person("Anna", "Vottero", home=city)
    response = page.post(edit(draft), complete(call, coauthor="Vottero", do="invite"), **HTMX)
    html = response.content.decode()
    assert errors_of(response) == ["Ci sono 2 persone con «Vottero»: scegline una dall’elenco."]
    assert f'value="{anna.staff_number}"' in html and f'value="{chiara.staff_number}"' in html
    data = complete(call, coauthor="Vottero", coauthor_choice=anna.staff_number, do="invite", version="2")
    assert page.post(edit(draft), data).status_code == 302
    assert Authorship.objects.filter(person=anna, status="invited").exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Scrivi il cognome o la matricola di chi vuoi invitare."),
        ("Nessunissimo", "Non troviamo nessuno con «Nessunissimo»: prova con la matricola."),
        ("Ferrero", "Ci sei già: indica un’altra persona."),
        ("\x00", "Il testo contiene caratteri che non si possono salvare: riscrivilo."),
        ("' OR 1=1 --", "Non troviamo nessuno con «&#x27; OR 1=1 --»: prova con la matricola."),
    ],
)
def test_nobody_is_invited_by_mistake(page, draft, call, typed, sentence):
    response = page.post(edit(draft), complete(call, coauthor=typed, do="invite"))
    assert response.status_code == 422 and sentence in errors_of(response)
    assert Authorship.objects.count() == 1


def test_the_answer_to_an_invitation(author, draft, chiara, city):
    coauthors.invite(idea_id=draft.pk, by=author, person_id=chiara.pk, at=timezone.now())
    address = f"/idee/{draft.ref}/persone/rispondi/"
    assert "Giulia Ferrero ti indica tra chi propone" in browser_of(chiara).get(address).content.decode()
    assert browser_of(chiara).get(edit(draft)).status_code == 403
    assert browser_of(make.person(home=city)).get(address).status_code == 404
    assert browser_of(chiara).post(address, {"risposta": "si"})["Location"] == f"/idee/{draft.ref}/"
    assert browser_of(chiara).get(edit(draft)).status_code == 200
    assert "Togli il mio nome" in browser_of(chiara).get(address).content.decode()
    assert browser_of(chiara).post(address, {"risposta": "si"}).status_code == 409
    assert browser_of(chiara).post(address, {"risposta": "no"})["Location"] == "/"
    assert Authorship.objects.get(person=chiara).status == "declined"
    assert browser_of(chiara).get(edit(draft)).status_code == 404


def test_the_page_of_the_people_invites_who_asked_to_take_part(page, author, call, chiara):
    idea = make.idea(author, call, state="admitted")
    response = browser_of(chiara).post(f"/idee/{idea.ref}/partecipa/")
    assert response["Location"] == f"/idee/{idea.ref}/"
    address = Notice.objects.get(kind="join_requested").context["url"]
    assert f'value="{chiara.staff_number}"' in page.get(address).content.decode()
    invited = page.post(f"/idee/{idea.ref}/persone/", {"coauthor": chiara.staff_number})
    assert invited["Location"] == f"/idee/{idea.ref}/persone/"
    asked = Authorship.objects.get(person=chiara)
    assert page.post(f"/idee/{idea.ref}/persone/{asked.pk}/togli/").status_code == 302
    assert not Authorship.objects.filter(person=chiara).exists()
    assert page.post(f"/idee/{idea.ref}/persone/{2**63}/togli/").status_code == 302
    assert page.post(f"/idee/{idea.ref}/persone/", {"coauthor": "Nessunissimo"}).status_code == 422


def test_files_come_with_the_sheet_and_the_refused_ones_are_named(page, draft, call):
    data = complete(call, do="attach") | {"files": [upload(PDF, "piano.pdf"), upload(HTML, "foto.png")]}
    response = page.post(edit(draft), data)
    assert response.status_code == 422
    assert errors_of(response)[0].startswith("«foto.png» non è allegato. Questo tipo di file non si può allegare")
    assert [row.name for row in draft.attachments.all()] == ["piano.pdf"]
    fragment = page.post(
        edit(draft), complete(call, version="2", do="attach") | {"files": upload(JPEG, "x.jpg")}, **HTMX
    )
    assert fragment.status_code == 200 and 'id="allegati"' in fragment.content.decode()
    row = draft.attachments.get(name="x.jpg")
    assert page.post(edit(draft), complete(call, version="2", do=f"detach:{row.uuid.hex}")).status_code == 302
    assert [row.name for row in draft.attachments.all()] == ["piano.pdf"]


def test_a_sixth_file_gets_its_sentence_and_a_flood_is_refused_unread(page, draft, call, settings):
    data = complete(call, do="leave") | {"files": [upload(PDF, f"{n}.pdf") for n in range(6)]}
    response = page.post(edit(draft), data)
    assert errors_of(response) == ["«5.pdf» non è allegato. Ci sono già 5 file: è il massimo."]
    assert draft.attachments.count() == 5
    settings.FILE_UPLOAD_MAX_REQUEST = 10_000
    flood = complete(call, version="2") | {"files": [upload(PDF + b" " * 20_000)]}
    assert page.post(edit(draft), flood).status_code == 413
    assert page.post(edit(draft), complete(call) | {"files": [upload(PDF) for _ in range(30)]}).status_code == 413


def test_a_file_is_handed_out_to_be_saved_never_shown(page, author, draft):
    row = attachments.attach(idea_id=draft.pk, by=author, file=upload(PDF, "Relazione «A» ù.pdf"), at=timezone.now())
    response = page.get(f"/idee/{draft.ref}/allegati/{row.uuid}/")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Relazione%20")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_a_file_is_there_only_for_who_sees_the_idea(author, draft, call, city, page):
    row = attachments.attach(idea_id=draft.pk, by=author, file=upload(PDF), at=timezone.now())
    address = f"/idee/{draft.ref}/allegati/{row.uuid}/"
    stranger = browser_of(make.person(home=city))
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    other = make.idea(author, call, state="admitted")
    assert page.get(f"/idee/{other.ref}/allegati/{row.uuid}/").status_code == 404
    assert page.get(f"/idee/{draft.ref}/allegati/{uuid.uuid4()}/").status_code == 404
    assert stranger.post(f"{address}togli/").status_code == 404
    assert page.post(f"{address}togli/").status_code == 302
    assert not draft.attachments.exists()


def test_a_file_whose_bytes_are_gone_is_not_there(page, author, draft):
    row = attachments.attach(idea_id=draft.pk, by=author, file=upload(PDF), at=timezone.now())
    row.file.storage.delete(row.file.name)
    assert page.get(f"/idee/{draft.ref}/allegati/{row.uuid}/").status_code == 404


@pytest.fixture
def alike(city, call):
    idea = make.idea(
        make.person("Sara", "Bo", home=city), call, state="admitted",
        title="Promemoria degli appuntamenti allo sportello",
        problem="Molte persone non si presentano allo sportello e non disdicono.",
    )  # fmt: skip
    index_idea(idea)
    return idea


def test_similar_ideas_are_on_the_page_with_their_ways_out(page, draft, alike):
    html = page.get(edit(draft)).content.decode()
    assert "1 idea simile alla tua" in html and alike.title in html and "<mark>sportello</mark>" in html
    assert f'value="join:{alike.number}"' in html and f'value="different:{alike.number}"' in html


def test_similar_ideas_while_typing(page, draft, alike):
    short = page.post("/idee/simili/", {"title": "Appuntamenti", "problem": ""}, **HTMX)
    assert "simile alla tua" not in short.content.decode() and 'id="simili"' in short.content.decode()
    data = {
        "title": "Appuntamenti allo sportello",
        "problem": "Molte persone non si presentano",
        "token": draft.uuid.hex,
    }
    assert alike.title in page.post("/idee/simili/", data, **HTMX).content.decode()
    assert alike.title in page.get("/idee/simili/", data).content.decode()
    assert page.post("/idee/simili/", {"title": "x" * 500_000, "problem": "\x00"}, **HTMX).status_code == 200


def test_calling_an_idea_different_puts_it_aside_for_good(page, draft, alike, call, author):
    response = page.post(edit(draft), complete(call, do=f"different:{alike.number}"), **HTMX)
    assert "simile alla tua" not in response.content.decode()
    said = DismissedSimilar.objects.get()
    assert (said.idea, said.similar, said.by) == (draft, alike, author)
    assert "simile alla tua" not in page.get(edit(draft)).content.decode()
    assert page.post(f"/idee/{draft.ref}/diversa/", {"similar": alike.number}).status_code == 302
    assert page.post(f"/idee/{draft.ref}/diversa/", {"similar": "2026-9999"}).status_code == 404
    assert DismissedSimilar.objects.count() == 1


def test_asking_to_take_part_from_the_sheet_saves_it_and_tells_the_lead(page, call, alike):
    data = complete(call, title="Appuntamenti allo sportello persi", do=f"join:{alike.number}")
    response = page.post("/idee/nuova/", data)
    idea = Idea.objects.get(title="Appuntamenti allo sportello persi")
    assert response["Location"] == f"{edit(idea)}#simili"
    assert Notice.objects.get().kind == "join_requested"
    again = page.post(edit(idea), data | {"version": "2"}, **HTMX)
    assert "Richiesta inviata" in again.content.decode() and Notice.objects.count() == 1


def test_names_are_offered_while_typing(page, office, chiara):
    html = page.get("/idee/uffici/", {"department": "anag"}, **HTMX).content.decode()
    assert '<option value="Sportelli anagrafici">Città › Sportelli anagrafici</option>' in html
    html = page.get("/idee/persone/", {"coauthor": "vott"}, **HTMX).content.decode()
    assert f'<option value="Chiara Vottero ({chiara.staff_number})">Città</option>' in html
    for address, name in (("/idee/uffici/", "touched_add"), ("/idee/persone/", "coauthor")):
        for text in ("", "a", "\x00\ud800".encode("utf-8", "replace").decode(), "x" * 100_000, "%"):
            assert "<option" not in page.get(address, {name: text}).content.decode()
        assert Client().get(address, {name: "vott"}).status_code == 302


def test_a_draft_is_deleted_after_a_question(page, draft):
    assert "Eliminare la bozza?" in page.get(f"/idee/{draft.ref}/ritira/").content.decode()
    response = page.post(f"/idee/{draft.ref}/ritira/")
    assert response["Location"] == "/"
    idea = Idea.objects.get()
    assert (idea.state, idea.title) == ("withdrawn", "")
    assert page.get(f"/idee/{draft.ref}/ritira/").status_code == 409


def test_an_idea_handed_in_is_withdrawn_after_a_question(page, author, call):
    idea = make.idea(author, call, state="admitted")
    assert "Ritirare l’idea?" in page.get(f"/idee/{idea.ref}/ritira/").content.decode()
    assert page.post(f"/idee/{idea.ref}/ritira/")["Location"] == f"/idee/{idea.ref}/"
    assert Idea.objects.get().state == "withdrawn"
