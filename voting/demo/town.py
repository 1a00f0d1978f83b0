# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every part of the demo holds in hand while the city grows: its dice, its calendar, its people by place and name."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from innovato.organisation.calendar import is_working_day
from innovato.organisation.models import Department, Person
from voting.demo.stories import Story
from voting.demo.timeline import Timeline
from workflow.models import Campaign, Theme

ONE_DAY = timedelta(days=1)


@dataclass
class Town:
    """The city being built. `today` is the moment at which everybody's desk is looked at.

    `ideas`: the idea of each story, by the story's key; `told`: the story of each idea.
    """

    people_wanted: int
    seed: int
    today: datetime
    say: Callable[[str], None]
    departments: dict[str, Department] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    by_department: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, Person] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    themes: dict[str, Theme] = field(default_factory=dict)
    ideas: dict[str, int] = field(default_factory=dict)
    told: dict[int, Story] = field(default_factory=dict)
    timeline: Timeline = field(default_factory=Timeline)

    def dice(self, topic: str) -> random.Random:
        """Chance for one topic, the same for the same seed whatever happens elsewhere."""
        return random.Random(f"{self.seed}:{topic}")

    def people_below(self, code: str) -> list[Person]:
        """The people in service of a department and of those below it."""
        path = self.departments[code].path
        return [
            person
            for other, people in self.by_department.items()
            if self.departments[other].path.startswith(path)
            for person in people
        ]

    def day(self, days: int) -> date:
        """The calendar day that lies so many days before today (after it for a negative number)."""
        return timezone.localtime(self.today).date() - timedelta(days=days)

    def ago(self, days: float, hour: int = 10, minute: int = 0) -> datetime:
        """A moment in office hours so many days ago, on the working day before where offices were closed."""
        day = self.day(round(days))
        while not is_working_day(day):
            day -= ONE_DAY
        return min(moment(day, hour, minute), self.today)


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of a day, in the city's time zone."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
