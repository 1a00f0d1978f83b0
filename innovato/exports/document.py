# SPDX-License-Identifier: AGPL-3.0-or-later
"""A report as plain values: sections with a sentence, a chart and tables. The page and every file show this, cell for cell.

Built in one language (the active one) by the part that owns the figures; nothing here knows where they come from.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from innovato import formats

HIDDEN = "–"  # a figure withheld, or one that does not exist yet; the words beside the table say which


class Kind(StrEnum):
    """What a cell holds, and so how a sheet keeps it."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    NEARLY = "nearly"
    MONEY = "money"
    DATE = "date"
    HIDDEN = "hidden"
    EMPTY = "empty"


@dataclass(frozen=True)
class Cell:
    """One value and how it is written. A percentage is whole: 36 is "36%".

    One that is not quite nothing or not quite all is NEARLY: written in words, its value stands for the place in a chart.
    """

    value: object
    kind: Kind
    decimals: int = 0

    @property
    def shown(self) -> str:
        """The cell as pages and PDF write it, in the active language."""
        match self.kind:
            case Kind.NUMBER:
                return formats.number(self.value, self.decimals)
            case Kind.PERCENT:
                return f"{formats.number(self.value)}%"
            case Kind.NEARLY:
                return formats.nearly(self.value)
            case Kind.MONEY:
                return formats.euro(self.value)
            case Kind.DATE:
                return formats.short_date(self.value, year=True)
            case Kind.HIDDEN | Kind.EMPTY:
                return HIDDEN
        return str(self.value)

    @property
    def brief(self) -> str:
        """The cell as a chart writes it beside a bar."""
        return formats.nearly(self.value, brief=True) if self.kind == Kind.NEARLY else self.shown

    @property
    def is_hidden(self) -> bool:
        """Withheld, as against not there."""
        return self.kind == Kind.HIDDEN

    @property
    def is_figure(self) -> bool:
        """Whether it stands at the right of its column."""
        return self.kind not in (Kind.TEXT, Kind.DATE)


def text(value: object) -> Cell:
    """Words."""
    return Cell(str(value), Kind.TEXT)


def number(value: int | float | Decimal | None, decimals: int = 0) -> Cell:
    """A number; None is a figure that does not exist (yet)."""
    return nothing() if value is None else Cell(value, Kind.NUMBER, decimals)


def percent(part: int | None, whole: int | None) -> Cell:
    """A share in whole per cent; of nothing there is none. 0 % is nobody and 100 % everybody, what lies close is in words."""
    if part is None or not whole:
        return nothing()
    share = Decimal(part) * 100 / Decimal(whole)
    if formats.nearly(share):
        return Cell(0.5 if share < 1 else 99.5, Kind.NEARLY)
    return Cell(int(share.quantize(Decimal(1), rounding="ROUND_HALF_UP")), Kind.PERCENT)


def money(value: Decimal | int | None) -> Cell:
    """An amount in euros."""
    return nothing() if value is None else Cell(value, Kind.MONEY)


def day(value: date | None) -> Cell:
    """A date."""
    return nothing() if value is None else Cell(value, Kind.DATE)


def hidden() -> Cell:
    """A figure withheld for confidentiality. It holds nothing, so that no file can hold more than the page."""
    return Cell(None, Kind.HIDDEN)


def nothing() -> Cell:
    """No figure."""
    return Cell(None, Kind.EMPTY)


@dataclass(frozen=True)
class Table:
    """Rows under a head; the first column names the row. `foot` are totals. `name` is short, for a sheet's tab."""

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[tuple[Cell, ...], ...] = ()

    def __post_init__(self):
        if odd := [row for row in (*self.rows, *self.foot) if len(row) != len(self.head)]:
            raise ValueError(f"{self.name}: a row of {len(odd[0])} cells under a head of {len(self.head)}")

    @property
    def right(self) -> tuple[bool, ...]:
        """For each column whether its cells are figures."""
        rows = (*self.rows, *self.foot)
        return tuple(any(row[at].is_figure for row in rows) for at in range(len(self.head)))

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The head with, for each column, whether it holds figures."""
        return list(zip(self.head, self.right, strict=True))


@dataclass(frozen=True)
class Chart:
    """A picture (SVG as innovato.charts draws it) and the sentence that says what it shows."""

    svg: str
    sentence: str


@dataclass(frozen=True)
class Section:
    """One figure of the report: what it is, how it is defined, its chart and its numbers."""

    key: str
    heading: str
    definition: str
    table: Table
    chart: Chart | None = None
    note: str = ""


@dataclass(frozen=True)
class Attached:
    """A file that goes with a report as it is: its name there, and where the storage has it."""

    name: str
    stored: str


@dataclass(frozen=True)
class Document:
    """The whole report. `facts` are its circumstances (period, as of when, for which departments), in this order.

    `files` go along only where the format is an archive.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    city: str = ""
    language: str = "it"
    notes: tuple[str, ...] = field(default=())
    files: tuple[Attached, ...] = field(default=())

    @property
    def tables(self) -> list[Table]:
        """Every table, in order."""
        return [section.table for section in self.sections]
