# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of a pilot before its approval: saved as often as wanted, complete before anybody approves it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import rules
from workflow.errors import Conflict, Incomplete
from workflow.models import Idea, Indicator, Milestone, Pilot, PilotMember
from workflow.services import moves
from workflow.services.clock import local_day

MOST_INDICATORS = 5
LONGEST_YEARS = 5


@dataclass(frozen=True)
class IndicatorPlan:
    """What tells whether it works: where we are, where we want to be, and below (or above) what we stop."""

    name: str
    baseline: Decimal
    target: Decimal
    threshold: Decimal
    method: str
    unit: str = ""
    direction: str = Indicator.Direction.UP


@dataclass(frozen=True)
class MilestonePlan:
    """Something ready by a day."""

    due_on: date
    text: str
    who: str = ""


@dataclass(frozen=True)
class MemberPlan:
    """Somebody of the team and the hours a week they are released."""

    person_id: int
    role: str = ""
    hours_per_week: Decimal = Decimal(0)


@dataclass(frozen=True)
class Plan:
    """The whole plan as it was written; None and empty where nothing is said yet. `budget` in euros."""

    objective: str = ""
    where: str = ""
    department_id: int | None = None
    owner_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    budget: Decimal = Decimal(0)
    risks: str = ""
    uses_personal_data: bool = False
    needs_purchase: bool = False
    act_number: str = ""
    protocol_number: str = ""
    reason: str = ""
    indicators: Sequence[IndicatorPlan] = field(default_factory=tuple)
    milestones: Sequence[MilestonePlan] = field(default_factory=tuple)
    members: Sequence[MemberPlan] = field(default_factory=tuple)


COLUMNS = (
    "objective",
    "where",
    "owner_id",
    "starts_on",
    "ends_on",
    "budget",
    "risks",
    "uses_personal_data",
    "needs_purchase",
    "act_number",
    "protocol_number",
    "reason",
)


@transaction.atomic
def save_plan(*, idea_id: int, by: Person, at: datetime, plan: Plan, plan_version: int | None = None) -> Pilot:
    """Keep a plan without deciding. Only who could approve it now writes it.

    `plan_version` is the one the person saw (0 for none): Conflict where a colleague saved another. Raises Incomplete
    for what the plan can't hold, and as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    moves.check(idea, "approve_pilot", actor=rules.actor_for(by, at=at), at=at)
    return write(idea, plan, plan_version=plan_version)


def write(idea: Idea, plan: Plan, *, plan_version: int | None = None) -> Pilot:
    """Write the plan's rows for an idea locked and checked by the caller; a plan not yet approved is rewritten whole."""
    pilot = getattr(idea, "pilot", None) or Pilot(idea=idea, version=0)
    if plan_version is not None and plan_version != pilot.version:
        raise Conflict(_("Una collega o un collega ha salvato un altro piano: confronta prima di salvare."))
    if len(plan.indicators) > MOST_INDICATORS:
        raise Incomplete({"indicators": _("Al massimo 5 indicatori: tieni quelli che contano.")})
    if faults := _faults(plan):
        raise Incomplete(faults)
    for column in COLUMNS:
        setattr(pilot, column, getattr(plan, column))
    pilot.department_id = plan.department_id or idea.department_id
    pilot.version += 1
    pilot.save()
    _write_rows(pilot, plan)
    idea.pilot = pilot
    return pilot


def _faults(plan: Plan) -> dict[str, str]:
    """What the database would refuse, said by field before it does."""
    faults = {}
    if plan.budget < 0:
        faults["budget"] = _("L’importo non può essere negativo.")
    if plan.starts_on and plan.ends_on and plan.ends_on <= plan.starts_on:
        faults["ends_on"] = _("La fine deve venire dopo l’inizio.")
    for indicator in plan.indicators:
        for sentence in indicator_faults(indicator).values():
            faults["indicators"] = sentence
    if len({member.person_id for member in plan.members}) < len(plan.members):
        faults["members"] = _("La stessa persona è nella squadra due volte.")
    return faults


def indicator_faults(indicator: IndicatorPlan) -> dict[str, str]:
    """Why an indicator's numbers don't fit together, by field; empty when they do."""
    up = indicator.direction == Indicator.Direction.UP
    low, high = sorted((indicator.baseline, indicator.target))
    if indicator.baseline == indicator.target or (indicator.target > indicator.baseline) != up:
        if up:
            return {"target": _("La meta deve essere più alta del valore di oggi, perché è meglio se sale.")}
        return {"target": _("La meta deve essere più bassa del valore di oggi, perché è meglio se scende.")}
    if not low <= indicator.threshold <= high:
        return {"threshold": _("La soglia sta tra il valore di oggi e la meta.")}
    return {}


def _write_rows(pilot: Pilot, plan: Plan) -> None:
    pilot.indicators.all().delete()
    pilot.milestones.all().delete()
    pilot.members.all().delete()
    Indicator.objects.bulk_create(
        Indicator(pilot=pilot, position=n, **vars(row)) for n, row in enumerate(plan.indicators)
    )
    Milestone.objects.bulk_create(Milestone(pilot=pilot, **vars(row)) for row in plan.milestones)
    PilotMember.objects.bulk_create(PilotMember(pilot=pilot, **vars(row)) for row in plan.members)


def gaps(pilot: Pilot | None, *, at: datetime) -> dict[str, str]:
    """What a plan still lacks before it can be approved, by field; empty when complete. Reads its indicators."""
    if pilot is None:
        return {"plan": _("Scrivi e salva il piano del pilota prima di approvarlo.")}
    found = {}
    if not pilot.objective.strip():
        found["objective"] = _("Scrivi che cosa vuole ottenere la prova.")
    if not pilot.where.strip():
        found["where"] = _("Scrivi dove si prova.")
    if pilot.owner is None or not pilot.owner.is_active:
        found["owner"] = _("Indica una persona in servizio che guida il pilota.")
    found |= _date_gaps(pilot, local_day(at))
    if not pilot.indicators.exists():
        found["indicators"] = _("Serve almeno un indicatore: come sapremo se funziona?")
    return found


def _date_gaps(pilot: Pilot, today: date) -> dict[str, str]:
    found = {}
    if pilot.starts_on is None:
        found["starts_on"] = _("Indica quando inizia.")
    if pilot.ends_on is None:
        found["ends_on"] = _("Indica quando finisce.")
    elif pilot.ends_on <= today:
        found["ends_on"] = _("La fine deve essere nel futuro.")
    elif pilot.starts_on and pilot.ends_on.year - pilot.starts_on.year > LONGEST_YEARS:
        found["ends_on"] = _("Una prova dura al massimo 5 anni: scegli una data più vicina.")
    return found
