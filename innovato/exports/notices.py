# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told of a file: whoever asked for it. The notice holds its name and the way to it, never a figure."""

from datetime import datetime

from django.urls import reverse

from innovato.exports.models import Export
from innovato.notifications import kinds, services
from innovato.notifications.kinds import Group

kinds.register("export_ready", group=Group.TASKS, mail=False)
kinds.register("export_failed", group=Group.TASKS, mail=False)
kinds.register("report_ready", group=Group.TASKS, mail=True)


def ready(job: Export, *, at: datetime) -> None:
    """The file is there; by mail too where it comes on a schedule. In the caller's transaction."""
    _tell("report_ready" if job.by_mail else "export_ready", job, at=at)


def failed(job: Export, *, at: datetime) -> None:
    """No file will come. In the caller's transaction."""
    _tell("export_failed", job, at=at)


def _tell(kind: str, job: Export, *, at: datetime) -> None:
    context = {"title": job.title, "url": reverse("exports:export", args=[job.uuid]), "format": job.format.upper()}
    services.notify(kind=kind, recipients=[job.person_id], context=context, key=f"export:{job.pk}:{kind}", at=at)
