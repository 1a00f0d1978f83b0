# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ideas and who signs them, with their versions and followers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from innovato.organisation.models import Department
from workflow.machine import IdeaMachine
from workflow.models.campaign import Campaign, Round, Theme
from workflow.models.clock import StageClock
from workflow.querysets import IdeaQuerySet
from workflow.states import EDITABLE, REFUSED, IdeaState

PERSON = settings.AUTH_USER_MODEL


class Idea(IdeaMachine, StageClock):
    """A proposal of one to three colleagues. The state changes only through `services.moves`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=12, unique=True, null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    title = models.CharField(max_length=100, blank=True)
    problem = models.TextField(max_length=5000, blank=True)
    proposal = models.TextField(max_length=5000, blank=True)
    benefit = models.TextField(max_length=3000, blank=True)
    beneficiaries = models.JSONField(default=list, blank=True)
    how_measured = models.CharField(max_length=300, blank=True)
    estimated_cost = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(null=True, blank=True)
    no_personal_data = models.BooleanField(default=False)

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="ideas")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="ideas")
    theme = models.ForeignKey(Theme, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    departments_touched = models.ManyToManyField(Department, blank=True, related_name="+")
    submitted_from = models.ForeignKey(
        Department, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    created_at = models.DateTimeField(editable=False)
    saved_at = models.DateTimeField(editable=False)
    saved_by = models.ForeignKey(PERSON, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    merged_into = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged")
    lead_reviewer = models.ForeignKey(PERSON, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    revisit_on = models.DateField(null=True, editable=False)
    wild_card = models.BooleanField(default=False, editable=False)
    scorecards_missing = models.PositiveSmallIntegerField(default=0, editable=False)
    reexamined_at = models.DateTimeField(null=True, editable=False)
    reexamination_text = models.TextField(max_length=3000, blank=True, editable=False)
    reexamination_department = models.ForeignKey(
        Department, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    previous_judge = models.ForeignKey(PERSON, null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    has_reasons = models.BooleanField(default=False, editable=False)
    has_approval = models.BooleanField(default=False, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)

    objects = IdeaQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=IdeaState.values), name="idea_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=[IdeaState.DRAFT, IdeaState.WITHDRAWN])
                | Q(number__isnull=False, submitted_at__isnull=False, submitted_from__isnull=False),
                name="idea_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(state=IdeaState.MERGED) | Q(merged_into__isnull=False), name="idea_merged_has_target"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="idea_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(state=IdeaState.DEFERRED) | Q(revisit_on__isnull=False), name="idea_deferred_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=REFUSED) | Q(has_reasons=True), name="idea_refusal_has_reasons"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["piloting", "adopted", "verified", "closed"]) | Q(has_approval=True),
                name="idea_pilot_has_approval",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["voting", "review", "decision", "piloting", "adopted", "verified", "closed"])
                | Q(department__isnull=False),
                name="idea_admitted_has_department",
            ),
            models.CheckConstraint(
                condition=Q(estimated_cost__isnull=True) | Q(estimated_cost__gte=0), name="idea_cost_not_negative"
            ),
            *StageClock.clock_constraints(),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at", "-id"], name="idea_state_published"),
            models.Index(fields=["-published_at", "-id"], name="idea_published"),
            models.Index(fields=["department", "state"], name="idea_department_state"),
            models.Index(fields=["state", "state_since"], name="idea_state_since"),
            models.Index(fields=["submitted_from", "-published_at"], name="idea_from_published"),
            models.Index(fields=["campaign", "state"], name="idea_campaign_state"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def ref(self) -> str:
        """The idea's name in addresses: its number, or while it has none its uuid."""
        return self.number or self.uuid.hex

    @property
    def is_editable(self) -> bool:
        """True while the authors may change the text."""
        return self.state in EDITABLE

    @property
    def judging_department_id(self) -> int | None:
        """The department whose rights count now: one up while a refusal is re-examined."""
        return self.reexamination_department_id or self.department_id

    def author_ids(self) -> frozenset[int]:
        """The people who sign. One query, or none when authorships are prefetched."""
        return frozenset(a.person_id for a in self.authorships.all() if a.status == Authorship.Status.ACCEPTED)

    def authors_and_invited(self) -> frozenset[int]:
        """The people who sign or are asked to. One query, or none when authorships are prefetched."""
        named = {Authorship.Status.ACCEPTED, Authorship.Status.INVITED}
        return frozenset(a.person_id for a in self.authorships.all() if a.status in named)

    def recused_ids(self) -> frozenset[int]:
        """The people with a declared conflict. One query, or none when recusals are prefetched."""
        return frozenset(r.person_id for r in self.recusals.all())


class Authorship(models.Model):
    """Who signs an idea: the lead, and co-authors who were invited and accept or decline."""

    class Status(models.TextChoices):
        INVITED = "invited"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="authorships")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="authorships")
    is_lead = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.INVITED)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    from_merge = models.ForeignKey(Idea, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "person"], name="authorship_once"),
            models.UniqueConstraint(fields=["idea"], condition=Q(is_lead=True), name="authorship_one_lead"),
            models.CheckConstraint(condition=Q(is_lead=False) | Q(status="accepted"), name="authorship_lead_accepted"),
            models.CheckConstraint(
                condition=Q(status__in=["invited", "accepted", "declined"]), name="authorship_status"
            ),
        ]


class IdeaVersion(models.Model):
    """The text as it stood when it was handed in, or `redacted` by the office; never changed afterwards."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    redacted = models.BooleanField(default=False)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["idea_id", "number"]
        constraints = [models.UniqueConstraint(fields=["idea", "number"], name="version_number_once")]


class Follow(models.Model):
    """Somebody asked to be told what happens to an idea. Voting never makes one."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    from_merge = models.ForeignKey(Idea, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "person"], name="follow_once")]


class DismissedSimilar(models.Model):
    """The author read a similar idea and says that this one is different; screening sees it."""

    idea = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="dismissed")
    similar = models.ForeignKey(Idea, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "similar"], name="dismissed_once")]
