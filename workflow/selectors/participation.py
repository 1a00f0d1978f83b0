# SPDX-License-Identifier: AGPL-3.0-or-later
"""Raw counts of who took part, for disclosure control: distinct people by department, as values that nobody stores."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Min, Q
from django.utils import timezone

from innovato.organisation.headcount import Placed, department_tree, people_in_service
from innovato.organisation.models import ContractArea
from innovato.participation.catalogue import (
    EVERY_MEASURE,
    Band,
    Measure,
    Period,
    PeriodKind,
    quarter_of,
    quarters_of,
    year_of,
)
from innovato.participation.disclosure.raw import RawCounts, Unit
from workflow.models import Authorship, Comment, Idea, Review

CITY = "*"  # stands above the departments where more than one is at the top
BANDS = {str(area): str(Band(area)) for area in Band.values} | {str(ContractArea.DIRIGENTI): str(Band.FUNZIONARI)}
YEARS_BACK = 1
Place = tuple[str, str]


def periods_over(*, at: datetime) -> list[Period]:
    """The quarters and years that have ended by `at`, each year after its quarters, since the first idea was submitted.

    No further back than the year before this one: older history is not made into figures afterwards. One query.
    """
    first = Idea.objects.aggregate(first=Min("submitted_at"))["first"]
    if first is None:
        return []
    today = timezone.localdate(at)
    day = max(timezone.localdate(first), date(today.year - YEARS_BACK, 1, 1))
    found = []
    while (quarter := quarter_of(day)).last_day < today:
        found.append(quarter)
        if quarter.quarter == 4:
            found.append(year_of(day))
        day = quarter.last_day + timedelta(days=1)
    return found


def units() -> tuple[Unit, ...]:
    """The departments as disclosure control sees them: one tree with one top. One query."""
    tree = department_tree()
    tops = [code for code, _name, above in tree if above is None]
    found = [Unit(code, name, above or (CITY if len(tops) != 1 else None)) for code, name, above in tree]
    return tuple(found) if len(tops) == 1 else (Unit(CITY, settings.INNOVATO_CITY_NAME, None), *found)


def counts_of(period: Period) -> RawCounts:
    """The raw counts of a quarter or a year. A number of queries that does not grow with the people."""
    return _of_year(period) if period.kind == PeriodKind.YEAR else _of_quarter(period)


def _of_quarter(period: Period) -> RawCounts:
    """Who was in service on the last day, and who of them took part in the quarter."""
    tree = units()
    placed = people_in_service(period.last_day)
    took_part = {measure: _counted(placed, people, tree) for measure, people in _people_in(period).items()}
    return RawCounts(period, period.last_day, tree, _counted(placed, None, tree), took_part)


def _of_year(year: Period) -> RawCounts:
    """Everybody counted in one of the year's quarters, once; and who of them took part in a quarter they are counted in.

    So a quarter is never more than its year, and a year never more than its quarters together. The whole city is one unit.
    """
    top = units()[:1]
    staff: dict[int, Placed] = {}
    people: dict[Measure, set[int]] = {measure: set() for measure in EVERY_MEASURE}
    for quarter in quarters_of(year):
        placed = {each.person_id: each for each in people_in_service(quarter.last_day)}
        staff |= placed
        for measure, found in _people_in(quarter).items():
            people[measure] |= found & placed.keys()
    everybody = [each._replace(department=top[0].code) for each in staff.values()]
    took_part = {measure: _counted(everybody, found, top) for measure, found in people.items()}
    return RawCounts(year, year.last_day, top, _counted(everybody, None, top), took_part)


def _counted(placed: Iterable[Placed], people: set[int] | None, tree: tuple[Unit, ...]) -> dict[Place, int]:
    """Distinct people by department and band: of these `people`, or of everybody."""
    top = tree[0].code
    return Counter(
        (each.department or top, BANDS[each.contract_area])
        for each in placed
        if people is None or each.person_id in people
    )


def _people_in(period: Period) -> dict[Measure, set[int]]:
    """The keys of the people who took part between two days, by measure. Three queries."""
    start, end = _midnight(period.first_day), _midnight(period.last_day + timedelta(days=1))
    return {
        Measure.PROPOSED: set(_authors(start, end)),
        Measure.COMMENTED: set(Comment.objects.filter(at__gte=start, at__lt=end).values_list("author", flat=True)),
        Measure.REVIEWED: set(
            Review.objects.filter(submitted_at__gte=start, submitted_at__lt=end).values_list("reviewer", flat=True)
        ),
    }


def _authors(start: datetime, end: datetime):
    """Authors and co-authors, from the day on which the idea was submitted or they joined it, whichever came later.

    Who signs an idea only because another was merged into it proposed that other one, and counts there.
    """
    signed = Authorship.objects.filter(
        status=Authorship.Status.ACCEPTED, from_merge=None, idea__submitted_at__lt=end
    ).exclude(answered_at__gte=end)
    return signed.filter(Q(idea__submitted_at__gte=start) | Q(answered_at__gte=start)).values_list("person", flat=True)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware here
