# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of all kinds of notice; the floors above enter theirs, this part only knows their names.

A kind's words live in templates: `notifications/kinds/<kind>.html` (one line in the application) and, when it also
travels by mail, `email/<kind>.txt` and `email/<kind>.html`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")


class Group(StrEnum):
    """The families of notices, as people know them from the preferences."""

    TASKS = "tasks"
    MY_IDEAS = "my_ideas"
    COMMENTS = "comments"
    FOLLOWED = "followed"
    CAMPAIGNS = "campaigns"


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: its name, its family, and whether it also travels by mail."""

    name: str
    group: Group
    mail: bool


_kinds: dict[str, NoticeKind] = {}


def register(name: str, *, group: Group, mail: bool = True) -> NoticeKind:
    """Enter a kind; the same entry twice is harmless, a different one under the same name is an error."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a name for a kind of notice: {name!r}")
    kind = NoticeKind(name, Group(group), mail)
    if _kinds.setdefault(name, kind) != kind:
        raise ValueError(f"the kind of notice {name!r} is entered twice with different properties")
    return kind


def get(name: str) -> NoticeKind:
    """The kind of this name; LookupError for one that nobody entered."""
    return _kinds[name]


def registered() -> tuple[NoticeKind, ...]:
    """Every kind entered so far, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))
