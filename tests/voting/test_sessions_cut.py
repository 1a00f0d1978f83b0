# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sessions cut at random while people vote, change and withdraw: what was acknowledged counts once, nothing else twice."""

import random
import threading
import time
from collections import Counter

import pytest
from django.db import Error, connection
from django.utils import timezone

from tests.voting.at_once import PATIENCE, at_once
from tests.voting.factories import nonce, opened
from tests.voting.history import OK, REFUSED, UNKNOWN, Attempt, violations
from voting import errors, selectors
from voting.models import Publication
from voting.services import casting, closing

BLANK = "abstain"


def chosen(vote, numbers) -> frozenset[str]:
    return frozenset(vote.codes[number] for number in numbers) or frozenset({BLANK})


def history_of(vote, person, attempts) -> list[Attempt]:
    """A voter who tries again and again whatever happens to the connection; half of what broke is sent again as it was."""
    found, again = [], None
    for _ in range(attempts):
        numbers, once = again or (random.sample(range(3), random.randrange(3)), nonce())
        withdraws = again is None and random.random() < 0.2
        choices, again = None if withdraws else chosen(vote, numbers), None
        try:
            if withdraws:
                receipt = casting.withdraw(ballot_id=vote.pk, by=person)
            else:
                receipt = vote.cast(person, *numbers, client_nonce=once)
            found.append(Attempt(OK, choices, frozenset(receipt.codes.values())))
        except errors.VotingError:
            found.append(Attempt(REFUSED, choices))
        except Error:
            found.append(Attempt(UNKNOWN, choices))
            connection.close()
            again = (numbers, once) if not withdraws and random.random() < 0.5 else None
    return found


def cut_sessions(window_over, over):
    """End other sessions of this database one at a time, as an administrator or a failing network would.

    More slowly once nobody but the clock is left: a count that is never given half a second never ends.
    """
    cut = 0
    with connection.cursor() as cursor:
        while not over.is_set():
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            )
            cut += cursor.rowcount
            time.sleep(random.random() * (0.5 if window_over.is_set() else 0.02))
    return cut


def close_whatever_happens(vote):
    """The window ends, and the clock ticks until a close got through."""
    while True:
        try:
            if vote.fresh().closes_at > timezone.now():
                vote.end_window()
            if closing.close(ballot_id=vote.pk) or Publication.objects.filter(ballot_id=vote.pk).exists():
                return
        except Error:
            connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempts", [12, pytest.param(450, marks=pytest.mark.night)])
def test_with_sessions_cut_at_random_every_acknowledged_paper_is_counted_exactly_once(attempts):
    vote = opened(people=24, ideas=3, votes_per_person=2)
    over, left, window_over = threading.Event(), [24], threading.Event()
    connection.close()  # the only session that must live is the one that cuts

    def voter(person):
        try:
            return history_of(vote, person, attempts)
        finally:
            left[0] -= 1
            if not left[0]:
                window_over.set()

    def clock():
        try:
            window_over.wait()
            close_whatever_happens(vote)
        finally:
            over.set()

    voters = [lambda p=p: voter(p) for p in vote.people]
    *histories, _, cut = at_once(*voters, clock, lambda: cut_sessions(window_over, over), patience=PATIENCE + attempts)
    heard = Counter(attempt.outcome for history in histories for attempt in history)
    assert violations(histories, *published(vote)) == []
    assert min(cut, heard[OK], heard[UNKNOWN]) > 0
    print(f"\n{cut} sessions cut; {dict(heard)}")


def published(vote):
    """The lists and the number of papers. Raises where the quorum was missed: then there would be nothing to compare."""
    facts = selectors.published_facts(Publication.objects.get(ballot_id=vote.pk))
    assert facts["quorum"]
    lists = {option["code"]: Counter(option["codes"]) for option in facts["options"]}
    return lists | {BLANK: Counter(facts["abstain"])}, facts["papers"]


# That the checker has teeth ------------------------------------------------------------------------------------------

A1 = Attempt(OK, frozenset("A"), frozenset({"a1"}))
A2 = Attempt(OK, frozenset("A"), frozenset({"a2"}))
GONE = Attempt(OK, None)
MAYBE = Attempt(UNKNOWN, frozenset("A"))
NO = Attempt(REFUSED, frozenset("A"))


@pytest.mark.parametrize(
    ("history", "codes", "papers", "said"),
    [
        ([A1], ["a1"], 1, None),
        ([A1], [], 0, "is lost"),
        ([A1], ["a1", "a1"], 1, "2 times"),
        ([A1], ["a1", "x"], 2, "2 papers"),
        ([A1], ["x"], 1, "is lost"),
        ([A1, A2], ["a2"], 1, None),
        ([A1, A2], ["a1"], 1, "replaced"),
        ([A1, A2], ["a1", "a2"], 2, "replaced"),
        ([A1, GONE], [], 0, None),
        ([A1, GONE], ["a1"], 1, "withdrawn"),
        ([MAYBE], [], 0, None),
        ([MAYBE], ["x"], 1, None),
        ([MAYBE, MAYBE], ["x", "y"], 2, "2 papers"),
        ([A1, MAYBE], ["x"], 1, None),
        ([A1, MAYBE], [], 0, "0 papers"),
        ([A1, Attempt(UNKNOWN, None)], [], 0, None),
        ([NO], ["x"], 1, "1 papers"),
        ([A1, NO], ["a1"], 1, None),
        ([], ["x"], 1, "1 supports"),
    ],
)
def test_the_checker_names_what_is_lost_doubled_or_alive_again(history, codes, papers, said):
    found = violations([history], {"A": Counter(codes)}, papers)
    assert bool(found) == (said is not None)
    assert said is None or said in " ".join(found)
