# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is allowed what on which department, and the register of every right given and taken back."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from ..capabilities import Capability
from .department import Department


class DepartmentUserObjectPermission(UserObjectPermissionBase):
    """A right given to one person. A real foreign key: the row can't outlive its department."""

    content_object = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="person_grants")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("incarico a una persona")
        verbose_name_plural = _("incarichi a persone")


class DepartmentGroupObjectPermission(GroupObjectPermissionBase):
    """A right given to a group of people ("Dirigenti · Ambiente")."""

    content_object = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="group_grants")

    class Meta(GroupObjectPermissionBase.Meta):
        verbose_name = _("incarico a un gruppo")
        verbose_name_plural = _("incarichi a gruppi")


class GrantRecord(models.Model):
    """One line of the register: a right given or taken back, or a person who joined or left a group. Only added to."""

    class Verb(models.TextChoices):
        GRANTED = "granted", _("assegnato")
        REVOKED = "revoked", _("revocato")
        JOINED = "joined", _("entra nel gruppo")
        LEFT = "left", _("esce dal gruppo")

    verb = models.CharField(max_length=10, choices=Verb.choices)
    capability = models.CharField(max_length=40, blank=True, choices=[(c.value, c.value) for c in Capability])
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("riga del registro degli incarichi")
        verbose_name_plural = _("registro degli incarichi")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="grant_record_names_what_happened",
                condition=(
                    Q(verb__in=["granted", "revoked"], department__isnull=False)
                    & ~Q(capability="")
                    & (Q(person=None, group__isnull=False) | Q(person__isnull=False, group=None))
                )
                | Q(verb__in=["joined", "left"], department=None, capability="", person__isnull=False,
                    group__isnull=False),
            ),
            models.CheckConstraint(name="grant_record_has_a_reason", condition=~Q(reason="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.verb} {self.capability} ({self.at:%Y-%m-%d})"
