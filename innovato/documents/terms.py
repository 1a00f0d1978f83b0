# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values that the documents name: the city, its contacts, its terms; the same settings that the product obeys."""

from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from innovato import formats
from innovato.retention import registry


def values() -> dict:
    """Every value by the name that the texts use."""
    return {
        "city": settings.INNOVATO_CITY_NAME,
        "site": settings.INNOVATO_BASE_URL,
        "office": settings.INNOVATO_SUPPORT_EMAIL,
        "controller": settings.INNOVATO_CONTROLLER_CONTACT or _("[da completare: sede e PEC dell’ente]"),
        "dpo": settings.INNOVATO_DPO_CONTACT
        or _("[da completare: recapiti del responsabile della protezione dei dati]"),
        "retention": registry.rules(),
        "k": settings.INNOVATO_PARTICIPATION_K,
        "objection_hours": settings.INNOVATO_OBJECTION_HOURS,
        "export_days": settings.INNOVATO_EXPORT_DAYS,
        "session_hours": settings.INNOVATO_SESSION_HOURS,
        "session_minutes": settings.INNOVATO_SESSION_IDLE_MINUTES,
        "tries": settings.INNOVATO_SIGN_IN_ATTEMPTS,
        "wait_minutes": settings.INNOVATO_SIGN_IN_WAIT_MINUTES,
        "reexamination_days": settings.INNOVATO_REEXAMINATION_DAYS,
    }


def version_line(version: str, changed_on: date) -> str:
    """Which version this is and of which day, in words."""
    day = formats.short_date(changed_on, year=True)
    return _("Versione %(version)s del %(day)s") % {"version": version, "day": day}
