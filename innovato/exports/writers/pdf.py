# SPDX-License-Identifier: AGPL-3.0-or-later
"""An accessible PDF (tagged, PDF/UA-1) set by typst: the city's look, our own fonts, nothing fetched from anywhere.

The report travels as one JSON value, never as text of the typesetting language: no word of it can run.
"""

import json
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from innovato.exports.document import Document, Section, Table
from innovato.exports.writers.plain import Progress, lines

LAYOUT = Path(__file__).with_name("report.typ")
FONTS = Path(settings.BASE_DIR) / "innovato" / "static" / "fonts" / "pdf"
# The chart's classes as in innovato.css: a picture in a file has no style sheet beside it.
CHART_STYLE = (
    "text{font-family:'Titillium Web';font-size:14px;fill:#4a5d70}.val{font-weight:600;fill:#17324d}"
    ".grid{stroke:#e2e8ee;stroke-width:1}.base{stroke:#64788c;stroke-width:1.5;stroke-dasharray:2 4;fill:none}"
    ".goal{stroke:#006644;stroke-width:2;stroke-dasharray:8 5;fill:none}.goal-t{fill:#006644;font-weight:600}"
    ".ser{stroke:#0066cc;stroke-width:2.5;fill:none;stroke-linejoin:round}.pt{fill:#fff;stroke:#0066cc;stroke-width:2.5}"
    ".last{fill:#0066cc}.bar{fill:#3d86d6}.hot{fill:#004a94}"
)


def write(document: Document, path: Path, progress: Progress) -> None:
    """The report on A4, with its charts; the words of the frame in the active language."""
    progress(0.1)
    typst.compile(
        LAYOUT,
        output=str(path),
        root=LAYOUT.parent,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"report": json.dumps(_values(document), ensure_ascii=False)},
    )
    progress(1)


def _values(document: Document) -> dict:
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "city": document.city,
        "facts": [list(fact) for fact in document.facts],
        "sections": [_section(section) for section in document.sections],
        "notes": list(document.notes),
        "words": {"page": _("Pagina {n} di {all}"), "source": "InnovaTo"},
    }


def _section(section: Section) -> dict:
    chart = section.chart
    return {
        "heading": section.heading,
        "definition": section.definition,
        "note": section.note,
        "sentence": chart.sentence if chart else "",
        "picture": standalone(str(chart.svg)) if chart and chart.svg else "",
        "table": _table(section.table),
    }


def _table(table: Table) -> dict:
    return {
        "caption": table.caption,
        "head": list(table.head),
        "right": list(table.right),
        "rows": [[cell.shown for cell in row] for row in lines(table)],
        "totals": len(table.foot),
    }


def standalone(svg: str) -> str:
    """A chart as a picture of its own: with the name of its language and its style inside."""
    if not svg:
        return ""
    head, mark, rest = svg.partition(">")
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f"{head}{mark}<style>{CHART_STYLE}</style>{rest}"
