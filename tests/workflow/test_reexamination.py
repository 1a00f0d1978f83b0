# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking to look again: once, in time, by an author; another person answers, one department up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories as make
from workflow import rules
from workflow.errors import Conflict, Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Decision, Idea, IdeaEvent
from workflow.services.reexamination import request_reexamination

pytestmark = pytest.mark.django_db
TEXT = "Il magazzino di via Meucci è chiuso da marzo."


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
def manager(office):
    who = make.person("Silvia", "Ghione", home=office)
    make.grant(who, "decide_ideas", office)
    return who


@pytest.fixture
def director(city):
    who = make.person("Anna", "Costa", home=city)
    make.grant(who, "decide_ideas", city)
    return who


@pytest.fixture
def screener(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "screen_ideas", city)
    return who


def refused(author, city, by, state="declined", at=make.NOW, **fields) -> Idea:
    idea = make.idea(author, make.campaign(city), state=state, at=at, **fields)
    kind = {"declined": "decline", "inadmissible": "refuse_admission"}[state]
    Decision.objects.create(idea=idea, kind=kind, reason_code="in_place", reason_text="C’è già.", by=by, at=at)
    return idea


def ask(idea, who, at=make.NOW, text=TEXT, version=None):
    return request_reexamination(idea_id=idea.pk, by=who, at=at, version=version, text=text)


def test_a_declined_idea_goes_back_to_decision_one_department_up(author, city, office, manager, director):
    idea = refused(author, city, manager)
    ask(idea, author)
    idea = Idea.objects.get(pk=idea.pk)
    assert (idea.state, idea.reexamination_text, idea.reexamined_at) == ("decision", TEXT, make.NOW)
    assert (idea.previous_judge_id, idea.reexamination_department_id) == (manager.pk, city.pk)
    assert rules.may(rules.actor_for(director), "decline", idea, make.NOW)
    assert not rules.may(rules.actor_for(manager), "decline", idea, make.NOW)
    told = set(Notice.objects.values_list("kind", "recipient_id"))
    assert told == {("reexamination_requested", director.pk), ("reexamination_received", author.pk)}
    assert IdeaEvent.objects.get().data == {"note_text": TEXT, "stage": {"department": office.pk, "due_on": None}}


def test_a_refused_admission_goes_back_to_screening_and_another_screener_answers(author, city, screener):
    second = make.person("Ugo", "Riva", home=city)
    make.grant(second, "screen_ideas", city)
    idea = refused(author, city, screener, state="inadmissible")
    ask(idea, author)
    idea = Idea.objects.get(pk=idea.pk)
    assert idea.state == "screening"
    assert rules.may(rules.actor_for(second), "admit", idea, make.NOW)
    assert not rules.may(rules.actor_for(screener), "admit", idea, make.NOW)


def test_at_the_top_of_the_city_the_rights_stay_but_the_person_changes(city, screener):
    author = make.person("Davide", "Conti", home=city)
    boss = make.person("Anna", "Costa", home=city)
    make.grant(boss, "decide_ideas", city)
    idea = refused(author, city, boss)
    ask(idea, author)
    idea = Idea.objects.get(pk=idea.pk)
    assert (idea.reexamination_department_id, idea.judging_department_id) == (None, city.pk)
    assert not rules.may(rules.actor_for(boss), "decline", idea, make.NOW)


def test_the_judge_is_who_gave_the_refusal_that_stands(author, city, manager, director):
    idea = refused(author, city, manager)
    late = make.NOW + timedelta(hours=1)
    Decision.objects.create(
        idea=idea, kind="decline", reason_code="cost", reason_text="x", by=director, at=late, undone_at=late
    )
    ask(idea, author)
    assert Idea.objects.get(pk=idea.pk).previous_judge_id == manager.pk


def test_the_last_day_counts_and_the_next_is_too_late(author, city, manager):
    idea = refused(author, city, manager)
    with pytest.raises(TooLate):
        ask(idea, author, at=make.NOW + timedelta(days=15, seconds=1))
    ask(idea, author, at=make.NOW + timedelta(days=15))


def test_it_can_be_asked_once(author, city, manager):
    idea = refused(author, city, manager, reexamined_at=make.NOW - timedelta(days=40))
    with pytest.raises(TooLate, match="una volta"):
        ask(idea, author)


def test_others_can_not_ask_and_nothing_changes(author, city, office, manager, director, screener):
    idea = refused(author, city, manager)
    hidden = refused(author, city, screener, state="inadmissible")
    for who in (manager, director, screener, make.person(home=office)):
        with pytest.raises(NotAllowed):
            ask(idea, who)
    with pytest.raises(Missing):
        ask(hidden, make.person(home=office))
    with pytest.raises(Conflict):
        ask(idea, author, version=9)
    with pytest.raises(WrongState):
        ask(make.idea(author, idea.campaign, state="decision"), author)
    assert Idea.objects.get(pk=idea.pk).state == "declined"
    assert not IdeaEvent.objects.exists() and not Notice.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "Troppo corto", "x" * 3001])
def test_a_text_too_short_or_too_long_is_refused_beside_the_field(author, city, manager, text):
    idea = refused(author, city, manager, at=timezone.now())
    with pytest.raises(Incomplete):
        ask(idea, author, at=timezone.now(), text=text)
    response = post(author, idea, text=text)
    assert response.status_code == 422 and 'id="riesame"' in response.content.decode()
    assert Idea.objects.get(pk=idea.pk).state == "declined"


def post(who, idea, **data):
    client = Client()
    client.force_login(who)
    return client.post(f"/idee/{idea.ref}/riesame/", {"version": idea.version, "text": TEXT} | data)


def test_the_form_stands_on_the_page_for_authors_in_time_only(author, city, office, manager):
    idea = refused(author, city, manager, at=timezone.now())
    late = refused(author, city, manager, at=timezone.now() - timedelta(days=16))
    for who, which, shown in ((author, idea, True), (manager, idea, False), (author, late, False)):
        client = Client()
        client.force_login(who)
        assert ('id="riesame"' in client.get(f"/idee/{which.ref}/").content.decode()) == shown
    response = post(author, idea)
    assert response.status_code == 302 and Idea.objects.get(pk=idea.pk).state == "decision"


def test_what_the_page_did_not_offer_is_refused_with_its_status(author, city, office, manager):
    idea = refused(author, city, manager, at=timezone.now())
    assert post(author, idea, version="x").status_code == 409
    assert post(author, idea, text="con \x00 dentro").status_code == 422
    assert post(manager, idea).status_code == 403
    late = refused(author, city, manager, at=timezone.now() - timedelta(days=16))
    assert post(author, late).status_code == 409
    assert Idea.objects.get(pk=idea.pk).state == "declined"
