# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time in the demo: every idea, campaign and ballot has a life, and the lives take turns in the order of their moments.

A life is a generator: it yields the moment of its next act, sleeps until everything earlier has happened elsewhere, and
wakes up with the moment it may use.
"""

import heapq
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from itertools import count

Life = Generator[datetime, datetime, None]
BREATH = timedelta(minutes=7)  # at least so much lies between two acts of one life


class Timeline:
    """All lives of the city, woken one act at a time."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Life]] = []
        self._order = count()

    def add(self, life: Life, *, earliest: datetime | None = None) -> None:
        """Let a life begin, not before `earliest`; one that has nothing to do is forgotten at once."""
        self._wake(life, None, earliest=earliest)

    def run(self, *, until: datetime, progress: Callable[[datetime], None] = lambda at: None) -> None:
        """Everything that happens up to and with `until`. What lies later is left in the future."""
        while self._waiting and self._waiting[0][0] <= until:
            at, _order, life = heapq.heappop(self._waiting)
            progress(at)
            self._wake(life, at, earliest=min(at + BREATH, until))

    def _wake(self, life: Life, at: datetime | None, *, earliest: datetime | None = None) -> None:
        """One act, and then the life sleeps until its next one; None begins it."""
        try:
            wanted = life.send(at)
        except StopIteration:
            return
        heapq.heappush(self._waiting, (max(wanted, earliest or wanted), next(self._order), life))
