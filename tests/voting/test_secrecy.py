# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must never be found anywhere: choices, codes, handles, keys; and what the urn's table must never have."""

import re
import shutil
import sys
from io import StringIO
from random import Random

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from tests import factories
from tests.voting.factories import nonce, opened
from tests.voting.raw import boxes, dump, move_in_time, put_box
from voting import errors, selectors
from voting.models import Elector, UrnBox
from voting.reports import SealedReporterFilter
from voting.services import casting

pytestmark = pytest.mark.django_db
URN = "voting_urnbox"


@pytest.fixture
def vote():
    return opened(votes_per_person=3)


# The tables --------------------------------------------------------------------------------------------------------


def test_the_urn_has_a_ballot_a_handle_and_a_box_and_nothing_else(on_postgres):
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, URN)
        relations = connection.introspection.get_relations(cursor, URN)
        sequences = connection.introspection.get_sequences(cursor, URN) if on_postgres else []
        constraints = connection.introspection.get_constraints(cursor, URN)
    types = {column.name: connection.introspection.get_field_type(column.type_code, column) for column in columns}
    key = "UUIDField" if on_postgres else "CharField"
    assert types == {"ballot_id": key, "handle": "BinaryField", "box": "BinaryField"}
    assert {name: target[1] for name, target in relations.items()} == {"ballot_id": "voting_ballot"}
    assert sequences == []
    keys = [row["columns"] for row in constraints.values() if row["primary_key"] or row["index"]]
    assert {frozenset(columns) for columns in keys} == {frozenset({"ballot_id", "handle"})}
    assert {name for name in constraints if "length" in name} == {"urnbox_handle_length", "urnbox_box_length"}


@pytest.mark.parametrize(("handle", "box"), [(31, 512), (33, 512), (32, 511), (32, 513), (32, 0)])
def test_the_database_refuses_handles_and_boxes_of_another_length(vote, handle, box):
    with pytest.raises(IntegrityError), transaction.atomic():
        put_box(vote.pk, b"h" * handle, b"b" * box)


def test_two_papers_of_one_person_are_impossible_in_the_database(vote):
    vote.cast(vote.people[0], 0)
    (handle, box) = next(iter(boxes(vote.pk).items()))
    with pytest.raises(IntegrityError), transaction.atomic():
        UrnBox.boxes.bulk_create([UrnBox(ballot_id=vote.pk, handle=handle, box=box)])


def test_nothing_but_the_urn_changes_when_people_vote(vote):
    before = dump(without=[URN])
    vote.cast(vote.people[0], 0)
    vote.cast(vote.people[0], 1, 2)
    vote.cast(vote.people[1], 1)
    press = {"ballot_id": vote.pk, "option": vote.codes[1], "supported": True}
    casting.set_support(**press, by=vote.people[0], client_nonce=nonce())
    casting.withdraw(ballot_id=vote.pk, by=vote.people[1])
    with pytest.raises(errors.VotingError):
        vote.cast(vote.people[2], 0, 1, 2, 3)
    assert dump(without=[URN]) == before
    assert len(before) > 20


def test_who_may_vote_is_no_sign_of_who_did(vote):
    vote.cast(vote.people[0], 0)
    assert {name for row in Elector.objects.values() for name in row} == {"ballot_id", "person", "department_code"}


@pytest.mark.parametrize("options", [{}, {"use_base_manager": True}])
def test_a_data_dump_leaves_the_urn_out(vote, options):
    vote.cast(vote.people[0], 0)
    out = StringIO()
    call_command("dumpdata", "voting", stdout=out, **options)
    assert ("voting.ballot" in out.getvalue(), "voting.urnbox" in out.getvalue()) == (True, False)


def test_the_usual_managers_see_an_empty_urn(vote):
    vote.cast(vote.people[0], 0)
    assert (UrnBox.objects.count(), UrnBox._default_manager.count(), UrnBox._base_manager.count()) == (0, 0, 0)
    assert len(boxes(vote.pk)) == 1


def test_administration_shows_ballots_to_be_read_and_neither_urn_nor_electors_nor_publications(vote, client):
    registered = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "voting"}
    assert registered == {"ballot"}
    vote.cast(vote.people[0], 0)
    client.force_login(factories.person(is_staff=True, is_superuser=True))
    listing, page = "/amministrazione/voting/ballot/", f"/amministrazione/voting/ballot/{vote.pk}/change/"
    assert [client.get(path).status_code for path in (listing, page)] == [200, 200]
    before = dump()
    for path in (page, page.replace("change", "delete"), f"{listing}add/"):
        assert client.post(path, {"state": "sealed", "post": "yes"}).status_code == 403
    assert dump() == before


# Statements, reports -----------------------------------------------------------------------------------------


def statements(act) -> list[str]:
    """The SQL of an act with the sealed box cut out."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [re.sub(r"(?i)[0-9a-f]{400,}|b'.{400,}'", "BOX", query["sql"]) for query in captured]


def test_the_statements_sent_to_the_database_are_the_same_whatever_is_chosen(vote):
    voter = vote.people[0]
    vote.cast(voter, 3)
    papers = [(0,), (1,), (0, 1, 2), (2, 3), ()]
    seen = {
        tuple(re.sub(r"s\d+_x\d+", "SAVEPOINT", s) for s in statements(lambda p=p: vote.cast(voter, *p)))
        for p in papers
    }
    assert len(seen) == 1
    assert "BOX" in "".join(next(iter(seen)))
    assert not [code for code in vote.codes if code in "".join(next(iter(seen)))]


def report(vote, voter, filter_class) -> str:
    """The error report of a cast that fails unexpectedly half-way, as it would be mailed or logged."""
    request = RequestFactory().post("/", {"option": vote.codes[0]})
    request.exception_reporter_filter = filter_class()
    try:
        vote.cast(voter, 0, 1)
    except ZeroDivisionError:
        return ExceptionReporter(request, *sys.exc_info()).get_traceback_html()
    raise AssertionError("the cast should have failed")


def test_an_error_report_names_no_choice_no_paper_and_no_key(vote, monkeypatch):
    monkeypatch.setattr(casting, "_insert", lambda *args: 1 / 0)
    names = ("server_nonce", vote.codes[0])
    # What the tests' own helpers hold in their hands is theirs to tell.
    own = report(vote, vote.people[0], SealedReporterFilter)
    frames = [frame for frame in own.split('<code class="fname">') if "/voting/services/" in frame.split("</code>")[0]]
    assert len(frames) >= 3
    assert [name for name in names for frame in frames if name in frame] == []


def test_the_filter_is_what_keeps_the_report_silent(vote, monkeypatch):
    monkeypatch.setattr(casting, "_insert", lambda *args: 1 / 0)
    assert "server_nonce" in report(vote, vote.people[0], SafeExceptionReporterFilter)


def test_the_installation_uses_the_filter(settings):
    assert settings.DEFAULT_EXCEPTION_REPORTER_FILTER == "voting.reports.SealedReporterFilter"


# Non-interference --------------------------------------------------------------------------------------------------

PAPERS = [(0,)] * 5 + [(1,)] * 3 + [(0, 1)] * 2 + [(2,)] + [()]


def canonical(tables) -> dict[str, list[str]]:
    """A dump without what is random or a clock's: times, hashes, codes, keys of rows and the content of boxes."""

    def neutral(row):
        row = re.sub(r"datetime\.datetime\([^()]*(\([^()]*\))?[^()]*\)", "T", row)
        row = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "T", row)
        row = re.sub(r"\b[0-9a-f]{64}\b", "H", row)
        row = re.sub(r"\b[A-HJ-NP-Z2-9]{12}\b", "C", row)
        row = re.sub(r"b[\"'].{400,}[\"']", lambda found: f"B{len(found[0]) and 512}", row)
        return re.sub(r"^\[\d+, ", "[N, ", row)

    return {table: sorted(map(neutral, rows)) for table, rows in tables.items()}


def shuffles(people, count):
    for seed in range(count):
        order = list(people)
        Random(seed).shuffle(order)
        yield order


def test_while_open_a_dump_is_the_same_under_every_permutation_of_who_voted_what(vote):
    voters, seen = vote.people[: len(PAPERS)], set()
    for order in shuffles(voters, 24):
        for person, paper in zip(order, PAPERS, strict=True):
            vote.cast(person, *paper)
        seen.add(repr(canonical(dump())))
    assert len(seen) == 1


def test_once_sealed_a_dump_is_the_same_under_every_permutation_of_who_voted_what(vote, keystore, tmp_path):
    voters, seen = vote.people[: len(PAPERS)], set()
    shutil.copytree(keystore, tmp_path / "before")
    for order in shuffles(voters, 20):
        start = connection.savepoint()
        for person, paper in zip(order, PAPERS, strict=True):
            vote.cast(person, *paper)
        assert vote.end()
        assert vote.seal()
        seen.add(repr(canonical(dump())))
        connection.savepoint_rollback(start)
        shutil.rmtree(keystore)
        shutil.copytree(tmp_path / "before", keystore)
    assert len(seen) == 1


def test_the_comparison_of_dumps_sees_another_outcome(vote):
    for person, paper in zip(vote.people, PAPERS, strict=False):
        vote.cast(person, *paper)
    start = connection.savepoint()
    vote.end()
    one = canonical(dump())
    connection.savepoint_rollback(start)
    vote.cast(vote.people[0], 1)
    vote.end()
    assert canonical(dump()) != one


def test_an_open_ballot_tells_nobody_how_many_voted_even_when_its_window_is_over_but_not_counted(vote):
    for person in vote.people:
        vote.cast(person, 0)
    move_in_time(vote.pk, frozen_at=vote.ballot.opens_at)
    vote.end_window()
    assert selectors.find_publication(ballot=vote.fresh()) is None
