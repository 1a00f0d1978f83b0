# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion under an idea, and reports of abuse."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL


class Comment(models.Model):
    """A question, a suggestion or a similar experience; one level of replies. Removal keeps the row and says why."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("Domanda")
        SUGGESTION = "suggestion", _("Suggerimento")
        SIMILAR = "similar", _("Esperienza simile")

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SUGGESTION)
    body = models.TextField(max_length=3000)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    removal_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(removal_reason=""), name="comment_removed_with_reason"
            )
        ]


class CommentReport(models.Model):
    """A colleague says that a comment breaks the rules; the innovation office reads it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports")
    by = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "by"], name="report_once")]
