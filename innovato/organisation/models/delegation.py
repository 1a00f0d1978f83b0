# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who acts for whom, on what, from when to when: a delegation. It copies no right, it points at somebody who has one."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..capabilities import DELEGABLE, LABELS, Capability
from .department import Department

LONGEST_DAYS = 90
REASON_LENGTH = 300


class DelegationQuerySet(models.QuerySet):
    """Delegations, filtered by where they stand."""

    def standing(self, day: date) -> "DelegationQuerySet":
        """Those that are not over on `day`: given, not declined, not ended, their last day still to come."""
        return self.filter(declined_at=None, ended_at=None, ends_on__gte=day)

    def in_interval(self, day: date) -> "DelegationQuerySet":
        """Those accepted whose days include `day`, and which the deputy has not set aside.

        Whether they give anything depends on what the delegator holds now: ask `DepartmentAccess`.
        """
        return self.standing(day).filter(accepted_at__isnull=False, set_aside_at=None, starts_on__lte=day)


class Delegation(models.Model):
    """One capability on one department's subtree, left to a deputy for at most 90 days. Only services write it.

    `starts_on` and `ends_on` are the first and the last day. Who may act is worked out when it is asked, from these days
    and from what the delegator holds at that instant (`DepartmentAccess`): nothing has to run for it to begin or to end.
    """

    class Ending(models.TextChoices):
        REVOKED = "revoked", _("revocata da chi l’ha data")
        RETURNED = "returned", _("restituita da chi l’aveva ricevuta")
        RIGHT_LOST = "right_lost", _("finita: chi l’ha data non ha più il compito")

    delegator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="given_delegations")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="received_delegations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    capability = models.CharField(max_length=40, choices=[(c.value, c.value) for c in DELEGABLE])
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=REASON_LENGTH)
    given_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=12, blank=True, choices=Ending)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delega")
        verbose_name_plural = _("deleghe")
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["deputy", "ends_on"], name="delegation_by_deputy")]
        constraints = [
            models.CheckConstraint(name="delegation_to_somebody_else", condition=~Q(deputy=F("delegator"))),
            models.CheckConstraint(
                name="delegation_of_what_can_be_left",
                condition=Q(capability__in=[capability.value for capability in DELEGABLE]),
            ),
            models.CheckConstraint(
                name="delegation_of_at_most_90_days",
                condition=Q(ends_on__gte=F("starts_on"))
                & Q(ends_on__lte=F("starts_on") + timedelta(days=LONGEST_DAYS - 1)),
            ),
            models.CheckConstraint(name="delegation_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="delegation_accepted_or_declined", condition=Q(accepted_at=None) | Q(declined_at=None)
            ),
            models.CheckConstraint(
                name="delegation_set_aside_once_accepted", condition=Q(set_aside_at=None) | Q(accepted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="delegation_says_how_it_ended",
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capability} {self.delegator_id} → {self.deputy_id} ({self.starts_on}/{self.ends_on})"

    @property
    def label(self) -> str:
        """What was delegated, in words."""
        return str(LABELS[Capability(self.capability)])
