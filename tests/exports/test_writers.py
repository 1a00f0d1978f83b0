# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each format holds the same cells as the page: the file is opened again and compared, cell by cell."""

import zipfile

import pypdf
import pytest
from django.utils import translation

from innovato.exports.document import Table, number, percent, text
from innovato.exports.writers import WRITERS, separated
from tests.exports import support

GUARDED = {word for word in support.HOSTILE if word[0] in "=+@"}


def written(tmp_path, format, language="it"):
    path = tmp_path / f"file.{format}"
    shares = []
    with translation.override(language):
        WRITERS[format](support.sample(), path, shares.append)
    assert shares and shares == sorted(shares) and shares[-1] == 1
    return path


def guarded(rows):
    """Rows as a file holds them: a text that could run begins with an apostrophe."""
    return [[f"'{cell}" if cell in GUARDED else cell for cell in row] for row in rows]


@pytest.mark.parametrize("format", ["xlsx", "ods"])
def test_a_sheet_holds_the_cells_of_the_page_as_numbers_dates_and_texts(tmp_path, format):
    found = support.sheets(written(tmp_path, format))
    assert found[0] == guarded(support.values(support.sample().tables[0]))
    assert [row[:2] for row in found[1]] == support.values(support.sample().tables[1])


def test_a_csv_holds_the_cells_of_the_page(tmp_path):
    path = written(tmp_path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    first, second = support.separated(path)
    with translation.override("it"):
        wanted = [[str(separated.written(cell)) for cell in row] for row in support.sample().tables[0].rows]
    assert first[:-1] == guarded(wanted)
    assert first[0][1:] == ["1284", "0%", "6500,50", "2026-11-05", "-3.25", "–"]
    assert second == [["x", "0"]]


@pytest.mark.parametrize("language, number_shown", [("it", "1.284"), ("en", "1,284")])
def test_a_pdf_shows_the_cells_of_the_page_in_its_language(tmp_path, language, number_shown):
    path = written(tmp_path, "pdf", language)
    words = support.pdf_words(path)
    with translation.override(language):
        rows = support.sample().tables[0].rows
        shown = [" ".join(cell.shown.split()) for row in rows for cell in row[:4] if "\n" not in cell.shown]
    squeezed = words.replace(" ", "")
    assert [cell for cell in shown if cell.replace(" ", "") not in squeezed] == []
    assert number_shown in words and ("Pagina 1 di" in words) == (language == "it")


def test_a_pdf_is_tagged_titled_and_says_its_language(tmp_path):
    reader = pypdf.PdfReader(written(tmp_path, "pdf"))
    root = reader.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"], reader.metadata.title) == (True, "it", "Prova 2026")
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    tags = str(_tags(root["/StructTreeRoot"]))
    assert [tag for tag in ("/H1", "/H2", "/Table", "/TH", "/TD", "/Figure") if tag not in tags] == []


def _tags(node, depth=0) -> set:
    """The kinds of element in the structure tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if depth > 12 or not hasattr(node, "get"):
        return set()
    kids = node.get("/K", [])
    found = {node["/S"]} if "/S" in node else set()
    for kid in kids if isinstance(kids, list) else [kids]:
        found |= _tags(kid, depth + 1)
    return found


def test_an_ods_begins_with_its_type_uncompressed(tmp_path):
    with zipfile.ZipFile(written(tmp_path, "ods")) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)


def test_a_percentage_is_whole_and_of_nothing_there_is_none():
    assert [percent(*pair).shown for pair in ((1, 200), (1, 3), (3, 3), (0, 5), (399, 400))] == [
        "meno dell’1%",
        "33%",
        "100%",
        "0%",
        "più del 99%",
    ]
    assert (percent(1, 0).shown, percent(None, 5).shown, number(None).shown) == ("–", "–", "–")


def test_a_row_that_does_not_fit_its_head_is_refused():
    with pytest.raises(ValueError, match="a row of 1 cells"):
        Table("x", "x", ("a", "b"), ((text("a"),),))
