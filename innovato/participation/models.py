# SPDX-License-Identifier: AGPL-3.0-or-later
"""Released tables, in a chain that the database refuses to change, and the jobs that prepare them.

No raw count is in any of these tables: what is stored is what anybody who may read it sees.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from innovato.participation import published
from innovato.participation.catalogue import (
    CATALOGUE,
    FLOOR,
    Measure,
    Period,
    PeriodKind,
    ReleasedBy,
    Table,
)


def _in_the_catalogue() -> Q:
    allowed = Q(pk__in=[])
    for table, (kind, measures) in CATALOGUE.items():
        allowed |= Q(table=str(table), period_kind=str(kind), measure__in=[str(measure) for measure in measures])
    return allowed


class Release(models.Model):
    """One protected table of the catalogue. Written once; `body` is all of it, the columns only find it.

    `number` has no gaps; `sha256` is the hash of `body`, and `body` names the hash of the release before.
    """

    number = models.BigIntegerField(primary_key=True)
    table = models.CharField(max_length=2, choices=Table)
    measure = models.CharField(max_length=9, choices=Measure)
    period_kind = models.CharField(max_length=7, choices=PeriodKind)
    first_day = models.DateField()
    last_day = models.DateField()
    ballot = models.UUIDField(null=True)
    title = models.CharField(max_length=200, blank=True)
    k = models.PositiveSmallIntegerField()
    headcount_on = models.DateField()
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=8, choices=ReleasedBy)
    body = models.TextField()
    previous = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("tabella pubblicata")
        verbose_name_plural = _("tabelle pubblicate")
        ordering = ["-last_day", "-number"]
        constraints = [
            models.CheckConstraint(condition=_in_the_catalogue(), name="release_in_the_catalogue"),
            models.CheckConstraint(condition=Q(k__gte=FLOOR), name="release_k_floor"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="release_period"),
            models.CheckConstraint(
                condition=Q(period_kind="ballot", ballot__isnull=False)
                | (~Q(period_kind="ballot") & Q(ballot__isnull=True)),
                name="release_ballot_named",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="release_number"),
            models.CheckConstraint(condition=Exact(Length("sha256"), 64), name="release_hash_length"),
            models.UniqueConstraint(
                fields=["table", "measure", "first_day"], condition=Q(ballot__isnull=True), name="release_once_a_period"
            ),
            models.UniqueConstraint(
                fields=["table", "measure", "ballot"], condition=Q(ballot__isnull=False), name="release_once_a_ballot"
            ),
        ]
        indexes = [models.Index(fields=["table", "measure", "-last_day"], name="release_table_measure")]

    def __str__(self) -> str:
        return f"{self.number} {self.table} {self.measure}"

    @property
    def period(self) -> Period:
        """The period this table covers."""
        return Period(PeriodKind(self.period_kind), self.first_day, self.last_day, self.ballot, self.title)


class ReleaseHead(models.Model):
    """The one row that every new release locks: the last number and hash."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, default=published.GENESIS)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="release_head_single")]


class JobState(models.TextChoices):
    """How far the tables of a period are. `refused`: not all of them could be released safely; `lost`: none can be counted."""

    WAITING = "waiting", _("In attesa")
    RUNNING = "running", _("In preparazione")
    DONE = "done", _("Pubblicata")
    REFUSED = "refused", _("Non tutta pubblicabile")
    LOST = "lost", _("Nulla da pubblicare")


class ReleaseJob(models.Model):
    """The preparation of all tables of one period: progress for who waits, a lock against doing it twice.

    `claimed_until` is the lock: past it, whoever held it has died. `problems` says what was not released and which
    breakdown to drop, as a list of plain values (`selectors.problems_of` puts them into words).
    """

    key = models.CharField(max_length=50, unique=True)
    period_kind = models.CharField(max_length=7, choices=PeriodKind)
    first_day = models.DateField()
    last_day = models.DateField()
    ballot = models.UUIDField(null=True)
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=7, choices=JobState, default=JobState.WAITING)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)

    class Meta:
        verbose_name = _("preparazione")
        verbose_name_plural = _("preparazioni")
        ordering = ["-last_day", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="releasejob_state_known"),
            models.CheckConstraint(condition=Q(steps_done__lte=F("steps")), name="releasejob_progress"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | (~Q(state__in=["waiting", "running"]) & Q(finished_at__isnull=False)),
                name="releasejob_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"

    @property
    def period(self) -> Period:
        """The period whose tables this job prepares."""
        return Period(PeriodKind(self.period_kind), self.first_day, self.last_day, self.ballot, self.title)

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return 100 * self.steps_done // self.steps if self.steps else 0
