# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.ballot_close [--papers 10000] [--runs 5]`: close and publication of a full ballot, on PostgreSQL.

Every run closes a fresh copy of one prepared database in a process of its own, and prints seconds on the clock and of the
processor (ours and the server's) and the peak of memory. Beside it, in turn, the floor: the same boxes read and opened, their
codes sorted, hashed and written as JSON, and as many bare notices inserted by one statement, with nothing of the product
around. Goals: 10,000 papers in 5 s, 100,000 in 60 s, below 300 MB.
"""

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.ballot_city import BATCH, Own, open_ballot, own_databases, prepare, three, use_keys, verdict

IDEAS, MOST = 40, 5
CALM = 1.0  # seconds between runs, for what the server still writes


def main() -> int:
    """Prepare, close, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--papers", type=int, default=10_000)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--profile", action="store_true", help="one close under the profiler instead")
    asked.add_argument("--child", nargs=2, metavar=("WHAT", "BALLOT"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.child:
        return child(*given.child)
    with own_databases() as own:
        prepared, ballot = fill(own, given.papers)
        if given.profile:
            print(in_child(own, prepared, "profile", ballot))
            return 0
        found = {"floor": [], "close": []}
        for _run in range(given.runs):
            for what, runs in found.items():
                time.sleep(CALM)
                runs.append(json.loads(in_child(own, prepared, what, ballot)))
        report(given.papers, found)
    return 0


def fill(own: Own, papers: int) -> tuple[str, str]:
    """An open ballot in which everybody has voted, its window over; the database's name and the ballot's."""
    name = prepare(own)
    from django.db import connection  # noqa: PLC0415 - Django's modules are read once it is set up

    from voting.models import Elector, UrnBox  # noqa: PLC0415 - as above
    from voting.urn import Paper  # noqa: PLC0415 - as above

    vote = open_ballot(people=papers - IDEAS, ideas=IDEAS, most=MOST)  # the authors vote too
    dice, urn = random.Random(1), vote.ballot.open_urn()
    known = [dice.paretovariate(1.2) for _ in vote.codes]
    electors = list(Elector.objects.filter(ballot=vote.pk).values_list("person", flat=True))
    for first in range(0, len(electors), BATCH):
        rows = []
        for person in electors[first : first + BATCH]:
            paper = Paper.fresh(set(dice.choices(vote.codes, known, k=dice.randint(0, MOST))), os.urandom(16))
            handle = urn.handle(person)
            rows.append(UrnBox(ballot_id=vote.pk, handle=handle, box=urn.seal(handle, paper)))
        UrnBox.boxes.bulk_create(rows)
    vote.end_window()
    connection.close()
    with own.connect(name) as server:
        server.execute("VACUUM ANALYZE")
    print(f"{len(electors)} papers, {IDEAS} ideas, at most {MOST} on a paper", flush=True)
    return name, str(vote.pk)


def in_child(own: Own, prepared: str, what: str, ballot: str) -> str:
    """What a fresh process says that worked on a fresh copy. Raises CalledProcessError."""
    copy = own.create(prepared)
    try:
        command = [sys.executable, "-m", "tests.benchmarks.ballot_close", "--child", what, ballot]
        return subprocess.run(
            command, env=own.environment(copy), stdout=subprocess.PIPE, text=True, check=True
        ).stdout.strip()
    finally:
        own.drop(copy)


def report(papers: int, found: dict[str, list[dict]]) -> None:
    """The table: minimum, median and maximum of each figure, and the ratio of each pair."""
    words = {
        "wall": "s on the clock",
        "own": "s of our processor",
        "server": "s of the server's",
        "peak": "MB at the peak",
    }
    for what, runs in found.items():
        for key, unit in words.items():
            values = [run[key] for run in runs]
            note = verdict("the floor", values) if (what, key) == ("floor", "wall") else ""
            print(f"{papers:>7} papers, {what:<5}  {three(values, '.0f' if key == 'peak' else '.2f'):<24} {unit}{note}")
    ratios = [close["wall"] / floor["wall"] for close, floor in zip(found["close"], found["floor"], strict=True)]
    print(f"{papers:>7} papers, close : floor  {three(ratios)}")
    print(
        f"{'':>7} {found['close'][0]['before']} MB before the close began; {found['close'][0]['bytes']} bytes published"
    )


# In the child ------------------------------------------------------------------------------------------------------


def child(what: str, ballot: str) -> int:
    """Do one thing on the copy and say as JSON what it took."""
    use_keys()
    from uuid import UUID  # noqa: PLC0415 - only here

    from django.db import connection  # noqa: PLC0415 - Django's modules are read once it is set up

    from voting.models import Publication  # noqa: PLC0415 - as above
    from voting.services import closing  # noqa: PLC0415 - as above

    connection.ensure_connection()
    if what == "profile":
        return profiled(lambda: closing.close(ballot_id=UUID(ballot)))
    gc.collect()
    before, own, server, begun = peak(), processor(), server_seconds(connection), time.monotonic()
    if what == "close":
        if not closing.close(ballot_id=UUID(ballot)):
            raise RuntimeError("the ballot did not close")
    else:
        floor(UUID(ballot))
    figures = {
        "wall": time.monotonic() - begun, "own": processor() - own, "server": server_seconds(connection) - server,
        "peak": peak(), "before": before,
    }  # fmt: skip
    published = Publication.objects.filter(pk=ballot).values_list("body", flat=True).first()
    print(json.dumps(figures | {"bytes": len(published or "")}))
    return 0


def floor(ballot_id) -> None:
    """The least that a close can do: every box opened, the lists sorted and hashed, the electors' notices inserted."""
    import hashlib  # noqa: PLC0415 - only here

    from django.db import connection, transaction  # noqa: PLC0415 - as above

    from voting.models import Ballot  # noqa: PLC0415 - as above

    ballot = Ballot.objects.get(pk=ballot_id)
    urn, lists = ballot.open_urn(), {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT handle, box FROM voting_urnbox WHERE ballot_id = %s", [ballot_id])
        while rows := cursor.fetchmany(BATCH):
            for handle, box in rows:
                for option, code in urn.open(bytes(handle), bytes(box)).codes(ballot_id).items():
                    lists.setdefault(option, []).append(code)
        body = json.dumps({option: sorted(codes) for option, codes in lists.items()}, sort_keys=True)
        hashlib.sha256(body.encode()).hexdigest()
        cursor.execute(
            "INSERT INTO notifications_notice (recipient_id, kind, context, key, created_at, deliver_after, email_state,"
            " email_attempts, email_next_at, last_error) SELECT id, 'publication_anchor', '{}', 'floor:' || id, now(), now(),"
            " 'pending', 0, now(), '' FROM organisation_person"
        )


def profiled(work) -> int:
    """The dearest calls of one close."""
    import cProfile  # noqa: PLC0415 - only here
    import pstats  # noqa: PLC0415 - only here

    profile = cProfile.Profile()
    profile.runcall(work)
    pstats.Stats(profile, stream=sys.stdout).sort_stats("cumulative").print_stats(60)
    return 0


def peak() -> int:
    """The most memory this process ever held, in MB: since its own start, which `getrusage` does not know of a child."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def processor() -> float:
    return time.process_time()


def server_seconds(connection) -> float:
    """What the server's process for this connection has used of a processor; 0 where it is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    used = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
