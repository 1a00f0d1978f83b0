# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's pages: the queue, one idea with its answer, undo, transfer, wild card, and the leads' consent to a merge."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, NotAllowed, WorkflowError
from workflow.forms.screening import CHOICES, ConsentForm, ScreeningForm, TransferForm, WildCardForm
from workflow.models import Idea, MergeProposal
from workflow.selectors import screening as selectors
from workflow.services import due, looking, merging
from workflow.services import screening as services
from workflow.views import answers
from workflow.views.judging import GET_OR_POST, form_page, posted, refused_by

NOT_YOURS = gettext_lazy(
    "Questa pagina è per chi verifica le idee. Se pensi di doverla vedere, chiedi all’Ufficio innovazione."
)


@signed_in
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The most urgent idea of the queue that no colleague has open, or a word of thanks when there is none."""
    actor, at = actor_of(request), timezone.now()
    if not actor.access.has(Capability.SCREEN_IDEAS):
        return answers.refused(request, NotAllowed(NOT_YOURS))
    found = selectors.queue(actor, at=at)
    if found.ideas:
        taken = looking.others(found.ideas, by=request.user)
        free = [idea for idea in found.ideas if idea.pk not in taken] or found.ideas
        return redirect("workflow:screening", ref=free[0].ref)
    return render(request, "workflow/screening/empty.html", {"undoable": selectors.undoable(actor, at=at)})


@signed_in
@require_http_methods(GET_OR_POST)
def screen(request: HttpRequest, ref: str) -> HttpResponse:
    """One idea beside the queue, with the answers that are open to this person."""
    idea = _idea(request, ref)
    actor, at = actor_of(request), timezone.now()
    if not actor.access.allows(Capability.SCREEN_IDEAS, idea.judging_department_id):
        return answers.refused(request, NotAllowed(NOT_YOURS), idea=idea)
    moves = [move for move, _label, _hint in CHOICES.values() if rules.may(actor, move, idea, at)]
    waiting = selectors.queue(actor, at=at, present=idea.pk)
    form = _form(request, idea, moves)
    if request.method == "POST":
        if form.is_valid():
            try:
                sentence = _answer(request, idea, form.cleaned_data, at)
                looking.answered(idea=idea, by=request.user)
                return answers.done(request, _way_on(waiting), sentence)
            except Incomplete as error:
                answers.add_errors(form, error)
            except WorkflowError as error:
                return answers.refused(request, error, idea=idea)
        return answers.form_again(
            request, "workflow/screening/screen.html", _context(request, idea, form, moves, waiting)
        )
    if moves:
        looking.look(idea=idea, by=request.user, at=at)
    return render(request, "workflow/screening/screen.html", _context(request, idea, form, moves, waiting))


def _idea(request: HttpRequest, ref: str) -> Idea:
    rows = Idea.objects.with_rule_data().select_related("department", "theme", "submitted_from")
    return answers.idea_or_404(request, ref, rows.prefetch_related("authorships__person", "attachments"))


def _form(request: HttpRequest, idea: Idea, moves: list[str]) -> ScreeningForm:
    day = timezone.localdate()
    if request.method == "POST":
        return ScreeningForm(request.POST, day=day, moves=moves)
    initial = {"department": idea.department_id}
    if target := request.GET.get("unisci", "")[:12]:
        initial |= {"choice": "merge", "target": target}
    return ScreeningForm(initial=initial, day=day, moves=moves)


def _answer(request: HttpRequest, idea: Idea, data: dict, at) -> str:
    """Give the chosen answer; returns what to say where the page does not say it by itself."""
    act = {"idea_id": idea.pk, "by": request.user, "at": at, "version": answers.posted_version(request)}
    match data["choice"]:
        case "admit":
            services.admit(**act, department_id=data["department"], note=data["text"])
        case "changes":
            services.request_changes(**act, note=data["text"])
            return _("Hai chiesto di correggere «%(title)s»: il messaggio è partito.") % {"title": idea.title}
        case "refuse":
            services.refuse_admission(**act, reason_code=data["reason_code"], reason_text=data["text"])
        case "merge":
            proposal = merging.propose(**act, target_ref=data["target"], text=data["text"])
            if proposal.state == MergeProposal.State.OPEN:
                return _("Hai proposto di unire «%(title)s»: aspettiamo il sì di chi guida le due idee.") % {
                    "title": idea.title
                }
    return ""


def _way_on(waiting: selectors.Queue) -> str:
    return _page(waiting.following) if waiting.following else reverse("workflow:screening_queue")


def _page(idea: Idea) -> str:
    return reverse("workflow:screening", kwargs={"ref": idea.ref})


def _context(request: HttpRequest, idea: Idea, form: ScreeningForm, moves: list[str], waiting: selectors.Queue) -> dict:
    actor, at = actor_of(request), timezone.now()
    people = [a.person for a in idea.authorships.all() if a.status == "accepted"]
    hidden = not rules.may_see_authors(actor, idea)
    refusal = None if moves else rules.refusal(actor, "admit", idea, at)
    taken = looking.others([idea, *waiting.ideas], by=request.user)
    for row in waiting.ideas:
        row.looked_at = taken.get(row.pk)
    return {
        "idea": idea,
        "form": form,
        "moves": moves,
        "queue": waiting,
        "authors": [] if hidden else people,
        "comparison": selectors.comparison(idea, actor),
        "proposal": selectors.open_proposal(idea),
        "undoable": selectors.undoable(actor, at=at),
        "refusal": refusal,
        "may_transfer": rules.may(actor, "transfer", idea, at),
        "may_redact": rules.may(actor, "redact", idea, at),
        "may_resume": rules.may(actor, "resume_screening", idea, at),
        "looked_at": taken.get(idea.pk) if moves else None,
        "screening_days": settings.INNOVATO_SCREENING_DAYS,
    }


@signed_in
@require_POST
def undo(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the last answer back while its notice is held."""
    idea = answers.idea_or_404(request, ref)
    try:
        services.undo(idea_id=idea.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(
        request, _page(idea), _("«%(title)s» torna in verifica: nessuno è stato avvisato.") % {"title": idea.title}
    )


@signed_in
@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on with the text as it stands, where the authors let the days for an answer pass."""
    idea = answers.idea_or_404(request, ref)
    act = {"idea_id": idea.pk, "by": request.user, "version": answers.posted_version(request)}
    try:
        due.resume_screening(**act, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, _page(idea), _("La verifica di «%(title)s» riprende.") % {"title": idea.title})


@signed_in
@require_http_methods(GET_OR_POST)
def transfer(request: HttpRequest, ref: str) -> HttpResponse:
    """Pass an idea to another department, with the reason."""
    idea = answers.idea_or_404(request, ref, Idea.objects.with_rule_data().select_related("department"))
    actor, at = actor_of(request), timezone.now()
    refusal = rules.refusal(actor, "transfer", idea, at)
    if refusal is not None:
        return refused_by(request, refusal, idea)
    form = TransferForm(posted(request), day=timezone.localdate(), present=idea.department_id)
    if request.method == "POST" and form.is_valid():
        try:
            services.transfer(
                idea_id=idea.pk,
                by=request.user,
                at=at,
                version=answers.posted_version(request),
                department_id=form.cleaned_data["department"],
                reason=form.cleaned_data["reason"],
            )
            return answers.done(
                request,
                _after_transfer(actor),
                _("«%(title)s» è passata alla nuova struttura.") % {"title": idea.title},
            )
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=idea)
    return form_page(request, "workflow/screening/transfer.html", {"idea": idea, "form": form})


def _after_transfer(actor: rules.Actor) -> str:
    if actor.access.has(Capability.SCREEN_IDEAS):
        return reverse("workflow:screening_queue")
    return reverse("workflow:board")


@signed_in
@require_http_methods(GET_OR_POST)
def select(request: HttpRequest, ref: str) -> HttpResponse:
    """Play a wild card on an idea that the ballot did not choose."""
    idea = answers.idea_or_404(request, ref)
    actor, at = actor_of(request), timezone.now()
    refusal = rules.refusal(actor, "select", idea, at)
    if refusal is not None:
        return refused_by(request, refusal, idea)
    form = WildCardForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.select(
                idea_id=idea.pk,
                by=request.user,
                at=at,
                version=answers.posted_version(request),
                reason=form.cleaned_data["reason"],
            )
            return answers.to_idea(request, idea, _("«%(title)s» va in valutazione.") % {"title": idea.title})
        except Incomplete as error:
            answers.add_errors(form, error)
        except WorkflowError as error:
            return answers.refused(request, error, idea=idea)
    left = services.wild_cards_left(idea.campaign)
    return form_page(request, "workflow/screening/select.html", {"idea": idea, "form": form, "left": left})


@signed_in
@require_http_methods(GET_OR_POST)
def merge_answer(request: HttpRequest, ref: str) -> HttpResponse:
    """A lead reads both ideas and says yes or no. It is not there for anybody who was not asked."""
    proposal = selectors.proposal_for(request.user.pk, answers.ref_filter(ref))
    if proposal is None:
        raise Http404
    mine = proposal.consents.get(person=request.user)
    is_open = proposal.state == MergeProposal.State.OPEN and mine.answer == mine.Answer.WAITING
    form = ConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            accept = form.cleaned_data["answer"] == "yes"
            proposal = merging.answer(idea_id=proposal.idea_id, by=request.user, at=timezone.now(), accept=accept)
            return answers.done(request, request.path, _answered(proposal))
        except WorkflowError as error:
            return answers.refused(request, error)
    context = {"proposal": proposal, "mine": mine, "form": form, "is_open": is_open}
    return form_page(request, "workflow/screening/merge_answer.html", context)


def _answered(proposal: MergeProposal) -> str:
    words = {
        MergeProposal.State.OPEN: _("Grazie: ora aspettiamo la risposta dell’altra persona."),
        MergeProposal.State.DONE: _("Le due idee sono unite: risultate tutte e tutti tra chi propone."),
        MergeProposal.State.DECLINED: _("Va bene: restano due idee. L’Ufficio innovazione lo sa."),
        MergeProposal.State.LAPSED: _("Grazie, ma nel frattempo l’unione non è più possibile."),
    }
    return words[MergeProposal.State(proposal.state)]


@signed_in
@require_POST
def merge_cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a merge proposal back before it is answered."""
    idea = answers.idea_or_404(request, ref)
    try:
        merging.cancel(idea_id=idea.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, _page(idea), _("La proposta di unione è ritirata."))
