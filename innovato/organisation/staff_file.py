# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads the extract of the HR system: its encoding, its columns, what is wrong with each line. Writes nothing."""

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from django.utils.translation import gettext as _

from .errors import BadStaffFile
from .staff_line import OPTIONAL, REQUIRED, StaffLine, read_line

LONGEST_FILE = 200 * 1024 * 1024
LONGEST_LINE = 64 * 1024


def read_staff_file(
    path: Path, *, progress: Callable[[int], None] = lambda lines: None
) -> tuple[list[StaffLine], list[tuple[int, str]]]:
    """The good lines of the extract and the problems, (line number, reason), of all others.

    `progress` is told the number of lines read, every 1,000. Raises BadStaffFile when the file as a whole can't be
    read as an extract: not a file, empty, too long, wrong columns.
    """
    _check_is_a_file(path)
    with path.open("rb") as stream:
        header = _header(stream.readline(LONGEST_LINE + 1))
        stream.seek(0)
        encoding = _encoding_of(stream)
        stream.seek(0)
        lines = _Lines(stream, encoding)
        good, problems = [], []
        for number, row in _rows(lines, header.delimiter, problems):
            line, reasons = read_line(number, row, header.columns)
            problems += [(number, reason) for reason in reasons]
            good += [line] if line else []
            if number % 1000 == 0:
                progress(number)
    problems += lines.problems
    problems += _duplicates(good)
    bad_numbers = {number for number, _reason in problems}
    return [line for line in good if line.number not in bad_numbers], sorted(problems)


# The file as a whole -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    columns: tuple[str, ...]
    delimiter: str


def _check_is_a_file(path: Path) -> None:
    """Raise BadStaffFile for a folder, a device, something missing, unreadable, empty or far too long."""
    try:
        about = path.stat()
        if not S_ISREG(about.st_mode):
            raise BadStaffFile(_("%(path)s non è un file: indica l’estratto in formato CSV.") % {"path": path})
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        raise BadStaffFile(
            _("Non riesco a leggere %(path)s: %(reason)s.")
            % {"path": path, "reason": getattr(error, "strerror", error)}
        ) from error
    if about.st_size == 0:
        raise BadStaffFile(_("Il file è vuoto: serve almeno la riga con i nomi delle colonne."))
    if about.st_size > LONGEST_FILE:
        raise BadStaffFile(_("Il file supera i 200 MB: non è un estratto del personale."))


def _header(raw: bytes) -> _Header:
    """The names of the columns and what separates them; raises BadStaffFile naming what is missing or unknown."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadStaffFile(_("Il file è in UTF-16: salvalo come CSV UTF-8 e riprova."))
    if b"\x00" in raw or len(raw) > LONGEST_LINE:
        raise BadStaffFile(_("Questo non è un file CSV: la prima riga non contiene nomi di colonne."))
    text = raw.removeprefix(codecs.BOM_UTF8).decode("cp1252", errors="replace").strip("\r\n")
    delimiter = ";" if ";" in text else ","
    try:
        cells = next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error as error:
        raise BadStaffFile(_("Questo non è un file CSV: la prima riga non contiene nomi di colonne.")) from error
    columns = tuple(cell.strip().lower().replace(" ", "_") for cell in cells)
    _check_columns(columns)
    return _Header(columns, delimiter)


def _check_columns(columns: tuple[str, ...]) -> None:
    """Raise BadStaffFile when columns are missing, unknown or there twice."""
    missing = [name for name in REQUIRED if name not in columns]
    unknown = [name[:40] or "(" + _("senza nome") + ")" for name in columns if name not in REQUIRED + OPTIONAL]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    for names, sentence in (
        (missing, _("Mancano queste colonne: %(names)s. La prima riga deve contenere i loro nomi.")),
        (unknown, _("Non conosco queste colonne: %(names)s. Toglile o correggi il nome.")),
        (twice, _("Queste colonne ci sono due volte: %(names)s. Lasciane una sola.")),
    ):
        if names:
            raise BadStaffFile(sentence % {"names": ", ".join(names[:10])})


def _encoding_of(stream) -> str:
    """UTF-8 when the whole file is, otherwise Windows-1252; reads the stream once, in pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := stream.read(1 << 16):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


class _Lines:
    """The decoded lines of the file. One that can't be decoded becomes empty, with its problem noted."""

    def __init__(self, stream, encoding: str):
        self._stream = stream
        self._encoding = encoding
        self._number = 0
        self.problems: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        while raw := self._stream.readline(LONGEST_LINE + 1):
            self._number += 1
            if self._number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            yield self._text(raw)

    def _text(self, raw: bytes) -> str:
        """One line as text; an empty one when it is unusable."""
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = self._stream.readline(LONGEST_LINE + 1)
            return self._unusable(_("riga troppo lunga"))
        if b"\x00" in raw:
            return self._unusable(_("contiene caratteri nulli"))
        if self._encoding == "cp1252" and not raw.isascii() and _is_utf8(raw):
            return self._unusable(_("è in UTF-8 mentre il resto del file è in Windows-1252: salva tutto in UTF-8"))
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            return self._unusable(_("contiene caratteri che non sono né UTF-8 né Windows-1252"))

    def _unusable(self, reason: str) -> str:
        self.problems.append((self._number, reason))
        return "\n"


def _is_utf8(raw: bytes) -> bool:
    """Whether these bytes make sense as UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rows(lines: _Lines, delimiter: str, problems: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows after the header with the number of their last line; broken quoting is noted and skipped."""
    after_header = iter(lines)
    next(after_header)
    reader = csv.reader(after_header, delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problems.append((reader.line_num + 1, _("virgolette fuori posto")))
            continue
        if any(cell.strip() for cell in row):
            yield reader.line_num + 1, row


def _duplicates(lines: list[StaffLine]) -> list[tuple[int, str]]:
    """A problem for every line whose staff number was there before."""
    first: dict[str, int] = {}
    found = []
    for line in lines:
        before = first.setdefault(line.staff_number, line.number)
        if before != line.number:
            words = {"number": line.staff_number, "line": before}
            found.append((line.number, _("la matricola %(number)s c’è già alla riga %(line)d") % words))
    return found
