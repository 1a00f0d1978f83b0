# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened, in one chain: every row carries the hash of the row before it; rows are never changed."""

import hashlib
import json

from django.conf import settings
from django.db import models

from workflow.models.idea import Idea

PERSON = settings.AUTH_USER_MODEL
GENESIS = "0" * 64


class IdeaEvent(models.Model):
    """One committed move or act. `number` has no gaps; `hash` covers every other column and `prev_hash`."""

    number = models.BigIntegerField(primary_key=True)
    idea = models.ForeignKey(Idea, null=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["idea", "number"], name="event_idea_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    def computed_hash(self) -> str:
        """SHA-256 over the canonical JSON of the row; equal to `hash` unless somebody changed the row."""
        return event_hash(
            number=self.number,
            idea=self.idea_id,
            kind=self.kind,
            from_state=self.from_state,
            to_state=self.to_state,
            by=self.by_id,
            on_behalf_of=self.on_behalf_of_id,
            at=self.at,
            data=self.data,
            prev_hash=self.prev_hash,
        )


def event_hash(*, at, **columns) -> str:
    """The hash of one event's columns. `at` counts in microseconds since 1970, so that no time zone changes it."""
    columns["at"] = round(at.timestamp() * 1_000_000)
    body = json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


class ChainHead(models.Model):
    """The one row that every new event locks: the last number and hash."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="chain_head_single")]


class Decision(models.Model):
    """A decision on record: who, what, and the reasons as everybody reads them."""

    class Kind(models.TextChoices):
        REFUSE_ADMISSION = "refuse_admission"
        APPROVE_PILOT = "approve_pilot"
        DECLINE = "decline"
        DEFER = "defer"
        SELECT = "select"

    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=20, choices=Kind)
    reason_code = models.CharField(max_length=20, blank=True)
    reason_text = models.TextField(max_length=5000)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    revisit_on = models.DateField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=models.Q(kind="approve_pilot"), name="decision_one_approval"
            ),
            models.CheckConstraint(condition=~models.Q(reason_text=""), name="decision_has_reasons"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["decline", "refuse_admission"]) | ~models.Q(reason_code=""),
                name="decision_refusal_has_code",
            ),
            models.CheckConstraint(
                condition=models.Q(on_behalf_of=None) | ~models.Q(on_behalf_of=models.F("by")),
                name="decision_for_somebody_else",
            ),
        ]
