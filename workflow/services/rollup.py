# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the pipeline's figures up to date: new events are counted in, in pieces, each event exactly once.

The cursor's row is locked while a piece is counted and moves on in the same transaction: killed anywhere, nothing is lost
and nothing counts twice.
"""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q

from innovato.formats import local_day
from innovato.organisation.models import Department
from workflow.models import (
    ChainHead,
    Idea,
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
from workflow.pipeline import counting
from workflow.states import OPEN, IdeaState

PIECE = 10_000
PIECES = 20  # in one go; the clock's next tick goes on
SOON_DAYS = 7
BATCH = 1000


def refresh(*, at: datetime, piece: int = PIECE, pieces: int = PIECES) -> int:
    """Count the events since the last time, at most `piece` × `pieces`; returns how many. Safe to repeat, several at once.

    A tree of departments in which one moved is counted anew from the first event: rows count whole subtrees.
    """
    done = 0
    for _turn in range(pieces):
        with transaction.atomic():
            counted, is_behind = _count_piece(at=at, piece=piece)
        done += counted
        if not is_behind:
            break
    return done


@transaction.atomic
def rebuild(*, at: datetime) -> int:
    """Forget all figures and count every event again; returns how many. Readers see the old figures until it is done."""
    cursor = _locked()
    _forget(cursor, _tree())
    return _count_all(cursor, at=at)


def _locked() -> PipelineCursor:
    PipelineCursor.objects.get_or_create(pk=1)
    return PipelineCursor.objects.select_for_update().get(pk=1)


def _tree() -> dict[str, str]:
    return {str(pk): path for pk, path in Department.objects.order_by().values_list("pk", "path")}


def _forget(cursor: PipelineCursor, tree: dict[str, str]) -> None:
    for model in (PipelinePosition, PipelineMonth, PipelineStay, PipelineCohort, PipelineAgeing, PipelineList):
        model.objects.all().delete()
    cursor.number, cursor.tree, cursor.aged_on = 0, tree, None


def _count_all(cursor: PipelineCursor, *, at: datetime) -> int:
    done = 0
    while counted := _count(cursor, at=at, piece=PIECE):
        done += counted
    _age(cursor, at=at, is_changed=True)
    _moved_on(cursor, at=at)
    return done


def _count_piece(*, at: datetime, piece: int) -> tuple[int, bool]:
    """One piece: (how many events, whether there are more)."""
    head = ChainHead.objects.values_list("number", flat=True).first() or 0
    cursor, tree = _locked(), _tree()
    if any(tree.get(pk, path) != path for pk, path in cursor.tree.items()):
        _forget(cursor, tree)
        return _count_all(cursor, at=at), False
    cursor.tree = tree
    counted = _count(cursor, at=at, piece=piece)
    is_behind = cursor.number < head
    if not is_behind:
        _age(cursor, at=at, is_changed=bool(counted))
    _moved_on(cursor, at=at)
    return counted, is_behind


def _moved_on(cursor: PipelineCursor, *, at: datetime) -> None:
    cursor.refreshed_at = at
    cursor.save(update_fields=["number", "refreshed_at", "aged_on", "tree"])


def _count(cursor: PipelineCursor, *, at: datetime, piece: int) -> int:
    """Count the next events in, moving the cursor in memory; once none is left the months up to `at` have their rows."""
    columns = ("number", "idea", "kind", "from_state", "to_state", "at", "data")
    rows = list(IdeaEvent.objects.filter(number__gt=cursor.number).order_by("number").values_list(*columns)[:piece])
    moves = [row for row in rows if row[1] is not None and row[4] and _is_counted(row)]
    ideas = {row[1] for row in moves}
    positions = {row.idea_id: _position(row) for row in PipelinePosition.objects.filter(idea__in=ideas)}
    present = {
        pk: (campaign, department)
        for pk, campaign, department in Idea.objects.filter(pk__in=ideas).values_list("pk", "campaign", "department")
    }
    sums = counting.Sums()
    for _number, idea, kind, from_state, to_state, when, data in moves:
        stage = data.get("stage") or {"department": present[idea][1]}
        due = stage.get("due_on")
        event = counting.Event(
            idea,
            kind,
            from_state,
            to_state,
            when,
            present[idea][0],
            stage["department"],
            date.fromisoformat(due) if due else None,
        )
        positions[idea] = counting.add(positions.get(idea), event, sums)
    if moves:
        _carry_forward(max(row[5] for row in moves))
    _save_positions(positions)
    _add_up(sums, _scopes(cursor.tree))
    if len(rows) < piece:
        _carry_forward(at)
    if rows:
        cursor.number = rows[-1][0]
    return len(rows)


def _is_counted(row: tuple) -> bool:
    """A change of state, or of department."""
    return row[3] != row[4] or row[2] == "transfer"


def _position(row: PipelinePosition) -> counting.Position:
    return counting.Position(
        row.idea_id, row.campaign_id, row.department_id, row.state, row.since, row.submitted_at, row.decided_at,
        row.approved_at, row.realised_at, row.before, row.last_at,
    )  # fmt: skip


def _save_positions(positions: dict) -> None:
    rows = [
        PipelinePosition(
            idea_id=p.idea, department_id=p.department, campaign_id=p.campaign, state=p.state, since=p.since,
            submitted_at=p.submitted_at, decided_at=p.decided_at, approved_at=p.approved_at, realised_at=p.realised_at,
            before=p.before, last_at=p.last_at,
        )
        for p in positions.values()
        if p is not None
    ]  # fmt: skip
    columns = [
        "department",
        "campaign",
        "state",
        "since",
        "decided_at",
        "approved_at",
        "realised_at",
        "before",
        "last_at",
    ]
    _write(PipelinePosition, rows, ["idea"], columns)


def _write(model, rows: list, key: list[str], columns: list[str]) -> None:
    """Rows that are there get these columns, the others are made; the cursor's lock keeps every other writer away."""
    model.objects.bulk_create(rows, batch_size=BATCH, update_conflicts=True, unique_fields=key, update_fields=columns)


def _scopes(tree: dict[str, str]) -> dict[int | None, list[int]]:
    """For each department it and all above it; ideas without one count for the first root alone."""
    scopes = {int(pk): [int(step) for step in path.split(".")[:-1]] for pk, path in tree.items()}
    roots = sorted((path, int(pk)) for pk, path in tree.items() if path.count(".") == 1)
    scopes[None] = [roots[0][1]] if roots else []
    return scopes


def _add_up(sums: counting.Sums, scopes: dict) -> None:
    months, stays, cohorts, latest = defaultdict(lambda: [0, 0, 0]), defaultdict(counting.Stays), {}, {}
    for place, part in enumerate((sums.entered, sums.standing, sums.submitted)):
        for (department, month, state), change in part.items():
            for scope in scopes[department]:
                months[scope, month, state][place] += change
    for (department, *rest), part in sums.stays.items():
        for scope in scopes[department]:
            stays[(scope, *rest)].add(part)
    for (department, *rest), parts in sums.cohorts.items():
        for scope in scopes[department]:
            key = (scope, *rest)
            cohorts[key] = [a + b for a, b in zip(cohorts.get(key, [0] * 5), parts, strict=True)]
            when = sums.latest[department, *rest]
            latest[key] = max(when, latest.get(key, when))
    _add_months(months)
    _add_stays(stays)
    _add_cohorts(cohorts, latest)
    _add_verified(sums.verified, scopes)


KEY = ["scope", "month", "state"]


def _found(model, changes: dict) -> dict:
    """The rows with these keys, of departments, months and states, that are there already."""
    by_month, found = defaultdict(set), {}
    for scope, month, _state in changes:
        by_month[month].add(scope)
    for month, scopes in by_month.items():
        found |= {(row.scope_id, month, row.state): row for row in model.objects.filter(month=month, scope__in=scopes)}
    return found


def _add_stays(changes: dict) -> None:
    """Add differences to the stays with these keys."""
    found, rows = _found(PipelineStay, changes), []
    for key, change in changes.items():
        if (row := found.get(key)) is not None:
            change.add(counting.Stays(row.number, row.promised, row.kept, _read(row.days), _read(row.since_submission)))
        rows.append(
            PipelineStay(
                scope_id=key[0], month=key[1], state=key[2], number=change.number, promised=change.promised,
                kept=change.kept, days=_kept(change.days), since_submission=_kept(change.since_submission),
            )
        )  # fmt: skip
    _write(PipelineStay, rows, KEY, ["number", "promised", "kept", "days", "since_submission"])


def _read(kept: dict) -> Counter:
    return Counter({int(days): number for days, number in kept.items()})


def _kept(counts: Counter) -> dict:
    return {str(days): number for days, number in counts.items() if number}


def _carry_forward(at: datetime) -> None:
    """What stood at the end of the last month stands at the beginning of each that began since."""
    last = PipelineMonth.objects.order_by("-month").values_list("month", flat=True).first()
    this = counting.month_of(at)
    while last is not None and last < this:
        following = (last + timedelta(days=32)).replace(day=1)
        kept = PipelineMonth.objects.filter(month=last, standing__gt=0)
        PipelineMonth.objects.bulk_create(
            [
                PipelineMonth(scope_id=row.scope_id, month=following, state=row.state, standing=row.standing)
                for row in kept
            ],
            batch_size=BATCH,
        )
        last = following if kept else this


def _add_months(changes: dict) -> None:
    """A change in one month holds for the standing of every later one."""
    last = PipelineMonth.objects.order_by("-month").values_list("month", flat=True).first()
    months = {month for _scope, month, _state in changes}
    if not months:
        return
    last = max(months | {last}) if last else max(months)
    spread = defaultdict(lambda: [0, 0, 0])
    for (scope, month, state), (entered, standing, submitted) in changes.items():
        spread[scope, month, state][0] += entered
        spread[scope, month, state][2] += submitted
        while standing and month <= last:
            spread[scope, month, state][1] += standing
            month = (month + timedelta(days=32)).replace(day=1)
    found, rows, none = _found(PipelineMonth, spread), [], PipelineMonth()
    for key, (entered, standing, submitted) in spread.items():
        row = found.get(key, none)
        rows.append(
            PipelineMonth(
                scope_id=key[0], month=key[1], state=key[2], entered=row.entered + entered,
                standing=row.standing + standing, submitted=row.submitted + submitted,
            )
        )  # fmt: skip
    _write(PipelineMonth, rows, KEY, ["entered", "standing", "submitted"])


def _add_cohorts(changes: dict, latest: dict) -> None:
    columns = ["submitted", "approved_12", "approved_24", "realised_12", "realised_24"]
    scopes, campaigns = {key[0] for key in changes}, {key[1] for key in changes}
    kept = PipelineCohort.objects.filter(scope__in=scopes, campaign__in=campaigns)
    found, rows = {(row.scope_id, row.campaign_id, row.year): row for row in kept}, []
    for key, parts in changes.items():
        row = found.get(key) or PipelineCohort(last_submitted_at=latest[key])
        sums = {name: getattr(row, name) + part for name, part in zip(columns, parts, strict=True)}
        last = max(row.last_submitted_at, latest[key])
        rows.append(PipelineCohort(scope_id=key[0], campaign_id=key[1], year=key[2], last_submitted_at=last, **sums))
    _write(PipelineCohort, rows, ["scope", "campaign", "year"], [*columns, "last_submitted_at"])


def _add_verified(changes: dict, scopes: dict) -> None:
    """The latest verified ideas of each department concerned, and no more of them than a page lists."""
    new = defaultdict(list)
    for department, ideas in changes.items():
        for scope in scopes[department]:
            new[scope] += ideas
    kept = {row.scope_id: row.verified for row in PipelineList.objects.filter(scope__in=new)}
    rows = []
    for scope, ideas in new.items():
        both = sorted([*ideas, *map(tuple, kept.get(scope, ()))], reverse=True)
        rows.append(PipelineList(scope_id=scope, verified=both[: counting.LISTED_BENEFITS]))
    _write(PipelineList, rows, ["scope"], ["verified"])


def _list_past_end(scopes: dict, today: date) -> None:
    """The running pilots past their end of each department, written anew: as many as a page lists."""
    running = Pilot.objects.filter(approved_at__isnull=False, concluded_at=None, idea__state=IdeaState.PILOTING)
    rows = running.filter(ends_on__lt=today).order_by("ends_on", "pk").values_list("pk", "idea__department")
    found = defaultdict(list)
    for pilot, department in rows.iterator(chunk_size=BATCH):
        for scope in scopes[department]:
            if len(found[scope]) < counting.LISTED_PILOTS:
                found[scope].append(pilot)
    PipelineList.objects.exclude(scope__in=found).exclude(past_end=[]).update(past_end=[])
    _write(
        PipelineList, [PipelineList(scope_id=pk, past_end=keys) for pk, keys in found.items()], ["scope"], ["past_end"]
    )


def _age(cursor: PipelineCursor, *, at: datetime, is_changed: bool) -> None:
    """How long the open ideas wait and which pilots are past their end, written anew: daily, and with events counted."""
    today = local_day(at)
    if not is_changed and cursor.aged_on == today:
        return
    runs = Q(clock_paused_at__isnull=True)
    rows = Idea.objects.filter(state__in=OPEN).order_by().values("department", "state").annotate(
        waiting=Count("pk"),
        paused=Count("pk", filter=~runs),
        late=Count("pk", filter=runs & Q(due_on__lt=today)),
        soon=Count("pk", filter=runs & Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))),
        oldest=Min("state_since"),
    )  # fmt: skip
    scopes, found = _scopes(cursor.tree), {}
    for row in rows:
        for scope in scopes[row["department"]]:
            key = (scope, row["state"])
            kept = found.setdefault(key, PipelineAgeing(scope_id=scope, state=row["state"], oldest=row["oldest"]))
            for name in ("waiting", "paused", "late", "soon"):
                setattr(kept, name, getattr(kept, name) + row[name])
            kept.oldest = min(kept.oldest, row["oldest"])
    PipelineAgeing.objects.all().delete()
    PipelineAgeing.objects.bulk_create(found.values(), batch_size=BATCH)
    _list_past_end(scopes, today)
    cursor.aged_on = today
