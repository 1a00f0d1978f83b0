# SPDX-License-Identifier: AGPL-3.0-or-later
"""What programs enter with in a person's name, and the answers kept so that a call sent twice has one effect."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .person import Person


class AccessToken(models.Model):
    """A personal token. Only the fingerprint of its secret is kept; of its use only the last day."""

    class Scope(models.TextChoices):
        READ = "read", _("Solo lettura")
        WRITE = "write", _("Lettura e scrittura")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("persona"))
    name = models.CharField(_("nome"), max_length=60)
    scope = models.CharField(_("permesso"), max_length=5, choices=Scope, default=Scope.READ)
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = _("token personale")
        verbose_name_plural = _("token personali")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="token_scope_known", condition=Q(scope__in=["read", "write"])),
            models.CheckConstraint(name="token_expires_after_it_was_made", condition=Q(expires_at__gt=F("created_at"))),
            models.CheckConstraint(name="token_fingerprint_is_one", condition=Q(fingerprint__regex=r"^[0-9a-f]{64}\Z")),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.name}"


class KeptAnswer(models.Model):
    """What a call with an `Idempotency-Key` answered: given again for a day to the same call, never to another one."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="kept_answer_once")]
