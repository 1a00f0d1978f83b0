# SPDX-License-Identifier: AGPL-3.0-or-later
"""A merge that the office proposed, and what the people who lead the two ideas answered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL


class MergeProposal(models.Model):
    """`idea` should go on inside `target`. `text` is what its authors read. At most one is open for an idea."""

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DECLINED = "declined"
        LAPSED = "lapsed"

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="merge_proposals")
    target = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=3000)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["idea"], condition=Q(state="open"), name="merge_one_open"),
            models.CheckConstraint(condition=~Q(idea=F("target")), name="merge_not_into_itself"),
        ]


class MergeConsent(models.Model):
    """One lead's answer. For somebody who left the service the office answers: `by_office`."""

    class Answer(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    proposal = models.ForeignKey(MergeProposal, on_delete=models.CASCADE, related_name="consents")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.WAITING)
    by_office = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="merge_asked_once"),
            models.CheckConstraint(
                condition=Q(answer="waiting") | Q(answered_at__isnull=False), name="merge_answer_dated"
            ),
        ]
