# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the benchmarks of ballots share: a PostgreSQL database of their own, copies of it, a city that votes, and figures.

Nothing is left behind: databases, keys and folders go when the block ends, also after an error.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg

from tests.run import find_postgres

BATCH = 2000
TABLE = "CREATE TABLE benchmark_row (id bigserial PRIMARY KEY, person bigint NOT NULL, words text NOT NULL)"  # K2's
STEADY = 0.15  # a calibrator that spreads more makes its run worth little


class Own:
    """A database of our own on the server that the tests use, and copies of it made in one go."""

    def __init__(self, folder: Path, server: str):
        self.folder, self.server = folder, server
        self.keys = folder / "keys"
        self.keys.mkdir(mode=0o700)
        self._names: list[str] = []

    def url(self, name: str) -> str:
        """The address of one of our databases, as DATABASE_URL wants it."""
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def connect(self, name: str = "postgres", **options) -> psycopg.Connection:
        """A connection outside Django."""
        return psycopg.connect(self.url(name).replace("postgres://", "postgresql://"), autocommit=True, **options)

    def create(self, template: str = "template1") -> str:
        """A new database, empty or the copy of one that nobody is connected to; returns its name."""
        name = f"benchmark_ballot_{os.getpid()}_{len(self._names)}"
        self._names.append(name)
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Take one of our databases away."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._names[self._names.index(name)] = ""

    def drop_all(self) -> None:
        for name in filter(None, list(self._names)):
            self.drop(name)

    def environment(self, name: str, settings: str = "tests.settings") -> dict[str, str]:
        """What a child process needs to work on one of our databases."""
        return os.environ | {
            "DATABASE_URL": self.url(name),
            "DJANGO_SETTINGS_MODULE": settings,
            "INNOVATO_BENCHMARK_KEYS": str(self.keys),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


@contextmanager
def own_databases() -> Iterator[Own]:
    """The server's databases that are ours, dropped at the end. Ends the process where no PostgreSQL answers."""
    server = find_postgres()
    if server is None:
        sys.exit("no PostgreSQL answers at TEST_POSTGRES_URL or on the standard port")
    with tempfile.TemporaryDirectory(prefix="innovato-benchmark-") as folder:
        own = Own(Path(folder), server)
        try:
            yield own
        finally:
            own.drop_all()


def set_up(own: Own, name: str) -> None:
    """Make this process Django on that database, with our own folder of keys. Once per process."""
    os.environ |= own.environment(name)
    use_keys()


def use_keys() -> None:
    """Start Django with the keys in the benchmark's folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django's modules are read once it is set up

    settings.INNOVATO_KEYSTORE_DIR = Path(os.environ["INNOVATO_BENCHMARK_KEYS"])


def prepare(own: Own) -> str:
    """A migrated database with Django on it; returns its name."""
    name = own.create()
    set_up(own, name)
    from django.core.management import call_command  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    return name


def open_ballot(*, people: int, ideas: int, most: int):
    """An open ballot of that many electors, none of whom has voted; see `tests.voting.factories`."""
    from tests.voting import factories  # noqa: PLC0415 - as above
    from voting.services import calendar  # noqa: PLC0415 - as above

    vote = factories.scheduled(people=0, ideas=ideas, votes_per_person=most)
    for first in range(0, people, BATCH):
        factories.voters(min(BATCH, people - first), home=vote.offices[0])
    calendar.advance(ballot_id=vote.pk)
    by_idea = dict(vote.fresh().options.values_list("idea_id", "code"))
    vote.codes = [by_idea[idea.pk] for idea in vote.ideas]
    return vote


def spread(values: Sequence[float]) -> float:
    """How far the values lie apart, as a share of their median."""
    return (max(values) - min(values)) / statistics.median(values)


def three(values: Sequence[float], form: str = ".2f") -> str:
    """The minimum, the median and the maximum: "0.41 · 0.44 · 0.46"."""
    return " · ".join(format(value, form) for value in (min(values), statistics.median(values), max(values)))


def verdict(name: str, values: Sequence[float]) -> str:
    """What is said of a calibrator that was not steady, or nothing."""
    wide = spread(values)
    return "" if wide <= STEADY else f"  ! {name} spreads {wide:.0%}: read this line with care"
