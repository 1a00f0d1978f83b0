# SPDX-License-Identifier: AGPL-3.0-or-later
"""The HR extract: what it brings, what it refuses, and that a second run changes nothing."""

import time
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Assignment, ContractArea, Person, PersonSession
from innovato.organisation.services import deactivate, merge_departments, remember_session

from .factories_city import AT, TODAY, WHY, give, make_person
from .make_staff_csv import write
from .staff_extract import ANNA, MARCO, get, refused, run, snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_new_people_arrive_with_department_contract_and_assignment(city, extract):
    out = run(extract(ANNA, MARCO))
    anna, marco = get("300001"), get("300002")
    assert "2 nuove persone" in out
    assert (anna.get_full_name(), anna.email, anna.home_department) == (
        "Anna Ferrero", "anna@comune.example", city["museum"],
    )  # fmt: skip
    assert (anna.contract_area, anna.joined_on, anna.is_active) == (ContractArea.ISTRUTTORI, date(2019, 9, 1), True)
    assert not anna.has_usable_password()
    assert list(anna.assignments.values_list("department", "starts_on", "ends_on", "role")) == [
        (city["museum"].pk, date(2019, 9, 1), None, "custode")
    ]
    assert (marco.contract_area, marco.joined_on) == (ContractArea.FUNZIONARI, date(2010, 2, 1))
    assert marco.search_name == " marco d angelo"


def test_a_second_run_changes_nothing(city, extract):
    path = extract(ANNA, MARCO, "300003;Via;Ugo;musei;Operatori;;;;2020-01-01;cessato")
    run(path)
    before = snapshot()
    out = run(path, complete=True)
    assert "In tutto: 0 persone cambiate." in out
    assert "3 senza cambiamenti" in out
    assert snapshot() == before
    assert not Person.objects.filter(staff_number="300003").exists()


def test_changed_data_is_updated(city, extract):
    run(extract(ANNA))
    changed = (
        ANNA.replace("Ferrero", "Ferrero Conti").replace("Istruttori", "Dirigenti").replace("custode", "curatrice")
    )
    out = run(extract(changed))
    anna = get("300001")
    assert (anna.last_name, anna.search_name, anna.is_director) == ("Ferrero Conti", " anna ferrero conti", True)
    assert anna.assignments.get().role == "curatrice"
    assert "1 dati aggiornati" in out
    assert "In tutto: 0" in run(extract(changed))


def test_a_changed_role_alone_is_an_update_too(city, extract):
    run(extract(ANNA))
    assert "1 dati aggiornati" in run(extract(ANNA.replace("custode", "curatrice")))


def test_empty_optional_cells_keep_what_is_there(city, extract):
    run(extract(ANNA))
    run(extract("300001;Ferrero;Anna;musei;Istruttori;;;;;"))
    anna = get("300001")
    assert (anna.email, anna.joined_on, anna.assignments.get().role) == (
        "anna@comune.example", date(2019, 9, 1), "custode",
    )  # fmt: skip


def test_a_transfer_closes_the_old_assignment_and_ends_the_rights_of_the_place(city, extract):
    run(extract(ANNA))
    anna = get("300001")
    give(anna, Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    moved = ANNA.replace("musei", "strade")
    out = run(extract(moved))
    assert "1 trasferimenti" in out
    assert "1 incarichi finiti con il trasferimento" in out
    anna.refresh_from_db()
    assert anna.home_department == city["roads"]
    assert list(anna.assignments.order_by("starts_on").values_list("department", "starts_on", "ends_on")) == [
        (city["museum"].pk, date(2019, 9, 1), TODAY),
        (city["roads"].pk, TODAY, None),
    ]
    assert DepartmentAccess.of(anna).capabilities == frozenset()
    assert "In tutto: 0" in run(extract(moved))


@pytest.mark.parametrize(
    ("end", "left_on"),
    [
        (";2026-11-01;", date(2026, 11, 1)),
        (";2026-11-18;", TODAY),
        (";;cessato", TODAY),
        (";01/11/2026;Cessato", date(2026, 11, 1)),
    ],
)
def test_a_leaver_is_deactivated_and_signed_out_everywhere(city, extract, end, left_on):
    run(extract(ANNA, MARCO))
    anna = get("300001")
    remember_session(person=anna, session_key="abc", at=AT)
    remember_session(person=get("300002"), session_key="def", at=AT)
    path = extract("300001;Ferrero;Anna;musei;Istruttori;;;2019-09-01" + end, MARCO)
    out = run(path, force=True)
    assert "1 uscite" in out
    anna.refresh_from_db()
    assert (anna.is_active, anna.left_on) == (False, left_on)
    assert anna.assignments.get().ends_on == left_on
    assert list(PersonSession.objects.values_list("session_key", flat=True)) == ["def"]
    assert "In tutto: 0" in run(path, force=True)


def test_a_leaving_date_in_the_future_is_noted_and_takes_effect_on_its_day(city, extract):
    path = extract("300001;Ferrero;Anna;musei;Istruttori;;;;2026-12-31;", MARCO)
    run(path)
    assert (get("300001").is_active, get("300001").left_on) == (True, date(2026, 12, 31))
    assert "In tutto: 0" in run(path)
    with time_machine.travel(AT + timedelta(days=60)):
        run(path, force=True)
    assert not get("300001").is_active


def test_a_leaving_date_taken_back_is_forgotten(city, extract):
    run(extract("300001;Ferrero;Anna;musei;Istruttori;;;;2026-12-31;"))
    run(extract("300001;Ferrero;Anna;musei;Istruttori;;;;;"))
    assert get("300001").left_on is None


def test_somebody_absent_for_long_stays_in_service(city, extract):
    run(extract("300001;Ferrero;Anna;musei;Istruttori;;;;;assente"))
    assert get("300001").is_active


def test_who_comes_back_is_active_again_in_the_new_place(city, extract):
    run(extract(ANNA))
    anna = get("300001")
    deactivate(person=anna, by=None, at=AT, reason=WHY)
    back = ANNA.replace("musei", "strade")
    assert "1 rientri" in run(extract(back))
    anna.refresh_from_db()
    assert (anna.is_active, anna.left_on, anna.home_department) == (True, None, city["roads"])
    assert anna.assignments.filter(ends_on=None).count() == 1
    assert "In tutto: 0" in run(extract(back))


def test_somebody_without_an_assignment_gets_one(city, extract):
    make_person("Anna", "Ferrero", home=city["museum"], staff_number="300001")
    run(extract(ANNA))
    assert get("300001").assignments.get().department == city["museum"]
    assert "In tutto: 0" in run(extract(ANNA))


def test_people_missing_from_a_complete_extract_leave_but_technical_accounts_stay(city, extract):
    for number in range(6):
        make_person(home=city["museum"], staff_number=f"30000{number}")
    technical = make_person(staff_number="900000", is_staff=True)
    kept = [f"30000{n};Prova;Anna;musei;Istruttori;;;;;" for n in range(1, 6)]
    assert "0 uscite" in run(extract(*kept))
    assert "1 uscite" in run(extract(*kept), complete=True)
    assert set(Person.objects.filter(is_active=False).values_list("staff_number", flat=True)) == {"300000"}
    technical.refresh_from_db()
    assert technical.is_active
    assert "In tutto: 0" in run(extract(*kept), complete=True)


def test_more_than_a_fifth_of_leavers_needs_to_be_said_twice(city, extract):
    for number in range(4):
        make_person(home=city["museum"], staff_number=f"30000{number}")
    path = extract(*[f"30000{n};Prova;Anna;musei;Istruttori;;;;;" for n in range(1, 4)])
    _errors, sentence = refused(path, complete=True)
    assert "1 persone su 4" in sentence
    assert "--force" in sentence
    run(path, complete=True, force=True)
    assert not get("300000").is_active


def test_a_dry_run_says_what_would_change_and_changes_nothing(city, extract):
    run(extract(ANNA))
    before = snapshot()
    out = run(extract(ANNA.replace("musei", "strade"), MARCO), dry_run=True)
    assert out.startswith("Prova: non ho cambiato niente.")
    assert "1 nuove persone" in out
    assert "1 trasferimenti" in out
    assert snapshot() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_both_encodings_and_both_separators_are_read(city, tmp_path, encoding, delimiter):
    path = write(tmp_path / "e.csv", 50, ["musei", "strade"], delimiter=delimiter, encoding=encoding)
    assert "50 nuove persone" in run(path)
    assert Person.objects.filter(last_name="D’Angelo").exists()
    assert Person.objects.filter(first_name__in=["Nicolò", "Élise", "Lucìa"]).exists()


def test_columns_may_come_in_any_order_with_capitals_quotes_and_spaces(city, extract):
    header = '"Nome" ; MATRICOLA;Codice struttura;area contrattuale;cognome'
    run(extract('"Anna ""Nina""";300001;musei;OPERATORI ESPERTI;"Ferrero"', "", " ; ; ; ; ", header=header))
    assert get("300001").first_name == 'Anna "Nina"'
    assert get("300001").contract_area == ContractArea.OPERATORI_ESPERTI


def test_decomposed_accents_are_stored_composed(city, extract):
    run(extract("300001;Pero\u0300;Anna;musei;Operatori;;;;;"))
    assert get("300001").last_name == "Però"


def test_the_code_of_a_merged_department_leads_to_its_successor(city, extract):
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY)
    run(extract(ANNA))
    assert get("300001").home_department == city["library"]


def test_ten_thousand_lines_take_less_than_a_minute_and_a_second_run_changes_nothing(city, tmp_path):
    path = write(tmp_path / "tutti.csv", 10_000, ["musei", "strade", "biblioteche"])
    err = StringIO()
    started = time.perf_counter()
    call_command("import_staff", str(path), stdout=StringIO(), stderr=err)
    first = time.perf_counter() - started
    assert Person.objects.count() == 10_000
    assert Assignment.objects.filter(ends_on=None).count() == 10_000
    assert "1000 righe lette…" in err.getvalue()
    assert "10000 persone scritte…" in err.getvalue()
    assert "In tutto: 0 persone cambiate." in run(path, complete=True)
    assert first < 60
