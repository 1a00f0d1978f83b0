# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for a file, stopping it, taking it."""

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from innovato.exports import reports
from innovato.exports.errors import BadRequest, Gone, NotReady, NotThere, TooMany
from innovato.exports.models import UNDER_WAY, Download, Export, ExportState

logger = logging.getLogger(__name__)

MAKE = "innovato.exports.tasks.make"
MOST_UNDER_WAY = 5


@transaction.atomic
def ask(
    *,
    by,
    report: str,
    posted: Mapping[str, str],
    format: str,
    language: str,
    at: datetime,
    by_mail: bool = False,
) -> Export:
    """Order a file for `by`; the same order that is still under way is answered with itself.

    `posted` names which report of its kind. Raises NotThere for a report that does not exist for this person,
    BadRequest for values that can't be read, TooMany while several files are awaited.
    """
    kind = reports.find(report)
    if kind is None:
        raise NotThere()
    if format not in kind.formats or language not in dict(settings.LANGUAGES):
        raise BadRequest(_("Scegli uno dei formati e una delle lingue dell’elenco."))
    try:
        parameters = kind.parameters(posted)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    if not kind.may(by, parameters):
        raise NotThere()
    awaited = Export.objects.filter(person=by, state__in=UNDER_WAY)
    same = awaited.filter(report=report, parameters=parameters, format=format, language=language).first()
    if same is not None:
        return same
    if awaited.count() >= MOST_UNDER_WAY:
        raise TooMany(_("Hai già %(n)d file in preparazione: aspetta che ne finisca uno.") % {"n": MOST_UNDER_WAY})
    with translation.override(language):
        title = kind.title(parameters)
    job = Export.objects.create(
        person=by,
        report=report,
        parameters=parameters,
        title=title[:200],
        format=format,
        language=language,
        by_mail=by_mail,
        asked_at=at,
    )
    transaction.on_commit(lambda: nudge(job.pk))
    return job


def nudge(export_id: int) -> None:
    """Best effort: without a broker the clock finds the order within a minute or two."""
    try:
        current_app.send_task(MAKE, args=[export_id], ignore_result=True, retry=False)
    except OperationalError as error:
        logger.warning("the export could not be started at once: %s", type(error).__name__)


def own(*, by, uuid: UUID) -> Export:
    """The person's own order, while its report still exists for them. Raises NotThere."""
    job = Export.objects.filter(uuid=uuid, person=by).first()
    kind = reports.find(job.report) if job else None
    if kind is None or not kind.may(by, job.parameters):
        raise NotThere()
    return job


@transaction.atomic
def cancel(*, by, uuid: UUID, at: datetime) -> Export:
    """Stop an own order that is under way; one that is over stays as it is. Raises NotThere."""
    job = own(by=by, uuid=uuid)
    stopped = Export.objects.filter(pk=job.pk, state__in=UNDER_WAY)
    stopped.update(state=ExportState.CANCELLED, lease_until=None, finished_at=at)
    job.refresh_from_db()
    return job


@transaction.atomic
def take(*, by, uuid: UUID, at: datetime) -> Export:
    """Enter a download in the register and answer with the order whose file may be sent.

    Raises NotThere for what is not this person's, Gone after its days, NotReady for a file that is not made.
    """
    job = own(by=by, uuid=uuid)
    if job.state == ExportState.EXPIRED or (job.expires_at is not None and job.expires_at <= at):
        raise Gone(_("Questo file è stato cancellato dopo i giorni previsti: preparalo di nuovo."))
    if job.state != ExportState.READY:
        raise NotReady(_("Questo file non è pronto: torna alla pagina da cui l’hai chiesto."))
    Download.objects.create(export=job, person=by, at=at)
    return job
