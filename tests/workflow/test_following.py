# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following an idea: once or not at all, only what one sees, with and without scripts."""

import pytest
from django.test import Client

from tests import factories as make
from workflow.errors import Missing, WrongState
from workflow.models import Follow
from workflow.services import following

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Davide", "Conti", home=city)


@pytest.fixture
def reader(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture
def idea(author, city):
    return make.idea(author, make.campaign(city), state="review")


def test_following_and_leaving_are_safe_to_repeat(idea, reader):
    for _ in range(2):
        following.follow(idea_id=idea.pk, by=reader, at=make.NOW)
    assert list(Follow.objects.values_list("person", "since")) == [(reader.pk, make.NOW)]
    for _ in range(2):
        following.unfollow(idea_id=idea.pk, by=reader)
    assert not Follow.objects.exists()


def test_what_one_may_not_see_can_not_be_followed(author, reader, city):
    hidden = make.idea(author, make.campaign(city), state="screening")
    for service in (lambda: following.follow(idea_id=hidden.pk, by=reader, at=make.NOW),
                    lambda: following.unfollow(idea_id=hidden.pk, by=reader),
                    lambda: following.follow(idea_id=424242, by=reader, at=make.NOW)):  # fmt: skip
        with pytest.raises(Missing):
            service()
    with pytest.raises(WrongState):
        following.follow(idea_id=hidden.pk, by=author, at=make.NOW)
    assert not Follow.objects.exists()


def test_the_button_works_without_scripts_and_as_a_part(idea, reader):
    client = Client()
    client.force_login(reader)
    url = f"/idee/{idea.ref}/segui/"
    page = client.post(url, {"segui": "1"}, follow=True).content.decode()
    assert "Ora segui quest’idea" in page and 'aria-pressed="true"' in page and "1 persona" in page
    part = client.post(url, {"segui": "0"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="false"' in part.content.decode() and 'hx-swap-oob="true"' in part.content.decode()
    assert not Follow.objects.exists()
    assert client.get(url).status_code == 405


def test_authors_are_told_anyway_and_have_no_button(idea, author, reader):
    for who, offered in ((author, False), (reader, True)):
        client = Client()
        client.force_login(who)
        assert ('id="segui"' in client.get(f"/idee/{idea.ref}/").content.decode()) == offered
