# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two minutes before a session ends a page says so and offers to stay; when it is over, the way back in."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from innovato.organisation.session_store import SessionStore
from tests import factories
from tests.journeys.support import assert_no_axe_violations

FIRST_LOOK = 54 * 60 * 1000  # beyond the 53 minutes after which the page asks


@pytest.fixture
def page(visitors, transactional_db):
    page = visitors.page(factories.person(home=factories.department("Economato")), width=360)
    page.clock.install()
    page.goto("/aiuto/?q=1")
    return page


def ends_in(**left):
    Session.objects.update(expire_date=timezone.now() + timedelta(**left))


def let_time_pass(page, asked):
    """Hours, until the page says something: its question to the server takes real time."""
    for _attempt in range(40):
        page.clock.fast_forward(FIRST_LOOK)
        if asked.is_visible():
            return
        page.wait_for_timeout(100)
    pytest.fail("nothing was said")


def test_one_is_asked_stays_and_is_led_back_in(page):
    asked = page.get_by_role("dialog")
    with page.expect_response("**/sessione/"):
        page.clock.fast_forward(FIRST_LOOK)
    assert not asked.is_visible()  # another window has prolonged it
    ends_in(seconds=110)
    let_time_pass(page, asked)
    assert asked.get_by_role("heading").inner_text() == "Tra due minuti la sessione finisce"
    assert_no_axe_violations(page)
    page.keyboard.press("Enter")
    asked.wait_for(state="hidden")
    assert Session.objects.get().expire_date > timezone.now() + timedelta(minutes=59)
    Session.objects.all().delete()
    let_time_pass(page, asked)
    assert asked.get_by_role("heading").inner_text() == "La sessione è finita"
    page.get_by_role("link", name="Accedi").last.click()
    page.wait_for_url("**/accesso/?next=%2Faiuto%2F%3Fq%3D1")


def test_where_nothing_prolongs_it_one_is_told_to_save(page, settings):
    store = SessionStore(Session.objects.get().session_key)
    store["_began"] -= settings.INNOVATO_SESSION_HOURS * 3600 - 100
    store.save()
    asked = page.get_by_role("dialog")
    let_time_pass(page, asked)
    assert asked.get_by_role("heading").inner_text() == "Tra due minuti devi accedere di nuovo"
    asked.get_by_role("button", name="Torno a scrivere").click()
    assert not asked.is_visible()
