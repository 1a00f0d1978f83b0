# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold before this part may start: no smaller groups than the floor allows."""

from django.conf import settings
from django.core.checks import Error, register

from innovato.participation.catalogue import FLOOR


@register()
def check_smallest_group(app_configs=None, **_options) -> list[Error]:
    """The setting may ask for larger groups than the floor, never for smaller ones."""
    if settings.INNOVATO_PARTICIPATION_K >= FLOOR:
        return []
    return [
        Error(f"INNOVATO_PARTICIPATION_K must be {FLOOR} or more: smaller groups name people.", id="participation.E001")
    ]
