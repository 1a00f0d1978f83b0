# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pilots: plan, people, indicators with readings, milestones, money, and what was learnt."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from innovato.organisation.models import Department
from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL


class Pilot(models.Model):
    """One idea on trial. The row exists as a plan before the approval. Amounts are euros."""

    class Outcome(models.TextChoices):
        ADOPTED = "adopted", _("Adotta")
        CLOSED = "closed", _("Chiudi")

    idea = models.OneToOneField(Idea, on_delete=models.PROTECT, related_name="pilot")
    objective = models.TextField(max_length=3000, blank=True)
    where = models.CharField(max_length=200, blank=True)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    planned_end_on = models.DateField(null=True)
    budget = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    spent = models.DecimalField(max_digits=12, decimal_places=2, default=0, editable=False)
    risks = models.TextField(max_length=3000, blank=True)
    uses_personal_data = models.BooleanField(default=False)
    needs_purchase = models.BooleanField(default=False)
    act_number = models.CharField(max_length=60, blank=True)
    protocol_number = models.CharField(max_length=60, blank=True)
    reason = models.TextField(max_length=5000, blank=True)
    approved_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    extended_at = models.DateTimeField(null=True)
    extension_reason = models.TextField(max_length=2000, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    concluded_at = models.DateTimeField(null=True)
    lessons_learned = models.TextField(max_length=5000, blank=True)
    scale_plan = models.TextField(max_length=3000, blank=True)
    verify_after = models.DateField(null=True)
    verified_benefit = models.TextField(max_length=3000, blank=True)
    verified_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="pilot_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(budget__gte=0, spent__gte=0, spent__lte=F("budget")), name="pilot_not_overspent"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True)
                | Q(owner__isnull=False, starts_on__isnull=False, ends_on__isnull=False, department__isnull=False),
                name="pilot_approved_complete",
            ),
            models.CheckConstraint(
                condition=Q(concluded_at__isnull=True) | (~Q(lessons_learned="") & ~Q(outcome="")),
                name="pilot_concluded_with_lessons",
            ),
        ]
        indexes = [
            models.Index(fields=["-verified_at", "-id"], condition=Q(verified_at__isnull=False), name="pilot_verified"),
            models.Index(
                fields=["ends_on"], condition=Q(approved_at__isnull=False, concluded_at=None), name="pilot_running"
            ),
        ]


class PilotMember(models.Model):
    """Somebody of the team, the hours a week they are released, and the home manager's consent."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=120, blank=True)
    hours_per_week = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    consent_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    consent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "person"], name="member_once"),
            models.CheckConstraint(condition=Q(hours_per_week__gte=0, hours_per_week__lte=36), name="member_hours"),
        ]


class Indicator(models.Model):
    """What tells whether the pilot works: a baseline, a target, and a threshold fixed before the start."""

    class Direction(models.TextChoices):
        UP = "up", _("meglio se sale")
        DOWN = "down", _("meglio se scende")

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, blank=True)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    baseline = models.DecimalField(max_digits=14, decimal_places=2)
    target = models.DecimalField(max_digits=14, decimal_places=2)
    threshold = models.DecimalField(max_digits=14, decimal_places=2)
    method = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="up", target__gt=F("baseline")) | Q(direction="down", target__lt=F("baseline")),
                name="indicator_target_in_direction",
            ),
        ]


class Reading(models.Model):
    """A dated value of an indicator. The final one closes the measuring."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="readings")
    measured_on = models.DateField()
    value = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=500, blank=True)
    is_final = models.BooleanField(default=False)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["measured_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "measured_on"], name="reading_once_a_day"),
            models.UniqueConstraint(fields=["indicator"], condition=Q(is_final=True), name="reading_one_final"),
        ]


class Milestone(models.Model):
    """Something that must be ready by a day."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="milestones")
    due_on = models.DateField()
    text = models.CharField(max_length=200)
    who = models.CharField(max_length=120, blank=True)
    done_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "pk"]


class Spending(models.Model):
    """Money spent by the pilot, within its budget."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="spendings")
    spent_on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    description = models.CharField(max_length=200)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["spent_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="spending_positive")]


class ProgressNote(models.Model):
    """A line of the pilot's log."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="notes")
    body = models.TextField(max_length=3000)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
