# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the innovation office does with webhooks: each act checks the right, locks, changes, and is on the register."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.models import Department
from innovato.webhooks import addresses, kinds, rules, signing
from innovato.webhooks.errors import BadHook, NotNow, NotThere, TooMany
from innovato.webhooks.models import LONGEST_NAME, Hook, HookAct, HookState, Pause, Verb

MOST_HOOKS = 50
BOTH_SECRETS = timedelta(hours=24)  # after a new secret the old one signs too


@transaction.atomic
def create(*, by, uuid: UUID, name: str, address: str, kinds: Iterable[str], department_id: int | None, at: datetime):
    """Make a webhook; returns it with its secret, said this once.

    The same `uuid` again (a page sent twice) makes nothing: the secret comes back empty. Raises NotThere, BadHook, TooMany.
    """
    _check_right(by, at)
    made = Hook.objects.filter(uuid=uuid).first()
    if made is not None:
        return made, ""
    if Hook.objects.count() >= MOST_HOOKS:
        raise TooMany(_("Ci sono già %(n)d webhook: elimina quelli che non servono.") % {"n": MOST_HOOKS})
    values = _checked(name, address, kinds, department_id)
    secret = signing.new_secret()
    try:
        with transaction.atomic():
            hook = Hook.objects.create(uuid=uuid, sealed=signing.seal(secret, hook=uuid), created_at=at, **values)
    except IntegrityError:  # the same page, sent a moment ago
        return Hook.objects.get(uuid=uuid), ""
    register(hook, Verb.CREATED, by=by, at=at, detail=addresses.parse(hook.address).named)
    return hook, secret


@transaction.atomic
def change(*, by, uuid: UUID, name: str, address: str, kinds: Iterable[str], department_id: int | None, at: datetime):
    """Change what a webhook is called, where it leads and what it is told. Raises NotThere, BadHook."""
    hook = taken(by=by, uuid=uuid, at=at)
    values = _checked(name, address, kinds, department_id)
    changed = [column for column, value in values.items() if getattr(hook, column) != value]
    if changed:
        for column in changed:
            setattr(hook, column, values[column])
        hook.save(update_fields=changed)
        register(hook, Verb.CHANGED, by=by, at=at, detail=addresses.parse(hook.address).named)
    return hook


@transaction.atomic
def pause(*, by, uuid: UUID, at: datetime) -> Hook:
    """Stop delivering: what happens meanwhile waits. Once is enough. Raises NotThere."""
    hook = taken(by=by, uuid=uuid, at=at)
    if hook.is_active:
        stop(hook, Pause.BY_HAND, at=at)
        register(hook, Verb.PAUSED, by=by, at=at)
    return hook


@transaction.atomic
def resume(*, by, uuid: UUID, at: datetime) -> Hook:
    """Deliver again, what waits first. Once is enough. Raises NotThere, NotNow while its secret can't be read."""
    hook = taken(by=by, uuid=uuid, at=at)
    if hook.is_active:
        return hook
    try:
        signing.unseal(hook.sealed, hook=hook.uuid)
    except signing.SecretLost as error:
        raise NotNow(_("Prima crea un segreto nuovo: quello di prima non si legge più.")) from error
    hook.state, hook.pause, hook.paused_at, hook.failures = HookState.ACTIVE, "", None, 0
    hook.save(update_fields=["state", "pause", "paused_at", "failures"])
    register(hook, Verb.RESUMED, by=by, at=at)
    return hook


@transaction.atomic
def rotate(*, by, uuid: UUID, at: datetime) -> tuple[Hook, str]:
    """Give it a new secret, said this once; for a day the old one signs too. Raises NotThere."""
    hook = taken(by=by, uuid=uuid, at=at)
    secret = signing.new_secret()
    hook.former_sealed, hook.former_until = hook.sealed, at + BOTH_SECRETS
    hook.sealed = signing.seal(secret, hook=hook.uuid)
    hook.save(update_fields=["sealed", "former_sealed", "former_until"])
    register(hook, Verb.ROTATED, by=by, at=at)
    return hook, secret


@transaction.atomic
def remove(*, by, uuid: UUID, at: datetime) -> str:
    """Delete a webhook with its log; what it was called stays on the register. Returns its name. Raises NotThere."""
    hook = taken(by=by, uuid=uuid, at=at)
    register(hook, Verb.DELETED, by=by, at=at)
    hook.delete()
    return hook.name


def stop(hook: Hook, why: Pause, *, at: datetime) -> None:
    """Pause a webhook locked by the caller."""
    hook.state, hook.pause, hook.paused_at = HookState.PAUSED, why, at
    hook.save(update_fields=["state", "pause", "paused_at"])


def register(hook: Hook, verb: Verb, *, by, at: datetime, detail: str = "") -> None:
    """One line of the register, in the caller's transaction."""
    HookAct.objects.create(hook_uuid=hook.uuid, hook_name=hook.name, verb=verb, detail=detail[:500], by=by, at=at)


def taken(*, by, uuid: UUID, at: datetime) -> Hook:
    """The webhook, locked, for who keeps them. Raises NotThere."""
    _check_right(by, at)
    hook = locked(uuid=uuid)
    if hook is None:
        raise NotThere()
    return hook


def locked(**which) -> Hook | None:
    """One webhook, its row held until the caller's transaction ends; None where it is gone."""
    rows = Hook.objects.filter(**which)
    if connection.features.has_select_for_no_key_update:
        return rows.select_for_update(no_key=True).first()
    return rows.select_for_update().first()


def _check_right(by, at: datetime) -> None:
    if not rules.keeps(DepartmentAccess.of(by, at=at)):
        raise NotThere()


def _checked(name: str, address: str, wanted: Iterable[str], department_id: int | None) -> dict:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadHook("name", _("Scrivi un nome di al massimo %(n)d caratteri.") % {"n": LONGEST_NAME})
    try:
        address = str(addresses.parse(address))
    except addresses.BadAddress as error:
        raise BadHook("address", error.sentence) from error
    asked = set(wanted)
    if not asked or asked - set(kinds.known()):
        raise BadHook("kinds", _("Scegli almeno un fatto dell’elenco."))
    if department_id is not None and not Department.objects.filter(pk=department_id).exists():
        raise BadHook("department_id", _("Scegli una struttura dall’elenco."))
    ordered = [kind for kind in kinds.known() if kind in asked]
    return {"name": name, "address": address, "kinds": ordered, "department_id": department_id}
