# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rows and files for the tests of writing an idea: a complete draft, and small real files of every kind let in."""

import io
import struct
import zipfile
import zlib

from tests import factories as make
from workflow.models import DraftInput

COMPLETE = {
    "title": "Avviso il giorno prima dell’appuntamento",
    "problem": "Molte persone non si presentano allo sportello e non disdicono.",
    "proposal": "Un messaggio il giorno prima, con un tasto per disdire.",
    "benefit": "Meno posti persi e meno attesa.",
    "beneficiaries": ["citizens", "staff"],
    "how_measured": "Meno assenze senza disdetta",
    "duration_months": 3,
    "no_personal_data": True,
}


def complete_draft(author, call, **fields):
    """A draft that lacks nothing; the authors do not know which office would take it."""
    idea = make.idea(author, call, **(COMPLETE | fields))
    DraftInput.objects.create(idea=idea, typed={"department_unknown": "1"})
    return idea


# Files ---------------------------------------------------------------------------------------------------------------


def png(width=1, height=1) -> bytes:
    """A black picture."""

    def part(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    lines = zlib.compress(b"\x00" * min(100, height * (1 + 3 * width)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", lines) + part(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 100 + b"\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
ODF_TYPE = "application/vnd.oasis.opendocument."
OOXML_TYPE = "application/vnd.openxmlformats-officedocument."


def archive(members: dict, *, first_stored="mimetype") -> bytes:
    """A zip file with these members, by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data, zipfile.ZIP_STORED if name == first_stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def odf(kind="text", **more) -> bytes:
    """An OpenDocument file."""
    return archive({"mimetype": ODF_TYPE + kind, "content.xml": "<office/>", **more})


def ooxml(kind="wordprocessingml.document", main="word/document.xml", **more) -> bytes:
    """An Office document."""
    types = f'<Types><Override PartName="/{main}" ContentType="{OOXML_TYPE}{kind}.main+xml"/></Types>'
    return archive({"[Content_Types].xml": types, main: "<w/>", **more})


def docx(**more) -> bytes:
    return ooxml(**more)


def xlsx(**more) -> bytes:
    return ooxml("spreadsheetml.sheet", "xl/workbook.xml", **more)
