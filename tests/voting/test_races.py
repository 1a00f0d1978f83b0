# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real transactions against each other, on both databases: papers against the close, many closers, two windows."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.voting.at_once import PATIENCE, at_once
from tests.voting.factories import nonce, opened, scheduled
from tests.voting.raw import boxes, move_in_time
from voting import errors, selectors
from voting.database import hold_with_others
from voting.keystore import key_store
from voting.models import Elector, Publication
from voting.services import calendar, casting, closing, opening, sealing
from voting.services.casting import Receipt
from voting.states import BallotState
from voting.urn import Urn
from workflow.models import IdeaEvent

pytestmark = [pytest.mark.usefixtures("real_connections"), pytest.mark.django_db(transaction=True)]


def own(vote, person):
    return selectors.own_paper(ballot=vote.fresh(), person=person)


def facts(vote):
    return selectors.published_facts(Publication.objects.get(ballot_id=vote.pk))


def listed(vote) -> Counter:
    return Counter(code for option in facts(vote)["options"] for code in option["codes"])


def close_when_due(vote):
    """Ask for the close again and again until somebody's close has happened."""
    while not closing.close(ballot_id=vote.pk) and not Publication.objects.filter(ballot_id=vote.pk).exists():
        time.sleep(0.001)


# The close ---------------------------------------------------------------------------------------------------------


def test_a_paper_acknowledged_while_the_close_runs_is_counted_and_no_other_is():
    """Thirty papers arrive round the very instant of the close, spread over its last moments."""
    vote = opened(people=50, ideas=2)
    for person in vote.people[30:]:
        vote.cast(person, 1)
    move_in_time(vote.pk, closes_at=timezone.now() + timedelta(seconds=1.2))
    end = time.monotonic() + 1.2

    def late_paper(person, number):
        time.sleep(max(0, end - time.monotonic() - 0.15 + number * 0.005))
        return vote.cast(person, 0)

    papers = [lambda p=p, n=n: late_paper(p, n) for n, p in enumerate(vote.people[:30])]
    results = at_once(*papers, lambda: close_when_due(vote), lambda: close_when_due(vote))[:30]
    counted = [result for result in results if isinstance(result, Receipt)]
    assert all(isinstance(result, Receipt | errors.Closed) for result in results)
    assert {code for receipt in counted for code in receipt.codes.values()} <= set(listed(vote))
    assert facts(vote)["papers"] == 20 + len(counted)


class Gate:
    """Holds whoever comes through, until it is opened."""

    def __init__(self, act):
        self.act, self.reached, self.opened = act, threading.Event(), threading.Event()

    def __call__(self, *args, **options):
        self.reached.set()
        assert self.opened.wait(PATIENCE)
        return self.act(*args, **options)


def finishes(event: threading.Event, within=0.3) -> bool:
    return event.wait(within)


def test_the_close_waits_for_a_paper_in_flight_and_counts_it(monkeypatch):
    """The paper has passed every check and is not written yet when the window ends and somebody closes."""
    vote = opened(people=20, ideas=1)
    for person in vote.people[:10]:
        vote.cast(person)
    gate, closed = Gate(casting._insert), threading.Event()
    monkeypatch.setattr(casting, "_insert", gate)

    def close():
        assert gate.reached.wait(PATIENCE)
        move_in_time(vote.pk, closes_at=timezone.now())
        done = closing.close(ballot_id=vote.pk)
        closed.set()
        return done

    def watch():
        assert gate.reached.wait(PATIENCE)
        waited = not finishes(closed)
        gate.opened.set()
        return waited

    receipt, done, waited = at_once(lambda: vote.cast(vote.people[15], 0), close, watch)
    assert (waited, done) == (True, True)
    assert set(receipt.codes.values()) == set(listed(vote))


def test_a_paper_that_comes_while_the_count_runs_waits_and_is_refused(monkeypatch):
    vote = opened(people=20, ideas=1)
    for person in vote.people[:10]:
        vote.cast(person)
    move_in_time(vote.pk, closes_at=timezone.now())
    gate, answered = Gate(closing.record), threading.Event()
    monkeypatch.setattr(closing, "record", gate)

    def late_paper():
        assert gate.reached.wait(PATIENCE)
        try:
            return vote.cast(vote.people[15], 0)
        finally:
            answered.set()

    def watch():
        assert gate.reached.wait(PATIENCE)
        waited = not finishes(answered)
        gate.opened.set()
        return waited

    answer, done, waited = at_once(late_paper, lambda: closing.close(ballot_id=vote.pk), watch)
    assert (type(answer), done, waited) == (errors.Closed, True, True)
    assert (facts(vote)["papers"], len(boxes(vote.pk))) == (10, 10)


@pytest.mark.postgres
def test_many_papers_are_in_the_ballot_at_once(monkeypatch):
    """The lock is shared: eight voters are between their checks and their commit at the same moment."""
    vote = opened(people=20, ideas=1)
    together, insert = threading.Barrier(8), casting._insert

    def meet(*args):
        together.wait(PATIENCE)
        return insert(*args)

    monkeypatch.setattr(casting, "_insert", meet)
    receipts = at_once(*[lambda p=p: vote.cast(p, 0) for p in vote.people[:8]])
    assert {type(receipt) for receipt in receipts} == {Receipt}


RACERS = 10


@pytest.mark.parametrize("closes", [50, pytest.param(1000, marks=pytest.mark.night)])
def test_five_hundred_papers_race_the_close_and_none_that_was_acknowledged_is_lost(closes):
    """Ten papers against every close. After each the lists hold exactly what every voter was last told."""
    vote = opened(people=31, ideas=1)
    told = {person.pk: vote.cast(person, 0).codes for person in vote.people}
    racers, outcomes, wrong = vote.people[:RACERS], Counter(), []
    start, done = threading.Barrier(RACERS + 1), threading.Barrier(RACERS + 1)
    heard = [None] * RACERS

    def race(place, person):
        try:
            for _ in range(closes):
                start.wait(PATIENCE)
                time.sleep(random.random() * 0.03)
                try:
                    heard[place] = vote.cast(person, 0)
                except errors.Closed as refusal:
                    heard[place] = refusal
                done.wait(PATIENCE)
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=pair) for pair in enumerate(racers)]
    [thread.start() for thread in threads]
    window = 20  # milliseconds that the ballot stays open; set so that half of the papers come in time on any machine
    for _ in range(closes):
        move_in_time(vote.pk, closes_at=timezone.now() + timedelta(milliseconds=window + random.randrange(-5, 6)))
        start.wait(PATIENCE)
        close_when_due(vote)
        done.wait(PATIENCE)
        outcomes.update(type(answer).__name__ for answer in heard)
        window = max(10, window + (2 if outcomes["Receipt"] < outcomes["Closed"] else -2))
        told |= {p.pk: answer.codes for p, answer in zip(racers, heard, strict=True) if isinstance(answer, Receipt)}
        expected = Counter(code for codes in told.values() for code in codes.values())
        wrong += [(expected - listed(vote), listed(vote) - expected)] if listed(vote) != expected else []
        reopen(vote)
    [thread.join(PATIENCE) for thread in threads]
    assert wrong == []
    assert outcomes.total() == closes * RACERS
    assert min(outcomes["Receipt"], outcomes["Closed"]) > closes, outcomes  # else nothing raced


def reopen(vote):
    """Put the ballot back as it was before it closed, as no service would."""
    Publication.objects.filter(ballot_id=vote.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workflow_idea SET state = 'voting' WHERE id = %s", [vote.ideas[0].pk])
    move_in_time(
        vote.pk,
        state=BallotState.OPEN,
        closed_at=None,
        objections_until=None,
        closes_at=timezone.now() + timedelta(hours=1),
    )


def test_eight_closers_at_once_publish_once():
    vote = opened(people=24, ideas=2)
    for person in vote.people[:12]:
        vote.cast(person, 0)
    vote.end_window()
    done = at_once(*[lambda: closing.close(ballot_id=vote.pk)] * 8)
    assert sorted(done) == [False] * 7 + [True]
    assert IdeaEvent.objects.filter(kind__in=["ballot_closed", "conclude_voting"]).count() == 1 + 2


def test_eight_sealers_and_eight_ticks_at_once_seal_once(keystore):
    vote = opened(people=24, ideas=2)
    vote.cast(vote.people[0], 0)
    vote.end()
    vote.end_objections()
    done = at_once(*[lambda: sealing.seal(ballot_id=vote.pk)] * 4, *[lambda: calendar.catch_up() == 1] * 4)
    assert sorted(done) == [False] * 7 + [True]
    assert (vote.fresh().state, boxes(vote.pk), Elector.objects.count()) == (BallotState.SEALED, {}, 0)
    assert list(keystore.glob("*.key")) == []


def test_eight_openers_at_once_open_once_with_one_key():
    vote = scheduled(people=20, ideas=2)
    done = at_once(*[lambda: opening.open_ballot(ballot_id=vote.pk)] * 8)
    assert sorted(done) == [False] * 7 + [True]
    assert vote.fresh().eligible == Elector.objects.count() == 22
    assert vote.ballot.open_urn()
    assert len(key_store().read(vote.pk)) == 32


@pytest.mark.postgres
def test_a_steady_stream_of_voters_does_not_keep_the_close_waiting():
    vote = opened(people=4, ideas=1)
    over = threading.Event()

    def stream():
        while not over.is_set():
            with transaction.atomic():
                hold_with_others(vote.pk)
                time.sleep(0.02)

    def close():
        time.sleep(0.2)
        started = time.monotonic()
        vote.end_window()
        closing.close(ballot_id=vote.pk)
        over.set()
        return time.monotonic() - started

    took = at_once(*[stream] * 8, close)[-1]
    assert took < 8  # starved it would wait until the papers stop, which they do only when it is done


# One person, two windows -------------------------------------------------------------------------------------------


def test_two_windows_that_support_different_ideas_lose_neither():
    vote = opened(people=12, ideas=2, votes_per_person=5)
    for person in vote.people:
        press = {"ballot_id": vote.pk, "by": person, "supported": True}
        at_once(
            lambda p=press: casting.set_support(**p, option=vote.codes[0], client_nonce=nonce()),
            lambda p=press: casting.set_support(**p, option=vote.codes[1], client_nonce=nonce()),
        )
        assert own(vote, person).choices == set(vote.codes)


def test_two_windows_that_change_one_paper_lose_neither_change(monkeypatch):
    """Each has read the paper before the other writes it, unless the paper's own lock lets one in after the other."""
    vote = opened(people=2, ideas=3, votes_per_person=5)
    voter, seal = vote.people[0], Urn.seal
    vote.cast(voter, 2)

    def slowly(*args):
        time.sleep(0.2)
        return seal(*args)

    monkeypatch.setattr(Urn, "seal", slowly)
    press = {"ballot_id": vote.pk, "by": voter, "supported": True}
    at_once(
        lambda: casting.set_support(**press, option=vote.codes[0], client_nonce=nonce()),
        lambda: casting.set_support(**press, option=vote.codes[1], client_nonce=nonce()),
    )
    assert own(vote, voter).choices == set(vote.codes)


def test_the_same_sending_from_two_connections_at_once_has_one_receipt():
    vote = opened(people=12, ideas=2)
    for person in vote.people:
        once = nonce()
        one, two = at_once(*[lambda p=person, n=once: vote.cast(p, 0, client_nonce=n)] * 2)
        assert one == two
        assert own(vote, person).codes == one.codes


def test_two_papers_at_once_end_as_one_of_the_two():
    vote = opened(people=12, ideas=2)
    for person in vote.people:
        receipts = at_once(lambda p=person: vote.cast(p, 0), lambda p=person: vote.cast(p, 1))
        assert own(vote, person).codes in [receipt.codes for receipt in receipts]
    assert len(boxes(vote.pk)) == 12
