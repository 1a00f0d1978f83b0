# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reports that people receive on a schedule: the mail says that one is there and leads to it; its figures stay here."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from innovato.exports import reports
from innovato.exports.errors import BadRequest, ExportError, NotThere
from innovato.exports.models import Mailing
from innovato.exports.services import asking


@transaction.atomic
def add(*, by, report: str, person: str, every: str, format: str, at: datetime) -> Mailing:
    """From the next report on `person` (a key among the report's readers) receives it as well.

    Raises NotThere for who may not see the report, BadRequest for what is not on the lists, or is there already.
    """
    kind = _of(by, report)
    readers = {str(reader.pk): reader for reader in kind.readers()}
    if person not in readers or every not in kind.schedules() or format not in kind.formats:
        raise BadRequest(_("Scegli una persona, una scadenza e un formato degli elenchi."))
    try:
        with transaction.atomic():
            return Mailing.objects.create(
                report=report,
                every=every,
                person=readers[person],
                format=format,
                added_by=by,
                added_at=at,
                sent=kind.latest(every),
            )
    except IntegrityError as error:
        raise BadRequest(_("Questa persona riceve già il rapporto con questa scadenza.")) from error


@transaction.atomic
def remove(*, by, pk: int):
    """Nobody sends this report to that person any more; returns the person. Raises NotThere."""
    row = Mailing.objects.select_related("person").filter(pk=pk).first()
    if row is None:
        raise NotThere()
    _of(by, row.report)
    row.delete()
    return row.person


def _of(by, report: str) -> reports.Report:
    """The report, for who may see it and where it has schedules."""
    kind = reports.find(report)
    if kind is None or not kind.schedules() or not kind.may(by, {}):
        raise NotThere()
    return kind


def send_due(*, at: datetime) -> int:
    """Order a file for everybody whose schedule has a new report; returns how many. Safe to repeat and to run twice.

    Who may not see it any more gets none, and none later for the time between.
    """
    ordered = 0
    for pk in Mailing.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            ordered += _send(pk, at=at)
    return ordered


def _send(pk: int, *, at: datetime) -> bool:
    row = Mailing.objects.select_for_update(of=("self",)).select_related("person").filter(pk=pk).first()
    kind = reports.find(row.report) if row else None
    latest = kind.latest(row.every) if kind else None
    if latest is None or latest == row.sent:
        return False
    row.sent = latest
    row.save(update_fields=["sent"])
    order = {"report": row.report, "posted": latest, "format": row.format, "language": row.person.language}
    try:
        if not row.person.is_active:
            raise NotThere()
        with transaction.atomic():
            asking.ask(by=row.person, at=at, by_mail=True, **order)
    except ExportError:
        return False
    return True
