# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who keeps the webhooks: the innovation office of the whole city, in its own name."""

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability


def keeps(access: DepartmentAccess) -> bool:
    """Whether webhooks exist for this person. Not for a deputy: what a deputy sets up would outlast the deputy."""
    return access.is_active and access.holds_itself(Capability.SCREEN_IDEAS, None)
