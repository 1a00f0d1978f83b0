# SPDX-License-Identifier: AGPL-3.0-or-later
"""Colleagues propose together only if each confirms; who proposes can change until the ballot opens."""

import pytest

from innovato.notifications.models import Notice
from tests import factories as make
from workflow.errors import Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Authorship
from workflow.selectors.ballots import is_eligible
from workflow.selectors.proposing import open_campaigns, welcomes
from workflow.services import coauthors

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture
def chiara(city):
    return make.person("Chiara", "Vottero", home=city)


@pytest.fixture
def idea(author, city):
    return make.idea(author, make.campaign(city))


def invite(idea, by, person):
    return coauthors.invite(idea_id=idea.pk, by=by, person_id=person.pk, at=NOW)


def accept(idea, by):
    return coauthors.accept(idea_id=idea.pk, by=by, at=NOW)


def told():
    return [(n.kind, n.recipient_id, n.context.get("by_name")) for n in Notice.objects.order_by("pk")]


def test_who_is_invited_is_told_and_becomes_an_author_by_confirming(idea, author, chiara):
    asked = invite(idea, author, chiara)
    assert (asked.status, asked.is_lead) == ("invited", False)
    assert idea.author_ids() == {author.pk}
    accept(idea, chiara)
    assert type(idea).objects.get(pk=idea.pk).author_ids() == {author.pk, chiara.pk}
    assert told() == [
        ("coauthor_invited", chiara.pk, "Giulia Ferrero"),
        ("coauthor_accepted", author.pk, "Chiara Vottero"),
    ]
    assert Notice.objects.first().context["url"] == f"/idee/{idea.ref}/persone/rispondi/"


def test_who_says_no_is_no_author_and_is_not_asked_again(idea, author, chiara):
    invite(idea, author, chiara)
    coauthors.decline(idea_id=idea.pk, by=chiara, at=NOW)
    assert told()[-1] == ("coauthor_declined", author.pk, "Chiara Vottero")
    with pytest.raises(Missing):
        accept(idea, chiara)
    with pytest.raises(Incomplete) as refused:
        invite(idea, author, chiara)
    assert refused.value.fields == {"coauthor": "Chiara Vottero ha già risposto di no."}


def test_a_coauthor_may_stop_and_the_lead_may_not(idea, author, chiara):
    invite(idea, author, chiara)
    accept(idea, chiara)
    coauthors.decline(idea_id=idea.pk, by=chiara, at=NOW)
    assert type(idea).objects.get(pk=idea.pk).author_ids() == {author.pk}
    with pytest.raises(WrongState, match="ritirala"):
        coauthors.decline(idea_id=idea.pk, by=author, at=NOW)


def test_people_who_cannot_be_invited(idea, author, chiara, city):
    refusals = {
        author: "Ci sei già: indica un’altra persona.",
        make.person("Silvia", "Ghione", home=city, contract_area="dirigenti"): (
            f"Silvia Ghione non può proporre in «{idea.campaign.title}»: le regole del bando dicono chi può."
        ),
        make.person(home=city, is_active=False): "Questa persona non è in servizio: scegline un’altra.",
    }
    for person, sentence in refusals.items():
        with pytest.raises(Incomplete) as refused:
            invite(idea, author, person)
        assert refused.value.fields == {"coauthor": sentence}
    invite(idea, author, chiara)
    with pytest.raises(Incomplete, match="Manca"):
        invite(idea, author, chiara)
    invite(idea, author, make.person(home=city))
    with pytest.raises(Incomplete) as refused:
        invite(idea, author, make.person(home=city))
    assert refused.value.fields == {"coauthor": "In questo bando si propone al massimo in 3."}
    with pytest.raises(Incomplete):
        coauthors.invite(idea_id=idea.pk, by=author, person_id=2**62, at=NOW)


def test_only_authors_invite_and_only_until_the_ballot_opens(author, chiara, city):
    call = make.campaign(city)
    draft = make.idea(author, call)
    with pytest.raises(Missing):
        invite(draft, chiara, make.person(home=city))
    published = make.idea(author, call, state="admitted")
    with pytest.raises(NotAllowed):
        invite(published, chiara, make.person(home=city))
    for state in ("draft", "needs_changes", "screening", "admitted"):
        invite(make.idea(author, call, state=state), author, chiara)
    for state in ("voting", "review", "decision", "declined", "withdrawn"):
        with pytest.raises(WrongState):
            invite(make.idea(author, call, state=state), author, chiara)


def test_an_invitation_is_worth_nothing_once_the_ballot_is_open(author, chiara, city):
    idea = make.idea(author, make.campaign(city), state="voting")
    Authorship.objects.create(idea=idea, person=chiara, invited_at=NOW)
    with pytest.raises(TooLate):
        accept(idea, chiara)


def test_confirming_twice_and_confirming_for_others_is_refused(idea, author, chiara, city):
    invite(idea, author, chiara)
    with pytest.raises(Missing):
        accept(idea, make.person(home=city))
    accept(idea, chiara)
    with pytest.raises(WrongState):
        accept(idea, chiara)
    published = make.idea(author, idea.campaign, state="admitted")
    with pytest.raises(NotAllowed):
        accept(published, chiara)


def test_who_became_a_director_meanwhile_cannot_confirm(idea, author, chiara):
    invite(idea, author, chiara)
    chiara.contract_area = "dirigenti"
    chiara.save()
    with pytest.raises(Incomplete):
        accept(idea, chiara)


def test_an_invitation_is_taken_back_and_a_colleague_is_not(idea, author, chiara, city):
    asked = invite(idea, author, chiara)
    other = invite(idea, author, make.person(home=city))
    coauthors.uninvite(idea_id=idea.pk, by=author, authorship_id=other.pk, at=NOW)
    coauthors.uninvite(idea_id=idea.pk, by=author, authorship_id=other.pk, at=NOW)
    accept(idea, chiara)
    with pytest.raises(WrongState):
        coauthors.uninvite(idea_id=idea.pk, by=author, authorship_id=asked.pk, at=NOW)
    elsewhere = make.idea(chiara, idea.campaign)
    lead = elsewhere.authorships.get()
    coauthors.uninvite(idea_id=idea.pk, by=author, authorship_id=lead.pk, at=NOW)
    assert elsewhere.authorships.get() == lead
    assert idea.authorships.count() == 2


def test_asking_to_take_part_tells_the_lead_once_with_the_way_to_invite(author, chiara, city):
    idea = make.idea(author, make.campaign(city), state="admitted")
    coauthors.ask_to_join(idea_id=idea.pk, by=chiara, at=NOW, text="Ho già una prova in sede.")
    coauthors.ask_to_join(idea_id=idea.pk, by=chiara, at=NOW)
    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("join_requested", author)
    assert notice.context["note_text"] == "Ho già una prova in sede."
    assert notice.context["url"] == f"/idee/{idea.ref}/persone/?chi={chiara.staff_number}"


def test_asking_is_refused_where_nobody_can_be_added(author, chiara, city):
    call = make.campaign(city)
    with pytest.raises(Missing):
        coauthors.ask_to_join(idea_id=make.idea(author, call).pk, by=chiara, at=NOW)
    with pytest.raises(WrongState, match="Puoi seguirla"):
        coauthors.ask_to_join(idea_id=make.idea(author, call, state="voting").pk, by=chiara, at=NOW)
    with pytest.raises(WrongState, match="Ci sei già"):
        coauthors.ask_to_join(idea_id=make.idea(author, call, state="admitted").pk, by=author, at=NOW)
    director = make.person(home=city, contract_area="dirigenti")
    with pytest.raises(NotAllowed):
        coauthors.ask_to_join(idea_id=make.idea(author, call, state="admitted").pk, by=director, at=NOW)
    assert not Notice.objects.exists()


def test_the_campaigns_offered_are_those_in_which_the_person_is_eligible(city):
    east, west = make.department("Est", parent=city), make.department("Ovest", parent=city)
    below = make.department("Sportello", parent=east)
    people = [
        make.person(home=home, contract_area=area, is_active=active)
        for home in (city, east, below, west, None)
        for area in ("istruttori", "dirigenti")
        for active in (True, False)
    ]
    calls = [
        make.campaign(city),
        make.campaign(city, exclude_directors=False),
        make.campaign(city, eligible_contract_areas=["istruttori"], exclude_directors=False),
        make.campaign(city),
    ]
    calls[3].eligible_departments.add(east)
    for person in people:
        assert [welcomes(call, person) for call in calls] == [is_eligible(call, person.pk) for call in calls]
    assert open_campaigns(people[0], NOW) == [calls[0], calls[1], calls[2]]
    assert open_campaigns(people[0], calls[0].submissions_close_at) == []
