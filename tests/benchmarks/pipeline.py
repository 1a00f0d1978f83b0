# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.pipeline [EVENTS]`: what the pipeline's figures cost as a year of history grows.

Builds two years' worth of moves in 90 departments, a hundredth of EVENTS (default 1,000,000), a tenth, and then all of them,
and prints for each how long counting took, how long the report of the whole city takes, median and extremes of five, its
queries, and the time as a multiple of the first. Then what one more day of a busy city (400 moves) costs to count.
"""

import hashlib
import os
import random
import statistics
import sys
import time
from datetime import timedelta

import django

RUNS, OFFICES, AT_ONCE, ONE_DAY = 5, 90, 5000, 400


def main(events: int) -> int:
    """Build, count and read, twice."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above
    from django.utils import translation  # noqa: PLC0415 - as above

    from innovato.organisation.access import DepartmentAccess  # noqa: PLC0415 - as above
    from tests import factories as make  # noqa: PLC0415 - as above
    from workflow.models import PipelineMonth, PipelineStay  # noqa: PLC0415 - as above
    from workflow.pipeline import report  # noqa: PLC0415 - as above
    from workflow.services import rollup  # noqa: PLC0415 - as above

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    call_command("createcachetable", verbosity=0)
    translation.activate("it")
    root = make.department("Città")
    areas = [make.department(f"Area {n}", parent=root) for n in range(9)]
    offices = [make.department(f"Ufficio {n}", parent=areas[n % 9]) for n in range(OFFICES)]
    watcher, author, call = make.person(home=root), make.person(home=root), make.campaign(root)
    make.grant(watcher, "view_pipeline", root)
    dice = random.Random(1)
    done = 0
    first = None
    for wanted in (events // 100, events // 10, events):
        while done < wanted:
            done += write(call, author, offices, dice, first=done)
        began = time.perf_counter()
        while counted := rollup.refresh(at=make.NOW):
            print(f"    {counted} events counted", file=sys.stderr)
        counting = time.perf_counter() - began
        access, seconds = DepartmentAccess.of(watcher), []
        for _run in range(RUNS):
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                report.build(access, None, at=make.NOW)
            seconds.append(1000 * (time.perf_counter() - began))
        median = statistics.median(seconds)
        first = first or median
        print(
            f"{done:>9} events: counting {counting:6.1f} s; report {median:6.1f} ms "
            f"({min(seconds):.1f} to {max(seconds):.1f}), {median / first:.1f} times, {len(queries)} queries, "
            f"from {PipelineMonth.objects.count()} rows of months and {PipelineStay.objects.count()} of stays",
            flush=True,
        )
    write(call, author, offices, dice, first=done, most=ONE_DAY)
    began = time.perf_counter()
    counted = rollup.refresh(at=make.NOW)
    print(f"{counted:>9} more: counted in {1000 * (time.perf_counter() - began):.0f} ms")
    return 0


def write(call, author, offices, dice, *, first: int, most: int = AT_ONCE) -> int:
    """Some hundreds of ideas with seven moves each, over two years; returns how many events. The chain is not hashed."""
    from tests import factories as make  # noqa: PLC0415 - after django.setup
    from tests.workflow.test_pipeline_page import ROAD  # noqa: PLC0415 - as above
    from workflow.models import ChainHead, Idea, IdeaEvent  # noqa: PLC0415 - as above

    number, rows, ideas = first, [], []
    for _n in range(most // len(ROAD)):
        office, began = dice.choice(offices), make.NOW - timedelta(hours=dice.randrange(8000, 16000))
        number_of_idea = f"{len(ideas) + first:09d}"
        ideas.append(
            Idea(campaign=call, department=office, submitted_from=office, number=number_of_idea, submitted_at=began,
                 created_at=began, saved_at=began, state_since=began, state="verified", has_approval=True)
        )  # fmt: skip
    ideas = Idea.objects.bulk_create(ideas, batch_size=500)
    for idea in ideas:
        for kind, before, after, day, due in ROAD:
            number += 1
            at = idea.submitted_at + timedelta(days=day + dice.randrange(0, 1 + day // 3))
            due_on = (idea.submitted_at + timedelta(days=due)).date().isoformat() if due else None
            rows.append(
                IdeaEvent(number=number, idea=idea, kind=kind, from_state=before, to_state=after, by=author, at=at,
                          data={"stage": {"department": idea.department_id, "due_on": due_on}},
                          prev_hash="0" * 64, hash=hashlib.sha256(str(number).encode()).hexdigest())
            )  # fmt: skip
    IdeaEvent.objects.bulk_create(rows, batch_size=500)
    ChainHead.objects.update_or_create(pk=1, defaults={"number": number})
    return len(rows)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
