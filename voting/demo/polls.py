# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots of the demo: opened and counted at their moment in the past, every paper cast through the page's own service.

The services ask the database's clock when a ballot opens and closes, and nothing can talk them out of it. A demo city
needs ballots of last spring all the same: so this module, and no other, calls the part of those services that comes after
their look at the clock, and holds a window open while the papers of the past are cast. Keys, nonces, option codes and the
codes of receipts are random by nature: no seed makes them again.
"""

import os
from datetime import date, datetime, timedelta

from django.db import transaction

from innovato.notifications.services import writing_history
from innovato.organisation.models import Person
from voting.database import database_now, hold_alone
from voting.demo.calls import ALWAYS
from voting.demo.papers import Supporters, fill_papers
from voting.demo.stories import Story
from voting.demo.timeline import Life
from voting.demo.town import Town
from voting.models import Ballot
from voting.services import casting, closing, opening, sealing, turnout
from voting.urn import NONCE_BYTES
from workflow.models import Round
from workflow.selectors.ballots import authors_of, eligible_people, ideas_for_ballot
from workflow.services.campaigns import monthly_window

HOUR = timedelta(hours=1)
# campaign: papers at most, and the part of the electors that takes part
TURNOUT = {
    "innovato-2014": (160, 0.30),
    "sportelli-piu-vicini": (2400, 0.42),
    "meno-sprechi-piu-tempo": (300, 0.30),
    ALWAYS: (100, 0.25),
}
BLANK = 0.015  # of the papers support no idea
# Of those with a name who have voted already: on how many ideas. Everybody else's desk still asks for a paper.
VOTED = {"meno-sprechi-piu-tempo": (("giulia", 3), ("irina", 5), ("chiara", 5), ("omar", 4), ("davide", 2))}


def life_of_ballot(town: Town, slug: str, told: dict[int, Story], month: date | None = None) -> Life:
    """One ballot from its opening to its count; one that is still open today keeps its papers sealed.

    `told`: the stories by idea, filled while the lives go on. `month`: of a round of the always-open campaign.
    """
    campaign = town.campaigns[slug]
    opens = monthly_window(month)[0] if month else campaign.voting_opens_at
    at = yield opens
    window = Round.objects.get(campaign=campaign, voting_opens_at=opens)
    ballot = open_at(window, at=at)
    if ballot is None:
        return
    yield min(window.voting_closes_at, town.today)
    cast_papers(town, slug, ballot, told)
    if window.voting_closes_at <= town.today:
        count_at(ballot.pk, at=window.voting_closes_at)
        turnout.release_turnout(ballot_id=ballot.pk, at=window.voting_closes_at)


def open_at(window: Round, *, at: datetime) -> Ballot | None:
    """The round's ballot, opened at this moment; None where no idea is admitted."""
    ideas = list(ideas_for_ballot(window.pk))
    if not ideas:
        return None
    ballot = opening.schedule(round_id=window.pk)
    with transaction.atomic(durable=True):
        hold_alone(ballot.pk)
        opening.begin(ballot, ideas, at=at)
    return ballot


def cast_papers(town: Town, slug: str, ballot: Ballot, told: dict[int, Story]) -> None:
    """The papers of a part of the electors, while the window is held open round the database's clock."""
    dice = town.dice(f"papers:{slug}:{ballot.round.number}")
    most, part = TURNOUT[slug]
    electors = set(eligible_people(ballot.campaign).values_list("pk", flat=True))
    electors -= {person.pk for person in town.named.values()}
    others = [person for person in town.people if person.pk in electors]
    voters = dice.sample(others, min(most, int(len(electors) * part), len(others)))
    ideas = supporters_of(ballot, told)
    papers = fill_papers(voters, ideas, most=ballot.max_choices, blank=BLANK, dice=dice)
    for key, number in VOTED.get(slug, ()):
        others_ideas = [idea.code for idea in ideas if town.named[key].pk not in idea.authors]
        papers.append((town.named[key], dice.sample(others_ideas, min(number, len(others_ideas)))))
    with_window_open(ballot, lambda: [_cast(ballot, person, choices) for person, choices in papers])


def supporters_of(ballot: Ballot, told: dict[int, Story]) -> list[Supporters]:
    """What the stories say of each idea on the ballot, in the order of the ideas' numbers."""
    options = list(ballot.options.select_related("idea").order_by("idea__number"))
    authors = authors_of(option.idea_id for option in options)
    return [
        Supporters(
            code=option.code,
            chosen=told[option.idea_id].is_chosen,
            share=told[option.idea_id].share,
            authors=authors[option.idea_id],
        )
        for option in options
    ]


def with_window_open(ballot: Ballot, cast) -> None:
    """Let papers be cast into a ballot whose window lies elsewhere in time; afterwards it is where it was."""
    now = database_now()
    rows = Ballot.objects.filter(pk=ballot.pk)
    kept = rows.values("opens_at", "closes_at", "planned_closes_at").get()
    rows.update(
        opens_at=min(kept["opens_at"], now - HOUR),
        closes_at=max(kept["closes_at"], now + HOUR),
        planned_closes_at=max(kept["planned_closes_at"], now + HOUR),
    )
    cast()
    rows.update(**kept)


def _cast(ballot: Ballot, person: Person, choices: list[str]) -> None:
    casting.cast(ballot_id=ballot.pk, by=person, choices=choices, client_nonce=os.urandom(NONCE_BYTES))


def count_at(ballot_id, *, at: datetime) -> None:
    """Count and publish a ballot as of this moment. However recent it is: thousands of mails are nobody's demo."""
    with writing_history(until=at + HOUR), transaction.atomic(durable=True):
        hold_alone(ballot_id)
        ballot = Ballot.objects.select_related("campaign", "round").get(pk=ballot_id)
        closing.publish(ballot, at=at)


def seal_what_is_over() -> None:
    """Destroy the keys of the ballots whose objections are over, by the service and its clock."""
    for ballot in Ballot.objects.order_by("opens_at"):
        sealing.seal(ballot_id=ballot.pk)
