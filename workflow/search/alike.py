# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ideas that say something like the text being written: which ones, how much alike, and the words they share."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log10, sqrt

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from workflow.models import Idea
from workflow.search import candidates, vocabulary
from workflow.search.snippets import Piece, excerpt
from workflow.search.stems import stems_of
from workflow.states import IdeaState

LONGEST = 6000  # characters of the text that are read
MOST_WORDS = 80
LEAST_SEARCHED = 8  # the rarest words look for candidates: so many at least,
MOST = 300  # and more of them while together they stand in fewer ideas than these, which are compared word by word
TITLE_WORTH = 1.5  # a shared word in the other's title counts half as much again
WITHOUT = (IdeaState.DRAFT, IdeaState.WITHDRAWN, IdeaState.MERGED)


class Level(TextChoices):
    """How much alike, in words."""

    VERY = "very", _("Molto simile")
    RELATED = "related", _("Collegata")
    LITTLE = "little", _("Poco simile")


THRESHOLDS = ((0.3, Level.VERY), (0.17, Level.RELATED), (0.09, Level.LITTLE))


@dataclass(frozen=True)
class Alike:
    """One idea like the text, with a piece of it in which the shared words are marked."""

    idea: Idea
    score: float
    level: Level
    excerpt: tuple[Piece, ...]


def similar(text: str, limit: int = 3, *, visible_to, excluding: Iterable[int] = ()) -> list[Alike]:
    """At most `limit` ideas, among those `visible_to` this actor, most like `text`; the closest first.

    `excluding`: keys of ideas that are never named (the one being written, those already read). Four queries at most.
    """
    words = list(dict.fromkeys(stems_of(text[:LONGEST])))[:MOST_WORDS]
    counts = vocabulary.frequencies(words)
    if not counts:
        return []
    worth = {word: 1 / (1 + log10(count)) for word, count in counts.items()}
    keys = [key for key, _title, _submitted in candidates.newest([_rarest(counts)], MOST)]
    rows = Idea.objects.visible_to(visible_to).filter(pk__in=set(keys) - set(excluding)).exclude(state__in=WITHOUT)
    scored = []
    for key, title, rest in rows.values_list("pk", "stems__title", "stems__body"):
        score = _score(worth, len(words), set(title.split()), set(rest.split()))
        if score >= THRESHOLDS[-1][0]:
            scored.append((score, key))
    return _with_ideas(sorted(scored, reverse=True)[:limit], frozenset(worth))


def _rarest(counts: dict[str, int]) -> list[str]:
    chosen, ideas = [], 0
    for count, word in sorted((count, word) for word, count in counts.items()):
        ideas += count
        if len(chosen) >= LEAST_SEARCHED and ideas > MOST:
            break
        chosen.append(word)
    return chosen


def _score(worth: dict[str, float], mine: int, title: set[str], rest: set[str]) -> float:
    """The worth of the shared words against how many words both texts have: 0 for nothing in common, about 1 for twins.

    One shared word alone says nothing.
    """
    shared = sorted(worth.keys() & (title | rest))
    if len(shared) < 2:
        return 0.0
    found = sum(worth[word] * (TITLE_WORTH if word in title else 1) for word in shared)
    return round(found / sqrt(mine * len(title | rest)), 6)


def _with_ideas(rows: list[tuple[float, int]], words: frozenset[str]) -> list[Alike]:
    ideas = Idea.objects.select_related("department", "theme", "campaign").in_bulk([key for _score, key in rows])
    return [
        Alike(idea=ideas[key], score=score, level=_level(score), excerpt=_marked(ideas[key], words))
        for score, key in rows
        if key in ideas
    ]


def _level(score: float) -> Level:
    return next(level for least, level in THRESHOLDS if score >= least)


def _marked(idea: Idea, words: frozenset[str]) -> tuple[Piece, ...]:
    """The piece of the problem or the proposal that shares most words."""
    pieces = [excerpt(text, words) for text in (idea.problem, idea.proposal)]
    return max(pieces, key=lambda piece: sum(part.marked for part in piece))
