# SPDX-License-Identifier: AGPL-3.0-or-later
"""`manage.py demo`: fills an empty database with an invented city of people, departments and ideas in every state."""

from datetime import date, datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from innovato.organisation.models import Department, Person
from innovato.organisation.selectors import demo_personas
from voting.demo import city
from voting.demo.town import moment

PEOPLE, SEED = 7000, 2014


class Command(BaseCommand):
    """The same seed and day give the same city; only keys, nonces and codes of ballots are random by nature."""

    help = "Fills an empty database with the demo city. Refuses outside DEBUG and INNOVATO_DEMO."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=PEOPLE, help=f"how many work there (default {PEOPLE})")
        parser.add_argument(
            "--seed", type=int, default=SEED, help=f"another number gives other people (default {SEED})"
        )
        parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD",
                            help="the day on which the city is looked at (default: now, at nine)")  # fmt: skip
        parser.add_argument("--no-people", action="store_true", help="don't list who can sign in")
        parser.add_argument("--if-empty", action="store_true", help="where somebody lives already, do nothing")

    def handle(self, *, people: int, seed: int, today: date | None, if_empty: bool, no_people: bool, **options) -> None:
        if not (settings.DEBUG or settings.DEMO):
            raise CommandError(
                "The demo city is for demonstrations: set INNOVATO_DEMO=1 to build it, never in production."
            )
        if Person.objects.exists() or Department.objects.exists():
            if if_empty:
                self.stderr.write("Somebody lives here already: the city stays as it is.")
                return
            raise CommandError("The database is not empty: the demo city is built only where nobody lives yet.")
        at = moment(today, 9) if today else city.default_today(timezone.now())
        try:
            city.build(people=people, seed=seed, today=at, say=self._say)
        except ValueError as reason:
            raise CommandError(f"This city can't be built: {reason}.") from reason
        if not no_people:
            self._say_who_can_sign_in()

    def _say(self, text: str) -> None:
        self.stderr.write(f"{datetime.now():%H:%M:%S} {text}")  # noqa: DTZ005 - the clock on the wall

    def _say_who_can_sign_in(self) -> None:
        """A table of the personas that the sign-in page offers."""
        rows = [(each.person.staff_number, each.person.get_full_name(), each.label_en) for each in demo_personas()]
        width = max(len(name) for _, name, _ in rows)
        self.stdout.write("Who can sign in:")
        for number, name, label in rows:
            self.stdout.write(f"  {number}  {name:<{width}}  {label}")
