# SPDX-License-Identifier: AGPL-3.0-or-later
"""What has been released about participation: tables as plain values, the periods there are, the jobs that prepare them.

Pages, API and exports read here and nowhere else, so that they show the same cells.
"""

import uuid
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.participation import catalogue, published
from innovato.participation.catalogue import Measure, Period, PeriodKind, Table
from innovato.participation.models import JobState, Release, ReleaseJob
from innovato.participation.published import ReleasedTable

JOBS_SHOWN = 8


def releases_for(
    *, table: Table | None = None, measure: Measure | None = None, period: Period | None = None
) -> QuerySet[Release]:
    """The releases of the catalogue that fit, the latest period first."""
    rows = Release.objects.order_by("-last_day", "-number")
    if table is not None:
        rows = rows.filter(table=table)
    if measure is not None:
        rows = rows.filter(measure=measure)
    if period is not None:
        rows = rows.filter(period_kind=period.kind, first_day=period.first_day, ballot=period.ballot)
    return rows


def find_release(
    *, table: Table, measure: Measure, first_day: date | None = None, ballot: uuid.UUID | None = None
) -> Release | None:
    """The one release of a table and measure for a period, named by its first day or its ballot; or None. One query."""
    which = {"ballot": ballot} if ballot else {"first_day": first_day, "ballot": None}
    return Release.objects.filter(table=table, measure=measure, **which).first()


def table(release: Release) -> ReleasedTable:
    """The released table as frozen values, read from its canonical body. No query."""
    return published.read(release.body)


def released_periods(*, kind: PeriodKind | None = None) -> list[Period]:
    """The periods for which anything has been released, the latest first. One query."""
    rows = Release.objects.order_by("-last_day", "-first_day", "ballot")
    if kind is not None:
        rows = rows.filter(period_kind=kind)
    columns = ("period_kind", "first_day", "last_day", "ballot", "title")
    return [Period(PeriodKind(row[0]), *row[1:]) for row in rows.values_list(*columns).distinct()]


def release_before(release: Release) -> Release | None:
    """The same table and measure of the quarter or year just before, if that was released. One query."""
    period = catalogue.before(release.period)
    if period is None:
        return None
    return find_release(table=release.table, measure=release.measure, first_day=period.first_day)


_WITHOUT_TURNOUT = {
    "lost": gettext_lazy("Affluenza per struttura: la chiave della votazione è stata distrutta prima del conteggio."),
    "annulled": gettext_lazy("Affluenza per struttura: la votazione è stata annullata."),
    "no_quorum": gettext_lazy("Affluenza per struttura: quorum non raggiunto, non si pubblica nulla."),
}


def jobs(*, unfinished: bool = False) -> QuerySet[ReleaseJob]:
    """The preparations, the latest period first; only those still waiting or running when asked."""
    rows = ReleaseJob.objects.order_by("-last_day", "-pk")
    return rows.filter(state__in=[JobState.WAITING, JobState.RUNNING]) if unfinished else rows


def jobs_to_watch() -> list[ReleaseJob]:
    """What HR has to know of: preparations that go on, and those that did not come to a table; the latest. One query."""
    return list(jobs().exclude(state=JobState.DONE)[:JOBS_SHOWN])


def finished_keys() -> set[str]:
    """The keys of the periods whose preparation is over, whatever came of it. One query."""
    over = ReleaseJob.objects.exclude(state__in=[JobState.WAITING, JobState.RUNNING])
    return set(over.values_list("key", flat=True))


def attempts() -> dict[str, int]:
    """How often each period that is not over has been tried, by key. One query."""
    waiting = ReleaseJob.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING])
    return dict(waiting.values_list("key", "attempts"))


def problems_of(job: ReleaseJob) -> list[str]:
    """What was not released and what can be done, one sentence each, in the reader's language."""
    return [_sentence(problem) for problem in job.problems]


def _sentence(problem: dict) -> str:
    names = {"table": str(Table(problem["table"]).label), "measure": str(Measure(problem["measure"]).label)}
    if problem["code"] in _WITHOUT_TURNOUT:
        return str(_WITHOUT_TURNOUT[problem["code"]])
    if problem["code"] == "does_not_fit":
        return (
            _("%(table)s · %(measure)s: i dati non concordano con quelli già pubblicati. Non è stato pubblicato nulla.")
            % names
        )
    names["rows"] = ", ".join(problem["rows"])
    return (
        _(
            "%(table)s · %(measure)s: qualcuno potrebbe ricavare i dati nascosti. Non è stato pubblicato nulla. "
            "Da togliere: la suddivisione di %(rows)s."
        )
        % names
    )
