# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one way to change an idea's state: lock, check, move, save, record, promise the notices."""

from datetime import date, datetime

from django.db import connection, transaction

from workflow import notices, rules
from workflow.errors import Conflict, Missing, NotAllowed, TooLate, WorkflowError, WrongState
from workflow.models import Idea, IdeaEvent
from workflow.services import clock, events
from workflow.states import PUBLISHED


def lock(idea_id: int) -> Idea:
    """Fetch one idea and hold its row until the caller's transaction ends. Raises Missing.

    On SQLite the immediate transaction already is the lock.
    """
    rows = Idea.objects.select_related("campaign", "department", "merged_into", "pilot")
    if connection.features.has_select_for_no_key_update:
        rows = rows.select_for_update(of=("self",), no_key=True)
    else:
        rows = rows.select_for_update()
    idea = rows.filter(pk=idea_id).first()
    if idea is None:
        raise Missing()
    return idea


def check(idea: Idea, move: str, *, actor: rules.Actor, at: datetime, version: int | None = None) -> None:
    """Raise why `actor` can't make `move` now: Missing, NotAllowed, WrongState, TooLate or Conflict.

    The idea must be locked by the caller. `version` is the one the person saw; None asks for no comparison.
    """
    refusal = rules.refusal(actor, move, idea, at)
    if refusal is not None:
        raise _error_for(refusal, idea, move)
    if version is not None and version != idea.version:
        raise Conflict(version=idea.version)


def hand(actor: rules.Actor, move: str, idea: Idea, at: datetime) -> dict:
    """Whose hand signs a decision that `check` allows: `by_id`, and `on_behalf_of_id` where it is a deputy's."""
    behind = rules.on_behalf_of(actor, move, idea, at)
    return {"by_id": actor.person_id, "on_behalf_of_id": behind.delegator_id if behind else None}


def _error_for(refusal: rules.Refusal, idea: Idea, move: str) -> WorkflowError:
    details = {"code": refusal.code, "move": move, "state": str(idea.state)}
    if refusal.status == 404:
        return Missing()
    if refusal.status == 403:
        return NotAllowed(refusal.sentence, **details)
    if refusal.code == "wrong_state":
        return WrongState(**details)
    return TooLate(refusal.sentence, **details)


def make(
    idea: Idea,
    move: str,
    *,
    actor: rules.Actor,
    at: datetime,
    to: str | None = None,
    version: int | None = None,
    data: dict | None = None,
    words: dict | None = None,
    changed: tuple[str, ...] = (),
    values: dict | None = None,
) -> IdeaEvent:
    """Make one move on an idea locked in the caller's transaction; returns its event.

    Changes the state, the clock and the version; saves these and the columns named in `changed`; writes one event with
    `data` and, as `stage`, the department and the day the answer was due; promises the notices with `words`. `to` names the
    target where a move has two. `values` are columns that take their new value once the right is checked on the old ones
    (a transfer asks the department it leaves). Raises as `check` does.
    """
    check(idea, move, actor=actor, at=at, version=version)
    behind = rules.on_behalf_of(actor, move, idea, at)
    for column, value in (values or {}).items():
        setattr(idea, column, value)
    method = rules.MOVES[move].methods[idea.state]
    from_state, due_on = str(idea.state), idea.due_on
    columns = {"version", *changed, *(values or {})}
    if method:
        getattr(idea, method if isinstance(method, str) else method[to])()
        columns |= {"state", *clock.start_stage(idea, from_state=from_state, at=at)}
        if idea.state in PUBLISHED and idea.published_at is None:
            idea.published_at = at
            columns.add("published_at")
    else:
        columns |= set(clock.restart_stage(idea, at=at)) if move == "transfer" else set()
    idea.version += 1
    idea.save(update_fields=columns)
    event = events.record(
        idea_id=idea.pk,
        kind=move,
        from_state=from_state,
        to_state=str(idea.state),
        by_id=actor.person_id,
        behind=behind,
        at=at,
        data=(data or {}) | {"stage": _stage(idea, due_on)},
    )
    notices.moved(idea=idea, event=event, at=at, words=words)
    return event


def _stage(idea: Idea, due_on: date | None) -> dict:
    """What the pipeline's figures read of a move: whose idea it is from now on, and by when this answer was due."""
    return {"department": idea.department_id, "due_on": due_on.isoformat() if due_on else None}


@transaction.atomic
def move_by_system(*, idea_id: int, move: str, at: datetime, to: str | None = None, data: dict | None = None):
    """Let the clock or a ballot make a move; returns the event. Safe to repeat: None where the idea already moved on."""
    idea = lock(idea_id)
    if idea.state not in rules.MOVES[move].sources:
        return None
    return make(idea, move, actor=rules.SYSTEM, at=at, to=to, data=data)
