# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's page for covering what tells who proposes an idea of a blind campaign."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from innovato.organisation.auth import signed_in
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, WorkflowError
from workflow.forms.screening import RedactForm
from workflow.models import Idea
from workflow.services import redaction
from workflow.views import answers
from workflow.views.judging import GET_OR_POST, form_page, posted, refused_by


@signed_in
@require_http_methods(GET_OR_POST)
def redact(request: HttpRequest, ref: str) -> HttpResponse:
    """The text to copy passages from, and the files to withhold."""
    rows = Idea.objects.with_rule_data().prefetch_related("attachments")
    idea = answers.idea_or_404(request, ref, rows)
    at = timezone.now()
    refusal = rules.refusal(actor_of(request), "redact", idea, at)
    if refusal is not None:
        return refused_by(request, refusal, idea)
    form = RedactForm(posted(request), attached=[file for file in idea.attachments.all() if not file.withheld])
    if request.method == "POST" and form.is_valid():
        act = {"idea_id": idea.pk, "by": request.user, "at": at, "version": answers.posted_version(request)}
        try:
            redaction.redact(**act, passages=form.chosen_passages(), files=form.chosen_files())
            return answers.to_idea(request, idea, _("Fatto: chi legge vede […] al posto di ciò che hai coperto."))
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=idea)
    return form_page(request, "workflow/screening/redact.html", {"idea": idea, "form": form})
