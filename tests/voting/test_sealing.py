# SPDX-License-Identifier: AGPL-3.0-or-later
"""The seal: key, urn and electors go, in this order, and a crash at any step is finished by the next try."""

import pytest

from tests.voting.factories import opened
from tests.voting.raw import boxes
from voting import selectors
from voting.keystore import KeyDestroyed, key_store
from voting.models import Elector, Publication
from voting.selectors import Held
from voting.services import calendar, sealing
from voting.states import BallotState
from workflow.models import IdeaEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed():
    vote = opened()
    for person in vote.people[:12]:
        vote.cast(person, 0)
    vote.end()
    return vote


def is_gone(vote, keystore):
    ballot = vote.fresh()
    return (
        ballot.key_destroyed_at is not None
        and boxes(vote.pk) == {}
        and not Elector.objects.filter(ballot=ballot).exists()
        and not list(keystore.glob("*.key"))
    )


def test_a_sealed_ballot_has_no_key_no_urn_and_no_electors_and_keeps_its_publication(closed, keystore):
    body = Publication.objects.get().body
    assert closed.seal()
    assert closed.fresh().state == BallotState.SEALED
    assert is_gone(closed, keystore)
    assert Publication.objects.get().body == body
    with pytest.raises(KeyDestroyed):
        key_store().read(closed.pk)


def test_while_objections_run_nothing_is_sealed_and_everybody_still_reads_the_own_paper(closed):
    assert not sealing.seal(ballot_id=closed.pk)
    assert not calendar.advance(ballot_id=closed.pk)
    paper = selectors.own_paper(ballot=closed.fresh(), person=closed.people[0])
    assert (closed.ballot.state, paper.held, list(paper.choices)) == (BallotState.CLOSED, Held.YES, [closed.codes[0]])


def test_after_the_seal_nobody_reads_a_paper_not_even_the_own_one(closed):
    closed.seal()
    papers = [selectors.own_paper(ballot=closed.fresh(), person=person) for person in closed.people]
    assert {(paper.held, len(paper.codes)) for paper in papers} == {(Held.GONE, 0)}


def test_the_clock_seals_when_the_objections_are_over(closed, keystore):
    closed.end_objections()
    assert calendar.catch_up() == 1
    assert calendar.catch_up() == 0
    assert is_gone(closed, keystore)


@pytest.mark.parametrize(
    "step", ["the state is committed", "the key is overwritten", "the key is gone", "half the rows"]
)
def test_a_crash_at_any_step_is_finished_by_the_next_try(closed, keystore, monkeypatch, step):
    closed.end_objections()
    with monkeypatch.context() as crash:
        if step == "the state is committed":
            crash.setattr(sealing, "key_store", lambda: 1 / 0)
        elif step == "the key is overwritten":
            crash.setattr("pathlib.Path.unlink", lambda *args, **options: 1 / 0)
        elif step == "the key is gone":
            crash.setattr(sealing, "_finish", lambda ballot_id: 1 / 0)
        else:
            crash.setattr(sealing, "record", lambda *args, **options: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sealing.seal(ballot_id=closed.pk)
    assert closed.fresh().state == BallotState.SEALING
    assert calendar.catch_up() == 1
    assert closed.fresh().state == BallotState.SEALED
    assert is_gone(closed, keystore)


def test_between_the_steps_nothing_can_be_read_or_annulled_any_more(closed, monkeypatch):
    closed.end_objections()
    monkeypatch.setattr(sealing, "key_store", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sealing.seal(ballot_id=closed.pk)
    assert selectors.own_paper(ballot=closed.fresh(), person=closed.people[0]).held == Held.GONE


def test_sealing_again_changes_nothing(closed):
    closed.seal()
    assert not sealing.seal(ballot_id=closed.pk)
    assert IdeaEvent.objects.filter(kind="ballot_key_destroyed").count() == 1


@pytest.mark.parametrize("ends", [False, True])
def test_an_open_ballot_is_never_sealed(ends):
    vote = opened()
    if ends:
        vote.end_window()
    assert not sealing.seal(ballot_id=vote.pk)
    assert vote.fresh().state == BallotState.OPEN
    assert key_store().read(vote.pk)
