# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ideas through the API: exactly those of the pages for everybody, without the names that a blind campaign hides."""

import pytest

from innovato.api import pagination
from tests import factories as make
from tests.workflow.api_support import API, assert_problem, client_of, every_page, get, people_and_ideas
from tests.workflow.factories_judging import REASON, again, city
from workflow import rules, search
from workflow.models import Authorship, Decision, Idea
from workflow.services import merging, screening
from workflow.states import BLIND, PUBLISHED, IdeaState

pytestmark = pytest.mark.django_db
# After the session, the person and the rights (one query, two with a right): the ideas and who signs them.
QUERIES_OF_A_LIST = 5


@pytest.fixture
def here():
    return people_and_ideas()


def seen_by(person) -> set[str]:
    """The references of the ideas that the rules show, asked one by one."""
    actor = rules.actor_for(person)
    return {idea.ref for idea in Idea.objects.all() if rules.can_see(actor, idea)}


# Who sees what -----------------------------------------------------------------------------------------------------


def listed_for(person) -> set[str]:
    """What the list holds: a draft that was deleted still opens for who wrote it, and stands in no list."""
    gone = Idea.objects.filter(state="withdrawn", number=None)
    return seen_by(person) - {idea.ref for idea in gone}


def test_the_list_holds_exactly_the_ideas_that_the_rules_show(here):
    for role, person in here.people.items():
        listed = [row["ref"] for row in every_page(person, "ideas/")]
        assert len(listed) == len(set(listed)) and set(listed) == listed_for(person), role


def test_every_filter_and_order_holds_exactly_the_same_ideas(here):
    for role, person in here.people.items():
        seen = listed_for(person)
        oldest = [row["ref"] for row in every_page(person, "ideas/?ordering=oldest")]
        assert oldest == [row["ref"] for row in every_page(person, "ideas/")][::-1], role
        by_state = [row["ref"] for state in IdeaState for row in every_page(person, f"ideas/?state={state.value}")]
        by_call = [
            row["ref"] for call in (here.call, here.blind) for row in every_page(person, f"ideas/?campaign={call.slug}")
        ]
        assert sorted(by_state) == sorted(by_call) == sorted(seen), role


def test_one_idea_its_events_and_its_moves_are_there_exactly_for_who_sees_it(here):
    """Each of the three addresses in turn, so that every role meets each of them in many states."""
    addresses = ("", "events/", "moves/")
    for turn, (role, person) in enumerate(here.people.items()):
        client, seen = client_of(person), seen_by(person)
        for number, idea in enumerate(Idea.objects.order_by("pk")):
            address = addresses[(turn + number) % 3]
            wanted = 200 if idea.ref in seen else 404
            assert client.get(f"{API}ideas/{idea.ref}/{address}").status_code == wanted, (role, idea.state, address)


def test_an_idea_that_one_may_not_see_answers_like_one_that_is_not_there(here):
    draft = Idea.objects.filter(state="draft").first()
    hidden, missing = get(here.stranger, f"ideas/{draft.ref}/"), get(here.stranger, f"ideas/{'0' * 32}/")
    assert hidden.status_code == 404 and hidden.content == missing.content
    assert get(here.stranger, f"ideas/{draft.ref}/moves/").content == missing.content
    assert get(here.stranger, "ideas/1999-0001/").content == missing.content


def test_a_numbered_idea_answers_to_its_uuid_too_like_the_page(here):
    idea = Idea.objects.filter(state="review").first()
    assert get(here.colleague, f"ideas/{idea.uuid.hex}/").json()["ref"] == idea.number


def test_being_a_superuser_shows_nothing_more(here):
    assert {row["ref"] for row in every_page(here.superuser, "ideas/")} == {
        row["ref"] for row in every_page(here.colleague, "ideas/")
    }


# Names -------------------------------------------------------------------------------------------------------------


def test_a_blind_campaign_hides_who_proposes_and_from_where_from_everybody_but_the_authors(here):
    secret = make.department("Ufficio di una persona sola", parent=here.root)
    alone = make.person("Sola", "Persona", home=secret)
    ideas = [make.idea(alone, here.blind, state=state.value, department=here.office) for state in PUBLISHED]
    for role, person in here.people.items():
        for idea in ideas:
            found = get(person, f"ideas/{idea.ref}/")
            hidden = idea.state in BLIND
            told = "Sola" in found.content.decode() or "persona sola" in found.content.decode()
            assert found.json()["authors_hidden"] == hidden and told != hidden, (role, idea.state)
            events = get(person, f"ideas/{idea.ref}/events/").content.decode()
            assert not (hidden and "Sola" in events)
        for row in every_page(person, f"ideas/?campaign={here.blind.slug}"):
            assert (row["authors"] is None) == row["authors_hidden"]
            assert not row["authors_hidden"] or (row["submitted_from"] is None and row["state"] in BLIND), role
    assert get(alone, f"ideas/{ideas[0].ref}/").json()["authors"][0]["name"] == "Sola Persona"


def test_authors_are_those_who_accepted_the_lead_first(here):
    idea = make.idea(here.author, here.call, state="review")
    accepted = {"status": Authorship.Status.ACCEPTED, "invited_at": make.NOW}
    Authorship.objects.create(idea=idea, person=here.other, **accepted)
    Authorship.objects.create(idea=idea, person=here.invited, status="invited", invited_at=make.NOW)
    names = [person["name"] for person in get(here.colleague, f"ideas/{idea.ref}/").json()["authors"]]
    assert names == ["Davide Conti", "Ada Neri"]


def test_no_answer_carries_staff_numbers_or_addresses(here):
    people = [here.author, here.other, here.manager]
    for idea in here.ideas:
        for address in ("", "events/", "moves/"):
            body = get(here.screener, f"ideas/{idea.ref}/{address}").content.decode()
            assert not any(person.email in body or person.staff_number in body for person in people)


def test_a_merged_idea_names_its_target_only_to_who_sees_that_too(here):
    for merged in Idea.objects.filter(state="merged"):
        for role, person in here.people.items():
            found = get(person, f"ideas/{merged.ref}/")
            if found.status_code == 200:
                sees = rules.can_see(rules.actor_for(person), merged.merged_into)
                assert (found.json()["merged_into"] is not None) == sees, role


# What is shown -----------------------------------------------------------------------------------------------------


def test_one_idea_says_what_the_page_says(here):
    touched = make.department("Toponomastica", parent=here.root)
    idea = make.idea(
        here.author, here.call, state="declined", theme=make.theme(), estimated_cost="6500.50", duration_months=4
    )
    idea.departments_touched.add(touched)
    Decision.objects.create(
        idea=idea, kind="decline", reason_code="cost", reason_text=REASON, by=here.manager, at=make.NOW
    )
    found = get(here.author, f"ideas/{idea.ref}/").json()
    assert found["estimated_cost"] == "6500.50" and found["duration_months"] == 4 and found["mine"] is True
    assert found["departments_touched"] == [{"code": touched.code, "name": "Toponomastica"}]
    assert found["decision"]["reason_label"] == "Costa più del beneficio" and found["decision"]["reason_text"] == REASON
    assert found["decision"]["by"]["name"] == "Silvia Ghione" and found["state_label"] == "Non accolta"
    assert found["next_step"] and found["version"] == idea.version and found["proposal"] == idea.proposal


def test_a_refused_admission_names_the_office_and_no_person(here):
    idea = make.idea(here.author, here.call, state="inadmissible")
    Decision.objects.create(
        idea=idea, kind="refuse_admission", reason_code="cost", reason_text=REASON, by=here.screener, at=make.NOW
    )
    assert get(here.author, f"ideas/{idea.ref}/").json()["decision"]["by"] is None


def test_an_idea_of_every_state_can_be_read_by_its_author(here):
    for idea in here.ideas:
        assert get(here.author if idea.campaign == here.call else here.other, f"ideas/{idea.ref}/").status_code == 200


def test_events_say_to_everybody_what_the_page_says(here):
    idea = make.idea(here.author, here.call, state="screening")
    screening.request_changes(idea_id=idea.pk, by=here.screener, at=make.NOW, note="Scrivi meglio il problema, grazie.")
    lines = get(here.author, f"ideas/{idea.ref}/events/").json()["results"]
    assert [line["kind"] for line in lines] == ["request_changes"]
    assert lines[0]["reason"] == "Scrivi meglio il problema, grazie." and lines[0]["other"] is None
    assert get(here.reviewers[0], f"ideas/{idea.ref}/events/").json()["results"] == []


def test_events_come_page_by_page(here, monkeypatch):
    idea = make.idea(here.author, here.call, state="screening")
    for _ in range(2):
        screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
        screening.undo(idea_id=idea.pk, by=here.screener, at=make.NOW)
    screening.admit(idea_id=idea.pk, by=here.screener, at=make.NOW)
    whole = every_page(here.screener, f"ideas/{idea.ref}/events/")
    monkeypatch.setattr(pagination, "ROWS", 2)
    assert len(whole) == 5 and every_page(here.screener, f"ideas/{idea.ref}/events/") == whole
    assert [line["kind"] for line in every_page(here.colleague, f"ideas/{idea.ref}/events/")] == ["admit"]


# Filters -----------------------------------------------------------------------------------------------------------


def refs(person, query) -> list[str]:
    return [row["ref"] for row in every_page(person, f"ideas/?{query}")]


def test_filters_narrow_together():
    here = city()
    theme = make.theme()
    one = make.idea(here.author, here.call, state="review", theme=theme)
    two = make.idea(here.author, here.call, state="decision", department=here.elsewhere)
    three = make.idea(here.author, make.campaign(here.root), state="review", department=here.division)
    assert refs(here.colleague, "") == [three.ref, two.ref, one.ref]
    assert refs(here.colleague, f"theme={theme.code}") == [one.ref]
    assert refs(here.colleague, "state=review&state=decision&ordering=oldest") == [one.ref, two.ref, three.ref]
    assert refs(here.colleague, f"campaign={here.call.slug}&state=decision") == [two.ref]
    assert refs(here.colleague, f"department={here.division.code}") == [three.ref, one.ref]
    assert refs(here.colleague, f"department={here.office.code}") == [one.ref]
    assert refs(here.colleague, "campaign=nessuno") == refs(here.colleague, "theme=nessuno") == []


def test_a_search_finds_inflected_words_and_only_what_one_sees():
    here = city()
    shown = make.idea(here.author, here.call, state="review", title="Sensori di luce negli uffici")
    draft = make.idea(here.author, here.call, state="draft", title="Luce di notte")
    for idea in (shown, draft):
        search.index_idea(idea)
    assert refs(here.colleague, "q=luci") == [shown.ref]
    assert refs(here.author, "q=luci") == [draft.ref, shown.ref]
    assert refs(here.colleague, "q=notte") == [] == refs(here.colleague, "q=%26%7C%21%28")


def test_pages_follow_one_another_without_gaps_and_doubles_while_ideas_come_in(monkeypatch):
    here = city()
    ideas = [make.idea(here.author, here.call, state="review") for _ in range(5)]
    monkeypatch.setattr(pagination, "ROWS", 2)
    client = client_of(here.colleague)
    first = client.get(f"{API}ideas/?state=review").json()
    make.idea(here.author, here.call, state="review")
    rest = client.get(first["next"]).json()
    last = client.get(rest["next"]).json()
    found = [row["ref"] for page in (first, rest, last) for row in page["results"]]
    assert found == [idea.ref for idea in reversed(ideas)] and last["next"] is None
    assert "state=review" in first["next"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("query", "more"),
    [("", 0), ("ordering=oldest", 0), ("state=review&state=voting", 0), ("department={office}", 2), ("q=magazzino", 1)],
)
def test_the_list_costs_a_constant_number_of_queries(rows, query, more, django_assert_num_queries):
    here = city()
    for number in range(rows):
        idea = make.idea(here.author, here.call, state="review", theme=make.theme(f"Tema {number}"))
        Authorship.objects.create(
            idea=idea, person=make.person(home=here.office), status="accepted", invited_at=make.NOW
        )
        search.index_idea(idea)
    target = Idea.objects.first()
    for _ in range(rows):
        make.idea(here.author, here.call, state="merged", merged_into=target)
    for person, rights in ((here.colleague, 0), (here.manager, 1)):
        client = client_of(person)
        with django_assert_num_queries(QUERIES_OF_A_LIST + rights + more):
            answer = client.get(f"{API}ideas/?{query.format(office=here.office.code)}")
        assert len(answer.json()["results"]) >= rows


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [("", 6), ("moves/", 6), ("events/", 7)])
def test_one_idea_costs_a_constant_number_of_queries(rows, address, queries, django_assert_num_queries):
    here = city()
    idea = make.idea(here.author, here.call, state="review")
    for _ in range(rows):
        other = make.idea(here.author, here.call, state="screening")
        merging.propose(idea_id=other.pk, by=here.screener, at=make.NOW, target_ref=idea.ref, text=REASON)
        merging.answer(idea_id=other.pk, by=here.author, at=make.NOW, accept=True)
        assert again(other).state == "merged"
        idea.departments_touched.add(make.department(parent=here.root))
    client = client_of(here.colleague)
    with django_assert_num_queries(queries):
        assert client.get(f"{API}ideas/{idea.ref}/{address}").status_code == 200


# Campaigns ---------------------------------------------------------------------------------------------------------


def test_campaigns_are_listed_the_newest_first_and_by_stage(monkeypatch):
    here = city()
    calls = [here.call, *(make.campaign(here.root, stage="closed") for _ in range(3))]
    monkeypatch.setattr(pagination, "ROWS", 2)
    assert [row["slug"] for row in every_page(here.colleague, "campaigns/")] == [call.slug for call in reversed(calls)]
    assert [row["slug"] for row in every_page(here.colleague, "campaigns/?stage=submissions")] == [here.call.slug]
    assert_problem(get(here.colleague, "campaigns/?stage=nessuno"), 400, "bad_query")


def test_one_campaign_says_its_rules_and_rubric():
    here = city()
    here.call.eligible_departments.add(here.office)
    found = get(here.colleague, f"campaigns/{here.call.slug}/").json()
    assert [line["weight"] for line in found["criteria"]] == [30, 25, 20, 15, 10]
    assert found["eligible_departments"] == [{"code": here.office.code, "name": "Economato"}]
    assert found["pilot_budget"] == "60000.00" and found["stage_label"] == "Aperto"
    assert_problem(get(here.colleague, "campaigns/nessuno/"), 404)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_campaigns_costs_three_queries(rows, django_assert_num_queries):
    here = city()
    for _ in range(rows):
        make.campaign(make.department(parent=here.root))
    client = client_of(here.colleague)
    with django_assert_num_queries(3):
        client.get(f"{API}campaigns/")
    with django_assert_num_queries(6):
        client.get(f"{API}campaigns/{here.call.slug}/")
