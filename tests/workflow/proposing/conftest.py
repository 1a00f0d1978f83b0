# SPDX-License-Identifier: AGPL-3.0-or-later
"""A city with an office, an author with a browser, an open campaign and a draft: for the tests of writing an idea."""

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.workflow.factories_writing import complete_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Sportelli anagrafici", parent=city)


@pytest.fixture
def author(office):
    return make.person("Giulia", "Ferrero", home=office)


@pytest.fixture
def call(city, now):
    return make.campaign(city, at=now)


@pytest.fixture
def page(author):
    browser = Client()
    browser.force_login(author)
    return browser


@pytest.fixture
def draft(author, call):
    return complete_draft(author, call)


@pytest.fixture
def chiara(city):
    return make.person("Chiara", "Vottero", home=city)
