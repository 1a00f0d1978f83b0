# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one way to change a state: lock, check, move, event, notice; and what is refused changes nothing."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from innovato.notifications.models import Notice
from tests import factories as make
from workflow import rules
from workflow.errors import Conflict, Missing, NotAllowed, WrongState
from workflow.models import IdeaEvent
from workflow.services import moves

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Economato", parent=city)


@pytest.fixture
def author(office):
    return make.person("Davide", "Conti", home=office)


@pytest.fixture
def screener(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "screen_ideas", city)
    return who


def admit(idea, who, at=make.NOW, version=None):
    with transaction.atomic():
        locked = moves.lock(idea.pk)
        return moves.make(locked, "admit", actor=rules.actor_for(who), at=at, version=version)


def test_an_admission_changes_the_state_writes_one_event_and_promises_notices(city, author, screener):
    idea = make.idea(author, make.campaign(city), state="screening")
    event = admit(idea, screener)
    idea = type(idea).objects.get(pk=idea.pk)
    assert (idea.state, idea.version, idea.published_at) == ("admitted", 2, make.NOW)
    assert list(IdeaEvent.objects.values_list("number", "kind", "from_state", "to_state", "by_id")) == [
        (1, "admit", "screening", "admitted", screener.pk)
    ]
    assert event.computed_hash() == event.hash
    assert list(Notice.objects.values_list("kind", "recipient_id")) == [("admitted", author.pk)]
    assert Notice.objects.get().deliver_after == make.NOW + timedelta(minutes=10)


def test_somebody_without_the_right_is_refused_and_nothing_changes(city, author, office):
    idea = make.idea(author, make.campaign(city), state="screening")
    manager = make.person(home=office)
    make.grant(manager, "decide_ideas", office)
    with pytest.raises(NotAllowed):
        admit(idea, manager)
    with pytest.raises(Missing):
        admit(idea, make.person(home=office))
    assert type(idea).objects.get(pk=idea.pk).state == "screening"
    assert not IdeaEvent.objects.exists() and not Notice.objects.exists()


def test_a_screener_does_not_screen_an_own_idea(city, screener):
    idea = make.idea(screener, make.campaign(city), state="screening")
    with pytest.raises(NotAllowed, match="tua idea"):
        admit(idea, screener)


def test_an_old_version_is_a_conflict(city, author, screener):
    idea = make.idea(author, make.campaign(city), state="screening")
    with pytest.raises(Conflict):
        admit(idea, screener, version=7)


def test_the_second_colleague_hears_that_somebody_decided_before(city, author, screener):
    idea = make.idea(author, make.campaign(city), state="screening")
    admit(idea, screener)
    with pytest.raises(WrongState, match="prima di te"):
        admit(idea, screener)
    assert IdeaEvent.objects.count() == 1


def test_a_direct_assignment_of_the_state_is_refused(city, author):
    idea = make.idea(author, make.campaign(city), state="screening")
    with pytest.raises(AttributeError):
        idea.state = "adopted"


def test_the_database_refuses_to_change_or_delete_an_event(city, author, screener):
    admit(make.idea(author, make.campaign(city), state="screening"), screener)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        IdeaEvent.objects.update(kind="decline")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        IdeaEvent.objects.all().delete()
    assert IdeaEvent.objects.get().kind == "admit"


def test_what_may_be_done_is_the_same_asked_of_one_idea_and_as_sql(city, office, author, screener):
    call = make.campaign(city)
    manager = make.person(home=office)
    make.grant(manager, "decide_ideas", office)
    ideas = [
        make.idea(author, call, state=state)
        for state in ("draft", "screening", "admitted", "voting", "decision", "declined", "inadmissible", "deferred")
    ]
    Idea = type(ideas[0])
    for who in (author, screener, manager, make.person(home=office)):
        actor = rules.actor_for(who)
        for move in rules.MOVES:
            allowed = {idea.pk for idea in Idea.objects.with_rule_data() if rules.may(actor, move, idea, make.NOW)}
            assert set(Idea.objects.actionable_by(actor, move, at=make.NOW).values_list("pk", flat=True)) == allowed
            assert allowed <= set(Idea.objects.visible_to(actor).values_list("pk", flat=True))
