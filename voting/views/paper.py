# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballot paper of one person: choose, save, change, withdraw, read the receipt. No cache keeps any of it."""

from collections.abc import Collection

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from innovato import formats
from innovato.organisation.auth import signed_in
from voting import errors, panels, rules, selectors
from voting.booth import booth_of
from voting.forms import ObjectionForm, PostedPaper
from voting.guarantors import guarantors_of
from voting.models import Ballot
from voting.services import casting, objections
from voting.states import BallotState
from voting.views.answers import ballot_now
from workflow.models import Campaign
from workflow.views.answers import refused
from workflow.views.campaigns import campaign_or_404

SHOWN_AGAIN = 422


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, slug: str) -> HttpResponse:
    """The paper as it stands; a POST saves it or, with `act=withdraw`, takes it out; `act=object` reports a problem."""
    booth_of(request)
    if request.method == "POST":
        acts = {"withdraw": _withdraw, "object": _object}
        return acts.get(request.POST.get("act", ""), _save)(request, slug)
    campaign = campaign_or_404(slug, timezone.now())
    return _shown(request, campaign, ballot_now(campaign))


def _shown(request, campaign: Campaign, ballot: Ballot | None) -> HttpResponse:
    """The page of the situation the ballot is in."""
    if ballot is None or ballot.state == BallotState.SCHEDULED:
        return _not_open(request, campaign, ballot)
    if ballot.state not in (BallotState.OPEN, BallotState.CLOSED):
        return redirect("voting:results", slug=campaign.slug)
    lines = selectors.paper_lines(ballot=ballot, person=request.user)
    if not selectors.may_vote(lines):
        context = {"campaign": campaign, "ballot": ballot, "sentence": errors.NotAnElector.sentence}
        return render(request, "voting/paper_not_open.html", context, status=403)
    return _page(request, campaign, ballot, lines)


def _not_open(request, campaign: Campaign, ballot: Ballot | None, *, status: int = 200) -> HttpResponse:
    opens_at = ballot.opens_at if ballot else campaign.next_voting_at or campaign.voting_opens_at
    context = {"campaign": campaign, "ballot": ballot, "opens_at": opens_at, "refused": status != 200}
    return render(request, "voting/paper_not_open.html", context, status=status)


def _page(
    request,
    campaign: Campaign,
    ballot: Ballot,
    lines: list[selectors.PaperLine],
    *,
    error=None,
    kept: Collection[str] | None = None,
    objection_form: ObjectionForm | None = None,
) -> HttpResponse:
    """The paper. `error` says why it was not recorded; `kept` are the choices that were sent, shown again.

    What can be done on it is said by the database's clock, as casting and objecting judge it.
    """
    own = selectors.own_paper(ballot=ballot, person=request.user)
    over = ballot.state == BallotState.CLOSED or ballot.now >= ballot.closes_at
    accepting = ballot.state == BallotState.OPEN and not over and not ballot.is_frozen
    titles = {line.code: line.title for line in lines}
    objecting = rules.takes_objections(ballot, now=ballot.now)
    objection = selectors.own_objection(ballot=ballot, person=request.user) if objecting else None
    initial = {"text": objection.text} if objection else {}
    context = {
        "campaign": campaign,
        "ballot": ballot,
        "lines": lines,
        "paper": own,
        "rows": panels.paper_rows(lines, own.choices if kept is None else frozenset(kept)) if accepting else "",
        "accepting": accepting,
        "over": over,
        "objection_hours": settings.INNOVATO_OBJECTION_HOURS,
        "error": error,
        "receipt": panels.receipt(request, ballot, own, titles),
        "not_recorded": panels.not_recorded(request, ballot, kept or (), titles) if error and not accepting else "",
        "objection": objection,
        "objection_form": (objection_form or ObjectionForm(initial=initial)) if objecting else None,
        "guarantors": guarantors_of(campaign) if ballot.state == BallotState.CLOSED else (),
    }
    return render(request, "voting/paper.html", context, status=_status(error, objection_form))


def _status(error, objection_form) -> int:
    return error.status if error else SHOWN_AGAIN if objection_form else 200


def _save(request, slug: str) -> HttpResponse:
    """Hand the paper in. A refusal shows the same choices again, with its sentence, and nothing has changed."""
    posted = PostedPaper.read(request.POST)
    try:
        casting.cast(ballot_id=posted.ballot, by=request.user, choices=posted.choices, client_nonce=posted.nonce)
    except errors.VotingError as error:
        return _refused(request, slug, error, kept=posted.choices)
    # One sentence for every paper, blank or full: it travels in a cookie.
    return _done(request, slug, _("La tua scheda è registrata. Puoi cambiarla fino alla chiusura."))


def _withdraw(request, slug: str) -> HttpResponse:
    """Take the paper out of the urn; without scripts a page asks first, with them a dialog already has."""
    posted = PostedPaper.read(request.POST)
    if request.POST.get("confirm") != "1":
        campaign = campaign_or_404(slug, timezone.now())
        return render(request, "voting/withdraw.html", {"campaign": campaign, "ballot": posted.ballot})
    try:
        casting.withdraw(ballot_id=posted.ballot, by=request.user)
    except errors.VotingError as error:
        return _refused(request, slug, error)
    return _done(request, slug, _("La tua scheda è ritirata. Puoi votare di nuovo fino alla chiusura."))


def _object(request, slug: str) -> HttpResponse:
    """Report a problem to the guarantors, after the close."""
    at = timezone.now()
    campaign = campaign_or_404(slug, at)
    ballot = ballot_now(campaign)
    form = ObjectionForm(request.POST)
    if ballot is None:
        raise Http404
    if form.is_valid():
        try:
            objections.raise_objection(ballot_id=ballot.pk, text=form.cleaned_data["text"], by=request.user, at=at)
        except errors.VotingError as error:
            return refused(request, error)
        messages.success(request, _("La segnalazione è arrivata a chi garantisce il voto. La risposta la leggi qui."))
        return redirect(reverse("voting:paper", kwargs={"slug": slug}) + "#segnala")
    lines = selectors.paper_lines(ballot=ballot, person=request.user)
    if not rules.takes_objections(ballot, now=ballot.now) or not selectors.may_vote(lines):
        return refused(request, errors.ObjectionsOver())
    return _page(request, campaign, ballot, lines, objection_form=form)


def _done(request, slug: str, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(reverse("voting:paper", kwargs={"slug": slug}) + "#ricevuta")


def _refused(request, slug: str, error: errors.VotingError, kept: Collection[str] = ()) -> HttpResponse:
    """The paper again with the refusal's sentence; the ballot is read anew, because it may just have closed or frozen."""
    campaign = campaign_or_404(slug, timezone.now())
    ballot = ballot_now(campaign)
    if ballot is None or isinstance(error, errors.NotOpenYet):
        return _not_open(request, campaign, ballot, status=409)
    if isinstance(error, errors.NotAnElector):
        context = {"campaign": campaign, "ballot": ballot, "sentence": error.sentence}
        return render(request, "voting/paper_not_open.html", context, status=error.status)
    if isinstance(error, errors.BallotMissing):  # a page from another ballot, or values made up
        error = errors.UnknownChoice()
    error.sentence = sentence_for(error, ballot)
    error.status = SHOWN_AGAIN if error.status == 400 else error.status
    lines = selectors.paper_lines(ballot=ballot, person=request.user)
    return _page(request, campaign, ballot, lines, error=error, kept=kept)


def sentence_for(error: errors.VotingError, ballot: Ballot) -> str:
    """The refusal in words; a closed ballot says at what time it closed."""
    if not isinstance(error, errors.Closed) or ballot.state == BallotState.ANNULLED:
        return error.sentence
    words = {"day": formats.long_date_time(ballot.closes_at)}
    return _("La votazione si è chiusa %(day)s. Questa scelta non è stata registrata.") % words
