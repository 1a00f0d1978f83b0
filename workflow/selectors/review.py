# SPDX-License-Identifier: AGPL-3.0-or-later
"""What reviewers read: their queue, their own scorecard, and the others' once theirs is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet

from innovato.organisation.capabilities import Capability
from workflow import holders, rules, scoring
from workflow.models import Criterion, Idea, Review, Score
from workflow.states import IdeaState

Status = Review.Status
OPEN = (Status.ASSIGNED, Status.DECLARED)
SHOWN = 50
RECENT = 20


def to_hand_in(actor: rules.Actor) -> QuerySet[Review]:
    """The scorecards this person still owes and may write: where the right to review was taken back there are none."""
    reached = Idea.objects.filter(holders.reach(actor, Capability.REVIEW_IDEAS), state=IdeaState.REVIEW)
    return Review.objects.filter(reviewer=actor.person_id, status__in=OPEN, idea__in=reached)


def own_cards(actor: rules.Actor) -> QuerySet[Review]:
    """Every scorecard of this person whose idea they still see: one can be withdrawn after its ballot was annulled."""
    return Review.objects.filter(reviewer=actor.person_id, idea__in=Idea.objects.visible_to(actor))


def open_cards(actor: rules.Actor) -> list[Review]:
    """The scorecards this person still has to hand in, the most urgent first; at most fifty. One query."""
    rows = to_hand_in(actor).select_related("idea__department", "idea__campaign")
    return list(rows.order_by("due_on", "pk")[:SHOWN])


def recent_cards(actor: rules.Actor) -> list[Review]:
    """The last twenty scorecards this person handed in. One query."""
    rows = own_cards(actor).filter(status=Status.SUBMITTED)
    rows = rows.select_related("idea__department", "idea__campaign")
    return list(rows.order_by(F("submitted_at").desc(nulls_last=True), "-pk")[:RECENT])


def card_of(idea: Idea, person_id: int) -> Review | None:
    """This person's scorecard of the idea, also when they stepped back."""
    return Review.objects.filter(idea=idea, reviewer=person_id).prefetch_related("scores").first()


@dataclass(frozen=True)
class Line:
    """One criterion of the total: its points and what they add, or nothing yet."""

    criterion: Criterion
    points: int | None
    value: Decimal | None


@dataclass(frozen=True)
class Total:
    """How the weighted score comes about; `score` is None until every criterion has points."""

    lines: Sequence[Line]
    score: Decimal | None


def total(criteria: Sequence[Criterion], points: Mapping[int, int | None]) -> Total:
    """The total of these points by criterion key. Reads nothing."""
    weights = sum(criterion.weight for criterion in criteria)
    lines = []
    for criterion in criteria:
        given = points.get(criterion.pk)
        value = None if given is None else scoring.share(given, criterion.weight, weights)
        lines.append(Line(criterion, given, value))
    complete = criteria and all(line.points is not None for line in lines)
    pairs = [(line.points, line.criterion.weight) for line in lines]
    return Total(lines, scoring.weighted(pairs) if complete else None)


def points_of(review: Review) -> dict[int, int | None]:
    """The points written so far, by criterion key."""
    return {score.criterion_id: score.value for score in review.scores.all()}


@dataclass(frozen=True)
class Row:
    """One criterion across several scorecards, in their order."""

    criterion: Criterion
    scores: Sequence[Score | None]


@dataclass(frozen=True)
class Sheets:
    """The scorecards handed in, side by side, with their middle and how far apart they lie."""

    reviews: Sequence[Review]
    rows: Sequence[Row]
    median: Decimal | None
    spread: Decimal
    is_wide: bool


def sheets(idea: Idea, criteria: Sequence[Criterion], *, first: int | None = None) -> Sheets:
    """Every scorecard handed in, that of `first` (a person) before the others. Three queries.

    Who may read them is the page's to ask: deciders, and reviewers whose own is in.
    """
    handed_in = idea.reviews.filter(status=Status.SUBMITTED).select_related("reviewer").prefetch_related("scores")
    reviews = sorted(handed_in, key=lambda review: (review.reviewer_id != first, review.submitted_at, review.pk))
    totals = [review.weighted_score for review in reviews]
    by_card = [{score.criterion_id: score for score in review.scores.all()} for review in reviews]
    rows = [Row(criterion, [card.get(criterion.pk) for card in by_card]) for criterion in criteria]
    return Sheets(
        reviews=reviews,
        rows=rows,
        median=scoring.median(totals) if totals else None,
        spread=scoring.spread(totals),
        is_wide=scoring.is_wide(totals),
    )


def missing_cards(idea: Idea) -> int:
    """How many of the campaign's scorecards are not in."""
    return max(0, idea.campaign.scorecards_required - idea.reviews.filter(status=Status.SUBMITTED).count())
