# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that submitted ideas use: how common each is, and which ones a mistyped word may have meant."""

from collections.abc import Iterable

from django.db.models import Count, F

from workflow.models.search import SearchGram, SearchWord
from workflow.search.stems import likeness, trigrams

SHORTEST_MENDED = 4  # letters; shorter words are taken as they are typed
LIKE_ENOUGH = 0.38
MEANINGS = 3  # words tried in place of a mistyped one
LOOKED_AT = 60
BATCH = 500


def frequencies(words: Iterable[str]) -> dict[str, int]:
    """In how many submitted ideas each known word stands; unknown words are missing. One query."""
    rows = SearchWord.objects.filter(word__in=list(words), ideas__gt=0)
    return dict(rows.values_list("word", "ideas"))


def meant_by(word: str) -> dict[str, float]:
    """The known words that look most like an unknown one, with their likeness. One query; none for figures."""
    if len(word) < SHORTEST_MENDED or not word.isalpha():
        return {}
    rows = SearchGram.objects.filter(gram__in=trigrams(word), word__ideas__gt=0).values("word_id")
    near = rows.annotate(shared=Count("pk")).order_by("-shared", "word_id").values_list("word_id", flat=True)
    scored = sorted((-likeness(word, other), other) for other in near[:LOOKED_AT])
    return {other: -score for score, other in scored[:MEANINGS] if -score >= LIKE_ENOUGH}


def learn(words: Iterable[str]) -> None:
    """Count one more idea for each word. Locks the rows in the order of the words, last of all locks."""
    words = sorted(set(words))
    add(dict.fromkeys(words, 0))
    _count(words, 1)


def forget(words: Iterable[str]) -> None:
    """Count one idea less for each word."""
    _count(sorted(set(words)), -1)


def _count(words: list[str], by: int) -> None:
    rows = SearchWord.objects.filter(word__in=words).order_by("word").select_for_update()
    locked = [row.word for row in rows if row.ideas + by >= 0]
    SearchWord.objects.filter(word__in=locked).update(ideas=F("ideas") + by)


def add(counts: dict[str, int]) -> None:
    """Add the words that are not there yet, with their pieces."""
    known = set(SearchWord.objects.filter(word__in=list(counts)).values_list("word", flat=True))
    fresh = [SearchWord(word=word, ideas=counts[word]) for word in sorted(set(counts) - known)]
    SearchWord.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    grams = [SearchGram(gram=gram, word_id=row.word) for row in fresh for gram in _pieces(row.word)]
    SearchGram.objects.bulk_create(grams, batch_size=BATCH, ignore_conflicts=True)


def _pieces(word: str) -> list[str]:
    return sorted(trigrams(word)) if len(word) >= SHORTEST_MENDED and word.isalpha() else []


def clear() -> None:
    """Forget every word: before all ideas are read again."""
    SearchGram.objects.all().delete()
    SearchWord.objects.all().delete()
