# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often somebody has just tried to sign in under a staff number, whether or not anybody has it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .person import STAFF_NUMBER_LENGTH


class SignInAttempts(models.Model):
    """The tries that count for one staff number, and until when; a right sign-in deletes the row."""

    staff_number = models.CharField(max_length=STAFF_NUMBER_LENGTH, primary_key=True)
    tries = models.PositiveSmallIntegerField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("tentativi di accesso")
        verbose_name_plural = _("tentativi di accesso")
        indexes = [models.Index(fields=["until"], name="sign_in_attempts_until")]

    def __str__(self) -> str:
        return f"{self.tries} ({self.until:%Y-%m-%d %H:%M})"
