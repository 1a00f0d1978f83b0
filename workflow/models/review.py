# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reviews: the scorecards that colleagues are assigned, their scores, and who stepped back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workflow.models.campaign import Criterion
from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL
LOWEST, HIGHEST = 0, 5


class Review(models.Model):
    """One reviewer's scorecard for one idea. Nobody else reads it before handing in their own."""

    class Status(models.TextChoices):
        ASSIGNED = "assigned", _("Da iniziare")
        DECLARED = "declared", _("In lavorazione")
        SUBMITTED = "submitted", _("Consegnata")
        RECUSED = "recused", _("Astensione")

    class Recommendation(models.TextChoices):
        PILOT = "pilot", _("Provare con un pilota")
        DECLINE = "decline", _("Non accogliere")
        DEFER = "defer", _("Rinviare")

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=Status, default=Status.ASSIGNED)
    assigned_at = models.DateTimeField()
    due_on = models.DateField()
    is_third_opinion = models.BooleanField(default=False)
    declared_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    idea_version = models.PositiveIntegerField(default=1)
    recommendation = models.CharField(max_length=8, choices=Recommendation, blank=True)
    advice = models.TextField(max_length=3000, blank=True)
    text_for_author = models.TextField(max_length=3000, blank=True)
    weighted_score = models.DecimalField(max_digits=4, decimal_places=2, null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "reviewer"], name="review_once"),
            models.CheckConstraint(
                condition=~Q(status="submitted")
                | (Q(submitted_at__isnull=False, declared_at__isnull=False, weighted_score__isnull=False)),
                name="review_submitted_complete",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "status"], name="review_reviewer_status")]


class Score(models.Model):
    """The points for one criterion, 0 to 5, with the reason."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="score_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=LOWEST, value__lte=HIGHEST), name="score_in_range"
            ),
        ]


class Recusal(models.Model):
    """A declared conflict of interest: this person takes no further part in judging this idea."""

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="recusals")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="recusal_once")]
