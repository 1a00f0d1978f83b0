# SPDX-License-Identifier: AGPL-3.0-or-later
"""Erasing one person: what every part keeps only about them goes, the rest stays without a name, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from innovato.organisation.services import forgetting
from innovato.retention import registry, rules
from innovato.retention.errors import AlreadyErased, NotConfirmed, NotThere, StillInService, UnknownPerson
from innovato.retention.models import RetentionRun

ON_REQUEST = "erasure"
_BATCH = 20


@dataclass(frozen=True)
class Preview:
    """What would happen: `goes` and `stays` are lines with their reason; lines about nothing are left out."""

    person: Person
    goes: tuple[registry.Line, ...]
    stays: tuple[registry.Line, ...]


def preview(*, staff_number: str, by: Person, at: datetime) -> Preview:
    """What erasing this person would do; nothing is written. Raises NotThere, UnknownPerson, StillInService, AlreadyErased."""
    _check_right(by, at)
    person = Person.objects.select_related("home_department").filter(staff_number=staff_number).first()
    check_may_be_erased(person)
    found = [part.erasure for part in registry.parts() if part.erasure]
    goes = [line for erasure in found for line in erasure.goes(person.pk, at)]
    stays = [line for erasure in found for line in erasure.stays(person.pk, at)]
    return Preview(person, tuple(line for line in goes if line.number), tuple(line for line in stays if line.number))


@transaction.atomic
def erase_on_request(*, staff_number: str, confirmed: bool, by: Person, at: datetime) -> RetentionRun:
    """Erase somebody who asked for it; returns the report, which names nobody. There is no way back.

    Raises NotThere, UnknownPerson, StillInService, AlreadyErased, and NotConfirmed without the explicit yes.
    """
    _check_right(by, at)
    person = Person.objects.select_for_update(of=("self",)).filter(staff_number=staff_number).first()
    check_may_be_erased(person)
    if not confirmed:
        raise NotConfirmed(_("Segna la casella: la cancellazione non si può annullare."))
    _erase(person, by=by, at=at)
    return RetentionRun.objects.create(rule=ON_REQUEST, by=by, started_at=at, finished_at=at, count=1)


def erase_leavers(*, before: datetime, at: datetime) -> int:
    """Take the name from one batch of people who left before a moment, each in a transaction of their own; how many."""
    keys = list(forgetting.named_leavers(before).order_by("pk").values_list("pk", flat=True)[:_BATCH])
    return sum(_erase_leaver(pk, before, at) for pk in keys)


@transaction.atomic
def _erase_leaver(person_id: int, before: datetime, at: datetime) -> bool:
    person = forgetting.named_leavers(before).select_for_update(of=("self",)).filter(pk=person_id).first()
    if person is None:  # another worker was first, or the person came back
        return False
    _erase(person, by=None, at=at)
    return True


def check_may_be_erased(person: Person | None) -> None:
    """Raise UnknownPerson, AlreadyErased or StillInService unless this person left and still has a name here."""
    if person is None:
        raise UnknownPerson(_("Nessuno ha questa matricola: controlla le sei cifre."))
    if person.erased_at is not None:
        raise AlreadyErased(_("Di questa persona non si conserva più il nome."))
    if person.is_active:
        raise StillInService(
            _(
                "%(name)s è in servizio: finché dura il rapporto di lavoro la Città deve sapere chi firma e chi decide. "
                "Intanto può correggere i dati con Risorse umane, scaricarli dal profilo e ritirare le bozze; "
                "si cancella dopo l’uscita."
            )
            % {"name": person.get_full_name()}
        )


def _check_right(by: Person, at: datetime) -> None:
    if not rules.may_look_after(by, at=at):
        raise NotThere()


def _erase(person: Person, *, by: Person | None, at: datetime) -> None:
    """Every part lets go, the floors above first: the row itself, on which the others hang, comes last."""
    name = person.given_name
    for part in reversed(registry.parts()):
        if part.erasure:
            part.erasure.erase(person=person, name=name, by=by, at=at)
