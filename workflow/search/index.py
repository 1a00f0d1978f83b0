# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the search index in step with the ideas: one idea when it is written, all of them by command."""

from collections import Counter
from collections.abc import Callable, Iterator

from django.db import transaction

from workflow.models import Idea
from workflow.models.search import IdeaStems
from workflow.search import vocabulary
from workflow.search.stems import number_words, stems_of

TEXTS = ("problem", "proposal", "benefit", "how_measured")
COLUMNS = ("title", "body", "counted")
BATCH = 500


def row_of(idea: Idea) -> IdeaStems:
    """The unsaved stems of an idea: what its authors wrote and its number. Never a name: the campaign may be blind."""
    title = [*stems_of(idea.title), *number_words(idea.number)]
    body = sorted({stem for text in TEXTS for stem in stems_of(getattr(idea, text))} - set(title))
    return IdeaStems(idea_id=idea.pk, title=" ".join(title), body=" ".join(body), counted=idea.number is not None)


def words_of(row: IdeaStems) -> set[str]:
    """Every word under which the idea is found."""
    return {*row.title.split(), *row.body.split()}


def index_idea(idea: Idea) -> None:
    """Bring one idea's entry up to date in the caller's transaction. Call it last: it locks rows of the vocabulary.

    Only submitted ideas teach words: a draft's typing mistakes stay its own.
    """
    before = IdeaStems.objects.filter(pk=idea.pk).first()
    row = row_of(idea)
    if before and (before.title, before.body, before.counted) == (row.title, row.body, row.counted):
        return
    _put([row])
    old = words_of(before) if before and before.counted else set()
    new = words_of(row) if row.counted else set()
    if new - old:
        vocabulary.learn(new - old)
    if old - new:
        vocabulary.forget(old - new)


def forget_idea(idea: Idea) -> None:
    """Take an idea out of the index: its text is gone."""
    row = IdeaStems.objects.filter(pk=idea.pk).first()
    if row is not None and row.counted:
        vocabulary.forget(words_of(row))
    IdeaStems.objects.filter(pk=idea.pk).delete()


def rebuild(*, progress: Callable[[int], None] = lambda done: None) -> int:
    """Read every idea again and rewrite the whole index; returns how many ideas. `progress` hears how many are done."""
    counts: Counter[str] = Counter()
    done = 0
    for rows in _read():
        with transaction.atomic():
            _put(rows)
        for row in rows:
            if row.counted:
                counts.update(words_of(row))
        done += len(rows)
        progress(done)
    with transaction.atomic():
        vocabulary.clear()
        words = sorted(counts)
        for start in range(0, len(words), BATCH):
            vocabulary.add({word: counts[word] for word in words[start : start + BATCH]})
    return done


def _read() -> Iterator[list[IdeaStems]]:
    """All ideas in parts, by key: nothing is held open between two parts."""
    last = 0
    while rows := list(Idea.objects.filter(pk__gt=last).only("number", "title", *TEXTS).order_by("pk")[:BATCH]):
        yield [row_of(idea) for idea in rows]
        last = rows[-1].pk


def _put(rows: list[IdeaStems]) -> None:
    IdeaStems.objects.bulk_create(rows, update_conflicts=True, unique_fields=["idea"], update_fields=COLUMNS)
