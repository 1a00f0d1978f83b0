# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sheets have in common: the first page of circumstances, names for tabs, and how far the work is."""

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from innovato.exports.document import Cell, Document, Table, text

Progress = Callable[[float], None]

TAB_LENGTH = 31
NO_TAB = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def about(document: Document) -> Table:
    """The circumstances of a report and the definitions of its figures, as a table of their own."""
    rows = [(text(label), text(value)) for label, value in document.facts]
    rows += [(text(section.heading), text(section.definition)) for section in document.sections if section.definition]
    rows += [(text(section.heading), text(section.note)) for section in document.sections if section.note]
    rows += [(text(_("Nota")), text(note)) for note in document.notes]
    return Table(_("Informazioni"), document.title, (document.title, document.subtitle), tuple(rows))


def tabs(document: Document) -> Iterator[tuple[str, Table]]:
    """The sheets of a report with a name each: allowed in every program, none twice."""
    taken = set()
    for number, table in enumerate([about(document), *document.tables], 1):
        name = NO_TAB.sub(" ", table.name)[:TAB_LENGTH].strip() or str(number)
        if name.casefold() in taken:
            name = f"{name[: TAB_LENGTH - 4]} {number}"
        taken.add(name.casefold())
        yield name, table


def lines(table: Table) -> Iterator[tuple[Cell, ...]]:
    """The rows of a table, the totals last."""
    yield from table.rows
    yield from table.foot


def sayer(document: Document, progress: Progress) -> Callable[[], None]:
    """Counts the rows written of the whole report, and says the share now and then."""
    total = sum(1 for _name, table in tabs(document) for _row in lines(table)) or 1
    done = 0

    def say() -> None:
        nonlocal done
        done += 1
        if done % 200 == 0 or done == total:
            progress(done / total)

    return say


def printable(value: str) -> str:
    """Text that XML can hold."""
    return NO_XML.sub(" ", value)
