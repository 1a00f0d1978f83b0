# SPDX-License-Identifier: AGPL-3.0-or-later
"""No cell of an exported table can run as a formula, in CSV or in XLSX; numbers and dates stay what they are."""

import ast
import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from innovato.cells import XLSX_OPTIONS, csv_answer, harmless
from tests.architecture.files import name, python_files

FORMULAS = [
    "=1+1",
    "+39 011 0112",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200e=1+1",
    "\ufeff=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    '=HYPERLINK("http://evil.example")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text)[:1] == "'"


@pytest.mark.parametrize("text", ["Sala d’attesa", "a=1", "3-4", "", "(+39)", "’tis", "👩‍💻 caffè"])
def test_every_other_text_stays_as_it_is(text):
    assert harmless(text) == text


def test_numbers_dates_and_nothing_stay_what_they_are():
    assert [harmless(value) for value in (-3, Decimal("-0.5"), 2.5, date(2026, 11, 5), True, None)] == [
        -3,
        Decimal("-0.5"),
        2.5,
        date(2026, 11, 5),
        True,
        "",
    ]


def test_marks_that_turn_the_reading_direction_and_control_characters_go():
    assert harmless("gpj.\u202eexe\x07\x1b[2J\ud800") == "gpj.exe[2J"


def test_a_csv_defuses_every_cell_and_keeps_what_people_wrote_inside_its_cell():
    answer = csv_answer("prova\r\nx.csv", ["=a", "b"], [["x;y", 'detto "così"'], ["due\nrighe", -1]])
    lines = answer.content.decode()
    assert lines == '\ufeff\'=a;b\r\n"x;y";"detto ""così"""\r\n"due\nrighe";-1\r\n'
    assert "\r" not in answer["Content-Disposition"] and "\n" not in answer["Content-Disposition"]


def test_a_sheet_takes_no_text_for_a_formula_an_address_or_a_number():
    target = io.BytesIO()
    book = Workbook(target, XLSX_OPTIONS)
    sheet = book.add_worksheet()
    texts = ["=1+1", "http://evil.example", "{=1+1}", "007"]
    sheet.write_row(0, 0, [*texts, 7])
    book.close()
    assert CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())).get_sheet_by_index(0).to_python() == [
        [*texts, 7.0]
    ]


def test_no_other_module_writes_tables_for_spreadsheets_by_itself():
    """Whoever calls `csv.writer` elsewhere forgets the apostrophes: `innovato.cells` has `csv_lines` and `csv_answer`."""
    found = [
        name(path)
        for path in python_files()
        if name(path) != "innovato/cells.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("csv", "writer"), ("csv", "DictWriter")}
    ]
    assert found == []
