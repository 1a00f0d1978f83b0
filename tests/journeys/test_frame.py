# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frame of every page and the pages that only explain, in a real browser."""

import pytest

from tests import factories
from tests.journeys.support import assert_page_is_sound

PUBLIC = ["/aiuto/", "/regole/", "/accessibilita/"]


@pytest.fixture
def gallery_on(settings):
    settings.DEMO = True


@pytest.fixture
def employee(db):
    return factories.person(home=factories.department("Economato"))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_that_explains_is_sound_for_who_is_not_signed_in(visitors, address):
    assert_page_is_sound(visitors, address)


def test_every_piece_in_every_state_is_sound(visitors, employee, gallery_on):
    def open_folds(page):
        page.evaluate("() => document.querySelectorAll('details').forEach(fold => { fold.open = true; })")

    assert_page_is_sound(visitors, "/modelli/", employee, act=open_folds)
