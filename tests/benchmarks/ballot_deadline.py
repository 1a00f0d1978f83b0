# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.ballot_deadline [--rate 23.3] [--seconds 60] [--port 8194]`: a city votes at the last moment.

7,000 people in the last five minutes are 23.3 a second. Everybody begins when their time has come, whatever the others'
answers take (open loop), over at most 200 connections to the server as `make run` starts it, on PostgreSQL. First they only
hand the paper in; then each opens it, hands it in and reads the receipt; `--burst` adds 100 papers a second for 20 s. Prints
p50 and p99 of each step, beside the same rate of bare signed-in rows (K2) in the same run, and how many acknowledged papers
are in the urn: all of them.
"""

import argparse
import asyncio
import sys

from tests.benchmarks.ballot_city import TABLE, Own, open_ballot, own_databases, prepare
from tests.benchmarks.ballot_http import IDEAS, MOST, MOVED, paper, paper_address, rows, signed_in
from tests.benchmarks.http_load import Served, open_loop, request, server

LINES, SEEN = 200, 200
BURST = {"rate": 100.0, "seconds": 20.0, "pages": False}


def main() -> int:
    """Prepare, let them come, print; 1 where a paper got lost or an answer was a fault."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rate", type=float, default=7000 / 300)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--burst", action="store_true")
    asked.add_argument("--port", type=int, default=8194)
    given = asked.parse_args()
    waves = [{"rate": given.rate, "seconds": given.seconds, "pages": pages} for pages in (False, True)]
    waves += [BURST] if given.burst else []
    people = max(round(wave["rate"] * wave["seconds"]) for wave in waves)
    with own_databases() as own:
        name = prepare(own)
        vote = open_ballot(people=people, ideas=IDEAS, most=MOST)
        cookies = signed_in(vote.offices[0], people + IDEAS)[IDEAS:]
        with own.connect(name) as database:
            database.execute(TABLE)
            database.execute("VACUUM ANALYZE")
        with server(own, name, given.port) as product, server(own, name, given.port + 1, bare=True) as bare:
            return max(wave_of(own, name, vote, cookies, product, bare, **wave) for wave in waves)


def wave_of(
    own: Own, name: str, vote, cookies: list[str], product: Served, bare: Served, *, rate, seconds, pages
) -> int:
    """One wave: the bare rows first, then the papers."""
    own_turn = cookies[: round(rate * seconds)]
    with own.connect(name) as database:
        database.execute("TRUNCATE voting_urnbox, benchmark_row")
    made = rows(own_turn)
    calibrating = [[("K2", next(made), MOVED)] for _ in own_turn[: round(rate * min(seconds, 20))]]
    told = asyncio.run(open_loop(bare.port, calibrating, rate, LINES))
    used = product.processor()
    told |= asyncio.run(open_loop(product.port, journeys(vote, own_turn, pages=pages), rate, LINES))
    used = product.processor() - used
    with own.connect(name) as database:
        kept = database.execute("SELECT count(*) FROM voting_urnbox").fetchone()[0]
    acknowledged, faults = len(told["vote"].taken), sum(len(each.wrong) for each in told.values())
    print(f"{rate:.1f} voters a second for {seconds:.0f} s, {used / seconds:.0%} of a processor in the web server:")
    for what, each in told.items():
        ratio = "" if what == "K2" else f"   p50 {each.at(0.5) / told['K2'].at(0.5):.1f} times K2's"
        print(f"    {what:<8} {len(each.taken):>6} answered, p50 {each.at(0.5):>7.1f} ms, p99 {each.at(0.99):>7.1f} ms, "
              f"{len(each.wrong)} otherwise {sorted(set(each.wrong)) or ''}{ratio}")  # fmt: skip
    print(f"    {acknowledged} papers acknowledged, {kept} in the urn", flush=True)
    return 1 if faults or kept != acknowledged else 0


def journeys(vote, cookies: list[str], *, pages: bool) -> list[list[tuple]]:
    """Each voter's steps: the paper alone, or between the page before it and the page with the receipt."""
    address = paper_address(vote)
    found = []
    for number, cookie in enumerate(cookies):
        page, vote_now = request("GET", address, cookie), ("vote", paper(vote, cookie, last=number), MOVED)
        found.append([("open", page, SEEN), vote_now, ("receipt", page, SEEN)] if pages else [vote_now])
    return found


if __name__ == "__main__":
    sys.exit(main())
