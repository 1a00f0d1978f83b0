# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of HR: a period, a ballot or a year of the closed catalogue, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.auth import signed_in
from innovato.participation import choice as choices
from innovato.participation import report, rules, selectors
from innovato.participation.catalogue import CATALOGUE, EVERY_MEASURE, Measure, PeriodKind


@signed_in
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The released tables of one period, with a chart, the sentence about hidden cells and the way to a file."""
    if not rules.may_view(DepartmentAccess.of(request.user)):
        return _refused(request)
    try:
        choice = choices.read(request.GET)
        document = report.build(choice, at=timezone.now())
    except choices.NotThere as error:
        return _missing(request, error)
    context = _controls(choice) | {
        "choice": choice,
        "document": document,
        "figures": _figures(choice),
        "parameters": choice.parameters,
        "rows": _links(choice),
        "notes": document.notes,
    }
    return render(request, "participation/overview.html", context)


@signed_in
@require_safe
@never_cache
def preparations(request: HttpRequest) -> HttpResponse:
    """How far the tables are that are being prepared, for the page that asks again; without a script, that page."""
    if not rules.may_view(DepartmentAccess.of(request.user)):
        return _refused(request)
    if not request.htmx:
        return redirect(f"{reverse('participation:overview')}#preparazioni")
    found = _preparations()
    response = render(request, "participation/_preparations.html", {"preparations": found})
    if not found["going"]:
        trigger_client_event(response, "announce", _("La preparazione è finita: ricarica la pagina."), after="swap")
    return response


def _preparations() -> dict:
    """The preparations to watch with their words, and whether one of them still goes on. One query."""
    found = selectors.jobs_to_watch()
    jobs = [
        {"job": job, "period": report.words_of(job.period), "problems": selectors.problems_of(job)} for job in found
    ]
    return {"jobs": jobs, "going": any(job.finished_at is None for job in found)}


def _refused(request: HttpRequest) -> HttpResponse:
    sentence = _("Questa pagina è per le Risorse umane. Se pensi di doverla vedere, chiedi all’Ufficio innovazione.")
    return render(request, "workflow/answers/refused.html", {"sentence": sentence}, status=403)


def _missing(request: HttpRequest, error: choices.NotThere) -> HttpResponse:
    """What is not released is not there: a sentence, and what can be chosen instead."""
    context = _controls(None) | {"sentence": error.sentence, "job": error.job}
    return render(request, "participation/missing.html", context, status=404 if request.GET else 200)


def _controls(choice: choices.Choice | None) -> dict:
    """What the three lists offer."""
    by_kind = {kind: [] for kind in (PeriodKind.QUARTER, PeriodKind.YEAR, PeriodKind.BALLOT)}
    for period in selectors.released_periods():
        by_kind[period.kind].append((period.key, report.words_of(period)))
    return {
        "preparations": _preparations(),
        "periods": [(kind.label, found) for kind, found in by_kind.items() if found],
        "measures": EVERY_MEASURE if choice and choice.period.kind == PeriodKind.QUARTER else (),
        "views": [(view, view_words(view)) for view in choices.VIEWS[choice.period.kind] if view] if choice else [],
    }


def view_words(view: str) -> str:
    """The name of a breakdown."""
    return {
        choices.FIRST_LEVEL: _("Strutture di primo livello"),
        choices.TREE: _("Tutte le strutture"),
        choices.AREAS: _("Aree contrattuali"),
    }[view]


def _figures(choice: choices.Choice) -> list[dict]:
    """The city's totals of the period: people, of how many, and the period before where that is released too."""
    table = next(table for table, (kind, _m) in CATALOGUE.items() if kind == choice.period.kind)
    found = []
    for release in selectors.releases_for(table=table, period=choice.period):
        now, earlier = selectors.table(release), selectors.release_before(release)
        cell = now.city.total
        old = selectors.table(earlier).city.total if earlier else None
        found.append(
            {
                "label": now.measure.label,
                "count": report.count_cell(cell),
                "rate": report.rate_cell(cell),
                "staff": cell.staff,
                "before": report.rate_cell(old).shown if old and old.rate is not None else None,
                "order": list(Measure).index(now.measure),
            }
        )
    return sorted(found, key=lambda each: each["order"])


def _links(choice: choices.Choice) -> list[tuple[str, str]]:
    """The departments of the shown rows that comprise others, with the address of their part of the tree."""
    if choice.period.kind == PeriodKind.YEAR or choice.view == choices.AREAS:
        return []
    table = selectors.table(choices.find(choice))
    rows = choices.rows_of(choice, table)
    base = reverse("participation:overview")
    return [
        (row.label, f"{base}?{urlencode(choice.parameters | {'struttura': row.code})}")
        for row in rows
        if not row.is_leaf and row.code != choice.code
    ]
