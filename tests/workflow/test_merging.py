# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two ideas become one: both leads agree, everybody is credited, and it can be taken back exactly."""

from datetime import timedelta

import pytest

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city
from workflow.errors import Incomplete, NotAllowed, TooLate, WrongState
from workflow.models import Authorship, Follow, IdeaEvent, MergeProposal
from workflow.services import merging, screening

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def here():
    here = city()
    here.other = make.person("Stefano", "Ricca", home=here.elsewhere)
    here.idea = make.idea(here.author, here.call, state="screening", title="Coda unica")
    here.target = make.idea(here.other, here.call, state="admitted", title="Residenza in un passaggio")
    return here


def propose(here, at=make.NOW, **fields):
    values = {"idea_id": here.idea.pk, "by": here.screener, "at": at, "target_ref": here.target.number, "text": REASON}
    return merging.propose(**(values | fields))


def co_author(idea, person, status="accepted"):
    Authorship.objects.create(idea=idea, person=person, status=status, invited_at=make.NOW)


def signed(idea):
    rows = Authorship.objects.filter(idea=idea).values_list("person", "status", "from_merge")
    return sorted(rows)


def test_a_proposal_asks_both_leads_and_changes_nothing_yet(here):
    proposal = propose(here)
    assert proposal.state == "open" and again(here.idea).state == "screening"
    assert set(Notice.objects.values_list("kind", "recipient")) == {
        ("merge_proposed", here.author.pk),
        ("merge_proposed", here.other.pk),
    }
    assert Notice.objects.first().context["url"] == f"/verifica/{here.idea.ref}/unione/"
    assert not IdeaEvent.objects.exists()


def test_the_second_consent_merges_credits_everybody_and_moves_the_followers(here):
    here.call.max_authors = 1
    here.call.save()
    co_author(here.idea, here.colleague)
    fan, both = make.person(), make.person()
    for idea, person in ((here.idea, fan), (here.idea, both), (here.target, both)):
        Follow.objects.create(idea=idea, person=person, since=make.NOW)
    propose(here)
    assert merging.answer(idea_id=here.idea.pk, by=here.other, at=make.NOW + HOUR, accept=True).state == "open"
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW + 2 * HOUR, accept=True)
    now = again(here.idea)
    assert (now.state, now.merged_into) == ("merged", here.target)
    assert signed(here.target) == sorted(
        [
            (here.other.pk, "accepted", None),
            (here.author.pk, "accepted", here.idea.pk),
            (here.colleague.pk, "accepted", here.idea.pk),
        ]
    )
    assert set(Follow.objects.filter(idea=here.target).values_list("person", "from_merge")) == {
        (both.pk, None),
        (fan.pk, here.idea.pk),
    }
    event = IdeaEvent.objects.get()
    assert (event.kind, event.by, event.data["target"]) == ("merge", here.screener, here.target.ref)
    told = Notice.objects.filter(kind="merged")
    assert set(told.values_list("recipient", flat=True)) == {here.author.pk, here.colleague.pk, fan.pk, both.pk}
    assert told.first().context["other_title"] == "Residenza in un passaggio"
    assert told.first().deliver_after == make.NOW + 2 * HOUR + timedelta(minutes=10)


def test_one_no_is_enough_and_the_office_hears_it(here):
    propose(here)
    proposal = merging.answer(idea_id=here.idea.pk, by=here.other, at=make.NOW, accept=False)
    assert proposal.state == "declined" and again(here.idea).state == "screening"
    assert Notice.objects.get(kind="merge_declined").recipient == here.screener
    with pytest.raises(WrongState):
        merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    assert propose(here).state == "open"


def test_the_same_lead_answers_once(here):
    here.target = make.idea(here.author, here.call, state="screening")
    propose(here)
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    assert again(here.idea).state == "merged"
    assert signed(here.target) == [(here.author.pk, "accepted", None)]


def test_for_a_lead_who_left_the_office_answers(here):
    here.other.is_active = False
    here.other.save()
    proposal = propose(here)
    assert proposal.consents.get(person=here.other).by_office
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    assert again(here.idea).state == "merged"


def test_where_both_leads_left_the_ideas_merge_at_once(here):
    for person in (here.author, here.other):
        person.is_active = False
        person.save()
    assert propose(here).state == "done"
    assert again(here.idea).state == "merged"


def test_a_lead_who_leaves_after_being_asked_holds_nothing_up(here):
    propose(here)
    here.other.is_active = False
    here.other.save()
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    assert again(here.idea).state == "merged"


@pytest.mark.parametrize("who", ["colleague", "screener", "manager"])
def test_nobody_else_answers(here, who):
    co_author(here.idea, here.colleague)
    propose(here)
    with pytest.raises(NotAllowed):
        merging.answer(idea_id=here.idea.pk, by=getattr(here, who), at=make.NOW, accept=True)
    assert MergeProposal.objects.get().state == "open"


def test_nobody_answers_twice_or_what_was_never_asked(here):
    with pytest.raises(NotAllowed):
        merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    propose(here)
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    with pytest.raises(WrongState):
        merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=False)


def test_the_right_of_who_proposed_is_checked_again_at_the_last_consent(here):
    propose(here)
    merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)
    here.screener.groups.clear()
    proposal = merging.answer(idea_id=here.idea.pk, by=here.other, at=make.NOW, accept=True)
    assert proposal.state == "lapsed" and again(here.idea).state == "screening"
    assert not IdeaEvent.objects.exists()


def test_a_proposal_lapses_when_the_idea_is_answered_otherwise(here):
    propose(here)
    screening.admit(idea_id=here.idea.pk, by=here.screener, at=make.NOW)
    assert MergeProposal.objects.get().state == "lapsed"
    with pytest.raises(WrongState):
        merging.answer(idea_id=here.idea.pk, by=here.author, at=make.NOW, accept=True)


def test_the_office_can_take_its_proposal_back(here):
    propose(here)
    merging.cancel(idea_id=here.idea.pk, by=here.screener, at=make.NOW)
    assert MergeProposal.objects.get().state == "lapsed"
    with pytest.raises(NotAllowed):
        merging.cancel(idea_id=here.idea.pk, by=here.author, at=make.NOW)


@pytest.mark.parametrize(
    "state", ["voting", "not_selected", "adopted", "closed", "declined", "withdrawn", "inadmissible"]
)
def test_an_idea_goes_on_only_inside_one_still_on_its_way(here, state):
    here.target = make.idea(here.other, here.call, state=state)
    with pytest.raises(Incomplete) as error:
        propose(here)
    assert set(error.value.fields) == {"target"}
    assert not MergeProposal.objects.exists()


@pytest.mark.parametrize("ref", ["", "  ", "2026-9999", "non un numero", "\U0001f600"])
def test_a_target_that_does_not_exist_is_said_beside_the_field(here, ref):
    with pytest.raises(Incomplete) as error:
        propose(here, target_ref=ref)
    assert set(error.value.fields) == {"target"}


def test_an_idea_is_not_merged_into_itself_nor_into_an_unpublished_one_once_public(here):
    with pytest.raises(Incomplete):
        propose(here, target_ref=here.idea.number)
    admitted = make.idea(here.author, here.call, state="admitted")
    hidden = make.idea(here.other, here.call, state="screening")
    with pytest.raises(Incomplete, match="guarda"):
        propose(here, idea_id=admitted.pk, target_ref=hidden.number)


def test_who_signs_the_target_does_not_merge_into_it(here):
    here.target = make.idea(here.screener, here.call, state="admitted")
    with pytest.raises(NotAllowed, match="altra idea è tua"):
        propose(here)


def test_one_proposal_at_a_time_and_with_words(here):
    with pytest.raises(Incomplete):
        propose(here, text="breve")
    propose(here)
    with pytest.raises(WrongState):
        propose(here)


def test_taking_a_merge_back_removes_exactly_what_it_gave(here):
    co_author(here.idea, here.colleague)
    co_author(here.target, here.colleague, status="invited")
    keeper, fan = make.person(), make.person()
    Follow.objects.create(idea=here.target, person=keeper, since=make.NOW)
    Follow.objects.create(idea=here.idea, person=fan, since=make.NOW)
    before = signed(here.target), signed(here.idea)
    propose(here)
    for person in (here.other, here.author):
        merging.answer(idea_id=here.idea.pk, by=person, at=make.NOW, accept=True)
    assert (here.colleague.pk, "accepted", here.idea.pk) in signed(here.target)
    screening.undo(idea_id=here.idea.pk, by=here.screener, at=make.NOW + 3 * HOUR)
    now = again(here.idea)
    assert (now.state, now.merged_into) == ("screening", None)
    assert (signed(here.target), signed(here.idea)) == before
    assert set(Follow.objects.values_list("idea", "person")) == {
        (here.target.pk, keeper.pk),
        (here.idea.pk, fan.pk),
    }


def test_once_the_targets_ballot_is_open_a_merge_stays(here):
    propose(here)
    for person in (here.other, here.author):
        merging.answer(idea_id=here.idea.pk, by=person, at=make.NOW, accept=True)
    type(here.target).objects.filter(pk=here.target.pk).update(state="voting")
    with pytest.raises(TooLate):
        screening.undo(idea_id=here.idea.pk, by=here.screener, at=make.NOW + HOUR)
    assert again(here.idea).state == "merged"
