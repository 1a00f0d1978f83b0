# SPDX-License-Identifier: AGPL-3.0-or-later
"""The decision: approved with a complete plan and money that is there, declined with reasons, deferred to a date."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import DAY, REASON, again, city, holder, in_decision, plan
from workflow.errors import Conflict, Incomplete, NotAllowed, OverBudget, WorkflowError, WrongState
from workflow.models import Campaign, Decision, IdeaEvent, Pilot, Recusal
from workflow.services import decisions, due, plans

pytestmark = pytest.mark.django_db
ACTS = {
    "approve_pilot": {"reason": REASON},
    "decline": {"reason_code": "cost", "reason_text": REASON},
    "defer": {"reason": REASON, "revisit_on": date(2027, 3, 1)},
}


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return in_decision(here)


def planned(here, idea, **fields):
    """The idea with a complete plan saved by its manager."""
    plans.save_plan(idea_id=idea.pk, by=here.manager, at=make.NOW, plan=plan(here.colleague, **fields))
    return again(idea)


def decide(here, idea, act, **fields):
    values = {"idea_id": idea.pk, "by": here.manager, "at": make.NOW} | ACTS[act]
    return getattr(decisions, act)(**(values | fields))


def committed(here):
    return Campaign.objects.get(pk=here.call.pk).budget_committed


def undecided(idea):
    assert again(idea).state == "decision"
    assert not Decision.objects.exists() and not IdeaEvent.objects.exists()


def test_an_approved_pilot_starts_commits_its_money_and_everybody_hears(here, idea):
    reviewer, fan = here.reviewers[0], make.person()
    idea.reviews.create(reviewer=reviewer, status="assigned", assigned_at=make.NOW, due_on=make.NOW.date())
    idea.follows.create(person=fan, since=make.NOW)
    idea = planned(here, idea)
    decide(here, idea, "approve_pilot", version=idea.version)
    now, pilot = again(idea), Pilot.objects.get()
    assert (now.state, now.has_approval, now.due_on) == ("piloting", True, date(2027, 5, 10))
    assert (pilot.approved_by, pilot.approved_at, pilot.planned_end_on) == (here.manager, make.NOW, pilot.ends_on)
    assert committed(here) == Decimal("6500")
    assert Decision.objects.get().kind == "approve_pilot"
    notices = Notice.objects.filter(kind="pilot_approved")
    assert set(notices.values_list("recipient", flat=True)) == {
        here.author.pk,
        fan.pk,
        reviewer.pk,
        here.colleague.pk,
    }
    assert notices.first().context["by_name"] == "Silvia Ghione"


def test_nothing_starts_without_a_plan(here, idea):
    with pytest.raises(Incomplete) as error:
        decide(here, idea, "approve_pilot")
    assert set(error.value.fields) == {"plan"}
    undecided(idea)


@pytest.mark.parametrize(
    "gap, field",
    [
        ({"objective": " "}, "objective"),
        ({"where": ""}, "where"),
        ({"owner_id": None}, "owner"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 11, 19)}, "ends_on"),
        ({"ends_on": date(2099, 1, 1)}, "ends_on"),
        ({"indicators": ()}, "indicators"),
    ],
)
def test_a_plan_with_a_gap_is_not_approved(here, idea, gap, field):
    planned(here, idea, **gap)
    with pytest.raises(Incomplete) as error:
        decide(here, idea, "approve_pilot")
    assert set(error.value.fields) == {field}
    undecided(idea)
    assert committed(here) == 0


def test_an_owner_who_left_is_no_owner(here, idea):
    planned(here, idea)
    here.colleague.is_active = False
    here.colleague.save()
    with pytest.raises(Incomplete) as error:
        decide(here, idea, "approve_pilot")
    assert set(error.value.fields) == {"owner"}


def test_the_campaigns_money_can_not_be_overspent(here, idea):
    Campaign.objects.filter(pk=here.call.pk).update(pilot_budget=10000, budget_committed=5000)
    planned(here, idea)
    with pytest.raises(OverBudget) as error:
        decide(here, idea, "approve_pilot")
    assert error.value.fields["budget"].startswith("Nel fondo restano 5.000")
    undecided(idea)
    assert committed(here) == 5000
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=here.call.pk).update(budget_committed=10001)


def test_the_last_euro_can_be_committed_and_a_pilot_may_cost_nothing(here):
    Campaign.objects.filter(pk=here.call.pk).update(pilot_budget=6500)
    for budget in ("6500", "0"):
        idea = in_decision(here)
        planned(here, idea, budget=Decimal(budget))
        decide(here, idea, "approve_pilot")
    assert committed(here) == 6500


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_decides(here, idea, act):
    planned(here, idea)
    for who in (here.author, here.screener, here.colleague, here.stranger, here.reviewers[0]):
        with pytest.raises(NotAllowed):
            decide(here, idea, act, by=who)
    undecided(idea)


@pytest.mark.parametrize("act", ACTS)
def test_a_manager_who_signs_the_idea_or_has_a_conflict_does_not_decide(here, act):
    own = in_decision(here, author=here.manager)
    plans.save_plan(idea_id=own.pk, by=here.director, at=make.NOW, plan=plan(here.colleague))
    with pytest.raises(NotAllowed, match="tua idea"):
        decide(here, own, act)
    other = in_decision(here)
    planned(here, other)
    Recusal.objects.create(idea=other, person=here.manager, reason="Interesse personale.", at=make.NOW)
    with pytest.raises(NotAllowed, match="conflitto"):
        decide(here, other, act)
    undecided(own)


def test_the_department_above_decides_too(here, idea):
    decide(here, idea, "decline", by=here.director)
    assert again(idea).state == "declined"


def test_a_second_look_is_given_by_somebody_else_one_department_up_and_then_ends(here):
    idea = in_decision(here, reexamination_department=here.division, previous_judge=here.director, has_reasons=True)
    other = holder("Rita", "Gallo", "decide_ideas", here.division)
    for who in (here.manager, here.director):
        with pytest.raises(NotAllowed):
            decide(here, idea, "decline", by=who)
    decide(here, idea, "decline", by=other)
    assert again(idea).reexamination_department is None


def test_a_no_carries_its_rule_and_reasons_to_authors_and_followers(here, idea):
    fan = make.person()
    idea.follows.create(person=fan, since=make.NOW)
    decide(here, idea, "decline", version=1)
    assert (again(idea).state, again(idea).has_reasons) == ("declined", True)
    decision = Decision.objects.get()
    assert (decision.kind, decision.reason_code, decision.reason_text) == ("decline", "cost", REASON)
    notices = Notice.objects.filter(kind="declined")
    assert set(notices.values_list("recipient", flat=True)) == {here.author.pk, fan.pk}
    assert notices.first().context["reason_label"] == "Costa più del beneficio"
    assert notices.first().context["due"] == "2026-12-04"


@pytest.mark.parametrize(
    "act, fields, field",
    [
        ("decline", {"reason_code": ""}, "reason_code"),
        ("decline", {"reason_code": "mai"}, "reason_code"),
        ("decline", {"reason_text": "x" * 19}, "reason"),
        ("decline", {"reason_text": " " * 40}, "reason"),
        ("defer", {"reason": "poi"}, "reason"),
        ("defer", {"revisit_on": None}, "revisit_on"),
        ("defer", {"revisit_on": date(2026, 11, 19)}, "revisit_on"),
        ("defer", {"revisit_on": date(9999, 12, 31)}, "revisit_on"),
    ],
)
def test_an_answer_without_what_it_needs_is_none(here, idea, act, fields, field):
    with pytest.raises(Incomplete) as error:
        decide(here, idea, act, **fields)
    assert set(error.value.fields) == {field}
    undecided(idea)


def test_a_deferred_idea_comes_back_by_itself_on_its_day(here, idea):
    decide(here, idea, "defer")
    now = again(idea)
    assert (now.state, now.revisit_on, now.due_on) == ("deferred", date(2027, 3, 1), date(2027, 3, 1))
    assert due.resume_deferred(at=make.NOW + 90 * DAY) == 0
    assert due.resume_deferred(at=make.NOW + 102 * DAY) == 1
    assert again(idea).state == "decision"


def test_a_deferred_idea_is_taken_up_earlier_by_who_decides(here, idea):
    decide(here, idea, "defer")
    with pytest.raises(NotAllowed):
        decisions.resume(idea_id=idea.pk, by=here.stranger, at=make.NOW + DAY)
    decisions.resume(idea_id=idea.pk, by=here.manager, at=make.NOW + DAY)
    assert again(idea).state == "decision"


def test_the_second_manager_hears_that_a_colleague_decided_before(here, idea):
    version = planned(here, idea).version
    decide(here, idea, "decline", version=version)
    for act in ACTS:
        with pytest.raises(WrongState, match="prima di te"):
            decide(here, idea, act, by=here.director, version=version)
    with pytest.raises(Conflict):
        other = in_decision(here)
        decide(here, other, "decline", version=other.version + 1)
    assert Decision.objects.count() == 1


def test_a_manager_with_a_conflict_steps_back_and_the_next_one_up_is_told(here, idea):
    with pytest.raises(Incomplete):
        decisions.step_back(idea_id=idea.pk, by=here.manager, at=make.NOW, reason="no")
    decisions.step_back(idea_id=idea.pk, by=here.manager, at=make.NOW, reason="La propone mio fratello.")
    assert list(Notice.objects.values_list("kind", "recipient")) == [("decision_due", here.director.pk)]
    with pytest.raises(NotAllowed, match="conflitto"):
        decide(here, idea, "decline")
    decide(here, idea, "decline", by=here.director)
    assert again(idea).state == "declined"


@pytest.mark.parametrize("who", ["author", "stranger", "screener"])
def test_only_who_could_decide_steps_back(here, idea, who):
    with pytest.raises(NotAllowed):
        decisions.step_back(idea_id=idea.pk, by=getattr(here, who), at=make.NOW, reason="La propone mio fratello.")


# The plan -----------------------------------------------------------------------------------------------------------


def test_a_plan_is_saved_without_deciding_and_written_whole_again(here, idea):
    planned(here, idea)
    again_saved = plans.save_plan(
        idea_id=idea.pk, by=here.manager, at=make.NOW, plan=plan(here.colleague, milestones=(), where="Altrove")
    )
    assert again(idea).state == "decision" and not IdeaEvent.objects.exists()
    assert (again_saved.version, again_saved.where, again_saved.department) == (2, "Altrove", here.office)
    assert (again_saved.indicators.count(), again_saved.milestones.count(), again_saved.members.count()) == (1, 0, 1)


def test_two_managers_on_one_plan_do_not_overwrite_each_other(here, idea):
    planned(here, idea)
    with pytest.raises(Conflict, match="altro piano"):
        plans.save_plan(
            idea_id=idea.pk, by=here.director, at=make.NOW, plan=plan(here.colleague, where="Mio"), plan_version=0
        )
    assert Pilot.objects.get().where == "Magazzino di via Giulio"


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"budget": Decimal("-1")}, "budget"),
        ({"starts_on": date(2027, 5, 1), "ends_on": date(2027, 5, 1)}, "ends_on"),
        ({"members": (plans.MemberPlan(person_id=1), plans.MemberPlan(person_id=1))}, "members"),
    ],
)
def test_what_a_plan_can_not_hold_is_said_before_the_database_does(here, idea, fields, field):
    with pytest.raises(Incomplete) as error:
        planned(here, idea, **fields)
    assert set(error.value.fields) == {field}
    assert not Pilot.objects.exists()


@pytest.mark.parametrize(
    "direction, baseline, target, threshold, good",
    [
        ("up", 4, 30, 12, True),
        ("up", 4, 30, 4, True),
        ("down", 18, 10, 14, True),
        ("up", 30, 4, 12, False),
        ("down", 10, 18, 14, False),
        ("up", 4, 4, 4, False),
        ("up", 4, 30, 31, False),
        ("down", 18, 10, 9, False),
    ],
)
def test_the_numbers_of_an_indicator_fit_together(direction, baseline, target, threshold, good):
    row = plans.IndicatorPlan(
        "Attesa", Decimal(baseline), Decimal(target), Decimal(threshold), "Cartella", "", direction
    )
    assert (plans.indicator_faults(row) == {}) is good


def test_only_who_could_approve_writes_the_plan(here, idea):
    for who in (here.author, here.stranger, here.screener):
        with pytest.raises(NotAllowed):
            plans.save_plan(idea_id=idea.pk, by=who, at=make.NOW, plan=plan(here.colleague))
    review = make.idea(here.author, here.call, state="review")
    with pytest.raises(WrongState):
        plans.save_plan(idea_id=review.pk, by=here.manager, at=make.NOW, plan=plan(here.colleague))


# Races --------------------------------------------------------------------------------------------------------------


def at_once(*acts):
    """Run each in its own thread and connection, as near to the same instant as can be; returns what each gave."""
    outcomes, gate = [None] * len(acts), Barrier(len(acts))

    def run(n, act):
        try:
            gate.wait()
            outcomes[n] = act()
        except WorkflowError as error:
            outcomes[n] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_do_not_spend_the_same_money():
    here = city()
    Campaign.objects.filter(pk=here.call.pk).update(pilot_budget=10000)
    for _ in range(5):
        Campaign.objects.filter(pk=here.call.pk).update(budget_committed=0)
        ideas = [planned(here, in_decision(here)) for _ in range(2)]
        results = at_once(*(lambda idea=idea: decide(here, idea, "approve_pilot") for idea in ideas))
        assert sorted(type(result).__name__ for result in results) == ["IdeaEvent", "OverBudget"]
        assert committed(here) == 6500
        assert sorted(again(idea).state for idea in ideas) == ["decision", "piloting"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_give_one_answer():
    here = city()
    for _ in range(5):
        idea = planned(here, in_decision(here))
        results = at_once(
            lambda idea=idea: decide(here, idea, "approve_pilot"),
            lambda idea=idea: decide(here, idea, "decline", by=here.director),
        )
        assert sorted(type(result).__name__ for result in results) == ["IdeaEvent", "WrongState"]
        assert idea.decisions.count() == 1
