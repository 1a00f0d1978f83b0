# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one did: everything of one's own from every table, newest first, for whom; nobody else's, nothing hidden, no vote."""

from datetime import timedelta

import pytest
from django.test import Client

from innovato.organisation.access import Deputyship
from tests import factories as make
from workflow import rules
from workflow.models import Authorship, MergeConsent, MergeProposal, Recusal, Review
from workflow.selectors import done
from workflow.services import events

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def office():
    return make.department("Economato", parent=make.department("Città"))


@pytest.fixture
def call(office):
    return make.campaign(office, title="Meno sprechi")


@pytest.fixture
def author(office):
    return make.person("Davide", "Conti", home=office)


@pytest.fixture
def me(office):
    return make.person("Giulia", "Ferrero", home=office)


def did(who, kind, idea=None, *, minutes=0, behind=None, **data):
    events.record(
        idea_id=idea.pk if idea else None, kind=kind, at=NOW + timedelta(minutes=minutes), by_id=who.pk, data=data,
        behind=behind and Deputyship(behind.pk, "", NOW.date(), ()),
    )  # fmt: skip


def acts_of(who) -> list[done.Act]:
    return list(done.page(actor=rules.actor_for(who)).acts)


def lines(who) -> list[tuple]:
    return [(act.text, act.about, act.behind) for act in acts_of(who)]


def opened(who, address="/cose-fatte/"):
    client = Client()
    client.force_login(who)
    return client.get(address)


def test_everything_one_did_is_there_newest_first_with_what_it_was_about_and_for_whom(author, me, office, call):
    ideas = [make.idea(author, call, state="review", title=f"Idea {n}", at=NOW) for n in range(7)]
    at = [NOW + timedelta(minutes=n) for n in range(8)]
    did(me, "approve_pilot", ideas[0], minutes=1, behind=author)
    Review.objects.create(
        idea=ideas[1], reviewer=me, status="submitted", assigned_at=NOW, due_on=NOW, declared_at=NOW, submitted_at=at[2],
        recommendation="pilot", weighted_score=3,
    )  # fmt: skip
    Recusal.objects.create(idea=ideas[2], person=me, reason="Ci lavoro", at=at[3])
    Authorship.objects.create(idea=ideas[3], person=me, status="accepted", invited_at=NOW, answered_at=at[4])
    proposal = MergeProposal.objects.create(idea=ideas[4], target=ideas[5], by=author, text="Simili", asked_at=NOW)
    MergeConsent.objects.create(proposal=proposal, person=me, answer="declined", answered_at=at[5])
    did(me, "campaign_changed", minutes=6, campaign=call.slug)
    did(me, "delegation_accepted", minutes=7, deputy=me.pk, delegator=author.pk, department=office.pk)
    did(me, "department_moved", minutes=8, department=office.pk, code=office.code)
    assert lines(me) == [
        ("Hai spostato la struttura", "Economato", ""),
        ("Hai accettato una delega", "Davide Conti", ""),
        ("Hai cambiato il bando", "Meno sprechi", ""),
        ("Non hai accettato di unire l’idea a un’altra", "Idea 4", ""),
        ("Hai confermato che proponi anche tu", "Idea 3", ""),
        ("Astensione: hai dichiarato un conflitto", "Idea 2", ""),
        ("Hai consegnato la scheda di valutazione", "Idea 1", ""),
        ("Hai approvato il pilota", "Idea 0", "Davide Conti"),
    ]
    page = opened(me).content.decode()
    assert "per conto di Davide Conti" in page and f'href="/idee/{ideas[0].ref}/"' in page
    assert lines(author) == []  # what a deputy did is the deputy's; what waits is nobody's yet


def test_what_one_may_no_longer_see_and_what_touches_a_ballot_is_not_there(author, me, office, call):
    shown, gone = (make.idea(author, call, state=state, at=NOW) for state in ("declined", "screening"))
    for idea in (shown, gone):
        did(me, "transfer", idea)
    for kind in ("ballot_annulled", "open_voting", "conclude_voting"):
        did(me, kind, shown)
    assert [act.url for act in acts_of(me)] == [f"/idee/{shown.ref}/"]
    make.grant(me, "screen_ideas", office)
    assert [act.url for act in acts_of(me)] == [f"/idee/{gone.ref}/", f"/idee/{shown.ref}/"]


def test_the_pages_go_on_where_the_last_one_ended_also_within_one_instant(author, me, call, monkeypatch):
    monkeypatch.setattr(done, "PAGE", 2)
    for n in range(4):
        idea = make.idea(author, call, state="review", title=f"Idea {n}", at=NOW)
        did(me, "reading", idea, minutes=n // 2)
        Recusal.objects.create(idea=idea, person=me, reason="Ci lavoro", at=NOW)
    every, address = [], "/cose-fatte/"
    while address:
        context = opened(me, address).context
        every += [(act.text[:10], act.about[-1]) for act in context["acts"]]
        address = context["next_url"]
    readings, recusals = ("Hai regist", "Astensione")
    assert every == [
        (readings, "3"),
        (readings, "2"),
        *((recusals, n) for n in "3210"),
        (readings, "1"),
        (readings, "0"),
    ]
    assert [opened(me, f"/cose-fatte/?dopo={place}").status_code for place in ("x", "1-9-1", "0-0-0")] == [
        404,
        200,
        200,
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow(author, me, call, rows, django_assert_num_queries):
    for n in range(rows):
        did(me, "decline", make.idea(author, call, state="review", at=NOW), minutes=n, behind=author)
        did(me, "campaign_changed", minutes=n, campaign=call.slug)
    client = Client()
    client.force_login(me)
    with django_assert_num_queries(8):
        assert client.get("/cose-fatte/").status_code == 200


def test_an_empty_page_says_what_will_be_there(me):
    page = opened(me).content.decode()
    assert "Ancora niente." in page and "la vedi solo tu" in page
