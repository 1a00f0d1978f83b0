# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.search [IDEAS]`: what the search box costs as the city's history grows.

Writes a hundredth of IDEAS (default 300,000) and then all of them, and prints for each a common, a middling and a rare word:
how long the first page of the list takes to find, median and extremes of eleven, and its queries. `DATABASE_URL` says where.
"""

import os
import random
import statistics
import sys
import time

import django

RUNS, AT_ONCE, PAGE = 11, 5000, 21
# Words, and in how many of a thousand ideas each stands.
WORDS = {"comune": 900, "sportello": 50, "cimitero": 1}
FILLERS = [f"{first}{last}" for first in "bcdfglmnprst" for last in ("aleta", "orino", "ugame", "enzile")]


def main(ideas: int) -> int:
    """Write and search, twice."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection  # noqa: PLC0415 - after django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    from tests import factories as make  # noqa: PLC0415 - as above
    from workflow import search  # noqa: PLC0415 - as above
    from workflow.selectors.ideas import published  # noqa: PLC0415 - as above

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    office = make.department("Città")
    call, dice, done = make.campaign(office), random.Random(1), 0
    print(f"{connection.vendor}, one page of {PAGE} ideas")
    for wanted in (ideas // 100, ideas):
        while done < wanted:
            done += write(call, office, dice, first=done, most=min(AT_ONCE, wanted - done))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        for word, part in WORDS.items():
            seconds = []
            for _run in range(RUNS):
                began = time.perf_counter()
                with CaptureQueriesContext(connection) as queries:
                    found = list(search.matching(published(), word)[:PAGE])
                seconds.append(1000 * (time.perf_counter() - began))
            print(
                f"{done:>9} ideas, a word of {part:>3} in 1,000: {statistics.median(seconds):6.1f} ms "
                f"({min(seconds):.1f} to {max(seconds):.1f}), {len(queries)} queries, {len(found)} ideas"
            )
    return 0


def write(call, office, dice, *, first: int, most: int) -> int:
    """So many admitted ideas with their stems; returns how many."""
    from tests import factories as make  # noqa: PLC0415 - after django.setup
    from workflow.models import Idea  # noqa: PLC0415 - as above
    from workflow.models.search import IdeaStems  # noqa: PLC0415 - as above
    from workflow.search.stems import stems_of  # noqa: PLC0415 - as above

    ideas = [
        Idea(campaign=call, department=office, submitted_from=office, number=f"{first + n:09d}", submitted_at=make.NOW,
             created_at=make.NOW, saved_at=make.NOW, state_since=make.NOW, published_at=make.NOW, state="admitted")
        for n in range(most)
    ]  # fmt: skip
    stems = []
    for idea in Idea.objects.bulk_create(ideas, batch_size=500):
        title = " ".join(dice.sample(FILLERS, 6))
        asked = [stem for word, part in WORDS.items() if dice.randrange(1000) < part for stem in stems_of(word)]
        body = " ".join([*asked, *dice.sample(FILLERS, 20)])
        stems.append(IdeaStems(idea=idea, title=title, body=body, counted=True))
    IdeaStems.objects.bulk_create(stems, batch_size=500)
    return most


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000))
