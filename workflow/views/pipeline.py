# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page "Andamento delle idee": figures about the flow, for the departments one follows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow.context import actor_of
from workflow.errors import NotAllowed
from workflow.pipeline import report
from workflow.selectors import board as selectors
from workflow.views import answers
from workflow.views.board import NOT_YOURS


@signed_in
@require_safe
def pipeline(request: HttpRequest) -> HttpResponse:
    """The figures, each with its definition, chart and table, and the way to have them as a file."""
    actor, at = actor_of(request), timezone.now()
    if not actor.access.has(Capability.VIEW_PIPELINE):
        return answers.refused(request, NotAllowed(NOT_YOURS))
    scope = selectors.scope(actor, request.GET.get("struttura", ""), today=timezone.localdate(at))
    context = {
        "scope": scope,
        "document": report.build(actor.access, scope.chosen, at=at),
        "parameters": {"struttura": str(scope.chosen.pk) if scope.chosen else ""},
    }
    return render(request, "workflow/board/pipeline.html", context)
