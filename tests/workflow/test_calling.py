# SPDX-License-Identifier: AGPL-3.0-or-later
"""The innovation office makes campaigns; once people rely on the rules, only words, money and coming dates change."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from tests import factories as make
from workflow.forms.inputs import MomentField
from workflow.models import Campaign, IdeaEvent, Round
from workflow.selectors import ballots

pytestmark = pytest.mark.django_db
NEW = "/verifica/bandi/nuovo/"


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "manage_campaigns", city)
    return who


def moment(days: int) -> str:
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def typed(city, **changes) -> dict:
    """The form as an office fills it in."""
    values = {
        "title": "Scuole più verdi",
        "text": "Idee per i cortili.",
        "sponsor_id": city.pk,
        "submissions_open_at": moment(2),
        "submissions_close_at": moment(30),
        "voting_opens_at": moment(32),
        "voting_closes_at": moment(46),
        "pilot_budget": "60.000",
        "exclude_directors": "on",
        "max_authors": "3",
        "votes_per_person": "5",
        "selection_rule": "top_n",
        "selection_value": "8",
        "compared_top": "10",
        "compared_share": "20",
        "wild_cards": "2",
        "small_department_lane": "1",
        "small_department_staff": "50",
        "scorecards_required": "3",
        "publication_public": "on",
        "rubric-TOTAL_FORMS": "3",
        "rubric-INITIAL_FORMS": "0",
        "rubric-0-name_it": "Impatto",
        "rubric-0-weight": "60",
        "rubric-1-name_it": "Fattibilità",
        "rubric-1-weight": "40",
    }
    return values | changes


def test_a_campaign_is_made_with_its_rubric_its_round_and_a_record(client, city, office):
    client.force_login(office)
    answer = client.post(NEW, typed(city))
    assert answer.status_code == 302, answer.content.decode()
    campaign = Campaign.objects.get()
    assert (campaign.slug, campaign.stage, campaign.pilot_budget) == ("scuole-piu-verdi", "planned", 60000)
    assert list(campaign.criteria.values_list("name_it", "weight")) == [("Impatto", 60), ("Fattibilità", 40)]
    assert Round.objects.get().voting_opens_at == campaign.voting_opens_at
    assert list(IdeaEvent.objects.values_list("kind", "by_id")) == [("campaign_created", office.pk)]
    client.post(NEW, typed(city))
    assert set(Campaign.objects.values_list("slug", flat=True)) == {"scuole-piu-verdi", "scuole-piu-verdi-2"}


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 121},
        {"title": "a\x00b"},
        {"sponsor_id": "999999"},
        {"submissions_close_at": moment(1)},
        {"submissions_close_at": "0000-00-00T00:00"},
        {"voting_opens_at": moment(20)},
        {"voting_closes_at": moment(31)},
        {"voting_closes_at": ""},
        {"pilot_budget": "NaN"},
        {"pilot_budget": "-1"},
        {"max_authors": "0"},
        {"votes_per_person": "99999999999999999999"},
        {"selection_rule": "magia"},
        {"selection_rule": "share", "selection_value": "101"},
        {"selection_rule": "equal_shares", "small_department_lane": "0", "pilot_budget": "0"},
        {"selection_rule": "equal_shares", "small_department_lane": "1"},
        {"compared_top": "0"},
        {"compared_share": "101"},
        {"rubric-0-weight": "61"},
        {"rubric-0-weight": "1e3"},
        {"rubric-1-weight": ""},
        {"rubric-TOTAL_FORMS": "1000000"},
        {"rubric-TOTAL_FORMS": "boh"},
        {"eligible_contract_areas": "re"},
        {"eligible_department_ids": "999999"},
        {"eligible_department_ids": ["1e3", "\x00"]},
    ],
)
def test_what_does_not_fit_comes_back_with_a_sentence_and_nothing_is_made(client, city, office, change):
    client.force_login(office)
    answer = client.post(NEW, typed(city, **change))
    assert answer.status_code == 422
    assert "in-error" in answer.content.decode() or 'role="alert"' in answer.content.decode()
    assert not Campaign.objects.exists() and not IdeaEvent.objects.exists()


def test_only_who_manages_campaigns_of_that_department_gets_in(client, city, office):
    elsewhere = make.department("Altrove", parent=city)
    local = make.person(home=elsewhere)
    make.grant(local, "manage_campaigns", elsewhere)
    client.force_login(make.person(home=city, is_superuser=True, is_staff=True))
    assert [client.get(url).status_code for url in ("/verifica/bandi/", NEW)] == [403, 403]
    client.force_login(local)
    assert client.get("/verifica/bandi/").status_code == 200
    assert client.post(NEW, typed(city)).status_code == 403
    assert not Campaign.objects.exists()
    call = make.campaign(city)
    assert client.get(f"/verifica/bandi/{call.slug}/").status_code == 403
    assert client.get("/verifica/bandi/nessuno/").status_code == 404


def test_before_the_opening_everything_changes(client, city, office):
    client.force_login(office)
    client.post(NEW, typed(city))
    address = reverse("workflow:campaign_change", kwargs={"slug": "scuole-piu-verdi"})
    change = {"votes_per_person": "7", "rubric-0-weight": "50", "rubric-1-weight": "50", "voting_closes_at": moment(50)}
    assert client.post(address, typed(city, **change)).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign.votes_per_person == 7
    assert list(campaign.criteria.values_list("weight", flat=True)) == [50, 50]
    assert Round.objects.get().voting_closes_at == campaign.voting_closes_at
    assert IdeaEvent.objects.order_by("number").last().data["changed"] == [
        "rubric",
        "votes_per_person",
        "voting_closes_at",
    ]


def test_who_may_take_part_is_chosen_by_department_until_the_opening(client, city, office):
    division = make.department("Divisione", parent=city)
    deep = make.department("Ufficio", parent=make.department("Servizio", parent=division))
    client.force_login(office)
    assert f'value="{division.pk}"' in client.get(NEW).content.decode()
    assert client.post(NEW, typed(city, eligible_department_ids=[division.pk])).status_code == 302
    campaign = Campaign.objects.get()
    assert list(campaign.eligible_departments.all()) == [division]
    assert ballots.is_eligible(campaign, make.person(home=deep).pk)
    assert not ballots.is_eligible(campaign, make.person(home=city).pk)
    address = reverse("workflow:campaign_change", kwargs={"slug": campaign.slug})
    answer = client.post(address, typed(city, eligible_department_ids=[city.pk]))
    assert answer.status_code == 302, answer.context["form"].errors.as_json() + str(answer.context["rubric"].errors)
    assert IdeaEvent.objects.order_by("number").last().data["changed"] == ["eligible_department_ids"]
    Campaign.objects.update(rubric_frozen_at=timezone.now())
    assert client.post(address, typed(city, eligible_department_ids=[division.pk])).status_code == 302
    assert list(campaign.eligible_departments.all()) == [city]


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_moment_is_read_day_first_in_both_languages(language):
    with translation.override(language):
        assert MomentField().clean("03/04/2027 18:00").strftime("%Y-%m-%d %H:%M") == "2027-04-03 18:00"


def test_once_open_rules_stay_and_words_money_and_coming_dates_change(client, city, office):
    call = make.campaign(city, at=timezone.now(), budget_committed=5000)
    client.force_login(office)
    address = reverse("workflow:campaign_change", kwargs={"slug": call.slug})
    assert "Il bando è già aperto" in client.get(address).content.decode()
    later = moment(20)
    sent = typed(
        city, title="Nuovo titolo", votes_per_person="9", submissions_close_at=moment(11), voting_opens_at=later,
        voting_closes_at=moment(40), pilot_budget="70.000",
    )  # fmt: skip
    assert client.post(address, sent).status_code == 302
    after = Campaign.objects.get()
    assert (after.title, after.pilot_budget, after.votes_per_person) == ("Nuovo titolo", 70000, 5)
    assert after.criteria.count() == 5
    answer = client.post(address, sent | {"pilot_budget": "4.000"})
    assert answer.status_code == 422 and "già assegnati" in answer.content.decode()


def test_the_always_open_campaign_keeps_having_no_window(client, city, office):
    call = make.campaign(
        city,
        at=timezone.now(),
        always_open=True,
        submissions_close_at=None,
        voting_opens_at=None,
        voting_closes_at=None,
    )
    client.force_login(office)
    address = reverse("workflow:campaign_change", kwargs={"slug": call.slug})
    assert client.post(address, typed(city, title="Idee libere")).status_code == 302
    after = Campaign.objects.get()
    assert (after.title, after.submissions_close_at) == ("Idee libere", None)


def test_the_list_of_campaigns_leads_the_office_here(client, city, office):
    make.campaign(city, at=timezone.now())
    client.force_login(office)
    assert "/verifica/bandi/" in client.get("/bandi/").content.decode()
    client.force_login(make.person(home=city))
    assert "/verifica/bandi/" not in client.get("/bandi/").content.decode()
