# SPDX-License-Identifier: AGPL-3.0-or-later
"""The published result of a campaign's ballot: figures, ranking, how it was decided, downloads, a code looked up.

Open without signing in where the campaign says so. Before the close there is nothing here but the date.
"""

from dataclasses import replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from innovato import formats
from innovato.cells import csv_answer
from innovato.organisation.auth import please_sign_in
from voting import scrutiny, selectors
from voting.forms import CodeForm, read_uuid
from voting.guarantors import guarantors_of
from voting.lookup import examples, look_up
from voting.models import Ballot
from voting.scrutiny import Figures, Line
from voting.states import COUNTED, BallotState
from voting.views.answers import ballot_now
from workflow.models import Campaign
from workflow.views.campaigns import campaign_frame, campaign_or_404

FIRST_ROWS = 20
SMALL_ENOUGH = 2_000_000  # bytes of a publication that a browser fetches to look a code up


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request", "Accept")
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The results of the latest counted ballot, or of the one asked for; a POST looks a code up in it."""
    campaign = campaign_or_404(slug, timezone.now())
    if not _may_read(request, campaign):
        return please_sign_in(request)
    present = ballot_now(campaign)
    ballot = _asked_for(request, campaign) or scrutiny.shown_ballot(campaign, present)
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    answer = look_up(form.cleaned_data["code"], ballot=ballot) if _may_look_up(form, ballot) else None
    context = _lookup_context(campaign, ballot, form, answer)
    if request.htmx and request.method == "POST":
        return render(request, "voting/_lookup.html", context)
    context |= _page_context(request, campaign, ballot, present)
    return render(request, "voting/results.html", context)


def _may_read(request, campaign: Campaign) -> bool:
    return campaign.publication_public or request.user.is_authenticated


def _may_look_up(form: CodeForm, ballot: Ballot | None) -> bool:
    return form.is_bound and form.is_valid() and ballot is not None and ballot.state in COUNTED


def _asked_for(request, campaign: Campaign) -> Ballot | None:
    """The ballot named in the address. Http404 for one that is not this campaign's."""
    asked = request.GET.get("votazione", "")
    if not asked:
        return None
    found = scrutiny.rounds_of(campaign).filter(pk=read_uuid(asked)).first()
    if found is None:
        raise Http404
    return found


def _lookup_context(campaign: Campaign, ballot: Ballot | None, form: CodeForm, answer) -> dict:
    address = reverse("voting:results", kwargs={"slug": campaign.slug})
    return {
        "form": form,
        "answer": answer,
        "action": f"{address}?votazione={ballot.pk}#ricevuta" if ballot else "",
        "in_page": True,
    }


def _page_context(request, campaign: Campaign, ballot, present) -> dict:
    """Everything the page shows beside the looked-up code."""
    state = ballot.state if ballot else ""
    figures = scrutiny.figures_of(ballot) if state in COUNTED else None
    states = scrutiny.states_of(figures) if figures else {}
    return {
        **campaign_frame(campaign, "results"),
        "ballot": ballot,
        "counted": figures,
        "lines": [replace(line, state=states.get(line.ref, "")) for line in _shown(request, figures)],
        "annulled": state == BallotState.ANNULLED,
        "opens_at": ballot.opens_at if ballot else campaign.voting_opens_at,
        "closes_at": ballot.closes_at if ballot else campaign.voting_closes_at,
        "objections_open": state == BallotState.CLOSED and ballot.now < ballot.objections_until,
        "guarantors": guarantors_of(campaign) if request.user.is_authenticated and state == BallotState.CLOSED else (),
        "publication": selectors.find_publication(ballot=ballot) if state == BallotState.ANNULLED else None,
        "others": [other for other in scrutiny.rounds_of(campaign) if ballot is None or other.pk != ballot.pk],
        "present": present if present and ballot and present.pk != ballot.pk else None,
        "objection_hours": settings.INNOVATO_OBJECTION_HOURS,
        "file_name": _file_name(campaign, ballot) if figures else "",
        **_find_here(campaign, ballot, figures),
        **_head(ballot, state),
    }


def _shown(request, figures: Figures | None) -> tuple[Line, ...]:
    """The lines of the table: all of them when asked, else the first ones and whatever goes on."""
    if figures is None:
        return ()
    kept = [place for place, line in enumerate(figures.lines, 1) if line.kept]
    end = None if "tutte" in request.GET else max(FIRST_ROWS, *kept, 0)
    return figures.lines[:end]


def _find_here(campaign: Campaign, ballot: Ballot | None, figures: Figures | None) -> dict:
    """What a browser needs to look codes up by itself; not where the lists are too long to be sent for that."""
    if figures is None or figures.size > SMALL_ENOUGH:
        return {}
    address = reverse("voting:publication", kwargs={"slug": campaign.slug})
    return {"find": f"{address}?votazione={ballot.pk}", "examples": examples(ballot)}


def _head(ballot: Ballot | None, state: str) -> dict:
    """The badge and the dates of the page's head, once the ballot is over: those of the ballot, not of the campaign."""
    if state == BallotState.ANNULLED:
        badge = {"badge_text": _("Votazione annullata"), "badge_css": "s-rejected", "badge_icon": "rejected"}
    elif state in COUNTED:
        badge = {"badge_text": _("Votazione chiusa"), "badge_css": "s-closed", "badge_icon": "closed"}
    else:
        return {}
    return badge | {"dates_text": formats.voted_when(ballot.opens_at, ballot.closes_at)}


# Downloads ---------------------------------------------------------------------------------------------------------


@require_safe
@vary_on_headers("HX-Request", "Accept")
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """The publication itself, byte for byte what its SHA-256 was taken of."""
    campaign, ballot = _published(request, slug)
    if ballot is None:
        return please_sign_in(request)
    found = selectors.find_publication(ballot=ballot)
    if found is None:
        raise Http404
    response = HttpResponse(found.body.encode(), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(campaign, ballot)}.json"'
    return response


@require_safe
@vary_on_headers("HX-Request", "Accept")
def ranking(request: HttpRequest, slug: str) -> HttpResponse:
    """The ranking as a table for a spreadsheet."""
    campaign, ballot = _published(request, slug)
    if ballot is None:
        return please_sign_in(request)
    figures = scrutiny.figures_of(ballot) if ballot.state in COUNTED else None
    if figures is None or not figures.quorum:
        raise Http404
    header = [_("Posto"), _("Numero"), _("Idea"), _("Sostegni"), _("Schede"), _("Costo"), _("Va in valutazione")]
    rows = []
    for line in figures.lines:
        cost, kept = None if line.cost is None else round(line.cost, 2), _("sì") if line.kept else _("no")
        rows.append([line.rank, line.ref, line.title, line.supports, figures.papers, cost, kept])
    return csv_answer(f"{_file_name(campaign, ballot)}.csv", header, rows)


def _published(request, slug: str) -> tuple[Campaign, Ballot | None]:
    """The campaign and the ballot asked for; no ballot where the reader has to sign in first. Http404 for none."""
    campaign = campaign_or_404(slug, timezone.now())
    if not _may_read(request, campaign):
        return campaign, None
    ballot = _asked_for(request, campaign) or scrutiny.shown_ballot(campaign, ballot_now(campaign))
    if ballot is None:
        raise Http404
    return campaign, ballot


def _file_name(campaign: Campaign, ballot: Ballot) -> str:
    return f"votazione-{campaign.slug}-{ballot.round.number}-{ballot.sequence}"


# Codes -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def lookup(request: HttpRequest) -> HttpResponse:
    """Look a code up in every published list, without signing in. The code is posted: addresses are written down."""
    form = CodeForm(request.POST) if request.method == "POST" else CodeForm()
    answer = look_up(form.cleaned_data["code"]) if form.is_bound and form.is_valid() else None
    context = {"form": form, "answer": answer, "action": reverse("voting:lookup"), "in_page": False}
    template = "voting/_lookup.html" if request.htmx and request.method == "POST" else "voting/lookup.html"
    return render(request, template, context)
