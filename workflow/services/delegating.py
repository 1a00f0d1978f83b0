# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations in the product: each step is made by the ground floor, recorded in the chain of events, and told to both.

All take `by` and `at` and raise the refusals of `innovato.organisation.errors`, whose sentence is for the person.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from innovato.notifications.services import notify
from innovato.organisation import services as organisation
from innovato.organisation.capabilities import LABELS, Capability
from innovato.organisation.models import Delegation, Department, Person
from workflow.services import events


@transaction.atomic
def give(
    *,
    to: Person,
    capabilities: Iterable[str],
    department: Department,
    starts_on: date,
    ends_on: date,
    reason: str,
    by: Person,
    at: datetime,
) -> list[Delegation]:
    """Give a delegation for each capability; the deputy is asked to accept. Raises BadDelegation."""
    given = organisation.give_delegation(
        to=to, capabilities=capabilities, department=department, starts_on=starts_on, ends_on=ends_on,
        reason=reason, by=by, at=at,
    )  # fmt: skip
    for row in given:
        _record(row, "delegation_given", by=by, at=at)
        tell(row, "delegation_given", {row.deputy_id}, at=at)
    return given


@transaction.atomic
def accept(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy accepts. Raises DelegationMissing, DelegationOver, BadDelegation for rights that exclude each other."""
    row = organisation.accept_delegation(delegation_id=delegation_id, by=by, at=at)
    return _done(row, "delegation_accepted", by=by, at=at)


@transaction.atomic
def decline(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy declines. Raises DelegationMissing, DelegationOver."""
    row = organisation.decline_delegation(delegation_id=delegation_id, by=by, at=at)
    return _done(row, "delegation_declined", by=by, at=at)


@transaction.atomic
def revoke(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The delegator takes it back: the deputy can do nothing more with it. Raises DelegationMissing, DelegationOver."""
    row = organisation.revoke_delegation(delegation_id=delegation_id, by=by, at=at)
    return _done(row, "delegation_ended", by=by, at=at)


@transaction.atomic
def hand_back(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy gives it back for good. Raises DelegationMissing, DelegationOver."""
    row = organisation.return_delegation(delegation_id=delegation_id, by=by, at=at)
    return _done(row, "delegation_ended", by=by, at=at)


@transaction.atomic
def shorten(*, delegation_id: int, ends_on: date, by: Person, at: datetime) -> Delegation:
    """The delegator lets it end earlier. Raises DelegationMissing, DelegationOver, BadDelegation."""
    row = organisation.shorten_delegation(delegation_id=delegation_id, ends_on=ends_on, by=by, at=at)
    return _done(row, "delegation_shortened", by=by, at=at)


@transaction.atomic
def set_aside(*, delegator_id: int, by: Person, at: datetime) -> list[Delegation]:
    """The deputy goes back to acting in the own name only. Raises DelegationMissing."""
    rows = organisation.set_delegations_aside(delegator_id=delegator_id, by=by, at=at)
    for row in rows:
        _record(row, "delegation_set_aside", by=by, at=at)
    return rows


@transaction.atomic
def take_up(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy acts for the delegator again. Raises DelegationMissing, DelegationOver."""
    row = organisation.take_up_delegation(delegation_id=delegation_id, by=by, at=at)
    _record(row, "delegation_taken_up", by=by, at=at)
    return row


def _done(row: Delegation, kind: str, *, by: Person, at: datetime) -> Delegation:
    """Record a step and tell both of it."""
    number = _record(row, kind, by=by, at=at)
    tell(row, kind, {row.delegator_id, row.deputy_id}, at=at, suffix=f":{number}", by=by)
    return row


def _record(row: Delegation, kind: str, *, by: Person, at: datetime) -> int:
    data = {
        "delegation": row.pk,
        "delegator": row.delegator_id,
        "deputy": row.deputy_id,
        "capability": str(row.capability),
        "department": row.department_id,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "ending": row.ending,
    }
    return events.record(idea_id=None, kind=kind, at=at, by_id=by.pk, data=data).number


def tell(
    row: Delegation, kind: str, people: set[int], *, at: datetime, suffix: str = "", by: Person | None = None
) -> None:
    """Promise the notice to these people, each seeing it from their own side."""
    context = {
        "title": f"{row.delegator.get_full_name()} → {row.deputy.get_full_name()}",
        "url": reverse("workflow:delegations"),
        "task_label": label_to_keep(row.capability),
        "department": row.department.short_name,
        "delegator_name": row.delegator.get_full_name(),
        "deputy_name": row.deputy.get_full_name(),
        "by_name": by.get_full_name() if by else "",
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
    }
    for person in sorted(people):
        notify(
            kind=kind,
            recipients=[person],
            context=context | {"mine": person == row.delegator_id},
            key=f"delegation:{row.pk}:{kind}{suffix}",
            at=at,
        )


def label_to_keep(capability: str) -> str:
    """A capability's words as they are stored with a notice: Italian, translated again for each reader."""
    with override("it"):
        return str(LABELS[Capability(capability)])
