# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ideas that hold the words asked for, from the full-text index of whichever database: the same ones from both.

A query is a list of groups: an idea must hold a word of every group.
"""

from collections.abc import Collection, Sequence

from django.db import connection
from django.db.models.expressions import RawSQL

from workflow.search.schema import FTS, STEMS

MOST = 500  # more candidates than this are not ranked: the newest of the list are taken
WINDOW = 1000  # of a common word, so many of the newest ideas are looked through first

Groups = Sequence[Collection[str]]


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _expression(groups: Groups) -> str:
    """The query in the database's own language. Words are only a-z and 0-9: there is nothing to escape."""
    quote, both, either = ("'{}'", " & ", " | ") if _is_postgres() else ('"{}"', " AND ", " OR ")
    return both.join(f"({either.join(quote.format(word) for word in sorted(group))})" for group in groups)


def holding(groups: Groups) -> RawSQL:
    """The keys of all ideas that hold the words, as a subquery for `pk__in`."""
    if _is_postgres():
        return RawSQL(f"SELECT idea_id FROM {STEMS} WHERE lexemes @@ %s::tsquery", [_expression(groups)])
    return RawSQL(f"SELECT rowid FROM {FTS} WHERE {FTS} MATCH %s", [_expression(groups)])


def newest(groups: Groups, most: int = MOST) -> list[tuple[int, str, bool]]:
    """(key, title stems, whether submitted) of the newest ideas that hold the words, at most `most`. One query."""
    if _is_postgres():
        sql = f"SELECT idea_id, title, counted FROM {STEMS} WHERE lexemes @@ %s::tsquery ORDER BY idea_id DESC LIMIT %s"
    else:
        sql = (
            f"SELECT s.idea_id, s.title, s.counted FROM (SELECT rowid AS hit FROM {FTS} WHERE {FTS} MATCH %s "
            f"ORDER BY rowid DESC LIMIT %s) JOIN {STEMS} s ON s.idea_id = hit ORDER BY s.idea_id DESC"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_expression(groups), most])
        return [(key, title, bool(counted)) for key, title, counted in cursor.fetchall()]
