# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy of the database brought back after the ballot was sealed opens nothing: not a box, not a window, not the ballot."""

import shutil

import pytest
from django.db import connection

from tests.voting.factories import opened
from tests.voting.raw import boxes, dump
from voting import errors, selectors
from voting.models import Elector, Publication
from voting.selectors import Held
from voting.services import calendar, casting, closing, sealing
from voting.states import BallotState, FrozenBy
from voting.urn import BrokenBox, Urn

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    vote = opened()
    for person in vote.people[:12]:
        vote.cast(person, 0)
    return vote


class Backup:
    """The whole database as it stood: what a copy brings back, while the folder of keys stays as it is."""

    def __init__(self):
        self.point, self.rows = connection.savepoint(), dump()

    def restore(self):
        """The database again as it was, row for row."""
        connection.savepoint_rollback(self.point)
        assert dump() == self.rows


def left_in(folder) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def opens(vote, keys) -> int:
    """How many boxes of the urn open with any of these keys."""
    found = 0
    for key in [key for key in keys if len(key) == 32]:
        for handle, box in boxes(vote.pk).items():
            try:
                Urn(key, vote.pk, vote.ballot.max_choices).open(handle, box)
                found += 1
            except BrokenBox:
                continue
    return found


def sealed_and_restored(vote, keystore, *, closed: bool) -> None:
    """The ballot runs to its seal, after a copy of the database was made while it was open, or closed."""
    if closed:
        vote.end()
    backup = Backup()
    assert (
        opens(vote, left_in(keystore)) == 12
    )  # as long as the key is there a copy opens: the promise begins at the seal
    if not closed:
        vote.end()
    assert vote.seal()
    backup.restore()


@pytest.mark.parametrize("closed", [False, True])
def test_no_box_of_a_copy_opens_with_what_is_left_after_the_seal(vote, keystore, closed):
    sealed_and_restored(vote, keystore, closed=closed)
    assert len(boxes(vote.pk)) == 12
    assert opens(vote, [*left_in(keystore), bytes(vote.fresh().key_commitment), bytes(32)]) == 0
    papers = [selectors.own_paper(ballot=vote.ballot, person=person) for person in vote.people]
    assert {(paper.held, len(paper.codes)) for paper in papers} == {(Held.UNREADABLE, 0)}


def test_a_ballot_that_comes_back_open_takes_no_paper_and_is_annulled(vote, keystore):
    sealed_and_restored(vote, keystore, closed=False)
    before = boxes(vote.pk)
    for act in (
        lambda: vote.cast(vote.people[0], 1),
        lambda: vote.cast(vote.people[20], 1),
        lambda: casting.withdraw(ballot_id=vote.pk, by=vote.people[0]),
    ):
        with pytest.raises(errors.Frozen):
            act()
    vote.end_window()
    assert not closing.close(ballot_id=vote.pk)
    assert (boxes(vote.pk), Publication.objects.count()) == (before, 0)
    calendar.catch_up()
    assert vote.fresh().state == BallotState.ANNULLED
    assert (boxes(vote.pk), Elector.objects.count(), Publication.objects.count()) == ({}, 0, 0)


def test_a_ballot_that_comes_back_closed_is_sealed_again_with_its_publication(vote, keystore):
    sealed_and_restored(vote, keystore, closed=True)
    body = Publication.objects.get().body
    vote.end_objections()
    assert sealing.seal(ballot_id=vote.pk)
    assert (vote.fresh().state, Publication.objects.get().body) == (BallotState.SEALED, body)
    assert (boxes(vote.pk), Elector.objects.count()) == ({}, 0)


@pytest.mark.parametrize("closed", [False, True])
def test_on_another_machine_without_the_folder_of_keys_nothing_opens_either(vote, keystore, closed):
    if closed:
        vote.end()
    shutil.rmtree(keystore)
    papers = [selectors.own_paper(ballot=vote.fresh(), person=person) for person in vote.people]
    assert {paper.held for paper in papers} == {Held.UNREADABLE}
    if not closed:
        calendar.catch_up()
        assert vote.fresh().frozen_by == FrozenBy.KEY_MISSING
        with pytest.raises(errors.Frozen):
            vote.cast(vote.people[0], 1)
    assert len(boxes(vote.pk)) == 12
