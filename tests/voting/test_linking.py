# SPDX-License-Identifier: AGPL-3.0-or-later
"""With the access log and every copy of the database one does not find out who voted what; with plainer tables one would."""

import hashlib
import hmac
import os
import random
from collections import Counter

import pytest
from django.db import connection

from tests.voting.factories import opened
from tests.voting.linker import ORDERS, Chance, chance, right, rows_in
from tests.voting.raw import boxes
from voting import selectors
from voting.keystore import key_store
from voting.models import Publication
from voting.urn import BrokenBox, Urn

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
VOTERS = 60
LIMIT = 3  # standard deviations
WEIGHTS = [5, 3, 2]
URN = "voting_urnbox"
# The two plain designs that the specification tried: a row nobody's name is on, and a pseudonym whose key is destroyed.
PLAIN = {
    "detached row": "CREATE TABLE plain_detached (id uuid DEFAULT gen_random_uuid(), choice int)",
    "pseudonym": "CREATE TABLE plain_pseudonym (handle bytea PRIMARY KEY, choice int)",
}


class Plain:
    """The plain tables, written beside the urn with every vote."""

    def __enter__(self):
        self.key = os.urandom(32)
        with connection.cursor() as cursor:
            for statement in PLAIN.values():
                cursor.execute(statement)
        return self

    def vote(self, person, choice):
        handle = hmac.new(self.key, person.uuid.bytes, hashlib.sha256).digest()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO plain_detached (choice) VALUES (%s)", [choice])
            cursor.execute("INSERT INTO plain_pseudonym VALUES (%s, %s)", [handle, choice])

    def guesses(self) -> dict[str, list[int]]:
        return {name: rows_in(f"plain_{name.split()[0]}", "by transaction", "choice") for name in PLAIN}

    def __exit__(self, *_failure):
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE plain_detached, plain_pseudonym")


def one_run(keystore) -> tuple[dict[str, tuple[int, Chance]], dict[str, int]]:
    """Sixty people vote and the ballot is sealed: what each way of linking got right, and what the plain tables give away."""
    vote = opened(people=VOTERS, ideas=3)
    log = random.sample(vote.people, VOTERS)  # who, in which order: the web server's log
    truth = [random.choices(range(3), weights=WEIGHTS)[0] for _ in log]
    with Plain() as plain:
        for person, choice in zip(log, truth, strict=True):
            vote.cast(person, choice)
            plain.vote(person, choice)
        given_away = {name: right(guess, truth) for name, guess in plain.guesses().items()}
    orders = {order: rows_in(URN, order, "handle") for order in ORDERS}
    stolen = boxes(vote.pk)
    assert vote.end()
    assert vote.seal()
    assert opened_after_the_seal(vote, stolen, keystore) == 0
    published = codes_of(vote)
    as_listed = [published[code] for code in published]
    linked = {f"urn {order}": [as_listed[place] for place in ranks(handles)] for order, handles in orders.items()}
    linked |= {"lists as published": as_listed, "all codes in order": [published[code] for code in sorted(published)]}
    return {way: (right(guess, truth), chance(guess, truth)) for way, guess in linked.items()}, given_away


def ranks(handles) -> list[int]:
    """For every row in the attacker's order, which it is among all rows by its handle: codes are published sorted too."""
    place = {handle: number for number, handle in enumerate(sorted(handles))}
    return [place[handle] for handle in handles]


def codes_of(vote) -> dict[str, int]:
    """Published code → number of its idea, in the order of the publication."""
    facts = selectors.published_facts(Publication.objects.get(ballot_id=vote.pk))
    return {code: vote.codes.index(option["code"]) for option in facts["options"] for code in option["codes"]}


def opened_after_the_seal(vote, stolen, keystore) -> int:
    """How many boxes of a dump taken while people voted open with anything that is left where the keys were."""
    left = [path.read_bytes() for path in keystore.iterdir()]
    found = 0
    for key in [*left, bytes(32), bytes(vote.fresh().key_commitment)]:
        if len(key) != 32:
            continue
        for handle, box in stolen.items():
            try:
                Urn(key, vote.pk, vote.ballot.max_choices).open(handle, box)
                found += 1
            except BrokenBox:
                pass
    return found


def campaign_of_runs(runs, keystore) -> tuple[dict[str, float], Counter]:
    """So many runs: by way of linking the distance from guessing in standard deviations, and what was given away."""
    hits, expected, given_away = Counter(), {}, Counter()
    for _ in range(runs):
        ways, plain = one_run(keystore)
        given_away.update(plain)
        for way, (found, guess) in ways.items():
            hits[way] += found
            expected[way] = expected.get(way, Chance(0, 0)) + guess
    return {way: expected[way].sigmas(hits[way]) for way in expected}, given_away


@pytest.mark.parametrize("runs", [8, pytest.param(50, marks=pytest.mark.night)])
def test_a_linker_guesses_at_sealed_ballots_and_reads_plain_tables(runs, keystore):
    far, given_away = campaign_of_runs(runs, keystore)
    print(f"\nfrom guessing, in sigma: { {way: round(by, 2) for way, by in far.items()} }; plain: {dict(given_away)}")
    assert set(given_away.values()) == {runs * VOTERS}
    suspects = {way for way, by in far.items() if abs(by) >= LIMIT}
    if suspects:  # blind guessing goes as far once in 370 times: what is no accident happens again
        again, _ = campaign_of_runs(runs, keystore)
        suspects = {way for way in suspects if abs(again[way]) >= LIMIT}
    assert suspects == set()


def test_a_linker_who_has_the_key_reads_the_urn_in_the_same_way(keystore):
    """The control that what protects the papers is the key, not an attack done badly."""
    vote = opened(people=VOTERS, ideas=3)
    log = random.sample(vote.people, VOTERS)
    truth = [random.choices(range(3), weights=WEIGHTS)[0] for _ in log]
    for person, choice in zip(log, truth, strict=True):
        vote.cast(person, choice)
    urn, rows = Urn(key_store().read(vote.pk), vote.pk, vote.ballot.max_choices), boxes(vote.pk)
    handles = rows_in(URN, "by transaction", "handle")
    guess = [vote.codes.index(urn.open(handle, rows[handle]).choices[0]) for handle in handles]
    assert right(guess, truth) == VOTERS
    assert chance(guess, truth).sigmas(VOTERS) > LIMIT
