# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of ideas: what each view holds for whom, filters, order, paging, and what it never gives away."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from tests import factories as make
from workflow import search
from workflow.models import Follow, Idea
from workflow.states import PUBLISHED, IdeaState

pytestmark = pytest.mark.django_db
URL = "/idee/"


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Economato", parent=city)


@pytest.fixture
def call(city):
    return make.campaign(city)


@pytest.fixture
def author(office):
    return make.person("Davide", "Conti", home=office)


@pytest.fixture
def reader(office):
    return make.person("Giulia", "Ferrero", home=office)


def signed_in(who) -> Client:
    client = Client()
    client.force_login(who)
    return client


def listed(who, query="", **headers) -> list[str]:
    """The titles in the order shown."""
    response = signed_in(who).get(URL + query, headers=headers)
    assert response.status_code == 200
    return [idea.title for idea in response.context["page"].ideas]


def body(who, query="") -> str:
    response = signed_in(who).get(URL + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_is_for_people_who_are_signed_in():
    response = Client().get(URL)
    assert response.status_code == 302 and response["Location"].startswith("/accesso/")


def test_all_holds_exactly_the_published_ideas(call, author, reader):
    for state in IdeaState:
        if state != IdeaState.MERGED:
            make.idea(author, call, state=state.value, title=state.value)
    found = listed(reader) + listed(reader, "?dopo=" + _place(reader))
    assert sorted(found) == sorted(state.value for state in PUBLISHED)


def _place(who, query="") -> str:
    return signed_in(who).get(URL + query).context["page"].following


def test_the_newest_come_first_and_the_oldest_on_request(call, author, reader):
    for day in range(3):
        at = make.NOW - timedelta(days=day)
        make.idea(author, call, state="review", title=f"meno {day}", published_at=at)
    assert listed(reader) == ["meno 0", "meno 1", "meno 2"]
    assert listed(reader, "?ordine=vecchie") == ["meno 2", "meno 1", "meno 0"]


@pytest.mark.parametrize("order", ["recenti", "vecchie"])
def test_walking_from_page_to_page_meets_every_idea_once(call, author, reader, order):
    for number in range(23):
        at = make.NOW - timedelta(days=number // 4)  # four share each moment
        make.idea(author, call, state="review", title=f"{number:02}", published_at=at)
    met, place, pages = [], "", 0
    while place or not pages:
        met += listed(reader, f"?ordine={order}&dopo={place}")
        place = _place(reader, f"?ordine={order}&dopo={place}")
        pages += 1
    assert pages == 3 and sorted(met) == [f"{number:02}" for number in range(23)]


def test_in_voting_each_person_has_an_own_stable_order_over_all_pages(call, author, office):
    for number in range(14):
        make.idea(author, call, state="voting", title=f"{number:02}")

    def order_of(who):
        return listed(who, "?vista=da-votare") + listed(who, "?vista=da-votare&dopo=0-0-10")

    voters = [make.person(home=office) for _ in range(4)]
    orders = [order_of(who) for who in voters]
    assert orders == [order_of(who) for who in voters]
    assert all(sorted(order) == [f"{number:02}" for number in range(14)] for order in orders)
    assert len({tuple(order) for order in orders}) == 4


def test_mine_holds_drafts_and_every_state_of_own_ideas_only(call, author, reader):
    for state in ("draft", "screening", "declined", "withdrawn"):
        make.idea(author, call, state=state, title=state)
    make.idea(reader, call, state="draft", title="di un’altra persona")
    assert listed(author, "?vista=mie") == ["withdrawn", "declined", "screening", "draft"]
    assert listed(reader, "?vista=mie") == ["di un’altra persona"]


def test_followed_leaves_out_an_idea_that_went_back_to_screening(call, author, reader):
    kept, gone = (make.idea(author, call, state=state, title=state) for state in ("review", "screening"))
    for idea in (kept, gone):
        Follow.objects.create(idea=idea, person=reader, since=make.NOW)
    assert listed(reader, "?vista=seguo") == ["review"]


def test_adopted_holds_adopted_and_verified(call, author, reader):
    for state in ("adopted", "verified", "closed", "review"):
        make.idea(author, call, state=state, title=state)
    assert sorted(listed(reader, "?vista=adottate")) == ["adopted", "verified"]


@pytest.mark.parametrize("state", ["screening", "needs_changes", "inadmissible", "withdrawn", "draft"])
def test_asking_for_an_unpublished_state_shows_only_what_one_may_see(call, author, reader, city, state):
    make.idea(author, call, state=state, title="nascosta")
    screener = make.person("Laura", "Pautasso", home=city)
    make.grant(screener, "screen_ideas", city)
    seen = [] if state == "draft" else ["nascosta"]
    assert listed(reader, f"?stato={state}") == []
    assert listed(screener, f"?stato={state}") == seen
    assert listed(author, f"?stato={state}") == ["nascosta"]
    assert listed(reader, f"?stato={state}&q=nascosta") == []


def test_filters_by_state_theme_campaign_and_department_below(city, office, call, author, reader):
    desk = make.department("Sportello", parent=office)
    energy, paper = make.theme("Energia"), make.theme("Carta")
    other = make.campaign(city)
    make.idea(author, call, state="review", title="a", theme=energy, department=office)
    make.idea(author, other, state="decision", title="b", theme=paper, department=desk)
    assert listed(reader, "?stato=decision&stato=piloting") == ["b"]
    assert listed(reader, f"?tema={energy.code}") == ["a"]
    assert listed(reader, f"?bando={other.slug}") == ["b"]
    assert sorted(listed(reader, "?struttura=economato&sotto=1")) == ["a", "b"]
    assert listed(reader, "?struttura=economato") == ["a"]
    page = body(reader, f"?stato=decision&tema={paper.code}&bando={other.slug}&struttura=sportello&sotto=1")
    for words in ("Stato: Decisione", "Tema: Carta", f"Bando: {other.title}", "Struttura: Sportello"):
        assert words in page
    assert page.count("Togli il filtro") == 4


def test_a_name_that_several_departments_share_asks_which_one(city, reader):
    make.department("Sportello nord", parent=city)
    make.department("Sportello sud", parent=city)
    assert "Più strutture hanno «sportello» nel nome" in body(reader, "?struttura=sportello")


def test_numbers_beside_states_and_themes_count_as_if_only_the_other_filters_were_set(call, author, reader):
    energy, paper = make.theme("Energia"), make.theme("Carta")
    for state, theme in (("review", energy), ("review", paper), ("decision", energy)):
        make.idea(author, call, state=state, theme=theme)
    facets = signed_in(reader).get(URL + f"?stato=review&tema={energy.code}").context["facets"]
    assert facets.total == 1
    assert dict(facets.states) == {"review": 1, "decision": 1}
    assert {row.label: row.count for row in facets.themes} == {"Energia": 1, "Carta": 1}
    assert facets.views == {"da-votare": 0, "tutte": 3, "seguo": 0, "mie": 0, "adottate": 0}


def test_beyond_a_thousand_no_number_is_claimed(call, author, reader, monkeypatch):
    for module in ("workflow.selectors.facets",):
        monkeypatch.setattr(f"{module}.MOST_COUNTED", 2)
    for _ in range(3):
        make.idea(author, call, state="review")
    page = body(reader)
    assert "Più di 1.000 idee" in page and "Idee trovate" in body(reader, "?stato=review")


@pytest.mark.parametrize(
    "query",
    [
        "?vista=nessuna",
        "?ordine=sostegni",
        "?stato=inventato&stato=review",
        "?tema=nessuno",
        "?bando=nessuno",
        "?struttura=nessuna",
        "?dopo=spazzatura",
        "?dopo=99999999999999999-999999999999999999-9999999",
        "?dopo=0-99999999999999999999-1",
        "?vista=da-votare&dopo=0-0-9999999",
        "?q=%00&stato=%00&tema=%00&bando=%00&struttura=%00&dopo=%00&vista=%00",
        "?q=" + "a" * 5000,
        "?q=%ff%fe%ED%A0%80",
        "?" + "&".join(f"tema=t{n}" for n in range(300)),
        "?stato=&tema=&bando=&struttura=&dopo=&q=",
    ],
)
def test_an_address_with_nonsense_gives_a_list_not_an_error(call, author, reader, query):
    make.idea(author, call, state="review")
    for headers in ({}, {"HX-Request": "true", "HX-Target": "righe"}, {"HX-Request": "true"}):
        assert signed_in(reader).get(URL + query, headers=headers).status_code == 200


def test_unknown_values_are_left_out_with_a_sentence(call, author, reader):
    make.idea(author, call, state="review", title="resta")
    page = body(reader, "?stato=inventato&tema=nessuno&bando=nessuno&vista=x&ordine=x&dopo=x")
    assert "resta" in page
    for sentence in ("stati scelti non c’è", "temi scelti non c’è", "bando non c’è", "vista non c’è", "ordine non c’è"):
        assert sentence in page


def test_htmx_gets_the_results_or_only_the_following_rows(call, author, reader):
    for _ in range(12):
        make.idea(author, call, state="review")
    client = signed_in(reader)
    full = client.get(URL).content.decode()
    results = client.get(URL, headers={"HX-Request": "true"}).content.decode()
    place = client.get(URL).context["page"].following
    more = client.get(f"{URL}?dopo={place}", headers={"HX-Request": "true", "HX-Target": "righe"})
    assert "<html" in full and "<html" not in results and 'id="risultati"' in results
    assert more.content.decode().count("<article") == 2 and 'hx-swap-oob="true"' in more.content.decode()
    assert "idea-2026-" in more["HX-Trigger-After-Swap"]
    assert (
        "<html"
        in client.get(URL, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    )


def test_a_blind_campaign_does_not_say_from_which_office_an_idea_comes(city, office, author, reader):
    hidden = make.department("Ufficio di una persona sola", parent=office)
    alone = make.person("Sola", "Persona", home=hidden)
    call = make.campaign(city, blind_authors=True)
    make.idea(alone, call, state="voting", department=office)
    page = body(reader, "?vista=da-votare")
    assert "Ufficio di una persona sola" not in page and "Sola Persona" not in page and "Economato" in page


@pytest.fixture
def lamps(call, author):
    """Three ideas with their words in the index; one of them is a draft."""
    ideas = [
        make.idea(author, call, state="review", title="Sensori di luce negli uffici", proposal="Si spengono da soli."),
        make.idea(author, call, state="decision", title="Biciclette di servizio", proposal="Anche con la luce."),
        make.idea(author, call, state="draft", title="Luce di notte"),
    ]
    for idea in ideas:
        search.index_idea(idea)
    return ideas


def test_searching_finds_inflected_words_closest_first_and_only_what_one_may_see(lamps, author, reader):
    assert listed(reader, "?q=luci") == ["Sensori di luce negli uffici", "Biciclette di servizio"]
    assert listed(reader, "?q=luci&ordine=vecchie") == ["Sensori di luce negli uffici", "Biciclette di servizio"]
    assert listed(reader, "?q=luci&stato=decision") == ["Biciclette di servizio"]
    assert listed(reader, "?q=notte") == [] and listed(author, "?q=notte&vista=mie") == ["Luce di notte"]
    assert "«luci»" in body(reader, "?q=luci") and "2 idee" in body(reader, "?q=luci")


def test_searching_goes_on_from_page_to_page(call, author, reader):
    for number in range(12):
        search.index_idea(make.idea(author, call, state="review", title=f"Luce numero {number:02}"))
    place = _place(reader, "?q=luce")
    assert len({*listed(reader, "?q=luce"), *listed(reader, f"?q=luce&dopo={place}")}) == 12
    assert len(listed(reader, "?q=luce&dopo=0-0-400")) == 10


@pytest.mark.parametrize("rows", [1, 3])
def test_searching_costs_at_most_eight_queries(call, author, reader, rows, django_assert_num_queries):
    for number in range(rows):
        search.index_idea(make.idea(author, call, state="review", title=f"Luce numero {number:02}"))
    client = signed_in(reader)
    with django_assert_num_queries(7):
        client.get(f"{URL}?q=luce")


def test_empty_views_say_what_to_do(reader):
    assert "In questo momento non si vota" in body(reader, "?vista=da-votare")
    assert "Non hai ancora proposto" in body(reader, "?vista=mie")
    assert "Non segui ancora" in body(reader, "?vista=seguo")
    assert "Nessuna idea con questi filtri" in body(reader, "?stato=review")


def test_markup_in_a_title_or_a_search_is_shown_as_text(call, author, reader):
    make.idea(author, call, state="review", title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in body(reader, "?q=<script>alert(1)")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("view", "queries"), [("tutte", 7), ("mie", 6), ("seguo", 7), ("adottate", 6), ("da-votare", 7)]
)
def test_the_number_of_queries_does_not_grow(call, author, reader, rows, view, queries, django_assert_num_queries):
    for number in range(rows):
        theme = make.theme(f"Tema {number}")
        for who, state in ((author, "adopted"), (author, "voting"), (reader, "review")):
            idea = make.idea(who, call, state=state, theme=theme)
            Follow.objects.create(idea=idea, person=reader, since=make.NOW)
    client = signed_in(reader)
    with django_assert_num_queries(queries):
        assert client.get(f"{URL}?vista={view}").status_code == 200


@translation.override("it")  # what the page activates must not stay for the next test
def test_the_page_reads_in_english(call, author, reader):
    make.idea(author, call, state="review")
    client = signed_in(reader)
    client.cookies["django_language"] = "en"
    response = client.get(URL)
    assert response.status_code == 200 and '<html lang="en"' in response.content.decode()


def test_ideas_of_every_state_can_be_drawn_as_a_row(call, author):
    target = make.idea(author, call, state="review")
    for state in IdeaState:
        extra = {"merged_into": target} if state == IdeaState.MERGED else {}
        make.idea(author, call, state=state.value, **extra)
    assert Idea.objects.count() == len(IdeaState) + 1
    client = signed_in(author)
    assert client.get(f"{URL}?vista=mie").status_code == 200
    place = client.get(f"{URL}?vista=mie").context["page"].following
    assert client.get(f"{URL}?vista=mie&dopo={place}").status_code == 200
