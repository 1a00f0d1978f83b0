# SPDX-License-Identifier: AGPL-3.0-or-later
"""The API asked at random: no fault of ours, nothing without signing in, nothing of what one may not see, no untrue word.

The long form asks at least 20,000 times and prints its table: `python -m tests.fuzz`.
"""

import os

import pytest

from tests.fuzz import asking, people
from tests.in_process import on_one_connection

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
LEAST = 20_000


@pytest.fixture
def here():
    with on_one_connection():
        yield people.build()


def assert_nothing_found(tally: asking.Tally) -> None:
    assert not tally.findings, "\n".join(f"{kind}: {text}" for kind, texts in tally.findings.items() for text in texts)


def test_a_few_questions_to_every_operation_find_nothing(here):
    tally = asking.walk(here, positive=1, negative=1, seed=1, few=True)
    asking.follow_links(here, tally, runs=1, steps=4, seed=1)
    assert tally.total > 400 and tally.statuses[200] > tally.total / 20
    assert_nothing_found(tally)


@pytest.mark.night
def test_twenty_thousand_questions_find_nothing(here):
    number = int(os.environ.get("FUZZ_EXAMPLES", "20"))
    seed = int(os.environ.get("FUZZ_SEED", "7"))
    tally = asking.walk(here, positive=number, negative=number, seed=seed)
    asking.follow_links(here, tally, runs=number, steps=20, seed=seed)
    print("\n" + "\n".join(tally.lines()))
    for kind, texts in tally.findings.items():
        print(*(f"{kind}: {text}" for text in texts), sep="\n")
    assert_nothing_found(tally)
    assert tally.total >= LEAST or "FUZZ_EXAMPLES" in os.environ
