# SPDX-License-Identifier: AGPL-3.0-or-later
"""Webhooks: where each leads and what it is told; what was delivered, or was not; who changed what."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovato.organisation.models import Department

PERSON = settings.AUTH_USER_MODEL
LONGEST_NAME = 80


class HookState(models.TextChoices):
    """Whether a webhook delivers."""

    ACTIVE = "active", _("Attivo")
    PAUSED = "paused", _("In pausa")


class Pause(models.TextChoices):
    """Why a webhook does not deliver."""

    BY_HAND = "by_hand", _("messo in pausa a mano")
    FAILURES = "failures", _("troppe consegne di fila non riuscite")
    GONE = "gone", _("chi riceve ha risposto che l’indirizzo non c’è più (410)")
    SECRET = "secret", _("il segreto non si legge più: creane uno nuovo")


class Hook(models.Model):
    """One receiver. `department` None is the whole city; `failures` are the deliveries given up in a row.

    `sealed` is the secret; `former_sealed` the one before it, with which deliveries are signed too until `former_until`.
    `busy_until` says until when a relay that delivers to it may be silent.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    address = models.CharField(max_length=500)
    kinds = models.JSONField(default=list)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=HookState, default=HookState.ACTIVE)
    pause = models.CharField(max_length=8, choices=Pause, blank=True)
    paused_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    sealed = models.BinaryField()
    former_sealed = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhook")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=HookState.values), name="hook_state_known"),
            models.CheckConstraint(
                condition=Q(state="active", pause="", paused_at__isnull=True)
                | Q(state="paused", pause__in=Pause.values, paused_at__isnull=False),
                name="hook_pause_has_reason",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(address=""), name="hook_has_name_and_address"),
            models.CheckConstraint(
                condition=Q(former_sealed__isnull=True, former_until__isnull=True)
                | Q(former_sealed__isnull=False, former_until__isnull=False),
                name="hook_former_secret_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        """Whether it delivers."""
        return self.state == HookState.ACTIVE


class DeliveryState(models.TextChoices):
    """How far a delivery is."""

    WAITING = "waiting", _("In attesa")
    DELIVERED = "delivered", _("Consegnata")
    FAILED = "failed", _("Non riuscita")


class Fault(models.TextChoices):
    """What went wrong with an attempt."""

    NAME = "name", _("il nome del sito non si trova")
    FORBIDDEN = "forbidden", _("l’indirizzo porta dentro la rete e non è tra quelli permessi")
    CONNECTION = "connection", _("il sito non risponde")
    CERTIFICATE = "certificate", _("il certificato del sito non è valido")
    SLOW = "slow", _("il sito ci mette troppo")
    UNREADABLE = "unreadable", _("la risposta non si legge")
    REDIRECT = "redirect", _("la risposta rimanda a un altro indirizzo: scrivi quello")
    ANSWER = "answer", _("la risposta non è un sì (da 200 a 299)")


class Delivery(models.Model):
    """One thing told to one receiver. `happening` is what it tells, None for a test; `answer` the last answer's code.

    `again` was asked for by hand: the text of an earlier one.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    happening = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=32, blank=True)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    again = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    answer = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    fault = models.CharField(max_length=11, choices=Fault, blank=True)

    class Meta:
        verbose_name = _("consegna")
        verbose_name_plural = _("consegne")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(condition=Q(fault="") | Q(fault__in=Fault.values), name="delivery_fault_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", finished_at__isnull=True)
                | (~Q(state="waiting") & Q(finished_at__isnull=False)),
                name="delivery_finished_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(fault="", answer__isnull=False, answer__gte=200, answer__lt=300),
                name="delivery_delivered_was_answered",
            ),
            models.UniqueConstraint(
                fields=["hook", "happening"],
                condition=Q(again=False, happening__isnull=False),
                name="delivery_tells_once",
            ),
        ]
        indexes = [
            models.Index(fields=["hook", "-id"], name="delivery_log"),
            models.Index(fields=["hook", "next_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be delivered."""
        return self.state == DeliveryState.WAITING


class Verb(models.TextChoices):
    """What somebody did to a webhook."""

    CREATED = "created", _("creato")
    CHANGED = "changed", _("modificato")
    PAUSED = "paused", _("messo in pausa")
    RESUMED = "resumed", _("riattivato")
    ROTATED = "rotated", _("segreto nuovo")
    TESTED = "tested", _("prova mandata")
    REDELIVERED = "redelivered", _("consegna ripetuta")
    DELETED = "deleted", _("eliminato")


class HookAct(models.Model):
    """One line of the register: who did what to which webhook; `by` None is the product itself. Only added to."""

    hook_uuid = models.UUIDField(db_index=True)
    hook_name = models.CharField(max_length=LONGEST_NAME)
    verb = models.CharField(max_length=11, choices=Verb)
    detail = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("atto su un webhook")
        verbose_name_plural = _("registro dei webhook")
        ordering = ["-at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(verb__in=Verb.values), name="hook_act_known")]

    def __str__(self) -> str:
        return f"{self.hook_name} {self.verb}"


class HookCursor(models.Model):
    """The one row that a handing-out locks: up to which event of the floor above everything was handed out."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="hook_cursor_single")]
