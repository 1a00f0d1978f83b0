# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations whose delegator holds the right no more: put on record as over, where a right has just been taken back."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from ..access import DepartmentAccess
from ..models import Delegation, Department


def end_without_right(
    *, at: datetime, people: Iterable[int] = (), groups: Iterable[int] = (), below: str = ""
) -> list[Delegation]:
    """End the delegations given by these people or members of these groups, or on the departments below this path, of
    which the delegator holds nothing more in their own name. Returns them. Call it in the transaction that took the right.

    `DepartmentAccess` gives a deputy nothing from that instant anyway; this keeps a right given back to the delegator
    later from reviving what had ended. People who left the group meanwhile are named in `people`.
    """
    concerned = Q(delegator__in=list(people)) | Q(delegator__groups__in=list(groups))
    if below:
        concerned |= Q(department__path__startswith=below)
    standing = Delegation.objects.filter(concerned).standing(timezone.localdate(at))
    ending = [row for row in standing.select_related("delegator", "department").distinct() if not _holds(row, at)]
    over = Delegation.objects.filter(pk__in=[row.pk for row in ending], ended_at=None)
    over.update(ended_at=at, ending=Delegation.Ending.RIGHT_LOST)
    return ending


def _holds(delegation: Delegation, at: datetime) -> bool:
    """Whether the delegator holds the capability somewhere in the delegated subtree."""
    access = DepartmentAccess.of(delegation.delegator, at=at)
    below = Department.objects.below(delegation.department.path).values_list("pk", flat=True)
    return any(access.holds_itself(delegation.capability, pk) for pk in below)
