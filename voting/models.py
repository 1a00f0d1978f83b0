# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots, what stands on them, who may vote, the sealed urn, and what is published at the close."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext_lazy as _

from voting import urn
from voting.keystore import trusted_key
from voting.states import COUNTED, BallotState, FrozenBy
from voting.tally import Rule
from workflow.models import Campaign, Idea, Round


class Ballot(models.Model):
    """One vote on the ideas of a round. A repeat after an annulment is a new row with the next `sequence`.

    `closes_at` is when it closes; `planned_closes_at` when it was going to, should the closing have been brought
    forward. `rule`, `max_choices` and `eligible` are frozen when it opens. `frozen_at`: trouble with the key or the urn
    stopped it. `key_destroyed_at`: from then on nobody can connect a paper with a person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=BallotState, default=BallotState.SCHEDULED, editable=False)
    scheme = models.CharField(max_length=20, default=urn.SCHEME, editable=False)

    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    planned_closes_at = models.DateTimeField(editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    objections_until = models.DateTimeField(null=True, editable=False)
    key_destroyed_at = models.DateTimeField(null=True, editable=False)

    max_choices = models.PositiveSmallIntegerField(default=0, editable=False)
    eligible = models.PositiveIntegerField(default=0, editable=False)
    rule = models.JSONField(default=dict, editable=False)
    key_commitment = models.BinaryField(max_length=32, null=True, editable=False)

    frozen_at = models.DateTimeField(null=True, editable=False)
    frozen_by = models.CharField(max_length=14, choices=FrozenBy, blank=True, editable=False)
    annulled_at = models.DateTimeField(null=True, editable=False)
    annulled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    annul_reason = models.TextField(max_length=2000, blank=True, editable=False)

    class Meta:
        verbose_name = _("votazione")
        verbose_name_plural = _("votazioni")
        ordering = ["-opens_at", "-sequence", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BallotState.values), name="ballot_state_known"),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at"), closes_at__lte=F("planned_closes_at")), name="ballot_window"
            ),
            models.CheckConstraint(
                condition=Q(key_commitment__isnull=True) | Exact(Length("key_commitment"), 32),
                name="ballot_commitment_length",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BallotState.SCHEDULED, BallotState.ANNULLED])
                | Q(key_commitment__isnull=False, max_choices__gte=1),
                name="ballot_opened_with_key",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=COUNTED) | Q(closed_at__isnull=False, objections_until__gte=F("closed_at")),
                name="ballot_closed_has_objections",
            ),
            models.CheckConstraint(
                condition=~Q(state=BallotState.SEALED) | Q(key_destroyed_at__isnull=False), name="ballot_sealed_no_key"
            ),
            models.CheckConstraint(
                condition=Q(state=BallotState.ANNULLED, annulled_at__isnull=False) & ~Q(annul_reason="")
                | ~Q(state=BallotState.ANNULLED) & Q(annulled_at__isnull=True, annul_reason=""),
                name="ballot_annulled_has_reason",
            ),
            models.UniqueConstraint(fields=["round", "sequence"], name="ballot_sequence_once"),
            models.UniqueConstraint(
                fields=["round"], condition=~Q(state=BallotState.ANNULLED), name="ballot_one_per_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.round_id} · {self.sequence}"

    @property
    def is_frozen(self) -> bool:
        """Whether trouble with the key or the urn stopped this ballot."""
        return self.frozen_at is not None

    @property
    def selection(self) -> Rule:
        """The rule by which this ballot chooses, as frozen at its opening."""
        return Rule(**self.rule)

    def open_urn(self) -> urn.Urn:
        """This ballot's urn, with its key in hand. Raises KeyTrouble. Reads a file, no table."""
        return urn.Urn(trusted_key(self.pk, bytes(self.key_commitment)), self.pk, self.max_choices)


class Option(models.Model):
    """One idea on a ballot. `code` names it in papers and in the publication; `small`: from a small department."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="options", db_index=False)
    idea = models.ForeignKey(Idea, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=urn.OPTION_CHARACTERS)
    cost = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    small = models.BooleanField(default=False)

    class Meta:
        ordering = ["ballot_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "idea"], name="option_idea_once"),
            models.UniqueConstraint(fields=["ballot", "code"], name="option_code_once"),
        ]

    def __str__(self) -> str:
        return self.code


class Elector(models.Model):
    """Who may vote, as it stood when the ballot opened. Says nothing of who did. Deleted at the seal."""

    pk = models.CompositePrimaryKey("ballot_id", "person")
    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="electors", db_index=False)
    person = models.UUIDField()
    department_code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["ballot_id", "person"]


class Objection(models.Model):
    """What an elector reports in the hours after the close, and the guarantor's answer. Deleted at the seal."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="objections")
    person = models.UUIDField()
    text = models.TextField(max_length=2000)
    raised_at = models.DateTimeField()
    answer = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "person"], name="objection_one_per_person"),
            models.CheckConstraint(condition=~Q(text=""), name="objection_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="objection_answer_has_its_moment",
            ),
        ]


class NothingToSee(models.Manager):
    """An empty view: whatever dumps, browses or serialises models by their usual manager finds nothing in the urn."""

    def get_queryset(self):
        return super().get_queryset().none()


class UrnBox(models.Model):
    """One sealed paper: no person, no time, no number in a row. Only the ballot's own services look here (`boxes`)."""

    pk = models.CompositePrimaryKey("ballot_id", "handle")
    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="+", db_index=False)
    handle = models.BinaryField(max_length=urn.HANDLE_BYTES)
    box = models.BinaryField(max_length=urn.BOX_SIZES[-1])

    objects = NothingToSee()
    boxes = models.Manager()  # noqa: DJ012 - ruff takes a second manager for a field

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Exact(Length("handle"), urn.HANDLE_BYTES), name="urnbox_handle_length"),
            models.CheckConstraint(condition=In(Length("box"), urn.BOX_SIZES), name="urnbox_box_length"),
        ]


class Publication(models.Model):
    """What is published about a closed ballot: canonical JSON, and its fingerprint. Written once, with the close."""

    ballot = models.OneToOneField(Ballot, primary_key=True, on_delete=models.PROTECT, related_name="publication")
    body = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="publication_hash_length")]

    def __str__(self) -> str:
        return self.sha256
