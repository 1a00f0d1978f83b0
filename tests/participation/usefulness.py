# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.participation.usefulness`: how much of a protected table can be read, for k = 5 and 10.

The figure is the share of staff who sit in a leaf whose count is shown. Measured on the invented municipality (800 people,
90 offices, 20 draws for each rate of participation), with merging and without; and, where the database that DATABASE_URL
names holds a city, on the raw counts of its last four quarters, protected in memory only, and on its released turnouts.
"""

import os
import random
import statistics
import sys
from dataclasses import replace
from itertools import product

import django
from django.utils import timezone

DRAWS = 20


def municipality_lines() -> None:
    """Print the share by k and rate, with merging, and what is left without."""
    from innovato.participation.catalogue import Measure  # noqa: PLC0415 - after django.setup
    from innovato.participation.disclosure import protect, tables  # noqa: PLC0415 - after django.setup
    from tests.participation import municipality  # noqa: PLC0415 - after django.setup

    print(f"municipality of 800 people in 90 offices, {DRAWS} draws: share of staff in a shown leaf, mean (min to max)")
    shapes = {"sectors › offices": False, "sectors › services › offices": True}
    for (shape, between), k in product(shapes.items(), (5, 10)):
        for rate in (0.2, 0.35, 0.5):
            shares, bare = [], []
            for seed in range(DRAWS):
                counts = municipality.counts(seed, rate=rate, services_between=between)
                raw = tables.departments_table(counts, Measure.PROPOSED, k=k)
                shares.append(municipality.share_in_a_shown_leaf(protect.protect(raw)))
                if seed < DRAWS // 5:
                    alone = municipality.without_merging(counts, Measure.PROPOSED, k=k)
                    bare.append(municipality.share_in_a_shown_leaf(protect.protect(alone)))
            spread = f"({min(shares):.0%} to {max(shares):.0%})"
            print(
                f"  {shape}, k {k:>2}, {rate:.0%} take part: {statistics.mean(shares):.0%} {spread}, "
                f"without merging {statistics.mean(bare):.0%}"
            )


def city_lines() -> None:
    """Print the share for the city in the database: quarters by measure, turnouts as released."""
    from innovato.participation import selectors  # noqa: PLC0415 - after django.setup
    from innovato.participation.catalogue import EVERY_MEASURE, PeriodKind, Table  # noqa: PLC0415 - after django.setup
    from innovato.participation.disclosure import protect, tables  # noqa: PLC0415 - after django.setup
    from tests.participation.municipality import share_in_a_shown_leaf  # noqa: PLC0415 - after django.setup
    from workflow.selectors.participation import counts_of, periods_over  # noqa: PLC0415 - after django.setup

    periods = periods_over(at=timezone.now())
    as_if_lines(counts_of([period for period in periods if period.kind == PeriodKind.QUARTER][-1]))
    periods = [period for period in periods if period.kind == PeriodKind.QUARTER][-4:]
    for period in periods:
        counts = counts_of(period)
        for measure in EVERY_MEASURE:
            found = []
            for k in (5, 10):
                raw = tables.departments_table(counts, measure, k=k)
                table = protect.protect(raw)
                found.append(
                    f"k {k}: {share_in_a_shown_leaf(table):.0%} of {sum(row.is_leaf for row in table.rows)} leaves"
                )
            took_part, staff = raw.rows[0].counts[0], raw.rows[0].staff[0]
            print(f"  {period.key} {measure}: {took_part} of {staff}; {', '.join(found)}")
    for row in selectors.releases_for(table=Table.TURNOUT):
        table = selectors.table(row)
        total = table.city.total
        share = share_in_a_shown_leaf(table)
        print(f"  turnout «{row.title}»: {total.count} of {total.staff}; k {table.k}: {share:.0%} in a shown leaf")


def as_if_lines(counts) -> None:
    """Print what the city's tree would show if more people took part: drawn by department, as in the municipality."""
    from innovato.participation.catalogue import Measure  # noqa: PLC0415 - after django.setup
    from innovato.participation.disclosure import protect, tables  # noqa: PLC0415 - after django.setup
    from tests.participation import municipality  # noqa: PLC0415 - after django.setup

    for k, rate in product((5, 10), (0.2, 0.35, 0.5)):
        shares = []
        for seed in range(3):
            dice = random.Random(seed)
            drawn = municipality.drawn(dice, counts.staff, counts.units, rate)
            raw = tables.departments_table(replace(counts, took_part={Measure.VOTED: drawn}), Measure.VOTED, k=k)
            shares.append(municipality.share_in_a_shown_leaf(protect.protect(raw)))
        print(f"  k {k:>2}, as if {rate:.0%} took part: {statistics.mean(shares):.0%}")


def main() -> int:
    """Everything there is to print."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovato.settings")
    django.setup()
    municipality_lines()
    if "--city" in sys.argv:
        print("the city in the database: share of staff in a shown leaf")
        city_lines()
    return 0


if __name__ == "__main__":
    sys.exit(main())
