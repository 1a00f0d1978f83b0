# SPDX-License-Identifier: AGPL-3.0-or-later
"""The city of the tests of one idea's page: an office with its manager, an author and a reader; who screens."""

import pytest
from django.utils import timezone

from tests import factories as make


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Economato", parent=city)


@pytest.fixture
def call(city):
    return make.campaign(city, at=timezone.now())


@pytest.fixture
def author(office):
    return make.person("Davide", "Conti", home=office)


@pytest.fixture
def reader(office):
    return make.person("Giulia", "Ferrero", home=office)


@pytest.fixture
def screener(city):
    who = make.person("Laura", "Pautasso", home=city)
    make.grant(who, "screen_ideas", city)
    return who


@pytest.fixture
def manager(office):
    who = make.person("Silvia", "Ghione", home=office)
    make.grant(who, "decide_ideas", office)
    return who
