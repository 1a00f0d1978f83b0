# SPDX-License-Identifier: AGPL-3.0-or-later
"""What only somebody with the database in hand can do: look into the urn's rows, change a ballot behind the services."""

from django.db import connection

from voting.models import Ballot, UrnBox


def move_in_time(ballot_id, **times):
    """Put a ballot's dates elsewhere, as no service would."""
    Ballot.objects.filter(pk=ballot_id).update(**times)


def boxes(ballot_id) -> dict[bytes, bytes]:
    """Every row of the urn: handle → box."""
    rows = UrnBox.boxes.filter(ballot_id=ballot_id).values_list("handle", "box")
    return {bytes(handle): bytes(box) for handle, box in rows}


def put_box(ballot_id, handle: bytes, box: bytes):
    """Write a row of the urn, or over one."""
    if not UrnBox.boxes.filter(ballot_id=ballot_id, handle=handle).update(box=box):
        UrnBox.boxes.bulk_create([UrnBox(ballot_id=ballot_id, handle=handle, box=box)])


def dump(*, without=()) -> dict[str, list[str]]:
    """Every row of every table but `without`, each as text and sorted: all that a copy of the database tells."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - set(without))
        found = {}
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(repr([plain(value) for value in row]) for row in cursor.fetchall())
    return found


def plain(value):
    """A column's value in a form that compares: bytes instead of views of memory."""
    return bytes(value) if isinstance(value, memoryview) else value
