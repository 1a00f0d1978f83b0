# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kept figures equal what a count of the whole history gives, however the events came in, and after a rebuild."""

import random
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from innovato.formats import local_day
from tests import factories as make
from workflow.models import (
    IdeaEvent,
    Pilot,
    PipelineAgeing,
    PipelineCohort,
    PipelineCursor,
    PipelineList,
    PipelineMonth,
    PipelinePosition,
    PipelineStay,
)
from workflow.pipeline.counting import month_of, percentile
from workflow.rules import MOVES
from workflow.services import events, rollup, screening
from workflow.states import IdeaState as S

pytestmark = pytest.mark.django_db
START = make.NOW - timedelta(days=900)
ONWARD = {S.ADMITTED, S.VOTING, S.REVIEW, S.DECISION, S.PILOTING, S.ADOPTED}
UNDO = {"undo_admission": S.SCREENING, "undo_refusal": S.SCREENING}


@pytest.fixture
def city():
    """A tree of three levels with two campaigns."""
    root = make.department("Città")
    left, right = make.department("Sinistra", parent=root), make.department("Destra", parent=root)
    offices = [make.department(f"Ufficio {n}", parent=parent) for n, parent in enumerate((left, left, right))]
    return root, [left, right, *offices], [make.campaign(root), make.campaign(root)]


def targets(state: str) -> list[tuple[str, str]]:
    """Every move and state to which an idea in `state` can go by the table of moves; what is taken back apart."""
    found = []
    for move, rule in MOVES.items():
        if state in rule.sources and not move.startswith("undo") and rule.methods[state]:
            method = rule.methods[state]
            names = method if isinstance(method, dict) else {None: method}
            found += [(move, S(target) if target else TARGETS[name]) for target, name in names.items()]
    return found


TARGETS = {
    "submit": S.SCREENING, "request_changes": S.NEEDS_CHANGES, "admit": S.ADMITTED, "refuse_admission": S.INADMISSIBLE,
    "merge": S.MERGED, "open_voting": S.VOTING, "return_to_admitted": S.ADMITTED, "select": S.REVIEW,
    "complete_review": S.DECISION, "approve_pilot": S.PILOTING, "decline": S.DECLINED, "defer": S.DEFERRED,
    "resume": S.DECISION, "request_reexamination_of_decision": S.DECISION,
    "request_reexamination_of_admission": S.SCREENING, "reopen_review": S.REVIEW,
    "resume_screening": S.SCREENING, "verify": S.VERIFIED, "withdraw": S.WITHDRAWN,
}  # fmt: skip


def life(idea, departments, dice) -> list[IdeaEvent]:
    """A random life of one idea as events: moves, answers taken back, transfers, and things that change nothing."""
    when, state, before, department = (
        START + timedelta(hours=dice.randrange(9000)),
        S.DRAFT,
        None,
        dice.choice([None, *departments]),
    )
    found = []

    def record(kind, to):
        due = local_day(when) + timedelta(days=dice.randrange(-20, 20)) if dice.random() < 0.8 else None
        stage = {"department": department.pk if department else None, "due_on": due and due.isoformat()}
        found.append(IdeaEvent(idea=idea, kind=kind, from_state=state, to_state=to, at=when, data={"stage": stage}))

    if dice.random() < 0.1:
        record("withdraw", S.WITHDRAWN)  # a draft that nobody ever saw
        return found
    for _step in range(dice.randrange(1, 20)):
        undo = [move for move, target in UNDO.items() if before == target and state in MOVES[move].sources]
        if undo and dice.random() < 0.3:
            record(undo[0], before)
            state, before = before, None
        elif state != S.DRAFT and dice.random() < 0.2:
            department = dice.choice(departments)
            record("transfer", state)
        elif state != S.DRAFT and dice.random() < 0.1:
            record("revealed_authors", state)
        else:
            choices = targets(state) if state != S.DRAFT else [("submit", S.SCREENING)]
            if not choices:
                break
            onward = [one for one in choices if one[1] in ONWARD]
            move, to = dice.choice(onward if onward and dice.random() < 0.75 else choices)
            if move == "admit":
                department = dice.choice(departments)
            record(move, to)
            state, before = to, state
        when += timedelta(hours=dice.choice([1, 30, 200, 900, 4000]))
        if when > make.NOW:
            break
    return found


@pytest.fixture
def history(city):
    """Forty random lives, interleaved, in a chain."""
    root, departments, calls = city
    dice = random.Random(4711)
    author = make.person(home=root)
    lives = [life(make.idea(author, dice.choice(calls)), departments, dice) for _ in range(40)]
    chain = []
    while any(lives):
        chain.append(dice.choice([one for one in lives if one]).pop(0))
    events.record_many(chain)
    return city


def counted():
    """Everything kept, as plain rows without the empty ones."""
    months = {
        (r.scope_id, r.month, r.state): (r.entered, r.standing, r.submitted)
        for r in PipelineMonth.objects.all()
        if r.entered or r.standing
    }
    stays = {
        (r.scope_id, r.month, r.state): (r.number, r.promised, r.kept, _counts(r.days), _counts(r.since_submission))
        for r in PipelineStay.objects.all()
        if r.number
    }
    cohorts = {
        (r.scope_id, r.campaign_id, r.year): (r.submitted, r.approved_12, r.approved_24, r.realised_12, r.realised_24)
        for r in PipelineCohort.objects.all()
        if r.submitted
    }
    return months, stays, cohorts


def _counts(kept: dict) -> Counter:
    return Counter({int(days): number for days, number in kept.items()})


def brute_force(root, until):
    """The same by walking each idea's history from its first event to its last, one month's end after the other."""
    by_idea = defaultdict(list)
    tree = {row.pk: row.ancestor_ids for row in type(root).objects.all()} | {None: [root.pk]}
    for event in IdeaEvent.objects.exclude(idea=None).order_by("number"):
        by_idea[event.idea_id].append(event)
    entered, standing, sent = Counter(), Counter(), Counter()
    stays = defaultdict(lambda: [0, 0, 0, Counter(), Counter()])
    cohorts = defaultdict(lambda: [0] * 5)
    for chain in by_idea.values():
        if chain[0].kind != "submit":
            continue
        for scope in above(tree, chain[0].data["stage"]["department"]):
            sent[scope, month_of(chain[0].at), chain[0].to_state] += 1
        _walk(
            tree,
            until,
            [e for e in chain if e.from_state != e.to_state or e.kind == "transfer"],
            entered,
            standing,
            stays,
            cohorts,
        )
    months = {key: (entered[key], standing[key], sent[key]) for key in {*entered, *standing}}
    return months, {k: tuple(v) for k, v in stays.items()}, {k: tuple(v) for k, v in cohorts.items()}


def _walk(tree, until, chain, entered, standing, stays, cohorts):
    undone = {n - 1 for n, e in enumerate(chain) if e.kind in UNDO}
    real = [n for n, e in enumerate(chain) if e.from_state != e.to_state and n not in undone and e.kind not in UNDO]
    # A transfer between an answer and its taking back does not hide the answer.
    for n, e in enumerate(chain):
        if e.kind in UNDO:
            answer = max(m for m in range(n) if chain[m].from_state != chain[m].to_state)
            real = [m for m in real if m != answer]
    decided = next((n for n in real if chain[n].kind in ("approve_pilot", "decline", "defer")), None)
    owner = lambda n: chain[n].data["stage"]["department"]  # noqa: E731 - a name for one expression
    for place, n in enumerate(real):
        event = chain[n]
        for scope in above(tree, owner(n)):
            entered[scope, month_of(event.at), event.to_state] += 1
        if place:
            since = chain[real[place - 1]].at
            days = (local_day(event.at) - local_day(since)).days
            due = event.data["stage"]["due_on"]
            is_answer = due is not None and event.from_state in (S.SCREENING, S.REVIEW, S.DECISION) and event.kind not in (
                "withdraw", "return_to_admitted", "reopen_review")  # fmt: skip
            kept = is_answer and local_day(event.at).isoformat() <= due
            for scope in above(tree, owner(n - 1)):
                row = stays[scope, month_of(event.at), event.from_state]
                row[:3] = [row[0] + 1, row[1] + is_answer, row[2] + kept]
                row[3][days] += 1
                if n == decided:
                    row[4][(local_day(event.at) - local_day(chain[0].at)).days] += 1
    month = month_of(chain[0].at)
    while month <= until:
        last = max(n for n, e in enumerate(chain) if month_of(e.at) <= month)
        for scope in above(tree, owner(last)):
            standing[scope, month, chain[last].to_state] += 1
        month = (month + timedelta(days=32)).replace(day=1)
    start = chain[0].at
    reached = {
        to: next((e.at for e in chain if e.to_state == to and e.from_state != to), None)
        for to in (S.PILOTING, S.ADOPTED)
    }
    flags = [1] + [int(at is not None and (at - start).days < days or at is not None and at - start == timedelta(days=days))
                   for at in reached.values() for days in (365, 730)]  # fmt: skip
    for scope in above(tree, owner(len(chain) - 1)):
        row = cohorts[scope, chain[0].idea.campaign_id, local_day(start).year]
        row[:] = [a + b for a, b in zip(row, flags, strict=True)]


def above(tree, department) -> list[int]:
    """The department and those above it; the city for an idea without one."""
    return tree[department]


def test_the_kept_figures_equal_a_count_of_the_whole_history(history):
    root = history[0]
    assert rollup.refresh(at=make.NOW) == IdeaEvent.objects.count()
    wanted = brute_force(root, month_of(make.NOW))
    assert all(len(part) > 20 for part in wanted[:2]) and wanted[2] and any(row[4] for row in wanted[1].values())
    assert counted() == wanted


def test_pieces_repetitions_and_a_rebuild_give_the_same_figures(history):
    for _turn in range(200):
        if rollup.refresh(at=make.NOW, piece=3, pieces=2) == 0:
            break
    in_pieces = counted()
    assert rollup.refresh(at=make.NOW) == 0 and counted() == in_pieces
    call_command("rebuild_pipeline", verbosity=0)
    assert counted()[1:] == in_pieces[1:]
    assert PipelineCursor.objects.get().number == IdeaEvent.objects.count()


def test_a_month_without_events_keeps_what_stood_before(history):
    rollup.refresh(at=make.NOW)
    later = make.NOW + timedelta(days=100)
    rollup.refresh(at=later)
    assert counted()[0] == brute_force(history[0], month_of(later))[0]


def test_a_department_moved_in_the_tree_takes_its_figures_along(history):
    root, (left, right, first, *_others), _calls = history
    rollup.refresh(at=make.NOW)
    type(first).objects.filter(pk=first.pk).update(parent=right, path=f"{right.path}{first.pk:06d}.")
    rollup.refresh(at=make.NOW)
    assert counted() == brute_force(root, month_of(make.NOW))


def test_a_refresh_that_dies_has_counted_nothing(history, monkeypatch):
    def dies(*_args, **_options):
        raise RuntimeError("killed")

    monkeypatch.setattr(rollup, "_moved_on", dies)
    with pytest.raises(RuntimeError):
        rollup.refresh(at=make.NOW)
    assert not PipelineMonth.objects.exists() and not PipelinePosition.objects.exists()


def test_waiting_ideas_are_counted_by_how_late_they_are(city):
    root, (left, _right, first, *_others), (call, _other) = city
    author, today = make.person(home=root), local_day(make.NOW)
    for due in (-1, 0, 7, 8, None):
        day = None if due is None else today + timedelta(days=due)
        make.idea(author, call, state="decision", department=first, due_on=day, state_since=make.NOW)
    make.idea(author, call, state="needs_changes", department=first, clock_paused_at=make.NOW, clock_pause_reason="x",
              due_on=today - timedelta(days=3))  # fmt: skip
    make.idea(author, call, state="declined", department=first, has_reasons=True)
    rollup.refresh(at=make.NOW)
    rows = (
        PipelineAgeing.objects.filter(scope=left)
        .order_by("state")
        .values_list("state", "waiting", "paused", "late", "soon")
    )
    assert list(rows) == [("decision", 5, 0, 1, 2), ("needs_changes", 1, 1, 0, 0)]
    assert set(PipelineAgeing.objects.values_list("scope", flat=True)) == {root.pk, left.pk, first.pk}


def test_a_move_records_whose_idea_it_is_and_by_when_the_answer_was_due(city):
    root, (left, *_rest), (call, _other) = city
    screener = make.person(home=root)
    make.grant(screener, "screen_ideas", root)
    idea = make.idea(make.person(home=root), call, state="screening", due_on=local_day(make.NOW), department=None)
    screening.admit(idea_id=idea.pk, by=screener, at=make.NOW, department_id=left.pk)
    stage = IdeaEvent.objects.get(kind="admit").data["stage"]
    assert stage == {"department": left.pk, "due_on": local_day(make.NOW).isoformat()}


@pytest.mark.parametrize("share, days", [(0.5, 2), (0.9, 9), (0.0, 1), (1.0, 30)])
def test_a_percentile_is_the_first_day_by_which_enough_were_done(share, days):
    assert percentile({1: 4, 2: 1, 5: 3, 9: 1, 30: 1}, share) == days
    assert percentile({}, share) is None


def test_the_database_refuses_figures_that_can_not_be(history):
    rollup.refresh(at=make.NOW)
    for change in ({"standing": -1}, {"entered": -1}, {"state": "draft"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PipelineMonth.objects.filter(pk=PipelineMonth.objects.first().pk).update(**change)


def test_a_clock_that_goes_back_over_a_months_end_stops_nothing(city):
    root, (left, right, *_rest), (call, _other) = city
    idea = make.idea(make.person(home=root), call)
    end = make.NOW.replace(day=1, hour=0, minute=0)  # a minute into the month, in the city's time
    road = [("submit", S.DRAFT, S.SCREENING, 1, left), ("transfer", S.SCREENING, S.SCREENING, -90, right),
            ("admit", S.SCREENING, S.ADMITTED, -100, right)]  # fmt: skip
    events.record_many(
        IdeaEvent(idea=idea, kind=kind, from_state=before, to_state=after, at=end + timedelta(minutes=minutes),
                  data={"stage": {"department": where.pk, "due_on": None}})
        for kind, before, after, minutes, where in road
    )  # fmt: skip
    rollup.refresh(at=make.NOW, piece=1)
    standing = PipelineMonth.objects.filter(standing__gt=0).order_by("scope").values_list("scope", "state", "standing")
    assert set(standing) == {(root.pk, "admitted", 1), (right.pk, "admitted", 1)}


def test_an_event_of_a_clock_in_the_next_month_stops_nothing(city):
    _root, (left, *_rest), (call, _other) = city
    idea = make.idea(make.person(home=left), call)
    for kind, before, after, days in (("submit", S.DRAFT, S.SCREENING, 0), ("admit", S.SCREENING, S.ADMITTED, 40)):
        stage = {"department": left.pk, "due_on": None}
        events.record_many([IdeaEvent(idea=idea, kind=kind, from_state=before, to_state=after,
                                      at=make.NOW + timedelta(days=days), data={"stage": stage})])  # fmt: skip
        rollup.refresh(at=make.NOW)
    assert PipelineMonth.objects.filter(scope=left, standing=1).values_list("state", flat=True).last() == "admitted"


def test_lists_keep_no_more_than_a_page_shows(city):
    root, (left, _right, first, *_others), (call, _other) = city
    author, today = make.person(home=root), local_day(make.NOW)
    plan = {"owner": author, "department": first, "approved_at": make.NOW, "starts_on": today - timedelta(days=400)}
    pilots, moves = [], []
    for n in range(60):
        idea = make.idea(author, call, state="piloting" if n < 55 else "verified", department=first)
        pilots.append(Pilot(idea=idea, ends_on=today - timedelta(days=n + 1), **plan))
    for n, idea in enumerate([make.idea(author, call, state="verified", department=first) for _n in range(22)]):
        for kind, to, days in (("submit", S.SCREENING, 90), ("verify", S.VERIFIED, n)):
            stage = {"department": first.pk, "due_on": None}
            moves.append(IdeaEvent(idea=idea, kind=kind, from_state=S.DRAFT, to_state=to, data={"stage": stage},
                                   at=make.NOW - timedelta(days=days)))  # fmt: skip
    Pilot.objects.bulk_create(pilots)
    events.record_many(sorted(moves, key=lambda event: event.at))
    for _turn in range(20):
        rollup.refresh(at=make.NOW, piece=5, pieces=1)
    for scope in (root, left, first):
        kept = PipelineList.objects.get(scope=scope)
        ended = Pilot.objects.filter(pk__in=kept.past_end).values_list("ends_on", flat=True)
        assert (len(kept.past_end), max(ended)) == (50, today - timedelta(days=6))
        newest = [event.idea_id for event in sorted(moves, key=lambda event: event.at) if event.kind == "verify"][::-1]
        assert [idea for _at, idea in kept.verified] == newest[:20]
    Pilot.objects.update(ends_on=today)
    rollup.refresh(at=make.NOW + timedelta(days=0, hours=1))
    assert PipelineList.objects.get(scope=first).past_end != []
    rollup.rebuild(at=make.NOW)
    assert [row.past_end for row in PipelineList.objects.all()] == [[], [], []]
