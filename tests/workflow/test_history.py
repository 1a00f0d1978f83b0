# SPDX-License-Identifier: AGPL-3.0-or-later
"""The history of an idea: words for every kind of event, what only authors and office read, and what changed in the text."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import factories as make
from workflow import rules
from workflow.models import IdeaVersion
from workflow.selectors.history import Reader, events_of, timeline
from workflow.selectors.versions import ADDED, REMOVED, SAME, changes_between, pieces
from workflow.services import events

db = pytest.mark.django_db


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Davide", "Conti", home=city)


@pytest.fixture
def reader(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture
def screener(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "screen_ideas", city)
    return who


@pytest.fixture
def idea(author, city):
    return make.idea(author, make.campaign(city), state="review")


def told(who, idea) -> list[str]:
    reader = Reader.of(rules.actor_for(who), idea)
    return [line.text for line in timeline(idea, list(events_of(idea)), reader)]


def happened(idea, kind, minutes=0, by=None, before="", after="", **data):
    at = make.NOW + timedelta(minutes=minutes)
    return events.record(
        idea_id=idea.pk, kind=kind, at=at, by_id=by and by.pk, from_state=before, to_state=after, data=data
    )


def page(who, idea, query="") -> str:
    client = Client()
    client.force_login(who)
    response = client.get(f"/idee/{idea.ref}/storia/{query}")
    assert response.status_code == 200
    return response.content.decode()


@db
def test_every_move_of_the_table_has_its_words(idea, author):
    for move in rules.MOVES:
        happened(idea, move, by=author, after="review")
    assert len(told(author, idea)) == len(rules.MOVES)
    assert all(text and "%(" not in text for text in told(author, idea))


@db
def test_what_comes_before_the_admission_is_for_authors_and_office(idea, author, reader, screener):
    happened(idea, "submit", by=author, before="draft", after="screening")
    happened(idea, "request_changes", by=screener, before="screening", note_text="Quante persone al mese?")
    happened(idea, "submit", by=author, before="needs_changes", after="screening")
    happened(idea, "transfer", by=screener, before="screening", from_department="A", department="B", reason_text="No.")
    happened(idea, "admit", by=screener, before="screening", after="admitted", note_text="Solo per voi")
    public = ["Inviata da Davide Conti", "Ammessa dall’Ufficio innovazione"]
    assert told(reader, idea) == public
    assert len(told(author, idea)) == len(told(screener, idea)) == 5
    assert "Quante persone" in page(author, idea) and "Solo per voi" in page(author, idea)
    for words in ("Quante persone", "Solo per voi", "Passa da A", "Laura Pautasso"):
        assert words not in page(reader, idea)


@db
def test_an_admission_that_was_taken_back_is_not_public(idea, author, reader, screener):
    first = happened(idea, "admit", by=screener)
    happened(idea, "undo_admission", by=screener, undone=first.number)
    happened(idea, "admit", 5, by=screener)
    assert told(reader, idea) == ["Ammessa dall’Ufficio innovazione"]
    assert len(told(author, idea)) == 3


@db
def test_the_result_of_a_ballot_is_told_with_its_numbers_only_where_it_was_valid(idea, reader):
    happened(idea, "conclude_voting", after="review", supports=312, papers=1284, quorum=True)
    happened(idea, "conclude_voting", after="not_selected", supports=None, papers=4, quorum=False)
    happened(idea, "conclude_voting", after="not_selected", supports=1, papers=30, quorum=True)
    with_numbers, without, with_one = told(reader, idea)
    assert "312 schede su 1.284" in with_numbers and "4" not in without and "l’ha sostenuta 1 scheda su 30" in with_one


@db
def test_reasons_of_decisions_are_public_and_scores_are_not(idea, reader, screener):
    happened(idea, "complete_review", median="3.85", spread="0.20", reason_text="Manca Marco Bosio")
    happened(idea, "decline", by=screener, reason_code="in_place", reason_text="C’è già in via Meucci.")
    text = page(reader, idea)
    assert "È già realtà. C’è già in via Meucci." in text
    assert "3.85" not in text and "Marco Bosio" not in text


@db
def test_a_merge_names_the_other_idea_once_even_when_it_was_made_twice(idea, author, city, reader):
    other = make.idea(
        make.person("Irina", "Popa", home=city), idea.campaign, state="merged", merged_into=idea, title="Sedie"
    )
    for _ in range(2):
        happened(other, "merge", target=idea.ref, target_title=idea.title)
    assert len(told(reader, idea)) == 1 and "«Sedie»" in page(reader, idea)


@db
def test_events_that_are_no_business_of_this_page_are_left_out(idea, author):
    for kind in ("reading", "spending", "something_new"):
        happened(idea, kind)
    assert told(author, idea) == []


@db
def test_others_see_the_admitted_text_and_later_ones_authors_see_all(idea, author, reader):
    for number, title in enumerate(["Prima bozza segreta", "Testo ammesso", "Testo corretto"], 1):
        at = idea.published_at + timedelta(days=number - 2)
        IdeaVersion.objects.create(idea=idea, number=number, content={"title": title}, at=at)
    assert "segreta" in page(author, idea, "?versione=2") and "segreta" not in page(reader, idea, "?versione=2")
    assert "<del>ammesso</del><ins>corretto</ins>" in page(reader, idea)
    for nonsense in ("?versione=1", "?versione=x", "?versione=%00", "?versione=99999999999999999999"):
        assert "segreta" not in page(reader, idea, nonsense)


@db
def test_an_idea_with_one_version_says_that_nothing_changed(idea, reader):
    IdeaVersion.objects.create(idea=idea, number=1, content={"title": "Uno"}, at=idea.published_at)
    assert "C’è una sola versione" in page(reader, idea)


@db
def test_the_history_is_as_hidden_as_the_idea(author, reader, city):
    draft = make.idea(author, make.campaign(city))
    client = Client()
    client.force_login(reader)
    assert client.get(f"/idee/{draft.ref}/storia/").status_code == 404
    assert page(author, draft)


@db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(idea, author, reader, rows, django_assert_num_queries):
    for number in range(rows):
        happened(idea, "submit", by=author)
        IdeaVersion.objects.create(idea=idea, number=number + 1, content={"title": str(number)}, at=make.NOW)
    client = Client()
    client.force_login(reader)
    with django_assert_num_queries(8):
        client.get(f"/idee/{idea.ref}/storia/")


def test_a_difference_is_told_word_by_word():
    found = list(pieces("Il deposito riceve 1.140 pezzi.", "Il deposito di via Meucci riceve 1.140 pezzi."))
    assert [(piece.kind, piece.text) for piece in found] == [
        (SAME, "Il deposito"),
        (ADDED, " di via Meucci"),
        (SAME, " riceve 1.140 pezzi."),
    ]


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_of_a_difference_give_both_texts_back(before, after):
    found = list(pieces(before, after))
    assert "".join(piece.text for piece in found if piece.kind != ADDED) == before
    assert "".join(piece.text for piece in found if piece.kind != REMOVED) == after


def test_only_fields_that_differ_are_told_and_unknown_ones_are_skipped():
    old = {"title": "A", "problem": "P", "estimated_cost": "8000.00", "secret": 1}
    new = {
        "title": "B",
        "problem": "P",
        "estimated_cost": "9000.00",
        "secret": 2,
        "beneficiaries": ["citizens"],
        "attachments": [{"name": "Foto.png", "sha256": "x"}],
    }
    assert [change.label for change in changes_between(old, new)] == [
        "Titolo",
        "Chi ne ha vantaggio",
        "Costo della prova",
        "Allegati",
    ]


def test_two_long_texts_are_compared_quickly():
    old = " ".join(f"parola{n}" for n in range(800))
    new = " ".join(f"parola{n * 7 % 800}" for n in range(800))
    assert len(list(pieces(old, new))) > 1
