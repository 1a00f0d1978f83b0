# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two people move one idea at the same instant: exactly one succeeds, the other is told, nothing happens twice.

The short form runs with the suite; `make night` races each pair a thousand times.
"""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from tests import factories as make
from workflow import rules
from workflow.errors import WorkflowError
from workflow.models import Idea, IdeaEvent, Pilot
from workflow.services import moves

SETS = {
    "refuse_admission": {"has_reasons": True},
    "decline": {"has_reasons": True},
    "approve_pilot": {"has_approval": True},
    "defer": {"revisit_on": make.NOW.date()},
}
# state, one move, the other move; together they contest every move that a person makes.
CONTESTS = [
    ("draft", "submit", "submit"),
    ("draft", "withdraw", "withdraw"),
    ("screening", "admit", "refuse_admission"),
    ("screening", "request_changes", "admit"),
    ("screening", "merge", "withdraw"),
    ("admitted", "open_voting", "withdraw"),
    ("voting", "conclude_voting", "conclude_voting"),
    ("voting", "return_to_admitted", "return_to_admitted"),
    ("not_selected", "select", "select"),
    ("review", "complete_review", "complete_review"),
    ("decision", "approve_pilot", "decline"),
    ("decision", "defer", "approve_pilot"),
    ("deferred", "resume", "resume"),
    ("declined", "request_reexamination", "request_reexamination"),
    ("piloting", "conclude_pilot", "conclude_pilot"),
    ("adopted", "verify", "verify"),
]
TARGETS = {"conclude_voting": "review", "conclude_pilot": "adopted"}
WHO = {
    "submit": "author",
    "withdraw": "author",
    "request_reexamination": "author",
    "verify": "verifier",
    "open_voting": "system",
    "conclude_voting": "system",
    "return_to_admitted": "system",
    "complete_review": "system",
}

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people():
    city = make.department("Città")
    office = make.department("Economato", parent=city)
    found = {role: make.person(role, home=office) for role in ("author", "screener", "decider", "verifier")}
    make.grant(found["screener"], "screen_ideas", city)
    make.grant(found["decider"], "decide_ideas", city)
    make.grant(found["verifier"], "verify_results", city)
    found["call"] = make.campaign(city)
    found["other"] = make.idea(found["author"], found["call"], state="admitted")
    return found


def actor_of(move: str, people) -> rules.Actor:
    role = WHO.get(move)
    if role == "system":
        return rules.SYSTEM
    if role is None:
        role = "screener" if move in {"admit", "refuse_admission", "request_changes", "merge", "select"} else "decider"
    return rules.actor_for(people[role])


def racer(ideas, move, people, gate, results):
    """One side: waits for the other before each idea, then moves it; keeps what happened, idea by idea."""
    columns = SETS.get(move, {}) | ({"merged_into": people["other"]} if move == "merge" else {})
    try:
        actor = actor_of(move, people)
        for idea_id in ideas:
            gate.wait(timeout=60)
            try:
                with transaction.atomic():
                    idea = moves.lock(idea_id)
                    moves.make(idea, move, actor=actor, at=make.NOW, to=TARGETS.get(move), values=columns)
                results[idea_id].append(move)
            except WorkflowError as refusal:
                results[idea_id].append(refusal)
    finally:
        connection.close()


def contested(state, people) -> int:
    """An idea in this state with all that any of the moves needs; returns its key."""
    idea = make.idea(people["author"], people["call"], state=state)
    idea.submitted_from = idea.department = people["author"].home_department
    idea.number, idea.submitted_at = idea.number or f"2026-{90000 + idea.pk}", make.NOW
    idea.save()
    Pilot.objects.create(idea=idea)
    return idea.pk


@pytest.mark.parametrize("rounds", [25, pytest.param(1000, marks=pytest.mark.night)])
@pytest.mark.parametrize("state, one, other", CONTESTS)
def test_of_two_moves_at_once_exactly_one_is_made(people, state, one, other, rounds):
    ideas = [contested(state, people) for _ in range(rounds)]
    gate, results = Barrier(2), {idea: [] for idea in ideas}
    sides = [Thread(target=racer, args=(ideas, move, people, gate, results)) for move in (one, other)]
    for side in sides:
        side.start()
    for side in sides:
        side.join()
    events = Counter(IdeaEvent.objects.filter(idea__in=ideas).values_list("idea_id", flat=True))
    double = [
        idea
        for idea in ideas
        if len(results[idea]) != 2 or sum(isinstance(r, str) for r in results[idea]) != 1 or events[idea] != 1
    ]
    assert double == [], {idea: results[idea] for idea in double[:3]}
    assert not Idea.objects.filter(pk__in=ideas, state=state).exists()
    print(f"{state}: {one} against {other}: {rounds} races, {len(double)} double moves")
