# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who reads what was released about participation: HR, for the whole city, and nobody else whatever their office."""

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability


def may_view(access: DepartmentAccess) -> bool:
    """Whether the released tables exist for this person: they cover the city, so the right must too."""
    return access.allows(Capability.VIEW_PARTICIPATION, None)
