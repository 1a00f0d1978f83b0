# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report for tests with every kind of cell, and how each format is read back."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pypdf
from python_calamine import CalamineWorkbook

from innovato import charts
from innovato.exports import document as d
from innovato.exports.reports import Report
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability

HOSTILE = ['=HYPERLINK("http://evil.example")', "+1", "@SUM(A1)", '#import "/etc"', "a;b\nc", "Caffè «più»"]


class SampleReport(Report):
    """Figures about one year; only years of this century are there, only for who follows the pipeline."""

    name = "sample"

    def parameters(self, posted):
        year = posted.get("anno", "")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise ValueError("Scegli un anno.")
        return {"anno": year}

    def may(self, person, parameters):
        return DepartmentAccess.of(person).has(Capability.VIEW_PIPELINE)

    def title(self, parameters):
        return f"Prova {parameters['anno']}"

    def address(self, parameters):
        return "/cruscotto/"

    def build(self, person, parameters, *, at):
        if parameters["anno"] < "2000":
            raise LookupError(parameters["anno"])
        return sample(int(parameters["anno"]))


def sample(year: int = 2026) -> d.Document:
    """A document with every kind of cell, hostile words and a chart."""
    rows = [
        (d.text(word), d.number(1284 + at), d.percent(at, 7), d.money(Decimal("6500.5")), d.day(date(year, 11, 5)),
         d.number(Decimal("-3.25"), 2), d.hidden() if at % 2 else d.nothing())
        for at, word in enumerate(HOSTILE)
    ]  # fmt: skip
    foot = ((d.text("Tutte"), d.number(9000), d.percent(1, 300), d.money(0), d.day(None), d.number(0, 2), d.hidden()),)
    head = ("Voce", "Idee", "Quota", "Euro", "Quando", "Differenza", "Riservato")
    table = d.Table("Idee: voci/[anno]", "Idee per voce", head, tuple(rows), foot)
    chart = d.Chart(
        charts.bar_chart("voci", "Idee", "Da 1 a 2.", charts.Bars(["a", "b"], [1, 2], hot=(1,))), "Da 1 a 2."
    )
    section = d.Section("voci", "Idee per voce", "Ogni idea conta una volta.", table, chart, "Una nota.")
    again = d.Section(
        "ancora", "Ancora", "", d.Table("Idee: voci/[anno]", "Ancora", ("Voce", "N"), ((d.text("x"), d.number(0)),))
    )
    return d.Document(
        f"Prova {year}", "per le prove", (("Periodo", str(year)),), (section, again), "Città di Torino", "it"
    )


def values(table: d.Table) -> list[list]:
    """A table's rows as sheets hold them: numbers, dates, texts."""
    return [[_value(cell) for cell in row] for row in (*table.rows, *table.foot)]


def _value(cell: d.Cell):
    match cell.kind:
        case d.Kind.NUMBER | d.Kind.MONEY:
            return round(float(cell.value), 2)
        case d.Kind.PERCENT:
            return cell.value / 100
        case d.Kind.DATE:
            return cell.value
    return cell.shown


def sheets(path: Path) -> list[list[list]]:
    """Every sheet after the first (the circumstances), below its caption and head."""
    book = CalamineWorkbook.from_path(path)
    return [_trimmed(book.get_sheet_by_index(at).to_python()[2:]) for at in range(1, len(book.sheet_names))]


def _trimmed(rows: list[list]) -> list[list]:
    return [[round(cell, 2) if isinstance(cell, float) else cell for cell in row] for row in rows]


def separated(path: Path) -> list[list[list[str]]]:
    """The tables of a CSV after the circumstances, below their caption and head."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        blocks, block = [], []
        for row in csv.reader(file, delimiter=";"):
            if row:
                block.append(row)
            else:
                blocks.append(block)
                block = []
    return [rows[2:] for rows in [*blocks, block][2:]]


def pdf_words(path: Path) -> str:
    """All the text of a PDF, its blanks made one."""
    pages = pypdf.PdfReader(path).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
