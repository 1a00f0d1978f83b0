# SPDX-License-Identifier: AGPL-3.0-or-later
"""A released table as plain values, and the canonical JSON in which it is kept, hashed and read again.

What is hidden is not in here at all: a hidden cell has no count, and nothing says why it is hidden.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from innovato.participation.catalogue import (
    Band,
    Measure,
    Period,
    PeriodKind,
    ReleasedBy,
    RowKind,
    Table,
)

SCHEME = "innovato/participation/v1"
GENESIS = "0" * 64
TOTAL = ""  # the column that is the sum of all bands; the only one but in T3


@dataclass(frozen=True)
class ReleasedCell:
    """One cell. `staff` is the headcount and always known; `count` is None where it is not shown."""

    column: str
    staff: int
    count: int | None

    @property
    def suppressed(self) -> bool:
        """Whether the count is not shown, to protect colleagues."""
        return self.count is None

    @property
    def rate(self) -> int | None:
        """Whole percent of the staff; only beside a count that is shown, and None where there is no staff."""
        if self.count is None or not self.staff:
            return None
        return (200 * self.count + self.staff) // (2 * self.staff)

    @property
    def label(self) -> str:
        """The column's name in the reader's language."""
        return str(Band(self.column).label) if self.column else _("Totale")


@dataclass(frozen=True)
class ReleasedRow:
    """One row: a department, the people assigned directly to one, or its small offices together.

    `code` is unique in the table: the department's own, or that of the department above with a suffix. `parent` is the
    code of the row above, None for the whole city. `merged` names the offices that were put together.
    """

    code: str
    name: str
    kind: RowKind
    parent: str | None
    depth: int
    is_leaf: bool
    merged: tuple[str, ...]
    cells: tuple[ReleasedCell, ...]

    @property
    def label(self) -> str:
        """The row's name in the reader's language; `name` is the department's own name."""
        if self.kind == RowKind.OTHERS:
            return _("Altri uffici di %(department)s") % {"department": self.name}
        if self.kind == RowKind.DIRECT:
            return _("Assegnati direttamente a %(department)s") % {"department": self.name}
        return self.name

    @property
    def total(self) -> ReleasedCell:
        """The cell over all columns."""
        return self.cells[0]

    def cell(self, column: str) -> ReleasedCell:
        """The cell of one column. Raises KeyError."""
        for cell in self.cells:
            if cell.column == column:
                return cell
        raise KeyError(column)


@dataclass(frozen=True)
class ReleasedTable:
    """A released table with all that stands beside it on a page: k, period, headcount date, who released it, its hash."""

    number: int
    previous: str
    table: Table
    measure: Measure
    period: Period
    k: int
    headcount_on: date
    released_at: datetime
    released_by: ReleasedBy
    columns: tuple[str, ...]
    rows: tuple[ReleasedRow, ...]
    sha256: str

    @property
    def city(self) -> ReleasedRow:
        """The row of the whole municipality."""
        return self.rows[0]

    def row(self, code: str) -> ReleasedRow | None:
        """The row with this code, or None: an office that was put together with others has no row of its own."""
        return next((row for row in self.rows if row.code == code), None)

    def below(self, code: str | None) -> tuple[ReleasedRow, ...]:
        """The rows directly below the one with this code, in the table's order."""
        return tuple(row for row in self.rows if row.parent == code)

    @property
    def first_level(self) -> tuple[ReleasedRow, ...]:
        """The departments directly below the city."""
        return self.below(self.city.code)

    @property
    def hidden(self) -> int:
        """How many cells are not shown."""
        return sum(cell.suppressed for row in self.rows for cell in row.cells)


def canonical(value: dict) -> str:
    """The one way to write a value as JSON: sorted keys, no spaces, no escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(body: str) -> str:
    """The fingerprint of a body, which names the one before it: the chain."""
    return hashlib.sha256(body.encode()).hexdigest()


def write(table: ReleasedTable) -> str:
    """The canonical body of a table; its `sha256` is not part of it."""
    period = table.period
    return canonical(
        {
            "scheme": SCHEME,
            "number": table.number,
            "previous": table.previous,
            "table": str(table.table),
            "measure": str(table.measure),
            "period": {
                "kind": str(period.kind),
                "first_day": period.first_day.isoformat(),
                "last_day": period.last_day.isoformat(),
                "ballot": str(period.ballot) if period.ballot else None,
                "title": period.title,
            },
            "k": table.k,
            "headcount_on": table.headcount_on.isoformat(),
            "released_at": table.released_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "released_by": str(table.released_by),
            "columns": list(table.columns),
            "rows": [_write_row(row) for row in table.rows],
        }
    )


def _write_row(row: ReleasedRow) -> dict:
    return {
        "code": row.code,
        "name": row.name,
        "kind": str(row.kind),
        "parent": row.parent,
        "merged": list(row.merged),
        "staff": [cell.staff for cell in row.cells],
        "count": [cell.count for cell in row.cells],
    }


def read(body: str) -> ReleasedTable:
    """The table that `write` wrote; its `sha256` is computed from the body."""
    data = json.loads(body)
    return ReleasedTable(
        number=data["number"],
        previous=data["previous"],
        table=Table(data["table"]),
        measure=Measure(data["measure"]),
        period=_read_period(data["period"]),
        k=data["k"],
        headcount_on=date.fromisoformat(data["headcount_on"]),
        released_at=datetime.fromisoformat(data["released_at"]),
        released_by=ReleasedBy(data["released_by"]),
        columns=tuple(data["columns"]),
        rows=_read_rows(data["rows"], data["columns"]),
        sha256=sha256(body),
    )


def _read_period(data: dict) -> Period:
    return Period(
        kind=PeriodKind(data["kind"]),
        first_day=date.fromisoformat(data["first_day"]),
        last_day=date.fromisoformat(data["last_day"]),
        ballot=uuid.UUID(data["ballot"]) if data["ballot"] else None,
        title=data["title"],
    )


def _read_rows(rows: list[dict], columns: list[str]) -> tuple[ReleasedRow, ...]:
    above = {row["parent"] for row in rows}
    depth: dict[str | None, int] = {None: -1}
    read_rows = []
    for row in rows:  # parents come first
        depth[row["code"]] = depth[row["parent"]] + 1
        cells = zip(columns, row["staff"], row["count"], strict=True)
        read_rows.append(
            ReleasedRow(
                code=row["code"],
                name=row["name"],
                kind=RowKind(row["kind"]),
                parent=row["parent"],
                depth=depth[row["code"]],
                is_leaf=row["code"] not in above,
                merged=tuple(row["merged"]),
                cells=tuple(ReleasedCell(*cell) for cell in cells),
            )
        )
    return tuple(read_rows)
