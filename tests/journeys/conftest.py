# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser and the server of the journeys."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from threading import Timer

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserType, Error, sync_playwright

from innovato.participation import triggers as release_triggers
from innovato.participation.models import Release
from tests.conftest import missing
from tests.journeys.support import CHROMIUM_ARGS, Visitors, find_chromium
from workflow import triggers as event_triggers
from workflow.models import IdeaEvent

# Playwright's own loop runs in this thread; the database is still used by one thread at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

LONGEST = 420  # seconds: several times what the longest journey takes on two busy cores


def pytest_collection_modifyitems(items):
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all journeys, and another one after it was ended."""
    with sync_playwright() as playwright:
        chromium = Chromium(playwright.chromium)
        yield chromium
        if chromium.browser and chromium.browser.is_connected():
            chromium.browser.close()


@pytest.fixture
def browser(chromium):
    """The running Chromium. A journey that waits for it beyond all measure ends with an error, and the browser with it."""
    running = chromium.running()
    end = Timer(LONGEST, end_browsers)
    end.daemon = True
    end.start()
    yield running
    end.cancel()


class Chromium:
    """Starts the browser when it is first asked for, and again when it is gone."""

    def __init__(self, kind: BrowserType):
        self._kind, self.browser = kind, None

    def running(self) -> Browser:
        """A browser that answers; the test is skipped, or fails where everything is required, when there is none."""
        if self.browser is None or not self.browser.is_connected():
            try:
                self.browser = self._kind.launch(executable_path=find_chromium(), args=CHROMIUM_ARGS)
            except Error as error:
                missing(f"no Chromium to drive the pages with: {str(error).splitlines()[0]}")
        return self.browser


def end_browsers() -> None:
    """Kill what Playwright's driver started. Some of its calls, closing a window for one, know no limit of time."""
    for driver in children_of(os.getpid()):
        for process in children_of(driver):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def children_of(parent: int) -> list[int]:
    """The processes started by this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            found += [int(folder.name)] if int(fields[1]) == parent else []
    return found


@pytest.fixture(autouse=True)
def erased_rows(transactional_db):
    """At the end events and releases go before the tables are emptied: the database refuses to delete them row by row."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for triggers, model in ((event_triggers, IdeaEvent), (release_triggers, Release)):
                triggers.allow_changes(cursor, connection.vendor)
                model.objects.all().delete()
                triggers.forbid_changes(cursor, connection.vendor)


@pytest.fixture
def visitors(live_server, browser, settings):
    """Opens pages on a live server; at the end no browser may have complained (scripts, content security policy)."""
    settings.DEBUG = False
    people = Visitors(browser, live_server.url)
    yield people
    people.close()
    assert people.complaints == []
