# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scorecards: declare first, save while writing, hand in once; the last one brings the idea to its decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from workflow import notices, rules, scoring
from workflow.errors import Incomplete, NotAllowed, WrongState
from workflow.models import Idea, IdeaEvent, Recusal, Review, Score
from workflow.models.review import HIGHEST, LOWEST
from workflow.services import assignment, moves
from workflow.services.texts import SHORTEST_CONFLICT, check_reason
from workflow.states import IdeaState

Status = Review.Status
ENDS = frozenset({LOWEST, 1, HIGHEST})  # these points always need words


@dataclass(frozen=True)
class Sheet:
    """What a reviewer wrote: points (None while undecided) and words by criterion key, and the overall opinion."""

    points: Mapping[int, int | None] = field(default_factory=dict)
    words: Mapping[int, str] = field(default_factory=dict)
    recommendation: str = ""
    advice: str = ""
    text_for_author: str = ""


@transaction.atomic
def declare(*, idea_id: int, by: Person, at: datetime) -> Review:
    """Say that there is no conflict of interest; the criteria open. Repeating it changes nothing."""
    _idea, review = _mine(idea_id, by=by)
    if review.status == Status.ASSIGNED:
        review.status, review.declared_at = Status.DECLARED, at
        review.save(update_fields=["status", "declared_at"])
    return review


@transaction.atomic
def recuse(*, idea_id: int, by: Person, at: datetime, reason: str) -> Recusal:
    """Step back for a conflict of interest: what was written goes, a substitute comes by itself.

    Raises Incomplete when the conflict is not described, WrongState after handing in.
    """
    idea, review = _mine(idea_id, by=by)
    reason = check_reason("conflict", reason, SHORTEST_CONFLICT, for_author=False)
    review.scores.all().delete()
    review.status, review.recommendation, review.advice, review.text_for_author = Status.RECUSED, "", "", ""
    review.save(update_fields=["status", "recommendation", "advice", "text_for_author"])
    recusal = Recusal.objects.create(idea=idea, person=by, reason=reason, at=at)
    assignment.fill(idea, at=at, extra=review.is_third_opinion)
    _complete_if_all_in(idea, at=at)
    return recusal


@transaction.atomic
def save(*, idea_id: int, by: Person, at: datetime, sheet: Sheet) -> Review:
    """Keep what is written so far. Raises WrongState before the declaration and after handing in."""
    idea, review = _mine(idea_id, by=by, declared=True)
    _write(idea, review, sheet, at=at)
    return review


@transaction.atomic
def submit(*, idea_id: int, by: Person, at: datetime, sheet: Sheet | None = None) -> Review:
    """Hand in: from here nothing changes. The last required scorecard brings the idea to its decision.

    Without `sheet` what was saved counts. Raises Incomplete for missing points, words or recommendation.
    """
    idea, review = _mine(idea_id, by=by, declared=True)
    if sheet is not None:
        _write(idea, review, sheet, at=at)
    if gaps := missing(review):
        raise Incomplete(gaps)
    scores = review.scores.select_related("criterion")
    review.weighted_score = scoring.weighted((score.value, score.criterion.weight) for score in scores)
    review.status, review.submitted_at = Status.SUBMITTED, at
    review.save(update_fields=["weighted_score", "status", "submitted_at"])
    _complete_if_all_in(idea, at=at)
    return review


@transaction.atomic
def complete_early(*, idea_id: int, by: Person, at: datetime, version: int | None = None, reason: str) -> IdeaEvent:
    """The lead reviewer closes the review with fewer scorecards, saying why. Their own has to be in.

    Raises Incomplete for a short reason or while their own is missing.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, "complete_review", actor=actor, at=at, version=version)
    if not idea.reviews.filter(reviewer=by, status=Status.SUBMITTED).exists():
        raise Incomplete({"reason": _("Prima consegna la tua valutazione.")})
    return _complete(idea, actor, at=at, reason=check_reason("reason", reason, for_author=False))


def _mine(idea_id: int, *, by: Person, declared: bool = False) -> tuple[Idea, Review]:
    """The idea, locked, and the person's open scorecard; raises why there is none to write on."""
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by)
    review = idea.reviews.filter(reviewer=by).exclude(status=Status.RECUSED).first()
    may_write = actor.is_active and actor.access.allows(Capability.REVIEW_IDEAS, idea.judging_department_id)
    if review is None or not may_write:
        raise NotAllowed(_("Questa valutazione non è affidata a te."))
    if by.pk in idea.authors_and_invited() or by.pk in idea.recused_ids():
        raise NotAllowed(_("È una tua idea: deve valutarla un’altra persona."))
    if review.status == Status.SUBMITTED:
        raise WrongState(_("Hai già consegnato questa valutazione: non si può più cambiare."))
    if idea.state != IdeaState.REVIEW:
        raise WrongState(_("La valutazione di questa idea è chiusa."))
    if declared and review.status != Status.DECLARED:
        raise WrongState(_("Prima di tutto dichiara se hai un conflitto di interessi."))
    return idea, review


def _write(idea: Idea, review: Review, sheet: Sheet, *, at: datetime) -> None:
    for criterion in idea.campaign.criteria.all():
        value = sheet.points.get(criterion.pk)
        if value is not None and not LOWEST <= value <= HIGHEST:
            raise Incomplete({f"points_{criterion.pk}": _("Scegli un punteggio da 0 a 5.")})
        Score.objects.update_or_create(
            review=review,
            criterion=criterion,
            defaults={"value": value, "comment": sheet.words.get(criterion.pk, "").strip()},
        )
    if sheet.recommendation and sheet.recommendation not in Review.Recommendation.values:
        raise Incomplete({"recommendation": _("Scegli un consiglio dall’elenco.")})
    review.recommendation = sheet.recommendation
    review.advice, review.text_for_author = sheet.advice.strip(), sheet.text_for_author.strip()
    review.saved_at = at
    review.save(update_fields=["recommendation", "advice", "text_for_author", "saved_at"])


def missing(review: Review) -> dict[str, str]:
    """What a saved scorecard still lacks before it can be handed in, by field name; empty when complete."""
    gaps = {}
    scores = {score.criterion_id: score for score in review.scores.all()}
    for criterion in review.idea.campaign.criteria.all():
        score = scores.get(criterion.pk)
        if score is None or score.value is None:
            gaps[f"points_{criterion.pk}"] = _("Scegli un punteggio da 0 a 5.")
        elif score.value in ENDS and not score.comment:
            gaps[f"words_{criterion.pk}"] = _("Con 0, 1 o 5 la motivazione serve sempre.")
    if not review.recommendation:
        gaps["recommendation"] = _("Scegli che cosa consigli a chi decide.")
    if not review.text_for_author:
        gaps["text_for_author"] = _("Scrivi due righe per chi ha proposto l’idea.")
    return gaps


def _complete_if_all_in(idea: Idea, *, at: datetime) -> None:
    """Close the review when every wanted scorecard is in; ask for one more opinion once, where totals lie far apart."""
    totals = submitted_totals(idea)
    if len(totals) < assignment.wanted_scorecards(idea):
        return
    asked_before = idea.reviews.filter(is_third_opinion=True).exists()
    if scoring.is_wide(totals) and not asked_before:
        found = assignment.fill(idea, at=at, extra=True)
        words = {"found": bool(found)}
        people = notices.screeners(idea, at)
        key = f"third-opinion:{idea.pk}:{idea.state_since.isoformat()}"
        notices.tell(kind="third_opinion", idea=idea, people=people, key=key, at=at, words=words)
        if found:
            return
    _complete(idea, rules.SYSTEM, at=at)


def submitted_totals(idea: Idea) -> list:
    """The weighted scores of the scorecards handed in."""
    return list(idea.reviews.filter(status=Status.SUBMITTED).order_by("pk").values_list("weighted_score", flat=True))


def _complete(idea: Idea, actor: rules.Actor, *, at: datetime, reason: str = "") -> IdeaEvent:
    totals = submitted_totals(idea)
    data = {
        "scorecards": len(totals),
        "required": idea.campaign.scorecards_required,
        "median": str(scoring.median(totals)),
        "spread": str(scoring.spread(totals)),
        "reason_text": reason,
    }
    asked_before = idea.events.filter(kind="reopen_review").exists()
    lacking = 0 if asked_before else max(0, idea.campaign.scorecards_required - len(totals))
    values = {"scorecards_missing": lacking}
    return moves.make(idea, "complete_review", actor=actor, at=at, data=data, values=values)
