# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pilots' pages: who sees and may do what, what is typed wrongly, and what a list costs."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from workflow.forms.pilots import SpendingForm
from workflow.models import Idea, Indicator, Milestone, Pilot, PilotMember, Reading, Spending

pytestmark = pytest.mark.django_db


def piloting(city, office, owner, state="piloting"):
    """An idea on trial since yesterday, with one indicator and two readings."""
    today = timezone.localdate()
    idea = make.idea(
        make.person("Nadia", "Bertone", home=office), make.campaign(city, budget_committed=9000), state=state
    )
    pilot = Pilot.objects.create(
        idea=idea,
        department=office,
        owner=owner,
        where="14 scuole",
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=60),
        budget=9000,
        approved_at=timezone.now(),
        concluded_at=None if state == "piloting" else timezone.now(),
        outcome="" if state == "piloting" else "adopted",
        lessons_learned="" if state == "piloting" else "Serve una rubrica.",
    )
    row = Indicator.objects.create(
        pilot=pilot, name="Pasti", direction="down", baseline=410, target=250, threshold=300, method="si contano"
    )
    for days, value in ((20, 402), (10, 281)):
        Reading.objects.create(
            indicator=row, measured_on=today - timedelta(days=days), value=value, by=owner, at=timezone.now()
        )
    Milestone.objects.create(pilot=pilot, due_on=today, text="Avvio")
    PilotMember.objects.create(pilot=pilot, person=make.person("Omar", "Haddad", home=office), hours_per_week=4)
    return idea


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Mensa", parent=city)


@pytest.fixture
def owner(office):
    return make.person("Chiara", "Vottero", home=office)


@pytest.fixture
def manager(office):
    who = make.person("Paola", "Rinaldi", home=office)
    make.grant(who, "decide_ideas", office)
    return who


@pytest.fixture
def idea(city, office, owner):
    return piloting(city, office, owner)


def page(name, idea):
    return reverse(f"workflow:{name}", kwargs={"ref": idea.ref})


def test_every_employee_reads_a_pilot_and_only_the_team_sees_the_buttons(client, idea, owner, office):
    client.force_login(make.person(home=office))
    answer = client.get(page("pilot", idea))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert "14 scuole" in body and "In linea con la meta" in body and "<svg" in body
    assert "Registra un dato" not in body
    client.force_login(owner)
    assert "Registra un dato" in client.get(page("pilot", idea)).content.decode()


@pytest.mark.parametrize(
    "name", ["pilot_reading", "pilot_spending", "pilot_note", "pilot_team", "pilot_extend", "pilot_conclude"]
)
def test_what_is_not_ones_own_is_refused_in_words(client, idea, office, name):
    client.force_login(make.person(home=office))
    for answer in (client.get(page(name, idea)), client.post(page(name, idea), {"body": "x"})):
        assert answer.status_code == 403
    assert Reading.objects.count() == 2 and not Spending.objects.exists()


def test_a_plan_that_nobody_approved_does_not_exist_as_a_pilot(client, city, office, owner, manager):
    idea = make.idea(owner, make.campaign(city), state="decision")
    Pilot.objects.create(idea=idea, objective="segreto")
    client.force_login(manager)
    assert client.get(page("pilot", idea)).status_code == 404
    assert client.get(page("pilot_csv", idea)).status_code == 404


def test_the_owner_records_a_reading_with_a_decimal_comma(client, idea, owner):
    client.force_login(owner)
    data = {
        "indicator": idea.pilot.indicators.get().pk,
        "measured_on": timezone.localdate().isoformat(),
        "value": "280,5",
    }
    answer = client.post(page("pilot_reading", idea), data)
    assert answer.status_code == 302
    assert Reading.objects.order_by("-measured_on").first().value == Decimal("280.50")


@pytest.mark.parametrize(
    "change",
    [
        {"value": "NaN"},
        {"value": "1e400"},
        {"value": ""},
        {"value": "9" * 40},
        {"measured_on": "0000-01-01"},
        {"measured_on": "9999-12-31"},
        {"measured_on": "ieri"},
        {"indicator": "999999999999999999999"},
        {"indicator": "abc"},
        {"note": "a\x00b"},
        {"note": "x" * 501},
    ],
)
def test_a_reading_typed_wrongly_comes_back_with_a_sentence_and_changes_nothing(client, idea, owner, change):
    client.force_login(owner)
    data = {
        "indicator": idea.pilot.indicators.get().pk,
        "measured_on": timezone.localdate().isoformat(),
        "value": "280",
    }
    answer = client.post(page("pilot_reading", idea), data | change)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Reading.objects.count() == 2


def test_an_expense_over_the_budget_says_what_is_left(client, idea, owner):
    client.force_login(owner)
    data = {"spent_on": timezone.localdate().isoformat(), "amount": "9000,01", "description": "Lettori"}
    answer = client.post(page("pilot_spending", idea), data)
    assert answer.status_code == 422 and "restano" in answer.content.decode()
    assert client.post(page("pilot_spending", idea), data | {"amount": "9000"}).status_code == 302
    assert Pilot.objects.get().spent == 9000


def test_a_note_a_milestone_and_a_team_member_are_written_by_plain_forms(client, idea, owner, office):
    client.force_login(owner)
    colleague = make.person("Irina", "Popa", home=office)
    assert client.post(page("pilot_note", idea), {"body": "Due scuole senza rete"}).status_code == 302
    stone = Milestone.objects.get()
    address = reverse("workflow:pilot_milestone", kwargs={"ref": idea.ref, "pk": stone.pk})
    assert client.post(address, {"done": "1"}).status_code == 302
    assert client.post(page("pilot_team", idea), {"person": "Irina Popa", "role": "rileva"}).status_code == 302
    assert client.post(page("pilot_team", idea), {"person": "Nessuno Così"}).status_code == 422
    body = client.get(page("pilot", idea)).content.decode()
    assert "Due scuole senza rete" in body and "Irina Popa" in body and "Fatta il" in body
    assert PilotMember.objects.filter(person=colleague).exists()


def test_the_home_manager_consents_from_the_page_and_nobody_else(client, idea, owner, manager):
    member = PilotMember.objects.get()
    client.force_login(owner)
    assert client.post(page("pilot_team", idea), {"member": member.pk, "act": "consent"}).status_code == 403
    client.force_login(manager)
    assert client.post(page("pilot_team", idea), {"member": member.pk, "act": "consent"}).status_code == 302
    assert PilotMember.objects.get().consent_by == manager


def test_the_manager_extends_and_concludes_through_the_pages(client, idea, owner, manager):
    client.force_login(manager)
    later = (idea.pilot.ends_on + timedelta(days=30)).isoformat()
    data = {"ends_on": later, "reason": "Servono altri dati per decidere bene.", "version": idea.version}
    assert client.post(page("pilot_extend", idea), data).status_code == 302
    assert client.post(page("pilot_extend", idea), data).status_code == 409
    idea = Idea.objects.get(pk=idea.pk)
    end = {"outcome": "adopted", "lessons": "Serve una rubrica.", "scale_plan": "Ovunque.", "version": idea.version}
    answer = client.post(page("pilot_conclude", idea), end)
    assert answer.status_code == 422 and "dato finale" in answer.content.decode()
    Reading.objects.update(is_final=False)
    last = Reading.objects.order_by("-measured_on").first()
    Reading.objects.filter(pk=last.pk).update(is_final=True)
    assert client.post(page("pilot_conclude", idea), end | {"version": 1}).status_code == 409
    assert client.post(page("pilot_conclude", idea), end).status_code == 302
    assert Idea.objects.get(pk=idea.pk).state == "adopted"
    assert "Serve una rubrica." in client.get(page("pilot", idea)).content.decode()


def test_the_table_for_a_spreadsheet_has_no_cell_that_runs(client, idea, owner):
    Indicator.objects.update(name="=HYPERLINK(1)")
    client.force_login(owner)
    answer = client.get(page("pilot_csv", idea))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=HYPERLINK(1)" in answer.content.decode() and "\n=HYPERLINK" not in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["?vista=boh", "?dopo=abc", "?dopo=99999999999999999999", "?miei=1", "?vista=in-corso&dopo=1"]
)
def test_the_list_takes_any_address_calmly(client, idea, owner, query):
    client.force_login(owner)
    assert client.get(reverse("workflow:pilot_list") + query).status_code == 200


def test_the_list_shows_late_pilots_and_pages_on(client, city, office, owner, idea):
    Pilot.objects.update(ends_on=timezone.localdate() - timedelta(days=3))
    client.force_login(owner)
    assert "3 giorni oltre la fine" in client.get(reverse("workflow:pilot_list")).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_pilot_and_for_three(
    client, django_assert_num_queries, city, office, owner, number
):
    for _ in range(number):
        piloting(city, office, owner)
    client.force_login(owner)
    client.get(reverse("workflow:pilot_list"))
    with django_assert_num_queries(7):
        assert client.get(reverse("workflow:pilot_list")).status_code == 200


def test_the_page_in_english(client, idea, owner):
    client.force_login(owner)
    client.cookies["django_language"] = "en"
    assert client.get(page("pilot", idea)).status_code == 200


@pytest.mark.parametrize(("typed", "stored"), [("1.280", "1280.00"), ("1.280,50", "1280.50"), ("12,5", "12.50")])
def test_amounts_and_readings_are_read_as_italian_numbers(typed, stored):
    spending = SpendingForm({"spent_on": "2026-11-19", "amount": typed, "description": "Lettori"})
    assert spending.is_valid() and str(spending.cleaned_data["amount"].quantize(Decimal("0.01"))) == stored
