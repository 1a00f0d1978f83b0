# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ballot needs to know of ideas and campaigns."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Expression, Q, QuerySet

from innovato.organisation.models import ContractArea, Person
from workflow.models import Authorship, Campaign, Idea, Round, SelectionRule
from workflow.states import IdeaState


def rounds_due(at: datetime | Expression) -> QuerySet[Round]:
    """Rounds whose voting window is running at `at`, which may be the database's own clock, oldest first."""
    return (
        Round.objects.filter(voting_opens_at__lte=at, voting_closes_at__gt=at)
        .select_related("campaign")
        .order_by("voting_opens_at", "pk")
    )


def ideas_for_ballot(round_id: int) -> QuerySet[Idea]:
    """The admitted ideas that a round's ballot will carry, in the order of their numbers.

    An idea tied to a round (a repeat) counts only for it; the others belong to their campaign's running round. Where the
    campaign chooses by equal shares an idea without a cost could never be chosen, and stays off the paper.
    """
    campaign_round = Round.objects.select_related("campaign").get(pk=round_id)
    ideas = Idea.objects.filter(
        Q(round__isnull=True) | Q(round_id=round_id), state=IdeaState.ADMITTED, campaign_id=campaign_round.campaign_id
    )
    if campaign_round.campaign.selection_rule == SelectionRule.EQUAL_SHARES:
        ideas = ideas.filter(estimated_cost__isnull=False)
    return ideas.order_by("number", "pk")


def authors_of(idea_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The people who sign each idea, by idea; ideas without a row are missing."""
    signed = Authorship.objects.filter(idea_id__in=list(idea_ids), status=Authorship.Status.ACCEPTED)
    found = defaultdict(set)
    for idea_id, person_id in signed.values_list("idea_id", "person_id"):
        found[idea_id].add(person_id)
    return {idea_id: frozenset(people) for idea_id, people in found.items()}


def eligible_people(campaign: Campaign) -> QuerySet[Person]:
    """The active employees whom the campaign's rules let propose and vote."""
    people = Person.objects.filter(is_active=True)
    paths = list(campaign.eligible_departments.values_list("path", flat=True))
    if paths:
        below = Q(pk__in=[])
        for path in paths:
            below |= Q(home_department__path__startswith=path)
        people = people.filter(below)
    if campaign.eligible_contract_areas:
        people = people.filter(contract_area__in=campaign.eligible_contract_areas)
    if campaign.exclude_directors:
        people = people.exclude(contract_area=ContractArea.DIRIGENTI)
    return people.order_by("pk")


def is_eligible(campaign: Campaign, person_id: int) -> bool:
    """May this person propose and vote in the campaign?"""
    return eligible_people(campaign).filter(pk=person_id).exists()
