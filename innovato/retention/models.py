# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report of each run: which rule, when, how much, and whether it only counted. It names nobody whose data went."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RetentionRun(models.Model):
    """One run of one rule. `by` is who asked for it; nobody, where the clock did.

    `finished_at` is empty while it runs; a run that never ended says so in `fault` once the next one takes its place.
    """

    rule = models.CharField(max_length=40)
    is_dry = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    count = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("passaggio della conservazione")
        verbose_name_plural = _("passaggi della conservazione")
        ordering = ["-started_at", "-pk"]
        constraints = [
            # Two workers woken at once do not both run a rule: the database lets one in.
            models.UniqueConstraint(
                fields=["rule"], condition=Q(is_dry=False, finished_at=None), name="retention_one_run_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=models.F("started_at")), name="retention_ends_later"
            ),
        ]
        indexes = [models.Index(fields=["rule", "-started_at"], name="retention_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.started_at:%Y-%m-%d %H:%M} ({self.count})"
