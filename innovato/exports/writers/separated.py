# SPDX-License-Identifier: AGPL-3.0-or-later
"""CSV as Italian spreadsheets open it: UTF-8 with its mark, `;` between cells, no cell that could run as a formula."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.utils.formats import get_format

from innovato.cells import csv_lines
from innovato.exports.document import Cell, Document, Kind
from innovato.exports.writers.plain import Progress, lines, sayer, tabs


def write(document: Document, path: Path, progress: Progress) -> None:
    """Every table of the report below each other, each under its caption and head, an empty line between them."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv_lines(file, (document.title,), _rows(document, sayer(document, progress)))


def _rows(document: Document, say) -> Iterator[tuple]:
    for _name, table in tabs(document):
        yield ()
        yield (table.caption,)
        yield table.head
        for line in lines(table):
            yield tuple(written(cell) for cell in line)
            say()


def written(cell: Cell):
    """A cell as a sheet can calculate with it: no separators of thousands, the language's decimal mark."""
    match cell.kind:
        case Kind.NUMBER | Kind.MONEY:
            decimals = cell.decimals if cell.kind == Kind.NUMBER else 2
            rounded = round(Decimal(cell.value), decimals)
            if rounded < 0 or not decimals:
                return rounded
            return f"{rounded:f}".replace(".", get_format("DECIMAL_SEPARATOR", use_l10n=True))
        case Kind.DATE:
            return cell.value.isoformat()
    return cell.shown
