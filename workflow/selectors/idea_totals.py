# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures about the city's ideas in a span of days, as plain values for reports one floor below. About ideas, never people."""

from datetime import date, timedelta
from statistics import median

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from innovato.organisation.models import Department
from workflow.models import Decision, PipelineMonth, PipelinePosition, PipelineStay
from workflow.pipeline.counting import percentile
from workflow.states import IdeaState

MOST = 5000
DECIDED = (Decision.Kind.APPROVE_PILOT, Decision.Kind.DECLINE, Decision.Kind.DEFER)


def of_period(*, first_day: date, last_day: date) -> dict:
    """Submitted (also by month), adopted, median days to the first answer and to the decision, answers due and kept.

    Both days included; answers count by whole months. Six queries, from the kept figures and the period's own decisions.
    """
    roots = list(Department.objects.filter(parent=None).values_list("pk", flat=True))
    span = (_midnight(first_day), _midnight(last_day + timedelta(days=1)))
    sent = PipelinePosition.objects.filter(submitted_at__gte=span[0], submitted_at__lt=span[1])
    months = _months(first_day, last_day)
    by_month = dict(
        sent.annotate(month=TruncMonth("submitted_at")).order_by().values_list("month").annotate(n=Count("pk"))
    )
    by_month = {month.date(): number for month, number in by_month.items()}
    kept = {"scope__in": roots, "month__gte": months[0], "month__lte": months[-1]}
    adopted = PipelineMonth.objects.filter(**kept, state=IdeaState.ADOPTED).aggregate(n=Sum("entered"))["n"] or 0
    answers = PipelineStay.objects.filter(**kept).aggregate(promised=Sum("promised"), kept=Sum("kept"))
    days = PipelineStay.objects.filter(**kept, state=IdeaState.SCREENING, number__gt=0).order_by().values_list("days")
    return {
        "submitted": sum(by_month.values()),
        "months": [(month, by_month.get(month, 0)) for month in months],
        "adopted": adopted,
        "days_to_answer": percentile(dict(days.annotate(n=Sum("number"))), 0.5),
        "days_to_decision": _days_to_decision(*span),
        "promised": answers["promised"] or 0,
        "kept": answers["kept"] or 0,
    }


def _days_to_decision(start, end) -> int | None:
    """From submission to the first decision of the span, the middle one."""
    made = Decision.objects.filter(kind__in=DECIDED, at__gte=start, at__lt=end, undone_at=None).order_by("-at", "-pk")
    rows = made.values_list("idea", "idea__submitted_at", "at")[:MOST]
    days = {idea: (at - sent).days for idea, sent, at in rows if sent is not None}
    return round(median(days.values())) if days else None


def _months(first_day: date, last_day: date) -> list[date]:
    months = [first_day.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last_day:
        months.append(following)
    return months


def _midnight(day: date):
    return timezone.make_aware(timezone.datetime(day.year, day.month, day.day))
