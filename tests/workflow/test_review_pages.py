# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reviewers' pages: nothing of the others before one's own is in, nothing lost, nothing handed in by accident."""

import pytest
from django.test import Client

from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, hand_in, holder, in_review
from workflow.models import Review, Score
from workflow.services import review

pytestmark = pytest.mark.django_db
NASTY = ["", "\x00", "x" * 100_000, "<script>alert(1)</script>", "6", "-1", "1.5", "nan", "99999999999999999999", "٣"]
QUEUE_QUERIES, CARD_QUERIES = 8, 15


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return in_review(here)


def browser(person=None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page(idea, rest=""):
    return f"/valutazioni/{idea.ref}/{rest}"


def card(idea, person):
    return Review.objects.get(idea=idea, reviewer=person)


def written(idea, points=4, **fields):
    data = {"recommendation": "pilot", "advice": "Partire da due sedi.", "text_for_author": "Un buon lavoro."}
    for criterion in make.criteria_of(idea.campaign):
        data |= {f"points_{criterion.pk}": points, f"words_{criterion.pk}": "Costa poco."}
    return data | fields


def declared(idea, person) -> Client:
    review.declare(idea_id=idea.pk, by=person, at=make.NOW)
    return browser(person)


@pytest.mark.parametrize(
    "who, status", [(None, 302), ("author", 403), ("manager", 403), ("colleague", 403), ("screener", 403)]
)
def test_only_who_was_asked_gets_a_scorecard(here, idea, who, status):
    assert browser(who and getattr(here, who)).get(page(idea)).status_code == status


def test_a_reviewer_not_asked_and_an_idea_not_there(here, idea):
    spare = holder("Ada", "Sala", "review_ideas", here.root)
    assert browser(spare).get(page(idea)).status_code == 403
    assert browser(spare).get("/valutazioni/2026-9999/").status_code == 404
    draft = make.idea(here.author, here.call)
    assert browser(spare).get(page(draft)).status_code == 404
    assert browser(here.manager).get("/valutazioni/").status_code == 403


def test_the_criteria_are_closed_until_the_declaration(here, idea):
    who = here.reviewers[0]
    text = browser(who).get(page(idea)).content.decode()
    assert text.count('<fieldset class="in-crit"') == 5 and text.count(" disabled") == 6
    assert "Consegna la valutazione" not in text
    assert browser(who).post(page(idea), written(idea)).status_code == 409
    response = browser(who).post(page(idea), {"conflict": "none"})
    assert response.status_code == 302
    text = browser(who).get(page(idea)).content.decode()
    assert " disabled" not in text and "Consegna la valutazione…" in text


def test_a_conflict_needs_words_and_then_the_card_is_gone(here, idea):
    client = browser(here.reviewers[0])
    response = client.post(page(idea), {"conflict": "conflict", "reason": "boh"})
    assert response.status_code == 422 and "boh" in response.content.decode()
    assert client.post(page(idea), {"conflict": "maybe"}).status_code == 422
    response = client.post(page(idea), {"conflict": "conflict", "reason": "La propone mia sorella."})
    assert (response.status_code, response["Location"]) == (302, "/valutazioni/")
    assert client.get(page(idea)).status_code == 403
    assert card(idea, here.reviewers[0]).status == "recused"


def test_nothing_of_the_others_shows_before_ones_own_is_in(here, idea):
    first, second, _third = here.reviewers
    hand_in(idea, first, 2, words="Parola rivelatrice.")
    client = declared(idea, second)
    text = client.get(page(idea)).content.decode()
    for secret in ("Parola rivelatrice", "2,00", "scheda su 3", "schede su 3", "mediana", first.first_name):
        assert secret not in text
    client.post(page(idea), written(idea, confirm="1"))
    text = client.get(page(idea)).content.decode()
    for shown in ("Parola rivelatrice", "2,00", "2 schede su 3", "3,00", "La tua"):
        assert shown in text
    assert first.first_name not in text and first.last_name not in text.replace(second.get_full_name(), "")


def test_a_blind_campaign_names_nobody(here):
    here.call.blind_authors = True
    here.call.save()
    idea = in_review(here)
    assert "Davide Conti" not in browser(here.reviewers[0]).get(page(idea)).content.decode()
    here.call.blind_authors = False
    here.call.save()
    assert "Davide Conti" in browser(here.reviewers[0]).get(page(idea)).content.decode()


def test_saving_keeps_half_a_card(here, idea):
    client = declared(idea, here.reviewers[0])
    first = make.criteria_of(here.call)[0]
    response = client.post(
        page(idea), {f"points_{first.pk}": "3", f"words_{first.pk}": "Vale la pena.", "action": "save"}
    )
    assert response.status_code == 302
    assert "Vale la pena." in client.get(page(idea)).content.decode()
    assert Score.objects.get(criterion=first).value == 3


def test_with_htmx_saving_swaps_the_total_only(here, idea):
    client = declared(idea, here.reviewers[0])
    response = client.post(page(idea), written(idea), headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 200 and "<html" not in text
    assert 'id="totale"' in text and "4,00" in text and 'id="stato-scheda"' in text and "hx-swap-oob" in text


def test_handing_in_asks_first_and_then_does_it_without_typing_again(here, idea):
    client = declared(idea, here.reviewers[0])
    response = client.post(page(idea), written(idea, action="submit"))
    assert response.status_code == 200 and 'value="stored"' in response.content.decode()
    assert card(idea, here.reviewers[0]).status == "declared"
    assert client.post(page(idea), {"confirm": "stored"}).status_code == 302
    assert card(idea, here.reviewers[0]).status == "submitted"


def test_the_second_click_hands_in_nothing_more(here, idea):
    client = declared(idea, here.reviewers[0])
    assert client.post(page(idea), written(idea, confirm="1")).status_code == 302
    assert client.post(page(idea), written(idea, 0, confirm="1")).status_code == 409
    assert client.post(page(idea), written(idea, 0, action="save")).status_code == 409
    assert set(Score.objects.values_list("value", flat=True)) == {4}


@pytest.mark.parametrize("button", [{"confirm": "1"}, {"action": "submit"}])
def test_what_is_missing_is_said_beside_each_criterion(here, idea, button):
    client = declared(idea, here.reviewers[0])
    first, second, *_ = make.criteria_of(here.call)
    data = written(idea, **button) | {f"points_{first.pk}": "", f"points_{second.pk}": "0", f"words_{second.pk}": " "}
    response = client.post(page(idea), data)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Scegli un punteggio da 0 a 5." in text and "Con 0, 1 o 5 la motivazione serve sempre." in text
    assert "Partire da due sedi." in text
    assert card(idea, here.reviewers[0]).status == "declared"


def test_a_confirmation_of_half_a_card_hands_in_nothing(here, idea):
    client = declared(idea, here.reviewers[0])
    assert client.post(page(idea), {"confirm": "stored"}).status_code == 422
    assert card(idea, here.reviewers[0]).status == "declared"


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", ["points", "words", "recommendation", "advice", "conflict", "confirm", "action"])
def test_nothing_typed_breaks_the_page(here, idea, field, value):
    client = declared(idea, here.reviewers[0])
    first = make.criteria_of(here.call)[0]
    name = f"{field}_{first.pk}" if field in {"points", "words"} else field
    response = client.post(page(idea), written(idea) | {name: value})
    assert response.status_code in {302, 409, 422}
    assert "<script>alert" not in response.content.decode()


def test_a_closed_review_takes_no_more_cards(here, idea):
    type(idea).objects.filter(pk=idea.pk).update(state="decision")
    client = browser(here.reviewers[0])
    assert "è chiusa" in client.get(page(idea)).content.decode()
    assert client.post(page(idea), {"conflict": "none"}).status_code == 409


def test_the_lead_closes_early_on_a_page_of_its_own(here, idea):
    lead, other, _ = here.reviewers
    assert browser(lead).get(page(idea, "concludi/")).status_code == 409
    assert browser(other).get(page(idea, "concludi/")).status_code == 403
    hand_in(idea, lead, 4)
    client = browser(lead)
    assert "Chiudi la valutazione…" in client.get(page(idea)).content.decode()
    assert "Mancano 2 schede" in client.get(page(idea, "concludi/")).content.decode()
    version = again(idea).version
    assert client.post(page(idea, "concludi/"), {"version": version, "reason": "boh"}).status_code == 422
    assert client.post(page(idea, "concludi/"), {"version": version, "reason": REASON}).status_code == 302
    assert again(idea).state == "decision"
    assert client.post(page(idea, "concludi/"), {"version": version, "reason": REASON}).status_code == 409


def test_the_queue_shows_what_is_due_first_and_costs_the_same_for_one_and_three(here, idea, django_assert_num_queries):
    client = browser(here.reviewers[0])
    with django_assert_num_queries(QUEUE_QUERIES):
        text = client.get("/valutazioni/").content.decode()
    assert idea.title in text and "Da iniziare" in text
    for _ in range(2):
        in_review(here)
    with django_assert_num_queries(QUEUE_QUERIES):
        client.get("/valutazioni/")


def test_an_empty_queue_says_thanks(here):
    text = browser(here.reviewers[0]).get("/valutazioni/").content.decode()
    assert "Nessuna idea da valutare. Grazie." in text


def test_a_scorecard_costs_the_same_however_many_there_are(here, idea, django_assert_num_queries):
    client = declared(idea, here.reviewers[0])
    with django_assert_num_queries(CARD_QUERIES):
        client.get(page(idea))
    in_review(here)
    with django_assert_num_queries(CARD_QUERIES):
        client.get(page(idea))
