# SPDX-License-Identifier: AGPL-3.0-or-later
"""The manager's board: the ideas of the own departments by stage, what is late, and a few figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median

from django.db.models import Case, CharField, Count, F, Prefetch, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovato import formats
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Department
from workflow import rules, scoring
from workflow.models import Decision, Idea, Pilot, Review
from workflow.selectors.ageing import Ageing, ageing
from workflow.states import IdeaState as S

PER_COLUMN = 20
COUNTED_UP_TO = 1001
OUTCOMES = (S.ADOPTED, S.VERIFIED, S.CLOSED, S.DECLINED, S.NOT_SELECTED)


@dataclass(frozen=True)
class Stage:
    """One column: its states, its words and its icon."""

    key: str
    label: str
    note: str
    icon: str
    states: tuple


STAGES = (
    Stage("verifica", _("Verifica"), _("la fa l’Ufficio innovazione"), "screen", (S.SCREENING, S.NEEDS_CHANGES)),
    Stage("voto", _("In votazione"), _("ammesse o al voto"), "ballot", (S.ADMITTED, S.VOTING)),
    Stage("valutazione", _("In valutazione"), _("chi valuta dà i punteggi"), "scale", (S.REVIEW,)),
    Stage("decisione", _("Decisione"), _("decide chi dirige"), "decide", (S.DECISION, S.DEFERRED)),
    Stage("pilota", _("Pilota"), _("in prova negli uffici"), "pilot", (S.PILOTING,)),
    Stage("esito", _("Esito"), _("dal 1° gennaio"), "it-flag", OUTCOMES),
)
BY_KEY = {stage.key: stage for stage in STAGES}


@dataclass(frozen=True)
class Scope:
    """The departments a person may follow, the one picked, and the picker's list."""

    departments: Sequence[Department]
    chosen: Department | None
    ids: frozenset[int]
    includes_unassigned: bool

    @property
    def depth(self) -> int:
        """The level of the highest department of the list, from which the others are indented."""
        return min((department.depth for department in self.departments), default=0)

    def where(self) -> Q:
        """The ideas of these departments. Those without one belong to who follows the whole city."""
        if self.chosen is not None:
            return Q(department_id__in=self.ids, department__path__startswith=self.chosen.path)
        return Q(department_id__in=self.ids) | (
            Q(department__isnull=True) if self.includes_unassigned else Q(pk__in=[])
        )


def scope(actor: rules.Actor, wanted: str, *, today: date) -> Scope:
    """What `actor` may follow; `wanted` is a department's key from an address, ignored when it is none of theirs."""
    ids = actor.access.departments(Capability.VIEW_PIPELINE)
    listed = list(Department.objects.in_force(today).filter(pk__in=ids).order_by("path"))
    chosen = next((department for department in listed if str(department.pk) == wanted), None)
    return Scope(listed, chosen, ids, actor.access.allows(Capability.VIEW_PIPELINE, None))


@dataclass
class Card:
    """One idea of the board, with what its column says of it."""

    idea: Idea
    ageing: Ageing | None
    is_mine_to_decide: bool
    cards_in: int | None = None
    score: object = None

    @property
    def is_deferred(self) -> bool:
        """Waits for its date in the column of decisions."""
        return self.idea.state == S.DEFERRED


@dataclass
class Column:
    """One stage with its first cards and how many there are in all."""

    stage: Stage
    total: int = 0
    cards: list[Card] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.cards)

    @property
    def is_mine(self) -> bool:
        """Whether something here waits for this person."""
        return any(card.is_mine_to_decide for card in self.cards)


@dataclass(frozen=True)
class Waiting:
    """An idea that this person can decide on."""

    pk: int
    ref: str
    title: str
    due_on: date | None


def waiting(actor: rules.Actor, where: Q, *, at: datetime) -> list[Waiting]:
    """The ideas that wait for this person's decision, the most urgent first; at most a thousand and one. One query."""
    rows = Idea.objects.actionable_by(actor, "approve_pilot", at=at).filter(where)
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "pk").values_list("pk", "number", "title", "due_on")
    return [Waiting(*row) for row in rows[:COUNTED_UP_TO]]


def on_board(actor: rules.Actor, where: Q, *, today: date) -> QuerySet[Idea]:
    """Every idea of the board, with its stage as `stage`: outcomes of this year only."""
    stage = Case(
        *(When(state__in=stage.states, then=Value(stage.key)) for stage in STAGES),
        output_field=CharField(max_length=12),
    )
    going_on = Q(state__in=[state for stage in STAGES for state in stage.states if state not in OUTCOMES])
    of_this_year = Q(state__in=OUTCOMES, state_since__gte=_new_year(today))
    return Idea.objects.visible_to(actor).filter(where, going_on | of_this_year).annotate(stage=stage)


def _new_year(today: date) -> datetime:
    """The first instant of the year, in the city's time. Compared as an instant: a cast by row costs much more."""
    return timezone.make_aware(datetime(today.year, 1, 1))  # noqa: DTZ001 - made aware in the same breath


def columns(actor: rules.Actor, where: Q, *, at: datetime, decidable: frozenset[int]) -> list[Column]:
    """The six columns with at most twenty cards each, the most urgent first. Three queries.

    The first one ranks keys only: sorting whole texts would cost ten times as much.
    """
    today = formats.local_day(at)
    found = {stage.key: Column(stage) for stage in STAGES}
    ranked = _ranked(actor, where, today)
    handed_in = Review.objects.exclude(status=Review.Status.RECUSED).only(
        "idea", "reviewer", "status", "weighted_score"
    )
    rows = Idea.objects.filter(pk__in=[pk for pk, *_rest in ranked]).select_related("campaign", "pilot")
    ideas = rows.prefetch_related(Prefetch("reviews", queryset=handed_in)).in_bulk()
    for pk, stage, in_stage in ranked:
        found[stage].total = in_stage
        if pk in ideas:
            found[stage].cards.append(_card(ideas[pk], actor, today, decidable))
    return list(found.values())


def _ranked(actor: rules.Actor, where: Q, today: date) -> list[tuple[int, str, int]]:
    """(key, stage, how many in the stage) of the cards to show, in their order."""
    urgency = Case(When(state__in=OUTCOMES, then=None), default=F("due_on"))
    order = [urgency.asc(nulls_last=True), F("state_since").desc(), F("pk").asc()]
    rows = on_board(actor, where, today=today).annotate(
        place=Window(RowNumber(), partition_by=F("stage"), order_by=order),
        in_stage=Window(Count("pk"), partition_by=F("stage")),
    )
    rows = rows.filter(place__lte=PER_COLUMN).order_by("stage", "place")
    return list(rows.values_list("pk", "stage", "in_stage"))


def _card(idea: Idea, actor: rules.Actor, today: date, decidable: frozenset[int]) -> Card:
    card = Card(idea, ageing(idea, today), idea.pk in decidable)
    reviews = list(idea.reviews.all())
    mine_open = any(r.reviewer_id == actor.person_id and r.status != Review.Status.SUBMITTED for r in reviews)
    totals = [r.weighted_score for r in reviews if r.status == Review.Status.SUBMITTED]
    if idea.state == S.REVIEW and not mine_open:
        card.cards_in = len(totals)
    if idea.state == S.DECISION and totals:
        card.score = scoring.median(totals)
    return card


@dataclass(frozen=True)
class Figures:
    """The numbers over the board. `median_days` is None in a year without decisions."""

    in_review: int
    cards_missing: int
    median_days: int | None
    decided: int
    pilots: int
    committed: object


def figures(actor: rules.Actor, where: Q, *, at: datetime) -> Figures:
    """How the work stands: scorecards missing, days from submission to decision this year, pilots and their money.

    Reviews in which the person still owes an own scorecard are left out. Three queries.
    """
    today = formats.local_day(at)
    own = Review.objects.filter(reviewer=actor.person_id, status__in=["assigned", "declared"]).values("idea")
    in_review = Idea.objects.filter(where, state=S.REVIEW).exclude(pk__in=own)
    counted = in_review.annotate(done=Count("reviews", filter=Q(reviews__status=Review.Status.SUBMITTED))).values_list(
        "campaign__scorecards_required", "done"
    )
    review_rows = list(counted[:COUNTED_UP_TO])
    days = _days_to_decision(where, today)
    running = Pilot.objects.filter(idea__in=Idea.objects.filter(where, state=S.PILOTING))
    pilots = running.aggregate(number=Count("pk"), money=Sum("budget"))
    return Figures(
        in_review=len(review_rows),
        cards_missing=sum(max(0, required - done) for required, done in review_rows),
        median_days=round(median(days)) if days else None,
        decided=len(days),
        pilots=pilots["number"],
        committed=pilots["money"] or 0,
    )


def _days_to_decision(where: Q, today: date) -> list[int]:
    """The days from submission to the first decision of this year, by idea."""
    kinds = [Decision.Kind.APPROVE_PILOT, Decision.Kind.DECLINE, Decision.Kind.DEFER]
    made = Decision.objects.filter(kind__in=kinds, at__gte=_new_year(today), undone_at=None)
    made = made.filter(idea__in=Idea.objects.filter(where)).order_by("-at", "-pk")
    rows = made.values_list("idea", "idea__submitted_at", "at")[:COUNTED_UP_TO]
    return list({idea: (at - sent).days for idea, sent, at in rows if sent is not None}.values())
