# SPDX-License-Identifier: AGPL-3.0-or-later
"""What has run out in the shared cache: where that is a table, its rows stay until somebody deletes them."""

from datetime import datetime

from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction

from innovato.batches import SIZE


def count(at: datetime) -> int:
    """How many entries have run out; 0 where the cache is no table and forgets by itself."""
    return _each("SELECT COUNT(*) FROM {table} WHERE expires < %s", at) if _is_table() else 0


@transaction.atomic
def delete_some(at: datetime) -> int:
    """Delete one batch of them; returns how many."""
    if not _is_table():
        return 0
    part = f"SELECT cache_key FROM {{table}} WHERE expires < %s ORDER BY cache_key LIMIT {SIZE}"
    return _each(f"DELETE FROM {{table}} WHERE cache_key IN ({part})", at)


def _is_table() -> bool:
    return isinstance(cache._connections[cache._alias], DatabaseCache)


def _each(statement: str, at: datetime) -> int:
    """Run a statement with one moment in it: the number it selects, or how many rows it changed."""
    store = cache._connections[cache._alias]
    connection = connections[router.db_for_write(store.cache_model_class)]
    moment = connection.ops.adapt_datetimefield_value(at.replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=connection.ops.quote_name(store._table)), [moment])
        return cursor.fetchone()[0] if statement.startswith("SELECT") else max(0, cursor.rowcount)
