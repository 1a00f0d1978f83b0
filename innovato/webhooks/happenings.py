# SPDX-License-Identifier: AGPL-3.0-or-later
"""One thing that happened, as the floor above hands it down, and the text that other programs get of it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID


@dataclass(frozen=True)
class Facts:
    """What every employee may read of it: whose idea it is, when it moved, from where to where (None: not for all)."""

    department_code: str
    department_path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Happening:
    """Something that happened to one idea. `facts` is None where the idea is not for everybody.

    `hold` is how long it can still be taken back; `takes_back` names the happening that this one took back in that time.
    """

    id: UUID
    kind: str
    idea: str
    at: datetime
    facts: Facts | None = None
    hold: timedelta | None = None
    takes_back: UUID | None = None


def body_of(happening: Happening) -> str:
    """What is delivered: of what is not for everybody the reference and the kind, and no more."""
    told = {"id": str(happening.id), "kind": happening.kind, "idea": happening.idea}
    if (facts := happening.facts) is not None:
        told |= {
            "department": facts.department_code,
            "at": happening.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "from": facts.before,
            "to": facts.after,
        }
    return written(told)


def written(told: dict) -> str:
    """Plain values as JSON, always written alike."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
