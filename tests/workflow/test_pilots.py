# SPDX-License-Identifier: AGPL-3.0-or-later
"""A running pilot: readings, money, milestones, notes, team; one extension; an end with lessons; a later verification."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests import factories as make
from workflow.errors import Incomplete, Missing, NotAllowed, OverBudget, TooLate, WrongState
from workflow.models import Campaign, Idea, IdeaEvent, Indicator, Milestone, Pilot, Reading, Spending
from workflow.services import pilot_log, pilots

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 19)


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Anagrafe", parent=city)


@pytest.fixture
def manager(office):
    who = make.person("Silvia", "Ghione", home=office, contract_area="dirigenti")
    make.grant(who, "decide_ideas", office)
    return who


@pytest.fixture
def owner(office):
    return make.person("Fabio", "Cerutti", home=office)


@pytest.fixture
def idea(city, office, owner):
    call = make.campaign(city, pilot_budget=60000, budget_committed=9000)
    row = make.idea(make.person("Nadia", "Bertone", home=office), call, state="piloting")
    pilot = Pilot.objects.create(
        idea=row,
        department=office,
        owner=owner,
        starts_on=TODAY - timedelta(days=66),
        ends_on=TODAY + timedelta(days=54),
        planned_end_on=TODAY + timedelta(days=54),
        budget=9000,
        approved_at=make.NOW,
    )
    Indicator.objects.create(
        pilot=pilot,
        name="Pasti non serviti",
        direction="down",
        baseline=410,
        target=250,
        threshold=300,
        method="conta",
    )
    return row


@pytest.fixture
def indicator(idea):
    return idea.pilot.indicators.get()


def read(idea, indicator, by, **values):
    values = {"measured_on": TODAY, "value": Decimal("281"), "at": make.NOW} | values
    return pilot_log.record_reading(idea_id=idea.pk, indicator_id=indicator.pk, by=by, **values)


def spend(idea, by, amount):
    return pilot_log.record_spending(
        idea_id=idea.pk, by=by, at=make.NOW, spent_on=TODAY, amount=Decimal(amount), description="Lettori"
    )


def conclude(idea, by, **values):
    values = {"outcome": "adopted", "lessons": "Serve una telefonata.", "scale_plan": "Da gennaio ovunque."} | values
    return pilots.conclude_pilot(idea_id=idea.pk, by=by, at=make.NOW, version=None, **values)


def fresh(idea):
    return Idea.objects.select_related("pilot", "campaign").get(pk=idea.pk)


def test_the_owner_the_team_and_the_manager_write_readings_and_nobody_else(idea, indicator, owner, manager, office):
    colleague = make.person(home=office)
    with pytest.raises(NotAllowed):
        read(idea, indicator, colleague)
    assert not Reading.objects.exists() and not IdeaEvent.objects.exists()
    pilot_log.put_in_team(idea_id=idea.pk, by=owner, at=make.NOW, person=colleague, role="rileva")
    for day, who in enumerate((owner, manager, colleague)):
        read(idea, indicator, who, measured_on=TODAY - timedelta(days=day))
    assert Reading.objects.count() == 3
    assert list(IdeaEvent.objects.values_list("kind", flat=True)) == ["reading"] * 3


def test_the_same_day_again_replaces_the_value_and_the_event_keeps_the_old_one(idea, indicator, owner):
    read(idea, indicator, owner, value=Decimal("281"))
    read(idea, indicator, owner, value=Decimal("280"))
    assert Reading.objects.get().value == 280
    assert IdeaEvent.objects.order_by("number").last().data["before"] == "281.00"


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=67), date(1, 1, 1), date.max])
def test_a_day_outside_the_pilot_is_refused_beside_its_field(idea, indicator, owner, day):
    with pytest.raises(Incomplete) as refusal:
        read(idea, indicator, owner, measured_on=day)
    assert list(refusal.value.fields) == ["measured_on"]
    assert not Reading.objects.exists()


def test_after_the_final_reading_no_later_one_is_taken(idea, indicator, owner):
    read(idea, indicator, owner, measured_on=TODAY - timedelta(days=2), is_final=True)
    with pytest.raises(Incomplete, match="Manca qualcosa"):
        read(idea, indicator, owner)
    with pytest.raises(Incomplete):
        read(idea, indicator, owner, measured_on=TODAY - timedelta(days=5), is_final=True)


def test_another_pilots_indicator_is_refused(idea, indicator, owner, city, office):
    with pytest.raises(Incomplete):
        pilot_log.record_reading(
            idea_id=idea.pk, indicator_id=999999, by=owner, at=make.NOW, measured_on=TODAY, value=Decimal(1)
        )


def test_spending_stops_at_the_budget_in_the_service_and_in_the_database(idea, owner):
    spend(idea, owner, "5840")
    with pytest.raises(OverBudget):
        spend(idea, owner, "3160.01")
    assert (fresh(idea).pilot.spent, Spending.objects.count()) == (5840, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pilot.objects.update(spent=9001)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.update(budget_committed=60001)


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_an_expense_of_nothing_is_refused(idea, owner, amount):
    with pytest.raises(Incomplete):
        spend(idea, owner, amount)


def test_a_team_member_writes_the_log_but_spends_no_money(idea, owner, office):
    member = make.person(home=office)
    pilot_log.put_in_team(idea_id=idea.pk, by=owner, at=make.NOW, person=member)
    pilot_log.write_note(idea_id=idea.pk, by=member, at=make.NOW, body="Due scuole senza rete.")
    with pytest.raises(NotAllowed):
        spend(idea, member, "10")


def test_the_home_manager_consents_and_other_hours_ask_again(idea, owner, manager, office):
    colleague = make.person(home=office)
    member = pilot_log.put_in_team(
        idea_id=idea.pk, by=owner, at=make.NOW, person=colleague, hours_per_week=Decimal("4")
    )
    with pytest.raises(NotAllowed):
        pilot_log.consent_to_hours(idea_id=idea.pk, member_id=member.pk, by=colleague, at=make.NOW)
    agreed = pilot_log.consent_to_hours(idea_id=idea.pk, member_id=member.pk, by=manager, at=make.NOW)
    assert agreed.consent_by == manager
    changed = pilot_log.put_in_team(
        idea_id=idea.pk, by=owner, at=make.NOW, person=colleague, hours_per_week=Decimal("8")
    )
    assert changed.consent_at is None


def test_a_milestone_is_marked_and_unmarked_and_another_pilots_does_not_exist(idea, owner):
    stone = Milestone.objects.create(pilot=idea.pilot, due_on=TODAY, text="Avvio")
    done = pilot_log.set_milestone_done(idea_id=idea.pk, milestone_id=stone.pk, by=owner, at=make.NOW, done=True)
    assert done.done_on == TODAY
    undone = pilot_log.set_milestone_done(idea_id=idea.pk, milestone_id=stone.pk, by=owner, at=make.NOW, done=False)
    assert undone.done_on is None
    with pytest.raises(Missing):
        pilot_log.set_milestone_done(idea_id=idea.pk, milestone_id=stone.pk + 1, by=owner, at=make.NOW, done=True)


def extend(idea, by, days=60, reason="Servono due mesi di dati in più."):
    return pilots.extend_pilot(
        idea_id=idea.pk,
        by=by,
        at=make.NOW,
        version=None,
        reason=reason,
        ends_on=idea.pilot.ends_on + timedelta(days=days),
    )


def test_a_pilot_is_extended_once_by_the_manager_and_the_due_day_follows(idea, manager, owner):
    with pytest.raises(NotAllowed):
        extend(idea, owner)
    extend(idea, manager)
    after = fresh(idea)
    assert after.due_on == after.pilot.ends_on == idea.pilot.ends_on + timedelta(days=60)
    assert after.pilot.planned_end_on == idea.pilot.ends_on
    assert after.state == "piloting"
    with pytest.raises(TooLate, match="già stato prorogato"):
        extend(idea, manager)


@pytest.mark.parametrize(
    "days, reason", [(0, "Un motivo lungo abbastanza."), (61, "Un motivo lungo abbastanza."), (30, "breve")]
)
def test_an_extension_needs_a_later_end_within_sixty_days_and_a_reason(idea, manager, days, reason):
    with pytest.raises(Incomplete):
        extend(idea, manager, days, reason)
    assert fresh(idea).pilot.extended_at is None and not IdeaEvent.objects.exists()


def test_a_conclusion_needs_every_final_reading_lessons_and_how_it_spreads(idea, indicator, owner, manager):
    with pytest.raises(Incomplete) as refusal:
        conclude(idea, manager, lessons=" ", scale_plan="")
    assert set(refusal.value.fields) == {"lessons", "scale_plan", "readings"}
    read(idea, indicator, owner, is_final=True)
    spend(idea, owner, "5840")
    conclude(idea, manager)
    after = fresh(idea)
    assert (after.state, after.campaign.budget_committed) == ("adopted", 5840)
    assert after.pilot.verify_after == TODAY + timedelta(days=91)
    with pytest.raises(WrongState):
        conclude(idea, manager)


def test_a_pilot_that_did_not_work_closes_with_its_lessons(idea, indicator, owner, manager):
    read(idea, indicator, owner, is_final=True)
    with pytest.raises(NotAllowed):
        conclude(idea, owner, outcome="closed")
    conclude(idea, manager, outcome="closed", scale_plan="")
    assert fresh(idea).state == "closed"


def test_the_manager_who_wrote_the_idea_does_not_conclude_it(idea, indicator, owner, manager):
    read(idea, indicator, owner, is_final=True)
    make.Authorship.objects.create(idea=idea, person=manager, status="accepted", invited_at=make.NOW)
    with pytest.raises(NotAllowed, match="tua idea"):
        conclude(idea, manager)


def test_the_benefit_is_verified_by_somebody_else_and_not_before_three_months(idea, indicator, owner, manager, city):
    read(idea, indicator, owner, is_final=True)
    conclude(idea, manager)
    controller = make.person("Paola", "Rinaldi", home=city)
    make.grant(controller, "verify_results", city)
    make.grant(owner, "verify_results", city)
    later = make.NOW + timedelta(days=100)

    def verify(by, at):
        return pilots.verify(
            idea_id=idea.pk,
            by=by,
            at=at,
            version=None,
            benefit="129 pasti in meno al giorno",
            note="Registri della mensa",
        )

    with pytest.raises(NotAllowed, match="guidato tu"):
        verify(owner, later)
    with pytest.raises(Incomplete):
        verify(controller, make.NOW + timedelta(days=10))
    verify(controller, later)
    assert fresh(idea).state == "verified"
