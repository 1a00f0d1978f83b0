# SPDX-License-Identifier: AGPL-3.0-or-later
"""Brings the extract of the HR system into the city: all of it or nothing, and a second time without any change."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..errors import BadStaffFile, TooManyLeavers
from ..models import Assignment, Department, Person
from ..staff_line import LEFT, StaffLine
from .departments import lock_tree
from .people import deactivate_many, end_rights_of_place, reassign
from .sessions import end_sessions

REASON = "estratto del personale"
MOST_LEAVERS = 0.20
_CHUNK = 500

Progress = Callable[[int], None]


@dataclass(slots=True)
class StaffPlan:
    """What an extract would change. People carry their new values; nothing is written yet."""

    created: list[tuple[Person, StaffLine]] = field(default_factory=list)
    updated: list[tuple[Person, list[str]]] = field(default_factory=list)
    roles: list[Assignment] = field(default_factory=list)
    placed: list[tuple[Person, int | None, str]] = field(default_factory=list)
    transferred: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    leavers: list[Person] = field(default_factory=list)
    unchanged: int = 0
    rights_ended: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many people this extract changes."""
        touched = {person.pk for person, _fields in self.updated} | {person.pk for person in self.leavers}
        touched |= {person.pk for person, _old, _role in self.placed} | {row.person_id for row in self.roles}
        return len(self.created) + len(touched)

    @property
    def only_updated(self) -> int:
        """How many people change in nothing but their own data."""
        moved = {person.pk for person in self.leavers} | set(self.transferred) | set(self.returned)
        return self.changes - len(self.created) - len(moved)


@transaction.atomic
def import_staff(
    *,
    lines: list[StaffLine],
    problems: list[tuple[int, str]],
    at: datetime,
    complete: bool = False,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda written: None,
) -> StaffPlan:
    """Apply the lines of an extract; `dry_run` does the same and then takes it all back.

    `problems` are those found while reading. Raises BadStaffFile with every problem, and TooManyLeavers (unless
    `force`) when more than a fifth of the people in service would leave; in both cases nothing has changed.
    `complete` also deactivates people with a department who are not in the extract.
    """
    lock_tree()
    plan = _Planner(today=timezone.localdate(at)).plan(lines, complete=complete)
    found = sorted(problems + plan.problems)
    if found:
        raise BadStaffFile(_("Non ho cambiato niente: correggi queste righe e riprova."), found)
    if not force:
        _check_leavers(plan)
    _apply(plan, at=at, progress=progress)
    if dry_run:
        transaction.set_rollback(True)
    return plan


def _check_leavers(plan: StaffPlan) -> None:
    """Raise TooManyLeavers when the extract looks like a part of the staff taken for the whole."""
    in_service = Person.objects.filter(is_active=True, home_department__isnull=False).count()
    if len(plan.leavers) > in_service * MOST_LEAVERS:
        words = {"leavers": len(plan.leavers), "all": in_service}
        raise TooManyLeavers(
            _(
                "L’estratto farebbe uscire %(leavers)d persone su %(all)d: più di una su cinque. Non ho cambiato niente. "
                "Controlla che sia completo; se è giusto così, ripeti con --force."
            )
            % words
        )


class _Planner:
    """Compares the extract with the city as it is now, person by person."""

    def __init__(self, *, today: date):
        self.today = today
        self.result = StaffPlan()
        self.departments = {row.code: row for row in Department.objects.all()}
        self.by_key = {row.pk: row for row in self.departments.values()}
        self.people = {row.staff_number: row for row in Person.objects.select_for_update(no_key=True).order_by("pk")}
        self.assignments = {row.person_id: row for row in Assignment.objects.filter(ends_on=None)}

    def plan(self, lines: list[StaffLine], *, complete: bool) -> StaffPlan:
        """Everything that the lines change; with `complete` the people missing from them leave."""
        for line in lines:
            self._line(line)
        if complete:
            named = {line.staff_number for line in lines}
            self.result.leavers += [
                person
                for number, person in self.people.items()
                if number not in named and person.is_active and person.home_department_id
            ]
        return self.result

    def _line(self, line: StaffLine) -> None:
        """One person: new, gone, or compared field by field."""
        gone = line.has_left(self.today)
        person = self.people.get(line.staff_number)
        department = self._department(line, gone)
        if department is None:
            return
        joined = line.joined_on or (person.joined_on if person else None)
        if line.left_on and joined and line.left_on < joined:
            self.result.problems.append((line.number, _("data_cessazione: viene prima della data di assunzione nota")))
        elif line.status == LEFT and line.left_on and line.left_on > self.today:
            self.result.problems.append((line.number, _("stato: dice cessato, ma data_cessazione è nel futuro")))
        elif person is not None:
            self._known(person, line, department, gone)
        elif gone:
            self.result.unchanged += 1
        else:
            self.result.created.append((_new_person(line, department), line))

    def _department(self, line: StaffLine, gone: bool) -> Department | None:
        """The department of this line, following mergers; None, with a problem noted, when people can't be there."""
        department = self.departments.get(line.department_code)
        if department is None:
            words = {"code": line.department_code}
            self.result.problems.append((line.number, _("codice_struttura: «%(code)s» non esiste") % words))
            return None
        while department.merged_into_id:
            department = self.by_key[department.merged_into_id]
        if not gone and department.valid_to is not None and department.valid_to <= self.today:
            words = {"code": department.code}
            self.result.problems.append((line.number, _("codice_struttura: «%(code)s» è chiusa") % words))
            return None
        return department

    def _known(self, person: Person, line: StaffLine, department: Department, gone: bool) -> None:
        """Compare somebody who is already there, and note each kind of change."""
        changed = _changed_fields(person, line, gone)
        leaves, new_role = gone and person.is_active, False
        if leaves:
            self.result.leavers.append(person)
        elif not gone:
            placing = self._placing(person, line, department)
            changed += placing
            new_role = not placing and self._role(person, line)
        if changed:
            self.result.updated.append((person, changed))
        self.result.unchanged += not (changed or leaves or new_role)

    def _placing(self, person: Person, line: StaffLine, department: Department) -> list[str]:
        """The fields that change because the person moves or comes back; notes the new assignment."""
        moved, back = person.home_department_id != department.pk, not person.is_active
        if not (moved or back or person.pk not in self.assignments):
            return []
        old = None if back else person.home_department_id
        self.result.placed.append((person, old, line.role))
        person.home_department, person.is_active = department, True
        if back:
            self.result.returned.append(person.pk)
        elif moved:
            self.result.transferred.append(person.pk)
        return ["home_department", "is_active"]

    def _role(self, person: Person, line: StaffLine) -> bool:
        """Whether the role in the present assignment changes; notes it."""
        assignment = self.assignments[person.pk]
        if not line.role or assignment.role == line.role:
            return False
        assignment.role = line.role
        self.result.roles.append(assignment)
        return True


def _changed_fields(person: Person, line: StaffLine, gone: bool) -> list[str]:
    """Set the person's own data from the line; the names of the fields that changed. Empty cells keep what is there."""
    wanted = {
        "first_name": line.first_name,
        "last_name": line.last_name,
        "email": line.email or person.email,
        "contract_area": line.contract_area,
        "joined_on": line.joined_on or person.joined_on,
        "left_on": (line.left_on or person.left_on) if gone else line.left_on,
    }
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, wanted[name])
    return changed


def _new_person(line: StaffLine, department: Department) -> Person:
    """The row of somebody new, whose password nobody can type."""
    return Person(
        staff_number=line.staff_number,
        first_name=line.first_name,
        last_name=line.last_name,
        email=line.email,
        contract_area=line.contract_area,
        home_department=department,
        joined_on=line.joined_on,
        left_on=line.left_on,
        password=make_password(None),
    )


def _apply(plan: StaffPlan, *, at: datetime, progress: Progress) -> None:
    """Write the plan."""
    day = timezone.localdate(at)
    written = _create(plan, day, progress)
    for person, fields in plan.updated:
        person.save(update_fields=[*fields, "search_name"])
        written += 1
        if written % 1000 == 0:
            progress(written)
    for assignment in plan.roles:
        assignment.save(update_fields=["role"])
    _place(plan, at)
    leavers = [person.pk for person in plan.leavers]
    for start in range(0, len(leavers), _CHUNK):
        deactivate_many(person_ids=leavers[start : start + _CHUNK], by=None, at=at, reason=REASON)


def _create(plan: StaffPlan, day: date, progress: Progress) -> int:
    """Save the new people with their first assignment; returns how many."""
    for start in range(0, len(plan.created), 1000):
        part = plan.created[start : start + 1000]
        people = Person.objects.bulk_create([person for person, _line in part], batch_size=_CHUNK)
        Assignment.objects.bulk_create(
            (
                Assignment(
                    person=person, department_id=person.home_department_id, role=line.role,
                    starts_on=line.joined_on or day,
                )
                for person, (_person, line) in zip(people, part, strict=True)
            ),
            batch_size=_CHUNK,
        )  # fmt: skip
        progress(start + len(part))
    return len(plan.created)


def _place(plan: StaffPlan, at: datetime) -> None:
    """Close and open assignments of those who moved or came back; end their old place's rights and their sessions."""
    day = timezone.localdate(at)
    ids = [person.pk for person, _old, _role in plan.placed]
    open_rows = {}
    for start in range(0, len(ids), _CHUNK):
        found = Assignment.objects.filter(person__in=ids[start : start + _CHUNK], ends_on=None)
        open_rows |= {row.person_id: row for row in found}
    new = {person.pk: (person.home_department_id, role) for person, _old, role in plan.placed}
    reassign([(pk, open_rows.get(pk)) for pk in ids], new, day=day)
    moves = [(person.pk, old, person.home_department_id) for person, old, _role in plan.placed]
    for start in range(0, len(moves), _CHUNK):
        part = moves[start : start + _CHUNK]
        plan.rights_ended += end_rights_of_place(part, by=None, at=at, reason=REASON)
        end_sessions(person_ids=[person for person, _old, _new in part])
