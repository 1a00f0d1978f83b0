# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prepares the demo's data before the site starts, and says where the site is and who can sign in."""

import sys
from hashlib import sha256
from io import StringIO
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from innovato import broker


def forget_half_built_city(mark: Path) -> None:
    """Remove the database of a first start that was interrupted, so that the city is built whole."""
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if mark.exists() and database.parent == settings.VAR_DIR:
        print("The first start was interrupted: building the demo city again.", flush=True)
        for path in settings.VAR_DIR.glob(f"{database.name}*"):
            path.unlink()
    mark.unlink(missing_ok=True)


def build_city(mark: Path) -> None:
    """Build the demo city where nobody lives yet; the mark stays when that is interrupted."""
    if apps.get_model(settings.AUTH_USER_MODEL).objects.exists():
        return
    print("Building the demo city …", flush=True)
    mark.touch()
    call_command("demo", stdout=StringIO())  # its table of people comes at the end, from here
    mark.unlink()


def static_sources() -> str:
    """A fingerprint of all static files: their names, sizes and times."""
    digest = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()


def collect_static() -> None:
    """Collect and compress the static files, which takes a while; only when one has changed since."""
    stamp = settings.VAR_DIR / "static-sources"
    sources = static_sources()
    if stamp.exists() and stamp.read_text() == sources and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return
    print("Collecting the static files …", flush=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(sources)


def prepare_data() -> None:
    """Bring the tables up to date, build the city if need be, collect the static files, open the embedded broker."""
    mark = settings.VAR_DIR / "demo-in-progress"
    forget_half_built_city(mark)
    print("Preparing the database …", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    build_city(mark)
    collect_static()
    broker.prepare()


def table(rows: list[tuple[str, ...]]) -> list[str]:
    """Rows as lines of aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def say_where_and_who(port: str) -> None:
    """Print the address and the people whom the demo's sign-in page offers."""
    personas = apps.get_model("organisation.Persona").objects.select_related("person")
    rows = [(each.person.staff_number, each.person.get_full_name(), each.label_en) for each in personas]
    print(f"\nInnovaTo is at http://localhost:{port}/ (Ctrl-C ends it).")
    if rows:
        print("Who can sign in, with one click on the sign-in page:")
        print("\n".join(table(rows)))
    print(f"Mails are written as files in {settings.EMAIL_FILE_PATH}.\n", flush=True)


if __name__ == "__main__":
    django.setup()
    prepare_data()
    say_where_and_who(sys.argv[1])
