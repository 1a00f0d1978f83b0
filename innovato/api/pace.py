# SPDX-License-Identifier: AGPL-3.0-or-later
"""How fast one person may call: so many calls a minute, counted in the shared cache without any trace of which.

Only a number per person and minute is kept, for two minutes. Each process counts a few calls by itself before it adds
them to the shared number, so that reading does not write; the limit is overrun at most by that little per process.
"""

import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

WINDOW = 60  # seconds
SHARED_STEPS = 30  # how many times a process tells the others before a limit is reached
MOST_REMEMBERED = 10_000


@dataclass
class Seen:
    """What one process knows of one caller in one window."""

    window: int
    total: int = 0
    untold: int = 0


_seen: dict[str, Seen] = {}
_lock = threading.Lock()


def seconds_to_wait(who: str, most: int, *, now: float) -> int:
    """Count one call of `who`; 0 where it is within `most` a minute, else the seconds until the next minute begins."""
    window = int(now // WINDOW)
    with _lock:
        seen = _seen.get(who)
        if seen is None or seen.window != window:
            if len(_seen) >= MOST_REMEMBERED:
                _seen.clear()
            seen = _seen[who] = Seen(window)
        if seen.total + seen.untold >= most:
            return math.ceil((window + 1) * WINDOW - now) or 1
        seen.untold += 1
        if seen.untold >= max(1, most // SHARED_STEPS):
            seen.total, seen.untold = _tell(f"api-pace:{who}:{window}", seen.untold), 0
        return 0 if seen.total <= most else math.ceil((window + 1) * WINDOW - now) or 1


def forget() -> None:
    """Begin anew in this process."""
    with _lock:
        _seen.clear()


def _tell(key: str, calls: int) -> int:
    """Add to the shared number; returns it."""
    if cache.add(key, calls, timeout=2 * WINDOW):
        return calls
    try:
        return cache.incr(key, calls)
    except ValueError:  # it has just expired
        cache.set(key, calls, timeout=2 * WINDOW)
        return calls


class Pace(BaseThrottle):
    """Three limits a minute: what a person reads, what a person changes, what an address reads without signing in."""

    def allow_request(self, request, view) -> bool:
        """Whether this call may go on; `wait` says how long it may not."""
        if not request.user.is_authenticated:
            who, most = f"address:{self.get_ident(request)}", settings.INNOVATO_API_ANONYMOUS_PER_MINUTE
        elif request.method in ("GET", "HEAD"):
            who, most = f"read:{request.user.pk}", settings.INNOVATO_API_READS_PER_MINUTE
        else:
            who, most = f"write:{request.user.pk}", settings.INNOVATO_API_WRITES_PER_MINUTE
        self.seconds = seconds_to_wait(who, most, now=time.time())
        return not self.seconds

    def wait(self) -> int:
        """Seconds until the next call may come."""
        return self.seconds
