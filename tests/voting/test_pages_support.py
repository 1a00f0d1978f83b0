# SPDX-License-Identifier: AGPL-3.0-or-later
"""The support button, the vote panel of an idea, the strip over a list and the desk's rows, in every situation."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.voting.factories import opened, scheduled, voters
from tests.voting.pages import browser, click, said, send, still
from voting import booth, panels, selectors, urn
from voting.models import Option, UrnBox
from voting.vote_box import Kind, find_box, open_box
from workflow.models import Idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def vote():
    return opened(ideas=4, votes_per_person=2)


def own(vote, person):
    return selectors.own_paper(ballot=vote.fresh(), person=person)


def asked_by(person):
    request = RequestFactory().get("/idee/")
    request.user = person
    return request


def box_of(vote, person, number=0, **options):
    idea = Idea.objects.select_related("campaign").get(pk=vote.ideas[number].pk)
    return find_box(asked_by(person), idea, at=timezone.now(), **options)


def test_a_click_supports_and_another_takes_it_off(vote):
    client, person = browser(vote.people[0]), vote.people[0]
    assert click(client, vote, 0).headers["Location"] == "/idee/"
    assert own(vote, person).choices == {vote.codes[0]}
    click(client, vote, 1)
    assert own(vote, person).choices == {vote.codes[0], vote.codes[1]}
    click(client, vote, 0, supported=False)
    assert own(vote, person).choices == {vote.codes[1]}


def test_the_message_without_scripts_names_no_idea(vote):
    client = browser(vote.people[0])
    click(client, vote, 0)
    assert said(client) == "La tua scheda è aggiornata."


def test_a_click_twice_changes_nothing_the_second_time(vote):
    client, person = browser(vote.people[0]), vote.people[0]
    click(client, vote, 0)
    codes = own(vote, person).codes
    click(client, vote, 0)
    assert own(vote, person).codes == codes


def test_with_scripts_the_button_the_strip_and_an_undo_come_back(vote):
    client = browser(vote.people[0])
    page = click(client, vote, 0, htmx=True, strip="1").content.decode()
    assert f'id="sostieni-{vote.codes[0]}"' in page
    assert "Sostenuta" in page
    assert "La tua scheda: 1 idea su 2" in page
    assert "Hai sostenuto «Idea numero 0»" in page
    assert page.count('name="supported" value="0"') == 2  # the button and the undo
    page = click(client, vote, 0, supported=False, htmx=True).content.decode()
    assert "La tua scheda" not in page  # htmx complains of a part that has no place on the page
    assert "Hai tolto il sostegno a «Idea numero 0»" in page
    assert own(vote, vote.people[0]).held == "no"


def test_the_panel_of_the_idea_comes_back_with_the_receipt(vote):
    client = browser(vote.people[0])
    page = click(client, vote, 0, htmx=True, place="box", next=f"/idee/{vote.ideas[0].ref}/#voto").content.decode()
    assert 'id="voto"' in page
    assert "Hai sostenuto questa idea" in page
    assert urn.shown(own(vote, vote.people[0]).codes[vote.codes[0]]) in page


def test_a_full_paper_says_where_to_make_room(vote):
    client = browser(vote.people[0])
    click(client, vote, 0)
    click(client, vote, 1)
    response = click(client, vote, 2, htmx=True)
    assert response.status_code == 409
    assert response.headers["HX-Retarget"] == f"#sostieni-{vote.codes[2]}"
    assert "La tua scheda è piena" in response.content.decode()
    assert "Apri la scheda e scegli quale togliere" in response.content.decode()
    assert own(vote, vote.people[0]).choices == {vote.codes[0], vote.codes[1]}


def test_an_own_idea_is_refused_in_words(vote):
    author = vote.ideas[0].authorships.get().person
    response = click(browser(author), vote, 0, htmx=True)
    assert response.status_code == 400
    assert "porta la tua firma" in response.content.decode()
    assert own(vote, author).held == "no"


def test_without_scripts_a_refusal_is_a_message_on_the_page_one_came_from(vote):
    author = vote.ideas[0].authorships.get().person
    client = browser(author)
    assert click(client, vote, 0).status_code == 302
    assert "porta la tua firma" in said(client)


def test_after_the_close_the_click_says_that_it_was_not_recorded(vote):
    vote.end_window()
    response = click(browser(vote.people[0]), vote, 0, htmx=True)
    assert response.status_code == 409
    assert "Questa scelta non è stata registrata" in response.content.decode()
    assert UrnBox.boxes.count() == 0


def test_who_is_no_elector_is_refused(vote):
    response = click(browser(voters(1)[0]), vote, 0, htmx=True)
    assert response.status_code == 403
    assert "non risulti tra chi può votare" in response.content.decode()
    assert UrnBox.boxes.count() == 0


@pytest.mark.parametrize("fields", [
    {"ballot": ""}, {"ballot": "x" * 36}, {"ballot": "5f2d2c0e-6a4f-4b45-8e6f-6d9c3f1b0a77"}, {"option": ""},
    {"option": "AAAAAAAA"}, {"option": "\x00"}, {"option": "x" * 100_000},
])  # fmt: skip
def test_what_is_on_no_ballot_is_not_there(vote, fields):
    assert click(browser(vote.people[0]), vote, 0, **fields).status_code == 404
    assert UrnBox.boxes.count() == 0


def test_a_click_without_its_number_is_refused_in_words(vote):
    response = click(browser(vote.people[0]), vote, 0, htmx=True, nonce="no")
    assert response.status_code == 400
    assert "incompleta" in response.content.decode()
    assert UrnBox.boxes.count() == 0


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/" + "a" * 3000, "javascript:1"])
def test_the_way_back_stays_at_home(vote, back):
    assert click(browser(vote.people[0]), vote, 0, next=back).headers["Location"] == "/idee/"


def test_a_link_cannot_vote(vote):
    assert browser(vote.people[0]).get("/voto/sostieni/").status_code == 405


def test_no_address_and_no_statement_names_what_was_chosen(vote):
    """Web servers log addresses and database servers may log statements: neither may tell one click from another."""
    seen = []
    for number, person in ((0, vote.people[0]), (3, vote.people[1])):
        client = browser(person)
        with CaptureQueriesContext(connection) as asked:
            click(client, vote, number, htmx=True)
        seen.append([query["sql"] for query in asked.captured_queries])
    told = [[sql for sql in run if any(str(code) in sql for code in vote.codes)] for run in seen]
    assert told == [[], []]


def test_a_click_costs_few_queries_and_always_the_same(vote, django_assert_num_queries, on_postgres):
    """Session and person, what the casting itself asks, and for scripts one more. On PostgreSQL there is a lock too.

    Two of the eight are the savepoint of the test's own transaction: a server asks six.
    """
    client = browser(vote.people[0])
    click(client, vote, 3)
    for number, htmx in ((0, False), (1, True)):
        for supported in (True, False):
            with django_assert_num_queries(8 + htmx + on_postgres):
                click(client, vote, number, supported=supported, htmx=htmx, strip="1")


def test_every_answer_to_a_click_has_one_size(vote):
    titles = ["È", "Idea", "«" * 100, "&" * 100]
    for idea, title in zip(vote.ideas, titles, strict=True):
        Idea.objects.filter(pk=idea.pk).update(title=title)
    sizes = set()
    for place in ("row", "box"):
        for number, person in enumerate(vote.people[:4]):
            client = browser(person)
            for supported in (True, True, False, False):
                sizes.add(len(click(client, vote, number, supported=supported, htmx=True, place=place).content))
    assert sizes == {16_384}


# The vote panel ----------------------------------------------------------------------------------------------------


def test_the_panel_before_the_ballot_says_when_it_opens():
    vote = scheduled()
    assert box_of(vote, vote.people[0]).kind == Kind.COMING


def test_the_panel_knows_voter_author_and_stranger(vote):
    author = vote.ideas[0].authorships.get().person
    assert box_of(vote, vote.people[0]).kind == Kind.OPEN
    assert box_of(vote, author).kind == Kind.OWN
    assert box_of(vote, voters(1)[0]).kind == Kind.STRANGER


def test_the_panel_of_a_stopped_ballot_offers_nothing(vote, keystore):
    for path in keystore.glob("*.key"):
        path.unlink()
    send(browser(vote.people[0]), vote, 0)
    assert box_of(vote, vote.people[0]).kind == Kind.FROZEN


def test_the_panel_between_end_and_count_says_so(vote):
    vote.end_window()
    for person in (vote.people[0], voters(1)[0]):
        assert box_of(vote, person).kind == Kind.CLOSING


def test_the_panel_after_the_close_has_the_result_and_whether_a_paper_is_recorded(vote):
    for number, person in enumerate(vote.people[:12]):
        vote.cast(person, number % 4)
    vote.end()
    voted, stayed, stranger = (box_of(vote, who) for who in (vote.people[0], vote.people[20], voters(1)[0]))
    assert (voted.kind, voted.result.supports, voted.result.papers) == (Kind.COUNTED, 3, 12)
    assert (voted.paper.held, stayed.paper.held, stranger.paper) == ("yes", "no", None)
    page = browser(vote.people[0]).get(f"/idee/{vote.ideas[0].ref}/").content.decode()
    assert "Una scheda è registrata a tuo nome" in page
    assert "3 sostegni su 12 schede" in page
    vote.seal()
    assert box_of(vote, vote.people[0]).paper is None


def test_an_idea_without_a_ballot_has_no_panel(vote):
    Option.objects.all().delete()
    assert box_of(vote, voters(1)[0]) is None


def test_the_panel_has_one_size_whatever_was_chosen(vote):
    sizes, person = set(), vote.people[0]
    for numbers in ((), (0,), (1,), (0, 1), (2, 3)):
        vote.cast(person, *numbers)
        request = asked_by(person)
        box = open_box(booth.booth_of(request).choice(vote.ideas[0]))
        sizes.add(len(panels.box(request, box, vote.ideas[0]).encode()))
    assert sizes == {panels.BOX_ROOM}


# Lists and desk ----------------------------------------------------------------------------------------------------


def test_the_pages_that_show_an_own_choice_are_kept_by_no_cache_and_not_named_by_the_next_request(vote):
    client = browser(vote.people[0])
    click(client, vote, 0)
    for address in ("/", "/idee/?vista=da-votare", f"/idee/{vote.ideas[0].ref}/"):
        headers = client.get(address).headers
        assert "no-store" in headers["Cache-Control"], address
        assert headers["Referrer-Policy"] == "strict-origin", address
    assert client.get("/bandi/").headers["Referrer-Policy"] == "same-origin"


def test_the_list_shows_each_button_and_the_paper_in_one_size(vote):
    client, sizes = browser(vote.people[0]), set()
    for numbers in ((0,), (1,), (2, 3), (0, 3)):
        send(client, vote, *numbers)
        client.get("/bandi/")  # takes the message away
        page = still(client.get("/idee/?vista=da-votare"))
        assert page.count('aria-pressed="true"') == len(numbers)
        if len(numbers) == 2:
            assert page.count("Apri la scheda e scegli quale togliere") == 2
        sizes.add(len(page.encode()))
    assert len(sizes) == 1


def test_the_own_idea_in_a_list_has_words_and_no_button(vote):
    author = vote.ideas[0].authorships.get().person
    page = browser(author).get("/idee/?vista=da-votare").content.decode()
    assert page.count("L’hai proposta tu") == 1
    assert page.count('aria-pressed="false"') == 3


def test_a_list_costs_the_same_queries_for_one_idea_and_for_many():
    """Buttons and strip together cost three: open ballots, the own box, the options."""
    counts = []
    for ideas in (1, 8):
        vote = opened(ideas=ideas)
        shown = list(vote.ideas)
        request = asked_by(vote.people[0])
        with CaptureQueriesContext(connection) as asked:
            for idea in shown:
                panels.button(request, booth.booth_of(request).choice(idea, shown), idea)
            panels.strip(request)
        counts.append(len(asked))
        Option.objects.filter(ballot=vote.pk).delete()
        vote.ballot.electors.all().delete()
    assert counts == [2, 2]


def test_the_desk_asks_for_a_paper_only_while_it_has_room(vote):
    person = vote.people[0]

    def rows():
        return panels.tasks(asked_by(person)).count("<li")

    assert rows() == 1
    vote.cast(person, 0)
    assert "Hai sostenuto 1 idea su 2" in panels.tasks(asked_by(person))
    vote.cast(person, 0, 1)
    assert rows() == 0
    vote.cast(person)
    assert rows() == 0


def test_the_desks_rows_have_one_size(vote):
    person, sizes = vote.people[0], set()
    for numbers in ((), (0,), (0, 1)):
        vote.cast(person, *numbers)
        sizes.add(len(panels.tasks(asked_by(person)).encode()))
    assert len(sizes) == 1
