# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts the tries to sign in under a staff number; after a few of them it has to wait, whoever tries.

The count is a row of the database: shared by all processes, and raised in one statement before the code is looked at, so
that a hundred guesses sent at once are still only the allowed few.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from .models import SignInAttempts


def take(staff_number: str, *, at: datetime) -> bool:
    """Use up one try, before the code is checked; False when none is left. An unknown number is counted like any other.

    The wait starts with the last try that was let through; earlier ones are forgotten as long after.
    """
    until = at + timedelta(minutes=settings.INNOVATO_SIGN_IN_WAIT_MINUTES)
    rows = SignInAttempts.objects.filter(staff_number=staff_number)
    _row, is_first = rows.get_or_create(staff_number=staff_number, defaults={"tries": 1, "until": until})
    if is_first:
        return True
    left = rows.filter(Q(until__lte=at) | Q(tries__lt=settings.INNOVATO_SIGN_IN_ATTEMPTS))
    tries = Case(When(until__lte=at, then=Value(1)), default=F("tries") + 1)
    return bool(left.update(tries=tries, until=until))


def wait_left(staff_number: str, *, at: datetime) -> timedelta:
    """How long this staff number still has to wait; nothing when it may try."""
    used_up = SignInAttempts.objects.filter(
        staff_number=staff_number, tries__gte=settings.INNOVATO_SIGN_IN_ATTEMPTS, until__gt=at
    )
    until = used_up.values_list("until", flat=True).first()
    return until - at if until else timedelta(0)


def forget(staff_number: str) -> None:
    """A right sign-in clears what was wrong before."""
    SignInAttempts.objects.filter(staff_number=staff_number).delete()


def forget_old(*, at: datetime) -> int:
    """Delete the rows that no longer make anybody wait; returns how many. Safe to repeat."""
    gone, _by_table = SignInAttempts.objects.filter(until__lte=at).delete()
    return gone
