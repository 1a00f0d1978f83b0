# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search box: the ideas of a list that hold every word asked for, the closest first."""

from django.db.models import CharField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex

from workflow.search import candidates, vocabulary
from workflow.search.stems import likeness_of, stems_of, trigrams

LONGEST = 500  # characters of a query that are read
MOST_WORDS = 8

Query = list[dict[str, float]]  # for each word asked for: the words that serve, with how much they look like it


def matching(queryset: QuerySet, text: str) -> QuerySet:
    """The ideas of `queryset` that hold every word of `text` or its inflexions, the closest first (`search_place`).

    An empty text changes nothing; a text without any word finds nothing. A word that no idea uses stands for the ones
    that look most like it. Of more than 500 finds the newest 500 are ranked. One query besides the list's own; two or three
    for a word that is common or unknown. Give the list its own order with `order_by` where relevance is not wanted.
    """
    if not text.strip():
        return queryset
    words = list(dict.fromkeys(stems_of(text[:LONGEST])))[:MOST_WORDS]
    if not words:
        return queryset.none()
    query, rows = _find([{word: 1.0} for word in words])
    if len(rows) > candidates.MOST:
        rows = _newest_of(queryset, query, rows)
    return _in_order(queryset, ranked(query, rows))


def _find(query: Query) -> tuple[Query, list[tuple[int, str]]]:
    rows = candidates.newest(query, candidates.WINDOW + 1)
    if not any(submitted for _key, _title, submitted in rows):
        mended = _mended(query)
        if mended != query:
            query, rows = mended, candidates.newest(mended, candidates.WINDOW + 1)
    return query, [(key, title) for key, title, _submitted in rows]


def _mended(query: Query) -> Query:
    """The same query in which unknown words also stand for the known ones that look like them."""
    known = vocabulary.frequencies(word for group in query for word in group)
    mended = []
    for group in query:
        word = next(iter(group))
        mended.append(group if word in known else group | vocabulary.meant_by(word))
    return mended


def _newest_of(queryset: QuerySet, query: Query, rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The words are common: the newest candidates among the ideas of this very list.

    They are looked for among the newest ideas of all; only where too few of those belong to the list, among all.
    """
    titles = dict(rows[: candidates.WINDOW])
    keys = _newest_keys(queryset.filter(pk__in=list(titles)))
    if len(keys) < candidates.MOST and len(rows) > candidates.WINDOW:
        found = queryset.filter(pk__in=candidates.holding(query)).order_by("-pk")
        return list(found.values_list("pk", "stems__title")[: candidates.MOST])
    return [(key, titles[key]) for key in keys]


def _newest_keys(queryset: QuerySet) -> list[int]:
    return list(queryset.order_by("-pk").values_list("pk", flat=True)[: candidates.MOST])


def ranked(query: Query, rows: list[tuple[int, str]]) -> list[int]:
    """The keys of (key, title stems) by closeness: asked words in the title, likeness of the title, then the newest."""
    asked = trigrams(" ".join(next(iter(group)) for group in query))
    scored = sorted((-_score(query, asked, title), -key) for key, title in rows)
    return [-key for _closeness, key in scored]


def _score(query: Query, asked: frozenset[str], title: str) -> float:
    words = set(title.split())
    found = sum(max((weight for word, weight in group.items() if word in words), default=0.0) for group in query)
    return round(0.7 * found / len(query) + 0.3 * likeness_of(asked, title), 6)


def _in_order(queryset: QuerySet, keys: list[int]) -> QuerySet:
    """These rows in this order. The place of a key in one text orders alike in both databases, in one parameter."""
    line = f",{','.join(map(str, keys))},"
    key = Concat(Value(","), Cast("pk", CharField()), Value(","), output_field=CharField())
    place = StrIndex(Value(line), key, output_field=IntegerField())
    return queryset.filter(pk__in=keys).annotate(search_place=place).order_by("search_place", "pk")
