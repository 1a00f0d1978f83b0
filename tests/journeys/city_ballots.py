# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ballots of the city for pages: to come, open, stopped, counted, sealed and annulled, each with its campaign."""

from datetime import datetime, timedelta

from django.utils import timezone

from tests import factories as make
from tests.voting.factories import nonce, voters
from tests.voting.raw import move_in_time
from voting.keystore import KeyMissing
from voting.models import Ballot
from voting.services import calendar, casting, closing, guarding, opening, sealing, trouble
from workflow.models import Campaign, Idea, Round
from workflow.search import index_idea

DAY = timedelta(days=1)
WHY = "La sede di via Roma è rimasta senza rete per tutta la votazione."
TITLES = (
    "Meno carta nelle riunioni",
    "Portoni che si chiudono da soli",
    "Un carrello per i fascicoli",
    "Tazze al posto dei bicchieri",
)


def to_come(now: datetime) -> dict:
    """The windows of a campaign that takes ideas no longer and does not vote yet."""
    return {
        "submissions_open_at": now - 60 * DAY,
        "submissions_close_at": now - 10 * DAY,
        "voting_opens_at": now + 5 * DAY,
        "voting_closes_at": now + 12 * DAY,
    }


def fill(here) -> None:
    """Every ballot, under its campaign's name; ideas for the states that a ballot leads to."""
    here.voters = voters(24, home=here.office)
    here.ballots = {"preparing": opening.schedule(round_id=here.preparing.rounds.get().pk)}
    here.voting = _campaign(here, "in-votazione", title="Meno sprechi, più tempo")
    here.voting.eligible_departments.add(here.division)
    here.ballots["voting"] = ballot = _opened(here, here.voting)
    here.ideas["voting"], *_others = _ideas(here.voting)
    _cast(ballot, here.author, 2)
    here.frozen = _campaign(here, "fermo")
    here.ballots["frozen"] = _opened(here, here.frozen)
    trouble.freeze(ballot_id=here.ballots["frozen"].pk, trouble=KeyMissing(), at=here.now)
    here.annulled = _campaign(here, "annullato")
    here.ballots["annulled"] = _opened(here, here.annulled)
    guarding.annul(ballot_id=here.ballots["annulled"].pk, reason=WHY, by=here.guarantor, at=here.now)
    _fill_counted(here)


def _fill_counted(here) -> None:
    """A ballot whose objections are still open, one that is sealed, and one with too few papers to say anything."""
    here.counted = _campaign(here, "contato", selection_value=2)
    here.ballots["counted"] = ballot = _opened(here, here.counted)
    for number, person in enumerate(here.voters):
        codes = _cast(ballot, person, number % 3 + 1).codes
    here.receipt = next(iter(codes.values()))
    _close(ballot)
    states = {idea.state: idea for idea in _ideas(here.counted)}
    here.ideas |= {state: states[state] for state in ("review", "not_selected")}
    here.sealed = _campaign(here, "sigillato", publication_public=False)
    here.ballots["sealed"] = ballot = _opened(here, here.sealed)
    _cast(ballot, here.colleague, 1)
    _close(ballot)
    over = timezone.now() - timedelta(seconds=1)
    move_in_time(ballot.pk, objections_until=over, closed_at=over - 2 * DAY)
    sealing.seal(ballot_id=ballot.pk)


def _campaign(here, slug: str, **terms) -> Campaign:
    """A campaign whose voting window is running, with its ideas."""
    now = here.now
    windows = to_come(now) | {"voting_opens_at": now - timedelta(hours=1), "voting_closes_at": now + 3 * DAY}
    call = make.campaign(here.root, slug=slug, stage="voting", **here.words | windows | terms)
    for number, title in enumerate(TITLES):
        who = here.author if not number else here.colleague
        idea = make.idea(
            who, call, state="admitted", at=now - 12 * DAY, title=title, theme=here.theme, estimated_cost=900
        )
        index_idea(idea)
    return call


def _opened(here, call: Campaign) -> Ballot:
    ballot = opening.schedule(round_id=call.rounds.get().pk)
    calendar.advance(ballot_id=ballot.pk)
    return Ballot.objects.get(pk=ballot.pk)


def _cast(ballot: Ballot, person, number: int):
    """A paper for so many of the ideas that are not the person's own."""
    options = ballot.options.exclude(idea__authorships__person=person).order_by("idea_id")
    choices = list(options.values_list("code", flat=True))[:number]
    return casting.cast(ballot_id=ballot.pk, by=person, choices=choices, client_nonce=nonce())


def _close(ballot: Ballot) -> None:
    """The window ends now: on the ballot and in its campaign's calendar."""
    closing.bring_close_forward(ballot_id=ballot.pk, reason="prova", by=None, at=timezone.now())
    closing.close(ballot_id=ballot.pk)
    over = timezone.now()
    Round.objects.filter(pk=ballot.round_id).update(voting_closes_at=over)
    Campaign.objects.filter(pk=ballot.campaign_id).update(voting_closes_at=over, stage="review")


def _ideas(call: Campaign) -> list[Idea]:
    return list(call.ideas.order_by("pk"))
