# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tree of departments: what opens, moves, merges and closes, and what is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.errors import AlreadyThere, NotAllowed, NotToOneself, StillInUse, WrongPlace
from innovato.organisation.models import Assignment, Department, GrantRecord
from innovato.organisation.selectors import name_path, successor_of
from innovato.organisation.services import (
    add_to_group,
    close_department,
    grant,
    merge_departments,
    move_department,
    transfer_person,
)

from .factories_city import AT, OPENED, TODAY, WHY, give, make_department, make_kind, make_person, small_city

pytestmark = pytest.mark.django_db

TOMORROW = AT + timedelta(days=1)


def check_tree():
    """Every path is the chain of keys that the parents give."""
    rows = {row.pk: row for row in Department.objects.all()}
    for row in rows.values():
        chain, here = [], row
        while here is not None:
            chain.append(Department.step(here.pk))
            here = rows.get(here.parent_id)
        assert row.path == "".join(reversed(chain))


def refresh(department):
    return Department.objects.get(pk=department.pk)


def test_a_new_department_gets_the_path_of_its_place():
    city = small_city()
    library = city["library"]
    assert library.path == "".join(Department.step(city[k].pk) for k in ("city", "culture", "library"))
    assert library.ancestor_ids == [city["city"].pk, city["culture"].pk, library.pk]
    assert library.depth == 2
    assert name_path(library) == "citta › cultura › biblioteche"
    check_tree()


def test_a_moved_department_takes_everything_below_it_along():
    city = small_city()
    move_department(department=city["culture"], parent=city["roads"], by=None, at=AT)
    assert name_path(refresh(city["museum"])) == "citta › strade › cultura › musei"
    check_tree()


def test_a_department_can_become_a_root_and_come_back():
    city = small_city()
    moved = move_department(department=city["culture"], parent=None, by=None, at=AT)
    assert moved.depth == 0
    check_tree()
    move_department(department=moved, parent=city["city"], by=None, at=AT)
    check_tree()


@pytest.mark.parametrize("below", ["culture", "library"])
def test_a_department_cannot_move_below_itself(below):
    city = small_city()
    before = refresh(city["culture"]).path
    with pytest.raises(WrongPlace) as refusal:
        move_department(department=city["culture"], parent=city[below], by=None, at=AT)
    assert refusal.value.sentence == "Una struttura non può stare sotto sé stessa: scegline un’altra."
    assert refresh(city["culture"]).path == before


def test_rights_follow_a_move_at_once():
    city = small_city()
    manager = make_person()
    give(manager, Capability.DECIDE_IDEAS, city["roads"])
    assert not DepartmentAccess.of(manager).allows(Capability.DECIDE_IDEAS, city["museum"].pk)
    move_department(department=city["culture"], parent=city["roads"], by=None, at=AT)
    assert DepartmentAccess.of(manager).allows(Capability.DECIDE_IDEAS, city["museum"].pk)


def test_a_tree_that_would_get_too_deep_is_refused():
    deepest = make_department("livello0")
    for level in range(1, 36):
        deepest = make_department(f"livello{level}", deepest)
    with pytest.raises(WrongPlace):
        make_department("livello36", deepest)
    pair = make_department("altro")
    make_department("altro-sotto", pair)
    with pytest.raises(WrongPlace):
        move_department(department=pair, parent=deepest.parent, by=None, at=AT)
    check_tree()


def test_two_departments_cannot_share_a_code():
    make_department("uno")
    with pytest.raises(AlreadyThere) as refusal:
        make_department("uno")
    assert "uno" in refusal.value.sentence


def test_nothing_opens_below_a_closed_department():
    city = small_city()
    closed = close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    assert closed.valid_to == TODAY
    with pytest.raises(WrongPlace):
        make_department("mostre", closed)
    with pytest.raises(WrongPlace):
        move_department(department=city["library"], parent=closed, by=None, at=AT)
    with pytest.raises(WrongPlace):
        move_department(department=closed, parent=city["roads"], by=None, at=AT)


def test_closing_is_refused_while_people_work_there():
    city = small_city()
    make_person(home=city["museum"])
    make_person(home=city["museum"])
    with pytest.raises(StillInUse) as refusal:
        close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    assert refusal.value.sentence == "In questa struttura lavorano ancora 2 persone: prima trasferiscile."


def test_closing_is_refused_while_open_departments_hang_below():
    city = small_city()
    with pytest.raises(StillInUse):
        close_department(department=city["culture"], by=None, at=AT, reason=WHY)
    for below in ("museum", "library"):
        close_department(department=city[below], by=None, at=AT, reason=WHY)
    close_department(department=city["culture"], by=None, at=AT, reason=WHY)
    with pytest.raises(WrongPlace):
        close_department(department=city["culture"], by=None, at=AT, reason=WHY)


def test_a_department_cannot_close_on_the_day_it_opens():
    new = make_department("nuova", valid_from=TODAY)
    with pytest.raises(WrongPlace):
        close_department(department=new, by=None, at=AT, reason=WHY)


def test_closing_ends_the_rights_given_there_and_writes_them_down():
    city = small_city()
    manager = make_person()
    give(manager, Capability.DECIDE_IDEAS, city["museum"])
    close_department(department=city["museum"], by=None, at=AT, reason="soppresso")
    assert not DepartmentAccess.of(manager).has(Capability.DECIDE_IDEAS)
    last = GrantRecord.objects.order_by("-pk").first()
    assert (last.verb, last.capability, last.person, last.reason) == ("revoked", "decide_ideas", manager, "soppresso")


def test_a_merged_department_lies_below_its_successor_and_its_rights_cover_it():
    city = small_city()
    chief = make_person()
    give(chief, Capability.DECIDE_IDEAS, city["roads"])
    merged = merge_departments(source=city["culture"], target=city["roads"], by=None, at=AT, reason=WHY)
    assert (merged.parent_id, merged.merged_into_id, merged.valid_to) == (city["roads"].pk, city["roads"].pk, TODAY)
    access = DepartmentAccess.of(chief)
    covered = {city[k].pk for k in ("roads", "culture", "library", "museum")}
    assert access.departments(Capability.DECIDE_IDEAS) == covered
    assert {refresh(city[k]).parent_id for k in ("library", "museum")} == {city["roads"].pk}
    check_tree()


def test_merging_moves_people_and_their_assignments():
    city = small_city()
    person = make_person(home=city["museum"])
    Assignment.objects.create(person=person, department=city["museum"], starts_on=OPENED, role="custode")
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY)
    person.refresh_from_db()
    assert person.home_department == city["library"]
    rows = list(person.assignments.order_by("starts_on").values_list("department", "starts_on", "ends_on", "role"))
    assert rows == [
        (city["museum"].pk, OPENED, TODAY, "custode"),
        (city["library"].pk, TODAY, None, "custode"),
    ]


def test_merging_ends_the_grants_on_the_source():
    city = small_city()
    manager = make_person()
    give(manager, Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY)
    assert DepartmentAccess.of(manager).capabilities == frozenset()


def test_merging_can_give_the_grants_again_on_the_target():
    city = small_city()
    manager = make_person()
    give(manager, Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY, keep_grants=True)
    access = DepartmentAccess.of(manager)
    assert access.departments(Capability.DECIDE_IDEAS) == {city["library"].pk, city["museum"].pk}
    assert access.paths(Capability.DECIDE_IDEAS) == (refresh(city["library"]).path,)


def test_nobody_widens_their_own_right_by_merging():
    city = small_city()
    admin = make_person()
    give(admin, Capability.MANAGE_DEPARTMENT, city["city"])
    give(admin, Capability.REVIEW_IDEAS, city["museum"])
    with pytest.raises(NotToOneself):
        merge_departments(source=city["museum"], target=city["library"], by=admin, at=AT, reason=WHY, keep_grants=True)
    assert refresh(city["museum"]).valid_to is None
    assert DepartmentAccess.of(admin).departments(Capability.REVIEW_IDEAS) == {city["museum"].pk}


def test_a_department_does_not_merge_into_itself_or_into_one_below_it():
    city = small_city()
    for target in ("culture", "library"):
        with pytest.raises(WrongPlace):
            merge_departments(source=city["culture"], target=city[target], by=None, at=AT, reason=WHY)


def test_a_closed_department_neither_merges_nor_takes_in():
    city = small_city()
    close_department(department=city["museum"], by=None, at=AT, reason=WHY)
    with pytest.raises(WrongPlace):
        merge_departments(source=city["museum"], target=city["library"], by=None, at=TOMORROW, reason=WHY)
    with pytest.raises(WrongPlace):
        merge_departments(source=city["library"], target=city["museum"], by=None, at=TOMORROW, reason=WHY)


def test_the_successor_is_found_through_a_chain_of_mergers():
    city = small_city()
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY)
    merge_departments(source=city["library"], target=city["roads"], by=None, at=TOMORROW, reason=WHY)
    assert successor_of(city["museum"].pk) == city["roads"].pk
    assert successor_of(city["roads"].pk) == city["roads"].pk
    check_tree()


def test_only_who_looks_after_both_places_moves_a_department():
    city = small_city()
    admin = make_person(is_superuser=True)
    give(admin, Capability.MANAGE_DEPARTMENT, city["culture"])
    with pytest.raises(NotAllowed):
        move_department(department=city["library"], parent=city["roads"], by=admin, at=AT)
    move_department(department=city["library"], parent=city["museum"], by=admin, at=AT)
    with pytest.raises(NotAllowed):
        move_department(department=city["library"], parent=None, by=admin, at=AT)


def test_a_transfer_closes_the_old_assignment_and_opens_the_new():
    city = small_city()
    person = make_person(home=city["museum"])
    Assignment.objects.create(person=person, department=city["museum"], starts_on=OPENED)
    assert transfer_person(person=person, department=city["roads"], by=None, at=AT, role="geometra") is True
    rows = list(person.assignments.order_by("starts_on").values_list("department", "starts_on", "ends_on", "role"))
    assert rows == [(city["museum"].pk, OPENED, TODAY, ""), (city["roads"].pk, TODAY, None, "geometra")]
    assert transfer_person(person=person, department=city["roads"], by=None, at=AT) is False


def test_a_second_transfer_on_the_same_day_corrects_the_first():
    city = small_city()
    person = make_person(home=city["museum"])
    transfer_person(person=person, department=city["roads"], by=None, at=AT)
    transfer_person(person=person, department=city["library"], by=None, at=AT)
    assert list(person.assignments.values_list("department", "ends_on")) == [(city["library"].pk, None)]


def test_the_manager_of_an_office_who_moves_elsewhere_stops_deciding_there():
    city = small_city()
    manager, office = make_person(home=city["museum"]), make_person(home=city["library"])
    give(manager, Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    give(manager, Capability.VERIFY_RESULTS, city["culture"])
    give(manager, Capability.REVIEW_IDEAS, city["city"])
    give(office, Capability.DECIDE_IDEAS, city["museum"], by_group="Dirigenti · musei")
    transfer_person(person=manager, department=city["roads"], by=None, at=AT)
    assert DepartmentAccess.of(manager).capabilities == {Capability.REVIEW_IDEAS}
    assert DepartmentAccess.of(office).has(Capability.DECIDE_IDEAS)
    verbs = GrantRecord.objects.filter(person=manager, reason="trasferimento").values_list("verb", flat=True)
    assert sorted(verbs) == ["left", "revoked"]


def test_a_right_on_a_place_where_one_never_worked_survives_a_transfer():
    city = small_city()
    reviewer = make_person(home=city["museum"])
    give(reviewer, Capability.REVIEW_IDEAS, city["roads"])
    transfer_person(person=reviewer, department=city["library"], by=None, at=AT)
    assert DepartmentAccess.of(reviewer).has(Capability.REVIEW_IDEAS)


def test_who_transfers_looks_after_the_old_place_and_the_new():
    city = small_city()
    admin, person = make_person(), make_person(home=city["museum"])
    give(admin, Capability.MANAGE_DEPARTMENT, city["roads"])
    with pytest.raises(NotAllowed):
        transfer_person(person=person, department=city["roads"], by=admin, at=AT)


@pytest.mark.parametrize(
    "broken",
    [
        {"valid_from": TODAY, "valid_to": TODAY},
        {"path": ""},
        {"code": "citta"},
        {"parent_id": "own"},
        {"merged_into_id": "other"},
        {"merged_into_id": "own", "valid_to": TODAY},
        {"path": "other"},
    ],
)
def test_the_database_refuses_a_broken_department(broken):
    city = small_city()
    roads, museum = city["roads"], city["museum"]
    stand_in = {"own": roads.pk, "other": museum.path if "path" in broken else museum.pk}
    values = {column: stand_in.get(value, value) for column, value in broken.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.filter(pk=roads.pk).update(**values)


def test_a_kind_has_its_name_in_both_languages():
    kind = make_kind("area")
    assert str(kind) == "Area"


step = st.tuples(st.sampled_from(["make", "move", "merge", "close"]), st.integers(0, 30), st.integers(0, 30))


@given(st.lists(step, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_to_the_tree_every_path_is_true(steps):
    with transaction.atomic():
        tree = [make_department("radice")]
        for number, (verb, one, other) in enumerate(steps):
            a, b = refresh(tree[one % len(tree)]), refresh(tree[other % len(tree)])
            try:
                with transaction.atomic():
                    if verb == "make":
                        tree.append(make_department(f"n{number}", a))
                    elif verb == "move":
                        move_department(department=a, parent=b, by=None, at=AT)
                    elif verb == "merge":
                        merge_departments(source=a, target=b, by=None, at=AT, reason=WHY)
                    else:
                        close_department(department=a, by=None, at=AT, reason=WHY)
            except (WrongPlace, StillInUse):
                pass
            check_tree()
        for row in Department.objects.exclude(merged_into=None):
            assert row.path.startswith(row.merged_into.path)
        transaction.set_rollback(True)


def test_a_grant_on_a_department_merged_meanwhile_is_refused():
    city = small_city()
    stale = refresh(city["museum"])
    merge_departments(source=city["museum"], target=city["library"], by=None, at=AT, reason=WHY)
    with pytest.raises(WrongPlace):
        grant(capability=Capability.REVIEW_IDEAS, department=stale, to_person=make_person(), by=None, at=AT, reason=WHY)


def test_a_group_of_the_whole_city_is_joined_only_through_who_looks_after_the_city():
    city = small_city()
    local, joining = make_person(), make_person()
    give(local, Capability.MANAGE_DEPARTMENT, city["culture"])
    give(make_person(), Capability.SCREEN_IDEAS, city["city"], by_group="Ufficio innovazione")
    group = GrantRecord.objects.filter(group__name="Ufficio innovazione").first().group
    with pytest.raises(NotAllowed):
        add_to_group(person=joining, group=group, by=local, at=AT, reason=WHY)
