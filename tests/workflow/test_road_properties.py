# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random walks over the whole table of moves, compared with a plain model, with every invariant checked on the way."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.road import PUBLIC, ROLES, TABLE, Model
from workflow import rules
from workflow.errors import Missing, NotAllowed, WorkflowError
from workflow.models import Authorship, ChainHead, Idea, IdeaEvent, Pilot
from workflow.services import moves
from workflow.services.events import broken_links

# Columns that a service sets together with the move, so that the database lets it pass.
COLUMNS = {
    "refuse_admission": {"has_reasons": True},
    "decline": {"has_reasons": True},
    "approve_pilot": {"has_approval": True},
    "complete_review": {"scorecards_missing": 1},
}


class Road(RuleBasedStateMachine):
    """One idea on its road; every step is tried by somebody who may or may not have the right."""

    def __init__(self):
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.at = make.NOW
        self.made = 0
        self.model = Model()
        self.build_city()

    def build_city(self):
        city = make.department("Città")
        office = make.department("Economato", parent=city)
        self.people = {role: make.person(role, home=office) for role in ROLES if role != "system"}
        for role, capability, where in (
            ("screener", "screen_ideas", city),
            ("decider", "decide_ideas", office),
            ("authoring decider", "decide_ideas", office),
            ("verifier", "verify_results", city),
            ("leaver", "decide_ideas", city),
        ):
            make.grant(self.people[role], capability, where)
        self.people["leaver"].is_active = False
        self.people["leaver"].save()
        call = make.campaign(city)
        self.other = make.idea(self.people["colleague"], call, state="admitted")
        self.idea = make.idea(self.people["author"], call, number=f"2026-{self.other.pk + 5000}", at=self.at)
        self.idea.submitted_from = self.idea.department = office
        self.idea.submitted_at = self.at
        self.idea.save()
        for role in ("coauthor", "authoring decider"):
            Authorship.objects.create(
                idea=self.idea, person=self.people[role], status="accepted", invited_at=self.at, answered_at=self.at
            )
        Pilot.objects.create(idea=self.idea, owner=self.people["colleague"], department=office)
        self.before = IdeaEvent.objects.count()

    @rule(pick=st.integers(0, 99), first=st.booleans(), hours=st.integers(0, 30))
    def somebody_with_the_right_moves(self, pick, first, hours):
        able = [(move, role) for move in sorted(TABLE) for role in ROLES if self.model.allows(move, role)]
        if able:
            move, role = able[pick % len(able)]
            self.attempt(move=move, role=role, first=first, hours=hours, stale=False)

    @rule(
        move=st.sampled_from(sorted(TABLE)),
        role=st.sampled_from(ROLES),
        first=st.booleans(),
        hours=st.integers(0, 30),
        stale=st.booleans(),
    )
    def somebody_tries_anything(self, move, role, first, hours, stale):
        self.attempt(move, role, first, hours, stale)

    def attempt(self, move, role, first, hours, stale):
        self.at += timedelta(hours=hours)
        actor = rules.SYSTEM if role == "system" else rules.actor_for(self.people[role])
        choices = TABLE[move][3]
        to = sorted(choices)[first] if isinstance(choices, set) else None
        allowed = self.model.allows(move, role)
        is_late = self.at > self.since + timedelta(days=16)
        if self.model.state == "needs_changes" and (move, is_late) in {("submit", True), ("resume_screening", False)}:
            allowed = False
        try:
            with transaction.atomic():
                self.try_move(move, actor, to, version=1_000_000 if stale else None)
        except WorkflowError as refusal:
            assert stale or not allowed, f"{role} should be able to {move} in {self.model.state}: {refusal}"
            if isinstance(refusal, Missing):
                assert self.model.state not in PUBLIC or role == "leaver"
            if isinstance(refusal, NotAllowed):
                assert role != "leaver"
        else:
            assert allowed and not stale, f"{role} must not {move} in {self.model.state}"
            self.model.apply(move, to)
            self.made += 1

    def try_move(self, move, actor, to, version):
        idea = moves.lock(self.idea.pk)
        columns = dict(COLUMNS.get(move, {}))
        if move == "merge":
            columns["merged_into"] = self.other
        if move == "defer":
            columns["revisit_on"] = self.at.date() + timedelta(days=30)
        for name, value in columns.items():
            setattr(idea, name, value)
        moves.make(idea, move, actor=actor, at=self.at, to=to, version=version, changed=tuple(columns))

    @property
    def since(self):
        return Idea.objects.get(pk=self.idea.pk).state_since

    @invariant()
    def the_idea_stands_where_the_model_says(self):
        assert Idea.objects.get(pk=self.idea.pk).state == self.model.state

    @invariant()
    def every_committed_move_has_one_event_and_at_least_one_notice(self):
        events = IdeaEvent.objects.filter(idea=self.idea)
        assert events.count() == self.made
        for event in events:
            assert Notice.objects.filter(key__startswith=f"event:{event.number}:").exists()

    def the_chain_holds(self):
        assert list(broken_links(IdeaEvent.objects.order_by("number"), ChainHead.objects.first())) == []

    @invariant()
    def terminal_states_have_no_exit(self):
        if self.model.state in {"verified", "closed", "withdrawn"}:
            idea = Idea.objects.with_rule_data().get(pk=self.idea.pk)
            for who in self.people.values():
                assert rules.moves_open_to(rules.actor_for(who), idea, self.at) == []

    def the_list_of_what_can_be_done_agrees_with_the_single_question(self):
        idea = Idea.objects.with_rule_data().get(pk=self.idea.pk)
        for role in ("author", "screener", "decider", "leaver"):
            actor = rules.actor_for(self.people[role])
            acts = Idea.objects.actionable_by(actor, at=self.at).filter(pk=idea.pk).exists()
            assert acts == bool(rules.moves_open_to(actor, idea, self.at))

    def teardown(self):
        self.the_chain_holds()
        self.the_list_of_what_can_be_done_agrees_with_the_single_question()
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


@pytest.mark.parametrize("walks, steps", [(8, 25), pytest.param(500, 50, marks=pytest.mark.night)])
@pytest.mark.django_db
def test_random_walks_agree_with_the_plain_model(walks, steps):
    # Shrinking a walk through a database takes minutes: the failing steps as found say enough.
    run_state_machine_as_test(
        Road,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
