# SPDX-License-Identifier: AGPL-3.0-or-later
"""The departments of the demo city, read from `tree.txt` and opened one below the other by the service that does so."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from innovato.organisation import services
from innovato.organisation.models import Department, DepartmentKind

TREE = Path(__file__).parent / "tree.txt"
FOUNDED = date(2001, 1, 1)
IPA_CODE = "c_demo"
KINDS = (
    ("citta", "Città", "City"),
    ("direzione", "Direzione", "Directorate general"),
    ("gabinetto", "Gabinetto", "Cabinet"),
    ("avvocatura", "Avvocatura", "Legal office"),
    ("dipartimento", "Dipartimento", "Department"),
    ("corpo", "Corpo", "Corps"),
    ("area", "Area", "Area"),
    ("divisione", "Divisione", "Division"),
    ("circoscrizione", "Circoscrizione", "District"),
    ("servizio", "Servizio", "Service"),
    ("ufficio", "Ufficio", "Office"),
)


@dataclass(frozen=True)
class Line:
    """One line of the tree. `directed`: "always", "large" (only in a large city) or "" for nobody of its own."""

    code: str
    kind: str
    weight: int
    short_name: str
    name: str
    parent: str | None
    directed: str


def read_tree(path: Path = TREE) -> list[Line]:
    """Every department with the one above it, parents first."""
    lines: list[Line] = []
    above: list[str] = []
    for text in path.read_text(encoding="utf-8").splitlines():
        if not text.strip() or text.startswith("#"):
            continue
        depth = (len(text) - len(text.lstrip())) // 2
        del above[depth:]
        lines.append(_line(text.strip(), above[-1] if above else None))
        above.append(lines[-1].code)
    return lines


def _line(text: str, parent: str | None) -> Line:
    code, kind, weight, names = text.split(" ", 3)
    short, _, full = (part.strip() for part in names.partition("|"))
    directed = {"*": "always", "+": "large"}.get(kind[-1], "")
    return Line(code, kind.rstrip("*+"), int(weight), short, full or short, parent, directed)


def open_departments(lines: list[Line], *, at: datetime) -> dict[str, Department]:
    """Make every department of these lines; returns them by code."""
    kinds = {
        code: DepartmentKind.objects.create(code=code, name_it=name_it, name_en=name_en, rank=rank)
        for rank, (code, name_it, name_en) in enumerate(KINDS)
    }
    made: dict[str, Department] = {}
    for number, line in enumerate(lines, 1):
        made[line.code] = services.create_department(
            code=line.code,
            name=line.name,
            short_name=line.short_name,
            kind=kinds[line.kind],
            parent=made.get(line.parent),
            valid_from=FOUNDED,
            by=None,
            at=at,
            ipa_code=IPA_CODE,
            aoo_code=f"AOO{1 + sum(1 for code in made if '-' not in code):02d}",
            uo_code=f"U{number:05d}",
        )
    return made
