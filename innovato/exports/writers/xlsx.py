# SPDX-License-Identifier: AGPL-3.0-or-later
"""XLSX, written row by row; texts stay texts, numbers, percentages and dates are what they are."""

from pathlib import Path

import xlsxwriter

from innovato.cells import XLSX_OPTIONS, harmless
from innovato.exports.document import Cell, Document, Kind, Table
from innovato.exports.writers.plain import Progress, lines, sayer, tabs

WIDTH, FIRST_WIDTH = 16, 44
OPTIONS = XLSX_OPTIONS | {"in_memory": False, "constant_memory": True}
LOOKS = {
    Kind.NUMBER: "#,##0",
    Kind.PERCENT: "0%",
    Kind.MONEY: '#,##0.00 "€"',
    Kind.DATE: "yyyy-mm-dd",
}


def write(document: Document, path: Path, progress: Progress) -> None:
    """One sheet for the circumstances, one per table, each with its caption, head, rows and totals."""
    say = sayer(document, progress)
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        book.set_properties({"title": harmless(document.title), "company": harmless(document.city)})
        looks = _Looks(book)
        for name, table in tabs(document):
            _sheet(book.add_worksheet(name), table, looks, say)


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book):
        self._book, self._made = book, {}
        self.caption = book.add_format({"bold": True, "font_size": 13})
        self.head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"})

    def of(self, cell: Cell):
        key = (cell.kind, cell.decimals)
        if key not in self._made:
            pattern = LOOKS.get(cell.kind, "@")
            if cell.kind == Kind.NUMBER and cell.decimals:
                pattern += "." + "0" * cell.decimals
            look = {"num_format": pattern, "valign": "top"}
            look |= {"align": "right"} if cell.kind in (Kind.HIDDEN, Kind.EMPTY, Kind.NEARLY) else {}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def _sheet(sheet, table: Table, looks: _Looks, say) -> None:
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, max(1, len(table.head) - 1), WIDTH)
    sheet.freeze_panes(2, 1)
    sheet.write_string(0, 0, harmless(table.caption), looks.caption)
    for column, word in enumerate(table.head):
        sheet.write_string(1, column, harmless(word), looks.head)
    for row, line in enumerate(lines(table), 2):
        for column, cell in enumerate(line):
            _cell(sheet, row, column, cell, looks.of(cell))
        say()


def _cell(sheet, row: int, column: int, cell: Cell, look) -> None:
    match cell.kind:
        case Kind.NUMBER | Kind.MONEY:
            sheet.write_number(row, column, cell.value, look)
        case Kind.PERCENT:
            sheet.write_number(row, column, cell.value / 100, look)
        case Kind.DATE:
            sheet.write_datetime(row, column, cell.value, look)
        case _:
            sheet.write_string(row, column, harmless(cell.shown), look)
