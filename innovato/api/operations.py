# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one method of an address takes, answers and refuses: written beside it once, for the description and the rules.

A POST marked here may be sent again with the same `Idempotency-Key`: see `repeats`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from rest_framework import serializers

from innovato.api import repeats

STAFF = "Everybody who is signed in."


@dataclass(frozen=True)
class Operation:
    """The facts of one operation. `who` says in English who may; `refuses` adds statuses to the usual ones.

    `pages`: a list, page by page. `edits`: needs `If-Match`. `upload`: takes a file. `media`: what is answered when it is
    not JSON. `whole`: no `fields=` (an answer that is not the JSON of one serializer).
    """

    answers: type[serializers.Serializer] | None = None
    takes: type[serializers.Serializer] | None = None
    status: int = 200
    who: str = STAFF
    refuses: tuple[int, ...] = ()
    pages: bool = False
    edits: bool = False
    tagged: bool = False
    repeatable: bool = True
    upload: bool = False
    media: str = "application/json"
    whole: bool = False


def operation(**facts) -> Callable:
    """Marks a view's method with its Operation."""

    def mark(handler: Callable) -> Callable:
        found = Operation(**facts)
        marked = _once(handler) if handler.__name__ == "post" and found.repeatable else handler
        marked.operation = found
        return marked

    return mark


def _once(handler: Callable) -> Callable:
    @wraps(handler)
    def sent(view, request, *args, **kwargs):
        return repeats.answer_once(request, lambda: handler(view, request, *args, **kwargs))

    return sent


def operation_of(view, method: str) -> Operation | None:
    """The operation behind a method of a view, if it is marked."""
    name = "get" if method.upper() == "HEAD" else method.lower()
    return getattr(getattr(view, name, None), "operation", None)
