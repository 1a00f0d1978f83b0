# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion under an idea: writing, answering, correcting, reporting and taking away; whole pages or the part that
changed."""

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import reswap, retarget, trigger_client_event

from innovato.organisation.auth import signed_in
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, NotAllowed, WorkflowError
from workflow.forms.comments import CommentForm, EditForm, RemovalForm, ReportForm
from workflow.models import Comment, Idea
from workflow.selectors.comments import address_of, comment_for, conversation, discussion
from workflow.services import comments as services
from workflow.views import answers

FORM_PAGE = "workflow/comments/form.html"
FORM_PART = "workflow/comments/_form.html"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def add(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a comment or an answer; by GET the form of an answer (`risposta`) or the earlier comments (`prima`)."""
    idea = answers.idea_or_404(request, ref)
    if request.method == "POST":
        return _add(request, idea)
    if "prima" in request.GET:
        return _earlier(request, idea)
    parent = _answered(request, idea, request.GET.get("risposta", ""))
    return _form(request, _reply_context(idea, CommentForm(parent=parent, auto_id=_ids(parent)), parent))


def _add(request: HttpRequest, idea: Idea) -> HttpResponse:
    parent = _answered(request, idea, request.POST["parent"]) if request.POST.get("parent") else None
    form = CommentForm(request.POST, parent=parent, auto_id=_ids(parent) if parent else "id_%s")
    if form.is_valid():
        try:
            comment = services.add_comment(
                idea_id=idea.pk,
                by=request.user,
                at=timezone.now(),
                kind=form.cleaned_data["kind"],
                body=form.cleaned_data["body"],
                parent_id=form.cleaned_data["parent"],
            )
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=idea)
        else:
            return _written(request, comment, _("Commento pubblicato."))
    if parent is not None:
        return _form_again(request, _reply_context(idea, form, parent), parent)
    if request.htmx:
        response = answers.form_again(request, "workflow/comments/_write.html", {"idea": idea, "comment_form": form})
        return reswap(retarget(response, "#scrivi"), "outerHTML")
    return answers.form_again(request, FORM_PAGE, _write_context(idea, form))


def _earlier(request: HttpRequest, idea: Idea) -> HttpResponse:
    """The conversations before a comment: a page of their own, or for htmx the rows that go above the others."""
    before = answers.key_or_none(request.GET["prima"])
    if before is None:
        raise Http404
    talk = discussion(idea, actor=actor_of(request), at=timezone.now(), before=before)
    context = {"idea": idea, "talk": talk}
    if not request.htmx:
        return render(request, "workflow/comments/earlier.html", context)
    response = render(request, "workflow/comments/_threads.html", context)
    if not talk.threads:
        return response
    return trigger_client_event(response, "moveFocus", f"commento-{talk.threads[-1].comment.pk}", after="swap")


def _answered(request: HttpRequest, idea: Idea, text: str) -> Comment:
    """The standing comment under this idea that an answer is for; Http404 for any other."""
    key = answers.key_or_none(text)
    comment = comment_for(actor_of(request), key) if key is not None else None
    if comment is None or comment.idea_id != idea.pk or comment.removed_at is not None:
        raise Http404
    return comment


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an own comment within the minutes given."""
    comment = _comment(request, pk)
    try:
        services.check_editable(comment, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=comment.idea)
    form = EditForm(
        request.POST if request.method == "POST" else None, initial={"body": comment.body}, auto_id=_ids(comment)
    )
    context = _context(comment, form, "workflow:comment_edit", _("Correggi il commento"), _("Salva il commento"))
    if request.method != "POST":
        return _form(request, context)
    return _do(request, comment, form, context, services.edit_comment, _("Commento corretto."))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the innovation office that a comment breaks the rules."""
    comment = _comment(request, pk)
    form = ReportForm(request.POST if request.method == "POST" else None, auto_id=_ids(comment))
    context = _context(comment, form, "workflow:comment_report", _("Segnala il commento"), _("Segnala"))
    if request.method != "POST":
        return _form(request, context)
    said = _("Grazie: l’Ufficio innovazione legge il commento e decide.")
    return _do(request, comment, form, context, services.report_comment, said)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """For the innovation office: take a comment away with a reason, or answer its reports by leaving it (`lascia`)."""
    comment = _comment(request, pk)
    if not rules.may_moderate(actor_of(request), comment.idea):
        sentence = _("I commenti li toglie l’Ufficio innovazione. Se uno non va bene, segnalalo.")
        return answers.refused(request, NotAllowed(sentence), idea=comment.idea)
    if request.method == "POST" and "lascia" in request.POST:
        return _keep(request, comment)
    form = RemovalForm(request.POST if request.method == "POST" else None, auto_id=_ids(comment))
    context = _context(comment, form, "workflow:comment_remove", _("Togli il commento"), _("Togli il commento"))
    context["reports"] = list(comment.reports.filter(handled_at=None).order_by("at").values_list("reason", flat=True))
    if request.method != "POST":
        return _form(request, context)
    return _do(request, comment, form, context, services.remove_comment, _("Commento tolto."))


def _keep(request: HttpRequest, comment: Comment) -> HttpResponse:
    try:
        services.keep_comment(comment_id=comment.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=comment.idea)
    return _written(request, comment, _("Il commento resta: le segnalazioni sono chiuse."))


def _comment(request: HttpRequest, pk: int) -> Comment:
    comment = comment_for(actor_of(request), pk)
    if comment is None:
        raise Http404
    return comment


def _do(request, comment: Comment, form: BaseForm, context: dict, service, said: str) -> HttpResponse:
    """Give a valid form to its service and go on, or show it again with what is wrong."""
    if form.is_valid():
        try:
            service(comment_id=comment.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=comment.idea)
        else:
            return _written(request, comment, said)
    return _form_again(request, context, comment)


# Pages and parts ---------------------------------------------------------------------------------------------------


def _context(comment: Comment, form: BaseForm, route: str, title: str, verb: str) -> dict:
    return {
        "idea": comment.idea,
        "comment": comment,
        "form": form,
        "route": route,
        "title": title,
        "verb": verb,
        "back": address_of(comment, comment.idea),
    }


def _reply_context(idea: Idea, form: CommentForm, parent: Comment) -> dict:
    context = _context(parent, form, "", _("Rispondi a %(name)s") % {"name": parent.author.get_full_name()}, "")
    return context | {"idea": idea, "verb": _("Pubblica la risposta")}


def _write_context(idea: Idea, form: CommentForm) -> dict:
    return {
        "idea": idea,
        "form": form,
        "route": "",
        "title": _("Scrivi un commento"),
        "verb": _("Pubblica il commento"),
    }


def _ids(comment: Comment) -> str:
    """Ids of a form's fields: several of these forms can stand on one page."""
    return f"c{comment.pk}_%s"


def _form(request: HttpRequest, context: dict) -> HttpResponse:
    if not request.htmx:
        return render(request, FORM_PAGE, context)
    first = next(field for field in context["form"] if not field.is_hidden)
    return trigger_client_event(render(request, FORM_PART, context), "moveFocus", first.auto_id, after="swap")


def _form_again(request: HttpRequest, context: dict, comment: Comment) -> HttpResponse:
    if not request.htmx:
        return answers.form_again(request, FORM_PAGE, context)
    response = answers.form_again(request, FORM_PART, context)
    return reswap(retarget(response, f"#azione-{comment.pk}"), "innerHTML")


def _written(request: HttpRequest, comment: Comment, said: str) -> HttpResponse:
    """Back to the comment; for htmx the renewed conversation, or after a new one the whole discussion."""
    idea = answers.idea_or_404(request, comment.idea.ref)
    if not request.htmx:
        return answers.done(request, address_of(comment, idea), said)
    actor, at = actor_of(request), timezone.now()
    key = comment.parent_id or comment.pk
    if request.htmx.target == "discussione":
        talk = discussion(idea, actor=actor, at=at)
        form = CommentForm() if talk.open else None
        response = render(
            request, "workflow/comments/_discussion.html", {"idea": idea, "talk": talk, "comment_form": form}
        )
    else:
        shown = conversation(comment, idea, actor=actor, at=at)
        context = {"idea": idea, "shown": shown, "talk": {"moderated": rules.may_moderate(actor, idea)}}
        response = render(request, "workflow/comments/_thread.html", context)
        response = reswap(retarget(response, f"#conversazione-{key}"), "outerHTML")
    trigger_client_event(response, "announce", said, after="swap")
    return trigger_client_event(response, "moveFocus", f"commento-{comment.pk}", after="swap")
