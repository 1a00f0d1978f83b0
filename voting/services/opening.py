# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ballot comes into being and opens: its key is safe on disk first, then ideas, electors and rule are frozen."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count

from innovato.organisation.models import Person
from voting import notices, rules, urn
from voting.database import database_now, hold_alone
from voting.errors import BadWindow
from voting.keystore import key_store
from voting.models import Ballot, Elector, Option
from voting.services.trouble import record
from voting.states import BallotState
from voting.tally import EQUAL_SHARES, Rule
from workflow.models import Campaign, Idea, Round
from workflow.selectors.ballots import eligible_people, ideas_for_ballot
from workflow.services.ballots import open_voting

BATCH = 2000


def schedule(*, round_id: int, opens_at: datetime | None = None, closes_at: datetime | None = None) -> Ballot | None:
    """Put the ballot of a round on the calendar, with the round's window or the one given.

    None when the round already has a ballot that is not annulled. Raises BadWindow.
    """
    campaign_round = Round.objects.get(pk=round_id)
    opens_at, closes_at = opens_at or campaign_round.voting_opens_at, closes_at or campaign_round.voting_closes_at
    if closes_at <= opens_at:
        raise BadWindow()
    number = Ballot.objects.filter(round=campaign_round).count() + 1
    window = {"opens_at": opens_at, "closes_at": closes_at, "planned_closes_at": closes_at}
    try:
        with transaction.atomic():
            return Ballot.objects.create(
                campaign_id=campaign_round.campaign_id, round=campaign_round, sequence=number, **window
            )
    except IntegrityError:  # another process was first: one ballot per round is a fact of the database
        return None


def open_ballot(*, ballot_id: UUID) -> bool:
    """Open a scheduled ballot within its window, by the database's clock; whether this call did it. Safe to repeat.

    Without an admitted idea it stays scheduled. Raises KeyTrouble, and then nothing is opened.
    """
    with transaction.atomic(durable=True):
        hold_alone(ballot_id)
        ballot = Ballot.objects.select_related("campaign").get(pk=ballot_id)
        now = database_now()
        ideas = list(ideas_for_ballot(ballot.round_id)) if _waits(ballot, now) else []
        if not ideas:
            return False
        begin(ballot, ideas, at=now)
    return True


def begin(ballot: Ballot, ideas: list[Idea], *, at: datetime) -> None:
    """Make the key, freeze ideas, electors and terms, and open a ballot held alone in the caller's transaction.

    Only for `open_ballot`, which has asked the database's clock, and for the demo city, whose ballots lie in the past.
    Raises KeyTrouble.
    """
    ballot.key_commitment = urn.key_commitment(key_store().create(ballot.pk))
    _freeze_terms(ballot)
    _freeze_options(ballot, ideas)
    ballot.state = BallotState.OPEN
    ballot.save()
    for idea in ideas:
        open_voting(idea_id=idea.pk, ballot_id=str(ballot.pk), at=at)
    record("ballot_opened", ballot, at=at, data={"ideas": len(ideas), "eligible": ballot.eligible})
    notices.opened(ballot, at=at)


def _waits(ballot: Ballot, now: datetime) -> bool:
    return ballot.state == BallotState.SCHEDULED and rules.is_due(ballot, now=now)


def _freeze_terms(ballot: Ballot) -> None:
    """Who may vote, for how many ideas, and how the ballot will choose: as the campaign says at this instant."""
    campaign = ballot.campaign
    ballot.max_choices = min(campaign.votes_per_person, urn.MOST_CHOICES)
    ballot.rule = rule_of(campaign).as_data()
    people = list(eligible_people(campaign).values_list("uuid", "home_department__code"))
    for first in range(0, len(people), BATCH):
        batch = people[first : first + BATCH]
        Elector.objects.bulk_create(
            Elector(ballot=ballot, person=person, department_code=code or "") for person, code in batch
        )
    ballot.eligible = len(people)


def rule_of(campaign: Campaign) -> Rule:
    """The campaign's selection rule as the count reads it, with the values of the others and what is left of the fund."""
    kind, lane = str(campaign.selection_rule), campaign.small_department_lane
    own = {} if kind == EQUAL_SHARES else {kind: campaign.selection_value}
    return Rule(
        kind=kind,
        value=own.get(kind, 0),
        lane=lane,
        lane_staff=campaign.small_department_staff if lane else 0,
        fund=f"{campaign.budget_left:.2f}" if campaign.pilot_budget else None,
        compared={"top_n": campaign.compared_top, "share": campaign.compared_share} | own,
    )


def _freeze_options(ballot: Ballot, ideas: list[Idea]) -> None:
    small = _small_departments(ideas, ballot.selection)
    codes = _option_codes(len(ideas))
    Option.objects.bulk_create(
        Option(ballot=ballot, idea=idea, code=code, cost=idea.estimated_cost, small=idea.submitted_from_id in small)
        for idea, code in zip(ideas, codes, strict=True)
    )


def _small_departments(ideas: list[Idea], rule: Rule) -> set[int]:
    """The home departments of these ideas with fewer people in service than the rule's lane allows."""
    if not rule.lane:
        return set()
    homes = {idea.submitted_from_id for idea in ideas}
    rows = Person.objects.filter(home_department__in=homes, is_active=True).order_by().values("home_department")
    staff = dict(rows.annotate(people=Count("pk")).values_list("home_department", "people"))
    return {home for home in homes if staff.get(home, 0) < rule.lane_staff}


def _option_codes(number: int) -> list[str]:
    codes: set[str] = set()
    while len(codes) < number:
        codes.add(urn.new_option_code())
    return list(codes)
