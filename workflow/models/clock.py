# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer clock of an idea's present stage: by when, since when, whether it is paused and why."""

from django.db import models
from django.db.models import Q


class StageClock(models.Model):
    """Columns of the idea. `due_on` is the last day for the answer; None where the stage has no clock.

    While paused, `clock_remaining` keeps the working days that were left.
    """

    state_since = models.DateTimeField(editable=False)
    clock_started_on = models.DateField(null=True, editable=False)
    due_on = models.DateField(null=True, editable=False, db_index=True)
    clock_paused_at = models.DateTimeField(null=True, editable=False)
    clock_pause_reason = models.CharField(max_length=200, blank=True, editable=False)
    clock_remaining = models.PositiveSmallIntegerField(null=True, editable=False)
    clock_restarted = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    @staticmethod
    def clock_constraints() -> list:
        """A paused clock says why."""
        return [
            models.CheckConstraint(
                condition=Q(clock_paused_at__isnull=True) | ~Q(clock_pause_reason=""), name="idea_pause_has_reason"
            )
        ]
