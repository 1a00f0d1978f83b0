# SPDX-License-Identifier: AGPL-3.0-or-later
"""The panel "Esporta" of a page with a report: the form, the files under way and the files ready."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

from innovato.exports import reports, selectors

register = template.Library()


@register.inclusion_tag("exports/_panel.html", takes_context=True)
def export_panel(context, report: str, parameters: dict) -> dict:
    """One query: the reader's latest files of this report."""
    request = context["request"]
    return {
        "report": report,
        "parameters": parameters,
        "formats": [(format.value, format.label) for format in reports.get(report).formats],
        "languages": settings.LANGUAGES,
        "language": get_language() or "it",
        "jobs": selectors.of_report(person=request.user, report=report),
        "address": reports.get(report).address(parameters),
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }


@register.inclusion_tag("exports/_mailings.html", takes_context=True)
def mailing_panel(context, report: str) -> dict:
    """Who receives this report on a schedule, and the form to add somebody. Two queries and those of the report's readers."""
    kind = reports.get(report)
    return {
        "report": report,
        "rows": [(row, kind.schedules().get(row.every, "")) for row in selectors.mailings(report)],
        "readers": kind.readers(),
        "schedules": kind.schedules().items(),
        "formats": [(format.value, format.label) for format in kind.formats],
        "csrf_token": context.get("csrf_token"),
        "request": context["request"],
    }


@register.inclusion_tag("exports/_table.html")
def report_table(table, css: str = "") -> dict:
    """A table of a report as the page shows it; `css` are further classes."""
    return {"table": table, "css": css}


@register.simple_tag
def cells(row, table) -> list:
    """A row's cells with the head of their columns and whether they hold figures."""
    return list(zip(row, table.head, table.right, strict=True))


@register.filter
def kilobytes(size: int) -> int:
    """The size of a file in whole kB, at least one."""
    return max(1, round(size / 1000))
