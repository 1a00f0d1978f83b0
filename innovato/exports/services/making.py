# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a file, in the background only: taken by one worker at a time, with a progress people see, stopped at a word.

A worker that dies leaves its order to the next one when its lease is over; after three the order has failed.
"""

import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from typst import TypstError

from innovato.exports import notices, reports
from innovato.exports.errors import Interrupted
from innovato.exports.models import Export, ExportState, Format
from innovato.exports.services.asking import nudge
from innovato.exports.writers import WRITERS

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
STEP_SECONDS = 0.5  # progress is written at most this often
BUILT = 30  # percent: the figures are there, the rest is writing
FOLDER = "exports"


class _Progress:
    """Says how far the file is, and stops the writer when the order was stopped or passed to another worker."""

    def __init__(self, job: Export, *, at: datetime):
        self._job, self._at, self._started, self._said = job, at, monotonic(), 0.0

    def now(self) -> datetime:
        return self._at + timedelta(seconds=monotonic() - self._started)

    def __call__(self, percent: int, *, at_once: bool = False) -> None:
        if not at_once and monotonic() - self._said < STEP_SECONDS:
            return
        self._said = monotonic()
        ours = Export.objects.filter(pk=self._job.pk, state=ExportState.RUNNING, attempts=self._job.attempts)
        if not ours.update(progress=min(99, max(0, percent)), lease_until=self.now() + LEASE):
            raise Interrupted()


def make(*, export_id: int, at: datetime) -> bool:
    """Make the file of an order, if it waits for one; True when it is ready now. Safe to run twice, or several at once."""
    job = _claim(export_id, at=at)
    if job is None:
        return False
    progress = _Progress(job, at=at)
    try:
        with translation.override(job.language), tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file.{job.format}"
            _write(job, path, progress)
            _keep(job, path, progress)
    except Interrupted:
        return False
    except (LookupError, PermissionError) as error:
        _fail(job, _("Questo rapporto non c’è più, o non puoi più vederlo."), error, at=progress.now())
        return False
    except (TypstError, OSError) as error:
        _fail(job, _("Non siamo riusciti a scrivere il file: riprova."), error, at=progress.now())
        return False
    finally:
        _wake_next()
    return True


def _claim(export_id: int, *, at: datetime) -> Export | None:
    """Take an order that waits, or whose worker fell silent; None where there is nothing to take."""
    with transaction.atomic():
        job = Export.objects.select_for_update().select_related("person").filter(pk=export_id).first()
        if job is None or not _is_free(job, at):
            return None
        if job.attempts >= MOST_ATTEMPTS:
            with translation.override(job.language):
                _end(job, _("Non siamo riusciti a scrivere il file: riprova."), at=at)
            return None
        job.state, job.attempts, job.progress, job.lease_until = ExportState.RUNNING, job.attempts + 1, 0, at + LEASE
        try:
            with transaction.atomic():
                job.save(update_fields=["state", "attempts", "progress", "lease_until"])
        except IntegrityError:  # another PDF is being made: this one waits until that worker is done
            return None
    return job


def _is_free(job: Export, at: datetime) -> bool:
    silent = job.state == ExportState.RUNNING and job.lease_until <= at
    return job.state == ExportState.WAITING or silent


def _write(job: Export, path: Path, progress: _Progress) -> None:
    """The report as it is for this person now, written in its format."""
    report = reports.get(job.report)
    if not (job.person.is_active and report.may(job.person, job.parameters)):
        raise PermissionError(job.report)
    progress(5, at_once=True)
    document = report.build(job.person, job.parameters, at=progress.now())
    progress(BUILT, at_once=True)
    WRITERS[Format(job.format)](document, path, lambda share: progress(BUILT + round(share * (95 - BUILT))))


def _keep(job: Export, path: Path, progress: _Progress) -> None:
    """Store the file and say so, unless the order was stopped meanwhile."""
    progress(97, at_once=True)
    name = f"{FOLDER}/{job.uuid.hex}.{job.format}"
    default_storage.delete(name)  # of a worker that died between writing and saying so
    with path.open("rb") as content:
        default_storage.save(name, File(content))
    at = progress.now()
    with transaction.atomic():
        ours = Export.objects.filter(pk=job.pk, state=ExportState.RUNNING, attempts=job.attempts)
        kept = ours.update(
            state=ExportState.READY,
            progress=100,
            lease_until=None,
            finished_at=at,
            expires_at=at + timedelta(days=settings.INNOVATO_EXPORT_DAYS),
            file=name,
            size=path.stat().st_size,
        )
        if kept:
            notices.ready(job, at=at)
    if not kept:
        default_storage.delete(name)
        raise Interrupted()


def _fail(job: Export, sentence: str, error: Exception, *, at: datetime) -> None:
    logger.warning("export %s failed: %s", job.pk, type(error).__name__)
    with transaction.atomic():
        ours = Export.objects.select_for_update().filter(pk=job.pk, state=ExportState.RUNNING, attempts=job.attempts)
        if ours.exists():
            _end(job, sentence, at=at)


def _end(job: Export, sentence: str, *, at: datetime) -> None:
    """No file will come of it: say why, in the caller's transaction."""
    job.state, job.lease_until, job.finished_at, job.fault = ExportState.FAILED, None, at, sentence[:200]
    job.save(update_fields=["state", "lease_until", "finished_at", "fault"])
    notices.failed(job, at=at)


def _wake_next() -> None:
    """A PDF that had to wait for this one can begin."""
    following = Export.objects.filter(state=ExportState.WAITING, format=Format.PDF).order_by("asked_at", "pk").first()
    if following is not None:
        nudge(following.pk)


def tidy(*, at: datetime) -> int:
    """Delete the files whose days are over, and wake orders that nobody took; returns how many files went. Safe to repeat."""
    gone = 0
    for job in Export.objects.filter(state=ExportState.READY, expires_at__lte=at).order_by("pk"):
        name = job.file
        gone += Export.objects.filter(pk=job.pk, state=ExportState.READY).update(state=ExportState.EXPIRED, file="")
        default_storage.delete(name)
    overlooked = Export.objects.filter(state=ExportState.WAITING, asked_at__lte=at - timedelta(minutes=1))
    silent = Export.objects.filter(state=ExportState.RUNNING, lease_until__lte=at)
    for pk in [*overlooked.values_list("pk", flat=True), *silent.values_list("pk", flat=True)]:
        nudge(pk)
    return gone
