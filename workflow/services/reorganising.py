# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moving, merging and closing departments in the product: made by the ground floor, recorded in the chain of events."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation import services as organisation
from innovato.organisation.errors import OrganisationError
from innovato.organisation.models import Department, Person
from workflow.services import endings, events

LONGEST_REASON = 300


@transaction.atomic
def move(*, department: Department, parent: Department, by: Person, at: datetime, reason: str) -> Department:
    """Put a department with all below it under another. Raises as `move_department`, and without a reason."""
    reason = _checked(reason)
    before = department.parent_id
    moved = organisation.move_department(department=department, parent=parent, by=by, at=at)
    _record("department_moved", moved, by=by, at=at, reason=reason, before=before, parent=parent.pk)
    return moved


@transaction.atomic
def merge(
    *, source: Department, target: Department, by: Person, at: datetime, reason: str, keep_grants: bool = False
) -> Department:
    """Close `source`; `target` takes its place. Raises as `merge_departments`, and without a reason."""
    reason = _checked(reason)
    merged = organisation.merge_departments(
        source=source, target=target, by=by, at=at, reason=reason, keep_grants=keep_grants
    )
    _record("department_merged", merged, by=by, at=at, reason=reason, target=target.pk, keep_grants=keep_grants)
    return merged


@transaction.atomic
def close(*, department: Department, by: Person, at: datetime, reason: str) -> Department:
    """Close a department on which nobody and nothing depends. Raises as `close_department`, and without a reason."""
    reason = _checked(reason)
    closed = organisation.close_department(department=department, by=by, at=at, reason=reason)
    _record("department_closed", closed, by=by, at=at, reason=reason)
    return closed


def _record(kind: str, department: Department, *, by: Person, at: datetime, reason: str, **data) -> None:
    about = {"department": department.pk, "code": department.code, "reason_text": reason}
    events.record(idea_id=None, kind=kind, at=at, by_id=by.pk, data=about | data)
    endings.tell_now(at=at)


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise OrganisationError(_("Scrivi il motivo: resta nel registro."))
    if len(reason) > LONGEST_REASON:
        raise OrganisationError(_("Il motivo è troppo lungo: al massimo %(n)d caratteri.") % {"n": LONGEST_REASON})
    return reason
