# SPDX-License-Identifier: AGPL-3.0-or-later
"""A notice: one thing one person is told, with the state of its delivery by mail.

The rows are written in the transaction of what they tell, so that nothing is told that did not happen and nothing
that happened goes untold; the relay sends the mails afterwards.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from innovato.notifications.querysets import NoticeQuerySet

KEY_LENGTH = 200


class EmailState(models.TextChoices):
    """How far the mail of a notice is."""

    PENDING = "pending", _("Da spedire")
    SENT = "sent", _("Spedita")
    FAILED = "failed", _("Non riuscita")
    SKIPPED = "skipped", _("Non prevista")


class Notice(models.Model):
    """One thing told to one person; `key` makes telling it a second time harmless."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    context = models.JSONField(default=dict)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    created_at = models.DateTimeField()
    deliver_after = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    email_state = models.CharField(max_length=8, choices=EmailState.choices, default=EmailState.PENDING)
    email_attempts = models.PositiveSmallIntegerField(default=0)
    email_next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    email_sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True, default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("avviso")
        verbose_name_plural = _("avvisi")
        constraints = [
            models.CheckConstraint(condition=models.Q(email_state__in=EmailState.values), name="notice_email_state"),
            models.CheckConstraint(
                condition=models.Q(email_state="sent", email_sent_at__isnull=False)
                | (~models.Q(email_state="sent") & models.Q(email_sent_at__isnull=True)),
                name="notice_sent_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=True) | models.Q(email_state="skipped"),
                name="notice_cancelled_is_not_sent",
            ),
        ]
        indexes = [
            models.Index(
                "recipient",
                models.F("deliver_after").desc(),
                models.F("id").desc(),
                condition=models.Q(cancelled_at__isnull=True),
                name="notice_list",
            ),
            models.Index(
                fields=["recipient"],
                condition=models.Q(cancelled_at__isnull=True, read_at__isnull=True),
                name="notice_unread",
            ),
            models.Index(fields=["email_next_at"], condition=models.Q(email_state="pending"), name="notice_mail_due"),
        ]

    def __str__(self):
        return self.key
