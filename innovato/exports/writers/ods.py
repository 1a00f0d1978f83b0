# SPDX-License-Identifier: AGPL-3.0-or-later
"""ODS (OpenDocument 1.3), written as a stream: a zip with the table's XML, row by row, in constant memory."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from innovato.cells import harmless
from innovato.exports.document import Cell, Document, Kind
from innovato.exports.writers.plain import Progress, lines, printable, sayer, tabs

MIME = "application/vnd.oasis.opendocument.spreadsheet"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
    for name, path in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
                       ("number", "datastyle"), ("fo", "xsl-fo-compatible"), ("manifest", "manifest"))
)  # fmt: skip
MANIFEST = (
    f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {SPACES} manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
STYLES = (
    '<number:percentage-style style:name="np"><number:number number:decimal-places="0" number:min-integer-digits="1"/>'
    "<number:text>%</number:text></number:percentage-style>"
    '<number:date-style style:name="nd"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
    "</number:date-style>"
    '<number:number-style style:name="n0"><number:number number:decimal-places="0" number:min-integer-digits="1"'
    ' number:grouping="true"/></number:number-style>'
    '<style:style style:name="c0" style:family="table-cell" style:data-style-name="n0"/>'
    '<style:style style:name="cp" style:family="table-cell" style:data-style-name="np"/>'
    '<style:style style:name="cd" style:family="table-cell" style:data-style-name="nd"/>'
    '<style:style style:name="ch" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="w1" style:family="table-column"><style:table-column-properties style:column-width="8cm"/>'
    '</style:style><style:style style:name="w2" style:family="table-column">'
    '<style:table-column-properties style:column-width="3cm"/></style:style>'
)


def write(document: Document, path: Path, progress: Progress) -> None:
    """One sheet for the circumstances, one per table, each with its caption, head, rows and totals."""
    say = sayer(document, progress)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        # First and uncompressed, so that a program knows the type without unpacking.
        archive.writestr("mimetype", MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        with archive.open("content.xml", "w", force_zip64=True) as stream:
            for piece in _content(document, say):
                stream.write(piece.encode())


def _content(document: Document, say):
    yield f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES} office:version="1.3">'
    yield f"<office:automatic-styles>{STYLES}</office:automatic-styles><office:body><office:spreadsheet>"
    for name, table in tabs(document):
        yield f'<table:table table:name={quoteattr(printable(name))}><table:table-column table:style-name="w1"/>'
        yield f'<table:table-column table:style-name="w2" table:number-columns-repeated="{max(1, len(table.head) - 1)}"/>'
        yield f"<table:table-row>{_words(table.caption, 'ch')}</table:table-row>"
        yield f"<table:table-row>{''.join(_words(word, 'ch') for word in table.head)}</table:table-row>"
        for line in lines(table):
            yield f"<table:table-row>{''.join(map(_cell, line))}</table:table-row>"
            say()
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _words(value: str, style: str = "") -> str:
    look = f' table:style-name="{style}"' if style else ""
    words = escape(printable(harmless(value)))
    return f'<table:table-cell{look} office:value-type="string"><text:p>{words}</text:p></table:table-cell>'


def _cell(cell: Cell) -> str:
    match cell.kind:
        case Kind.NUMBER:
            look = "" if cell.decimals else ' table:style-name="c0"'
            kept = f'{look} office:value-type="float" office:value="{cell.value:.{cell.decimals}f}"'
        case Kind.MONEY:
            kept = f' office:value-type="currency" office:currency="EUR" office:value="{cell.value:.2f}"'
        case Kind.PERCENT:
            kept = f' table:style-name="cp" office:value-type="percentage" office:value="{cell.value / 100:.2f}"'
        case Kind.DATE:
            kept = f' table:style-name="cd" office:value-type="date" office:date-value="{cell.value.isoformat()}"'
        case _:
            return _words(cell.shown)
    return f"<table:table-cell{kept}><text:p>{escape(cell.shown)}</text:p></table:table-cell>"
