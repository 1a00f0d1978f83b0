# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deleting many rows a few hundred at a time, so that no lock is held long and a run cut short has still done its part."""

from django.db import transaction
from django.db.models import QuerySet

SIZE = 500


@transaction.atomic
def delete_some(rows: QuerySet, *, size: int = SIZE) -> int:
    """Delete the oldest few of these rows, in a transaction of their own; returns how many of them this call deleted.

    Two callers at once share the work: a row that the other one took is counted there. 0 means that nothing is left.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
    if not keys:
        return 0
    _all, by_table = rows.model._base_manager.filter(pk__in=keys).delete()
    return by_table.get(rows.model._meta.label, 0)
