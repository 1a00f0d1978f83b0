# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the sheet asks while one types: similar ideas, the names of offices and of colleagues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from innovato.organisation.auth import signed_in
from innovato.organisation.selectors import search_people
from workflow.context import actor_of
from workflow.errors import WorkflowError
from workflow.forms.fields import cleaned
from workflow.forms.inputs import written
from workflow.models import Idea
from workflow.selectors.offices import MOST_OFFERED, Offices
from workflow.services import writing
from workflow.views import answers
from workflow.views.proposing.sheet import similar_context, uuid_of

LONGEST = 6000  # characters that are read of each text
SHORTEST_NAME = 2


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def similar(request: HttpRequest) -> HttpResponse:
    """The ideas like a text: the panel beside the sheet, or a page of its own. Long texts come by post."""
    asked = request.POST if request.method == "POST" else request.GET
    title, problem = (cleaned(asked.get(name, "")[:LONGEST], lines=True) for name in ("title", "problem"))
    uuid = uuid_of(asked.get("token", ""))
    mine = Idea.objects.signed_by(request.user.pk).filter(uuid=uuid).first() if uuid else None
    context = similar_context(title, problem, actor=actor_of(request), idea=mine)
    template = "_similar.html" if request.htmx else "similar.html"
    return render(request, f"workflow/proposing/{template}", context | {"arrived": True})


@signed_in
@require_POST
def dismiss_similar(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that one's own idea is not the same as another one."""
    idea = answers.idea_or_404(request, ref)
    other = answers.idea_or_404(request, number) if (number := _number(request)) else None
    try:
        if other is not None:
            writing.call_different(idea_id=idea.pk, similar_id=other.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, reverse("workflow:idea_edit", kwargs={"ref": idea.ref}) + "#simili")


def _number(request: HttpRequest) -> str:
    number = request.POST.get("similar", "")
    return number if len(number) <= 12 and number.replace("-", "").isdigit() and "-" in number else ""


@signed_in
@require_GET
def offices(request: HttpRequest) -> HttpResponse:
    """Names of offices that begin like what is typed, for the input's list."""
    text = cleaned((request.GET.get("department") or request.GET.get("touched_add") or "")[:200], lines=False)
    found = Offices(timezone.localdate()).meant_by(text) if len(text) >= SHORTEST_NAME else []
    names = [(office.label, office.path) for office in found[:MOST_OFFERED]]
    return render(request, "workflow/proposing/_names.html", {"names": names})


@signed_in
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Names of colleagues that begin like what is typed, for the input's list."""
    text = cleaned((request.GET.get("coauthor") or request.GET.get("to", ""))[:200], lines=False)
    found = search_people(text, limit=MOST_OFFERED) if len(text) >= SHORTEST_NAME else []
    names = [(written(person), person.home_department.short_name if person.home_department else "") for person in found]
    return render(request, "workflow/proposing/_names.html", {"names": names})
