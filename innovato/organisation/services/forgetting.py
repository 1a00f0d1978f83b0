# SPDX-License-Identifier: AGPL-3.0-or-later
"""What this part lets go after its time: sessions, tries to sign in, tokens, kept answers, delegations, and people's names."""

from datetime import date, datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from innovato.batches import delete_some

from ..models import AccessToken, Assignment, Delegation, KeptAnswer, Person, Persona, PersonSession, SignInAttempts
from ..session_store import whole_limit
from .kept_answers import KEPT_FOR
from .people import LEAVING_REASON, deactivate_many

NOTHING = "–"  # in place of a text that a table does not take empty
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def expired_sessions(at: datetime) -> QuerySet:
    """The sessions that open nothing any more."""
    return Session.objects.filter(expire_date__lt=at)


def ended_places(at: datetime) -> QuerySet:
    """The notes of where people were signed in that are older than any session can be."""
    return PersonSession.objects.filter(created_at__lt=at - whole_limit())


def forget_sessions(at: datetime) -> int:
    """One batch of both; returns how many sessions went."""
    return delete_some(expired_sessions(at)) or delete_some(ended_places(at))


def used_up_attempts(at: datetime) -> QuerySet:
    """The counted tries that no longer make anybody wait."""
    return SignInAttempts.objects.filter(until__lte=at)


def over_tokens(before: datetime) -> QuerySet:
    """The tokens revoked or run out before a moment."""
    return AccessToken.objects.filter(Q(revoked_at__lte=before) | Q(expires_at__lte=before))


def old_answers(at: datetime) -> QuerySet:
    """The answers kept for calls sent twice that are given again to nobody."""
    return KeptAnswer.objects.filter(created_at__lte=at - KEPT_FOR)


def over_delegations(before: datetime) -> QuerySet:
    """The delegations that ended, were declined or whose last day passed before a moment."""
    day = timezone.localdate(before)
    return Delegation.objects.filter(Q(ended_at__lte=before) | Q(declined_at__lte=before) | Q(ends_on__lt=day))


# People ------------------------------------------------------------------------------------------------------------


def named_leavers(before: datetime) -> QuerySet:
    """The people who left before a moment and still have their name here."""
    return Person.objects.filter(is_active=False, erased_at=None, left_on__lte=timezone.localdate(before))


def released_since(at: datetime) -> date:
    """Figures about people in service before this day are released or never will be: nobody is counted there any more."""
    return date(max(1, timezone.localdate(at).year - 1), 1, 1)


def erased_with_places(at: datetime) -> QuerySet:
    """The people without a name of whom it is still known where they worked, although no figure counts them any more."""
    known = Q(left_on__isnull=False) | Q(home_department__isnull=False)
    return Person.objects.filter(known, erased_at__isnull=False).filter(
        Q(left_on=None) | Q(left_on__lt=released_since(at))
    )


def erase_identity(*, person: Person, at: datetime) -> None:
    """Leave of a person nothing but the key on which others' rows hang. The person is locked, and not in service.

    Name, number, address and password go, and with them sessions, tokens, rights, roles and the reasons of delegations.
    Where the person worked stays without a name until no figure counts them any more (`forget_places`).
    """
    ids = [person.pk]
    SignInAttempts.objects.filter(staff_number=person.staff_number).delete()
    deactivate_many(person_ids=ids, by=None, at=at, reason=LEAVING_REASON)
    AccessToken.objects.filter(person=person).delete()
    KeptAnswer.objects.filter(person=person).delete()
    Persona.objects.filter(person=person).delete()
    Assignment.objects.filter(person=person).update(role="")
    delegations = Delegation.objects.filter(Q(delegator=person) | Q(deputy=person))
    standing = delegations.standing(timezone.localdate(at))
    standing.update(ended_at=at, ending=Delegation.Ending.RIGHT_LOST)
    delegations.update(reason=NOTHING)
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Person), object_id=str(person.pk))
    entries.update(object_repr=NOTHING)
    person.refresh_from_db()
    person.first_name = person.last_name = person.email = ""
    person.staff_number = number_of_nobody(person.pk)
    person.last_login, person.erased_at = None, at
    person.set_unusable_password()
    person.save()


def number_of_nobody(pk: int) -> str:
    """What stands in place of the staff number: unique, never one that HR gives, the same for the same row."""
    digits = ""
    for _place in range(5):
        pk, rest = divmod(pk, len(_LETTERS))
        digits = _LETTERS[rest] + digits
    return f"~{digits}"


def forget_places(at: datetime) -> int:
    """One batch of erased people of whom nothing is kept any more, not even where they worked; returns how many."""
    keys = list(erased_with_places(at).order_by("pk").values_list("pk", flat=True)[:100])
    Assignment.objects.filter(person__in=keys).delete()
    return Person.objects.filter(pk__in=keys).update(home_department=None, joined_on=None, left_on=None)
