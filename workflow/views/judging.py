# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pages of screening, review and decision share: a rule's refusal as an answer, and forms sent empty."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from workflow import rules
from workflow.errors import WorkflowError
from workflow.models import Idea
from workflow.views import answers

GET_OR_POST = ["GET", "HEAD", "POST"]


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None for a page that was only asked for."""
    return request.POST if request.method == "POST" else None


def posted_number(request: HttpRequest, name: str) -> int:
    """A whole number from a hidden field; -1, which nothing has, for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def refused_by(request: HttpRequest, refusal: rules.Refusal, idea: Idea) -> HttpResponse:
    """The answer to a refusal that the rules give before anything is done."""
    error = WorkflowError(refusal.sentence)
    error.status = refusal.status
    return answers.refused(request, error, idea=idea)


def form_page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """A page with one form: filled in wrongly it comes back with 422."""
    if context["form"].is_bound and context["form"].errors:
        return answers.form_again(request, template, context)
    return render(request, template, context)
