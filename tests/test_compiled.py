# SPDX-License-Identifier: AGPL-3.0-or-later
"""A query compiled once gives what the same query gives when it is written anew, with other values too."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import Value

from innovato.compiled import Compiled, columns, row_of
from innovato.organisation.models import Department, Person
from tests import factories as make
from workflow.models import Campaign

pytestmark = pytest.mark.django_db


def _people(key: int, number: UUID, born: date, seen: datetime, name: str, seal: bytes):
    rows = Person.objects.filter(pk__gte=key, last_login__lte=seen, last_name=name).exclude(uuid=number)
    return rows.order_by("pk").values_list("uuid", "is_active", "last_login", Value(7), Value(born), Value(seal))


def test_it_gives_the_rows_that_django_gives_with_values_of_every_kind(django_assert_num_queries):
    compiled = Compiled(_people, key=int, number=UUID, born=date, seen=datetime, name=str, seal=bytes)
    people = [make.person(last_login=make.NOW) for _ in range(3)]
    place = {"seen": make.NOW, "name": "Ferrero", "seal": b"\x00\xff"}
    asked = [
        place | {"key": people[first].pk, "number": people[without].uuid, "born": date(2026, 1, 1 + first)}
        for first, without in ((0, 1), (1, 2), (2, 2), (0, 0))
    ]
    for values in asked:
        expected = list(_people(**values))
        with django_assert_num_queries(1):
            found = compiled.rows(**values)
        assert [(*row[:4], str(row[4]), bytes(row[5])) for row in found] == [
            (*row[:4], str(row[4]), bytes(row[5])) for row in expected
        ]
    assert [len(compiled.rows(**values)) for values in asked] == [2, 1, 0, 2]
    assert compiled.rows(**asked[0] | {"seen": make.NOW - timedelta(days=1)}) == []
    assert compiled.rows(**asked[0] | {"name": "Conti"}) == []


def test_a_row_is_as_if_django_had_read_it(django_assert_num_queries):
    office = make.department("Economato")
    call = make.campaign(office, title="Meno sprechi")
    compiled = Compiled(
        lambda key: Campaign.objects.filter(pk=key).values_list(*columns(Campaign), *columns(Department, "sponsor__")),
        key=int,
    )
    (values,) = compiled.rows(key=call.pk)
    found = row_of(Campaign, values[: len(columns(Campaign))])
    sponsor = row_of(Department, values[len(columns(Campaign)) :])
    with django_assert_num_queries(0):
        assert (found, sponsor) == (call, office) and not found._state.adding
    again = Campaign.objects.get(pk=call.pk)
    assert [getattr(found, name) for name in columns(Campaign)] == [getattr(again, name) for name in columns(Campaign)]


def test_it_is_written_once(monkeypatch):
    written = []

    def build(key: int):
        written.append(key)
        return Person.objects.filter(pk=key).values_list("pk")

    compiled, person = Compiled(build, key=int), make.person()
    assert compiled.rows(key=person.pk) == [(person.pk,)] and compiled.rows(key=0) == []
    assert len(written) == 1


def test_a_value_that_the_query_does_not_use_is_a_fault():
    compiled = Compiled(lambda key, number: Person.objects.filter(pk=key).values_list("pk"), key=int, number=UUID)
    with pytest.raises(ValueError, match="number"):
        compiled.rows(key=1, number=uuid4())
