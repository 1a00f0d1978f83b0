# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ZIP for people and programs: what it is in words, everything as JSON, each table as CSV, and the files that go along."""

import json
import re
import unicodedata
import zipfile
from io import StringIO
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from innovato.cells import csv_lines
from innovato.exports.document import Cell, Document, Kind, Table
from innovato.exports.writers.plain import Progress, lines
from innovato.exports.writers.separated import written

CHUNK = 256 * 1024
LONGEST_NAME = 80


def write(document: Document, path: Path, progress: Progress) -> None:
    """Write the archive. A file that the storage no longer has is named in the words, and nothing else happens."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_("dati.json"), json.dumps(as_values(document), ensure_ascii=False, indent=1))
        steps = len(document.sections) + len(document.files) + 1
        for number, section in enumerate(document.sections, 1):
            name = f"{_('tabelle')}/{number:02d}-{_plain(section.table.name)}.csv"
            archive.writestr(name, as_csv(section.table))
            progress(number / steps)
        missing = []
        for number, file in enumerate(document.files, 1):
            if not _add(archive, f"{_('allegati')}/{number:02d}-{_plain(file.name)}", file.stored):
                missing.append(file.name)
            progress((len(document.sections) + number) / steps)
        archive.writestr(_("leggimi.txt"), _words(document, missing))
    progress(1.0)


def as_values(document: Document) -> dict:
    """The document as plain values under readable names, in the document's language."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "facts": dict(document.facts),
        "notes": list(document.notes),
        "sections": [
            {
                "key": section.key,
                "heading": section.heading,
                "definition": section.definition,
                "rows": [
                    {word: _value(cell) for word, cell in zip(section.table.head, row, strict=True)}
                    for row in lines(section.table)
                ],
            }
            for section in document.sections
        ],
    }


def as_csv(table: Table) -> str:
    """One table as a file of its own, with the mark that spreadsheets need for accents."""
    out = StringIO(newline="")
    csv_lines(out, table.head, ([written(cell) for cell in row] for row in lines(table)))
    return "\ufeff" + out.getvalue()


def _value(cell: Cell):
    match cell.kind:
        case Kind.NUMBER | Kind.PERCENT:
            return int(cell.value) if cell.value == int(cell.value) else float(cell.value)
        case Kind.MONEY:
            return str(cell.value)
        case Kind.DATE:
            return cell.value.isoformat()
        case Kind.HIDDEN | Kind.EMPTY:
            return None
    return cell.shown


def _words(document: Document, missing: list[str]) -> str:
    parts = [document.title, document.subtitle, ""]
    parts += [f"{label}: {value}" for label, value in document.facts]
    for section in document.sections:
        parts += ["", f"{section.heading} ({len(section.table.rows)})", section.definition]
    parts += ["", *document.notes]
    parts += [_("Questo file non c’è più: %(name)s") % {"name": name} for name in missing]
    return "\r\n".join(part for part in parts if part is not None) + "\r\n"


def _add(archive: zipfile.ZipFile, name: str, stored: str) -> bool:
    try:
        content = default_storage.open(stored)
    except FileNotFoundError:
        return False
    with content, archive.open(name, "w") as target:
        while chunk := content.read(CHUNK):
            target.write(chunk)
    return True


def _plain(name: str) -> str:
    """A name that any computer can unpack: letters, digits, points and dashes, no way out of the folder."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9.]+", "-", ascii_only).strip("-.")[-LONGEST_NAME:] or "file"
