# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures about the flow of ideas, kept up to date from the events so that no page walks through history.

Every row counts a whole subtree (`scope` and everything below it): a page reads one department's rows, whatever the city's size.
Only `services.rollup` writes here, and could write all of it anew from the events.
"""

from django.db import models
from django.db.models import Q

from innovato.organisation.models import Department
from workflow.models.campaign import Campaign
from workflow.models.idea import Idea
from workflow.states import IdeaState

COUNTED = [state.value for state in IdeaState if state != IdeaState.DRAFT]


class Scoped(models.Model):
    """A row about the ideas of one department and of those below it."""

    scope = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class PipelineCursor(models.Model):
    """The one row that a refresh locks: up to which event everything is counted, when, and for which tree."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    aged_on = models.DateField(null=True)
    tree = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="pipeline_cursor_single")]


class PipelinePosition(models.Model):
    """Where the counted events leave one idea. `before` is what the last move added, for the move that takes it back."""

    idea = models.OneToOneField(Idea, primary_key=True, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=20)
    since = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    realised_at = models.DateTimeField(null=True)
    before = models.JSONField(null=True)


class PipelineMonth(Scoped):
    """Of one month and state: how many ideas entered it, and how many stood in it at the month's end (or stand now).

    `submitted` are those of them that were handed in for the first time.
    """

    month = models.DateField()
    state = models.CharField(max_length=20)
    entered = models.IntegerField(default=0)
    standing = models.IntegerField(default=0)
    submitted = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "month", "state"], name="pipeline_month_once"),
            models.CheckConstraint(condition=Q(state__in=COUNTED), name="pipeline_month_state"),
            models.CheckConstraint(
                condition=Q(entered__gte=0, standing__gte=0, submitted__gte=0), name="pipeline_month_not_negative"
            ),
        ]


class PipelineStay(Scoped):
    """Of one month and state: how many ideas left it, how many of them in time, and after how many days.

    `promised` are those with a day for the answer, `kept` those of them that were answered by that day. `days` says of each
    number of days in the state how many stayed so long; `since_submission` of each number of days from handing in to the
    first decision how many were decided after so many. One row holds them all: what a page reads grows with months and
    states, never with ideas.
    """

    month = models.DateField()
    state = models.CharField(max_length=20)
    number = models.IntegerField(default=0)
    promised = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    days = models.JSONField(default=dict)
    since_submission = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "month", "state"], name="pipeline_stay_once"),
            models.CheckConstraint(
                condition=Q(kept__gte=0, promised__gte=0, number__gte=0), name="pipeline_stay_positive"
            ),
        ]


class PipelineCohort(Scoped):
    """The ideas submitted to one campaign in one year: how many were approved and realised within 365 and 730 days."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    submitted = models.IntegerField(default=0)
    approved_12 = models.IntegerField(default=0)
    approved_24 = models.IntegerField(default=0)
    realised_12 = models.IntegerField(default=0)
    realised_24 = models.IntegerField(default=0)
    last_submitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "campaign", "year"], name="pipeline_cohort_once"),
            models.CheckConstraint(
                condition=Q(submitted__gte=0, approved_12__gte=0, realised_12__gte=0),
                name="pipeline_cohort_not_negative",
            ),
        ]


class PipelineAgeing(Scoped):
    """The ideas that wait in one state, as of the last refresh. `late` are past their day, `soon` due within a week."""

    state = models.CharField(max_length=20)
    waiting = models.IntegerField(default=0)
    paused = models.IntegerField(default=0)
    late = models.IntegerField(default=0)
    soon = models.IntegerField(default=0)
    oldest = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "state"], name="pipeline_ageing_once")]


class PipelineList(models.Model):
    """What the page lists of one department and of those below it: at most so many keys as it shows, however many there are.

    `past_end` are running pilots, the longest past first; `verified` the latest verified ideas, each with its moment.
    """

    scope = models.OneToOneField(Department, primary_key=True, on_delete=models.CASCADE, related_name="+")
    past_end = models.JSONField(default=list)
    verified = models.JSONField(default=list)
