# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that people asked for: who, what, how far it is, until when it is kept; and the register of downloads."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

PERSON = settings.AUTH_USER_MODEL


class Format(models.TextChoices):
    """The kinds of file."""

    ODS = "ods", _("Foglio di calcolo (ODS)")
    XLSX = "xlsx", _("Foglio di calcolo (XLSX)")
    CSV = "csv", _("Testo tabellare (CSV)")
    PDF = "pdf", _("Relazione (PDF)")
    ZIP = "zip", _("Archivio (ZIP)")


FIGURES = (Format.ODS, Format.XLSX, Format.CSV, Format.PDF)  # the formats of a report of figures


class ExportState(models.TextChoices):
    """How far a file is."""

    WAITING = "waiting", _("In coda")
    RUNNING = "running", _("In preparazione")
    READY = "ready", _("Pronto")
    CANCELLED = "cancelled", _("Interrotto")
    FAILED = "failed", _("Non riuscito")
    EXPIRED = "expired", _("Cancellato")


UNDER_WAY = (ExportState.WAITING, ExportState.RUNNING)


class Export(models.Model):
    """One file for one person. The row stays in the register when the file is gone.

    `lease_until` says until when a worker may be silent; `attempts` counts the workers that took it.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    report = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    format = models.CharField(max_length=4, choices=Format)
    language = models.CharField(max_length=2)
    by_mail = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=ExportState, default=ExportState.WAITING)
    progress = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    file = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("esportazione")
        verbose_name_plural = _("esportazioni")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(condition=Q(format__in=Format.values), name="export_format_known"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="export_progress_percent"),
            models.CheckConstraint(
                condition=(Q(state="ready", expires_at__isnull=False) & ~Q(file="")) | (~Q(state="ready") & Q(file="")),
                name="export_file_while_ready",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="export_lease_while_running",
            ),
            # A PDF takes all of a core for seconds: the database itself lets one be made at a time.
            models.UniqueConstraint(
                fields=["format"], condition=Q(state="running", format="pdf"), name="export_one_pdf_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-asked_at", "-id"], name="export_own"),
            models.Index(fields=["state", "asked_at"], name="export_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.format})"

    @property
    def is_under_way(self) -> bool:
        """Whether somebody still waits for it."""
        return self.state in UNDER_WAY

    @property
    def file_name(self) -> str:
        """What a browser calls the file: plain letters."""
        return f"innovato-{self.report}-{self.asked_at:%Y%m%d}-{self.uuid.hex[:6]}.{self.format}"


class Download(models.Model):
    """One line of the register: who took which file when. Only added to."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="downloads")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("scarico di un file")
        verbose_name_plural = _("registro degli scarichi")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.export_id} ({self.at:%Y-%m-%d %H:%M})"


class Mailing(models.Model):
    """A report that somebody receives on a schedule: each time a new one is there, a file is made for them and they are told.

    `sent` names the last one, so that none is sent twice.
    """

    report = models.CharField(max_length=40)
    every = models.CharField(max_length=10)
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=4, choices=Format)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    sent = models.JSONField(null=True)

    class Meta:
        verbose_name = _("invio periodico")
        verbose_name_plural = _("invii periodici")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(format__in=Format.values), name="mailing_format_known"),
            models.UniqueConstraint(fields=["report", "every", "person"], name="mailing_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.every} {self.person_id}"
