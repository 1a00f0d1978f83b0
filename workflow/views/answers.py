# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages answer with: the idea they are about, a refusal in words, a form shown again, the way on after a success."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, Missing, WorkflowError
from workflow.models import Idea

PRINTED_AGAIN = 422  # a form with something to mend; browsers and htmx both show it


def idea_or_404(request: HttpRequest, ref: str, rows=None) -> Idea:
    """The idea with this number or uuid. Http404, with the same words, when it is not there or not for this person.

    `rows` is a queryset of ideas with what the page needs besides (by default what the rules read).
    """
    rows = Idea.objects.with_rule_data() if rows is None else rows
    idea = rows.filter(**ref_filter(ref)).first()
    if idea is None or not rules.can_see(actor_of(request), idea):
        raise Http404
    return idea


def ref_filter(ref: str) -> dict:
    """The lookup behind a name in an address: a number, or a draft's uuid (a numbered idea answers to both)."""
    return {"number": ref} if "-" in ref else {"uuid": ref}


def refused(request: HttpRequest, error: WorkflowError, *, idea: Idea | None = None) -> HttpResponse:
    """Answer a refusal with its sentence and status; Http404 for what does not exist for this person.

    A full page with the way back to the idea, or for htmx a short message that leaves the page as it is. Where a form
    can be mended use `add_errors` and `form_again` instead.
    """
    if isinstance(error, Missing):
        raise Http404
    context = {"sentence": error.sentence, "idea": idea}
    if not request.htmx:
        return render(request, "workflow/answers/refused.html", context, status=error.status)
    response = render(request, "workflow/answers/_refused.html", context, status=error.status)
    return reswap(retarget(response, "#toasts"), "beforeend")


def add_errors(form: BaseForm, error: WorkflowError) -> None:
    """Put what a service found wrong beside the form's fields; what belongs to no field of it goes on top."""
    if not isinstance(error, Incomplete):
        form.add_error(None, str(error.sentence))
        return
    for name, sentence in error.fields.items():
        form.add_error(name if name in form.fields else None, str(sentence))


def form_again(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """The same page, or fragment, with the form as it was filled in and its errors."""
    return render(request, template, context, status=PRINTED_AGAIN)


def done(request: HttpRequest, url: str, sentence: str = "") -> HttpResponse:
    """Go on to `url`, where `sentence` says what happened; htmx leaves the page too."""
    if sentence:
        messages.success(request, sentence)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def to_idea(request: HttpRequest, idea: Idea, sentence: str = "", anchor: str = "") -> HttpResponse:
    """Go back to the idea's page."""
    return done(request, reverse("workflow:idea", kwargs={"ref": idea.ref}) + anchor, sentence)


def posted_version(request: HttpRequest) -> int:
    """The version of the idea that the person saw, from the form's hidden field `version`.

    Anything that is no number gives -1, which no idea has: the service then answers with a conflict.
    """
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def key_or_none(text: str) -> int | None:
    """A row's key as an address says it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
