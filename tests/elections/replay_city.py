# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.elections.replay_city`: a city of 90,000 papers and 160 projects, replayed; prints time and memory.

Makes a database of its own (TEST_DB_NAME says how it is called) and takes it away again. Memory is the process's own,
so with PostgreSQL in DATABASE_URL; an SQLite database would count as part of it.
"""

import argparse
import os
import resource
import sys
import tempfile
from pathlib import Path
from time import monotonic

import django

SIZE = {"papers": 90_000, "projects": 160, "fund": 2_000_000}


def main() -> None:
    """Make the file, replay it, and say what it took. Ends with an error where a count differs."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, value in SIZE.items():
        asked.add_argument(f"--{name}", type=int, default=value)
    asked.add_argument("--revotes", type=int, metavar="SEED", help="as for replay_election")
    given = vars(asked.parse_args())
    revotes = given.pop("revotes")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    with tempfile.TemporaryDirectory() as folder:
        _replay(Path(folder), given, revotes)


def _replay(folder: Path, size: dict[str, int], revotes: int | None) -> None:
    from django.conf import settings  # noqa: PLC0415 - Django's modules are read once it is set up
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from tests.elections.city_file import write_city  # noqa: PLC0415

    settings.INNOVATO_KEYSTORE_DIR = folder / "keys"
    settings.INNOVATO_KEYSTORE_DIR.mkdir(mode=0o700)
    file = folder / "city.pb"
    approvals = sum(write_city(file, **size).values())
    print(f"{file.stat().st_size / 1e6:.1f} MB, {approvals} approvals", flush=True)
    own = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    before, begun = _peak(), monotonic()
    try:
        call_command("replay_election", str(file), revotes=revotes, stdout=_Head(), stderr=sys.stdout)
    finally:
        taken = monotonic() - begun
        print(f"{connection.vendor}: {taken:.0f} s, peak memory {_peak()} MB, {before} MB before the replay began")
        connection.creation.destroy_test_db(own, verbosity=0)


class _Head:
    """Standard output without the lines of the projects."""

    def write(self, text: str) -> None:
        """Print what is no line of the table."""
        print(*[line for line in text.splitlines() if line and not line.startswith("  ")], sep="\n", flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
