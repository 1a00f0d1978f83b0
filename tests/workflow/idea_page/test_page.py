# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of one idea: who sees it, what it says next in every state, what leads on from it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests import factories as make
from tests.workflow.idea_page.support import body, idea_in, visit
from workflow import search
from workflow.models import Authorship, Decision, Follow, Review, Round, Score
from workflow.selectors.idea_page import page_rows
from workflow.selectors.what_next import what_next
from workflow.services import events
from workflow.states import PUBLISHED, IdeaState

pytestmark = pytest.mark.django_db


# Who sees it -------------------------------------------------------------------------------------------------------

EVERYBODY = {"reader", "author", "screener", "manager", "reviewer"}
SEEN_BY = {
    "draft": {"author"},
    "screening": {"author", "screener", "manager", "reviewer"},
    "needs_changes": {"author", "screener", "manager", "reviewer"},
    "inadmissible": {"author", "screener"},
    "withdrawn": {"author", "screener"},
    **dict.fromkeys((str(state) for state in PUBLISHED), EVERYBODY),
}


@pytest.mark.parametrize("state", [str(state) for state in IdeaState if state != IdeaState.MERGED])
def test_each_state_is_seen_by_these_people_and_a_404_is_the_same_as_for_no_idea(
    state, author, reader, screener, manager, office, call
):
    idea = idea_in(state, author, call)
    reviewer = make.person(home=office)
    make.grant(reviewer, "review_ideas", office)
    elsewhere = make.person(home=office)
    make.grant(elsewhere, "decide_ideas", make.department("Altrove"))
    people = {"author": author, "reader": reader, "screener": screener, "manager": manager, "reviewer": reviewer}
    seen = {name for name, who in people.items() if visit(who, idea).status_code == 200}
    assert seen == SEEN_BY[state]
    if state not in PUBLISHED:
        missing = Client()
        missing.force_login(elsewhere)
        hidden, nothing = missing.get(f"/idee/{idea.ref}/"), missing.get("/idee/2026-9999/")
        assert (hidden.status_code, nothing.status_code) == (404, 404)
        assert _without_tokens(hidden, idea.ref) == _without_tokens(nothing, "2026-9999")


def _without_tokens(response, ref: str) -> str:
    """The page without the address asked for and the token that is new on every page."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode().replace(ref, ""))


def test_strangers_are_sent_to_sign_in(author, call):
    assert Client().get(f"/idee/{idea_in('review', author, call).ref}/").status_code == 302


def test_somebody_who_left_sees_nothing(author, reader, call):
    idea = idea_in("review", author, call)
    client = Client()
    client.force_login(reader)
    reader.is_active = False
    reader.save()
    assert client.get(f"/idee/{idea.ref}/").status_code == 302


def test_a_numbered_idea_also_answers_to_its_old_address(author, call):
    idea = idea_in("review", author, call)
    client = Client()
    client.force_login(author)
    assert client.get(f"/idee/{idea.uuid.hex}/").status_code == 200


# What happens next -------------------------------------------------------------------------------------------------


def test_every_state_says_what_happens_next_to_author_and_reader(author, call):
    at = timezone.now()
    said = {}
    for state in IdeaState:
        idea = page_rows(person_id=author.pk, at=at).get(pk=idea_in(state, author, call).pk)
        for mine in (True, False):
            text = what_next(idea, at=at, mine=mine)
            assert text.endswith(".") and "%(" not in text and "None" not in text
            said.setdefault(state, text)
    assert len(set(said.values())) >= 15


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        ("screening", 3, "L’Ufficio innovazione risponde entro"),
        ("screening", -1, "è in ritardo"),
        ("needs_changes", 3, "poi riparte la verifica"),
        ("review", -1, "è in ritardo"),
        ("decision", 3, "Economato decide entro"),
        ("decision", -1, "è in ritardo"),
        ("adopted", 30, "si verifica entro"),
    ],
)
def test_a_date_that_has_passed_is_said_to_be_late(author, call, state, days, words):
    at = timezone.now()
    idea = idea_in(state, author, call, due_on=timezone.localdate(at) + timedelta(days=days))
    assert words in what_next(page_rows(person_id=0, at=at).get(pk=idea.pk), at=at)


def test_the_ballots_dates_come_from_its_round(author, city):
    at = timezone.now()
    monthly = make.campaign(
        city, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None
    )
    Round.objects.create(
        campaign=monthly, number=1, voting_opens_at=at - timedelta(days=1), voting_closes_at=at + timedelta(days=3)
    )
    Round.objects.create(
        campaign=monthly, number=2, voting_opens_at=at + timedelta(days=20), voting_closes_at=at + timedelta(days=30)
    )
    voted, waiting = (idea_in(state, author, monthly) for state in ("voting", "admitted"))
    assert "I voti si contano" in body(author, voted) and "Si vota da" in body(author, waiting)


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


# Merging, following, near ideas, buttons ---------------------------------------------------------------------------


def test_a_merged_idea_leads_to_its_target_with_a_note(author, reader, call):
    target = make.idea(author, call, state="review", title="La casa comune")
    merged = idea_in("merged", author, call, merged_into=target, title="La cantina")
    response = visit(reader, merged)
    assert (response.status_code, response["Location"]) == (302, f"/idee/{target.ref}/")
    client = Client()
    client.force_login(reader)
    followed = client.get(f"/idee/{merged.ref}/", follow=True).content.decode()
    assert "«La cantina» continua in questa idea" in followed
    assert "Continua in «La casa comune»" in body(reader, merged, "?originale")


def test_a_merged_idea_whose_target_is_not_public_stays_for_who_sees_it(author, reader, call, office):
    target = make.idea(make.person(home=office), call, state="screening", title="Non ancora pubblica")
    merged = idea_in("merged", author, call, merged_into=target)
    assert visit(reader, merged).status_code == 404
    page = visit(author, merged)
    assert page.status_code == 200


def test_buttons_are_the_places_where_this_person_can_act(author, reader, manager, screener, office, call):
    reviewer = make.person(home=office)
    make.grant(reviewer, "review_ideas", office)
    expected = {
        ("draft", "author"): ["Continua a scrivere", "Elimina la bozza…"],
        ("needs_changes", "author"): ["Rispondi", "Ritira l’idea…"],
        ("screening", "screener"): ["Verifica"],
        ("screening", "author"): ["Ritira l’idea…"],
        ("decision", "manager"): ["Decidi"],
        ("decision", "author"): [],
        ("review", "reader"): [],
        ("voting", "screener"): [],
        ("piloting", "manager"): ["Apri il pilota"],
    }
    people = {"author": author, "reader": reader, "manager": manager, "screener": screener}
    for (state, name), labels in expected.items():
        idea = idea_in(state, author, call)
        assert [str(action.label) for action in visit(people[name], idea).context["actions"]] == labels, (state, name)


def test_a_reviewer_finds_the_way_to_the_own_scorecard(author, office, call):
    reviewer = make.person(home=office)
    idea = idea_in("review", author, call)
    Review.objects.create(idea=idea, reviewer=reviewer, assigned_at=timezone.now(), due_on=timezone.localdate())
    assert [str(action.label) for action in visit(reviewer, idea).context["actions"]] == ["Apri la scheda"]


def test_near_ideas_come_on_request_and_only_those_one_may_see(author, reader, call):
    words = "Catalogo interno di arredi usati con prenotazione e ritiro settimanale"
    idea = idea_in("review", author, call, title=words, proposal=words)
    near = idea_in("decision", author, call, title="Arredi usati: prenotazione e ritiro", proposal=words)
    hidden = idea_in("draft", author, call, title="Arredi usati in bozza", proposal=words)
    for one in (idea, near, hidden):
        search.index_idea(one)
    assert "Mostra le idee vicine" in body(reader, idea)
    part = visit(reader, idea, "?vicine", **{"HX-Request": "true"}).content.decode()
    assert "<html" not in part and near.title in part and hidden.title not in part
    assert near.title in body(reader, idea, "?vicine")


# How much it asks the database -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("state", "who", "queries"),
    [("voting", "reader", 11), ("declined", "reader", 10), ("declined", "author", 11), ("decision", "manager", 12)],
)
def test_the_number_of_queries_does_not_grow(
    author, reader, manager, call, office, state, who, queries, rows, django_assert_num_queries
):
    idea = idea_in(state, author, call)
    _fill(idea, author, manager, office, rows)
    client = Client()
    client.force_login({"reader": reader, "author": author, "manager": manager}[who])
    with django_assert_num_queries(queries):
        assert client.get(f"/idee/{idea.ref}/").status_code == 200


def _fill(idea, author, manager, office, rows):
    at = timezone.now()
    for _ in range(rows):
        colleague = make.person(home=office)
        Authorship.objects.create(idea=idea, person=colleague, status="accepted", invited_at=at, answered_at=at)
        Follow.objects.create(idea=idea, person=make.person(home=office), since=at)
        top = idea.comments.create(author=colleague, body="Vale anche per le scuole?", at=at)
        idea.comments.create(author=author, body="Sì.", at=at, parent=top)
        events.record(idea_id=idea.pk, kind="submit", at=at, by_id=colleague.pk, to_state="screening")
        Decision.objects.create(idea=idea, kind="decline", reason_code="cost", reason_text="No", by=manager, at=at)
        _scorecard(idea, colleague)


@translation.override("it")  # what the page activates must not stay for the next test
def test_the_page_reads_in_english_in_every_state(author, call):
    client = Client()
    client.force_login(author)
    client.cookies["django_language"] = "en"
    for state in IdeaState:
        idea = idea_in(state, author, call)
        response = client.get(f"/idee/{idea.ref}/?originale")
        assert response.status_code == 200 and '<html lang="en"' in response.content.decode()


def test_markup_in_every_text_is_shown_as_text(author, reader, manager, call):
    nasty = "<script>alert(1)</script>"
    idea = idea_in(
        "declined", author, call, title=nasty, problem=nasty, proposal=nasty, benefit=nasty, how_measured=nasty
    )
    Decision.objects.create(
        idea=idea, kind="decline", reason_code="other", reason_text=nasty, by=manager, at=timezone.now()
    )
    idea.comments.create(author=reader, body=nasty, at=timezone.now())
    assert nasty not in body(reader, idea) and nasty not in body(reader, idea, "storia/")


@pytest.mark.parametrize(
    "query", ["?da=x", "?da=-1", "?da=99999999999999999999", "?da=%00", "?da=1", "?vicine=%00", "?originale=x"]
)
def test_an_address_with_nonsense_still_gives_the_page(author, reader, call, query):
    assert visit(reader, idea_in("review", author, call), query).status_code == 200
