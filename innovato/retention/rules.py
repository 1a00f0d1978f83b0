# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sees the reports of retention and erases people: whoever looks after the whole city's people and rights."""

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability


def may_look_after(person, *, at=None) -> bool:
    """The right `manage_department` at the top. HR does not read the counts: one draft gone would be one leaver who wrote."""
    return DepartmentAccess.of(person, at=at).allows(Capability.MANAGE_DEPARTMENT, None)
