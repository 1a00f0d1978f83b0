# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser and the server of the journeys."""

import os
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Error, sync_playwright

from innovato.participation import triggers as release_triggers
from innovato.participation.models import Release
from tests.conftest import missing
from tests.journeys.support import CHROMIUM_ARGS, Visitors, find_chromium
from workflow import triggers as event_triggers
from workflow.models import IdeaEvent

# Playwright's own loop runs in this thread; the database is still used by one thread at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items):
    """Everything in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGS)
        except Error as error:
            missing(f"no Chromium to drive the pages with: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


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
