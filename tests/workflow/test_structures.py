# SPDX-License-Identifier: AGPL-3.0-or-later
"""Departments in the hands of who looks after them: who holds what and why, tasks given and taken back, a new shape."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from innovato.notifications.models import Notice
from innovato.organisation import holdings
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.models import Department, GrantRecord
from innovato.organisation.services import appoint
from innovato.organisation.services.people import end_rights_of_place
from tests import factories as make
from workflow.models import IdeaEvent
from workflow.selectors.reorganising import preview
from workflow.services import delegating, endings

pytestmark = pytest.mark.django_db
WHY = "ordine di servizio 12"


@pytest.fixture
def here():
    """city › (culture › museum, roads); an administrator of culture, one of the whole city, a manager of the city."""

    class Here:
        at = timezone.now()
        city = make.department("Città")
        culture = make.department("Cultura", parent=city)
        museum = make.department("Musei", parent=culture)
        roads = make.department("Strade", parent=city)
        chief = make.person("Ada", "Villa", home=city)
        admin = make.person("Bruno", "Neri", home=culture)
        boss = make.person("Silvia", "Ghione", home=city)
        worker = make.person("Fabio", "Cerutti", home=museum)

    make.grant(Here.chief, "manage_department", Here.city)
    make.grant(Here.admin, "manage_department", Here.culture)
    make.grant(Here.boss, "decide_ideas", Here.city)
    return Here


def signed_in(person) -> Client:
    client = Client(headers={"accept-language": "it"})
    client.force_login(person)
    return client


def give(here, *, by, to=None, where=None, capability="decide_ideas", reason=WHY):
    where = where or here.museum
    sent = {"to": (to or here.worker).staff_number, "capability": capability, "reason": reason}
    return signed_in(by).post(f"/organigramma/{where.pk}/", sent)


def test_a_task_is_given_to_a_group_of_the_office_and_taken_back_with_a_reason(here):
    assert give(here, by=here.admin).status_code == 302
    assert DepartmentAccess.of(here.worker).allows("decide_ideas", here.museum.pk)
    row = next(row for row in holdings.holdings_on(here.museum) if not row.inherited)
    assert (row.group_name, row.by, row.reason) == (
        f"Decidere sulle idee e sui piloti · Musei ({here.museum.code})", here.admin, WHY
    )  # fmt: skip
    page = signed_in(here.admin).get(f"/organigramma/{here.museum.pk}/").content.decode()
    for words in ("Fabio Cerutti", "da Bruno Neri", WHY, "ereditato da Città", "Silvia Ghione"):
        assert words in page
    asked = {"compito": "decide_ideas", "gruppo": row.group_id, "persona": here.worker.pk}
    client = signed_in(here.admin)
    assert client.get(f"/organigramma/{here.museum.pk}/revoca/", asked).status_code == 200
    assert client.post(f"/organigramma/{here.museum.pk}/revoca/", asked | {"reason": ""}).status_code == 422
    assert client.post(f"/organigramma/{here.museum.pk}/revoca/", asked | {"reason": WHY}).status_code == 302
    assert not DepartmentAccess.of(here.worker).capabilities
    assert list(GrantRecord.objects.order_by("pk").values_list("verb", flat=True)) == ["granted", "joined", "left"]


def test_the_second_person_joins_the_same_group(here):
    give(here, by=here.admin)
    other = make.person("Elena", "Gallo", home=here.museum)
    assert give(here, by=here.admin, to=other).status_code == 302
    assert Group.objects.filter(name__startswith="Decidere").count() == 1
    assert DepartmentAccess.of(other).allows("decide_ideas", here.museum.pk)
    assert not appoint(person=other, capability="decide_ideas", department=here.museum, by=here.admin, at=here.at,
                       reason=WHY)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "changes", "sentence"),
    [
        ("admin", {"to": "admin"}, "Non puoi entrare da te in un gruppo"),
        ("admin", {"reason": " "}, "Scrivi il motivo"),
        ("admin", {"capability": "vote"}, "Scegli un compito dall’elenco"),
        ("admin", {"capability": "view_participation"}, "non può anche valutare"),
        ("chief", {"where": "old"}, "La struttura è chiusa"),
    ],
)
def test_a_task_that_can_not_be_given_is_refused_in_words_and_nothing_changes(here, who, changes, sentence):
    here.old = make.department("Vecchio", parent=here.city, valid_to=timezone.localdate())
    make.grant(here.worker, "review_ideas", here.roads)
    groups = Group.objects.count()
    named = {name: getattr(here, value, value) if name != "capability" else value for name, value in changes.items()}
    answer = give(here, by=getattr(here, who), **named)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not GrantRecord.objects.exists()
    assert Group.objects.count() == groups


@pytest.mark.parametrize("who", ["boss", "worker", "admin"])
def test_only_who_looks_after_a_department_sees_or_changes_its_tasks(here, who):
    client = signed_in(getattr(here, who))
    for page in ("", "revoca/", "incarichi.csv", "sposta/", "unisci/", "chiudi/"):
        assert client.get(f"/organigramma/{here.roads.pk}/{page}").status_code == 403
    assert give(here, by=getattr(here, who), where=here.roads).status_code == 403
    sent = {"other": here.culture.pk, "reason": WHY, "confirm": "1"}
    assert client.post(f"/organigramma/{here.roads.pk}/sposta/", sent).status_code == 403
    assert client.get("/organigramma/").status_code == (200 if who == "admin" else 403)
    assert not GrantRecord.objects.exists()
    assert not IdeaEvent.objects.exists()


def test_a_right_that_is_not_there_is_not_found(here):
    client = signed_in(here.chief)
    for asked in ({}, {"compito": "decide_ideas", "gruppo": "0"}, {"compito": "x", "persona": "-1"}):
        assert client.get(f"/organigramma/{here.roads.pk}/revoca/", asked).status_code == 404
    assert client.get(f"/organigramma/{here.roads.pk}/vendi/").status_code == 404
    assert client.get("/organigramma/999999/").status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_the_pages_cost_the_same_however_many_hold_something(here, people, django_assert_num_queries):
    for number in range(people):
        to = make.person(f"Vice{number}", home=here.museum)
        give(here, by=here.chief, to=to)
        give(here, by=here.chief, to=to, capability="verify_results", where=here.culture)
    client = signed_in(here.chief)
    client.get("/organigramma/")
    with django_assert_num_queries(13):
        assert client.get(f"/organigramma/{here.museum.pk}/").status_code == 200
    with django_assert_num_queries(12):
        assert client.get(f"/organigramma/{here.culture.pk}/incarichi.csv").status_code == 200


def test_the_export_names_everybody_who_holds_something_in_the_subtree_and_no_cell_can_run(here):
    give(here, by=here.admin, reason="=1+1")
    today = timezone.localdate()
    delegating.give(to=here.worker, capabilities=["decide_ideas"], department=here.museum, starts_on=today,
                    ends_on=today, reason="ferie", by=here.boss, at=here.at)  # fmt: skip
    table = signed_in(here.admin).get(f"/organigramma/{here.culture.pk}/incarichi.csv")
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    found = {(row["Persona"], row["Struttura"], row["Ereditato"], row["Motivo"]) for row in rows}
    assert found == {
        ("Silvia Ghione", "Città", "sì", ""), ("Ada Villa", "Città", "sì", ""), ("Bruno Neri", "Cultura", "no", ""),
        ("Fabio Cerutti", "Musei", "no", "'=1+1"), ("Fabio Cerutti", "Musei", "no", "ferie"),
    }  # fmt: skip


def test_what_changes_hands_is_shown_before_a_department_moves_and_the_move_is_an_event(here):
    make.grant(here.worker, "decide_ideas", here.culture)
    other = make.person("Elena", "Gallo", home=here.roads)
    make.grant(other, "decide_ideas", here.roads)
    author = make.person(home=here.museum)
    call = make.campaign(here.city)
    for state in ("draft", "screening", "decision", "voting", "withdrawn", "declined"):
        make.idea(author, call, state=state)
    seen = preview(act="move", department=here.museum, other=here.roads, at=here.at)
    assert (seen.departments, seen.people, seen.ideas, seen.waiting) == (0, 2, 3, 2)
    assert {member.person for row in seen.losing for member in row.members} == {here.worker, here.admin}
    assert {member.person for row in seen.gaining for member in row.members} == {other}
    client, sent = signed_in(here.chief), {"other": here.roads.pk, "reason": WHY}
    page = client.post(f"/organigramma/{here.museum.pk}/sposta/", sent | {"preview": "1"})
    assert page.status_code == 200
    assert "Elena Gallo" in page.content.decode()
    assert Department.objects.get(pk=here.museum.pk).parent == here.culture
    assert client.post(f"/organigramma/{here.museum.pk}/sposta/", sent | {"confirm": "1"}).status_code == 302
    assert Department.objects.get(pk=here.museum.pk).parent == here.roads
    event = IdeaEvent.objects.get()
    assert (event.kind, event.by, event.data["reason_text"]) == ("department_moved", here.chief, WHY)
    assert (event.data["before"], event.data["parent"]) == (here.culture.pk, here.roads.pk)
    assert DepartmentAccess.of(other).allows("decide_ideas", here.museum.pk)


def test_a_department_is_merged_or_closed_only_where_it_can_be_and_each_is_an_event(here):
    client = signed_in(here.chief)
    refused = client.post(f"/organigramma/{here.museum.pk}/chiudi/", {"reason": WHY, "confirm": "1"})
    assert refused.status_code == 422
    assert "lavora ancora 1 persona" in refused.content.decode()
    below = client.post(f"/organigramma/{here.culture.pk}/sposta/",
                        {"other": here.museum.pk, "reason": WHY, "confirm": "1"})  # fmt: skip
    assert below.status_code == 422
    assert not IdeaEvent.objects.exists()
    merged = {"other": here.roads.pk, "reason": WHY, "confirm": "1"}
    assert client.post(f"/organigramma/{here.museum.pk}/unisci/", merged).status_code == 302
    here.worker.refresh_from_db()
    assert here.worker.home_department == here.roads
    empty = make.department("Vuoto", parent=here.city)
    assert client.post(f"/organigramma/{empty.pk}/chiudi/", {"reason": WHY, "confirm": "1"}).status_code == 302
    assert list(IdeaEvent.objects.values_list("kind", flat=True)) == ["department_merged", "department_closed"]
    assert "confluita in Strade" in client.get(f"/organigramma/{here.museum.pk}/").content.decode()


def test_a_deputy_administers_nothing_and_an_administrator_of_one_place_moves_nothing_to_another(here):
    sent = {"other": here.roads.pk, "reason": WHY, "confirm": "1"}
    answer = signed_in(here.admin).post(f"/organigramma/{here.museum.pk}/sposta/", sent)
    assert answer.status_code == 422
    assert "Non gestisci questa struttura" in answer.content.decode()
    assert Department.objects.get(pk=here.museum.pk).parent == here.culture


def test_the_profile_says_where_a_right_comes_from_and_for_whom_one_acts(here):
    give(here, by=here.admin, capability="verify_results")
    today = timezone.localdate()
    row = delegating.give(to=here.worker, capabilities=["decide_ideas"], department=here.city, starts_on=today,
                          ends_on=today + timedelta(days=3), reason="ferie", by=here.boss, at=here.at)[0]  # fmt: skip
    client = signed_in(here.worker)
    assert "per Silvia Ghione" not in client.get("/profilo/").content.decode()
    delegating.accept(delegation_id=row.pk, by=here.worker, at=here.at)
    page = client.get("/profilo/").content.decode()
    for words in ("da Bruno Neri", WHY, "per Silvia Ghione, fino al"):
        assert words in page


def told(kind) -> list[tuple]:
    rows = Notice.objects.filter(kind=kind).select_related("recipient").order_by("pk")
    return [(row.recipient.first_name, row.context["by_name"], row.email_state) for row in rows]


def test_who_loses_a_task_is_told_with_the_reason_and_so_are_the_two_of_a_delegation_that_falls_with_it(here):
    for person in (here.worker, make.person("Elena", "Gallo", home=here.museum), here.boss):  # who holds it above too
        give(here, by=here.chief, to=person)
    today, deputy = timezone.localdate(here.at), make.person("Carla", "Riva", home=here.museum)
    lent = delegating.give(
        to=deputy, capabilities=["decide_ideas"], department=here.museum, starts_on=today, ends_on=today,
        reason="ferie", by=here.worker, at=here.at,
    )[0]  # fmt: skip
    delegating.accept(delegation_id=lent.pk, by=deputy, at=here.at)
    group = Group.objects.get(name__contains=here.museum.code)
    asked = {"compito": "decide_ideas", "gruppo": group.pk, "reason": WHY}
    assert signed_in(here.admin).post(f"/organigramma/{here.museum.pk}/revoca/", asked).status_code == 302
    assert told("right_ended") == [("Fabio", "Bruno Neri", "pending"), ("Elena", "Bruno Neri", "pending")]
    words = Notice.objects.filter(kind="right_ended").first().context
    assert (words["department"], words["reason_text"]) == ("Musei", WHY)
    assert sorted(name for name, *_ in told("delegation_ended")) == ["Carla", "Fabio"]
    endings.tell_since(at=timezone.now())
    assert (len(told("right_ended")), len(told("delegation_ended"))) == (2, 2)


def test_every_morning_tells_of_transfers_and_of_delegations_whose_days_are_over(here):
    give(here, by=here.chief)
    give(here, by=here.chief, to=here.admin)
    today = timezone.localdate(here.at)
    lent = delegating.give(
        to=here.chief, capabilities=["decide_ideas"], department=here.city, starts_on=today, ends_on=today,
        reason="ferie", by=here.boss, at=here.at,
    )[0]  # fmt: skip
    delegating.accept(delegation_id=lent.pk, by=here.chief, at=here.at)
    end_rights_of_place([(here.worker.pk, here.museum.pk, here.roads.pk)], by=None, at=timezone.now())
    later = timezone.now() + timedelta(minutes=1)
    endings.tell_since(at=later)
    assert (told("right_ended"), told("delegation_ended")) == ([("Fabio", "", "pending")], [])
    for days in (1, 2):
        endings.tell_since(at=later + timedelta(days=days))
    assert len(told("right_ended")) == 1
    assert sorted(name for name, *_ in told("delegation_ended")) == ["Ada", "Silvia"]
