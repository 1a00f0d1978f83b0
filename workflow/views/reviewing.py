# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reviewers' pages: the queue, the scorecard in its steps, and the lead's way to close a review early."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, NotAllowed, WorkflowError, WrongState
from workflow.forms.review import CloseEarlyForm, DeclarationForm, ScorecardForm, written
from workflow.models import Idea, Review
from workflow.selectors import review as selectors
from workflow.selectors.votes import voting_result
from workflow.services import review as services
from workflow.states import IdeaState
from workflow.views import answers
from workflow.views.judging import GET_OR_POST, form_page, posted, refused_by

NOT_A_REVIEWER = gettext_lazy(
    "Questa pagina è per chi valuta. Se pensi di doverla vedere, chiedi all’Ufficio innovazione."
)
NOT_ASSIGNED = gettext_lazy("Questa valutazione non è affidata a te.")
STEPPED_BACK = gettext_lazy("Hai dichiarato un conflitto: questa valutazione è passata a un’altra persona.")
Status = Review.Status


@signed_in
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The scorecards to hand in, and the last ones handed in."""
    if not actor_of(request).access.has(Capability.REVIEW_IDEAS):
        return answers.refused(request, NotAllowed(NOT_A_REVIEWER))
    context = {
        "open_cards": selectors.open_cards(actor_of(request)),
        "recent_cards": selectors.recent_cards(actor_of(request)),
    }
    return render(request, "workflow/reviewing/queue.html", context)


@signed_in
@require_http_methods(GET_OR_POST)
def scorecard(request: HttpRequest, ref: str) -> HttpResponse:
    """One scorecard: declared, written, handed in, and then read beside the others."""
    idea = _idea(request, ref)
    card = selectors.card_of(idea, request.user.pk)
    if refusal := _not_yours(request, idea, card):
        return answers.refused(request, NotAllowed(refusal), idea=idea)
    if request.method != "POST":
        return render(request, "workflow/reviewing/scorecard.html", _context(request, idea, card))
    try:
        if "conflict" in request.POST:
            return _declare(request, idea, card)
        return _write(request, idea, card)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)


def _idea(request: HttpRequest, ref: str) -> Idea:
    rows = Idea.objects.with_rule_data().select_related("department", "theme")
    return answers.idea_or_404(request, ref, rows.prefetch_related("authorships__person", "attachments"))


def _not_yours(request: HttpRequest, idea: Idea, card: Review | None):
    """Why this person has no scorecard here, in words; nothing when they have one."""
    if not actor_of(request).access.allows(Capability.REVIEW_IDEAS, idea.judging_department_id):
        return NOT_A_REVIEWER
    if card is None:
        return NOT_ASSIGNED
    return STEPPED_BACK if card.status == Status.RECUSED else None


def _declare(request: HttpRequest, idea: Idea, card: Review) -> HttpResponse:
    form, act = DeclarationForm(request.POST), _act(request, idea)
    if form.is_valid():
        if form.cleaned_data["conflict"] == "none":
            services.declare(**act)
            return answers.done(request, request.path + "#h-crit")
        try:
            services.recuse(**act, reason=form.cleaned_data["reason"])
        except Incomplete as error:
            form.add_error("reason", str(error.fields["conflict"]))
        else:
            sentence = _("Grazie: «%(title)s» passa a un’altra persona.") % {"title": idea.title}
            return answers.done(request, reverse("workflow:review_queue"), sentence)
    context = _context(request, idea, card, declaration=form)
    return answers.form_again(request, "workflow/reviewing/scorecard.html", context)


def _act(request: HttpRequest, idea: Idea) -> dict:
    return {"idea_id": idea.pk, "by": request.user, "at": timezone.now()}


def _write(request: HttpRequest, idea: Idea, card: Review) -> HttpResponse:
    """Save, check before handing in, or hand in: as the button pressed says."""
    act = _act(request, idea)
    is_stored = request.POST.get("confirm") == "stored"
    data = written(card) if is_stored else request.POST
    form = ScorecardForm(data, criteria=list(idea.campaign.criteria.all()))
    if not form.is_valid():
        return _again(request, idea, card, form)
    try:
        if is_stored or request.POST.get("confirm") == "1":
            services.submit(**act, sheet=None if is_stored else form.sheet())
            return _handed_in(request, idea)
        saved = services.save(**act, sheet=form.sheet())
        if request.POST.get("action") != "submit":
            return _saved(request, idea, saved)
        if gaps := services.missing(saved):
            raise Incomplete(gaps)
    except Incomplete as error:
        answers.add_errors(form, error)
        return _again(request, idea, card, form)
    return render(request, "workflow/reviewing/confirm.html", {"idea": idea, "card": saved})


def _handed_in(request: HttpRequest, idea: Idea) -> HttpResponse:
    return answers.done(
        request, request.path, _("Hai consegnato la valutazione di «%(title)s».") % {"title": idea.title}
    )


def _saved(request: HttpRequest, idea: Idea, card: Review) -> HttpResponse:
    if not request.htmx:
        return answers.done(request, request.path, _("La scheda è salvata: la consegni quando vuoi."))
    criteria = list(idea.campaign.criteria.all())
    context = {"card": card, "total": selectors.total(criteria, selectors.points_of(card)), "is_fragment": True}
    return render(request, "workflow/reviewing/_total.html", context)


def _again(request: HttpRequest, idea: Idea, card: Review, form: ScorecardForm) -> HttpResponse:
    if request.htmx:
        criteria = list(idea.campaign.criteria.all())
        context = {"total": selectors.total(criteria, selectors.points_of(card)), "is_fragment": True, "failed": True}
        return answers.form_again(request, "workflow/reviewing/_total.html", context)
    return answers.form_again(request, "workflow/reviewing/scorecard.html", _context(request, idea, card, form=form))


def _context(request: HttpRequest, idea: Idea, card: Review, *, declaration=None, form=None) -> dict:
    actor, at = actor_of(request), timezone.now()
    criteria = list(idea.campaign.criteria.all())
    is_mine_in = card.status == Status.SUBMITTED
    names = [a.person for a in idea.authorships.all() if a.status == "accepted"]
    return {
        "idea": idea,
        "card": card,
        "is_declared": card.status == Status.DECLARED,
        "is_handed_in": is_mine_in,
        "is_closed": idea.state != IdeaState.REVIEW,
        "declaration": declaration or DeclarationForm(),
        "form": form or ScorecardForm(criteria=criteria, review=card),
        "total": selectors.total(criteria, selectors.points_of(card)),
        "sheets": selectors.sheets(idea, criteria, first=request.user.pk) if is_mine_in else None,
        "attachments": [file for file in idea.attachments.all() if rules.may_read_file(actor, idea, file)],
        "authors": names if rules.may_see_authors(actor, idea) else [],
        "votes": voting_result(idea),
        "may_close": is_mine_in and rules.may(actor, "complete_review", idea, at),
    }


@signed_in
@require_http_methods(GET_OR_POST)
def complete(request: HttpRequest, ref: str) -> HttpResponse:
    """The lead reviewer closes the review with a reason, without the scorecards that did not come."""
    idea = _idea(request, ref)
    at = timezone.now()
    refusal = rules.refusal(actor_of(request), "complete_review", idea, at)
    if refusal is not None:
        return refused_by(request, refusal, idea)
    card = selectors.card_of(idea, request.user.pk)
    if card is None or card.status != Status.SUBMITTED:
        return answers.refused(request, WrongState(_("Prima consegna la tua valutazione.")), idea=idea)
    form = CloseEarlyForm(posted(request))
    if request.method == "POST" and form.is_valid() and (response := _close(request, idea, form, at)):
        return response
    context = {"idea": idea, "form": form, "missing": selectors.missing_cards(idea)}
    return form_page(request, "workflow/reviewing/complete.html", context)


def _close(request: HttpRequest, idea: Idea, form: CloseEarlyForm, at: datetime) -> HttpResponse | None:
    """Close the review and go on; None when the form has to be mended."""
    version = answers.posted_version(request)
    try:
        services.complete_early(
            idea_id=idea.pk, by=request.user, at=at, version=version, reason=form.cleaned_data["reason"]
        )
    except Incomplete as error:
        answers.add_errors(form, error)
        return None
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, reverse("workflow:review_queue"), _("La valutazione è chiusa: ora si decide."))
