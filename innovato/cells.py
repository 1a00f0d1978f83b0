# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables for spreadsheets in which no cell can run: the one way by which CSV and XLSX leave the product."""

import csv
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Number

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# What a spreadsheet takes for the beginning of a formula, also as the wide signs of Asian keyboards.
BEGINNINGS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
KEPT = frozenset("\t\n")
BOM = "\ufeff"  # without it a spreadsheet reads the accents of a CSV wrongly
# How an xlsxwriter workbook is opened: `Workbook(stream, XLSX_OPTIONS | {…})`; what people wrote stays text.
XLSX_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def harmless(cell):
    """A cell as it may stand in any spreadsheet. Numbers and dates stay what they are; None is an empty cell.

    A text that a spreadsheet would take for a formula, with or without blanks before it, gets an apostrophe in front;
    control characters and marks that turn the reading direction go, whatever the text.
    """
    if cell is None:
        return ""
    if isinstance(cell, Number | Decimal | date | datetime | time):
        return cell
    text = "".join(char for char in str(cell) if char in KEPT or not _is_hidden(char))
    begins = text.lstrip(" \u00a0\u3000")[:1]
    return f"'{text}" if text[:1] in BEGINNINGS or begins in BEGINNINGS else text


def _is_hidden(char: str) -> bool:
    """Control characters, and the marks of invisible formatting but the joiners that emoji need."""
    return unicodedata.category(char) in ("Cc", "Cs") or char in _TURNING


_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF)))


def csv_lines(target, header: Iterable, rows: Iterable[Iterable]) -> None:
    """Write a table to a text stream as Italian spreadsheets read it: `;` between columns, every cell harmless."""
    writer = csv.writer(target, delimiter=";")
    writer.writerow([harmless(cell) for cell in header])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])


def csv_answer(name: str, header: Iterable, rows: Iterable[Iterable]) -> HttpResponse:
    """The answer with which a browser saves the table as `name`."""
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    csv_lines(response, header, rows)
    return response
