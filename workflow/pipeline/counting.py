# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the events of ideas add up to the pipeline's figures: pure arithmetic on plain values, no database.

Events of one idea come in their order. What each adds is a set of differences; the same events add up to the same figures,
all at once or in any pieces.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from innovato.formats import local_day
from workflow.states import IdeaState as S

HORIZONS = {12: timedelta(days=365), 24: timedelta(days=730)}
# Stages whose end is an answer of the city, unless the move is none of hers.
ANSWERS = frozenset({S.SCREENING, S.REVIEW, S.DECISION})
NO_ANSWER = frozenset(
    {"withdraw", "return_to_admitted", "reopen_review", "undo_admission", "undo_refusal", "undo_merge"}
)
DECIDING = frozenset({"approve_pilot", "decline", "defer"})
UNDOING = frozenset({"undo_admission", "undo_refusal", "undo_merge"})
LONGEST = 3650  # days; a longer stay counts as this
LISTED_PILOTS, LISTED_BENEFITS = 50, 20


@dataclass
class Position:
    """Where an idea stands after the events counted so far."""

    idea: int
    campaign: int
    department: int | None
    state: str
    since: datetime
    submitted_at: datetime
    decided_at: datetime | None = None
    approved_at: datetime | None = None
    realised_at: datetime | None = None
    before: dict | None = None
    last_at: datetime | None = None

    def cohort(self) -> tuple[int, int, int, int]:
        """Approved and realised within each horizon: (approved 12, approved 24, realised 12, realised 24)."""
        return tuple(
            int(when is not None and when - self.submitted_at <= horizon)
            for when in (self.approved_at, self.realised_at)
            for horizon in HORIZONS.values()
        )


@dataclass(frozen=True)
class Event:
    """What counting reads of an event. `campaign` is the idea's; `department` its department after the move."""

    idea: int
    kind: str
    from_state: str
    to_state: str
    at: datetime
    campaign: int
    department: int | None
    due_on: date | None


@dataclass
class Stays:
    """Stays that ended: how many, how many with a day for the answer, and by it; each by its days. Also as differences."""

    number: int = 0
    promised: int = 0
    kept: int = 0
    days: Counter = field(default_factory=Counter)
    since_submission: Counter = field(default_factory=Counter)  # of first decisions alone

    def add(self, other: "Stays") -> None:
        """Add another's to these."""
        self.number += other.number
        self.promised += other.promised
        self.kept += other.kept
        for mine, theirs in ((self.days, other.days), (self.since_submission, other.since_submission)):
            for days, number in theirs.items():
                mine[days] += number


@dataclass
class Sums:
    """Differences to add to the tables, each key with the department concerned (None for ideas without one)."""

    entered: dict = field(default_factory=lambda: defaultdict(int))  # (department, month, state)
    standing: dict = field(default_factory=lambda: defaultdict(int))  # (department, month, state)
    submitted: dict = field(default_factory=lambda: defaultdict(int))  # (department, month, state)
    stays: dict = field(default_factory=lambda: defaultdict(Stays))  # (department, month, state)
    cohorts: dict = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0, 0]))  # (department, campaign, year)
    latest: dict = field(default_factory=dict)  # (department, campaign, year): the last submission
    verified: dict = field(default_factory=lambda: defaultdict(list))  # department: (moment, idea)


def month_of(at: datetime) -> date:
    """The first day of the month, in the city's time."""
    return local_day(at).replace(day=1)


def add(position: Position | None, event: Event, sums: Sums) -> Position | None:
    """Count one event and answer where the idea stands after it; an idea never submitted stands nowhere."""
    if position is None:
        return _begin(event, sums) if event.kind == "submit" else None
    if position.last_at and event.at < position.last_at:  # two clocks: nothing ends before it began
        event = replace(event, at=position.last_at)
    position.last_at = event.at
    if event.kind in UNDOING and position.before and position.before["state"] == event.to_state:
        _take_back(position, event, sums)
    elif event.from_state != event.to_state:
        _move(position, event, sums)
    if event.department != position.department:
        _pass_on(position, event, sums)
    return position


def _begin(event: Event, sums: Sums) -> Position:
    position = Position(
        event.idea, event.campaign, event.department, event.to_state, event.at, submitted_at=event.at, last_at=event.at
    )
    sums.entered[event.department, month_of(event.at), event.to_state] += 1
    sums.standing[event.department, month_of(event.at), event.to_state] += 1
    sums.submitted[event.department, month_of(event.at), event.to_state] += 1
    _count_cohort(position, sums, +1)
    return position


def _move(position: Position, event: Event, sums: Sums) -> None:
    month, department = month_of(event.at), position.department
    days = _days(position.since, event.at)
    is_answer = position.state in ANSWERS and event.kind not in NO_ANSWER and event.due_on is not None
    kept = is_answer and local_day(event.at) <= event.due_on
    _add_stay(sums, (department, month, position.state, days), (1, int(is_answer), int(kept)))
    if event.kind in DECIDING and position.decided_at is None:
        position.decided_at = event.at
        stays = sums.stays[department, month, position.state]
        stays.since_submission[_days(position.submitted_at, event.at)] += 1
    sums.entered[event.department, month, event.to_state] += 1
    _shift(sums, month, (department, position.state), (department, event.to_state))
    position.before = {
        "state": position.state,
        "since": position.since.isoformat(),
        "stay": [department, month.isoformat(), position.state, days],
        "parts": [1, int(is_answer), int(kept)],
        "entered": [event.department, month.isoformat(), event.to_state],
    }
    position.state, position.since = event.to_state, event.at
    _note_milestones(position, event, sums)


def _days(first: datetime, last: datetime) -> int:
    """Calendar days in the city's time."""
    return min(LONGEST, max(0, (local_day(last) - local_day(first)).days))


def _note_milestones(position: Position, event: Event, sums: Sums) -> None:
    if event.to_state == S.PILOTING and position.approved_at is None:
        _count_cohort(position, sums, -1)
        position.approved_at = event.at
        _count_cohort(position, sums, +1)
    elif event.to_state == S.ADOPTED and position.realised_at is None:
        _count_cohort(position, sums, -1)
        position.realised_at = event.at
        _count_cohort(position, sums, +1)
    elif event.to_state == S.VERIFIED:
        sums.verified[event.department].append((event.at.isoformat(), position.idea))


def _take_back(position: Position, event: Event, sums: Sums) -> None:
    """An answer taken back was none: what it added goes, the stage it ended goes on from when it began."""
    before = position.before
    department, month, state, days = before["stay"]
    _add_stay(sums, (department, date.fromisoformat(month), state, days), [-part for part in before["parts"]])
    department, month, state = before["entered"]
    sums.entered[department, date.fromisoformat(month), state] -= 1
    _shift(sums, month_of(event.at), (position.department, position.state), (position.department, event.to_state))
    position.state, position.since, position.before = event.to_state, datetime.fromisoformat(before["since"]), None


def _pass_on(position: Position, event: Event, sums: Sums) -> None:
    """The idea stands with another department from now on, and so does its cohort; its past stays where it was."""
    _shift(sums, month_of(event.at), (position.department, position.state), (event.department, position.state))
    _count_cohort(position, sums, -1)
    position.department = event.department
    _count_cohort(position, sums, +1)


def _shift(sums: Sums, month: date, leaves: tuple, arrives: tuple) -> None:
    sums.standing[leaves[0], month, leaves[1]] -= 1
    sums.standing[arrives[0], month, arrives[1]] += 1


def _add_stay(sums: Sums, key: tuple, parts) -> None:
    *row, days = key
    number, promised, kept = parts
    sums.stays[tuple(row)].add(Stays(number, promised, kept, Counter({days: number})))


def _count_cohort(position: Position, sums: Sums, sign: int) -> None:
    key = (position.department, position.campaign, local_day(position.submitted_at).year)
    for at, part in enumerate((1, *position.cohort())):
        sums.cohorts[key][at] += sign * part
    sums.latest[key] = max(position.submitted_at, sums.latest.get(key, position.submitted_at))


def percentile(counts: dict[int, int], share: float) -> int | None:
    """The smallest number of days by which at least this share of the counted stays was over; None of none."""
    total = sum(counts.values())
    if not total:
        return None
    reached = 0
    for days in sorted(counts):
        reached += counts[days]
        if reached >= share * total:
            return days
    return max(counts)
