# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations: who may give what to whom, when a deputy holds it, and how it ends, without anything having to run."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovato.organisation import services
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import DELEGABLE, Capability, sources_of
from innovato.organisation.errors import BadDelegation, DelegationMissing, DelegationOver, Incompatible
from innovato.organisation.models import Delegation, Person
from innovato.organisation.selectors import people_with

from .factories_city import AT, TODAY, WHY, give, make_department, make_person, small_city

pytestmark = pytest.mark.django_db

DECIDE, PIPELINE = Capability.DECIDE_IDEAS, Capability.VIEW_PIPELINE
DAY = timedelta(days=1)


@pytest.fixture
def here():
    """A city with a manager of culture (through a group), somebody at the museum, somebody at the roads."""
    city = small_city()
    manager = make_person("Silvia", "Ghione", home=city["culture"])
    give(manager, DECIDE, city["culture"], by_group="Dirigenti · cultura")
    city["manager"] = manager
    city["deputy"] = make_person("Fabio", "Cerutti", home=city["museum"])
    city["stranger"] = make_person("Elena", "Gallo", home=city["roads"])
    return city


def delegate(here, **changes):
    """A delegation for ten days from today, given and not yet answered."""
    values = {
        "to": here["deputy"], "capabilities": ["decide_ideas"], "department": here["culture"], "starts_on": TODAY,
        "ends_on": TODAY + 9 * DAY, "reason": "ferie", "by": here["manager"], "at": AT,
    }  # fmt: skip
    return services.give_delegation(**(values | changes))[0]


def accepted(here, **changes):
    row = delegate(here, **changes)
    return services.accept_delegation(delegation_id=row.pk, by=row.deputy, at=AT)


def held(person, at=AT):
    return DepartmentAccess.of(person, at=at)


def test_an_accepted_delegation_gives_the_right_and_what_it_implies_for_its_days(here, django_assert_num_queries):
    row = delegate(here, starts_on=TODAY + DAY, department=here["museum"])
    assert held(here["deputy"], AT + DAY).capabilities == frozenset()
    services.accept_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    for days, expected in ((0, False), (1, True), (9, True), (10, False)):
        with django_assert_num_queries(2 if expected else 1):
            access = held(here["deputy"], AT + days * DAY)
        assert access.allows(DECIDE, here["museum"].pk) is expected
        assert access.allows(PIPELINE, here["museum"].pk) is expected
        assert not access.allows(DECIDE, here["library"].pk)
        assert len(access.deputyships) == expected
    access = held(here["deputy"], AT + DAY)
    assert access.titles(DECIDE, here["museum"].pk) == (here["manager"].pk,)
    assert access.deputyships[0].delegator_name == "Silvia Ghione"
    assert not access.holds_itself(DECIDE, here["museum"].pk)


def test_the_own_right_goes_before_the_one_held_for_somebody_else(here):
    give(here["deputy"], DECIDE, here["museum"])
    accepted(here)
    access = held(here["deputy"])
    assert access.titles(DECIDE, here["museum"].pk) == (None, here["manager"].pk)
    assert access.titles(DECIDE, here["library"].pk) == (here["manager"].pk,)
    assert access.departments(DECIDE) == {here[name].pk for name in ("culture", "library", "museum")}


@pytest.mark.parametrize(
    "loses",
    ["right of the group", "membership", "office", "service", "deputy's service", "department moves away"],
)
def test_a_deputy_holds_nothing_from_the_instant_the_delegator_or_the_deputy_no_longer_may(here, loses):
    row = accepted(here, department=here["museum"])
    group = Group.objects.get(name="Dirigenti · cultura")
    about = {"by": None, "at": AT}
    match loses:
        case "right of the group":
            services.revoke(capability=DECIDE, department=here["culture"], from_group=group, reason=WHY, **about)
        case "membership":
            services.remove_from_group(person=here["manager"], group=group, reason=WHY, **about)
        case "office":
            services.transfer_person(person=here["manager"], department=here["roads"], **about)
        case "service":
            services.deactivate(person=here["manager"], **about)
        case "deputy's service":
            services.deactivate(person=here["deputy"], **about)
            Person.objects.filter(pk=here["deputy"].pk).update(is_active=False)
        case "department moves away":
            services.move_department(department=here["museum"], parent=here["roads"], **about)
    assert held(here["deputy"]).capabilities == frozenset()
    assert not people_with(DECIDE, here["museum"].pk, deputies_at=AT).filter(pk=here["deputy"].pk).exists()
    row.refresh_from_db()
    assert row.ending == ("" if loses == "deputy's service" else "right_lost")


def test_the_check_itself_asks_what_the_delegator_holds_even_where_no_service_took_it_away(here):
    row = accepted(here)
    Group.objects.get(name="Dirigenti · cultura").departmentgroupobjectpermission_set.all().delete()
    row.refresh_from_db()
    assert row.ended_at is None
    assert held(here["deputy"]).capabilities == frozenset()


def test_a_right_given_back_to_the_delegator_revives_no_delegation(here):
    accepted(here)
    group = Group.objects.get(name="Dirigenti · cultura")
    services.revoke(capability=DECIDE, department=here["culture"], from_group=group, by=None, at=AT, reason=WHY)
    services.grant(capability=DECIDE, department=here["culture"], to_group=group, by=None, at=AT, reason=WHY)
    assert held(here["manager"]).allows(DECIDE, here["museum"].pk)
    assert held(here["deputy"]).capabilities == frozenset()


def test_where_the_delegator_keeps_only_a_part_the_deputy_keeps_that_part(here):
    give(here["manager"], DECIDE, here["library"])
    accepted(here)
    group = Group.objects.get(name="Dirigenti · cultura")
    services.revoke(capability=DECIDE, department=here["culture"], from_group=group, by=None, at=AT, reason=WHY)
    assert held(here["deputy"]).departments(DECIDE) == {here["library"].pk}


def test_nobody_passes_on_what_was_lent_to_them(here):
    accepted(here)
    with pytest.raises(BadDelegation, match="ricevuto in delega") as refused:
        delegate(here, by=here["deputy"], to=make_person(home=here["museum"]))
    assert refused.value.field == "capabilities"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"capabilities": []}, "capabilities", "Scegli che cosa"),
        ({"capabilities": ["review_ideas"]}, "capabilities", "non si può delegare"),
        ({"capabilities": ["guard_ballots"]}, "capabilities", "non si può delegare"),
        ({"capabilities": ["manage_department"]}, "capabilities", "non si può delegare"),
        ({"capabilities": ["vote"]}, "capabilities", "non si può delegare"),
        ({"capabilities": ["screen_ideas"]}, "capabilities", "non hai questo compito"),
        ({"department": "roads"}, "capabilities", "non hai questo compito"),
        ({"department": "city"}, "capabilities", "non hai questo compito"),
        ({"to": "stranger"}, "to", "non ha questo compito e non lavora nella tua divisione"),
        ({"to": "manager"}, "to", "Non puoi dare una delega a te"),
        ({"starts_on": TODAY - DAY}, "starts_on", "già passato"),
        ({"starts_on": TODAY + 400 * DAY, "ends_on": TODAY + 401 * DAY}, "starts_on", "troppo presto"),
        ({"ends_on": TODAY - DAY}, "ends_on", "prima del primo"),
        ({"ends_on": TODAY + 90 * DAY}, "ends_on", "al massimo 90 giorni"),
        ({"reason": "  "}, "reason", "Scrivi il motivo"),
        ({"reason": "x" * 301}, "reason", "troppo lungo"),
    ],
)
def test_a_delegation_that_can_not_be_is_refused_with_a_sentence_and_changes_nothing(here, changes, field, sentence):
    with pytest.raises(BadDelegation, match=sentence) as refused:
        delegate(here, **{name: here.get(value, value) if isinstance(value, str) else value
                          for name, value in changes.items()})  # fmt: skip
    assert refused.value.field == field
    assert not Delegation.objects.exists()


def test_somebody_with_the_same_role_elsewhere_or_the_longest_time_is_fine(here):
    give(here["stranger"], DECIDE, here["roads"])
    row = delegate(here, to=here["stranger"], ends_on=TODAY + 89 * DAY)
    assert (row.ends_on - row.starts_on).days == 89


def test_two_deputies_for_the_same_thing_at_the_same_time_are_refused(here):
    other = make_person("Elena", "Rossi", home=here["museum"])
    delegate(here)
    for department in ("culture", "museum"):
        with pytest.raises(BadDelegation, match="già una delega a Fabio Cerutti"):
            delegate(here, to=other, department=here[department], starts_on=TODAY + 9 * DAY, ends_on=TODAY + 12 * DAY)
    later = delegate(here, to=other, starts_on=TODAY + 10 * DAY, ends_on=TODAY + 12 * DAY)
    assert later.deputy == other


def test_only_the_two_concerned_take_a_step_and_only_where_it_starts(here):
    row = delegate(here)
    steps = {
        services.accept_delegation: here["manager"], services.decline_delegation: here["manager"],
        services.revoke_delegation: here["deputy"], services.return_delegation: here["manager"],
        services.take_up_delegation: here["manager"],
    }  # fmt: skip
    for step, wrong in steps.items():
        for who in (wrong, here["stranger"]):
            with pytest.raises(DelegationMissing):
                step(delegation_id=row.pk, by=who, at=AT)
    with pytest.raises(DelegationOver):
        services.return_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    services.decline_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    for step, who in ((services.accept_delegation, "deputy"), (services.revoke_delegation, "manager")):
        with pytest.raises(DelegationOver):
            step(delegation_id=row.pk, by=here[who], at=AT)


@pytest.mark.parametrize("how", ["revoke", "return", "decline", "expiry"])
def test_what_is_over_gives_nothing_and_can_not_be_accepted(here, how):
    row = delegate(here) if how in {"decline", "expiry"} else accepted(here)
    later = AT + (10 * DAY if how == "expiry" else timedelta())
    if how == "revoke":
        services.revoke_delegation(delegation_id=row.pk, by=here["manager"], at=AT)
    elif how == "return":
        services.return_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    elif how == "decline":
        services.decline_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    with pytest.raises(DelegationOver):
        services.accept_delegation(delegation_id=row.pk, by=here["deputy"], at=later)
    assert held(here["deputy"], later).capabilities == frozenset()


def test_a_delegation_is_not_accepted_from_somebody_who_lost_the_right_meanwhile(here):
    row = delegate(here)
    Group.objects.get(name="Dirigenti · cultura").departmentgroupobjectpermission_set.all().delete()
    with pytest.raises(DelegationOver, match="non ha più il compito"):
        services.accept_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)


def test_a_deputy_who_goes_back_to_the_own_name_holds_nothing_until_taking_it_up_again(here):
    row = accepted(here)
    services.set_delegations_aside(delegator_id=here["manager"].pk, by=here["deputy"], at=AT)
    assert held(here["deputy"]).capabilities == frozenset()
    with pytest.raises(DelegationMissing):
        services.set_delegations_aside(delegator_id=here["manager"].pk, by=here["deputy"], at=AT)
    services.take_up_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    assert held(here["deputy"]).allows(DECIDE, here["museum"].pk)


def test_the_last_day_moves_only_towards_today(here):
    row = accepted(here)
    for day in (TODAY - DAY, row.ends_on, row.ends_on + DAY):
        with pytest.raises(BadDelegation):
            services.shorten_delegation(delegation_id=row.pk, ends_on=day, by=here["manager"], at=AT)
    services.shorten_delegation(delegation_id=row.pk, ends_on=TODAY, by=here["manager"], at=AT)
    assert held(here["deputy"]).has(DECIDE)
    assert not held(here["deputy"], AT + DAY).has(DECIDE)


def test_who_reviews_never_reads_participation_for_somebody_else_in_whatever_order(here):
    hr = make_person("Nadia", "Serra", home=here["culture"])
    give(hr, Capability.VIEW_PARTICIPATION, here["culture"])
    about = {"by": hr, "capabilities": ["view_participation"]}
    give(here["stranger"], Capability.REVIEW_IDEAS, here["roads"])
    give(here["stranger"], Capability.VIEW_PIPELINE, here["roads"])
    Person.objects.filter(pk=here["stranger"].pk).update(home_department=here["museum"])
    with pytest.raises(BadDelegation, match="non può anche valutare"):
        delegate(here, to=here["stranger"], **about)
    row = delegate(here, **about)
    with pytest.raises(Incompatible):
        give(here["deputy"], Capability.REVIEW_IDEAS, here["roads"])
    services.accept_delegation(delegation_id=row.pk, by=here["deputy"], at=AT)
    assert held(here["deputy"]).has(Capability.VIEW_PARTICIPATION)
    Delegation.objects.filter(pk=row.pk).update(deputy=here["stranger"])
    assert not held(here["stranger"]).has(Capability.VIEW_PARTICIPATION)


BAD_ROWS = [
    {"deputy": "manager"}, {"capability": "review_ideas"}, {"ends_on": TODAY - DAY}, {"ends_on": TODAY + 90 * DAY},
    {"reason": ""}, {"declined_at": AT, "accepted_at": AT}, {"set_aside_at": AT}, {"ended_at": AT}, {"ending": "revoked"},
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_ROWS)
def test_the_database_refuses_what_no_service_would_write(here, changes):
    row = delegate(here)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(
            **{name: here.get(value, value) if name == "deputy" else value for name, value in changes.items()}
        )


def read_aloud(person, capability, department, at):
    """The rule read aloud: an own grant here or above; or an accepted delegation of these days, of a capability that
    implies this one, given here or above by somebody active who holds that one here in the own name."""

    def own(who, what):
        here = department
        while here is not None:
            granting = [c.value for c in sources_of(what)]
            if here.person_grants.filter(user=who, permission__codename__in=granting).exists():
                return who.is_active
            here = here.parent
        return False

    if not person.is_active or own(person, capability):
        return person.is_active
    day = at.date()
    return any(
        row.accepted_at and not row.ended_at and row.starts_on <= day <= row.ends_on
        and Capability(row.capability) in sources_of(capability)
        and department.path.startswith(row.department.path)
        and own(row.delegator, Capability(row.capability))
        for row in Delegation.objects.filter(deputy=person)
    )  # fmt: skip


lent = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.sampled_from(DELEGABLE[:3]), st.integers(0, 5), st.integers(-3, 2)
)


@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(DELEGABLE[:3]), st.integers(0, 5)), max_size=4),
    st.lists(lent, max_size=4),
    st.integers(0, 5),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_random_trees_delegated_rights_agree_with_the_rule_read_aloud(tree, grants, delegations, leaver):
    with transaction.atomic():
        departments = []
        for number, place in enumerate(tree):
            parent = departments[place % (number + 1) - 1] if place % (number + 1) else None
            departments.append(make_department(f"h{number}", parent))
        people = [make_person() for _ in range(3)]
        for who, capability, where in grants:
            give(people[who], capability, departments[where % len(departments)])
        for giver, deputy, capability, where, start in delegations:
            if giver != deputy:
                Delegation.objects.create(
                    delegator=people[giver], deputy=people[deputy], department=departments[where % len(departments)],
                    capability=capability, starts_on=TODAY + start * DAY, ends_on=TODAY + (start + 1) * DAY,
                    reason=WHY, given_at=AT, accepted_at=AT,
                )  # fmt: skip
        Person.objects.filter(pk=people[leaver % 3].pk).update(is_active=leaver > 2)
        for person in Person.objects.filter(pk__in=[p.pk for p in people]):
            access = held(person)
            for capability in (*DELEGABLE[:3], PIPELINE):
                expected = {d.pk for d in departments if read_aloud(person, capability, d, AT)}
                assert access.departments(capability) == expected
                for department in departments:
                    found = people_with(capability, department.pk, deputies_at=AT).filter(pk=person.pk).exists()
                    assert found == (department.pk in expected)
        transaction.set_rollback(True)
