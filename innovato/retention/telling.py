# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a person's own data are written down: one section per kind of thing, its rows as plain cells, in the active language."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from innovato.exports.document import Cell, Section, Table, day, nothing, number, text


def section(key: str, heading: str, definition: str, head: tuple[str, ...], rows: Iterable[Iterable]) -> Section:
    """A section whose rows are given as plain values."""
    cells = tuple(tuple(cell(value) for value in row) for row in rows)
    return Section(key, heading, definition, Table(heading, heading, head, cells))


def cell(value) -> Cell:
    """A plain value as a cell; moments with their minute, in the city's time."""
    match value:
        case None | "":
            return nothing()
        case bool():
            return text(_("sì") if value else _("no"))
        case datetime():
            return text(f"{timezone.localtime(value):%Y-%m-%d %H:%M}")
        case date():
            return day(value)
        case int():
            return number(value)
    return text(value)
