# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written down while a pilot runs: readings, spending, milestones, notes, and the team."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.formats import euro
from innovato.organisation.access import Deputyship
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from workflow import deputies, rules
from workflow.errors import Incomplete, Missing, NotAllowed, OverBudget
from workflow.models import Idea, Indicator, Milestone, Pilot, PilotMember, ProgressNote, Reading, Spending
from workflow.services import events, moves
from workflow.services.clock import local_day


def _running(idea_id: int, *, by: Person, at: datetime, whole: bool) -> tuple[Idea, Deputyship | None]:
    """Lock the idea and its pilot and check that `by` may write here; `whole` asks for more than the log.

    Returns the idea, and for whom `by` writes where only a delegation allows it.
    """
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    if not rules.can_see(actor, idea) or getattr(idea, "pilot", None) is None:
        raise Missing()
    idea.pilot = Pilot.objects.select_for_update().get(pk=idea.pilot.pk)
    members = frozenset(idea.pilot.members.values_list("person_id", flat=True))
    allowed = rules.may_run_pilot(actor, idea) if whole else rules.may_record_on_pilot(actor, idea, members)
    if not allowed:
        raise NotAllowed(
            _("Lo fa chi guida il pilota, la sua squadra o chi decide per la struttura, finché è in corso.")
        )
    if by.pk == idea.pilot.owner_id or (by.pk in members and not whole):
        return idea, None
    return idea, deputies.acting_for(actor, Capability.DECIDE_IDEAS, idea.judging_department_id)


@transaction.atomic
def record_reading(
    *,
    idea_id: int,
    indicator_id: int,
    by: Person,
    at: datetime,
    measured_on: date,
    value: Decimal,
    note: str = "",
    is_final: bool = False,
) -> Reading:
    """Write a dated value; the same day again replaces it, and the event keeps what stood there.

    Raises Incomplete for a day before the start or after today, and after the final reading.
    """
    idea, behind = _running(idea_id, by=by, at=at, whole=False)
    indicator = Indicator.objects.filter(pilot=idea.pilot, pk=indicator_id).first()
    if indicator is None:
        raise Incomplete({"indicator": _("Scegli uno degli indicatori di questo pilota.")})
    _check_day(idea.pilot, measured_on, at)
    final = indicator.readings.filter(is_final=True).first()
    if final is not None and (measured_on > final.measured_on or is_final and measured_on != final.measured_on):
        raise Incomplete({"measured_on": _("Questo indicatore ha già il dato finale.")})
    before = indicator.readings.filter(measured_on=measured_on).first()
    reading, _created = Reading.objects.update_or_create(
        indicator=indicator,
        measured_on=measured_on,
        defaults={"value": value, "note": note.strip(), "is_final": is_final, "by": by, "at": at},
    )
    data = {"indicator": indicator.pk, "on": measured_on.isoformat(), "value": str(value), "final": is_final}
    if before is not None:
        data["before"] = str(before.value)
    events.record(idea_id=idea.pk, kind="reading", at=at, by_id=by.pk, behind=behind, data=data)
    return reading


def _check_day(pilot: Pilot, day: date, at: datetime) -> None:
    if day > local_day(at):
        raise Incomplete({"measured_on": _("Il giorno è nel futuro: scrivi quando hai rilevato il dato.")})
    if day < pilot.starts_on:
        raise Incomplete({"measured_on": _("Il giorno viene prima dell’inizio del pilota.")})


@transaction.atomic
def record_spending(
    *, idea_id: int, by: Person, at: datetime, spent_on: date, amount: Decimal, description: str
) -> Spending:
    """Write an expense within the pilot's budget. Raises OverBudget; the database would refuse it too."""
    idea, behind = _running(idea_id, by=by, at=at, whole=True)
    pilot = idea.pilot
    if amount <= 0:
        raise Incomplete({"amount": _("Scrivi un importo maggiore di zero.")})
    if spent_on > local_day(at):
        raise Incomplete({"spent_on": _("Il giorno è nel futuro: scrivi quando è stata fatta la spesa.")})
    left = pilot.budget - pilot.spent
    if amount > left:
        raise OverBudget({"amount": _("Al pilota restano %(left)s: la spesa li supera.") % {"left": euro(left)}})
    pilot.spent += amount
    pilot.save(update_fields=["spent"])
    data = {"amount": str(amount), "on": spent_on.isoformat(), "description": description.strip()}
    events.record(idea_id=idea.pk, kind="spending", at=at, by_id=by.pk, behind=behind, data=data)
    return Spending.objects.create(
        pilot=pilot, spent_on=spent_on, amount=amount, description=description.strip(), by=by, at=at
    )


@transaction.atomic
def set_milestone_done(*, idea_id: int, milestone_id: int, by: Person, at: datetime, done: bool) -> Milestone:
    """Mark a milestone as ready today, or take that back. Raises Missing for another pilot's milestone."""
    idea, _behind = _running(idea_id, by=by, at=at, whole=False)
    milestone = Milestone.objects.filter(pilot=idea.pilot, pk=milestone_id).first()
    if milestone is None:
        raise Missing()
    milestone.done_on = local_day(at) if done else None
    milestone.save(update_fields=["done_on"])
    return milestone


@transaction.atomic
def write_note(*, idea_id: int, by: Person, at: datetime, body: str) -> ProgressNote:
    """Add a line to the pilot's log, which every employee reads. Raises Incomplete when it is empty."""
    idea, _behind = _running(idea_id, by=by, at=at, whole=False)
    if not body.strip():
        raise Incomplete({"body": _("Scrivi che cosa è successo.")})
    return ProgressNote.objects.create(pilot=idea.pilot, body=body.strip(), by=by, at=at)


@transaction.atomic
def put_in_team(
    *, idea_id: int, by: Person, at: datetime, person: Person, role: str = "", hours_per_week: Decimal = Decimal(0)
) -> PilotMember:
    """Add somebody to the team, or change their role and hours; other hours need the home manager's consent anew."""
    idea, _behind = _running(idea_id, by=by, at=at, whole=True)
    member = idea.pilot.members.filter(person=person).first() or PilotMember(pilot=idea.pilot, person=person)
    if member.hours_per_week != hours_per_week:
        member.consent_by, member.consent_at = None, None
    member.role, member.hours_per_week = role.strip(), hours_per_week
    member.save()
    return member


@transaction.atomic
def consent_to_hours(*, idea_id: int, member_id: int, by: Person, at: datetime) -> PilotMember:
    """The home manager lets a colleague spend these hours on the pilot. Raises NotAllowed for anybody else."""
    idea = moves.lock(idea_id)
    member = PilotMember.objects.select_related("person").filter(pilot__idea=idea, pk=member_id).first()
    if member is None or not rules.can_see(rules.actor_for(by), idea):
        raise Missing()
    if not rules.may_consent(rules.actor_for(by), member.person):
        raise NotAllowed(_("Il consenso lo dà chi dirige la struttura di questa persona."))
    if member.consent_at is None:
        member.consent_by, member.consent_at = by, at
        member.save(update_fields=["consent_by", "consent_at"])
    return member


@transaction.atomic
def remove_from_team(*, idea_id: int, member_id: int, by: Person, at: datetime) -> None:
    """Take somebody off the team. Repeating it changes nothing."""
    idea, _behind = _running(idea_id, by=by, at=at, whole=True)
    idea.pilot.members.filter(pk=member_id).delete()
