# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and values that no form asks for, taken from every column there is; and a request whose whole effect is compared."""

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlencode

from django.apps import apps
from django.db import connection, models, transaction

PARTS = ("auth", "organisation", "notifications", "exports", "participation", "workflow", "voting")
# Of no column, and yet what somebody would try.
BESIDES = {
    "grants": "decide_ideas", "capabilities": "decide_ideas", "permissions": "1", "role": "manager", "pk": "1",
    "at": "2020-01-01",
    "on_behalf_of": "1", "authors": "1", "version_number": "99", "_state": "piloting", "raw": "1", "force": "1",
}  # fmt: skip
SESSIONS = {"django_session", "sqlite_sequence", "sqlite_stat1"}


def poison(here: SimpleNamespace) -> dict[str, object]:
    """A value for every name of a column, plausible for its kind, and another one than an honest person would send."""
    found: dict[str, object] = dict(BESIDES)
    for part in PARTS:
        for model in apps.get_app_config(part).get_models():
            for column in (*model._meta.concrete_fields, *model._meta.many_to_many):
                value = _value(column, here)
                found.setdefault(column.name, value)
                if hasattr(column, "attname"):
                    found.setdefault(column.attname, value)
    return found


def _value(column, here: SimpleNamespace) -> object:
    if column.name == "state":
        return "piloting"
    if column.is_relation:
        known = {"Person": here.screener.pk, "Department": here.root.pk, "Idea": here.ideas["voting"].pk}
        return known.get(column.related_model.__name__, 1)
    if isinstance(column, models.BooleanField):
        return True
    if isinstance(column, models.DateTimeField):
        return "2020-01-01T08:00:00+01:00"
    if isinstance(column, models.DateField):
        return "2020-01-01"
    if isinstance(column, models.IntegerField | models.DecimalField):
        return 7
    if getattr(column, "choices", None):
        return str(list(column.choices)[-1][0])
    return "veleno"


@contextmanager
def no_chance() -> Iterator[None]:
    """The same random numbers for every request, so that two of them can be compared to the byte."""
    dice, kept = random.Random(1), (os.urandom, random._urandom)
    os.urandom = random._urandom = dice.randbytes
    try:
        yield
    finally:
        os.urandom, random._urandom = kept


def everything() -> dict[str, list]:
    """Every row of every table but the sessions."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in SESSIONS:
                cursor.execute(f'SELECT * FROM "{table}"')
                found[table] = cursor.fetchall()
    return found


def effect(act: Callable[[], object]) -> tuple[int, dict[str, list] | None]:
    """What an act answers and what the database is after it; None where it wrote nothing. All of it is taken back."""
    point, before = transaction.savepoint(), connection.connection.total_changes
    try:
        with no_chance():
            answer = act()
        if getattr(answer, "streaming", False):
            b"".join(answer)
        wrote = connection.connection.total_changes != before
        return answer.status_code, everything() if wrote else None
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(point)


def differs(honest: dict | None, poisoned: dict | None, before: dict[str, list]) -> list[str]:
    """The tables in which the poisoned act did something else than the honest one; a refusal that changes nothing is well."""
    honest, poisoned = honest or before, poisoned or before
    if poisoned == before:
        return []
    return [table for table in poisoned if poisoned[table] != honest[table]]


def posted(values: dict[str, list[str]]) -> str:
    """A form's body."""
    return urlencode(values, doseq=True)


def as_text(value: object) -> str:
    """A value as a form sends it."""
    return {True: "on"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def as_json(values: dict) -> str:
    """A body of the API."""
    return json.dumps(values)
