# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing: a new idea, a draft again, saving while typing, handing in, taking back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from innovato.organisation.auth import signed_in
from workflow.context import actor_of
from workflow.errors import Conflict, WorkflowError
from workflow.models import Idea
from workflow.selectors import proposing as selectors
from workflow.services import handing_in, moves, writing
from workflow.views import answers
from workflow.views.proposing import acting, comparing, rescue
from workflow.views.proposing.sheet import PAGE, Sheet, uuid_of, version_of

GET_OR_POST = ["GET", "HEAD", "POST"]
FOUND = gettext_lazy("Abbiamo ritrovato quello che scrivevi quando la sessione è finita: controlla e salva.")


@rescue.keeps_text
@never_cache
@require_http_methods(GET_OR_POST)
def new(request: HttpRequest) -> HttpResponse:
    """An empty sheet. There is no row until something is saved; the sheet's name makes the first save happen once."""
    at, uuid = timezone.now(), uuid_of(request.POST.get("token", ""))
    idea = selectors.writable_ideas().filter(uuid=uuid).first() if uuid else None
    if idea is not None:
        return _write(request, idea, at=at)
    sheet = Sheet.of(request, None, at=at, uuid=uuid)
    if not sheet.campaigns:
        return render(request, "workflow/proposing/closed.html", {"campaigns": selectors.coming_campaigns(at)})
    if request.method == "POST":
        return _begin(request, sheet)
    found = rescue.find(request)
    if found is None:
        return render(request, PAGE, sheet.context(sheet.form()))
    sheet.uuid = uuid_of(found[0]) or sheet.uuid
    messages.info(request, str(FOUND))
    return render(request, PAGE, sheet.context(sheet.form(found[1])))


def _begin(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """The first save: makes the draft, unless nothing was written."""
    form = sheet.form(request.POST)
    form.is_valid()
    if form.is_blank and not request.FILES and request.POST.get("do") != acting.SUBMIT:
        return HttpResponse(status=204) if request.htmx else redirect("workflow:desk")
    chosen = form.cleaned_data.get("campaign")
    campaign = next((row for row in sheet.campaigns if str(row.pk) == chosen), sheet.campaigns[0])
    writing.create_draft(by=request.user, campaign=campaign, at=sheet.at, uuid=sheet.uuid)
    idea = selectors.writable_ideas().get(uuid=sheet.uuid)
    response = _write(request, idea, at=sheet.at, is_new=True)
    if request.htmx and "HX-Redirect" not in response.headers:
        response["HX-Replace-Url"] = reverse("workflow:idea_edit", kwargs={"ref": idea.ref})
    return response


@rescue.keeps_text
@never_cache
@require_http_methods(GET_OR_POST)
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """A draft, or an idea to which changes were asked for, open for writing."""
    at = timezone.now()
    idea = answers.idea_or_404(request, ref, selectors.writable_ideas())
    if request.method == "POST":
        return _write(request, idea, at=at)
    try:
        writing.check_may_write(actor_of(request), idea)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    sheet = Sheet.of(request, idea, at=at)
    found = rescue.find(request, idea.uuid.hex)
    if found is None:
        return render(request, PAGE, sheet.context(sheet.form()))
    messages.info(request, str(FOUND))
    sheet.page = found[1].get("page") or sheet.page
    return render(request, PAGE, sheet.context(sheet.form(found[1]), version=version_of(found[1].get("version", ""))))


@rescue.keeps_text
@require_POST
def autosave(request: HttpRequest, ref: str) -> HttpResponse:
    """Keeps the text while it is typed; answers with when, or with the two texts to compare."""
    idea = answers.idea_or_404(request, ref, selectors.writable_ideas())
    return _write(request, idea, at=timezone.now())


def _write(request: HttpRequest, idea: Idea, *, at, is_new: bool = False) -> HttpResponse:
    """Save what was posted, then do what the button says. The text is safe before anything else is tried."""
    try:
        writing.check_may_write(actor_of(request), idea)
        sheet = Sheet.of(request, idea, at=at)
        data = comparing.resolved(request.POST, sheet) if "resolve" in request.POST else request.POST
        form = sheet.form(data)
        form.is_valid()
        saved = _save(request, sheet, form, version=None if is_new else version_of(data.get("version", "")))
    except Conflict as error:
        return comparing.page(request, sheet, form, error)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    rescue.forget(request)
    if request.htmx and "do" not in request.POST:
        context = {"idea": saved, "version": saved.version, "gaps": selectors.gaps(saved)}
        return render(request, "workflow/proposing/_saved.html", context)
    sheet.read_again()
    return acting.act(request, sheet, form)


def _save(request: HttpRequest, sheet: Sheet, form, *, version: int | None) -> Idea:
    typed = form.typed
    if acting.invites(request):  # what is typed for the invitation is used up by it
        typed.pop("coauthor", None)
    values = {"idea_id": sheet.idea.pk, "by": request.user, "content": form.content, "typed": typed, "page": sheet.page}
    try:
        return writing.save_draft(**values, version=version, at=sheet.at)
    except Conflict:
        sheet.read_again()
        if comparing.differences(sheet, form):
            raise
        return writing.save_draft(**values, at=sheet.at)


@signed_in
@require_http_methods(GET_OR_POST)
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand in what is already saved, from any page that offers it; without a post it leads to the sheet."""
    idea = answers.idea_or_404(request, ref, selectors.writable_ideas())
    if request.method != "POST":
        return redirect("workflow:idea_edit", ref=idea.ref)
    try:
        writing.check_may_write(actor_of(request), idea)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    sheet = Sheet.of(request, idea, at=timezone.now())
    form = sheet.form()
    form.is_valid()
    return acting.hand_in(request, sheet, form, version=answers.posted_version(request))


@signed_in
@require_http_methods(GET_OR_POST)
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an idea back, or throw a draft away: asks first, and says what is lost."""
    at = timezone.now()
    idea = answers.idea_or_404(request, ref)
    is_draft = idea.number is None
    try:
        moves.check(idea, "withdraw", actor=actor_of(request), at=at)
        if request.method != "POST":
            return render(request, "workflow/proposing/withdraw.html", {"idea": idea, "is_draft": is_draft})
        handing_in.withdraw(idea_id=idea.pk, by=request.user, at=at)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    rescue.forget(request)
    if is_draft:
        return answers.done(request, reverse("workflow:desk"), _("Bozza eliminata: il testo e i file non ci sono più."))
    return answers.to_idea(request, idea, _("Idea ritirata. Chi la proponeva con te riceve un avviso."))
