# SPDX-License-Identifier: AGPL-3.0-or-later
"""Queries that every request asks: written with Django's own means, turned into SQL once, then only sent.

Django writes the SQL of a query anew each time; for the rights of a person that takes ten times what the database takes to
answer. A compiled query is the same query, with places for the values that change.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from threading import local
from typing import TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import (
    BigIntegerField,
    BinaryField,
    DateField,
    DateTimeField,
    Field,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)

# Stands for a value while the SQL is written: nothing else in a query has it. The first of each kind; more are counted on.
_STANDS_FOR = {
    str: (TextField(), lambda number: f"stands for value {number}"),
    int: (BigIntegerField(), lambda number: -(2**62) - number),
    date: (DateField(), lambda number: date(1, 1, 1 + number)),
    datetime: (DateTimeField(), lambda number: datetime(1000, 1, 1 + number, tzinfo=UTC)),
    UUID: (UUIDField(), lambda number: UUID(int=2**127 + number)),
    bytes: (BinaryField(), lambda number: b"stands for a value" + bytes([number])),
}

Row = TypeVar("Row", bound=Model)


class Compiled:
    """A query with places for values: `Compiled(build, person=int, day=date)`, then `rows(person=7, day=today)`.

    `build` takes the places by name, puts each value to the database as it is, and returns rows of values
    (`values_list`), no objects. What it returns may depend on nothing else: it is called once for each kind of
    database. A place may be an int, a str, a date, a datetime, a UUID or bytes, and is never None.
    """

    def __init__(self, build: Callable[..., QuerySet], **places: type):
        self._build = build
        self._fields: dict[str, Field] = {name: _STANDS_FOR[kind][0] for name, kind in places.items()}
        self._marks = {name: _STANDS_FOR[kind][1](number) for number, (name, kind) in enumerate(places.items())}
        self._kept = local()  # what is written belongs to the thread's own connection

    def rows(self, **values) -> list[tuple]:
        """The rows for these values, with Python's types. One query."""
        sql, parameters, compiler, converters = self._written()
        given = {name: self._sent(name, value) for name, value in values.items()}
        with connection.cursor() as cursor:
            cursor.execute(sql, [given[name] if name else value for name, value in parameters])
            found = cursor.fetchall()
        return list(map(tuple, compiler.apply_converters(found, converters))) if converters else found

    def _written(self) -> tuple:
        """The SQL, its parameters as (place, "") or ("", fixed value), and how the columns become Python's values."""
        wrapper = connections[DEFAULT_DB_ALIAS]
        if getattr(self._kept, "wrapper", None) is not wrapper:
            self._kept.statement, self._kept.wrapper = self._write(), wrapper
        return self._kept.statement

    def _write(self) -> tuple:
        compiler = self._build(**self._marks).query.get_compiler(connection=connection)
        sql, fixed = compiler.as_sql()
        marks = [(name, self._sent(name, mark)) for name, mark in self._marks.items()]
        parameters = [(_place(value, marks), value) for value in fixed]
        if missing := set(self._marks) - {name for name, _value in parameters}:
            raise ValueError(f"the query has no place for {sorted(missing)}")
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        return sql, parameters, compiler, compiler.get_converters(columns)

    def _sent(self, name: str, value):
        """The value as the database's driver takes it."""
        return _plain(self._fields[name].get_db_prep_value(value, connection))


def columns(model: type[Model], through: str = "") -> list[str]:
    """What `values_list` has to name so that `row_of` can make a row of `model`; `through` leads there ("sponsor__")."""
    return [through + field.attname for field in model._meta.concrete_fields]


def row_of(model: type[Row], values: Sequence) -> Row:
    """The row whose `columns` these are, as if Django had read it."""
    return model.from_db(DEFAULT_DB_ALIAS, columns(model), values)


def _plain(value):
    """The value itself; bytes without the cover that a driver puts round them."""
    return bytes(value) if isinstance(value, memoryview) else getattr(value, "obj", value)


def _place(value, marks: list[tuple]) -> str:
    """The name of the place that this parameter stands for; empty where it is a fixed one."""
    plain = _plain(value)
    kinds = (int, str, date, UUID, bytes)  # a driver may have classes of its own below these
    return next((name for name, mark in marks if isinstance(plain, kinds) and mark == plain), "")
