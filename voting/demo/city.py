# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds the demo city from nothing: departments, people, rights, campaigns, and then everything that happened, in order."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db.models.functions import TruncDate
from django.utils import timezone

from innovato.notifications.models import Notice
from innovato.notifications.services import writing_history
from innovato.organisation.models import Persona
from innovato.participation.catalogue import quarter_of, year_of
from voting.demo import polls
from voting.demo.calls import (
    ALWAYS,
    life_of_always_open,
    life_of_campaign,
    past_rounds,
    running_round,
    write_campaigns,
)
from voting.demo.departments import open_departments, read_tree
from voting.demo.deputies import life_of_delegation
from voting.demo.lives import life_of_idea
from voting.demo.people import write_people
from voting.demo.rights import give_rights
from voting.demo.stories import stories
from voting.demo.talk import life_of_conversation
from voting.demo.timeline import Life
from voting.demo.town import Town, moment
from workflow.selectors.participation import YEARS_BACK
from workflow.services import due, participation, rollup

FIRST_DAY = moment(date(2014, 1, 7), 9)
UNREAD = 3  # notices of each persona
NEWS = timedelta(days=2)  # what happened since then is told by mail, as ever


def default_today(now: datetime) -> datetime:
    """The latest nine o'clock of the city that has passed."""
    today = moment(timezone.localtime(now).date(), 9)
    return today if today <= now else moment(today.date() - timedelta(days=1), 9)


def build(*, people: int, seed: int, today: datetime, say: Callable[[str], None]) -> Town:
    """Fill an empty database with the demo city as it stands on `today`. Returns what was made.

    ValueError when `people` is too few for the departments, or more than there are names for. The same seed and day
    give the same city, but for what is random by nature (`polls`). Not one transaction: ballots have their own.
    """
    town = Town(people_wanted=people, seed=seed, today=today, say=say)
    lines = read_tree()
    town.departments = open_departments(lines, at=FIRST_DAY)
    say(f"{len(town.departments)} departments")
    write_people(town, lines)
    say(f"{len(town.people)} people")
    give_rights(town, at=FIRST_DAY)
    write_campaigns(town)
    with writing_history(until=today - NEWS):
        live(town)
    polls.seal_what_is_over()
    Notice.objects.filter(recipient__joined_on__gt=TruncDate("created_at")).delete()  # nobody was told before joining
    leave_news_unread(town)
    rollup.refresh(at=today)
    return town


def live(town: Town) -> None:
    """Let everything happen, in the order of time."""
    timeline = town.timeline
    timeline.add(life_of_always_open(town))
    for slug, campaign in town.campaigns.items():
        if slug != ALWAYS:
            timeline.add(life_of_campaign(campaign))
            timeline.add(polls.life_of_ballot(town, slug, town.told))
    for month in [*past_rounds(town), *filter(None, [running_round(town)])]:
        timeline.add(polls.life_of_ballot(town, ALWAYS, town.told, month))
    for slug, campaign in town.campaigns.items():
        for story in stories(slug):
            timeline.add(life_of_idea(town, story, campaign))
    timeline.add(life_of_conversation(town))
    timeline.add(life_of_figures(town))
    timeline.add(life_of_delegation(town))
    timeline.run(until=town.today, progress=_Years(town.say))
    due.resume_deferred(at=town.today)


def life_of_figures(town: Town) -> Life:
    """Participation figures are released on the first morning after each quarter, and after each year."""
    day = date(town.today.year - YEARS_BACK, 1, 1)
    while True:
        quarter = quarter_of(day)
        day = quarter.last_day + timedelta(days=1)
        at = yield moment(day, 6)
        participation.release_period(period=quarter, at=at)
        if quarter.quarter == 4:
            participation.release_period(period=year_of(quarter.last_day), at=at)


def leave_news_unread(town: Town) -> None:
    """The latest notices of each persona wait to be opened; all older ones have been read."""
    for person in Persona.objects.values_list("person", flat=True):
        latest = Notice.objects.visible_to(person, at=town.today).newest_first()[:UNREAD]
        Notice.objects.filter(pk__in=[notice.pk for notice in latest]).update(read_at=None)


class _Years:
    """Says each year when time reaches it, and each month of the last one."""

    def __init__(self, say: Callable[[str], None]):
        self.say, self.said = say, ""

    def __call__(self, at: datetime) -> None:
        month = f"{timezone.localtime(at):%Y-%m}"
        if month != self.said:
            self.said = month
            self.say(f"what happened in {month}")
