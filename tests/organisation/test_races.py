# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two administrators at the same instant: the tree stays a tree, and what excludes each other is never held together."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from innovato.organisation import attempts
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.errors import OrganisationError
from innovato.organisation.models import Assignment, Department, DepartmentUserObjectPermission, Person
from innovato.organisation.services import (
    add_to_group,
    close_department,
    grant,
    merge_departments,
    move_department,
    transfer_person,
)

from .factories_city import AT, WHY, make_department, make_person, small_city
from .make_staff_csv import write
from .staff_extract import run

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 15


def both(*actions) -> list:
    """What each action answers, or the refusal it raises, when all start together."""
    barrier, answers = threading.Barrier(len(actions)), [None] * len(actions)

    def attempt(place, action):
        barrier.wait()
        try:
            answers[place] = action()
        except OrganisationError as refusal:
            answers[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refusals(answers) -> int:
    return sum(isinstance(answer, OrganisationError) for answer in answers)


def test_two_departments_moved_below_each_other_at_once_make_no_ring():
    for number in range(ROUNDS):
        top = make_department(f"sopra{number}")
        a, b = make_department(f"a{number}", top), make_department(f"b{number}", top)
        answers = both(
            lambda a=a, b=b: move_department(department=a, parent=b, by=None, at=AT),
            lambda a=a, b=b: move_department(department=b, parent=a, by=None, at=AT),
        )
        assert refusals(answers) == 1
        a, b = Department.objects.get(pk=a.pk), Department.objects.get(pk=b.pk)
        assert {a.parent_id, b.parent_id} in ({top.pk, a.pk}, {top.pk, b.pk})
        assert sorted([a.depth, b.depth]) == [1, 2]


def test_two_rights_that_exclude_each_other_given_at_once_are_not_both_held():
    city = small_city()
    for number in range(ROUNDS):
        person, group = make_person(), Group.objects.create(name=f"Valutatori {number}")
        grant(capability=Capability.REVIEW_IDEAS, department=city["museum"], to_group=group, by=None, at=AT, reason=WHY)
        answers = both(
            lambda person=person, group=group: add_to_group(person=person, group=group, by=None, at=AT, reason=WHY),
            lambda person=person: grant(
                capability=Capability.VIEW_PARTICIPATION, department=city["city"], to_person=person,
                by=None, at=AT, reason=WHY,
            ),
        )  # fmt: skip
        assert refusals(answers) == 1
        assert len(DepartmentAccess.of(person).capabilities) == 1


def test_a_right_given_while_its_department_is_merged_never_stays_on_the_closed_one():
    city = small_city()
    for number in range(ROUNDS):
        source, person = make_department(f"s{number}", city["city"]), make_person()
        both(
            lambda source=source: merge_departments(
                source=source, target=city["roads"], by=None, at=AT, reason=WHY
            ),
            lambda source=source, person=person: grant(
                capability=Capability.DECIDE_IDEAS, department=source, to_person=person, by=None, at=AT, reason=WHY
            ),
        )  # fmt: skip
        assert not DepartmentUserObjectPermission.objects.filter(content_object=source).exists()


def test_nobody_is_transferred_into_a_department_that_closes_at_that_instant():
    city = small_city()
    for number in range(ROUNDS):
        closing, person = make_department(f"c{number}", city["city"]), make_person(home=city["museum"])
        answers = both(
            lambda closing=closing: close_department(department=closing, by=None, at=AT, reason=WHY),
            lambda closing=closing, person=person: transfer_person(person=person, department=closing, by=None, at=AT),
        )
        assert refusals(answers) == 1
        closing.refresh_from_db()
        assert (closing.valid_to is None) == Person.objects.filter(home_department=closing).exists()


def test_one_person_transferred_twice_at_once_has_one_open_assignment():
    city = small_city()
    for _round in range(ROUNDS):
        person = make_person(home=city["museum"])
        answers = both(
            lambda person=person: transfer_person(person=person, department=city["roads"], by=None, at=AT),
            lambda person=person: transfer_person(person=person, department=city["library"], by=None, at=AT),
        )
        assert refusals(answers) == 0
        open_row = Assignment.objects.get(person=person, ends_on=None)
        person.refresh_from_db()
        assert open_row.department_id == person.home_department_id


def test_the_same_extract_twice_at_once_brings_everybody_once(tmp_path):
    small_city()
    path = write(tmp_path / "e.csv", 300, ["musei", "strade"])
    answers = both(lambda: run(path), lambda: run(path))
    assert sorted("300 nuove persone" in answer for answer in answers) == [False, True]
    assert (Person.objects.count(), Assignment.objects.count()) == (300, 300)


def test_twelve_guesses_sent_at_once_are_still_five():
    for number in range(ROUNDS):
        staff_number = f"{900000 + number}"
        answers = both(*[lambda: attempts.take(staff_number, at=AT)] * 12)  # noqa: B023 - used up in this round
        assert answers.count(True) == 5
