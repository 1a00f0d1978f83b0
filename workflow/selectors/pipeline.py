# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the pipeline's figures for one or a few departments: each from the kept rows, never from the history."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Max, Min, Sum

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Department
from workflow.models import (
    ChainHead,
    Pilot,
    PipelineAgeing,
    PipelineCohort,
    PipelineCursor,
    PipelineList,
    PipelineMonth,
    PipelineStay,
)
from workflow.pipeline.counting import HORIZONS, LISTED_BENEFITS, LISTED_PILOTS, percentile
from workflow.states import IdeaState

MONTHS = 12
COHORTS, BELOW = 20, 30


def scopes_of(access: DepartmentAccess, chosen: int | None) -> list[int]:
    """The departments whose rows add up to what this person follows: the chosen one, or the outermost of theirs."""
    if chosen is not None:
        return [chosen] if access.allows(Capability.VIEW_PIPELINE, chosen) else []
    outermost: list[str] = []
    for path in sorted(access.paths(Capability.VIEW_PIPELINE)):
        if not outermost or not path.startswith(outermost[-1]):
            outermost.append(path)
    return [int(path.split(".")[-2]) for path in outermost]


@dataclass(frozen=True)
class Freshness:
    """Until when events are counted, and how many more there are; `at` is None before the first count."""

    at: datetime | None
    behind: int


def freshness() -> Freshness:
    """How old the figures are. Two queries."""
    cursor = PipelineCursor.objects.first() or PipelineCursor()
    head = ChainHead.objects.values_list("number", flat=True).first() or 0
    return Freshness(cursor.refreshed_at, max(0, head - cursor.number))


def last_months(today: date) -> list[date]:
    """The first days of the last twelve months, the present one last."""
    months = [today.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


@dataclass(frozen=True)
class Flow:
    """How many ideas stood in each state at each month's end, and entered it in that month."""

    months: Sequence[date]
    standing: dict[tuple[str, date], int]
    entered: dict[tuple[str, date], int]


def flow(scopes: Sequence[int], *, today: date) -> Flow:
    """The last twelve months by state. One query."""
    months = last_months(today)
    rows = PipelineMonth.objects.filter(scope__in=scopes, month__gte=months[0]).order_by().values("state", "month")
    found = list(rows.annotate(stood=Sum("standing"), came=Sum("entered")))
    return Flow(
        months,
        {(row["state"], row["month"]): row["stood"] for row in found},
        {(row["state"], row["month"]): row["came"] for row in found},
    )


@dataclass(frozen=True)
class Times:
    """Of the stays in one state that ended in the last twelve months: how many, the middle one, the ninth of ten."""

    state: str
    number: int
    median: int
    ninth: int


def times(scopes: Sequence[int], *, today: date) -> list[Times]:
    """How long ideas stay in each state, in the order of the states. One query."""
    rows = PipelineStay.objects.filter(scope__in=scopes, month__gte=last_months(today)[0], number__gt=0)
    counts = defaultdict(Counter)
    for state, stays in rows.order_by().values_list("state", "days"):
        for days, number in stays.items():
            counts[state][int(days)] += number
    return [
        Times(state, sum(counts[state].values()), percentile(counts[state], 0.5), percentile(counts[state], 0.9))
        for state in IdeaState.values
        if state in counts
    ]


@dataclass(frozen=True)
class OnTime:
    """Answers with a day by which they were due, and how many of them came by it."""

    promised: int = 0
    kept: int = 0


def on_time(scopes: Sequence[int], *, today: date) -> list[tuple[date, OnTime]]:
    """The answers of each of the last twelve months. One query."""
    months = last_months(today)
    rows = (
        PipelineStay.objects.filter(scope__in=scopes, month__gte=months[0], promised__gt=0).order_by().values("month")
    )
    found = {row["month"]: OnTime(row["p"], row["k"]) for row in rows.annotate(p=Sum("promised"), k=Sum("kept"))}
    return [(month, found.get(month, OnTime())) for month in months]


def on_time_below(scopes: Sequence[int], *, today: date) -> list[tuple[str, OnTime]]:
    """The same answers by the departments directly below, in their order. Two queries."""
    below = dict(Department.objects.filter(parent__in=scopes).order_by("path").values_list("pk", "short_name"))
    rows = PipelineStay.objects.filter(scope__in=below, month__gte=last_months(today)[0], promised__gt=0)
    found = {
        scope: OnTime(promised, kept)
        for scope, promised, kept in rows.order_by()
        .values("scope")
        .annotate(p=Sum("promised"), k=Sum("kept"))
        .values_list("scope", "p", "k")
    }
    return [(name, found[pk]) for pk, name in below.items() if pk in found][:BELOW]


@dataclass(frozen=True)
class Waiting:
    """The ideas that wait in one state now."""

    state: str
    waiting: int
    in_time: int
    soon: int
    late: int
    paused: int
    oldest_days: int


def ageing(scopes: Sequence[int], *, today: date) -> list[Waiting]:
    """How the open ideas stand against their day, in the order of the states. One query."""
    rows = PipelineAgeing.objects.filter(scope__in=scopes).order_by().values("state")
    sums = {name: Sum(name) for name in ("waiting", "paused", "late", "soon")}
    found = {row["state"]: row for row in rows.annotate(oldest_at=Min("oldest"), **sums_named(sums))}
    return [
        Waiting(
            state,
            row["n_waiting"],
            row["n_waiting"] - row["n_soon"] - row["n_late"] - row["n_paused"],
            row["n_soon"],
            row["n_late"],
            row["n_paused"],
            max(0, (today - row["oldest_at"].date()).days),
        )
        for state in IdeaState.values
        if (row := found.get(state))
    ]


def sums_named(sums: dict) -> dict:
    """The same sums under names that no column has."""
    return {f"n_{name}": value for name, value in sums.items()}


@dataclass(frozen=True)
class Cohort:
    """The ideas submitted to one campaign in one year. A share is None until all of them had the time."""

    campaign: str
    year: int
    submitted: int
    approved: dict[int, int | None]
    realised: dict[int, int | None]


def cohorts(scopes: Sequence[int], *, at: datetime) -> list[Cohort]:
    """The latest cohorts, newest first. One query."""
    rows = PipelineCohort.objects.filter(scope__in=scopes, submitted__gt=0).order_by(
        "-year", "-campaign__submissions_open_at", "campaign"
    )
    names = [f"{what}_{months}" for what in ("approved", "realised") for months in HORIZONS]
    sums = {f"n_{name}": Sum(name) for name in ("submitted", *names)}
    found = rows.values("campaign", "campaign__title", "campaign__submissions_open_at", "year")
    found = found.annotate(last=Max("last_submitted_at"), **sums)[:COHORTS]
    return [_cohort(row, at) for row in found]


def _cohort(row: dict, at: datetime) -> Cohort:
    def after(what: str) -> dict[int, int | None]:
        return {
            months: row[f"n_{what}_{months}"] if row["last"] + horizon <= at else None
            for months, horizon in HORIZONS.items()
        }

    return Cohort(row["campaign__title"], row["year"], row["n_submitted"], after("approved"), after("realised"))


def lists(scopes: Sequence[int]) -> tuple[list[int], list[int]]:
    """The keys of the pilots past their end and of the ideas verified last, as the last refresh left them. One query."""
    rows = list(PipelineList.objects.filter(scope__in=scopes))
    return [key for row in rows for key in row.past_end], [idea for row in rows for _at, idea in row.verified]


def pilots_past_end(pilots: Sequence[int], departments: frozenset[int], *, today: date) -> list[Pilot]:
    """Those of these pilots that still run and are past their end, the longest past first; at most fifty. One query."""
    rows = Pilot.objects.filter(pk__in=pilots, idea__state=IdeaState.PILOTING, idea__department__in=departments)
    rows = rows.filter(ends_on__lt=today, concluded_at=None)
    return list(rows.select_related("idea", "department").order_by("ends_on", "pk")[:LISTED_PILOTS])


def verified_benefits(ideas: Sequence[int], departments: frozenset[int]) -> list[Pilot]:
    """The benefits of these ideas, the latest first; at most twenty. One query."""
    rows = Pilot.objects.filter(idea__in=ideas, verified_at__isnull=False, idea__department__in=departments)
    return list(rows.select_related("idea").order_by(F("verified_at").desc(), "-pk")[:LISTED_BENEFITS])


def departments_below(access: DepartmentAccess, chosen: Department | None) -> frozenset[int]:
    """The keys of all departments this person follows, of the chosen one and below where there is one. At most one query."""
    mine = access.departments(Capability.VIEW_PIPELINE)
    if chosen is None:
        return mine
    return mine & frozenset(Department.objects.below(chosen.path).values_list("pk", flat=True))
