# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the buttons of the sheet do, once its text is saved: leave, hand in, invite, attach, look at similar ideas."""

from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from workflow.errors import BadFile, Incomplete, TooLate, WorkflowError
from workflow.forms.proposing import IdeaForm
from workflow.models import Idea
from workflow.selectors import proposing as selectors
from workflow.services import attachments, coauthors, handing_in, writing
from workflow.views import answers
from workflow.views.proposing.sheet import PAGE, Sheet, uuid_of

SUBMIT, LEAVE, INVITE = "submit", "leave", "invite"


def _button(request: HttpRequest) -> tuple[str, str]:
    """The verb of the button and what it is about: `uninvite:12`."""
    verb, _colon, what = request.POST.get("do", "").partition(":")
    return verb, what


def invites(request: HttpRequest) -> bool:
    """Does the button use up the name typed for an invitation?"""
    return _button(request)[0] in (INVITE, LEAVE)


def act(request: HttpRequest, sheet: Sheet, form: IdeaForm) -> HttpResponse:
    """Answer a saved form by its button."""
    verb, what = _button(request)
    _take_files(request, sheet)
    if verb == SUBMIT:
        return hand_in(request, sheet, form)
    if verb in STEPS:
        return _small_step(request, sheet, form, STEPS[verb], what)
    return _leave(request, sheet, form) if verb == LEAVE else _come_back(request, sheet, form, "")


def _leave(request: HttpRequest, sheet: Sheet, form: IdeaForm) -> HttpResponse:
    if form.cleaned_data.get("coauthor"):
        _try(request, sheet, form, _invite, "")
    if form.errors or sheet.file_errors:
        return _again(request, sheet, form)
    if sheet.idea.number:
        return answers.to_idea(request, sheet.idea, _("Modifiche salvate. Quando hai finito, invia di nuovo l’idea."))
    return answers.done(request, reverse("workflow:desk"), _("Bozza salvata: la ritrovi tra le tue idee."))


def hand_in(request: HttpRequest, sheet: Sheet, form: IdeaForm, *, version: int | None = None) -> HttpResponse:
    """Hand the saved idea in, or show every gap beside its field."""
    if form.cleaned_data.get("coauthor"):
        form.add_error("coauthor", _("Premi «Invita», oppure svuota il campo: l’invito non è ancora partito."))
    if form.errors or sheet.file_errors:
        gaps = [gap for gap in selectors.gaps(sheet.idea) if gap.field not in form.errors]
        answers.add_errors(form, Incomplete({gap.field: gap.sentence for gap in gaps}))
        return _again(request, sheet, form)
    try:
        idea = handing_in.submit(idea_id=sheet.idea.pk, by=request.user, at=sheet.at, version=version)
    except Incomplete as error:
        answers.add_errors(form, error)
        return _again(request, sheet, form)
    except TooLate as error:
        if sheet.idea.number:
            return answers.refused(request, error, idea=sheet.idea)
        form.add_error("campaign", str(error.sentence))
        return _again(request, sheet, form)
    except WorkflowError as error:
        return answers.refused(request, error, idea=sheet.idea)
    return answers.to_idea(request, idea, handing_in.receipt(idea))


def _again(request: HttpRequest, sheet: Sheet, form: IdeaForm) -> HttpResponse:
    """The whole sheet with what has to be mended; everything that could be read is saved."""
    sheet.read_again()
    return answers.form_again(request, PAGE, sheet.context(form, tried=True))


def _come_back(request: HttpRequest, sheet: Sheet, form: IdeaForm, anchor: str) -> HttpResponse:
    if sheet.file_errors:
        return _again(request, sheet, form)
    return answers.done(request, reverse("workflow:idea_edit", kwargs={"ref": sheet.idea.ref}) + anchor)


# Small steps: they change something beside the text and come back to the sheet ------------------------------------


class Step(Protocol):
    """Does one thing with `what` the button names. Raises a refusal, or puts it beside a field."""

    def __call__(self, request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None: ...


@dataclass(frozen=True)
class SmallStep:
    """A step, the part of the page it changes, and the fields whose errors are its own."""

    do: Step
    fragment: str
    anchor: str
    fields: tuple[str, ...] = ()


def _small_step(request: HttpRequest, sheet: Sheet, form: IdeaForm, step: SmallStep, what: str) -> HttpResponse:
    """Do it; htmx gets the part that changed, a browser alone comes back to the page."""
    refusal = _try(request, sheet, form, step.do, what)
    if refusal is not None:
        return answers.refused(request, refusal, idea=sheet.idea)
    went_wrong = bool(sheet.file_errors) or any(name in form.errors for name in step.fields)
    if request.htmx:
        sheet.read_again()
        return render(request, "workflow/proposing/_step.html", sheet.context(form, fragment=step.fragment))
    return _again(request, sheet, form) if went_wrong else _come_back(request, sheet, form, step.anchor)


def _try(request: HttpRequest, sheet: Sheet, form: IdeaForm, step: Step, what: str) -> WorkflowError | None:
    """What the step was refused for, unless it belongs beside a field and was put there."""
    try:
        step(request, sheet, form, what)
    except Incomplete as error:
        answers.add_errors(form, error)
    except WorkflowError as error:
        return error
    return None


def _take_files(request: HttpRequest, sheet: Sheet) -> None:
    """Keep the files that came along, one by one; the refused ones are named."""
    for file in request.FILES.getlist("files"):
        try:
            attachments.attach(idea_id=sheet.idea.pk, by=request.user, file=file, at=sheet.at)
        except BadFile as error:
            name = attachments.shown_name(file.name)
            sheet.file_errors.append(_("«%(name)s» non è allegato. %(why)s") % {"name": name, "why": error.sentence})


def _touch(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    """The form added the office already; here is nothing left but its error."""
    if not form.data.get("touched_add") and not form.touched_offices:
        form.add_error("touched_add", _("Scrivi le prime lettere del nome."))


def _attach(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    if not request.FILES.getlist("files"):
        sheet.file_errors.append(_("Scegli prima i file."))


def _detach(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    if uuid := uuid_of(what):
        attachments.detach(idea_id=sheet.idea.pk, by=request.user, uuid=uuid, at=sheet.at)


def _invite(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    person = form.find_person()
    if person is not None:
        coauthors.invite(idea_id=sheet.idea.pk, by=request.user, person_id=person.pk, at=sheet.at)
        form.clear_coauthor()


def _uninvite(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    key = answers.key_or_none(what)
    if key is not None:
        coauthors.uninvite(idea_id=sheet.idea.pk, by=request.user, authorship_id=key, at=sheet.at)


def _join(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    if idea := _numbered(what):
        coauthors.ask_to_join(idea_id=idea.pk, by=request.user, at=sheet.at)
        sheet.joined = idea


def _different(request: HttpRequest, sheet: Sheet, form: IdeaForm, what: str) -> None:
    if idea := _numbered(what):
        writing.call_different(idea_id=sheet.idea.pk, similar_id=idea.pk, by=request.user, at=sheet.at)


def _numbered(number: str) -> Idea | None:
    return Idea.objects.filter(number=number).first() if len(number) <= 12 and "\x00" not in number else None


STEPS = {
    INVITE: SmallStep(_invite, "_coauthors", "#insieme", ("coauthor",)),
    "uninvite": SmallStep(_uninvite, "_coauthors", "#insieme"),
    "touch": SmallStep(_touch, "_touched", "#coinvolti", ("touched", "touched_add")),
    "attach": SmallStep(_attach, "_files", "#allegati"),
    "detach": SmallStep(_detach, "_files", "#allegati"),
    "join": SmallStep(_join, "_similar", "#simili"),
    "different": SmallStep(_different, "_similar", "#simili"),
}
