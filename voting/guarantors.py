# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who guards a ballot, and which ballots somebody guards. Guarding shows no choices and no number of papers."""

from django.db.models import QuerySet

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import people_with
from voting.models import Ballot
from workflow.models import Campaign

MOST_NAMED = 5


def guarantors_of(campaign: Campaign) -> list[Person]:
    """The people a voter can write to about this campaign's ballots."""
    return list(people_with(Capability.GUARD_BALLOTS, campaign.sponsor_id).order_by("last_name", "pk")[:MOST_NAMED])


def guarded_by(access: DepartmentAccess) -> QuerySet[Ballot]:
    """The ballots these rights reach, the latest first, with their campaign, its sponsor and the round."""
    reached = access.departments(Capability.GUARD_BALLOTS)
    rows = Ballot.objects.filter(campaign__sponsor__in=reached).select_related("campaign__sponsor", "round")
    return rows.order_by("-opens_at", "-sequence", "pk")
