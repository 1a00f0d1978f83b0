# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot guarantor's pages: the ballots guarded, and one with its acts: annul, repeat, let a stopped one go on.

The guarantor sees no choices and no number of papers either.
"""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from voting import errors, rules, selectors
from voting.forms import AnnulForm, AnswerForm, RepeatForm
from voting.guarantors import guarded_by
from voting.models import Ballot
from voting.services import guarding, objections
from voting.states import BallotState
from workflow.context import actor_of
from workflow.errors import WorkflowError
from workflow.views import answers

MOST_SHOWN = 100


@signed_in
@require_safe
def ballot_list(request: HttpRequest) -> HttpResponse:
    """The ballots this person guards."""
    access = actor_of(request).access
    if not access.has(Capability.GUARD_BALLOTS):
        return answers.refused(request, errors.NotTheGuarantor())
    return render(request, "voting/guarantor/list.html", {"ballots": list(guarded_by(access)[:MOST_SHOWN])})


@signed_in
@require_safe
def ballot(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One ballot with what its guarantor can do now."""
    found = _find(request, pk)
    return render(request, "voting/guarantor/ballot.html", _context(found))


@signed_in
@require_POST
def annul(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Annul the ballot with a reason that stays public. Without scripts a page asks first."""
    found = _find(request, pk)
    form = AnnulForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            rules.check_reason(reason)
            if request.POST.get("confirm") != "1":
                return render(request, "voting/guarantor/confirm.html", {"ballot": found, "reason": reason})
            guarding.annul(ballot_id=found.pk, reason=reason, by=request.user, at=timezone.now())
        except errors.ReasonMissing as error:
            form.add_error("reason", error.sentence)
        except WorkflowError as error:
            return answers.refused(request, error)
        else:
            return _done(
                request, found, _("Votazione annullata. Il motivo è pubblico e chi poteva votare ha un avviso.")
            )
    return answers.form_again(request, "voting/guarantor/ballot.html", _context(found, annul_form=form))


@signed_in
@require_POST
def repeat(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the repetition of an annulled ballot on the calendar."""
    found = _find(request, pk)
    form = RepeatForm(request.POST)
    if form.is_valid():
        try:
            guarding.repeat(ballot_id=found.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
        except errors.BadWindow as error:
            form.add_error("closes_at", error.sentence)
        except WorkflowError as error:
            return answers.refused(request, error)
        else:
            return _done(request, found, _("La votazione si ripete nelle date che hai scelto."))
    return answers.form_again(request, "voting/guarantor/ballot.html", _context(found, repeat_form=form))


@signed_in
@require_POST
def unfreeze(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a stopped ballot go on, once its key is back."""
    found = _find(request, pk)
    return _acted(
        request,
        found,
        lambda: guarding.unfreeze(ballot_id=found.pk, by=request.user, at=timezone.now()),
        _("La votazione è ripresa."),
    )


@signed_in
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer what an elector reported."""
    found = _find(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return answers.form_again(request, "voting/guarantor/ballot.html", _context(found, answer_form=form))
    values = form.cleaned_data
    return _acted(
        request,
        found,
        lambda: objections.answer_objection(
            objection_id=values["objection"],
            ballot_id=found.pk,
            text=values["answer"],
            by=request.user,
            at=timezone.now(),
        ),
        _("La risposta è inviata a chi ha segnalato."),
    )


def _acted(request, found: Ballot, act: Callable, sentence: str) -> HttpResponse:
    try:
        act()
    except WorkflowError as error:
        return answers.refused(request, error)
    return _done(request, found, sentence)


def _find(request, pk: UUID) -> Ballot:
    """A ballot this person guards. Http404 for any other: to everybody else these pages are not there."""
    rows = selectors.with_now(Ballot.objects.filter(pk=pk))
    found = rows.select_related("campaign__sponsor", "round", "annulled_by").first()
    if found is None or not rules.may_guard(actor_of(request).access, found):
        raise Http404
    return found


def _context(found: Ballot, *, annul_form=None, repeat_form=None, answer_form=None) -> dict:
    """The page. A form is there only where its act is open."""
    repeated = Ballot.objects.filter(round=found.round_id, sequence__gt=found.sequence).first()
    may_annul = rules.may_annul(found, now=found.now)
    may_repeat = found.state == BallotState.ANNULLED and repeated is None
    return {
        "ballot": found,
        "repeated": repeated,
        "objections": [_shown(row, person, answer_form) for row, person in selectors.objections_of(found)],
        "annul_form": (annul_form or AnnulForm()) if may_annul else None,
        "repeat_form": (repeat_form or RepeatForm()) if may_repeat else None,
    }


def _shown(row, person, sent) -> dict:
    """One report as the page shows it, with the form to answer it; what was just sent is shown again."""
    form = sent if sent is not None and sent["objection"].value() == str(row.pk) else None
    form = form or AnswerForm(initial={"objection": row.pk}, auto_id=f"id_{row.pk}_%s")
    return {"row": row, "person": person, "form": None if row.answered_at else form}


def _done(request, found: Ballot, sentence: str) -> HttpResponse:
    return answers.done(request, reverse("voting:guarantor_ballot", kwargs={"pk": found.pk}), sentence)
