# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.pipeline [EVENTS]`: what the pipeline's figures cost as a year of history grows.

Lets ideas go their road in 90 departments over two years, a hundredth of EVENTS moves (default 1,000,000), a tenth, and then
all of them, in the order of their days as a chain has them. For each it prints how long filling and counting took, then the
page as a browser gets it, for who follows the whole city and for who leads one office without any success: median and
extremes of fifteen, the part of it that does not depend on who else uses the machine, as a multiple of the first too, its
queries, and the rows that PostgreSQL read for it. Then what one more minute of a busy city (400 moves) costs to count.
"""

import hashlib
import os
import random
import statistics
import sys
import time
from datetime import timedelta

import django

RUNS, OFFICES, CHUNK, ONE_MINUTE = 15, 90, 5000, 400
PAGE = "/cruscotto/andamento/"


def main(events: int) -> int:
    """Fill, count and read, three times."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test import Client  # noqa: PLC0415 - as above
    from django.test.utils import setup_test_environment  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above

    from tests import factories as make  # noqa: PLC0415 - as above
    from workflow.models import PipelineMonth, PipelineStay  # noqa: PLC0415 - as above
    from workflow.services import rollup  # noqa: PLC0415 - as above

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    call_command("createcachetable", verbosity=0)
    now = timezone.now()
    root = make.department("Città")
    areas = [make.department(f"Area {n}", parent=root) for n in range(9)]
    offices = [make.department(f"Ufficio {n}", parent=areas[n % 9]) for n in range(OFFICES)]
    author, call = make.person(home=root), make.campaign(root, at=now)
    readers = []
    for place in (root, offices[0]):
        reader = make.person(home=place)
        make.grant(reader, "view_pipeline", place)
        client = Client(headers={"accept-language": "it"})
        client.force_login(reader)
        readers.append(client)
    dice, done, first = random.Random(1), 0, {}
    for wanted in (events // 100, events // 10, events):
        began = time.perf_counter()
        done += write(call, author, offices, dice, first=done, most=wanted - done, now=now)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("analyze")
        filling, began = time.perf_counter() - began, time.perf_counter()
        counted = 0
        while more := rollup.refresh(at=now):
            counted += more
        counting = time.perf_counter() - began
        print(
            f"{done:>9} events: filled in {filling:.0f} s, {counted} counted in {counting:.1f} s "
            f"({counted / counting:.0f} a second); kept: {PipelineMonth.objects.count()} rows of months, "
            f"{PipelineStay.objects.count()} of stays",
            flush=True,
        )
        for name, client in zip(("the city", "one office"), readers, strict=True):
            milliseconds, own, queries, rows = measured(client, connection)
            median, cost = statistics.median(milliseconds), statistics.median(own)
            first.setdefault(name, cost)
            print(
                f"{'':>9} page of {name}: {median:.0f} ms ({min(milliseconds):.0f} to {max(milliseconds):.0f}), of them "
                f"{cost:.0f} of the web process, {cost / first[name]:.2f} times; {queries} queries, {rows} rows read",
                flush=True,
            )
    write(call, author, offices, dice, first=done, most=ONE_MINUTE, now=now, hours=48)
    began = time.perf_counter()
    counted = rollup.refresh(at=now)
    print(f"{counted:>9} more: counted in {1000 * (time.perf_counter() - began):.0f} ms")
    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    return 0


def measured(client, connection) -> tuple[list[float], list[float], int, object]:
    """Milliseconds of each run of the page, and of the processor's time in this process, after one to warm up; its queries;
    and the rows that the database read for one."""
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - after django.setup

    client.get(PAGE)
    milliseconds, own = [], []
    for _run in range(RUNS):
        began, busy = time.perf_counter(), time.process_time()
        answer = client.get(PAGE)
        milliseconds.append(1000 * (time.perf_counter() - began))
        own.append(1000 * (time.process_time() - busy))
        assert answer.status_code == 200
    before = rows_read(connection)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    after = rows_read(connection)
    return milliseconds, own, len(queries), "unknown" if before is None else after - before


def rows_read(connection) -> int | None:
    """How many rows the database has read from the workflow's tables so far; None where it does not say."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("select pg_stat_force_next_flush()")
        cursor.execute("select 1")
        cursor.execute(
            "select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables where relname like 'workflow%'"
        )
        return int(cursor.fetchone()[0])


def write(call, author, offices, dice, *, first: int, most: int, now, hours: int = 17500) -> int:
    """Ideas of the last `hours` with what happened to them, at least `most` moves; returns how many. The chain is not hashed.

    Each goes some steps of the road and stops, or has not come farther yet. The first office never comes to a trial.
    """
    from tests.workflow.test_pipeline_page import ROAD  # noqa: PLC0415 - after django.setup
    from workflow.models import ChainHead, Idea, IdeaEvent, Pilot  # noqa: PLC0415 - as above

    moves, ideas = [], []
    while len(moves) < most:
        office, began = dice.choice(offices), now - timedelta(hours=dice.randrange(1, hours))
        steps = dice.choices(range(1, len(ROAD) + 1), (3, 3, 3, 3, 3, 2, 2, 4))[0]
        steps = min(steps, 5) if office is offices[0] else steps
        times = [began + timedelta(days=day + dice.randrange(0, 1 + day // 3)) for *_names, day, _due in ROAD[:steps]]
        times = [at for at in times if at <= now]
        moves += [(at, len(ideas), step) for step, at in enumerate(times)]
        ideas.append((office, times))
    keys, pilots = [], []
    for at in range(0, len(ideas), CHUNK):
        rows = Idea.objects.bulk_create(
            Idea(
                campaign=call, department=office, submitted_from=office, number=f"{first + at + n:09d}",
                submitted_at=times[0], created_at=times[0], saved_at=times[0], state_since=times[-1],
                state=ROAD[len(times) - 1][2], has_approval=True,
            )
            for n, (office, times) in enumerate(ideas[at : at + CHUNK])
        )  # fmt: skip
        keys += [(row.pk, row.department_id) for row in rows]
        for row, (office, times) in zip(rows, ideas[at : at + CHUNK], strict=True):
            if len(times) > 5:
                tried, over, sure = (times[n] if len(times) > n else None for n in (5, 6, 7))
                pilots.append(
                    Pilot(idea=row, department=office, owner=author, approved_at=tried, starts_on=tried.date(),
                          ends_on=tried.date() + timedelta(days=130), concluded_at=over, outcome="adopted" if over else "",
                          lessons_learned="Serve un referente." if over else "", verified_at=sure,
                          verified_benefit="Meno code." if sure else "")
                )  # fmt: skip
    Pilot.objects.bulk_create(pilots, batch_size=CHUNK)
    moves.sort()
    for start in range(0, len(moves), CHUNK):
        rows = []
        for number, (at, n, step) in enumerate(moves[start : start + CHUNK], first + start + 1):
            kind, before, after, _day, due = ROAD[step]
            due_on = (ideas[n][1][0] + timedelta(days=due)).date().isoformat() if due else None
            rows.append(
                IdeaEvent(number=number, idea_id=keys[n][0], kind=kind, from_state=before, to_state=after, by=author, at=at,
                          data={"stage": {"department": keys[n][1], "due_on": due_on}},
                          prev_hash="0" * 64, hash=hashlib.sha256(str(number).encode()).hexdigest())
            )  # fmt: skip
        IdeaEvent.objects.bulk_create(rows)
    ChainHead.objects.update_or_create(pk=1, defaults={"number": first + len(moves)})
    return len(moves)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
