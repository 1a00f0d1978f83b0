# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of an idea: adding, taking away, and handing out to whoever may see the idea, never shown in the page."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovato.organisation.auth import signed_in
from workflow import rules
from workflow.context import actor_of
from workflow.downloads import handed_out
from workflow.errors import BadFile, WorkflowError
from workflow.selectors.proposing import attachment_of
from workflow.services import attachments
from workflow.views import answers


@signed_in
@require_safe
def attachment(request: HttpRequest, ref: str, uuid: UUID) -> HttpResponse:
    """One file, to be saved. 404 for who may not see the idea or the file, and for a file of another one."""
    idea = answers.idea_or_404(request, ref)
    file = attachment_of(idea, uuid)
    return handed_out(file if file and rules.may_read_file(actor_of(request), idea, file) else None)


@signed_in
@require_POST
def attach(request: HttpRequest, ref: str) -> HttpResponse:
    """Add the files that came along, each for itself."""
    idea = answers.idea_or_404(request, ref)
    files = request.FILES.getlist("files")
    refused = None if files else BadFile(_("Scegli prima i file."))
    for file in files:
        try:
            attachments.attach(idea_id=idea.pk, by=request.user, file=file, at=timezone.now())
        except WorkflowError as error:
            refused = error
    if refused is not None:
        return answers.refused(request, refused, idea=idea)
    return answers.done(request, _sheet(idea), _("File allegati."))


@signed_in
@require_POST
def detach(request: HttpRequest, ref: str, uuid: UUID) -> HttpResponse:
    """Take one file away."""
    idea = answers.idea_or_404(request, ref)
    try:
        attachments.detach(idea_id=idea.pk, by=request.user, uuid=uuid, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, _sheet(idea), _("File tolto."))


def _sheet(idea) -> str:
    return reverse("workflow:idea_edit", kwargs={"ref": idea.ref}) + "#allegati"
