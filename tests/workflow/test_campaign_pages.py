# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of campaigns: the list by tabs, presentation, rules, pilots, and stages that follow their dates by themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from workflow.models import Campaign, Pilot, Round
from workflow.selectors import campaigns as selectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def city():
    return factories.department("Città")


@pytest.fixture
def reader(city):
    return factories.person(home=factories.department("Economato", parent=city))


@pytest.fixture
def client(reader):
    client = Client(headers={"accept-language": "it"})
    client.force_login(reader)
    return client


@pytest.fixture
def call(city, now):
    return factories.campaign(city, at=now, summary="Usare meglio spazi ed energia.", text="Uno.\n\nDue.")


def text_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def in_stage(city, now, stage, **dates):
    """A campaign in a stage, with dates that put it there."""
    days = {"planned": 5, "submissions": -5, "preparing": -15, "voting": -25, "review": -45, "closed": -45}[stage]
    start = now + timedelta(days=days)
    return factories.campaign(
        city, at=now, stage=stage, title=f"Bando {stage}", submissions_open_at=start,
        submissions_close_at=start + timedelta(days=10), voting_opens_at=start + timedelta(days=20),
        voting_closes_at=start + timedelta(days=30), **dates,
    )  # fmt: skip


@pytest.mark.parametrize(("view", "titles"), [
    ("aperti", {"planned", "submissions", "preparing"}), ("in-votazione", {"voting"}), ("conclusi", {"review", "closed"}),
])  # fmt: skip
def test_each_tab_shows_its_stages(client, city, now, view, titles):
    stages = ("planned", "submissions", "preparing", "voting", "review", "closed")
    for stage in stages:
        in_stage(city, now, stage)
    page = text_of(client, f"/bandi/?vista={view}")
    assert {stage for stage in stages if f"Bando {stage}</a>" in page} == titles


@pytest.mark.parametrize(
    "query", ["", "?vista=", "?vista=nessuna", "?vista=%00", "?dopo=x", "?dopo=-1", "?dopo=" + "9" * 40]
)
def test_a_list_asked_for_badly_is_the_list(client, call, query):
    assert call.title in text_of(client, f"/bandi/{query}")


def test_the_always_open_campaign_is_in_voting_while_a_round_runs(client, city, now):
    always = factories.campaign(
        city, at=now, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None
    )
    assert always.title not in text_of(client, "/bandi/?vista=in-votazione")
    Round.objects.create(
        campaign=always,
        number=202601,
        voting_opens_at=now - timedelta(days=1),
        voting_closes_at=now + timedelta(days=1),
    )
    assert always.title in text_of(client, "/bandi/?vista=in-votazione")
    assert "Si chiude la votazione di questo mese" in text_of(client, f"/bandi/{always.slug}/")


def test_the_list_is_read_page_by_page(client, city, now):
    for _ in range(selectors.ROWS + 1):
        in_stage(city, now, "review")
    page = text_of(client, "/bandi/?vista=conclusi")
    assert page.count("in-idea") == selectors.ROWS
    last = Campaign.objects.order_by("pk").first()
    assert f"dopo={last.pk + 1}" in page
    assert text_of(client, f"/bandi/?vista=conclusi&dopo={last.pk + 1}").count("in-idea") == 1


def test_the_list_costs_the_same_queries_for_one_and_for_many(client, city, now, django_assert_num_queries):
    for number in (1, 2):
        for _ in range(number):
            in_stage(city, now, "voting")
        with django_assert_num_queries(6):
            client.get("/bandi/?vista=in-votazione")


def test_the_presentation_says_what_when_who_and_how_much(client, call):
    page = text_of(client, f"/bandi/{call.slug}/")
    for words in ("Usare meglio spazi ed energia.", "<p>Due.</p>", "60.000", "Si chiude la votazione", "massimo 3 firme",
                  "Non chi ha la qualifica di dirigente", "Per esempio, problemi come questi"):  # fmt: skip
        assert words in page, words
    assert f'href="/idee/nuova/?bando={call.slug}"' in page


def test_who_may_not_propose_is_told_so(client, call, reader):
    reader.contract_area = "dirigenti"
    reader.save()
    page = text_of(client, f"/bandi/{call.slug}/")
    assert "rivolto ad altre persone" in page
    assert "?bando=" not in page.partition("<main")[2].partition("Le idee")[0]


def test_a_planned_campaign_says_when_it_opens_and_takes_nothing(client, city, now):
    call = in_stage(city, now, "planned")
    page = text_of(client, f"/bandi/{call.slug}/")
    assert "Si apre " in page
    assert "Proponi per questo bando" not in page


def test_the_rules_say_selection_lane_wild_cards_and_weights(client, city, now):
    call = factories.campaign(
        city,
        at=now,
        selection_rule="share",
        selection_value=20,
        small_department_lane=2,
        wild_cards=1,
        blind_authors=True,
    )
    call.eligible_departments.add(factories.department("Servizi civici", parent=city))
    page = text_of(client, f"/bandi/{call.slug}/regole/")
    for words in ("almeno il 20% delle schede", "2 posti vanno alle idee più sostenute", "meno di 50 persone",
                  "può aggiungere 1 idea", "Servizi civici", "i nomi di chi propone non si vedono", "Impatto sul servizio",
                  "30%", "Criteri e pesi non cambiano più"):  # fmt: skip
        assert words in page, words


def test_the_pilots_tab_shows_approved_pilots_only(client, call, reader, now):
    shown = factories.idea(reader, call, state="piloting", title="In prova davvero")
    hidden = factories.idea(reader, call, state="decision", title="Ancora da decidere")
    day = now.date()
    for idea, approved in ((shown, now), (hidden, None)):
        Pilot.objects.create(
            idea=idea, department=reader.home_department, owner=reader, starts_on=day, ends_on=day + timedelta(days=90),
            budget=5000, approved_at=approved,
        )  # fmt: skip
    page = text_of(client, f"/bandi/{call.slug}/piloti/")
    assert "In prova davvero" in page and "Ancora da decidere" not in page
    assert "Piloti <span>1</span>" in page


@pytest.mark.parametrize("tab", ["", "regole/", "piloti/", "risultati/", "scheda/"])
def test_a_campaign_that_is_not_there_is_not_found(client, tab):
    assert client.get(f"/bandi/non-esiste/{tab}").status_code == 404


@pytest.mark.parametrize("tab", ["", "regole/", "piloti/", "scheda/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(call, tab):
    assert Client().get(f"/bandi/{call.slug}/{tab}").headers["Location"].startswith("/accesso/")


def test_a_late_clock_is_made_up_for_by_the_first_reader(client, city, now):
    call = in_stage(city, now, "voting")
    Campaign.objects.update(stage="submissions")
    assert "In votazione" in text_of(client, f"/bandi/{call.slug}/")
    call.refresh_from_db()
    assert call.stage == "voting"
    Campaign.objects.update(stage="planned")
    assert call.title in text_of(client, "/bandi/?vista=in-votazione")


def test_a_closed_campaign_is_not_taken_back_to_the_review(client, city, now):
    call = in_stage(city, now, "closed")
    text_of(client, f"/bandi/{call.slug}/")
    call.refresh_from_db()
    assert call.stage == "closed"


def test_the_dates_of_a_campaign_mark_where_it_stands(city, now):
    call = in_stage(city, now, "voting", review_due_on=now.date() + timedelta(days=40))
    call = selectors.find_campaign(slug=call.slug, at=now)
    assert [step.place for step in selectors.milestones(call, now)] == ["done", "done", "now", "", ""]


def test_the_campaigns_speak_english(client, call):
    client.cookies["django_language"] = "en"
    for tab in ("", "regole/", "piloti/"):
        assert client.get(f"/bandi/{call.slug}/{tab}").status_code == 200
