# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing the chain of events: one row after the other, each with the hash of the one before."""

from collections.abc import Iterable
from datetime import datetime

from innovato.organisation.access import Deputyship
from workflow.models import ChainHead, IdeaEvent

BATCH = 1000


def record(
    *,
    idea_id: int | None,
    kind: str,
    at: datetime,
    by_id: int | None = None,
    behind: Deputyship | None = None,
    from_state: str = "",
    to_state: str = "",
    data: dict | None = None,
) -> IdeaEvent:
    """Add one event in the caller's transaction. Locks the chain's head until that transaction ends.

    Lock order everywhere: first the idea, then the head. `data` holds plain JSON values only.

    `behind` is the delegator when `by_id` acts as a deputy.
    """
    return record_many(
        [
            IdeaEvent(
                idea_id=idea_id,
                kind=kind,
                from_state=from_state,
                to_state=to_state,
                by_id=by_id,
                on_behalf_of_id=behind.delegator_id if behind else None,
                at=at,
                data=data or {},
            )
        ]
    )[0]


def record_many(events: Iterable[IdeaEvent]) -> list[IdeaEvent]:
    """Add unsaved events in this order, in the caller's transaction, numbered and chained here."""
    head, _ = ChainHead.objects.select_for_update().get_or_create(pk=1)
    chained = []
    for event in events:
        event.number, event.prev_hash = head.number + 1, head.hash
        event.hash = event.computed_hash()
        head.number, head.hash = event.number, event.hash
        chained.append(event)
    IdeaEvent.objects.bulk_create(chained, batch_size=BATCH)
    head.save(update_fields=["number", "hash"])
    return chained


def broken_links(rows: Iterable[IdeaEvent], head: ChainHead | None) -> Iterable[tuple[int, str]]:
    """Every fault of the chain as (number, what is wrong), reading `rows` in the order of their numbers.

    Names a changed row, a gap (deleted or reordered), an inserted one and a head that does not fit.
    """
    number, previous = 0, "0" * 64
    for event in rows:
        for missing in range(number + 1, event.number):
            yield missing, "missing"
        if event.number == number + 1 and event.prev_hash != previous:
            yield event.number, "does not follow the row before it"
        if event.computed_hash() != event.hash:
            yield event.number, "changed"
        number, previous = event.number, event.hash
    if head is not None and head.number > number:
        for missing in range(number + 1, head.number + 1):
            yield missing, "missing"
    elif head is not None and (head.number, head.hash) != (number, previous):
        yield number, "is not where the chain ends"
    elif head is None and number:
        yield number, "has no head of the chain"
