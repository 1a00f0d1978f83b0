# SPDX-License-Identifier: AGPL-3.0-or-later
"""Campaigns follow their dates: stages, frozen rubrics and the monthly rounds of the always-open campaign."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from workflow.errors import TooLate
from workflow.models import Campaign, CampaignStage, Criterion, Round
from workflow.services import events
from workflow.services.clock import local_day
from workflow.states import IdeaState

MONTHLY_OPENS_ON = 5  # day of the month on which the always-open campaign's ballot opens
MONTHLY_LASTS = timedelta(days=14)
DEFAULT_RUBRIC = (
    ("Impatto sul servizio", "Impact on service", 30),
    ("Fattibilità", "Feasibility", 25),
    ("Sostenibilità economica", "Economic sustainability", 20),
    ("Innovazione", "Innovation", 15),
    ("Replicabilità", "Replicability", 10),
)


def add_default_rubric(*, campaign: Campaign) -> None:
    """Give a campaign without criteria the city's five, 0 to 5 with written ends."""
    Criterion.objects.bulk_create(
        Criterion(
            campaign=campaign,
            name_it=name_it,
            name_en=name_en,
            weight=weight,
            position=position,
            low_it="nessuno",
            low_en="none",
            high_it="molto alto",
            high_en="very high",
        )
        for position, (name_it, name_en, weight) in enumerate(DEFAULT_RUBRIC)
    )


def stage_at(campaign: Campaign, at: datetime) -> str:
    """Where the dates put a campaign at an instant. Pure: reads the campaign's columns only."""
    if at < campaign.submissions_open_at:
        return CampaignStage.PLANNED
    if campaign.submissions_close_at is None or at < campaign.submissions_close_at:
        return CampaignStage.SUBMISSIONS
    if campaign.voting_opens_at is None or at < campaign.voting_opens_at:
        return CampaignStage.PREPARING
    if at < campaign.voting_closes_at:
        return CampaignStage.VOTING
    return CampaignStage.REVIEW


def next_month(day: date) -> date:
    """The first day of the following month."""
    return day.replace(day=monthrange(day.year, day.month)[1]) + timedelta(days=1)


def monthly_window(day: date) -> tuple[datetime, datetime]:
    """The always-open campaign's voting window in the month of `day`: from 09:00 of the 5th for fourteen days."""
    opens = timezone.make_aware(datetime.combine(day.replace(day=MONTHLY_OPENS_ON), time(9)))
    closes = timezone.make_aware(datetime.combine(day.replace(day=MONTHLY_OPENS_ON) + MONTHLY_LASTS, time(18)))
    return opens, closes


@transaction.atomic
def advance(*, campaign_id: int, at: datetime) -> bool:
    """Bring one campaign to the stage its dates ask for; returns whether anything changed. Safe to repeat.

    Freezes the rubric when submissions open, makes the rounds, records each change of stage as an event. A campaign is
    closed when every idea of it has had its answer.
    """
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    stage = stage_at(campaign, at)
    if stage == CampaignStage.REVIEW and _all_answered(campaign):
        stage = CampaignStage.CLOSED
    changed = _make_rounds(campaign, at)
    if stage == campaign.stage:
        return changed
    if stage != CampaignStage.PLANNED and campaign.rubric_frozen_at is None:
        campaign.rubric_frozen_at = at
    before, campaign.stage = campaign.stage, stage
    campaign.save(update_fields=["stage", "rubric_frozen_at"])
    events.record(
        idea_id=None,
        kind="campaign_stage",
        from_state=before,
        to_state=stage,
        at=at,
        data={"campaign": campaign.slug},
    )
    return True


def _all_answered(campaign: Campaign) -> bool:
    waiting = [
        IdeaState.SCREENING,
        IdeaState.NEEDS_CHANGES,
        IdeaState.ADMITTED,
        IdeaState.VOTING,
        IdeaState.REVIEW,
        IdeaState.DECISION,
        IdeaState.PILOTING,
        IdeaState.DEFERRED,
    ]
    return not campaign.ideas.filter(state__in=waiting).exists()


def _make_rounds(campaign: Campaign, at: datetime) -> bool:
    """The campaign's one round, or this month's and the next one of the always-open campaign."""
    if not campaign.always_open:
        if campaign.voting_opens_at is None:
            return False
        window = {"voting_opens_at": campaign.voting_opens_at, "voting_closes_at": campaign.voting_closes_at}
        return Round.objects.get_or_create(campaign=campaign, number=1, defaults=window)[1]
    made = False
    this_month = local_day(at).replace(day=1)
    for month in (this_month, next_month(this_month)):
        opens, closes = monthly_window(month)
        if closes <= at:
            continue
        number = month.year * 100 + month.month
        defaults = {"voting_opens_at": opens, "voting_closes_at": closes}
        made |= Round.objects.get_or_create(campaign=campaign, number=number, defaults=defaults)[1]
    return made


def advance_all(*, at: datetime) -> int:
    """Bring every campaign that is not closed to its stage; returns how many changed. Each in its own transaction."""
    unfinished = Campaign.objects.exclude(stage=CampaignStage.CLOSED).order_by("pk").values_list("pk", flat=True)
    return sum(advance(campaign_id=pk, at=at) for pk in list(unfinished))


def check_open(campaign: Campaign, *, at: datetime) -> None:
    """Raise TooLate unless the campaign takes submissions at `at`."""
    if stage_at(campaign, at) != CampaignStage.SUBMISSIONS:
        raise TooLate()
