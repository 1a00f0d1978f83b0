# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing what happened down to the webhooks: the chain of events, written with each move, is what they are told from.

A move costs nothing more for it. The cursor's row is locked while a piece is handed out and moves on in the same
transaction: killed anywhere, nothing is lost and nothing is told twice.
"""

from datetime import datetime

from django.db import transaction

from innovato.organisation.models import Department
from innovato.webhooks.happenings import Happening
from innovato.webhooks.services import handing
from workflow.happenings import KINDS, happening_of
from workflow.models import ChainHead, Idea, IdeaEvent

PIECE = 500
PIECES = 20  # in one go; the clock's next tick goes on


def hand_out(*, at: datetime, piece: int = PIECE, pieces: int = PIECES) -> int:
    """Hand out the events since the last time, at most `piece` × `pieces`; returns how many deliveries came of them.

    Safe to repeat, several at once. While there is no webhook what happens is for nobody.
    """
    made = 0
    for _turn in range(pieces):
        with transaction.atomic():
            told, is_behind = _piece(at=at, piece=piece)
        made += told
        if not is_behind:
            break
    return made


def _piece(*, at: datetime, piece: int) -> tuple[int, bool]:
    cursor, hooks = handing.locked_cursor(), handing.receivers()
    if cursor.number is None or not hooks:
        cursor.number, told, rows = ChainHead.objects.values_list("number", flat=True).first() or 0, 0, []
    else:
        rows = list(IdeaEvent.objects.filter(number__gt=cursor.number).order_by("number")[:piece])
        told = handing.hand_out(_happenings(rows), hooks, at=at)
        cursor.number = rows[-1].number if rows else cursor.number
    cursor.save(update_fields=["number"])
    return told, len(rows) == piece


def _happenings(rows: list[IdeaEvent]) -> list[Happening]:
    """What of these events may be told, in their order. At most three queries."""
    rows = [row for row in rows if row.idea_id is not None and row.kind in KINDS]
    if not rows:
        return []
    ideas = Idea.objects.filter(pk__in={row.idea_id for row in rows}, number__isnull=False)
    ideas = ideas.only("number", "state", "department").in_bulk()
    then = {row: row.data.get("stage", {}).get("department") for row in rows}
    present = {row: then[row] or getattr(ideas.get(row.idea_id), "department_id", None) for row in rows}
    departments = Department.objects.only("code", "path").in_bulk({pk for pk in present.values() if pk})
    undone = IdeaEvent.objects.in_bulk({row.data["undone"] for row in rows if "undone" in row.data})
    return [
        happening_of(
            row,
            ideas[row.idea_id],
            department=departments.get(present[row]),
            undone=undone.get(row.data.get("undone")),
        )
        for row in rows
        if row.idea_id in ideas
    ]
