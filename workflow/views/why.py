# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why can I, or can't I: every act on one idea, explained to the person who asks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from workflow.context import actor_of
from workflow.models import Idea
from workflow.selectors.why import reasons
from workflow.views import answers


@signed_in
@require_safe
def why(request: HttpRequest, ref: str) -> HttpResponse:
    """The reasons, what one can do first; `?che=` names the act that was refused and puts it on top."""
    rows = Idea.objects.with_rule_data().select_related("department", "reexamination_department")
    idea = answers.idea_or_404(request, ref, rows)
    found = reasons(actor=actor_of(request), idea=idea, at=timezone.now())
    asked = request.GET.get("che", "")
    found.sort(key=lambda answer: answer.key != asked)
    return render(request, "workflow/ideas/why.html", {"idea": idea, "answers": found, "asked": asked})
