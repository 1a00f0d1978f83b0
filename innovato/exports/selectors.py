# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading orders: a person's own, those of one report, and the register."""

from collections.abc import Mapping

from innovato.exports.models import Download, Export, ExportState, Mailing

SHOWN = 5
PAGE = 50


def of_report(*, person, report: str, parameters: Mapping[str, str] | None = None) -> list[Export]:
    """The person's latest orders of one report that are still of use, newest first. One query."""
    rows = Export.objects.filter(person=person, report=report)
    rows = rows.exclude(state__in=[ExportState.EXPIRED, ExportState.CANCELLED])
    if parameters is not None:
        rows = rows.filter(parameters=dict(parameters))
    return list(rows.order_by("-asked_at", "-pk")[:SHOWN])


def own(*, person) -> list[Export]:
    """The person's latest orders of all kinds, newest first. Two queries."""
    rows = Export.objects.filter(person=person).order_by("-asked_at", "-pk")
    return list(rows.prefetch_related("downloads")[:PAGE])


def register() -> list[Download]:
    """The latest downloads of everybody, newest first. One query."""
    return list(Download.objects.select_related("export", "person").order_by("-at", "-pk")[:PAGE])


def mailings(report: str) -> list[Mailing]:
    """Who receives this report on a schedule. One query."""
    return list(Mailing.objects.filter(report=report).select_related("person").order_by("person__last_name", "pk"))
