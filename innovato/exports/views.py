# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of exports: ordering a file, watching it, stopping it, taking it, and what one has ordered so far."""

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from innovato.exports import reports, selectors
from innovato.exports.errors import ExportError, NotThere
from innovato.exports.models import Export, ExportState
from innovato.exports.services import asking, mailing
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.auth import safe_next, signed_in
from innovato.organisation.capabilities import Capability


@signed_in
@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """A person's own orders, also those whose file is gone."""
    return render(
        request, "exports/index.html", {"jobs": selectors.own(person=request.user), "audits": _audits(request)}
    )


@signed_in
@require_safe
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Who took which file when: for who looks after the whole city's people and rights."""
    if not _audits(request):
        raise Http404
    return render(request, "exports/register.html", {"downloads": selectors.register()})


@signed_in
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Order a file, then the page it was ordered from; for htmx its line in the list of files."""
    posted = request.POST
    try:
        job = asking.ask(
            by=request.user,
            report=posted.get("report", ""),
            posted=posted,
            format=posted.get("format", ""),
            language=posted.get("language") or get_language() or "it",
            at=timezone.now(),
        )
    except ExportError as error:
        return _refused(request, error)
    if request.htmx:
        return trigger_client_event(_job(request, job), "announce", _("Il file è in preparazione."), after="swap")
    return redirect(reverse("exports:export", args=[job.uuid]))


@signed_in
@require_safe
@never_cache
def export(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far one file is; its line alone for htmx, which asks again until it is done."""
    try:
        job = asking.own(by=request.user, uuid=uuid)
    except NotThere as error:
        raise Http404 from error
    response = _job(request, job)
    if request.htmx and job.state == ExportState.READY:
        trigger_client_event(
            response, "announce", _("Il file è pronto: %(title)s") % {"title": job.title}, after="swap"
        )
    return response


@signed_in
@require_POST
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop a file that is being made."""
    try:
        job = asking.cancel(by=request.user, uuid=uuid, at=timezone.now())
    except ExportError as error:
        return _refused(request, error)
    if request.htmx:
        return trigger_client_event(_job(request, job), "announce", _("Preparazione interrotta."), after="swap")
    return redirect(reverse("exports:export", args=[job.uuid]))


@signed_in
@require_safe
@never_cache
def file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The file itself, entered in the register."""
    try:
        job = asking.take(by=request.user, uuid=uuid, at=timezone.now())
    except ExportError as error:
        return _refused(request, error)
    try:
        content = default_storage.open(job.file)
    except FileNotFoundError as error:  # deleted between the check and now
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename=job.file_name)


@signed_in
@require_POST
def add_mailing(request: HttpRequest) -> HttpResponse:
    """Somebody is to receive a report on a schedule; then the page again."""
    posted = request.POST
    try:
        row = mailing.add(
            by=request.user,
            report=posted.get("report", ""),
            person=posted.get("person", ""),
            every=posted.get("every", ""),
            format=posted.get("format", ""),
            at=timezone.now(),
        )
    except ExportError as error:
        return _refused(request, error)
    messages.success(request, _("Dal prossimo rapporto lo riceve anche %(person)s.") % {"person": row.person})
    return redirect(safe_next(request))


@signed_in
@require_POST
def remove_mailing(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody no longer receives a report; then the page again."""
    try:
        person = mailing.remove(by=request.user, pk=pk)
    except ExportError as error:
        return _refused(request, error)
    messages.success(request, _("%(person)s non riceve più questo rapporto.") % {"person": person})
    return redirect(safe_next(request))


def _job(request: HttpRequest, job: Export) -> HttpResponse:
    kind = reports.get(job.report)
    context = {"job": job, "address": kind.address(job.parameters)}
    return render(request, "exports/_job.html" if request.htmx else "exports/export.html", context)


def _audits(request: HttpRequest) -> bool:
    return DepartmentAccess.of(request.user).allows(Capability.MANAGE_DEPARTMENT, None)


def _refused(request: HttpRequest, error: ExportError) -> HttpResponse:
    """A refusal's sentence with its status; what is not there for this person is not there at all."""
    if isinstance(error, NotThere):
        raise Http404
    context = {"sentence": error.sentence}
    if not request.htmx:
        return render(request, "exports/refused.html", context, status=error.status)
    response = render(request, "workflow/answers/_refused.html", context, status=error.status)
    return reswap(retarget(response, "#toasts"), "beforeend")
