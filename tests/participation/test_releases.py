# SPDX-License-Identifier: AGPL-3.0-or-later
"""A released table reads back as it was released, can't be released again, and can't be changed in the database."""

import uuid
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from innovato.participation import catalogue, selectors
from innovato.participation.catalogue import Measure, Period, PeriodKind, RowKind, Table
from innovato.participation.models import Release
from tests.participation import factories as make

pytestmark = pytest.mark.django_db


def test_a_table_reads_back_cell_for_cell():
    table = selectors.table(make.release())
    assert [(row.code, row.depth, row.is_leaf, row.total.staff, row.total.count) for row in table.rows] == [
        ("citta", 0, False, 400, 130),
        ("cultura", 1, False, 220, 70),
        ("biblioteche", 2, True, 120, 41),
        ("musei", 2, True, 60, None),
        ("cultura/altri", 2, True, 40, None),
        ("strade", 1, True, 180, 60),
    ]
    others = table.row("cultura/altri")
    assert (others.kind, others.label, others.merged) == (
        RowKind.OTHERS,
        "Altri uffici di Cultura",
        ("Archivi", "Teatri"),
    )
    assert table.row("archivi") is None
    assert [row.code for row in table.first_level] == ["cultura", "strade"]
    assert table.hidden == 2


def test_a_rate_stands_only_beside_a_shown_count_in_whole_percent():
    table = selectors.table(make.release())
    assert [row.total.rate for row in table.rows] == [33, 32, 34, None, None, 33]


def test_a_table_is_released_once_a_period_and_once_a_ballot():
    ballot = Period(PeriodKind.BALLOT, date(2026, 9, 1), date(2026, 9, 15), uuid.uuid4(), "Sportelli")
    for terms in ({}, {"table": Table.TURNOUT, "measure": Measure.VOTED, "period": ballot}):
        make.release(**terms)
        with pytest.raises(IntegrityError), transaction.atomic():
            make.release(**terms)


@pytest.mark.parametrize(
    "terms",
    [
        {"measure": Measure.VOTED},
        {"table": Table.AREAS, "measure": Measure.COMMENTED},
        {"table": Table.CITY},
        {"k": 4},
    ],
)
def test_what_is_not_in_the_catalogue_cannot_be_released(terms):
    with pytest.raises(IntegrityError), transaction.atomic():
        make.release(**terms)


@pytest.mark.parametrize("statement", ["UPDATE participation_release SET k = 11", "DELETE FROM participation_release"])
def test_the_database_refuses_to_change_a_release(statement):
    make.release()
    refused = pytest.raises(DatabaseError, match="releases are never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Release.objects.get().k == 10


def test_each_release_names_the_hash_of_the_one_before():
    first, second = make.release(), make.release(measure=Measure.COMMENTED)
    assert (first.number, second.number, second.previous) == (1, 2, first.sha256)
    assert selectors.table(second).sha256 == second.sha256


def test_releases_and_periods_come_latest_first_and_know_the_one_before():
    now, before = make.QUARTER, catalogue.before(make.QUARTER)
    old, new = make.release(period=before), make.release(period=now)
    make.release(measure=Measure.COMMENTED, period=now)
    assert list(selectors.releases_for(table=Table.DEPARTMENTS, measure=Measure.PROPOSED)) == [new, old]
    assert selectors.released_periods() == [now, before]
    assert selectors.release_before(new) == old and selectors.release_before(old) is None
    assert selectors.find_release(table=Table.DEPARTMENTS, measure=Measure.PROPOSED, first_day=before.first_day) == old
    assert [period.key for period in (now, before, catalogue.year_of(now.first_day))] == ["2026-q3", "2026-q2", "2026"]
