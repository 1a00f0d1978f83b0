# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one declaration of how long things are kept: every part of the product contributes its rules, named in the settings.

A part names a `Part` in `INNOVATO_KEPT_DATA`: the rules of what it keeps, what it knows about one person, and what of that
goes or stays when this person is erased.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import ngettext

from innovato.exports.document import Attached, Section

MOST_BATCHES = 100_000  # a rule that never ends is a mistake of ours: it stops here, and the next night goes on


@dataclass(frozen=True)
class Term:
    """How long: a number, or the setting that says it, of days, hours, minutes or years. A value below 1 counts as 1."""

    length: str | int
    unit: str = "days"

    @property
    def number(self) -> int:
        """How many of them in this installation."""
        return max(1, getattr(settings, self.length) if isinstance(self.length, str) else self.length)

    def before(self, at: datetime) -> datetime:
        """The moment by which something must lie for the term to be over at `at`; years are calendar years."""
        if self.unit != "years":
            return at - timedelta(**{self.unit: self.number})
        year = max(1, at.year - self.number)
        is_leap_day = (at.month, at.day) == (2, 29)
        return at.replace(year=year, day=28) if is_leap_day else at.replace(year=year)

    def __str__(self) -> str:
        words = {
            "minutes": ngettext("%(n)d minuto", "%(n)d minuti", self.number),
            "hours": ngettext("%(n)d ora", "%(n)d ore", self.number),
            "days": ngettext("%(n)d giorno", "%(n)d giorni", self.number),
            "years": ngettext("%(n)d anno", "%(n)d anni", self.number),
        }
        return words[self.unit] % {"n": self.number}


@dataclass(frozen=True)
class Rule:
    """One kind of thing that is not kept for ever. Texts are lazily translated.

    `what` is kept, `basis` says why so long, `term` how long and `since` from when, `outcome` what then happens.
    `due` counts what has to go at a moment; `batch` lets some of it go, in a transaction of its own, and returns how much:
    0 when nothing is left. Both may run at any time, twice, and several at once.
    """

    name: str
    what: str
    basis: str
    term: Term
    since: str
    outcome: str
    due: Callable[[datetime], int]
    batch: Callable[[datetime], int]

    @property
    def period(self) -> str:
        """How long, and from when, in the active language: "90 giorni dall’uscita"."""
        return f"{self.term} {self.since}"

    def run(self, at: datetime, *, progress: Callable[[int], None] = lambda done: None) -> int:
        """Let everything go that has to go by `at`, batch by batch; returns how much. Says how far it is after each."""
        done = 0
        for _number in range(MOST_BATCHES):
            some = self.batch(at)
            if not some:
                break
            done += some
            progress(done)
        return done


@dataclass(frozen=True)
class Line:
    """Something about one person, and how many of it there are; `why` says why it goes or has to stay."""

    what: str
    number: int
    why: str


@dataclass(frozen=True)
class Erasure:
    """What happens in one part when a person is erased.

    `goes` and `stays` list it beforehand, for the person's key at a moment; `erase` does it, in the caller's transaction.
    """

    goes: Callable[[int, datetime], Iterable[Line]]
    stays: Callable[[int, datetime], Iterable[Line]]
    erase: Callable[..., None]


@dataclass(frozen=True)
class Part:
    """What one part of the product contributes. `sections` and `files` are what it knows about one person, for that person."""

    rules: tuple[Rule, ...] = ()
    sections: Callable[..., list[Section]] | None = None
    files: Callable[..., list[Attached]] | None = None
    erasure: Erasure | None = None


@lru_cache
def parts() -> tuple[Part, ...]:
    """What all parts contribute, the ground floor first."""
    return tuple(import_string(path) for path in settings.INNOVATO_KEPT_DATA)


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which a table shows them."""
    found = tuple(rule for part in parts() for rule in part.rules)
    names = [rule.name for rule in found]
    if len(set(names)) != len(names):
        raise ValueError("two rules of retention have one name")
    return found


def get(name: str) -> Rule:
    """The rule of this name; LookupError for one that nobody declares."""
    for rule in rules():
        if rule.name == name:
            return rule
    raise LookupError(name)
