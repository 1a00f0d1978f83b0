# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the pilots' pages read: the list of what is being tried, and one pilot with its figures."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from innovato.organisation.models import Person
from workflow import rules
from workflow.models import Idea, Indicator, Pilot, Reading
from workflow.states import AFTER_APPROVAL, IdeaState

ROWS = 20
VIEWS = {
    "": AFTER_APPROVAL,
    "in-corso": frozenset({IdeaState.PILOTING}),
    "adottati": frozenset({IdeaState.ADOPTED, IdeaState.VERIFIED}),
    "conclusi": frozenset({IdeaState.CLOSED}),
}


@dataclass(frozen=True)
class PilotPage:
    """Some pilots of a list, and the key after which the next ones start (None at the end)."""

    ideas: list[Idea]
    following: int | None


def pilot_page(*, view: str, after: int | None = None, only_mine: Person | None = None) -> PilotPage:
    """Ideas on trial or after it, newest first, with owner, department and indicators: a constant number of queries."""
    rows = Idea.objects.filter(state__in=VIEWS[view], pilot__approved_at__isnull=False)
    if only_mine is not None:
        rows = rows.filter(Q(pilot__owner=only_mine) | Q(pilot__members__person=only_mine)).distinct()
    if after is not None:
        rows = rows.filter(pk__lt=after)
    rows = rows.select_related("pilot__owner", "pilot__department", "campaign").prefetch_related(
        Prefetch("pilot__indicators", queryset=_with_readings())
    )
    found = list(rows.order_by("-pk")[: ROWS + 1])
    return PilotPage(found[:ROWS], found[ROWS - 1].pk if len(found) > ROWS else None)


def _with_readings() -> QuerySet[Indicator]:
    return Indicator.objects.prefetch_related(Prefetch("readings", queryset=Reading.objects.order_by("measured_on")))


def for_pilot_page() -> QuerySet[Idea]:
    """The ideas with everything that one pilot's page shows, in a constant number of queries."""
    return Idea.objects.select_related(
        "campaign", "merged_into", "pilot__owner__home_department", "pilot__department", "pilot__approved_by"
    ).prefetch_related(
        "authorships__person",
        "recusals",
        Prefetch("pilot__indicators", queryset=_with_readings()),
        "pilot__milestones",
        "pilot__spendings",
        "pilot__members__person__home_department",
        "pilot__members__consent_by",
    )


def is_approved(idea: Idea) -> bool:
    """Was the pilot approved? Before that the plan is between the deciders."""
    return getattr(idea, "pilot", None) is not None and idea.pilot.approved_at is not None


def member_ids(pilot: Pilot) -> frozenset[int]:
    """The team's people; no query when the members are prefetched."""
    return frozenset(member.person_id for member in pilot.members.all())


@dataclass(frozen=True)
class IndicatorView:
    """One indicator as the page shows it."""

    row: Indicator
    readings: list[Reading]
    last: Reading | None
    on_track: bool | None
    has_final: bool


def indicator_view(indicator: Indicator) -> IndicatorView:
    """The indicator with its last reading and whether that is on the right side of the threshold (None without one)."""
    readings = list(indicator.readings.all())
    last = readings[-1] if readings else None
    on_track = None
    if last is not None:
        up = indicator.direction == Indicator.Direction.UP
        on_track = last.value >= indicator.threshold if up else last.value <= indicator.threshold
    return IndicatorView(indicator, readings, last, on_track, any(r.is_final for r in readings))


@dataclass(frozen=True)
class Progress:
    """Where a pilot stands in its time: day `day` of `days`; `late` days past the end."""

    day: int
    days: int
    late: int
    started: bool


def progress(pilot: Pilot, today: date) -> Progress:
    """How far a pilot is. Days count from the start, both ends included."""
    days = (pilot.ends_on - pilot.starts_on).days + 1
    day = (today - pilot.starts_on).days + 1
    return Progress(max(0, min(day, days)), days, max(0, (today - pilot.ends_on).days), day >= 1)


def may_record(actor: rules.Actor, idea: Idea) -> bool:
    """May this person write readings and notes here? Uses the prefetched team."""
    return rules.may_record_on_pilot(actor, idea, member_ids(idea.pilot))
