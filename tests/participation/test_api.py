# SPDX-License-Identifier: AGPL-3.0-or-later
"""Released tables through the API: byte for byte as they are kept, for who reads participation figures and nobody else."""

import hashlib

import pytest

from innovato.participation.catalogue import Measure, Table
from tests import factories as make
from tests.participation.factories import release
from tests.workflow.api_support import assert_problem, every_page, get
from tests.workflow.factories_judging import holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def root():
    return make.department("Città")


@pytest.fixture
def reader(root):
    return holder("Irma", "Risorse", "view_participation", root)


def test_a_released_table_is_read_as_it_is_kept(reader):
    kept = release()
    row = every_page(reader, "participation/")[0]
    assert (row["number"], row["table"], row["measure"], row["k"]) == (kept.number, "T1", "proposed", 10)
    answer = get(reader, f"participation/{kept.number}/")
    assert answer.content.decode() == kept.body and answer.headers["ETag"] == f'"{row["sha256"]}"'
    assert hashlib.sha256(answer.content).hexdigest() == row["sha256"]


def test_releases_are_found_by_table_and_measure(reader):
    for table, measure in (
        (Table.DEPARTMENTS, Measure.PROPOSED),
        (Table.DEPARTMENTS, Measure.COMMENTED),
        (Table.AREAS, Measure.PROPOSED),
    ):
        release(table=table, measure=measure)
    assert [row["table"] for row in every_page(reader, "participation/?table=T3")] == ["T3"]
    assert len(every_page(reader, "participation/?measure=proposed")) == 2
    for wrong in ("table=T9", "measure=nessuna", "department=x", "first_day=2026-01-01"):
        assert_problem(get(reader, f"participation/?{wrong}"), 400, "bad_query")


def test_nobody_else_reads_them(root, reader):
    kept = release()
    office = make.department("Economato", parent=root)
    others = [
        make.person(home=office),
        make.person(home=root, is_superuser=True, is_staff=True),
        holder("Ida", "Parte", "view_participation", office),
        holder("Silvia", "Ghione", "decide_ideas", root),
    ]
    for person in others:
        assert_problem(get(person, "participation/"), 403, "not_allowed")
        assert_problem(get(person, f"participation/{kept.number}/"), 403, "not_allowed")
    assert_problem(get(reader, "participation/999/"), 404)
    assert_problem(get(reader, f"participation/{2**70}/"), 404)
