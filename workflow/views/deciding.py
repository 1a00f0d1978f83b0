# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's decision: its page with scorecards and plan, the confirmation, and taking a deferred idea up again."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Conflict, Incomplete, NotAllowed, WorkflowError
from workflow.forms.decisions import CHOICES, ConflictForm, DecisionForm
from workflow.forms.plans import ROWS, PlanForms
from workflow.models import Idea
from workflow.selectors import decisions as selectors
from workflow.services import decisions as services
from workflow.services import plans, screening
from workflow.states import IdeaState
from workflow.views import answers
from workflow.views.judging import GET_OR_POST, posted_number, refused_by

NOT_YOURS = gettext_lazy("Questa pagina è per chi decide. Se pensi di doverla vedere, chiedi all’Ufficio innovazione.")
PAGE = "workflow/deciding/decision.html"
FROM_ADDRESS = {"approva": "approve", "passa": "transfer", "respingi": "decline", "rinvia": "defer"}


@signed_in
@require_http_methods(GET_OR_POST)
def decision(request: HttpRequest, ref: str) -> HttpResponse:
    """One idea to decide on: read, plan, choose, confirm."""
    idea = _idea(request, ref)
    actor, at = actor_of(request), timezone.now()
    if not actor.access.allows(Capability.DECIDE_IDEAS, idea.judging_department_id):
        return answers.refused(request, NotAllowed(NOT_YOURS), idea=idea)
    if request.method != "POST" and idea.state == IdeaState.DEFERRED and rules.may(actor, "resume", idea, at):
        return render(request, "workflow/deciding/deferred.html", {"idea": idea, "earlier": selectors.latest(idea)})
    moves = [move for move, _label, _hint in CHOICES.values() if rules.may(actor, move, idea, at)]
    if "decline" not in moves:
        return refused_by(request, rules.refusal(actor, "decline", idea, at), idea)
    if request.method != "POST":
        return render(request, PAGE, _context(request, idea, _form(idea, moves, _chosen(request)), _saved_forms(idea)))
    try:
        return _act(request, idea, moves, at)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)


def _idea(request: HttpRequest, ref: str) -> Idea:
    rows = Idea.objects.with_rule_data().select_related("department", "reexamination_department")
    return answers.idea_or_404(request, ref, rows.prefetch_related("authorships__person"))


def _chosen(request: HttpRequest) -> dict:
    return {"choice": FROM_ADDRESS.get(request.GET.get("scelta", ""), "approve")}


def _form(idea: Idea, moves: list[str], initial: dict | None = None, data=None) -> DecisionForm:
    pilot = getattr(idea, "pilot", None)
    initial = {"reason": pilot.reason if pilot else ""} | (initial or {})
    return DecisionForm(data, initial=initial, day=timezone.localdate(), present=idea.department_id, moves=moves)


def _saved_forms(idea: Idea) -> PlanForms:
    day = timezone.localdate()
    return PlanForms.of(selectors.saved_plan(idea), day=day, department_id=idea.department_id)


def _act(request: HttpRequest, idea: Idea, moves: list[str], at: datetime) -> HttpResponse:
    """What the pressed button asks for: another row, saving, or deciding."""
    data, day = request.POST, timezone.localdate()
    if data.get("action") == "conflict":
        return _step_back(request, idea, moves, at)
    if data.get("confirm") == "stored":
        form = _form(idea, moves, data=data)
        return _decide(request, idea, form, None, at)
    forms = PlanForms.posted(data, day=day)
    if (more := data.get("more", "")) in ROWS or any(name.endswith("-DELETE") for name in data):
        form = _form(idea, moves, initial=data.dict())
        return _rearranged(request, idea, form, forms.rearranged(data, day=day, more=more), more)
    form = _form(idea, moves, data=data)
    if data.get("action") == "save":
        return _save(request, idea, form, forms, at)
    return _decide(request, idea, form, forms, at)


def _step_back(request: HttpRequest, idea: Idea, moves: list[str], at: datetime) -> HttpResponse:
    """Declare a conflict of interest and leave the decision to somebody else."""
    conflict = ConflictForm(request.POST)
    if conflict.is_valid():
        try:
            reason = conflict.cleaned_data["conflict"]
            services.step_back(idea_id=idea.pk, by=request.user, at=at, reason=reason)
            sentence = _("Grazie: su «%(title)s» decide un’altra persona.") % {"title": idea.title}
            return answers.done(request, reverse("workflow:board"), sentence)
        except Incomplete as error:
            answers.add_errors(conflict, error)
    context = _context(request, idea, _form(idea, moves), _saved_forms(idea)) | {"conflict_form": conflict}
    return answers.form_again(request, PAGE, context)


def _rearranged(request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms, more: str) -> HttpResponse:
    """The page, or with htmx the plan only, with one row more or fewer; nothing is saved."""
    context = _context(request, idea, form, forms, plan_version=request.POST.get("plan_version"))
    if not request.htmx:
        return render(request, PAGE, context)
    response = render(request, "workflow/deciding/_plan.html", context)
    rows = getattr(forms, more).forms if more in ROWS else []
    target = rows[-1][next(iter(rows[-1].fields))].auto_id if rows else "h-piano"
    return trigger_client_event(response, "moveFocus", target, after="settle")


def _save(request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms, at: datetime) -> HttpResponse:
    """Keep the plan without deciding."""
    form.is_valid()
    if not forms.is_valid() or "reason" in form.errors:
        return _again(request, idea, form, forms)
    try:
        _save_plan(request, idea, form, forms, at)
    except (Incomplete, Conflict) as error:
        return _mend(request, idea, form, forms, error)
    return answers.done(request, request.path, _("Il piano è salvato: decidi quando vuoi."))


def _save_plan(request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms, at: datetime) -> None:
    plan = forms.plan(reason=form.cleaned_data["reason"])
    seen = posted_number(request, "plan_version")
    plans.save_plan(idea_id=idea.pk, by=request.user, at=at, plan=plan, plan_version=seen)


def _decide(
    request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms | None, at: datetime
) -> HttpResponse:
    """Ask for confirmation, or decide where it is given. `forms` is None when the plan is the one already saved."""
    is_approval = form.is_valid() and form.cleaned_data["choice"] == "approve"
    if not form.is_valid() or (is_approval and forms is not None and not forms.is_valid()):
        return _again(request, idea, form, forms)
    try:
        if is_approval and forms is not None:
            _save_plan(request, idea, form, forms, at)
        answer, arguments = _answer(form.cleaned_data)
        arguments |= {"idea_id": idea.pk, "by": request.user, "at": at, "version": answers.posted_version(request)}
        if request.POST.get("confirm") in {"1", "stored"}:
            answer(**arguments)
            return _decided(request, idea, form.cleaned_data["choice"])
        services.rehearse(answer, **arguments)
    except (Incomplete, Conflict) as error:
        return _mend(request, idea, form, forms, error)
    return render(request, "workflow/deciding/confirm.html", _confirmation(_idea(request, idea.ref), form))


def _answer(data: dict) -> tuple[Callable, dict]:
    """The service that gives the chosen answer, and what it needs."""
    match data["choice"]:
        case "approve":
            return services.approve_pilot, {"reason": data["reason"]}
        case "transfer":
            return screening.transfer, {"department_id": data["department"], "reason": data["reason"]}
        case "decline":
            return services.decline, {"reason_code": data["reason_code"], "reason_text": data["reason"]}
    return services.defer, {"reason": data["reason"], "revisit_on": data["revisit_on"]}


def _decided(request: HttpRequest, idea: Idea, choice: str) -> HttpResponse:
    """Where to go on, and what to say."""
    title = {"title": idea.title}
    match choice:
        case "approve":
            url = reverse("workflow:pilot", kwargs={"ref": idea.ref})
            return answers.done(request, url, _("Hai approvato il pilota di «%(title)s».") % title)
        case "transfer":
            url = reverse("workflow:board")
            return answers.done(request, url, _("«%(title)s» è passata alla nuova struttura.") % title)
        case "decline":
            return answers.to_idea(
                request, idea, _("«%(title)s» non è accolta: chi l’ha proposta legge il motivo.") % title
            )
    return answers.to_idea(request, idea, _("«%(title)s» è rinviata: torna da sola in decisione.") % title)


def _mend(request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms | None, error) -> HttpResponse:
    """Put what a service found wrong beside the fields of the decision or of the plan."""
    names = {"department_id": "department", "plan": None}
    rows = getattr(error, "fields", {None: str(error.sentence)})
    for name, sentence in rows.items():
        name = names.get(name, name)
        if name in form.fields:
            form.add_error(name, str(sentence))
        elif forms is not None and forms.main.is_bound and name in forms.main.fields:
            forms.main.add_error(name, str(sentence))
        else:
            form.add_error(None, str(sentence))
    status = error.status if isinstance(error, Conflict) else answers.PRINTED_AGAIN
    return _again(request, _idea(request, idea.ref), form, forms, status=status)


def _again(
    request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms | None, status: int = answers.PRINTED_AGAIN
) -> HttpResponse:
    form.is_valid()
    context = _context(request, idea, form, forms if forms is not None else _saved_forms(idea))
    return render(request, PAGE, context, status=status)


def _context(request: HttpRequest, idea: Idea, form: DecisionForm, forms: PlanForms, plan_version=None) -> dict:
    people = [a.person for a in idea.authorships.all() if a.status == "accepted"]
    pilot = getattr(idea, "pilot", None)
    return {
        "idea": idea,
        "form": form,
        "plan": forms,
        "plan_version": plan_version or (pilot.version if pilot else 0),
        "dossier": selectors.dossier(idea),
        "authors": people if rules.may_see_authors(actor_of(request), idea) else [],
        "conflict_form": ConflictForm(),
        "may_ask_reviews": rules.may(actor_of(request), "reopen_review", idea, timezone.now()),
    }


def _confirmation(idea: Idea, form: DecisionForm) -> dict:
    data = form.cleaned_data
    kept = {name: form.data.get(name, "") for name in (*form.fields, "version")}
    return {
        "idea": idea,
        "choice": data["choice"],
        "reason": data["reason"],
        "data": data,
        "pilot": getattr(idea, "pilot", None),
        "told": selectors.told(idea),
        "kept": kept,
    }


@signed_in
@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a deferred idea up before its date."""
    idea = answers.idea_or_404(request, ref)
    try:
        services.resume(idea_id=idea.pk, by=request.user, at=timezone.now(), version=answers.posted_version(request))
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    url = reverse("workflow:decision", kwargs={"ref": idea.ref})
    return answers.done(request, url, _("«%(title)s» è di nuovo in decisione.") % {"title": idea.title})


@signed_in
@require_POST
def ask_reviews(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for the scorecards that are missing before deciding."""
    idea = answers.idea_or_404(request, ref)
    act = {"idea_id": idea.pk, "by": request.user, "version": answers.posted_version(request)}
    try:
        services.reopen_review(**act, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    said = _("«%(title)s» torna a chi valuta: la ritrovi qui quando le valutazioni ci sono.") % {"title": idea.title}
    return answers.done(request, reverse("workflow:board"), said)
