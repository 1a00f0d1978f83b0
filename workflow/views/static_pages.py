# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that only explain: how it works, rules and personal data, accessibility; and the gallery of page pieces."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from workflow import gallery as gallery_contents
from workflow import state_words
from workflow.states import IdeaState, ReasonCode


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How an idea travels, who does what and by when; open to everybody."""
    picture = f"img/workflow-{get_language() or 'it'}.svg"
    context = {"table": state_words.table(), "terms": state_words.terms(), "picture": picture}
    return render(request, "workflow/help/help.html", context)


@require_safe
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules of the programme, the promise of the ballot and what happens to personal data; open to everybody."""
    context = {"terms": state_words.terms(), "reasons": ReasonCode.labels}
    return render(request, "workflow/help/rules.html", context)


@require_safe
def accessibility_page(request: HttpRequest) -> HttpResponse:
    """The accessibility statement; open to everybody."""
    return render(request, "workflow/help/accessibility.html")


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every piece of the pages in all its states: for who builds them, so only while developing or in the demo."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "workflow/help/gallery.html", {"states": IdeaState, **gallery_contents.contents()})
