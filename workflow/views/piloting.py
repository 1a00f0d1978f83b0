# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pilots' pages: what is being tried, one pilot with its figures, and what is written down while it runs."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovato.cells import csv_answer
from innovato.organisation.auth import signed_in
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, NotAllowed, WorkflowError
from workflow.forms import pilots as forms
from workflow.models import Follow, Idea
from workflow.selectors import pilots as selectors
from workflow.services import pilot_log, pilots
from workflow.services.clock import local_day
from workflow.views.answers import PRINTED_AGAIN, add_errors, done, idea_or_404, posted_version, refused

TABS = {
    "": lazy("Tutti"),
    "in-corso": lazy("In corso"),
    "adottati": lazy("Adottati"),
    "conclusi": lazy("Conclusi senza adozione"),
}


@signed_in
@require_safe
def pilot_list(request: HttpRequest) -> HttpResponse:
    """What is being tried and what came of it, newest first, page after page."""
    view = request.GET.get("vista", "")
    view = view if view in TABS else ""
    mine = request.user if request.GET.get("miei") == "1" else None
    page = selectors.pilot_page(view=view, after=_number(request.GET.get("dopo", "")), only_mine=mine)
    today = local_day(timezone.now())
    rows = [
        {
            "idea": idea,
            "pilot": idea.pilot,
            "progress": selectors.progress(idea.pilot, today),
            "indicators": [selectors.indicator_view(row) for row in idea.pilot.indicators.all()],
        }
        for idea in page.ideas
    ]
    for row in rows:
        row["on_track"] = sum(1 for indicator in row["indicators"] if indicator.on_track)
    tabs = [
        {"url": f"?vista={key}" if key else "?", "label": label, "current": key == view} for key, label in TABS.items()
    ]
    context = {"rows": rows, "tabs": tabs, "view": view, "mine": mine, "following": page.following, "today": today}
    return render(request, "workflow/piloting/list.html", context)


def _number(text: str) -> int | None:
    """A key from an address; None for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 15 else None


def _pilot_or_404(request: HttpRequest, ref: str) -> Idea:
    """The idea with its approved pilot; a plan not yet approved does not exist here."""
    idea = idea_or_404(request, ref, selectors.for_pilot_page())
    if not selectors.is_approved(idea):
        raise Http404
    return idea


@signed_in
@require_safe
def pilot(request: HttpRequest, ref: str) -> HttpResponse:
    """One pilot: time, money, indicators with charts and tables, milestones, team, log."""
    idea = _pilot_or_404(request, ref)
    return render(request, "workflow/piloting/pilot.html", _page(request, idea))


def _page(request: HttpRequest, idea: Idea, **more) -> dict:
    actor, at = actor_of(request), timezone.now()
    indicators = [selectors.indicator_view(row) for row in idea.pilot.indicators.all()]
    runs = rules.may_run_pilot(actor, idea)
    measured = [view.last.measured_on for view in indicators if view.last]
    return {
        "idea": idea,
        "pilot": idea.pilot,
        "today": local_day(at),
        "progress": selectors.progress(idea.pilot, local_day(at)),
        "indicators": indicators,
        "on_track": sum(1 for view in indicators if view.on_track),
        "last_measured": max(measured) if measured else None,
        "notes": idea.pilot.notes.select_related("by")[:50],
        "authors": [a.person for a in idea.authorships.all() if a.status == "accepted"],
        "follows": Follow.objects.filter(idea=idea, person=request.user).exists(),
        "may_record": selectors.may_record(actor, idea),
        "may_run": runs,
        "may_extend": rules.may(actor, "extend_pilot", idea, at),
        "may_conclude": rules.may(actor, "conclude_pilot", idea, at),
        "may_verify": rules.may(actor, "verify", idea, at),
        "consents": [m.pk for m in idea.pilot.members.all() if m.hours_per_week and rules.may_consent(actor, m.person)],
    } | more


def _back(request: HttpRequest, idea: Idea, sentence: str, anchor: str = "") -> HttpResponse:
    return done(request, reverse("workflow:pilot", kwargs={"ref": idea.ref}) + anchor, sentence)


def _form_page(request: HttpRequest, idea: Idea, form, *, status: int = 200, **words) -> HttpResponse:
    context = {"idea": idea, "pilot": idea.pilot, "form": form, "version": idea.version} | words
    return render(request, "workflow/piloting/form.html", context, status=status)


def _answer(request: HttpRequest, idea: Idea, form, act, sentence: str, *, anchor: str = "", **words) -> HttpResponse:
    """Show the form, or run `act` with its cleaned values; errors come back beside the fields, refusals in words."""
    if request.method == "GET":
        return _form_page(request, idea, form, **words)
    if not form.is_valid():
        return _form_page(request, idea, form, status=PRINTED_AGAIN, **words)
    try:
        act(form.cleaned_data)
    except Incomplete as error:
        add_errors(form, error)
        return _form_page(request, idea, form, status=PRINTED_AGAIN, **words)
    except WorkflowError as error:
        return refused(request, error, idea=idea)
    return _back(request, idea, sentence, anchor)


@signed_in
@require_http_methods(["GET", "POST"])
def reading(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down a value of an indicator."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if not selectors.may_record(actor_of(request), idea):
        return refused(request, _not_yours(), idea=idea)
    chosen = _number(request.GET.get("indicatore", ""))
    initial = {"measured_on": local_day(at), "indicator": chosen}
    form = forms.ReadingForm(request.POST or None, pilot=idea.pilot, initial=initial)

    def act(values):
        indicator = values.pop("indicator")
        pilot_log.record_reading(idea_id=idea.pk, indicator_id=indicator.pk, by=request.user, at=at, **values)

    words = {"page_title": _("Registra un dato"), "verb": _("Registra il dato")}
    return _answer(request, idea, form, act, _("Dato registrato."), anchor="#h-ind", **words)


def _not_yours() -> NotAllowed:
    return NotAllowed(_("Lo fa chi guida il pilota, la sua squadra o chi decide per la struttura, finché è in corso."))


@signed_in
@require_http_methods(["GET", "POST"])
def spending(request: HttpRequest, ref: str) -> HttpResponse:
    """Write down an expense within the pilot's budget."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if not rules.may_run_pilot(actor_of(request), idea):
        return refused(request, _not_yours(), idea=idea)
    form = forms.SpendingForm(request.POST or None, initial={"spent_on": local_day(at)})

    def act(values):
        pilot_log.record_spending(idea_id=idea.pk, by=request.user, at=at, **values)

    words = {
        "page_title": _("Registra una spesa"),
        "verb": _("Registra la spesa"),
        "left": idea.pilot.budget - idea.pilot.spent,
    }
    return _answer(request, idea, form, act, _("Spesa registrata."), anchor="#h-spese", **words)


@signed_in
@require_POST
def milestone(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Mark a milestone as ready, or take that back."""
    idea = _pilot_or_404(request, ref)
    ready = request.POST.get("done") == "1"
    try:
        pilot_log.set_milestone_done(idea_id=idea.pk, milestone_id=pk, by=request.user, at=timezone.now(), done=ready)
    except WorkflowError as error:
        return refused(request, error, idea=idea)
    return _back(request, idea, _("Tappa segnata come pronta.") if ready else _("Tappa riaperta."), "#h-tappe")


@signed_in
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, ref: str) -> HttpResponse:
    """Write a line of the log."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if not selectors.may_record(actor_of(request), idea):
        return refused(request, _not_yours(), idea=idea)

    def act(values):
        pilot_log.write_note(idea_id=idea.pk, by=request.user, at=at, body=values["body"])

    words = {"page_title": _("Scrivi un aggiornamento"), "verb": _("Pubblica l’aggiornamento")}
    form = forms.NoteForm(request.POST or None)
    return _answer(request, idea, form, act, _("Aggiornamento pubblicato."), anchor="#h-diario", **words)


@signed_in
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, ref: str) -> HttpResponse:
    """Put somebody in the team, take somebody off it, or consent to their hours."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    member = _number(request.POST.get("member", ""))
    if request.method == "POST" and member is not None:
        consent = request.POST.get("act") == "consent"
        act = pilot_log.consent_to_hours if consent else pilot_log.remove_from_team
        try:
            act(idea_id=idea.pk, member_id=member, by=request.user, at=at)
        except WorkflowError as error:
            return refused(request, error, idea=idea)
        return _back(request, idea, _("Consenso dato.") if consent else _("Non è più nella squadra."), "#h-gruppo")
    if not rules.may_run_pilot(actor_of(request), idea):
        return refused(request, _not_yours(), idea=idea)

    def put(values):
        pilot_log.put_in_team(idea_id=idea.pk, by=request.user, at=at, **values)

    words = {"page_title": _("Aggiungi alla squadra"), "verb": _("Aggiungi alla squadra")}
    form = forms.TeamForm(request.POST or None)
    return _answer(request, idea, form, put, _("Squadra aggiornata."), anchor="#h-gruppo", **words)


@signed_in
@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the pilot a later end, once."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if refusal := rules.refusal(actor_of(request), "extend_pilot", idea, at):
        return _refused(request, refusal, idea)

    def act(values):
        pilots.extend_pilot(idea_id=idea.pk, by=request.user, at=at, version=posted_version(request), **values)

    words = {
        "page_title": _("Proroga il pilota"),
        "verb": _("Proroga"),
        "consequence": _("Chi propone e chi segue l’idea riceve un avviso con il motivo. Si può fare una volta sola."),
    }
    form = forms.ExtensionForm(request.POST or None)
    return _answer(request, idea, form, act, _("Pilota prorogato."), **words)


@signed_in
@require_http_methods(["GET", "POST"])
def conclude(request: HttpRequest, ref: str) -> HttpResponse:
    """End the pilot: adopted or closed, with the lessons."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if refusal := rules.refusal(actor_of(request), "conclude_pilot", idea, at):
        return _refused(request, refusal, idea)

    def act(values):
        pilots.conclude_pilot(idea_id=idea.pk, by=request.user, at=at, version=posted_version(request), **values)

    words = {
        "page_title": _("Esito del pilota"),
        "verb": _("Concludi il pilota"),
        "indicators": [selectors.indicator_view(row) for row in idea.pilot.indicators.all()],
        "consequence": _(
            "L’esito entra nel registro e non si cancella. Chi propone e chi segue l’idea riceve un avviso."
        ),
    }
    form = forms.ConclusionForm(request.POST or None)
    return _answer(request, idea, form, act, _("Pilota concluso. Grazie a chi ci ha lavorato."), **words)


@signed_in
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, ref: str) -> HttpResponse:
    """Record the benefit found months after the adoption."""
    idea, at = _pilot_or_404(request, ref), timezone.now()
    if refusal := rules.refusal(actor_of(request), "verify", idea, at):
        return _refused(request, refusal, idea)

    def act(values):
        pilots.verify(idea_id=idea.pk, by=request.user, at=at, version=posted_version(request), **values)

    words = {
        "page_title": _("Verifica il risultato"),
        "verb": _("Registra la verifica"),
        "consequence": _("Il beneficio verificato si vede sulla pagina del pilota e l’idea è conclusa."),
    }
    form = forms.VerificationForm(request.POST or None)
    return _answer(request, idea, form, act, _("Risultato verificato."), **words)


def _refused(request: HttpRequest, refusal: rules.Refusal, idea: Idea) -> HttpResponse:
    error = WorkflowError(refusal.sentence)
    error.status = refusal.status
    return refused(request, error, idea=idea)


@signed_in
@require_safe
def readings_csv(request: HttpRequest, ref: str) -> HttpResponse:
    """The readings as a table for a spreadsheet."""
    idea = _pilot_or_404(request, ref)
    header = [_("Indicatore"), _("Unità"), _("Quando"), _("Valore"), _("Finale"), _("Nota")]
    rows = (
        [row.name, row.unit, value.measured_on, value.value, _("sì") if value.is_final else _("no"), value.note]
        for row in idea.pilot.indicators.all()
        for value in row.readings.all()
    )
    return csv_answer(f"pilota-{idea.ref}.csv", header, rows)
