# SPDX-License-Identifier: AGPL-3.0-or-later
"""On random cities: list = search = filters = counts = export = API = the rules, object by object.

When a comparison fails, hypothesis prints the smallest city it found, as plain values.
"""

import os
from contextlib import contextmanager

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from tests.factories import NOW
from tests.rights_differential.asking import Reader, everything
from tests.rights_differential.building import Built
from tests.rights_differential.cities import Call, City, One, Somebody, cities
from tests.rights_differential.plain_rules import Rules
from workflow import rules
from workflow.models import Idea
from workflow.selectors import ideas

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
AT_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "night"
ALLOWED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large,
           HealthCheck.filter_too_much]  # fmt: skip


@contextmanager
def standing(city):
    """The city in the database at a fixed moment, taken back afterwards."""
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        try:
            yield Built(city)
        finally:
            transaction.set_rollback(True)


@settings(max_examples=300 if AT_NIGHT else 10, suppress_health_check=ALLOWED)
@given(city=cities())
def test_every_list_names_what_the_rules_say(city):
    with standing(city) as built:
        everything(Reader(built, city.reader))


@settings(max_examples=400 if AT_NIGHT else 15, suppress_health_check=ALLOWED)
@given(city=cities(departments=7, people=6, rights=10, ideas=16))
def test_for_everybody_one_idea_and_all_of_them_are_asked_alike(city):
    with standing(city) as built:
        plain = Rules(city)
        rows = list(Idea.objects.with_rule_data().order_by("pk"))
        for who, person in enumerate(built.people):
            actor = rules.actor_for(person, at=NOW)
            sees = {n for n, one in enumerate(city.ideas) if plain.sees(who, one)}
            assert {n for n, row in enumerate(rows) if rules.can_see(actor, row)} == sees
            assert set(Idea.objects.visible_to(actor)) == {built.ideas[n] for n in sees}
            for move, may in (
                ("admit", plain.admits),
                ("decline", plain.decides),
                ("resume", plain.resumes),
                ("conclude_pilot", plain.concludes),
                ("verify", plain.verifies),
            ):
                able = {n for n, one in enumerate(city.ideas) if may(who, one)}
                assert {n for n, row in enumerate(rows) if rules.may(actor, move, row, NOW)} == able, move
                assert set(Idea.objects.actionable_by(actor, move, at=NOW)) == {built.ideas[n] for n in able}, move
                assert able <= sees
            assert {row.delegator_id for row in actor.access.deputyships} == {
                built.people[giver].pk for giver in plain.deputyships(who)
            }


def test_the_comparison_sees_a_list_that_shows_one_idea_too_many(monkeypatch):
    city = City(above=(None,), closed=(), people=(Somebody(), Somebody()), grants=(), lent=(), calls=(Call(),),
                ideas=(One("screening", author=1), One("review", author=1)))  # fmt: skip
    with standing(city) as built:
        everything(Reader(built, 0))
        monkeypatch.setattr(ideas, "UNPUBLISHED", ("draft",))
        with pytest.raises(AssertionError):
            everything(Reader(built, 0))
