# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold before the city's part may start: one vocabulary of rights, sign-in and sessions set up as meant."""

from datetime import date

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, register

from .capabilities import IMPLIES, INCOMPATIBLE, LABELS, Capability

STAFF_BACKEND = "innovato.organisation.backends.StaffBackend"


@register()
def check_vocabulary(app_configs=None, **_options) -> list[Error]:
    """Capabilities, their labels and the permissions of Department are the same words."""
    known = {capability.value for capability in Capability}
    declared = {codename for codename, _name in apps.get_model("organisation", "Department")._meta.permissions}
    named = set(IMPLIES) | {c for found in IMPLIES.values() for c in found} | {c for pair in INCOMPATIBLE for c in pair}
    errors = []
    if declared != known:
        words = ", ".join(sorted(declared ^ known))
        errors.append(Error(f"The permissions of Department and Capability differ: {words}.", id="organisation.E001"))
    if set(LABELS) != set(Capability):
        errors.append(Error("A capability has no label in capabilities.LABELS.", id="organisation.E002"))
    if not named <= set(Capability):
        errors.append(Error("IMPLIES or INCOMPATIBLE name something that is no capability.", id="organisation.E003"))
    return errors


@register()
def check_guardian(app_configs=None, **_options) -> list[Error]:
    """guardian stores our rights and decides nothing: no anonymous person, no backend of its own."""
    errors = []
    if getattr(settings, "ANONYMOUS_USER_NAME", "") is not None:
        errors.append(Error("ANONYMOUS_USER_NAME must be None: nobody anonymous holds rights.", id="organisation.E004"))
    if list(settings.AUTHENTICATION_BACKENDS) != [STAFF_BACKEND]:
        errors.append(
            Error(
                f"AUTHENTICATION_BACKENDS must be {STAFF_BACKEND} alone: another would sign in people who have left,"
                " or answer for rights that only DepartmentAccess decides.",
                id="organisation.E005",
            )
        )
    return errors


@register()
def check_sessions(app_configs=None, **_options) -> list[Error]:
    """Sessions can be ended only where they are rows, and end by themselves only where their limits make sense."""
    errors = []
    if settings.SESSION_ENGINE != "innovato.organisation.session_store":
        words = "SESSION_ENGINE must be innovato.organisation.session_store: others know no limits and can't be ended."
        errors.append(Error(words, id="organisation.E006"))
    if not 5 <= settings.INNOVATO_SESSION_IDLE_MINUTES <= settings.INNOVATO_SESSION_HOURS * 60:
        words = (
            "INNOVATO_SESSION_IDLE_MINUTES must be at least 5 and no longer than INNOVATO_SESSION_HOURS:"
            " people need time to answer the warning before a session ends."
        )
        errors.append(Error(words, id="organisation.E008"))
    return errors


@register()
def check_patron_day(app_configs=None, **_options) -> list[Error]:
    """The patron's day is a day of the year, or nothing."""
    text = settings.INNOVATO_PATRON_DAY
    if text == "":
        return []
    try:
        month, day = (int(part) for part in text.split("-"))
        date(2028, month, day)
    except ValueError:
        words = f'INNOVATO_PATRON_DAY is "{text}": write month and day as "06-24", or leave it empty.'
        return [Error(words, id="organisation.E007")]
    return []
