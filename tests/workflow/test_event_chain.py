# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain of events names any row that was changed, removed, inserted or moved; and cannot fork."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests import factories as make
from workflow import triggers
from workflow.models import ChainHead, IdeaEvent
from workflow.services import events

pytestmark = pytest.mark.django_db


def write(number: int) -> None:
    with transaction.atomic():
        for n in range(number):
            events.record(idea_id=None, kind="test", at=make.NOW, data={"n": n, "parola": "perché"})


@pytest.fixture
def tampering():
    """Let the test do what a thief with the database's password would do."""
    with connection.cursor() as cursor:
        triggers.allow_changes(cursor, connection.vendor)
    yield
    with connection.cursor() as cursor:
        triggers.forbid_changes(cursor, connection.vendor)


def verdict() -> str:
    out = StringIO()
    try:
        call_command("verify_events", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def test_an_untouched_chain_holds_and_an_empty_one_too():
    assert verdict() == "0 events, the chain holds\n"
    write(5)
    assert verdict() == "5 events, the chain holds\n"


@pytest.mark.parametrize(
    "column, value",
    [
        ("kind", "decline"),
        ("data", {"n": 99}),
        ("from_state", "draft"),
        ("to_state", "adopted"),
        ("at", make.NOW.replace(year=2025)),
    ],
)
def test_a_changed_row_is_named(tampering, column, value):
    write(5)
    IdeaEvent.objects.filter(number=3).update(**{column: value})
    assert verdict() == "3: changed\n1 faults in the chain of events"


def test_a_changed_row_with_a_fresh_hash_breaks_the_link_after_it(tampering):
    write(5)
    row = IdeaEvent.objects.get(number=3)
    row.kind = "decline"
    IdeaEvent.objects.filter(number=3).update(kind="decline", hash=row.computed_hash())
    assert verdict() == "4: does not follow the row before it\n1 faults in the chain of events"


def test_a_removed_row_is_named(tampering):
    write(5)
    IdeaEvent.objects.filter(number=2).delete()
    assert verdict() == "2: missing\n1 faults in the chain of events"


def test_removed_last_rows_are_named_because_the_head_remembers(tampering):
    write(5)
    IdeaEvent.objects.filter(number__gte=4).delete()
    assert verdict() == "4: missing\n5: missing\n2 faults in the chain of events"


def test_an_inserted_row_is_named():
    write(3)
    row = IdeaEvent(number=4, kind="forged", at=make.NOW, data={}, prev_hash=IdeaEvent.objects.get(number=3).hash)
    row.hash = row.computed_hash()
    row.save(force_insert=True)
    assert "4: is not where the chain ends" in verdict()


def test_two_rows_in_each_others_place_are_both_named(tampering):
    write(4)
    second, third = IdeaEvent.objects.get(number=2), IdeaEvent.objects.get(number=3)
    IdeaEvent.objects.filter(number=2).update(number=1002)
    IdeaEvent.objects.filter(number=3).update(number=2)
    IdeaEvent.objects.filter(number=1002).update(number=3)
    found = verdict()
    assert "2: changed" in found and "3: changed" in found
    assert second.hash != third.hash


def test_a_lost_head_is_noticed():
    write(2)
    ChainHead.objects.all().delete()
    assert "has no head" in verdict()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_writers_leave_no_gap_and_no_fork():
    def work(_):
        try:
            for _ in range(25):
                write(1)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert list(IdeaEvent.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 201))
    assert verdict() == "200 events, the chain holds\n"
