# SPDX-License-Identifier: AGPL-3.0-or-later
"""Leaving a capability to a deputy for some weeks: giving, answering, setting aside, ending. Only these write delegations.

They know no idea and tell nobody: who gives a delegation in the product goes through the service of the floor above,
which calls these, records the event and promises the notices.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from innovato import formats

from ..access import DepartmentAccess
from ..capabilities import DELEGABLE, LABELS, Capability, sources_of
from ..errors import BadDelegation, DelegationMissing, DelegationOver, Incompatible
from ..models import Delegation, Department, Person
from ..models.delegation import LONGEST_DAYS, REASON_LENGTH
from .rights import check_compatible

_Ending = Delegation.Ending
FARTHEST_START = timedelta(days=365)


@transaction.atomic
def give_delegation(
    *,
    to: Person,
    capabilities: Iterable[str],
    department: Department,
    starts_on: date,
    ends_on: date,
    reason: str,
    by: Person,
    at: datetime,
) -> list[Delegation]:
    """Let `to` act for `by` on `department` and all below, from the first to the last day; one row per capability.

    They count only once `to` accepts. Raises BadDelegation, naming the input: a capability that is not left to deputies
    or that `by` does not hold there in their own name, somebody without the role who does not work in the same
    division, days in the past or more than 90, no reason, a second deputy for the same thing at the same time.
    """
    wanted = _known(capabilities)
    by, to = _locked_people(by, to)
    department = Department.objects.get(pk=department.pk)
    _check_days(starts_on, ends_on, today=timezone.localdate(at))
    reason = reason.strip()
    if not reason:
        raise BadDelegation("reason", _("Scrivi il motivo: per esempio ferie, o una missione."))
    if len(reason) > REASON_LENGTH:
        raise BadDelegation("reason", _("Il motivo è troppo lungo: al massimo %(n)d caratteri.") % {"n": REASON_LENGTH})
    _check_delegator(by, department, wanted, at)
    _check_deputy(by, to, department, wanted, at)
    _check_free(by, department, wanted, starts_on, ends_on)
    return [
        Delegation.objects.create(
            delegator=by, deputy=to, department=department, capability=capability,
            starts_on=starts_on, ends_on=ends_on, reason=reason, given_at=at,
        )
        for capability in wanted
    ]  # fmt: skip


@transaction.atomic
def accept_delegation(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy takes it on. Raises DelegationOver when it was answered, has ended, or its delegator lost the right."""
    row = _locked(delegation_id, deputy=by)
    _check_unanswered(row, at)
    if not holds_delegated(row, at=at):
        raise DelegationOver(_("Chi ti ha dato questa delega non ha più il compito: non si può accettare."))
    _check_compatible_deputy(row.deputy, {Capability(row.capability)}, at)
    row.accepted_at = at
    row.save(update_fields=["accepted_at"])
    return row


@transaction.atomic
def decline_delegation(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy says no. Raises DelegationOver when it was answered or has ended."""
    row = _locked(delegation_id, deputy=by)
    _check_unanswered(row, at)
    row.declined_at = at
    row.save(update_fields=["declined_at"])
    return row


@transaction.atomic
def revoke_delegation(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The delegator takes it back, answered or not; effective with the next request. Raises DelegationOver."""
    row = _locked(delegation_id, delegator=by)
    return _end(row, _Ending.REVOKED, at)


@transaction.atomic
def return_delegation(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy hands an accepted delegation back. Raises DelegationOver."""
    row = _locked(delegation_id, deputy=by)
    if row.accepted_at is None:
        raise DelegationOver(_("Questa delega non l’hai accettata: puoi rifiutarla."))
    return _end(row, _Ending.RETURNED, at)


@transaction.atomic
def set_delegations_aside(*, delegator_id: int, by: Person, at: datetime) -> list[Delegation]:
    """The deputy acts in the own name only, until they take the delegations of this person up again.

    Returns those set aside; raises DelegationMissing when nothing of this person is in its days.
    """
    rows = Delegation.objects.select_for_update().filter(deputy=by, delegator=delegator_id)
    found = list(rows.in_interval(timezone.localdate(at)))
    if not found:
        raise _missing()
    Delegation.objects.filter(pk__in=[row.pk for row in found]).update(set_aside_at=at)
    return found


@transaction.atomic
def take_up_delegation(*, delegation_id: int, by: Person, at: datetime) -> Delegation:
    """The deputy uses a delegation that was set aside again. Repeating it changes nothing. Raises DelegationOver."""
    row = _locked(delegation_id, deputy=by)
    _check_standing(row, at)
    row.set_aside_at = None
    row.save(update_fields=["set_aside_at"])
    return row


@transaction.atomic
def shorten_delegation(*, delegation_id: int, ends_on: date, by: Person, at: datetime) -> Delegation:
    """The delegator lets it end earlier: today at the earliest. For more days the deputy has to accept a new one.

    Raises BadDelegation for another day, DelegationOver.
    """
    row = _locked(delegation_id, delegator=by)
    _check_standing(row, at)
    if not max(timezone.localdate(at), row.starts_on) <= ends_on < row.ends_on:
        raise BadDelegation(
            "ends_on", _("Scegli un giorno prima dell’ultimo di adesso: per più giorni dai una nuova delega.")
        )
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
    return row


def holds_delegated(delegation: Delegation, *, at: datetime) -> bool:
    """Whether the delegator still holds, in the own name, what was delegated, on that very department."""
    access = DepartmentAccess.of(delegation.delegator, at=at)
    return access.holds_itself(Capability(delegation.capability), delegation.department_id)


def _known(capabilities: Iterable[str]) -> list[Capability]:
    """The capabilities in fixed order, each once; only what may be left to a deputy."""
    asked = set(capabilities)
    if not asked:
        raise BadDelegation("capabilities", _("Scegli che cosa può fare al posto tuo."))
    if not asked <= {capability.value for capability in DELEGABLE}:
        raise BadDelegation("capabilities", _("Questo compito non si può delegare."))
    return [capability for capability in DELEGABLE if capability in asked]


def _locked_people(by: Person, to: Person) -> tuple[Person, Person]:
    """Both as they are now, locked in the order of their keys: two delegations at once see each other."""
    rows = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in={by.pk, to.pk}).order_by("pk")
    people = {person.pk: person for person in rows.select_related("home_department")}
    return people[by.pk], people[to.pk]


def _locked(delegation_id: int, **who: Person) -> Delegation:
    """The row, locked, of this deputy or delegator; DelegationMissing for everybody else's."""
    rows = Delegation.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("delegator", "deputy", "department").filter(pk=delegation_id, **who).first()
    if row is None:
        raise _missing()
    return row


def _missing() -> DelegationMissing:
    return DelegationMissing(_("Questa delega non c’è."))


def _end(row: Delegation, ending: str, at: datetime) -> Delegation:
    _check_standing(row, at)
    row.ended_at, row.ending = at, ending
    row.save(update_fields=["ended_at", "ending"])
    return row


def _check_standing(row: Delegation, at: datetime) -> None:
    if row.declined_at or row.ended_at or row.ends_on < timezone.localdate(at):
        raise DelegationOver(_("Questa delega è già finita."))


def _check_unanswered(row: Delegation, at: datetime) -> None:
    _check_standing(row, at)
    if row.accepted_at is not None:
        raise DelegationOver(_("A questa delega hai già risposto."))


def _check_days(starts_on: date, ends_on: date, *, today: date) -> None:
    if starts_on < today:
        raise BadDelegation("starts_on", _("Il primo giorno è già passato: scegli oggi o un giorno più avanti."))
    if starts_on > today + FARTHEST_START:
        raise BadDelegation("starts_on", _("È troppo presto: una delega comincia al più tardi tra un anno."))
    if ends_on < starts_on:
        raise BadDelegation("ends_on", _("L’ultimo giorno viene prima del primo."))
    if (ends_on - starts_on).days >= LONGEST_DAYS:
        raise BadDelegation("ends_on", _("Una delega dura al massimo %(n)d giorni.") % {"n": LONGEST_DAYS})


def _check_delegator(by: Person, department: Department, wanted: list[Capability], at: datetime) -> None:
    """Only what `by` holds in the own name, on the whole of that department: nobody passes on what was lent to them."""
    access = DepartmentAccess.of(by, at=at)
    for capability in wanted:
        if access.holds_itself(capability, department.pk):
            continue
        if access.allows(capability, department.pk):
            raise BadDelegation("capabilities", _("Un compito ricevuto in delega non si delega ad altri."))
        words = {"task": LABELS[capability], "department": department.short_name}
        raise BadDelegation("capabilities", _("Su «%(department)s» non hai questo compito: %(task)s.") % words)


def _check_deputy(by: Person, to: Person, department: Department, wanted: list[Capability], at: datetime) -> None:
    """Somebody else, in service, with the same role somewhere or from the same division."""
    if to.pk == by.pk:
        raise BadDelegation("to", _("Non puoi dare una delega a te: scegli un’altra persona."))
    if not to.is_active:
        raise BadDelegation("to", _("Questa persona non è più in servizio: scegline un’altra."))
    home = to.home_department.path if to.home_department else ""
    near = [place.path for place in (department, by.home_department) if place is not None]
    access = DepartmentAccess.of(to, at=at)
    if not any(home.startswith(path) for path in near) and not all(_has_role(access, c) for c in wanted):
        raise BadDelegation(
            "to",
            _("%(name)s non ha questo compito e non lavora nella tua divisione: scegli un’altra persona.")
            % {"name": to.get_full_name()},
        )
    _check_compatible_deputy(to, set(wanted), at)


def _has_role(access: DepartmentAccess, capability: Capability) -> bool:
    """Whether the person holds the same capability, or one that implies it, anywhere in the own name."""
    return any(None in access.reaches(source) for source in sources_of(capability))


def _check_compatible_deputy(person: Person, added: set[Capability], at: datetime) -> None:
    try:
        check_compatible([person.pk], added, at=at)
    except Incompatible as refusal:
        raise BadDelegation("to", refusal.sentence) from refusal


def _check_free(by: Person, department: Department, wanted: list[Capability], starts_on: date, ends_on: date) -> None:
    """One deputy at a time for the same thing: no other delegation whose days and departments meet these."""
    meeting = Delegation.objects.standing(starts_on).filter(delegator=by, capability__in=wanted, starts_on__lte=ends_on)
    for other in meeting.select_related("deputy", "department").order_by("starts_on", "pk"):
        paths = (other.department.path, department.path)
        if paths[0].startswith(paths[1]) or paths[1].startswith(paths[0]):
            words = {
                "name": other.deputy.get_full_name(),
                "from": formats.short_date(other.starts_on),
                "to": formats.short_date(other.ends_on),
            }
            raise BadDelegation(
                "starts_on",
                _("In quei giorni c’è già una delega a %(name)s, dal %(from)s al %(to)s: accorciala o revocala.")
                % words,
            )
