# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations: who may act for me, for whom I may act, and the register of what was done."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovato import formats
from innovato.cells import csv_answer
from innovato.organisation.auth import safe_next, signed_in
from innovato.organisation.errors import BadDelegation, DelegationMissing, DelegationOver
from innovato.organisation.models import Department
from workflow.context import actor_of
from workflow.errors import Incomplete, WorkflowError, WrongState
from workflow.forms.delegations import DelegationForm, ShorterForm
from workflow.selectors import delegations as selectors
from workflow.services import delegating as services
from workflow.views.answers import PRINTED_AGAIN, add_errors, key_or_none, refused

GET_OR_POST = ["GET", "HEAD", "POST"]


@signed_in
@require_http_methods(GET_OR_POST)
def delegations(request: HttpRequest) -> HttpResponse:
    """The delegations given and received, the register, and the form of a new one."""
    access = actor_of(request).access
    form = DelegationForm(request.POST or None, access=access) if selectors.delegable(access) else None
    if request.method != "POST":
        return _page(request, form)
    if form is None:
        return refused(request, WrongState(_("Non hai compiti da delegare.")))
    if form.is_valid():
        try:
            deputy = _give(request, form)
        except WorkflowError as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Delega data. Vale da quando %(name)s la accetta.") % {"name": deputy})
            return redirect("workflow:delegations")
    return _page(request, form, status=PRINTED_AGAIN)


def _give(request: HttpRequest, form: DelegationForm) -> str:
    """Give what the form says; the deputy's name. Raises Incomplete with what was wrong, beside its field."""
    values = dict(form.cleaned_data)
    department = Department.objects.get(pk=values.pop("department"))
    _run(request, services.give, **values, department=department)
    return values["to"].get_full_name()


def _page(request: HttpRequest, form: DelegationForm | None, *, status: int = 200) -> HttpResponse:
    at, actor = timezone.now(), actor_of(request)
    context = {
        "form": form,
        "given": selectors.given(person_id=actor.person_id, at=at),
        "received": selectors.received(person_id=actor.person_id, at=at),
        "register": selectors.register(actor=actor),
        "acting_for": {deputyship.delegator_id for deputyship in actor.access.deputyships},
    }
    return render(request, "workflow/delegations/index.html", context, status=status)


@signed_in
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept or decline a delegation."""
    if request.POST.get("answer") == "accept":
        return _step(request, services.accept, _("Delega accettata."), delegation_id=pk)
    if request.POST.get("answer") == "decline":
        return _step(request, services.decline, _("Delega rifiutata."), delegation_id=pk)
    if selectors.find(person_id=request.user.pk, delegation_id=pk, at=timezone.now()) is None:
        raise Http404
    return refused(request, WrongState(_("Scegli se accettare o rifiutare la delega.")))


@signed_in
@require_http_methods(GET_OR_POST)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a delegation back, or hand it back, after asking; who gave it can let it end earlier instead."""
    me = request.user.pk
    found = selectors.find(person_id=me, delegation_id=pk, at=timezone.now())
    if found is None:
        raise Http404
    mine = found.delegation.delegator_id == me
    if not found.is_open or (found.status == "waiting" and not mine):
        return refused(request, WrongState(_("Questa delega è già finita, o aspetta ancora una risposta.")))
    shorter = ShorterForm(request.POST if "shorten" in request.POST else None) if mine else None
    if request.method == "POST" and not (shorter and shorter.is_bound):
        act = services.revoke if mine else services.hand_back
        return _step(request, act, _("Delega chiusa."), delegation_id=pk)
    if shorter and shorter.is_bound and shorter.is_valid():
        try:
            _run(request, services.shorten, delegation_id=pk, ends_on=shorter.cleaned_data["ends_on"])
        except Incomplete as error:
            add_errors(shorter, error)
        except WorkflowError as error:
            return refused(request, error)
        else:
            return _back(request, _("Nuovo ultimo giorno salvato."))
    context = {"standing": found, "mine": mine, "form": shorter}
    status = PRINTED_AGAIN if request.method == "POST" else 200
    return render(request, "workflow/delegations/end.html", context, status=status)


@signed_in
@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Act for the delegator again."""
    return _step(request, services.take_up, _("Agisci di nuovo anche per chi ti ha dato la delega."), delegation_id=pk)


@signed_in
@require_POST
def set_aside(request: HttpRequest) -> HttpResponse:
    """Back to oneself: the delegations of one person rest until they are taken up again."""
    delegator_id = key_or_none(request.POST.get("delegator", ""))
    if delegator_id is None:
        raise Http404
    sentence = _("Agisci solo a tuo nome. Riprendi la delega quando vuoi, dalla pagina Deleghe.")
    return _step(request, services.set_aside, sentence, delegator_id=delegator_id)


@signed_in
@require_safe
def register_csv(request: HttpRequest) -> HttpResponse:
    """The register as a table to save."""
    lines = selectors.register(actor=actor_of(request), most=selectors.MOST_EXPORTED)
    rows = ((formats.iso(line.at), line.who, line.text, line.idea.number if line.idea else "") for line in lines)
    return csv_answer("deleghe.csv", (_("Quando"), _("Chi"), _("Che cosa"), _("Idea")), rows)


def _step(request: HttpRequest, act: Callable, sentence: str, **arguments) -> HttpResponse:
    """Run one step and go back to where it was asked; a refusal in words."""
    try:
        _run(request, act, **arguments)
    except WorkflowError as error:
        return refused(request, error)
    return _back(request, sentence)


def _run(request: HttpRequest, act: Callable, **arguments) -> None:
    """Call a service; the ground floor's refusals as this floor's. Http404 for what is not this person's."""
    try:
        act(**arguments, by=request.user, at=timezone.now())
    except DelegationMissing:
        raise Http404 from None
    except BadDelegation as error:
        raise Incomplete({error.field: error.sentence}, error.sentence) from error
    except DelegationOver as error:
        raise WrongState(error.sentence) from error


def _back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(safe_next(request, fallback=reverse("workflow:delegations")))
