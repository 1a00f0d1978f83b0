# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures about the city's ideas in a span of days, as plain values for reports one floor below. About ideas, never people."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Sum

from innovato.organisation.models import Department
from workflow.models import PipelineMonth, PipelineStay
from workflow.pipeline.counting import percentile
from workflow.states import IdeaState


def of_period(*, first_day: date, last_day: date) -> dict:
    """Submitted (also by month), adopted, median days to the first answer and to the first decision, answers due and kept.

    Counts by whole months, those of both days included. Four queries of the kept figures, whatever the history.
    """
    roots = list(Department.objects.filter(parent=None).values_list("pk", flat=True))
    months = _months(first_day, last_day)
    kept = {"scope__in": roots, "month__gte": months[0], "month__lte": months[-1]}
    sent = PipelineMonth.objects.filter(**kept).order_by().values_list("month").annotate(n=Sum("submitted"))
    by_month = dict(sent)
    adopted = PipelineMonth.objects.filter(**kept, state=IdeaState.ADOPTED).aggregate(n=Sum("entered"))["n"] or 0
    stays = list(PipelineStay.objects.filter(**kept))
    return {
        "submitted": sum(by_month.values()),
        "months": [(month, by_month.get(month, 0)) for month in months],
        "adopted": adopted,
        "days_to_answer": _median(row.days for row in stays if row.state == IdeaState.SCREENING),
        "days_to_decision": _median(row.since_submission for row in stays),
        "promised": sum(row.promised for row in stays),
        "kept": sum(row.kept for row in stays),
    }


def _median(kept: Iterable[dict]) -> int | None:
    counts = Counter()
    for row in kept:
        counts.update({int(days): number for days, number in row.items()})
    return percentile(counts, 0.5)


def _months(first_day: date, last_day: date) -> list[date]:
    months = [first_day.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last_day:
        months.append(following)
    return months
