# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.ballot_http [--runs 5] [--seconds 4] [--port 8190]`: papers a second over HTTP, against K2.

Both are served as `make run` serves the product (granian, two workers) from PostgreSQL, in turn: the ballot paper's form,
with session and CSRF, everybody for the first time on one ballot; and the bare signed-in POST that inserts one row, with
the same kind of session (K2). With 1, 8 and 32 clients. Prints requests a second, the ratio, milliseconds and the
processor's per request.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks.ballot_city import TABLE, Own, open_ballot, own_databases, prepare, three, verdict
from tests.benchmarks.http_load import Served, closed_loop, request, server

CLIENTS, PEOPLE, IDEAS, MOST = (1, 8, 32), 3000, 40, 5
MOVED = 302


def main() -> int:
    """Prepare, run in turns, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--seconds", type=float, default=4)
    asked.add_argument("--port", type=int, default=8190)
    given = asked.parse_args()
    with own_databases() as own:
        name = prepare(own)
        vote = open_ballot(people=PEOPLE, ideas=IDEAS, most=MOST)
        cookies = signed_in(vote.offices[0], PEOPLE + IDEAS)[IDEAS:]
        with own.connect(name) as database:
            database.execute(TABLE)
            database.execute("VACUUM ANALYZE")
        with server(own, name, given.port) as product, server(own, name, given.port + 1, bare=True) as bare:
            for clients in CLIENTS:
                found = {"K2": [], "paper": []}
                for _run in range(given.runs):
                    found["K2"].append(run(own, name, bare, clients, given.seconds, rows(cookies)))
                    found["paper"].append(run(own, name, product, clients, given.seconds, papers(vote, cookies)))
                report(clients, found)
    return 0


def signed_in(home, number: int) -> list[str]:
    """The cookies of that many people of one office, who have just signed in."""
    from django.conf import settings  # noqa: PLC0415 - Django's modules are read once it is set up
    from django.test import Client  # noqa: PLC0415 - as above

    from innovato.organisation.models import Person  # noqa: PLC0415 - as above

    found = []
    for person in Person.objects.filter(home_department=home).order_by("pk")[:number]:
        client = Client()
        client.force_login(person)
        found.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
    return found


def paper_address(vote) -> str:
    return f"/bandi/{vote.ballot.campaign.slug}/scheda/"


def paper(vote, cookie: str, *, last: int) -> bytes:
    """The form of a paper with two ideas, as the page sends it."""
    fields = [("act", "save"), ("ballot", str(vote.pk)), ("nonce", os.urandom(16).hex())]
    chosen = [vote.codes[last % IDEAS], vote.codes[(last + 1) % IDEAS]]
    return request("POST", paper_address(vote), cookie, [*fields, *(("choice", code) for code in chosen)])


def papers(vote, cookies: list[str]) -> Iterator[bytes]:
    """One paper each, made beforehand so that the client has little to do meanwhile; then everybody votes again."""
    made = [paper(vote, cookie, last=number) for number, cookie in enumerate(cookies)]
    while True:
        yield from made


def rows(cookies: list[str]) -> Iterator[bytes]:
    """As many bare rows, about as long as a sealed paper."""
    made = [request("POST", "/bare/", cookie, [("words", "x" * 512)]) for cookie in cookies]
    while True:
        yield from made


def run(own: Own, name: str, served: Served, clients: int, seconds: float, requests: Iterator[bytes]) -> dict:
    """One run with empty tables. Raises RuntimeError where an answer was not the one wanted, or a row is missing."""
    with own.connect(name) as database:
        database.execute("TRUNCATE voting_urnbox, benchmark_row")
        database.execute("CHECKPOINT")
    used = served.processor()
    asking: Callable[[], bytes] = lambda: next(requests)  # noqa: E731 - a name for what is handed on
    told = asyncio.run(closed_loop(served.port, clients, seconds, asking, MOVED))
    used = served.processor() - used
    with own.connect(name) as database:
        counts = "SELECT (SELECT count(*) FROM voting_urnbox), (SELECT count(*) FROM benchmark_row)"
        kept = max(database.execute(counts).fetchone())
    if told.wrong or kept < min(len(told.taken), PEOPLE):
        raise RuntimeError(f"{len(told.taken)} answered, {kept} kept, refused with {sorted(set(told.wrong))}")
    return {"rate": len(told.taken) / seconds, "told": told, "own": 1000 * used / len(told.taken)}


def report(clients: int, found: dict[str, list[dict]]) -> None:
    """The lines of one number of clients."""
    rates = {what: [one["rate"] for one in runs] for what, runs in found.items()}
    for what, runs in found.items():
        p50, p99 = (statistics.median(one["told"].at(part) for one in runs) for part in (0.5, 0.99))
        own = statistics.median(one["own"] for one in runs)
        note = verdict("K2", rates[what]) if what == "K2" else ""
        print(f"{clients:>3} clients, {what:<6} {three(rates[what], '.0f'):<20} requests/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
              f"{own:.2f} ms of the processor each{note}")  # fmt: skip
    ratios = [one / other for one, other in zip(rates["paper"], rates["K2"], strict=True)]
    print(f"{clients:>3} clients, paper : K2  {three(ratios)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
