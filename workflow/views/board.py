# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's board, in columns or as a table, for the departments one follows."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow.context import actor_of
from workflow.errors import NotAllowed
from workflow.selectors import board as selectors
from workflow.selectors import board_list
from workflow.views import answers

NOT_YOURS = gettext_lazy("Questa pagina è per chi dirige. Se pensi di doverla vedere, chiedi all’Ufficio innovazione.")


@signed_in
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The flow of ideas through the departments this person follows."""
    if not actor_of(request).access.has(Capability.VIEW_PIPELINE):
        return answers.refused(request, NotAllowed(NOT_YOURS))
    scope = selectors.scope(actor_of(request), request.GET.get("struttura", ""), today=timezone.localdate())
    if request.GET.get("vista") == "elenco":
        return _as_list(request, scope)
    return _as_columns(request, scope)


def _as_columns(request: HttpRequest, scope: selectors.Scope) -> HttpResponse:
    actor, at, where = actor_of(request), timezone.now(), scope.where()
    today = timezone.localdate(at)
    waiting = selectors.waiting(actor, where, at=at)
    late = [row for row in waiting if row.due_on and row.due_on < today]
    context = {
        "scope": scope,
        "columns": selectors.columns(actor, where, at=at, decidable=frozenset(row.pk for row in waiting)),
        "figures": selectors.figures(actor, where, at=at),
        "waiting": waiting,
        "late": late,
        "late_days": (today - late[0].due_on).days if late else 0,
        "year": today.year,
        "list_query": _query(scope, vista="elenco"),
        "department_query": _query(scope),
    }
    return render(request, "workflow/board/board.html", context)


def _as_list(request: HttpRequest, scope: selectors.Scope) -> HttpResponse:
    actor, at = actor_of(request), timezone.now()
    order = board_list.ORDERS.get(request.GET.get("ordine", ""), board_list.ORDERS["scadenza"])
    stage = request.GET.get("fase", "")
    stage = stage if stage in selectors.BY_KEY else ""
    after = request.GET.get("dopo", "")[:200]
    page = board_list.page(actor, scope.where(), order, at=at, stage=stage, after=after)
    kept = {"vista": "elenco", "fase": stage}
    context = {
        "scope": scope,
        "page": page,
        "order": order,
        "stage": stage,
        "stages": selectors.STAGES,
        "orders": [(each, _query(scope, **kept, ordine=each.key)) for each in board_list.ORDERS.values()],
        "next_query": _query(scope, **kept, ordine=order.key, dopo=page.after) if page.after else "",
        "first_query": _query(scope, **kept, ordine=order.key) if after else "",
        "board_query": _query(scope),
    }
    return render(request, "workflow/board/list.html", context)


def _query(scope: selectors.Scope, **values) -> str:
    """The address's query for the same departments with other values."""
    if scope.chosen:
        values["struttura"] = scope.chosen.pk
    kept = {name: value for name, value in values.items() if value not in ("", None)}
    return f"?{urlencode(kept)}" if kept else "?"
