# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person reads on the desk besides what waits: the own ideas, news from the office, outcomes, the campaign."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Concat

from innovato.organisation.models import Department
from innovato.organisation.models.person import ERASED
from workflow.models import Authorship, Campaign, CampaignStage, Idea, IdeaEvent, Pilot
from workflow.selectors.ideas import published, with_ballot_dates
from workflow.selectors.what_next import what_next
from workflow.states import BLIND, EDITABLE, IdeaState

S = IdeaState
SHOWN_IDEAS = 5
MOST_IDEAS = 30
NEWS_DAYS = 365
SHOWN_NEWS = 3
SHOWN_OUTCOMES = 2
LOOKED_AT = 12  # of the latest pilots, to find the latest outcomes
INVITABLE = EDITABLE | {S.SCREENING, S.ADMITTED}


# Own ideas ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnIdeas:
    """The ideas a person signs, the latest changes first, and the invitations to sign others."""

    signed: tuple[Idea, ...]
    invited: tuple[Idea, ...]
    more: bool

    @property
    def shown(self) -> tuple[Idea, ...]:
        """The ones on the desk."""
        return self.signed[:SHOWN_IDEAS]


def own_ideas(*, person_id: int, at: datetime) -> OwnIdeas:
    """What the person signs or is asked to sign, each with the sentence on what comes next. One query."""
    lead = Authorship.objects.filter(idea=OuterRef("pk"), is_lead=True)
    asked = IdeaEvent.objects.filter(idea=OuterRef("pk"), kind="request_changes").order_by("-number")
    urgent = Case(
        When(authorships__status="invited", then=0),
        When(state=S.NEEDS_CHANGES, then=0),
        default=1,
        output_field=IntegerField(),
    )
    rows = (
        Idea.objects.kept()
        .filter(authorships__person=person_id, authorships__status__in=["accepted", "invited"])
        .annotate(
            my_status=F("authorships__status"),
            lead_name=Subquery(lead.values(name=Concat("person__first_name", Value(" "), "person__last_name"))[:1]),
            asked_text=Subquery(asked.annotate(text=KT("data__note_text")).values("text")[:1]),
        )
        .select_related("campaign", "department", "merged_into", "pilot")
        .defer("problem", "proposal", "benefit", "campaign__text")
    )
    found = list(with_ballot_dates(rows, at).order_by(urgent, "-state_since", "-pk")[: MOST_IDEAS + 1])
    signed = [idea for idea in found if idea.my_status == "accepted"]
    signed.sort(key=lambda idea: (idea.state_since, idea.pk), reverse=True)
    for idea in signed:
        idea.next_text = what_next(idea, at=at, mine=True)
    invited = tuple(idea for idea in found if idea.my_status == "invited" and idea.state in INVITABLE)
    for idea in invited:
        idea.lead_name = idea.lead_name.strip() or str(ERASED)
    return OwnIdeas(signed=tuple(signed), invited=invited, more=len(found) > MOST_IDEAS)


# News --------------------------------------------------------------------------------------------------------------


def from_office(*, department_id: int | None, at: datetime) -> list[Idea]:
    """The latest published ideas from the reader's department and those below it. One query.

    Blind campaigns stay out until the decision: an office is nearly a name.
    """
    if department_id is None:
        return []
    below = Department.objects.filter(path__contains=Department.step(department_id)).order_by().values("pk")
    rows = (
        published()
        .filter(submitted_from__in=below, published_at__gte=at - timedelta(days=NEWS_DAYS))
        .exclude(campaign__blind_authors=True, state__in=BLIND)
    )
    rows = rows.only("number", "uuid", "title", "state", "comment_count")
    return list(rows.order_by("-published_at", "-pk")[:SHOWN_NEWS])


def outcomes() -> list[Pilot]:
    """The latest pilots that came to an end, with what was learnt. One query, walking back from the newest pilots."""
    rows = Pilot.objects.filter(concluded_at__isnull=False).select_related("idea").order_by("-pk")[:LOOKED_AT]
    return sorted(rows, key=lambda pilot: (pilot.concluded_at, pilot.pk), reverse=True)[:SHOWN_OUTCOMES]


@dataclass(frozen=True)
class CampaignBox:
    """The campaign that matters now: being voted before taking ideas, calls before the always-open one."""

    campaign: Campaign
    in_voting: int


def campaign_box() -> CampaignBox | None:
    """The campaign of the desk's box. One query."""
    voting = Idea.objects.filter(campaign=OuterRef("pk"), state=S.VOTING).order_by().values("campaign")
    counted = Subquery(voting.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    place = Case(
        When(in_voting__gt=0, then=0),
        When(stage=CampaignStage.VOTING, then=1),
        When(stage=CampaignStage.SUBMISSIONS, always_open=False, then=2),
        When(stage=CampaignStage.PREPARING, then=3),
        When(stage=CampaignStage.SUBMISSIONS, then=4),
        default=5,
        output_field=IntegerField(),
    )
    rows = Campaign.objects.exclude(stage__in=[CampaignStage.PLANNED, CampaignStage.CLOSED]).defer("text")
    campaign = rows.annotate(in_voting=counted).order_by(place, "-submissions_open_at", "-pk").first()
    return CampaignBox(campaign, campaign.in_voting or 0) if campaign else None
