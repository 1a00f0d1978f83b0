# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stories of the demo's ideas, read from `texts/*.toml`: what they say, who proposes them, what becomes of them."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
# What becomes of an idea, in the order of the road. A fate is the state in which it stands today, but for "reexamined" (a
# declined idea in decision again) and "next" (in voting where a round runs today, else admitted and waiting).
ON_BALLOT = frozenset({"voting", "not_selected", "review", "decision", "declined", "reexamined", "deferred", "piloting",
                       "adopted", "verified", "closed"})  # fmt: skip
CHOSEN = ON_BALLOT - {"voting", "not_selected"}
TRIED = frozenset({"piloting", "adopted", "verified", "closed"})


@dataclass(frozen=True)
class Story:
    """One idea. `office`: the competent department's code; `home`: where its author works; `by`: who, when they have a name.

    `days`: how many days ago the present state began; `submitted`: how many days ago it was handed in, 0 to let chance
    decide. `share`: its part of the papers in percent, 0 to let chance decide. `round`: the round of the always-open
    campaign: 1 and 2 are the past ones, 3 the one that runs today or comes next. `pilot` and `more` hold what only some
    stories need.
    """

    key: str
    title: str
    theme: str
    office: str
    fate: str
    problem: str
    proposal: str
    benefit: str
    measure: str
    who: tuple[str, ...] = ("citizens", "staff")
    cost: int | None = None
    months: int = 3
    by: str = ""
    home: str = ""
    others: tuple[str, ...] = ()
    company: int = 0
    days: int = 0
    submitted: int = 0
    round: int = 0
    score: float = 3.8
    share: int = 0
    reason: str = ""
    code: str = ""
    comments: tuple[tuple[str, str, str], ...] = ()
    more: dict = field(default_factory=dict)
    pilot: dict = field(default_factory=dict)

    @property
    def is_chosen(self) -> bool:
        """Whether its ballot sends it to the reviewers."""
        return self.fate in CHOSEN


@cache
def stories(name: str) -> tuple[Story, ...]:
    """The stories of one file of texts, in its order."""
    with (TEXTS / f"{name}.toml").open("rb") as file:
        content = tomllib.load(file)
    return tuple(_story(row) for row in content["idea"])


def _story(row: dict) -> Story:
    row = {name: _one_line(value) if isinstance(value, str) else value for name, value in row.items()}
    tuples = {name: tuple(row[name]) for name in ("who", "others") if name in row}
    comments = tuple(tuple(comment) for comment in row.get("comments", ()))
    return Story(**row | tuples | {"comments": comments})


def _one_line(text: str) -> str:
    """Texts are written over several lines in the file and read as one paragraph."""
    return " ".join(text.split())
