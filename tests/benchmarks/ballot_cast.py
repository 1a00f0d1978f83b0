# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.ballot_cast [--runs 3] [--seconds 4] [--slow-flush]`: papers a second through the service.

Everybody votes for the first time on one ballot, with 1, 8 and 32 clients in two processes, as the web server has them.
Beside it, in turn: pgbench sending the very same SQL, taken from one cast as it happens (only the voter, the place and the
order of events differ), and the service with the same clients spread over eight ballots. `--slow-flush` delays every commit
by 2 ms, as a slow disk would. Prints papers a second, ratios, milliseconds (p50, p99) and our processor's per paper.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from random import Random
from urllib.parse import urlsplit

from tests.benchmarks.ballot_city import Own, open_ballot, own_databases, prepare, three, use_keys, verdict

CLIENTS, WORKERS, SPREAD = (1, 8, 32), 2, 8
CROWD, FEW, IDEAS, MOST = 24_000, 4_000, 40, 5
FIRST = 100_000_000_000  # twelve digits, so that a number can end the name of a voter
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


def main() -> int:
    """Prepare, run in turns, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--seconds", type=float, default=4)
    asked.add_argument("--slow-flush", action="store_true")
    asked.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.worker:
        return work()
    with own_databases() as own:
        name = prepare(own)
        ballots = [voted_on(number) for number in range(SPREAD)]
        script = own.folder / "cast.sql"
        script.write_text(as_script(captured(ballots[0])))
        settle(own, name, slow_flush=given.slow_flush)
        workers = [start(own, name) for _ in range(WORKERS)]
        try:
            for clients in CLIENTS:
                report(clients, turns(own, name, workers, ballots, script, clients, given))
        finally:
            for worker in workers:
                worker.stdin.close()
                worker.wait()
    return 0


def voted_on(number: int) -> str:
    """An open ballot whose voters have names that end in a running number; the first one has the crowd."""
    from django.db import connection  # noqa: PLC0415 - Django's modules are read once it is set up

    from innovato.organisation.models import Person  # noqa: PLC0415 - as above
    from voting.models import Elector  # noqa: PLC0415 - as above

    vote = open_ballot(people=FEW if number else CROWD, ideas=IDEAS, most=MOST)
    voters = Person.objects.filter(home_department=vote.offices[0]).order_by("pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS renamed (who bigint, old uuid, new uuid)")
        cursor.execute("TRUNCATE renamed")
        cursor.execute(
            "INSERT INTO renamed SELECT id, uuid, (%s || (%s + row_number() OVER (ORDER BY id) - 1))::uuid"
            " FROM organisation_person WHERE id = ANY(%s)",
            [prefix(number), FIRST, list(voters)],
        )
        cursor.execute("UPDATE organisation_person SET uuid = new FROM renamed WHERE id = who")
        cursor.execute(
            f"UPDATE {Elector._meta.db_table} SET person = new FROM renamed WHERE voting_elector.person = old"
        )
    return str(vote.pk)


def prefix(number: int) -> str:
    """How the names of the voters of one ballot begin."""
    return f"{number:08d}-0000-4000-8000-"


def captured(ballot: str) -> list[str]:
    """The statements of one cast, as they reach the server."""
    from uuid import UUID  # noqa: PLC0415 - only here

    from django.db import connection  # noqa: PLC0415 - Django's modules are read once it is set up

    from innovato.organisation.models import Person  # noqa: PLC0415 - as above
    from voting.models import Option, UrnBox  # noqa: PLC0415 - as above
    from voting.services import casting  # noqa: PLC0415 - as above

    voter = Person.objects.get(uuid=UUID(f"{prefix(0)}{FIRST + IDEAS}"))
    choices = list(Option.objects.filter(ballot=ballot).values_list("code", flat=True)[:2])
    found = []

    def note(execute, sql, params, many, context):
        found.append(context["cursor"].mogrify(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        casting.cast(ballot_id=UUID(ballot), by=voter, choices=choices, client_nonce=os.urandom(16))
    UrnBox.boxes.all().delete()
    return found


def as_script(statements: list[str]) -> str:
    """The same statements for pgbench: another voter, and another place in the urn, each time."""
    text = ";\n".join(statements)
    text = text.replace(f"{prefix(0)}{FIRST + IDEAS}", f"{prefix(0)}:voter")
    place = "decode(md5('a:voter') || md5('b:voter'), 'hex')"
    text, places = re.subn(r"'\\x[0-9a-f]{64}'(::bytea)?", place.replace("\\", r"\\"), text)
    if places < 2 or ":voter'" not in text:
        raise RuntimeError("the captured statements are not what this benchmark knows")
    head = f"\\set turn (:turn + 1) % :each\n\\set voter {FIRST} + :client_id * :each + :turn\n"
    return f"{head}BEGIN;\n{text};\nEND;\n"


def settle(own: Own, name: str, *, slow_flush: bool) -> None:
    """Statistics for the planner, and the delay of a slow disk where it is asked for."""
    with own.connect(name) as server:
        server.execute("VACUUM ANALYZE")
        if slow_flush:
            server.execute(f'ALTER DATABASE "{name}" SET commit_delay = 2000')
            server.execute(f'ALTER DATABASE "{name}" SET commit_siblings = 0')


def start(own: Own, name: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.benchmarks.ballot_cast", "--worker"]
    return subprocess.Popen(
        command, env=own.environment(name), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def turns(own: Own, name: str, workers, ballots: list[str], script, clients: int, given) -> dict[str, list[dict]]:
    """The three ways in turn, each with an empty urn."""
    found: dict[str, list[dict]] = {"pgbench": [], "one ballot": [], "eight ballots": []}
    for _run in range(given.runs):
        for what, runs in found.items():
            with own.connect(name) as server:
                server.execute("TRUNCATE voting_urnbox")
                server.execute("CHECKPOINT")
            if what == "pgbench":
                runs.append(by_pgbench(own, name, script, clients, given.seconds))
            else:
                chosen = ballots[:1] if what == "one ballot" else ballots
                runs.append(by_service(workers, chosen, clients, given.seconds))
    return found


def by_pgbench(own: Own, name: str, script, clients: int, seconds: float) -> dict:
    """Papers a second as pgbench counts them, and its own milliseconds."""
    url = urlsplit(own.server)
    command = ["pgbench", "-n", "-M", "simple", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds)))]
    command += ["-D", "turn=0", "-D", f"each={CROWD // clients}", "-f", str(script), "-l", "--log-prefix", "papers"]
    command += ["-h", url.hostname or "/var/run/postgresql", "-p", str(url.port or 5432)]
    command += ["-U", url.username] if url.username else []
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    said = subprocess.run(
        [*command, name], cwd=own.folder, env=environment, capture_output=True, text=True, check=True
    ).stdout
    taken = []
    for log in own.folder.glob("papers.*"):
        taken += [int(line.split()[2]) / 1000 for line in log.read_text().splitlines()]
        log.unlink()
    return {"rate": float(TPS.search(said)[1]), "taken": taken, "own": 0.0}


def by_service(workers, ballots: list[str], clients: int, seconds: float) -> dict:
    """Papers a second from all workers together."""
    shares = [clients // WORKERS + (number < clients % WORKERS) for number in range(WORKERS)]
    busy = [pair for pair in zip(workers, shares, strict=True) if pair[1]]
    before = 0
    for worker, share in busy:
        order = {"ballots": ballots, "clients": share, "first": before, "all": clients, "seconds": seconds}
        worker.stdin.write(json.dumps(order) + "\n")
        before += share
    for worker, _share in busy:
        worker.stdout.readline()  # ready
    for worker, _share in busy:
        worker.stdin.write("go\n")
    answers = [json.loads(worker.stdout.readline()) for worker, _share in busy]
    taken = [one for answer in answers for one in answer["taken"]]
    rate = sum(len(answer["taken"]) / answer["seconds"] for answer in answers)
    return {"rate": rate, "taken": taken, "own": 1000 * sum(answer["own"] for answer in answers) / len(taken)}


def report(clients: int, found: dict[str, list[dict]]) -> None:
    """The lines of one number of clients."""
    rates = {what: [run["rate"] for run in runs] for what, runs in found.items()}
    for what, runs in found.items():
        taken = sorted(one for run in runs for one in run["taken"])
        p50, p99 = (taken[min(len(taken) - 1, round(len(taken) * part))] for part in (0.5, 0.99))
        own = statistics.median(run["own"] for run in runs)
        note = verdict("pgbench", rates[what]) if what == "pgbench" else ""
        more = f", {own:.2f} ms of our processor a paper" if own else ""
        print(f"{clients:>3} clients, {what:<13} {three(rates[what], '.0f'):<22} papers/s, p50 {p50:.1f} ms, "
              f"p99 {p99:.1f} ms{more}{note}")  # fmt: skip
    pairs = {
        "service : pgbench": zip(rates["one ballot"], rates["pgbench"], strict=True),
        "one ballot : eight": zip(rates["one ballot"], rates["eight ballots"], strict=True),
    }
    for words, both in pairs.items():
        print(f"{clients:>3} clients, {words:<20} {three([one / other for one, other in both])}", flush=True)


# In the worker -----------------------------------------------------------------------------------------------------


def work() -> int:
    """Take orders, one a line, until there are no more."""
    use_keys()
    from innovato.organisation.models import Person  # noqa: PLC0415 - Django's modules are read once it is set up
    from voting.models import Option  # noqa: PLC0415 - as above

    while line := sys.stdin.readline():
        order = json.loads(line)
        tasks = []
        for number in range(order["first"], order["first"] + order["clients"]):
            place = number % len(order["ballots"])
            ballot, crowd = order["ballots"][place], FEW if place else CROWD
            sharing = len(range(place, order["all"], len(order["ballots"])))
            each = crowd // sharing
            start_at = FIRST + number // len(order["ballots"]) * each
            names = (f"{prefix(place)}{start_at}", f"{prefix(place)}{start_at + each - 1}")
            people = list(Person.objects.filter(uuid__range=names).only("pk", "uuid", "is_active").order_by("uuid"))
            codes = list(Option.objects.filter(ballot=ballot).values_list("code", flat=True))
            tasks.append((ballot, people[IDEAS:] if number == 0 or place else people, codes))
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps(cast_all(tasks, order["seconds"])), flush=True)
    return 0


def cast_all(tasks: list[tuple], seconds: float) -> dict:
    """Every client casts in a thread of its own until the time is over; milliseconds of each paper."""
    taken: list[list[float]] = [[] for _ in tasks]
    used, begun = time.process_time(), time.monotonic()
    threads = [
        threading.Thread(target=cast_until, args=(*task, begun + seconds, taken[number]))
        for number, task in enumerate(tasks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - begun
    return {"taken": [one for each in taken for one in each], "seconds": spent, "own": time.process_time() - used}


def cast_until(ballot: str, people: list, codes: list[str], end: float, taken: list[float]) -> None:
    """One client: a paper for one voter after the other."""
    from uuid import UUID  # noqa: PLC0415 - only here

    from django.db import connection  # noqa: PLC0415 - Django's modules are read once it is set up

    from voting.services import casting  # noqa: PLC0415 - as above

    dice, ballot_id = Random(ballot), UUID(ballot)
    try:
        for person in people:
            begun = time.monotonic()
            if begun >= end:
                return
            choices = dice.sample(codes, 2)
            casting.cast(ballot_id=ballot_id, by=person, choices=choices, client_nonce=os.urandom(16))
            taken.append(1000 * (time.monotonic() - begun))
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
