# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.disclosure`: how long the tables of a quarter take to build and to audit; goal 5 s for 90 offices.

Prints seconds on the clock and of the processor, median and extremes of five runs: T1 of 90 offices merged, T1 with every office
on its own row, T1 and T3 together, and the same for a city of 7,000 in 140 departments.
"""

import os
import statistics
import sys
import time

import django

RUNS = 5


def measure(name: str, work) -> None:
    """Print how long `work` takes, five times over."""
    clock, processor = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - used)
    print(
        f"{name:<52} {statistics.median(clock):6.2f} s ({min(clock):.2f} to {max(clock):.2f}), "
        f"processor {statistics.median(processor):.2f} s"
    )


def main() -> int:
    """Build and audit the tables, and say how long it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from innovato.participation.catalogue import Measure  # noqa: PLC0415 - after django.setup
    from innovato.participation.disclosure import audit, protect, tables  # noqa: PLC0415 - after django.setup
    from tests.participation import municipality  # noqa: PLC0415 - after django.setup

    def build(raw, earlier=()):
        released = protect.protect(raw, earlier=earlier)
        audit.check(released, raw, earlier=earlier)
        return released

    def quarter(counts):
        first = build(tables.departments_table(counts, Measure.PROPOSED, k=10))
        build(tables.areas_table(counts, Measure.PROPOSED, k=10), [first])

    small, large = municipality.counts(1), municipality.counts(1, staff=7000, offices=110, rate=0.05)
    measure("T1, 90 offices merged", lambda: build(tables.departments_table(small, Measure.PROPOSED, k=10)))
    alone = municipality.without_merging(small, Measure.PROPOSED, k=10)
    measure(f"T1, 90 offices unmerged ({len(alone.rows)} rows)", lambda: build(alone))
    measure("T1 and T3, 90 offices merged", lambda: quarter(small))
    measure("T1 and T3, a city of 7,000 in 144 departments", lambda: quarter(large))
    return 0


if __name__ == "__main__":
    sys.exit(main())
