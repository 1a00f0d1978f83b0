# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one idea's page keeps hidden and from whom: names of a blind campaign, reviewers, refusals taken back, scores."""

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.workflow.idea_page.support import body, idea_in
from workflow.models import Decision, IdeaEvent, Review, Score
from workflow.services import events

pytestmark = pytest.mark.django_db


# Names in a blind campaign -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["admitted", "voting", "not_selected", "review", "decision"])
def test_a_blind_campaign_names_nobody_anywhere_on_the_page_until_the_decision(state, author, reader, manager, city):
    author.home_department = make.department("Ufficio di una persona sola", parent=city)
    author.save()
    idea = idea_in(state, author, make.campaign(city, blind_authors=True), department=manager.home_department)
    events.record(idea_id=idea.pk, kind="submit", at=timezone.now(), by_id=author.pk, to_state="screening")
    for who in (reader, manager):
        for page in (body(who, idea), body(who, idea, "storia/")):
            assert "Conti" not in page and "Ufficio di una persona sola" not in page
    assert "Davide Conti" in body(author, idea) and "Inviata da Davide Conti" in body(author, idea)


def test_after_the_decision_a_blind_campaign_names_the_authors(author, reader, city):
    idea = idea_in("declined", author, make.campaign(city, blind_authors=True))
    assert "Davide Conti" in body(reader, idea)


def test_the_office_can_look_at_hidden_names_and_each_look_is_written_down(author, reader, manager, screener, city):
    idea = idea_in("review", author, make.campaign(city, blind_authors=True))
    assert "Mostra chi propone" in body(screener, idea) and "Mostra chi propone" not in body(manager, idea)
    client = Client()
    client.force_login(screener)
    for headers in ({}, {"HX-Request": "true"}):
        response = client.post(f"/idee/{idea.ref}/chi-propone/", headers=headers)
        assert response.status_code == 200 and "Davide Conti" in response.content.decode()
    assert list(IdeaEvent.objects.values_list("kind", "by", "idea")) == [("authors_revealed", screener.pk, idea.pk)] * 2
    assert "Davide Conti" not in body(screener, idea)
    assert "Laura Pautasso ha guardato chi propone" in body(author, idea)
    assert "ha guardato chi propone" not in body(reader, idea)
    for who in (reader, manager):
        other = Client()
        other.force_login(who)
        assert other.post(f"/idee/{idea.ref}/chi-propone/").status_code == 403
    assert IdeaEvent.objects.count() == 2


# Decisions, scorecards ---------------------------------------------------------------------------------------------


def test_reasons_of_a_refusal_stand_on_the_page_in_full(author, reader, manager, call):
    idea = idea_in("declined", author, call)
    text = "Il magazzino esiste già in via Meucci.\nChi serve può prenotare da lì."
    Decision.objects.create(
        idea=idea, kind="decline", reason_code="in_place", reason_text=text, by=manager, at=timezone.now()
    )
    page = body(reader, idea)
    assert "Perché non è accolta" in page and "È già realtà" in page and "via Meucci.<br>Chi serve" in page
    assert "Silvia Ghione" in page


def test_a_refusal_that_was_taken_back_is_not_shown(author, screener, call):
    idea = idea_in("screening", author, call)
    Decision.objects.create(
        idea=idea,
        kind="refuse_admission",
        reason_code="other",
        reason_text="Motivo ritirato",
        by=screener,
        at=timezone.now(),
        undone_at=timezone.now(),
    )
    assert "Motivo ritirato" not in body(author, idea)


def _scorecard(idea, reviewer):
    at = timezone.now()
    review = Review.objects.create(
        idea=idea,
        reviewer=reviewer,
        status="submitted",
        assigned_at=at,
        due_on=at.date(),
        declared_at=at,
        submitted_at=at,
        weighted_score="3.85",
        recommendation="pilot",
        advice="Parere riservato",
        text_for_author="Bella l’idea del ritiro.",
    )
    for criterion in make.criteria_of(idea.campaign):
        Score.objects.create(review=review, criterion=criterion, value=4, comment=f"Perché {criterion.name}")


def test_scorecards_are_read_by_authors_and_office_after_the_decision_and_never_name_the_reviewer(
    author, reader, manager, screener, office, call
):
    reviewer = make.person("Marco", "Bosio", home=office)
    for state, readers in (("decision", set()), ("declined", {author, manager, screener})):
        idea = idea_in(state, author, call)
        _scorecard(idea, reviewer)
        for who in (author, reader, manager, screener, reviewer):
            page = body(who, idea)
            assert ("Bella l’idea del ritiro" in page) == (who in readers)
            assert ("3,85" in page) == (who in readers)
            assert "Parere riservato" not in page
            assert who == reviewer or "Marco Bosio" not in page
