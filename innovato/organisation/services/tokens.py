# SPDX-License-Identifier: AGPL-3.0-or-later
"""Personal tokens for programs: made with a secret that is said once, recognised by its fingerprint, ended for good."""

import hashlib
import secrets
import uuid as uuids
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..errors import NotInService, TooManyTokens
from ..models import AccessToken, Person

PREFIX = "innovato_"  # so that people, and programs that look for leaked secrets, know one when they see it
SECRET_BYTES = 32
LONGEST_SECRET = 100
LIFETIMES = (30, 90, 365)  # days
MOST_TOKENS = 20


@transaction.atomic
def issue_token(
    *, person: Person, name: str, scope: str, days: int, at: datetime, uuid: uuids.UUID | None = None
) -> tuple[AccessToken, str]:
    """Make a token that lasts `days` (one of LIFETIMES); returns it with its secret, which is kept nowhere.

    The same `uuid` again (a page sent twice) makes nothing: the secret comes back empty. Raises NotInService, and
    TooManyTokens for more than MOST_TOKENS at once.
    """
    if days not in LIFETIMES or scope not in AccessToken.Scope.values:
        raise ValueError("a token lasts one of the known times and has one of the known scopes")
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not person.is_active:
        raise NotInService(_("I token sono per chi è in servizio."))
    uuid = uuid or uuids.uuid4()
    made = AccessToken.objects.filter(uuid=uuid, person=person).first()
    if made is not None:
        return made, ""
    if living_tokens(at=at).filter(person=person).count() >= MOST_TOKENS:
        raise TooManyTokens(
            ngettext(
                "Hai già %(n)d token: revocane uno che non usi.",
                "Hai già %(n)d token: revocane uno che non usi.",
                MOST_TOKENS,
            )
            % {"n": MOST_TOKENS}
        )
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    times = {"created_at": at, "expires_at": at + timedelta(days=days)}
    try:
        with transaction.atomic():
            made = AccessToken.objects.create(
                uuid=uuid, person=person, name=name.strip(), scope=scope, fingerprint=fingerprint_of(secret), **times
            )
    except IntegrityError as error:  # somebody else's uuid: never made by a page of ours
        raise ValueError("this uuid is taken") from error
    return made, secret


def recognise_token(secret: str, *, at: datetime) -> AccessToken | None:
    """The living token of somebody in service with this secret, its person read along; None for anything else.

    Notes the day of use, once a day. One query, two at the first use of a day.
    """
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET or not secret.isascii():
        return None
    rows = living_tokens(at=at).filter(fingerprint=fingerprint_of(secret), person__is_active=True)
    token = rows.select_related("person").first()
    today = timezone.localdate(at)
    if token is not None and token.last_used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


@transaction.atomic
def revoke_token(*, person: Person, uuid: uuids.UUID, at: datetime) -> bool:
    """End one of a person's own tokens at once. Safe to repeat; returns whether it was still living."""
    return bool(living_tokens(at=at).filter(person=person, uuid=uuid).update(revoked_at=at))


def end_tokens(*, person_ids: Iterable[int], at: datetime) -> int:
    """End every token of these people, in the caller's transaction; returns how many ended."""
    return AccessToken.objects.filter(person__in=list(person_ids), revoked_at=None).update(revoked_at=at)


def living_tokens(*, at: datetime):
    """The tokens that are neither revoked nor expired at `at`."""
    return AccessToken.objects.filter(revoked_at=None, expires_at__gt=at)


def fingerprint_of(secret: str) -> str:
    """What is kept of a secret of 256 random bits: nobody finds it by trying, so one plain hash is enough."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
