# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pilots in the demo: a plan approved, then readings, expenses, milestones and notes on their days, an end, a check later."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import nearest_people_with
from voting.demo.phrases import NOTES
from voting.demo.timeline import Life
from voting.demo.town import moment
from workflow.models import Authorship, Indicator
from workflow.services import decisions, pilot_log, pilots, plans

Act = tuple[datetime, Callable[[datetime], object]]


def life_of_approval(me) -> Life:
    """The plan is written, and approved a day later."""
    plan = me.story.pilot
    approved = _moment(me, plan["approved"])
    at = yield approved - timedelta(days=1)
    by = me.decider()
    plans.save_plan(idea_id=me.idea_id, by=by, at=at, plan=_plan(me))
    at = yield approved
    decisions.approve_pilot(idea_id=me.idea_id, by=by, at=at, reason=plan["reason"])
    yield from _consents(me, at)


def life_of_pilot(me) -> Life:
    """Everything that is written down while the pilot runs, in order, and how it ends."""
    if me.idea.state != "piloting":
        return
    for at, act in sorted(_acts(me), key=lambda row: row[0]):
        act((yield at))
    plan = me.story.pilot
    if "end" in plan:
        yield from _life_of_end(me, plan["end"])
    if "check" in plan:
        at = yield _moment(me, plan["check"]["day"], hour=11)
        pilots.verify(
            idea_id=me.idea_id, by=me.town.named["paolo"], at=at, version=None,
            benefit=plan["check"]["benefit"], note=plan["check"]["note"],
        )  # fmt: skip


def _plan(me) -> plans.Plan:
    told = me.story.pilot
    return plans.Plan(
        objective=told["objective"],
        where=told["where"],
        owner_id=_owner(me).pk,
        starts_on=_day(me, told["starts"]),
        ends_on=_day(me, told["ends"]),
        budget=Decimal(told.get("budget", 0)),
        risks=told.get("risks", ""),
        uses_personal_data=told.get("personal_data", False),
        needs_purchase=bool(told.get("budget", 0)),
        act_number=told.get("act", ""),
        reason=told["reason"],
        indicators=[_indicator_plan(row) for row in told["indicators"]],
        milestones=[
            plans.MilestonePlan(due_on=_day(me, row["day"]), text=row["text"], who=row.get("who", ""))
            for row in told.get("milestones", ())
        ],
        members=_members(me),
    )


def _indicator_plan(row: dict) -> plans.IndicatorPlan:
    direction = Indicator.Direction.UP if row["target"] > row["baseline"] else Indicator.Direction.DOWN
    numbers = {name: Decimal(str(row[name])) for name in ("baseline", "target", "threshold")}
    return plans.IndicatorPlan(
        name=row["name"], unit=row.get("unit", ""), method=row["method"], direction=direction, **numbers
    )


def _members(me) -> list[plans.MemberPlan]:
    """The team: those whom the story names, with role and hours, and who proposed the idea."""
    rows = {
        me.town.named[key].pk: plans.MemberPlan(me.town.named[key].pk, role, Decimal(str(hours)))
        for key, role, hours in me.story.pilot.get("team", ())
    }
    lead = Authorship.objects.get(idea_id=me.idea_id, is_lead=True).person_id
    rows.setdefault(lead, plans.MemberPlan(lead, "ha proposto l’idea", Decimal(2)))
    return list(rows.values())


def _owner(me) -> Person:
    """Who leads the pilot: as the story says, else the first colleague of the office."""
    if key := me.story.pilot.get("owner"):
        return me.town.named[key]
    named = {person.pk for person in me.town.named.values()}
    people = [person for person in me.town.people_below(me.story.office) or me.town.people if person.pk not in named]
    return min(people or me.town.people, key=lambda person: person.staff_number)


def _consents(me, at: datetime) -> Life:
    """The home managers let their people go; one consent may still be missing."""
    members = list(me.idea.pilot.members.select_related("person"))
    for member in members[: len(members) - me.story.pilot.get("waiting", 0)]:
        at = yield at + timedelta(hours=3)
        home = member.person.home_department_id
        for manager in nearest_people_with(Capability.DECIDE_IDEAS, home, without=[member.person_id])[:1]:
            pilot_log.consent_to_hours(idea_id=me.idea_id, member_id=member.pk, by=manager, at=at)


def _acts(me) -> Iterator[Act]:
    """The story's acts while the pilot runs, each with its moment."""
    told, owner = me.story.pilot, _owner(me)
    write = {"idea_id": me.idea_id, "by": owner}
    by_name = {row.name: row for row in me.idea.pilot.indicators.all()}
    for row in told["indicators"]:
        yield from _readings(me, row, by_name[row["name"]], write)
    for row in told.get("spent", ()):
        day = _day(me, row["day"])
        yield moment(day, 12), partial(_spend, write, day, Decimal(row["amount"]), row["text"])
    for row, milestone in zip(told.get("milestones", ()), _by_day(me), strict=True):
        if "done" in row:
            yield moment(_day(me, row["done"]), 16), partial(_tick, write, milestone.pk)
    for number, row in enumerate(told.get("notes", ())):
        text = row.get("text") or NOTES[number % len(NOTES)]
        writer = me.town.named[row["by"]] if "by" in row else owner
        yield moment(_day(me, row["day"]), 15), partial(_note, me.idea_id, writer, text)
    if extend := told.get("extend"):
        yield moment(_day(me, extend["day"]), 10), partial(_extend, me, extend)


def _by_day(me) -> list:
    """The milestones in the order of the story, which is that of their days."""
    return list(me.idea.pilot.milestones.all())


def _readings(me, row: dict, indicator: Indicator, write: dict) -> Iterator[Act]:
    starts = _day(me, me.story.pilot["starts"])
    final = "end" in me.story.pilot
    last = len(row["values"]) - 1
    for number, value in enumerate(row["values"]):
        day = starts + timedelta(days=row.get("every", 7) * (number + 1))
        note = row.get("note", "") if number == last else ""
        yield (
            moment(day, 17),
            partial(_read, write, indicator.pk, day, Decimal(str(value)), note, final and number == last),
        )


def _read(write: dict, indicator_id: int, day: date, value: Decimal, note: str, is_final: bool, at: datetime) -> None:
    pilot_log.record_reading(
        **write, at=at, indicator_id=indicator_id, measured_on=day, value=value, note=note, is_final=is_final
    )


def _spend(write: dict, day: date, amount: Decimal, text: str, at: datetime) -> None:
    pilot_log.record_spending(**write, at=at, spent_on=day, amount=amount, description=text)


def _tick(write: dict, milestone_id: int, at: datetime) -> None:
    pilot_log.set_milestone_done(**write, at=at, milestone_id=milestone_id, done=True)


def _note(idea_id: int, by: Person, text: str, at: datetime) -> None:
    pilot_log.write_note(idea_id=idea_id, by=by, at=at, body=text)


def _extend(me, extend: dict, at: datetime) -> None:
    pilots.extend_pilot(
        idea_id=me.idea_id, by=me.decider(), at=at, version=None, reason=extend["reason"],
        ends_on=_day(me, extend["until"]),
    )  # fmt: skip


def _life_of_end(me, end: dict) -> Life:
    at = yield _moment(me, end["day"], hour=14)
    pilots.conclude_pilot(
        idea_id=me.idea_id, by=me.decider(), at=at, version=None, outcome=end["outcome"], lessons=end["lessons"],
        scale_plan=end.get("scale", ""),
    )  # fmt: skip


def _day(me, when: int | date) -> date:
    """A day of the story: a date, or so many days before today."""
    return me.town.day(when) if isinstance(when, int) else when


def _moment(me, when: int | date, hour: int = 10) -> datetime:
    return moment(_day(me, when), hour, me.dice.randrange(60))
