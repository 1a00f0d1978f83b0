# SPDX-License-Identifier: AGPL-3.0-or-later
"""The guarantor: annuls with a reason, has the ballot repeated; trouble with the key freezes it and calls for help."""

from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories
from tests.voting.factories import opened, scheduled
from tests.voting.raw import boxes, move_in_time, put_box
from voting import errors, selectors
from voting.keystore import key_store
from voting.models import Ballot, Elector, Publication
from voting.selectors import Held
from voting.services import calendar, casting, closing, guarding
from voting.states import BallotState, FrozenBy
from workflow.models import Idea, IdeaEvent

pytestmark = pytest.mark.django_db
REASON = "Una segnalazione fondata: l’elenco delle idee era incompleto."


@pytest.fixture
def vote():
    vote = opened()
    for person in vote.people[:12]:
        vote.cast(person, 0)
    return vote


@pytest.fixture
def guarantor(vote):
    return guarantor_of(vote)


def guarantor_of(vote):
    person = factories.person("Gaia", "Garante")
    factories.grant(person, "guard_ballots", vote.root)
    return person


def administrator_of(vote):
    person = factories.person("Aldo", "Tecnico")
    factories.grant(person, "manage_department", vote.root)
    return person


def annul(vote, by, reason=REASON):
    return guarding.annul(ballot_id=vote.pk, reason=reason, by=by, at=timezone.now())


def states(vote):
    return {Idea.objects.get(pk=idea.pk).state for idea in vote.ideas}


# Annulment ---------------------------------------------------------------------------------------------------------


def test_an_annulled_ballot_keeps_its_reason_and_loses_key_urn_and_electors(vote, guarantor, keystore):
    ballot = annul(vote, guarantor)
    assert (ballot.state, ballot.annul_reason, ballot.annulled_by_id) == (BallotState.ANNULLED, REASON, guarantor.pk)
    assert ballot.key_destroyed_at is not None
    assert (boxes(vote.pk), Elector.objects.count(), list(keystore.glob("*.key"))) == ({}, 0, [])
    assert states(vote) == {"admitted"}


def test_electors_are_told_that_it_is_annulled_and_why(vote, guarantor):
    annul(vote, guarantor)
    told = Notice.objects.filter(kind="ballot_annulled")
    assert (told.count(), {notice.context["reason_text"] for notice in told}) == (28, {REASON})
    assert IdeaEvent.objects.get(kind="ballot_annulled").data["reason_text"] == REASON


def test_while_objections_run_a_closed_ballot_can_still_be_annulled_and_its_publication_stays_readable(vote, guarantor):
    vote.end()
    annul(vote, guarantor)
    assert vote.fresh().state == BallotState.ANNULLED
    assert states(vote) == {"admitted"}
    assert Publication.objects.filter(ballot_id=vote.pk).exists()


@pytest.mark.parametrize("sealed", [False, True])
def test_when_the_objections_are_over_nothing_can_be_annulled(vote, guarantor, sealed):
    vote.end()
    vote.seal() if sealed else vote.end_objections()
    with pytest.raises(errors.WrongBallotState):
        annul(vote, guarantor)


def test_annulling_twice_is_refused(vote, guarantor):
    annul(vote, guarantor)
    with pytest.raises(errors.WrongBallotState):
        annul(vote, guarantor)


@pytest.mark.parametrize("who", ["employee", "author", "administrator", "screener", "superuser", "inactive guarantor"])
def test_only_the_guarantor_annuls(vote, who):
    person = {
        "employee": lambda: vote.people[0],
        "author": lambda: factories.Person.objects.get(authorships__idea=vote.ideas[0]),
        "administrator": lambda: administrator_of(vote),
        "screener": lambda: factories.person(),
        "superuser": lambda: factories.person(is_superuser=True, is_staff=True),
        "inactive guarantor": lambda: guarantor_of(vote),
    }[who]()
    if who == "screener":
        factories.grant(person, "screen_ideas", vote.root)
    if who == "inactive guarantor":
        person.is_active = False
        person.save()
    before = boxes(vote.pk)
    with pytest.raises(errors.NotTheGuarantor):
        annul(vote, person)
    assert (vote.fresh().state, boxes(vote.pk)) == (BallotState.OPEN, before)


@pytest.mark.parametrize("reason", ["", "   ", "troppo breve", " " * 30])
def test_annulling_needs_a_reason_that_says_something(vote, guarantor, reason):
    with pytest.raises(errors.ReasonMissing):
        annul(vote, guarantor, reason)
    assert vote.fresh().state == BallotState.OPEN


def test_a_crash_after_the_annulment_is_finished_by_the_clock(vote, guarantor, keystore, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr("voting.services.sealing.key_store", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            annul(vote, guarantor)
    assert vote.fresh().state == BallotState.ANNULLED
    assert calendar.catch_up() == 1
    assert (boxes(vote.pk), list(keystore.glob("*.key"))) == ({}, [])


def test_nothing_is_accepted_by_an_annulled_ballot(vote, guarantor):
    annul(vote, guarantor)
    with pytest.raises(errors.Closed):
        vote.cast(vote.people[0], 0)
    assert not closing.close(ballot_id=vote.pk)


# Repetition --------------------------------------------------------------------------------------------------------


def test_an_annulled_ballot_is_repeated_with_the_same_ideas_new_codes_and_an_empty_urn(vote, guarantor):
    annul(vote, guarantor)
    now = timezone.now()
    window = {"opens_at": now + timedelta(seconds=1), "closes_at": now + timedelta(days=3)}
    again = guarding.repeat(ballot_id=vote.pk, by=guarantor, at=now, **window)
    move_in_time(again.pk, opens_at=now - timedelta(seconds=1))
    assert calendar.advance(ballot_id=again.pk)
    again.refresh_from_db()
    assert (again.state, again.sequence, boxes(again.pk)) == (BallotState.OPEN, 2, {})
    assert set(again.options.values_list("idea_id", flat=True)) == {idea.pk for idea in vote.ideas}
    assert not set(again.options.values_list("code", flat=True)) & set(vote.codes)
    assert selectors.find_ballot(again.campaign) == again


def test_only_an_annulled_ballot_is_repeated_and_only_once_and_only_by_the_guarantor(vote, guarantor):
    now = timezone.now()
    window = {"opens_at": now, "closes_at": now + timedelta(days=1)}
    with pytest.raises(errors.WrongBallotState):
        guarding.repeat(ballot_id=vote.pk, by=guarantor, at=now, **window)
    annul(vote, guarantor)
    with pytest.raises(errors.NotTheGuarantor):
        guarding.repeat(ballot_id=vote.pk, by=vote.people[0], at=now, **window)
    with pytest.raises(errors.BadWindow):
        guarding.repeat(ballot_id=vote.pk, by=guarantor, at=now, opens_at=now - timedelta(days=1), closes_at=now)
    guarding.repeat(ballot_id=vote.pk, by=guarantor, at=now, **window)
    with pytest.raises(errors.WrongBallotState):
        guarding.repeat(ballot_id=vote.pk, by=guarantor, at=now, **window)


def test_an_annulled_ballot_is_not_opened_again_by_the_clock(vote, guarantor):
    annul(vote, guarantor)
    calendar.catch_up()
    assert Ballot.objects.count() == 1


# The key -----------------------------------------------------------------------------------------------------------


def lose(vote, path):
    path.unlink()


def replace(vote, path):
    path.write_bytes(b"k" * 32)


def cut(vote, path):
    path.write_bytes(path.read_bytes()[:31])


def unread(vote, path):
    path.unlink()
    path.mkdir()


KEY_TROUBLE = {
    lose: FrozenBy.KEY_MISSING,
    replace: FrozenBy.KEY_WRONG,
    cut: FrozenBy.KEY_UNREADABLE,
    unread: FrozenBy.KEY_UNREADABLE,
}
ACTS = {
    "casting": lambda vote: vote.cast(vote.people[0], 1),
    "a first paper": lambda vote: vote.cast(vote.people[20], 1),
    "withdrawing": lambda vote: casting.withdraw(ballot_id=vote.pk, by=vote.people[0]),
    "closing": lambda vote: vote.end(),
    "the clock": lambda vote: calendar.catch_up(),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("harm", KEY_TROUBLE)
def test_trouble_with_the_key_freezes_the_ballot_and_nothing_is_accepted_closed_or_lost(vote, keystore, harm, act):
    before = boxes(vote.pk)
    harm(vote, keystore / f"{vote.pk}.key")
    if act in ("closing", "the clock"):
        ACTS[act](vote)
    else:
        with pytest.raises(errors.Frozen):
            ACTS[act](vote)
    ballot = vote.fresh()
    assert (ballot.state, ballot.frozen_by) == (BallotState.OPEN, KEY_TROUBLE[harm])
    assert (boxes(vote.pk), Publication.objects.count()) == (before, 0)
    assert selectors.own_paper(ballot=ballot, person=vote.people[0]).held == Held.UNREADABLE


def test_the_alarm_calls_guarantors_and_administrators_once(vote, guarantor, keystore):
    administrator = administrator_of(vote)
    lose(vote, keystore / f"{vote.pk}.key")
    for person in vote.people[:3]:
        with pytest.raises(errors.Frozen):
            vote.cast(person, 0)
    calls = Notice.objects.filter(kind="key_alarm")
    assert {call.recipient_id: call.context["url"] for call in calls} == {
        guarantor.pk: f"/garante/{vote.pk}/",
        administrator.pk: f"/bandi/{vote.ballot.campaign.slug}/risultati/",
    }
    assert (calls.count(), IdeaEvent.objects.filter(kind="ballot_frozen").count()) == (2, 1)


def test_while_frozen_nothing_is_accepted_even_with_the_key_back_until_the_guarantor_lets_it_go_on(
    vote, guarantor, keystore
):
    path = keystore / f"{vote.pk}.key"
    key = path.read_bytes()
    replace(vote, path)
    calendar.catch_up()
    with pytest.raises(errors.Frozen):
        guarding.unfreeze(ballot_id=vote.pk, by=guarantor, at=timezone.now())
    path.write_bytes(key)
    with pytest.raises(errors.Frozen):
        vote.cast(vote.people[0], 1)
    with pytest.raises(errors.NotTheGuarantor):
        guarding.unfreeze(ballot_id=vote.pk, by=vote.people[0], at=timezone.now())
    guarding.unfreeze(ballot_id=vote.pk, by=guarantor, at=timezone.now())
    vote.cast(vote.people[0], 1)
    assert vote.end()
    assert selectors.published_facts(Publication.objects.get())["papers"] == 12


def test_a_frozen_ballot_is_not_counted_even_with_the_key_back_until_the_guarantor_lets_it_go_on(
    vote, guarantor, keystore
):
    path = keystore / f"{vote.pk}.key"
    key = path.read_bytes()
    replace(vote, path)
    calendar.catch_up()
    path.write_bytes(key)
    vote.end_window()
    assert (closing.close(ballot_id=vote.pk), calendar.catch_up(), Publication.objects.count()) == (False, 0, 0)
    guarding.unfreeze(ballot_id=vote.pk, by=guarantor, at=timezone.now())
    assert closing.close(ballot_id=vote.pk)


def test_a_ballot_that_is_not_frozen_cannot_be_let_go_on(vote, guarantor):
    with pytest.raises(errors.WrongBallotState):
        guarding.unfreeze(ballot_id=vote.pk, by=guarantor, at=timezone.now())


def test_a_frozen_ballot_can_be_annulled(vote, guarantor, keystore):
    lose(vote, keystore / f"{vote.pk}.key")
    calendar.catch_up()
    assert annul(vote, guarantor).state == BallotState.ANNULLED


def test_the_own_box_touched_by_somebody_freezes_the_ballot_when_its_owner_votes_again(vote):
    rows = list(boxes(vote.pk).items())
    for handle, _ in rows:
        put_box(vote.pk, handle, rows[0][1])
    with pytest.raises(errors.Frozen):
        for person in vote.people[:2]:
            vote.cast(person, 1)
    assert vote.fresh().frozen_by == FrozenBy.URN_BROKEN


# A restored backup -------------------------------------------------------------------------------------------------


def restored(vote):
    """The database as a backup brings it back after the real ballot was sealed: the key's marker says destroyed."""
    key_store().destroy(vote.pk)


def test_a_backup_of_an_open_ballot_comes_up_annulled_when_its_key_was_destroyed(vote):
    restored(vote)
    with pytest.raises(errors.Frozen):
        vote.cast(vote.people[20], 0)
    calendar.catch_up()
    assert (vote.fresh().state, boxes(vote.pk), Elector.objects.count()) == (BallotState.ANNULLED, {}, 0)
    assert states(vote) == {"admitted"}


def test_a_backup_of_a_closed_ballot_comes_up_sealed(vote):
    vote.end()
    restored(vote)
    assert selectors.own_paper(ballot=vote.fresh(), person=vote.people[0]).held == Held.UNREADABLE
    vote.end_objections()
    calendar.catch_up()
    assert (vote.fresh().state, boxes(vote.pk)) == (BallotState.SEALED, {})


def test_a_backup_of_a_ballot_not_yet_opened_does_not_open_again_under_its_old_name():
    vote = scheduled()
    restored(vote)
    calendar.catch_up()
    assert vote.fresh().state == BallotState.ANNULLED


def test_a_copy_of_the_key_put_back_after_the_seal_opens_nothing(vote, keystore):
    key = (keystore / f"{vote.pk}.key").read_bytes()
    vote.end()
    restored(vote)
    (keystore / f"{vote.pk}.key").write_bytes(key)
    assert selectors.own_paper(ballot=vote.fresh(), person=vote.people[0]).held == Held.UNREADABLE
