# SPDX-License-Identifier: AGPL-3.0-or-later
"""Letting files and the lines of the register go: after their time, and when a person is erased."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from innovato.batches import SIZE
from innovato.exports.models import UNDER_WAY, Download, Export, ExportState, Mailing


def old_orders(before: datetime) -> QuerySet:
    """The orders made before a moment whose file is gone or never came."""
    done = [ExportState.EXPIRED, ExportState.CANCELLED, ExportState.FAILED]
    return Export.objects.filter(asked_at__lte=before, state__in=done).exclude(downloads__at__gt=before)


@transaction.atomic
def forget_orders(before: datetime) -> int:
    """One batch of old orders with their lines in the register; returns how many orders went."""
    keys = list(old_orders(before).order_by("pk").values_list("pk", flat=True)[:SIZE])
    if not keys:
        return 0
    Download.objects.filter(export__in=keys).delete()
    return Export.objects.filter(pk__in=keys).delete()[1].get(Export._meta.label, 0)


def due_files(at: datetime) -> QuerySet:
    """The files whose days are over."""
    return Export.objects.filter(state=ExportState.READY, expires_at__lte=at)


def forget_person(*, person_id: int, at: datetime) -> None:
    """Delete a person's files, stop what is under way, send nothing any more; in the caller's transaction.

    The lines of the register stay until their own time is over: they say that somebody took a file, no longer who.
    """
    Mailing.objects.filter(person=person_id).delete()
    own = Export.objects.select_for_update().filter(person=person_id)
    names = [name for name in own.values_list("file", flat=True) if name]
    own.filter(state__in=UNDER_WAY).update(state=ExportState.CANCELLED, lease_until=None, finished_at=at)
    own.filter(state=ExportState.READY).update(state=ExportState.EXPIRED, file="")
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])
