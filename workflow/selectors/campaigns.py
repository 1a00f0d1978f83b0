# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the campaigns' pages read: the list of calls, one call with its dates and figures, the pilots that came of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from innovato.compiled import Compiled, columns, row_of
from innovato.organisation.models import Department
from workflow.models import Campaign, CampaignStage, Idea, Round
from workflow.states import AFTER_APPROVAL, PUBLISHED, IdeaState

ROWS = 20
STILL_OPEN = (CampaignStage.PLANNED, CampaignStage.SUBMISSIONS, CampaignStage.PREPARING)
OVER = (CampaignStage.REVIEW, CampaignStage.CLOSED)


class View(StrEnum):
    """The tabs of the list; the values stand in addresses."""

    OPEN = "aperti"
    VOTING = "in-votazione"
    OVER = "conclusi"


@dataclass(frozen=True)
class CampaignPage:
    """Some campaigns of the list, and the key after which the next ones start (None at the end)."""

    campaigns: list[Campaign]
    following: int | None


def campaign_page(*, view: View, at: datetime, after: int | None = None) -> CampaignPage:
    """Campaigns of one tab, the newest first, each with its ideas counted and its ballot's dates. One query."""
    rows = _in_view(with_figures(Campaign.objects.all(), at), view)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.select_related("sponsor").defer("text").order_by("-pk")[: ROWS + 1])
    return CampaignPage(found[:ROWS], found[ROWS - 1].pk if len(found) > ROWS else None)


def _in_view(rows: QuerySet[Campaign], view: View) -> QuerySet[Campaign]:
    """A campaign that is always open is in voting too, while one of its rounds runs."""
    if view == View.VOTING:
        return rows.filter(Q(stage=CampaignStage.VOTING) | Q(always_open=True, voting_ends_at__isnull=False))
    return rows.filter(stage__in=STILL_OPEN if view == View.OPEN else OVER)


def with_figures(rows: QuerySet[Campaign], at: datetime) -> QuerySet[Campaign]:
    """Add how many ideas everybody may read, when the running ballot ends and when the next one opens."""
    ideas = Idea.objects.filter(campaign=OuterRef("pk"), state__in=PUBLISHED).order_by()
    counted = ideas.values("campaign").annotate(n=Count("pk")).values("n")
    return _with_rounds(rows, at).annotate(
        idea_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


def _with_rounds(rows: QuerySet[Campaign], at: datetime) -> QuerySet[Campaign]:
    """Add when the running ballot ends and when the next one opens."""
    rounds = Round.objects.filter(campaign=OuterRef("pk"))
    running = rounds.filter(voting_opens_at__lte=at, voting_closes_at__gt=at).order_by("-voting_opens_at")
    coming = rounds.filter(voting_opens_at__gt=at).order_by("voting_opens_at")
    return rows.annotate(
        voting_ends_at=Subquery(running.values("voting_closes_at")[:1], output_field=DateTimeField()),
        next_voting_at=Subquery(coming.values("voting_opens_at")[:1], output_field=DateTimeField()),
    )


def find_campaign(*, slug: str, at: datetime) -> Campaign | None:
    """One campaign with its ballots' dates and its sponsor. One query."""
    for ends, opens, *values in _ONE.rows(slug=slug, at=at):
        found = row_of(Campaign, values[: len(columns(Campaign))])
        found.sponsor = row_of(Department, values[len(columns(Campaign)) :])
        found.voting_ends_at, found.next_voting_at = ends, opens
        return found
    return None


def _one(slug: str, at: datetime) -> QuerySet:
    rows = _with_rounds(Campaign.objects.filter(slug=slug).order_by(), at)
    return rows.values_list("voting_ends_at", "next_voting_at", *columns(Campaign), *columns(Department, "sponsor__"))


_ONE = Compiled(_one, slug=str, at=datetime)


def stages_due(at: datetime) -> list[int]:
    """The campaigns whose dates have gone past their stage: usually none. One query."""
    late = (
        Q(stage=CampaignStage.PLANNED, submissions_open_at__lte=at)
        | Q(stage=CampaignStage.SUBMISSIONS, submissions_close_at__lte=at)
        | Q(stage=CampaignStage.PREPARING, voting_opens_at__lte=at)
        | Q(stage=CampaignStage.VOTING, voting_closes_at__lte=at)
    )
    return list(Campaign.objects.filter(late).order_by("pk").values_list("pk", flat=True))


# One campaign ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """How far the ideas of a campaign have come."""

    published: int
    piloting: int
    adopted: int
    pilots: int


def figures(campaign: Campaign) -> Figures:
    """The campaign's ideas by where they stand. One query; never anything about votes."""
    rows = Idea.objects.filter(campaign=campaign, state__in=PUBLISHED).order_by().values_list("state")
    by_state = dict(rows.annotate(n=Count("pk")))
    return Figures(
        published=sum(by_state.values()),
        piloting=by_state.get(IdeaState.PILOTING, 0),
        adopted=by_state.get(IdeaState.ADOPTED, 0) + by_state.get(IdeaState.VERIFIED, 0),
        pilots=sum(by_state.get(state, 0) for state in AFTER_APPROVAL),
    )


@dataclass(frozen=True)
class Milestone:
    """One date of a campaign. `place`: done, now or empty for what is still to come; `day` marks dates without an hour."""

    at: datetime | date
    words: str
    place: str = ""

    @property
    def day(self) -> bool:
        """Whether this is a whole day rather than a moment."""
        return not isinstance(self.at, datetime)


def milestones(campaign: Campaign, at: datetime) -> list[Milestone]:
    """The campaign's dates in order, the last one gone by marked as the present one. Touches no database."""
    if campaign.always_open:
        dated = _monthly_dates(campaign)
    else:
        dated = [
            (campaign.submissions_open_at, _("Si può proporre")),
            (campaign.submissions_close_at, _("Ultimo momento per inviare un’idea")),
            (campaign.voting_opens_at, _("Si apre la votazione")),
            (campaign.voting_closes_at, _("Si chiude la votazione: si vedono i conteggi")),
            (campaign.review_due_on, _("Valutazioni consegnate")),
        ]
    dated = [(when, words) for when, words in dated if when]
    gone = [_is_over(when, at) for when, _words in dated]
    last = len(gone) - 1 - gone[::-1].index(True) if True in gone else -1
    return [
        Milestone(when, words, "now" if place == last else "done" if gone[place] else "")
        for place, (when, words) in enumerate(dated)
    ]


def _monthly_dates(campaign: Campaign) -> list[tuple]:
    return [
        (campaign.submissions_open_at, _("Si può proporre, senza scadenza")),
        (campaign.voting_ends_at, _("Si chiude la votazione di questo mese")),
        (campaign.next_voting_at, _("Si apre la prossima votazione")),
    ]


def _is_over(when: datetime | date, at: datetime) -> bool:
    return when <= at if isinstance(when, datetime) else when < timezone.localdate(at)


@dataclass(frozen=True)
class PilotList:
    """Some ideas of a campaign that reached a pilot, and the key after which the next ones start (None at the end)."""

    ideas: list[Idea]
    following: int | None


def pilots_of(campaign: Campaign, *, after: int | None = None) -> PilotList:
    """The approved pilots of a campaign's ideas, the newest first. One query."""
    rows = Idea.objects.filter(campaign=campaign, state__in=AFTER_APPROVAL, pilot__approved_at__isnull=False)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = list(rows.select_related("pilot__department", "pilot__owner").order_by("-pk")[: ROWS + 1])
    return PilotList(found[:ROWS], found[ROWS - 1].pk if len(found) > ROWS else None)
