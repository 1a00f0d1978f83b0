# SPDX-License-Identifier: AGPL-3.0-or-later
"""The office's pages: who sees them, what they answer, that nothing is lost or done twice, how many queries they cost."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, holder
from workflow.models import IdeaEvent, MergeProposal
from workflow.search import index_idea
from workflow.services import merging, screening

pytestmark = pytest.mark.django_db
ALL = ["about_work", "has_solution", "no_personal_data", "right_department"]
NASTY = [
    "",
    "\x00",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "🤷" * 50,
    "2026-0000",
    "-1",
    "99999999999999999999",
    "no",
]


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return waiting(here)


def waiting(here, **fields):
    values = {"due_on": date(2026, 12, 3), "clock_started_on": date(2026, 11, 19)} | fields
    return make.idea(here.author, here.call, state="screening", **values)


def browser(person=None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page(idea, rest=""):
    return f"/verifica/{idea.ref}/{rest}"


def answer(idea, choice, **fields):
    return {"version": again(idea).version, "choice": choice, "requirements": ALL, "text": REASON} | fields


def test_the_queue_opens_its_most_urgent_idea(here):
    waiting(here)
    urgent = waiting(here, due_on=date(2026, 11, 20))
    response = browser(here.screener).get("/verifica/")
    assert (response.status_code, response["Location"]) == (302, page(urgent))


def test_an_empty_queue_says_so(here):
    response = browser(here.screener).get("/verifica/")
    assert response.status_code == 200
    assert "Tutte le idee hanno avuto risposta." in response.content.decode()


def test_the_page_shows_the_queue_the_idea_and_the_four_answers(here, idea):
    text = browser(here.screener).get(page(idea)).content.decode()
    for words in ("Davide Conti", "Ammetti", "Unisci a un’altra", "Chiedi di correggere", "Non ammettere", "1 di 1"):
        assert words in text


@pytest.mark.parametrize(
    "who, status",
    [(None, 302), ("author", 403), ("manager", 403), ("colleague", 404), ("stranger", 404), ("screener", 200)],
)
def test_who_gets_the_page(here, idea, who, status):
    assert browser(who and getattr(here, who)).get(page(idea)).status_code == status


@pytest.mark.parametrize("rest", ["", "annulla/", "passa/", "scegli/", "unione/", "unione/ritira/"])
def test_an_unknown_idea_is_not_there(here, rest):
    assert browser(here.screener).post(f"/verifica/2026-9999/{rest}").status_code == 404


def test_a_colleague_without_the_right_has_no_queue(here):
    assert browser(here.manager).get("/verifica/").status_code == 403


def test_admitting_goes_on_to_the_next_and_offers_the_undo_there(here, idea):
    other = waiting(here, title="Borracce per la polizia locale")
    client = browser(here.screener)
    response = client.post(page(idea), answer(idea, "admit"))
    assert (response.status_code, response["Location"]) == (302, page(other))
    assert again(idea).state == "admitted"


def test_the_undo_is_offered_for_ten_minutes_and_works(here, idea):
    client = browser(here.screener)
    client.post(page(idea), answer(idea, "admit"))
    text = client.get("/verifica/").content.decode()
    assert f'action="{page(idea, "annulla/")}"' in text and "Si può annullare fino alle" in text
    response = client.post(page(idea, "annulla/"))
    assert (response.status_code, response["Location"]) == (302, page(idea))
    assert again(idea).state == "screening"
    assert client.post(page(idea, "annulla/")).status_code == 409


def test_the_undo_is_offered_to_who_answered_only(here, idea):
    browser(here.screener).post(page(idea), answer(idea, "admit"))
    other = holder("Rita", "Gallo", "screen_ideas", here.root)
    assert "annulla/" not in browser(other).get("/verifica/").content.decode()


def test_undo_only_by_post_and_only_for_the_office(here, idea):
    browser(here.screener).post(page(idea), answer(idea, "admit"))
    assert browser(here.screener).get(page(idea, "annulla/")).status_code == 405
    assert browser(here.author).post(page(idea, "annulla/")).status_code == 403
    assert again(idea).state == "admitted"


@pytest.mark.parametrize(
    "choice, fields, sentence",
    [
        ("", {}, "Scegli uno degli esiti."),
        ("delete", {}, "Scegli uno degli esiti."),
        ("admit", {"requirements": ALL[:3]}, "Per ammettere servono tutti i requisiti"),
        ("admit", {"department": "999999"}, "Scegli una struttura dall’elenco."),
        ("merge", {"target": "2026-9999"}, "Non c’è un’altra idea con questo numero"),
        ("merge", {}, "Non c’è un’altra idea con questo numero"),
        ("changes", {"text": "corto"}, "mancano 15 caratteri"),
        ("refuse", {}, "Scegli il motivo dall’elenco."),
        ("refuse", {"reason_code": "cost", "text": ""}, "Scrivi il motivo: lo leggerà chi ha proposto l’idea."),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(here, idea, choice, fields, sentence):
    response = browser(here.screener).post(page(idea), answer(idea, choice, **fields))
    text = response.content.decode()
    assert response.status_code == 422 and sentence in text
    assert again(idea).state == "screening" and not IdeaEvent.objects.exists()
    if "text" not in fields:
        assert REASON in text


def test_the_same_answer_sent_twice_is_given_once(here, idea):
    client = browser(here.screener)
    data = answer(idea, "refuse", reason_code="cost")
    assert client.post(page(idea), data).status_code == 302
    assert client.post(page(idea), data).status_code in {409, 422}
    assert IdeaEvent.objects.count() == 1 and idea.decisions.count() == 1


def test_an_answer_to_an_old_page_is_a_conflict(here, idea):
    response = browser(here.screener).post(page(idea), answer(idea, "admit", version=77))
    assert response.status_code == 409 and again(idea).state == "screening"


@pytest.mark.parametrize("field", ["choice", "department", "target", "reason_code", "text", "requirements", "version"])
@pytest.mark.parametrize("value", NASTY)
def test_nothing_typed_breaks_the_page(here, idea, field, value):
    response = browser(here.screener).post(page(idea), answer(idea, "refuse", reason_code="cost") | {field: value})
    assert response.status_code in {302, 409, 422}
    assert "<script>alert" not in response.content.decode()


def test_a_screener_with_an_own_idea_reads_why_not(here):
    own = make.idea(here.screener, here.call, state="screening")
    response = browser(here.screener).get(page(own))
    assert response.status_code == 200 and "È una tua idea" in response.content.decode()
    assert 'name="choice"' not in response.content.decode()


def test_a_near_idea_is_compared_and_picked_for_merging(here, idea):
    near = make.idea(here.colleague, here.call, state="admitted", title="Catalogo di arredi usati")
    for row in (idea, near):
        index_idea(row)
    client = browser(here.screener)
    text = client.get(page(idea)).content.decode()
    assert "1 idea vicina" in text and f"?unisci={near.number}#h-esito" in text and "<mark>" in text
    text = client.get(page(idea) + f"?unisci={near.number}").content.decode()
    assert f'value="{near.number}"' in text and 'value="merge" checked' in text
    client.post(page(idea), answer(idea, "merge", target=near.number))
    assert MergeProposal.objects.get().target == near
    assert "Proposta di unione con" in client.get(page(idea)).content.decode()
    assert client.post(page(idea, "unione/ritira/")).status_code == 302
    assert MergeProposal.objects.get().state == "lapsed"


def test_leads_answer_on_their_page_and_nobody_else_finds_it(here, idea):
    target = make.idea(here.colleague, here.call, state="admitted", title="Residenza in un passaggio")
    merging.propose(idea_id=idea.pk, by=here.screener, at=make.NOW, target_ref=target.number, text=REASON)
    url = page(idea, "unione/")
    for who in (here.screener, here.manager, here.stranger):
        assert browser(who).get(url).status_code == 404
        assert browser(who).post(url, {"answer": "yes"}).status_code == 404
    lead, other = browser(here.author), browser(here.colleague)
    assert "Residenza in un passaggio" in lead.get(url).content.decode()
    assert lead.post(url, {}).status_code == 422
    assert lead.post(url, {"answer": "forse"}).status_code == 422
    assert lead.post(url, {"answer": "yes"}).status_code == 302
    assert lead.post(url, {"answer": "no"}).status_code == 409
    assert other.post(url, {"answer": "yes"}).status_code == 302
    assert again(idea).state == "merged"
    assert "Le due idee sono unite" in other.get(url).content.decode()


def test_the_page_about_a_merge_names_nobody(here, idea):
    here.call.blind_authors = True
    here.call.save()
    target = make.idea(here.colleague, here.call, state="admitted")
    merging.propose(idea_id=idea.pk, by=here.screener, at=make.NOW, target_ref=target.number, text=REASON)
    body = browser(here.author).get(page(idea, "unione/")).content.decode()
    assert "Bertone" not in body
    assert "Conti" not in browser(here.colleague).get(page(idea, "unione/")).content.decode()


# Transfer and wild card ---------------------------------------------------------------------------------------------


def test_a_transfer_by_page(here, idea):
    client = browser(here.screener)
    assert "Economato" in client.get(page(idea, "passa/")).content.decode()
    data = {"version": 1, "department": here.elsewhere.pk, "reason": REASON}
    response = client.post(page(idea, "passa/"), data)
    assert (response.status_code, response["Location"]) == (302, "/verifica/")
    assert again(idea).department == here.elsewhere
    assert client.post(page(idea, "passa/"), data).status_code in {409, 422}
    assert IdeaEvent.objects.count() == 1


@pytest.mark.parametrize("who, status", [("manager", 200), ("author", 403), ("stranger", 404), ("colleague", 404)])
def test_who_may_transfer(here, idea, who, status):
    assert browser(getattr(here, who)).get(page(idea, "passa/")).status_code == status


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", ["department", "reason"])
def test_a_transfer_needs_good_fields(here, idea, field, value):
    data = {"version": 1, "department": here.elsewhere.pk, "reason": REASON} | {field: value}
    assert browser(here.screener).post(page(idea, "passa/"), data).status_code in {302, 422}


def test_a_transfer_where_none_is_possible(here):
    voted = make.idea(here.author, here.call, state="voting")
    assert browser(here.screener).get(page(voted, "passa/")).status_code == 409


def test_a_wild_card_by_page(here):
    idea = make.idea(here.author, here.call, state="not_selected")
    client = browser(here.screener)
    assert "restano 2 ripescaggi" in client.get(page(idea, "scegli/")).content.decode()
    assert client.post(page(idea, "scegli/"), {"version": 1, "reason": "boh"}).status_code == 422
    assert client.post(page(idea, "scegli/"), {"version": 1, "reason": REASON}).status_code == 302
    assert again(idea).state == "review"
    assert browser(here.manager).get(page(idea, "scegli/")).status_code == 403


# Cost ---------------------------------------------------------------------------------------------------------------
PAGE_QUERIES, EMPTY_QUERIES = 17, 8


def test_the_queue_costs_the_same_with_one_idea_and_with_three(here, idea, django_assert_num_queries):
    client = browser(here.screener)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(page(idea))
    for _ in range(2):
        waiting(here)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(page(idea))


def test_answers_that_can_be_undone_cost_the_same_for_one_and_for_three(here, django_assert_num_queries):
    client, at = browser(here.screener), timezone.now() - timedelta(minutes=1)
    for number in (1, 2):
        for _ in range(number):
            screening.admit(idea_id=waiting(here).pk, by=here.screener, at=at)
        with django_assert_num_queries(EMPTY_QUERIES):
            client.get("/verifica/")


def test_no_notice_was_sent_for_refused_requests(here, idea):
    browser(here.manager).post(page(idea), answer(idea, "admit"))
    assert not Notice.objects.exists()
