# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is counted as having taken part, once a period, in the department of its last day; and the calendar's releases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from innovato.organisation.models import Assignment, Person
from innovato.participation import selectors
from innovato.participation.catalogue import Measure, Table, quarter_of, year_of
from innovato.participation.models import JobState, Release
from tests import factories as make
from workflow.models import Authorship, Comment, IdeaEvent, Review
from workflow.selectors.participation import counts_of, periods_over
from workflow.services import participation

pytestmark = pytest.mark.django_db

IN_Q3 = datetime(2026, 8, 10, 9, tzinfo=UTC)
IN_Q4 = datetime(2026, 11, 10, 9, tzinfo=UTC)
Q3, Q4, YEAR = quarter_of(IN_Q3.date()), quarter_of(IN_Q4.date()), year_of(IN_Q3.date())
AFTER_Q3, AFTER_YEAR = datetime(2026, 10, 1, 4, tzinfo=UTC), datetime(2027, 1, 2, 4, tzinfo=UTC)


@pytest.fixture
def city():
    root = make.department("Città", code="citta")
    return {code: make.department(code, parent=root, code=code) for code in ("musei", "strade")} | {"citta": root}


def staff(number: int, home, **fields) -> list[Person]:
    """That many people of one department, written in one go."""
    start = Person.objects.count() + 300_000
    return Person.objects.bulk_create(
        Person(first_name="Voce", last_name="Prova", staff_number=f"{start + n}", home_department=home, **fields)
        for n in range(number)
    )


def proposed(period) -> dict:
    return dict(counts_of(period).took_part[Measure.PROPOSED])


def test_a_person_counts_once_a_quarter_however_many_ideas_and_coauthors_count_too(city):
    one, two = staff(2, city["musei"])
    call = make.campaign(city["citta"], at=IN_Q3)
    for _ in range(3):
        idea = make.idea(one, call, state="screening", at=IN_Q3)
    Authorship.objects.create(idea=idea, person=two, status="accepted", invited_at=IN_Q3, answered_at=IN_Q3)
    make.idea(staff(1, city["strade"])[0], call, state="draft", at=IN_Q3)
    assert proposed(Q3) == {("musei", "istruttori"): 2}
    assert proposed(Q4) == {}


def test_who_joins_an_idea_later_counts_in_the_quarter_of_joining_and_an_invitation_never(city):
    lead, late, asked, credited = staff(4, city["musei"])
    idea = make.idea(lead, make.campaign(city["citta"], at=IN_Q3), state="admitted", at=IN_Q3)
    rows = [(late, "accepted", IN_Q4, None), (asked, "invited", None, None), (credited, "accepted", IN_Q3, idea)]
    for person, status, answered, merged in rows:
        Authorship.objects.create(
            idea=idea, person=person, status=status, invited_at=IN_Q3, answered_at=answered, from_merge=merged
        )
    assert proposed(Q3) == proposed(Q4) == {("musei", "istruttori"): 1}


def test_comments_and_reviews_count_removed_ones_and_recusals_do_not_change_that(city):
    writer, other, judge = staff(3, city["strade"])
    idea = make.idea(other, make.campaign(city["citta"], at=IN_Q3), state="review", at=IN_Q3)
    Comment.objects.create(idea=idea, author=writer, body="Sì", at=IN_Q3)
    Comment.objects.create(idea=idea, author=other, body="No", at=IN_Q3, removed_at=IN_Q4, removal_reason="fuori tema")
    Review.objects.create(idea=idea, reviewer=judge, assigned_at=IN_Q3, due_on=IN_Q3.date(), status="assigned")
    counts = counts_of(Q3)
    assert counts.took_part[Measure.COMMENTED] == {("strade", "istruttori"): 2}
    assert counts.took_part[Measure.REVIEWED] == {}
    Review.objects.update(status="submitted", submitted_at=IN_Q3, declared_at=IN_Q3, weighted_score=3)
    assert counts_of(Q3).took_part[Measure.REVIEWED] == {("strade", "istruttori"): 1}


def test_people_are_counted_where_they_were_on_the_last_day_whenever_it_is_looked_at(city):
    mover, leaver, newcomer, nowhere = staff(4, city["musei"])
    director = staff(1, city["strade"], contract_area="dirigenti")[0]
    moved, gone = date(2026, 9, 30), date(2026, 9, 1)
    Assignment.objects.create(person=mover, department=city["strade"], starts_on=date(2020, 1, 1), ends_on=moved)
    Assignment.objects.create(person=mover, department=city["musei"], starts_on=moved)
    Assignment.objects.create(person=leaver, department=city["musei"], starts_on=date(2020, 1, 1), ends_on=gone)
    Person.objects.filter(pk=newcomer.pk).update(joined_on=Q3.last_day + timedelta(days=1))
    Person.objects.filter(pk=nowhere.pk).update(home_department=None)
    call = make.campaign(city["citta"], at=IN_Q3)
    for person in (mover, leaver, director):
        make.idea(person, call, state="screening", at=IN_Q3)
    counts = counts_of(Q3)
    assert counts.staff == {("musei", "istruttori"): 1, ("strade", "funzionari"): 1, ("citta", "istruttori"): 1}
    assert proposed(Q3) == {("musei", "istruttori"): 1, ("strade", "funzionari"): 1}
    before = quarter_of(Q3.first_day - timedelta(days=1))
    assert counts_of(before).staff[("strade", "istruttori")] == 1  # then the mover was still there


def test_a_year_counts_who_was_counted_in_a_quarter_once_also_after_leaving(city):
    leaver, stayer = staff(2, city["musei"])
    Assignment.objects.create(
        person=leaver, department=city["musei"], starts_on=date(2020, 1, 1), ends_on=date(2026, 10, 15)
    )
    call = make.campaign(city["citta"], at=IN_Q3)
    make.idea(leaver, call, state="screening", at=IN_Q3)
    for moment in (IN_Q3, IN_Q4):
        make.idea(stayer, call, state="screening", at=moment)
    counts = counts_of(YEAR)
    assert (counts.staff, [unit.code for unit in counts.units]) == ({("citta", "istruttori"): 2}, ["citta"])
    assert proposed(YEAR) == {("citta", "istruttori"): 2}
    assert [sum(proposed(quarter).values()) for quarter in (Q3, Q4)] == [2, 1]


def test_a_city_with_several_tops_gets_one_above_them(city):
    make.department("Azienda", code="azienda")
    assert [(unit.code, unit.parent) for unit in counts_of(Q3).units[:3]] == [
        ("*", None),
        ("citta", "*"),
        ("musei", "citta"),
    ]


def test_the_calendar_knows_what_is_over_each_year_after_its_quarters(city):
    assert periods_over(at=AFTER_YEAR) == []
    make.idea(staff(1, city["musei"])[0], make.campaign(city["citta"], at=IN_Q3), state="screening", at=IN_Q3)
    assert [period.key for period in periods_over(at=AFTER_Q3)] == ["2026-q3"]
    assert periods_over(at=AFTER_Q3 - timedelta(hours=7)) == []  # 30 September in Torino
    assert [period.key for period in periods_over(at=AFTER_YEAR)] == ["2026-q3", "2026-q4", "2026"]
    much_later = [period.key for period in periods_over(at=AFTER_YEAR.replace(year=2031))]
    assert (much_later[0], len(much_later)) == ("2030-q1", 5)


def eager_city(city):
    """Sixty people in each department; 25 and 18 of them propose, and comment."""
    call = make.campaign(city["citta"], at=IN_Q3)
    for code, number in (("musei", 25), ("strade", 18)):
        people = staff(60, city[code])
        idea = make.idea(people[0], call, state="admitted", at=IN_Q3)
        Authorship.objects.bulk_create(
            Authorship(idea=idea, person=person, status="accepted", invited_at=IN_Q3, answered_at=IN_Q3)
            for person in people[1:number]
        )
        Comment.objects.bulk_create(
            Comment(idea=idea, author=person, body="Bene", at=IN_Q3) for person in people[:number]
        )


def test_the_calendar_releases_a_quarter_once_and_enters_it_into_both_chains(city):
    eager_city(city)
    assert participation.release_due(at=AFTER_Q3) == 4
    assert participation.release_due(at=AFTER_Q3) == 0
    table = selectors.table(Release.objects.get(table=Table.DEPARTMENTS, measure=Measure.PROPOSED))
    assert [(row.code, row.total.staff, row.total.count) for row in table.rows] == [
        ("citta", 120, 43),
        ("musei", 60, 25),
        ("strade", 60, 18),
    ]
    assert (table.k, table.headcount_on, table.released_by) == (10, date(2026, 9, 30), "calendar")
    nobody = selectors.table(Release.objects.get(measure=Measure.REVIEWED))
    assert nobody.hidden == 3  # 0 of 120 is as telling as 1
    told = IdeaEvent.objects.filter(kind="participation_released").order_by("number")
    assert [event.data["sha256"] for event in told] == list(
        Release.objects.order_by("number").values_list("sha256", flat=True)
    )
    assert selectors.jobs().get().state == JobState.DONE


def test_transfers_after_a_release_change_nothing_and_release_nothing_again(city):
    eager_city(city)
    participation.release_due(at=AFTER_Q3)
    bodies = list(Release.objects.values_list("body", flat=True))
    Person.objects.filter(home_department=city["musei"]).update(home_department=city["strade"])
    assert participation.release_due(at=AFTER_Q3 + timedelta(days=3)) == 0
    assert list(Release.objects.values_list("body", flat=True)) == bodies


def test_a_year_is_released_after_its_quarters_and_fits_them(city):
    eager_city(city)
    assert participation.release_due(at=AFTER_YEAR) == 4 + 4 + 3
    year = selectors.table(Release.objects.get(table=Table.CITY, measure=Measure.PROPOSED))
    assert [(row.code, row.total.staff, row.total.count) for row in year.rows] == [("citta", 120, 43)]
    assert [job.state for job in selectors.jobs()] == [JobState.DONE] * 3


def test_figures_that_have_changed_behind_a_release_are_refused_with_a_sentence(city):
    eager_city(city)
    participation.release_due(at=AFTER_Q3)
    kept = Authorship.objects.order_by("pk").values("pk")[:12]
    Authorship.objects.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    participation.release_due(at=AFTER_YEAR)
    job = selectors.jobs().get(key="2026")
    assert job.state == JobState.REFUSED
    assert "non concordano con quelli già pubblicati" in selectors.problems_of(job)[0]
    assert not Release.objects.filter(table=Table.CITY, measure=Measure.PROPOSED).exists()
    assert Release.objects.filter(table=Table.CITY, measure=Measure.COMMENTED).exists()
