# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who proposes together: the page of the authors, the answer to an invitation, asking to take part."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from innovato.organisation.auth import signed_in
from workflow.errors import Incomplete, NotAllowed, WorkflowError, WrongState
from workflow.forms.together import InvitationForm, offered
from workflow.models import Idea
from workflow.selectors import proposing as selectors
from workflow.services import coauthors
from workflow.services.coauthors import OPEN_TO_AUTHORS
from workflow.views import answers

GET_OR_POST = ["GET", "HEAD", "POST"]
PEOPLE = "workflow/proposing/people.html"


@signed_in
@require_http_methods(GET_OR_POST)
def invite(request: HttpRequest, ref: str) -> HttpResponse:
    """The people of an idea, for its authors: who proposes, who still has to answer, and the way to invite."""
    idea = answers.idea_or_404(request, ref, selectors.writable_ideas())
    if request.user.pk not in idea.author_ids():
        return answers.refused(request, NotAllowed(_("Chi propone insieme lo decide chi propone l’idea.")), idea=idea)
    if request.method != "POST":
        form = InvitationForm(initial={"coauthor": request.GET.get("chi", "")[:120].replace("\x00", "")})
        return render(request, PEOPLE, _people(idea, form))
    form = InvitationForm(request.POST)
    try:
        if form.is_valid() and (person := form.find_person()):
            coauthors.invite(idea_id=idea.pk, by=request.user, person_id=person.pk, at=timezone.now())
            sentence = _("Invito inviato a %(name)s: riceve un avviso e deve confermare.")
            return answers.done(request, _address("coauthor_invite", idea), sentence % {"name": person.get_full_name()})
    except Incomplete as error:
        answers.add_errors(form, error)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.form_again(request, PEOPLE, _people(idea, form))


def _people(idea: Idea, form: InvitationForm) -> dict:
    return {
        "idea": idea,
        "form": form,
        "people_offered": offered(form.colleagues),
        "authorships": [a for a in idea.authorships.all() if a.status != "declined"],
        "is_open": idea.state in OPEN_TO_AUTHORS,
    }


def _address(name: str, idea: Idea) -> str:
    return reverse(f"workflow:{name}", kwargs={"ref": idea.ref})


@signed_in
@require_POST
def uninvite(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    idea = answers.idea_or_404(request, ref)
    try:
        if pk < 2**63:
            coauthors.uninvite(idea_id=idea.pk, by=request.user, authorship_id=pk, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.done(request, _address("coauthor_invite", idea), _("Invito ritirato."))


@signed_in
@require_http_methods(GET_OR_POST)
def answer(request: HttpRequest, ref: str) -> HttpResponse:
    """Say yes or no to an invitation; who said yes may still step back."""
    idea = answers.idea_or_404(request, ref, selectors.writable_ideas())
    mine = next((a for a in idea.authorships.all() if a.person_id == request.user.pk and a.status != "declined"), None)
    if mine is None:
        return answers.refused(request, NotAllowed(_("Per questa idea non hai un invito.")), idea=idea)
    if request.method != "POST":
        lead = next(a.person for a in idea.authorships.all() if a.is_lead)
        context = {"idea": idea, "mine": mine, "lead": lead, "is_open": idea.state in OPEN_TO_AUTHORS}
        return render(request, "workflow/proposing/answer.html", context)
    says_yes = request.POST.get("risposta") == "si"
    act = coauthors.accept if says_yes else coauthors.decline
    try:
        act(idea_id=idea.pk, by=request.user, at=timezone.now())
    except Incomplete as error:
        return answers.refused(request, WrongState(" ".join(error.fields.values())), idea=idea)
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    if says_yes:
        return answers.to_idea(request, idea, _("Hai confermato: proponi anche tu questa idea."))
    return answers.done(request, reverse("workflow:desk"), _("Hai detto di no: il tuo nome non compare."))


@signed_in
@require_POST
def ask_to_join(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask who leads an idea to propose it together."""
    idea = answers.idea_or_404(request, ref)
    try:
        coauthors.ask_to_join(idea_id=idea.pk, by=request.user, at=timezone.now())
    except WorkflowError as error:
        return answers.refused(request, error, idea=idea)
    return answers.to_idea(request, idea, _("Richiesta inviata a chi guida l’idea: ricevi un avviso se ti invita."))
