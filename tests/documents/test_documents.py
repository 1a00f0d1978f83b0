# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents on data protection: complete in both languages, alike, with the values that run here, safe to print and save."""

import re

import pytest
from django.test import Client
from django.utils import translation

from innovato.documents import library, markup
from innovato.retention import registry

INDEX = "/aiuto/documenti/"
LANGUAGES = ("it", "en")


def document(name: str, language: str) -> library.Document:
    return library.get(name, language)


def shape(found: library.Document) -> list[tuple]:
    """What stands where, whatever the words."""
    return [(block.kind, len(block.items), len(block.head), len(block.rows)) for block in found.blocks]


@pytest.mark.parametrize("name", library.NAMES)
def test_both_languages_say_the_same_things_in_the_same_version(name):
    italian, english = (document(name, language) for language in LANGUAGES)
    assert shape(italian) == shape(english) and len(italian.sections) > 2
    assert (italian.version, italian.changed_on) == (english.version, english.changed_on)
    addresses, blanks = (
        [[getattr(run, field) for block in found.blocks for line in words(block) for run in line.runs if getattr(run, field)]
         for found in (italian, english)]
        for field in ("address", "blank")
    )  # fmt: skip
    assert addresses[0] == addresses[1] and len(blanks[0]) == len(blanks[1])


def words(block: markup.Block) -> list[markup.Line]:
    """Every line of a block."""
    return [block.line, *block.items, *block.head, *(cell for row in block.rows for cell in row)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", library.NAMES)
def test_no_value_is_missing_and_no_mark_is_left_over(name, language):
    text = document(name, language).lines
    assert library.UNKNOWN not in text
    assert not re.search(r"\*\*|\{\{|\{%|\]\(|^#|^\|", text, re.MULTILINE)
    assert max(map(len, text.splitlines())) <= 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_name_the_city_its_contacts_and_its_terms_as_they_are_set(settings, language):
    settings.INNOVATO_CITY_NAME = "Comune di Collegno"
    settings.INNOVATO_DPO_CONTACT = "rpd@collegno.example"
    settings.INNOVATO_CONTROLLER_CONTACT = "piazza del Municipio 1"
    settings.INNOVATO_PARTICIPATION_K = 17
    settings.INNOVATO_OBJECTION_HOURS = 72
    settings.INNOVATO_EXPORT_DAYS = 9
    notice = document("informativa", language).lines
    for value in ("Comune di Collegno", "rpd@collegno.example", "piazza del Municipio 1", " 17", " 72 "):
        assert value in notice
    assert "Torino" not in notice
    assert " 9 " in document("conservazione", language).lines


@pytest.mark.parametrize("name", ["conservazione", "registro-trattamenti", "informativa"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_retention_table_is_the_list_of_the_rules_that_run(settings, language, name):
    settings.INNOVATO_RETAIN_NAMES_YEARS = 7
    tables = [block for block in document(name, language).blocks if block.kind == "table"]
    with translation.override(language):
        wanted = [(str(rule.what), rule.period, str(rule.outcome)) for rule in registry.rules()]
    found = [
        [(str(row[0]), str(row[-2]), str(row[-1])) for row in table.rows]
        for table in tables
        if str(table.rows[0][0]) == wanted[0][0]
    ]
    assert found == [wanted] and ("7 anni" if language == "it" else "7 years") in wanted[0][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_city_has_not_said_stays_a_blank_to_fill_in(settings, language):
    settings.INNOVATO_DPO_CONTACT = ""
    blanks = [run.text for block in document("informativa", language).blocks for run in block.line.runs if run.blank]
    assert any(("RPD" if language == "en" else "responsabile") in blank or "officer" in blank for blank in blanks)


def browser(language: str) -> Client:
    return Client(headers={"accept-language": language})


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_need_no_account_and_no_query(language, django_assert_num_queries):
    client = browser(language)
    with django_assert_num_queries(0):
        index = client.get(INDEX).text
        for name in library.NAMES:
            found, page = document(name, language), client.get(f"{INDEX}{name}/").text
            assert f"{INDEX}{name}/" in index and f"<h1>{found.title}</h1>" in page
            assert [f'href="#{section.key}"' in page for section in found.sections] == [True] * len(found.sections)
            assert page.count("<h2 id=") >= len(found.sections)


def test_every_link_of_a_text_leads_to_a_page_that_is_there(client):
    addresses = {
        run.address
        for name in library.NAMES
        for block in document(name, "it").blocks
        for line in words(block)
        for run in line.runs
        if run.address
    }
    assert len(addresses) >= 6
    assert {address: client.get(address).status_code for address in addresses} == {
        address: 302 if address == "/profilo/" else 200 for address in addresses
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_comes_as_a_file_in_the_language_asked_for_whatever_the_readers(language):
    answer = browser("it").get(f"{INDEX}registro-trattamenti/{language}.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8" and answer["Content-Language"] == language
    assert f'filename="registro-trattamenti-{language}-1.0.txt"' in answer["Content-Disposition"]
    assert answer.text == document("registro-trattamenti", language).lines
    first = {"it": "SCHEDA PER IL REGISTRO DEI TRATTAMENTI", "en": "ENTRY FOR THE REGISTER OF PROCESSING"}
    assert answer.text.startswith(first[language])


@pytest.mark.parametrize(
    "address",
    ["altro/", "informativa/de.txt", "informativa/..txt", "../settings/", "informativa/it.md", "registro/it.txt"],
)
def test_what_is_no_document_is_not_there(client, address):
    assert client.get(INDEX + address).status_code == 404


def test_what_a_setting_holds_stays_text(client, settings):
    settings.INNOVATO_CITY_NAME = "<script>alert(1)</script>"
    assert "<script>alert(1)" not in client.get(f"{INDEX}informativa/").text


# The marks -----------------------------------------------------------------------------------------------------------


def test_the_marks_become_pieces_in_their_order():
    text = (
        "Prima riga\nche continua, **forte** e [qui](/voto/).\n\n## Titolo\ntesto\n\n- uno\n  ancora\n- due\n\n1. a\n2. b\n\n"
        "Tabella: Nomi\n| A | B |\n| 1 | [da completare: che cosa] |\n"
    )
    blocks = markup.read(text)
    assert [block.kind for block in blocks] == ["text", "heading", "text", "list", "steps", "table"]
    assert [(run.text, run.strong, run.address) for run in blocks[0].line.runs] == [
        ("Prima riga che continua, ", False, ""), ("forte", True, ""), (" e ", False, ""), ("qui", False, "/voto/"),
        (".", False, ""),
    ]  # fmt: skip
    assert [str(item) for item in blocks[3].items] == ["uno ancora", "due"]
    assert blocks[5].rows[0][1].runs[0].blank and markup.plain(blocks).endswith(
        "* 1\n    B: [da completare: che cosa]\n"
    )


def test_a_row_that_does_not_fit_its_head_is_refused():
    with pytest.raises(ValueError, match="a row of 1 cells under a head of 2"):
        markup.read("Tabella: Nomi\n| A | B |\n| 1 |")
