# SPDX-License-Identifier: AGPL-3.0-or-later
"""What whoever decides has to read: scorecards, votes, the money left, who will be told, an earlier answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflow.models import Campaign, Criterion, Decision, Idea, Indicator, Milestone, Pilot, PilotMember
from workflow.selectors import review as reviews
from workflow.selectors.votes import VotingResult, voting_result


@dataclass(frozen=True)
class Told:
    """How many people hear of the decision."""

    authors: int
    reviewers: int
    followers: int


@dataclass(frozen=True)
class Dossier:
    """Everything that stands beside the decision."""

    sheets: reviews.Sheets
    missing_cards: int
    recusals: int
    votes: VotingResult | None
    told: Told
    campaign: Campaign
    earlier: Decision | None


def dossier(idea: Idea) -> Dossier:
    """What is known about an idea in decision. Reads its prefetched authorships and recusals and seven queries more."""
    criteria: Sequence[Criterion] = list(idea.campaign.criteria.all())
    sheets = reviews.sheets(idea, criteria)
    return Dossier(
        sheets=sheets,
        missing_cards=max(0, idea.campaign.scorecards_required - len(sheets.reviews)),
        recusals=len(idea.recused_ids()),
        votes=voting_result(idea),
        told=told(idea),
        campaign=idea.campaign,
        earlier=latest(idea),
    )


def latest(idea: Idea) -> Decision | None:
    """The last answer on record that was not taken back."""
    return idea.decisions.filter(undone_at=None).select_related("by", "on_behalf_of").order_by("-at", "-pk").first()


def told(idea: Idea) -> Told:
    """Whom a decision reaches: authors, reviewers who did not step back, followers."""
    return Told(
        authors=len(idea.author_ids()),
        reviewers=idea.reviews.exclude(status="recused").count(),
        followers=idea.follows.count(),
    )


@dataclass(frozen=True)
class SavedPlan:
    """A plan with its rows; `pilot` is None before the first saving."""

    pilot: Pilot | None
    indicators: Sequence[Indicator] = ()
    milestones: Sequence[Milestone] = ()
    members: Sequence[PilotMember] = ()

    @property
    def version(self) -> int:
        """The number of this saving; 0 before the first."""
        return self.pilot.version if self.pilot else 0


def saved_plan(idea: Idea) -> SavedPlan:
    """The plan as it was saved last. At most four queries."""
    pilot = Pilot.objects.filter(idea=idea).select_related("owner", "department").first()
    if pilot is None:
        return SavedPlan(None)
    members = pilot.members.select_related("person")
    return SavedPlan(pilot, list(pilot.indicators.all()), list(pilot.milestones.all()), list(members))
