# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an uploaded file really is, read from its bytes: seven kinds are let in, everything else is refused in words.

Reads bounded pieces only, so that a small file that unpacks into a huge one costs nothing.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from workflow.errors import BadFile

ODF = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class FileType:
    """A kind of file that is let in: its type and the endings its name may have, the usual one first."""

    content_type: str
    endings: tuple[str, ...]


PDF = FileType("application/pdf", ("pdf",))
PNG = FileType("image/png", ("png",))
JPEG = FileType("image/jpeg", ("jpg", "jpeg"))
ODT = FileType(f"{ODF}text", ("odt",))
ODS = FileType(f"{ODF}spreadsheet", ("ods",))
DOCX = FileType(f"{OOXML}wordprocessingml.document", ("docx",))
XLSX = FileType(f"{OOXML}spreadsheetml.sheet", ("xlsx",))
ALLOWED = (PDF, PNG, JPEG, ODT, ODS, DOCX, XLSX)
ENDINGS = tuple(ending for kind in ALLOWED for ending in kind.endings)

# The test signature every virus scanner knows, in two parts so that no scanner takes this module for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ZIP_END = b"PK\x05\x06"
LONGEST_ZIP_TAIL = 22 + 65_535
MOST_MEMBERS = 5_000
MOST_UNPACKED = 300 * 1024 * 1024  # bytes that all members together say they unpack to
MOST_RATIO = 250  # unpacked bytes for each packed one, beyond which no document goes
LONGEST_LIST = 1024 * 1024  # of the list of parts of an office document
SMALL_MEMBER = 4096  # members this small are looked into for the test signature
MOST_PIXELS = 120_000_000
ACTIVE = re.compile(rb"<\s*(?:script|html|svg|iframe|\?php)", re.IGNORECASE)
PDF_HEAD = b"%PDF-"
MACROS = re.compile(r"^(?:Basic|Scripts)/|vbaproject|^xl/macrosheets/", re.IGNORECASE)
PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What reading a broken archive can raise.
UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)


def sniff(file: BinaryIO, size: int) -> FileType:
    """What the file is. Raises BadFile, with the sentence to show, for everything that is not let in.

    `file` is seekable and at most some megabytes long; it is left at its beginning.
    """
    file.seek(0)
    data = file.read(size)
    try:
        if EICAR in data:
            raise BadFile(_("L’antivirus riconosce questo file come pericoloso: non lo carichiamo."))
        return _kind_of(data, file)
    finally:
        file.seek(0)


def _kind_of(data: bytes, file: BinaryIO) -> FileType:
    if data.startswith(PDF_HEAD):
        return _pdf(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(b"PK\x03\x04"):
        return _document(data, file)
    raise BadFile(_("Questo tipo di file non si può allegare: vanno bene PDF, PNG, JPG, ODT, ODS, DOCX e XLSX."))


def _damaged() -> BadFile:
    return BadFile(_("Il file è rovinato o incompleto: salvalo di nuovo e riprova."))


def _double() -> BadFile:
    return BadFile(_("Il file contiene un altro file nascosto: salvalo di nuovo e riprova."))


def _holds_zip(data: bytes) -> bool:
    """Whether the bytes end like an archive: readers of archives start from the end, whatever stands before."""
    tail = data[-LONGEST_ZIP_TAIL:]
    at = tail.rfind(ZIP_END)
    while at >= 0:
        if len(tail) - at >= 22 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.rfind(ZIP_END, 0, at)
    return False


def _pdf(data: bytes) -> FileType:
    if b"%%EOF" not in data[-2048:]:
        raise _damaged()
    if _holds_zip(data) or ACTIVE.search(data[:1024]):
        raise _double()
    return PDF


def _png(data: bytes) -> FileType:
    """Walks from part to part: the first is the header, after the last comes nothing."""
    at, first = 8, True
    while True:
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if len(name) < 4 or at + 12 + length > len(data) or (first and (name != b"IHDR" or length != 13)):
            raise _damaged()
        if first and int.from_bytes(data[16:20], "big") * int.from_bytes(data[20:24], "big") > MOST_PIXELS:
            raise BadFile(_("L’immagine è troppo grande da aprire: riducila e riprova."))
        at, first = at + 12 + length, False
        if name == b"IEND":
            break
    if at != len(data):
        raise _double()
    return PNG


def _jpeg(data: bytes) -> FileType:
    if b"\xff\xd9" not in data[-LONGEST_ZIP_TAIL:] or len(data) < 100:
        raise _damaged()
    end = data.rfind(b"\xff\xd9") + 2
    if _holds_zip(data) or PDF_HEAD in data[:1024] or ACTIVE.search(data[:1024]) or ACTIVE.search(data[end:]):
        raise _double()
    return JPEG


def _document(data: bytes, file: BinaryIO) -> FileType:
    """An office document: an archive that says what it is in its first part or in its list of parts."""
    if PDF_HEAD in data[:1024] or not _holds_zip(data):
        raise _damaged()
    try:
        with zipfile.ZipFile(file) as archive:
            names = _checked_members(archive, len(data))
            if "mimetype" in names:
                return _open_document(archive, names)
            if "[Content_Types].xml" in names:
                return _office_document(archive, names)
    except UNREADABLE as error:
        raise _damaged() from error
    raise BadFile(_("Gli archivi non si possono allegare: carica i documenti uno per uno."))


def _checked_members(archive: zipfile.ZipFile, size: int) -> set[str]:
    members = archive.infolist()
    packed, unpacked = sum(m.compress_size for m in members), sum(m.file_size for m in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or packed > size or unpacked > MOST_RATIO * size:
        raise BadFile(_("Il documento, una volta aperto, è troppo grande: riducilo e riprova."))
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if member.flag_bits & 1:
            raise BadFile(_("Il documento è protetto da una password: toglila e riprova."))
        if member.compress_type not in PACKINGS:
            raise _damaged()
        if ".." in parts or parts[0] == "" or "\x00" in member.orig_filename:
            raise _double()
        if 0 < member.file_size <= SMALL_MEMBER and EICAR in _read(archive, member.filename, SMALL_MEMBER):
            raise BadFile(_("L’antivirus riconosce questo file come pericoloso: non lo carichiamo."))
    return {member.filename for member in members}


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The beginning of a member, never more than `most` bytes whatever it says of itself."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise _damaged()
    return data


def _macros() -> BadFile:
    return BadFile(_("Il documento contiene macro: salvalo senza e riprova."))


def _open_document(archive: zipfile.ZipFile, names: set[str]) -> FileType:
    said = _read(archive, "mimetype", 200).decode("ascii", "replace").strip()
    kind = next((kind for kind in (ODT, ODS) if kind.content_type == said), None)
    if kind is None or "content.xml" not in names:
        raise BadFile(_("Tra i documenti OpenDocument vanno bene solo ODT e ODS."))
    if any(MACROS.search(name) for name in names):
        raise _macros()
    return kind


def _office_document(archive: zipfile.ZipFile, names: set[str]) -> FileType:
    listed = _read(archive, "[Content_Types].xml", LONGEST_LIST)
    if b"macroEnabled" in listed or b"vbaProject" in listed or any(MACROS.search(name) for name in names):
        raise _macros()
    for kind, main in ((DOCX, "word/document.xml"), (XLSX, "xl/workbook.xml")):
        if main in names and f"{kind.content_type}.main+xml".encode() in listed:
            return kind
    raise BadFile(_("Tra i documenti di Office vanno bene solo DOCX e XLSX."))
