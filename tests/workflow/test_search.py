# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ideas are found by their words, whatever the accents, inflexions and slips of the keyboard; alike on both databases.

Every expectation is literal, so the same run on SQLite and on PostgreSQL says that both give the same answers.
"""

import unicodedata

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from workflow import rules
from workflow.models import Idea, IdeaStems, SearchWord
from workflow.search import candidates, forget_idea, index_idea, matching, rebuild, similar, snippets
from workflow.search.alike import Level
from workflow.search.stems import likeness, number_words, stems_of

IDEAS = {
    "io": (
        "Promemoria degli appuntamenti sull’app IO",
        "Allo sportello dell’anagrafe molte persone non si presentano e non disdicono.",
        "Un messaggio due giorni prima dell’appuntamento, con il tasto per disdire.",
    ),
    "lista": (
        "Lista d’attesa per i posti liberati",
        "Chi disdice lascia un posto vuoto allo sportello.",
        "Una lista d’attesa: il posto liberato torna prenotabile.",
    ),
    "bici": (
        "Biciclette di servizio tra le sedi",
        "Per andare da una sede all’altra si usa l’auto anche per un chilometro.",
        "Dieci biciclette con un calendario di prenotazione.",
    ),
    "luce": (
        "Sensori di luce negli edifici pubblici",
        "Le luci dei corridoi restano accese anche di notte: la città paga.",
        "Sensori di presenza nei corridoi, a cominciare dall’anagrafe centrale.",
    ),
    "perche": (
        "Perché no? Caffè, qualità e università",
        "Più qualità nelle pause.",
        "Un caffè con l’Università: così si può parlare.",
    ),
}


@pytest.fixture
def city(db):
    return make.department("Città")


@pytest.fixture
def author(city):
    return make.person("Giulia", "Ferrero", home=city)


@pytest.fixture
def ideas(city, author):
    """Published ideas by short name, in this order, indexed; numbers 2026-0401 onwards."""
    call = make.campaign(city)
    rows = {}
    for at, (name, (title, problem, proposal)) in enumerate(IDEAS.items()):
        rows[name] = make.idea(
            author, call, state="admitted", number=f"2026-{401 + at:04d}",
            title=title, problem=problem, proposal=proposal, benefit="",
        )  # fmt: skip
        index_idea(rows[name])
    return rows


def found(ideas, text):
    """The short names of what the search box finds, in its order."""
    names = {idea.pk: name for name, idea in ideas.items()}
    return [names[idea.pk] for idea in matching(Idea.objects.all(), text)]


# The search box ------------------------------------------------------------------------------------------------------

PROBES = [
    ("appuntamento", ["io"]),
    ("appuntamenti", ["io"]),
    ("dell'appuntamento", ["io"]),
    ("dell’appuntamento", ["io"]),
    ("APPUNTAMENTO disdire", ["io"]),
    ("sportelli", ["lista", "io"]),
    ("anagrafe", ["luce", "io"]),
    ("anagrafe sensori", ["luce"]),
    ("citta", ["luce"]),
    ("città", ["luce"]),
    (unicodedata.normalize("NFD", "città"), ["luce"]),
    ("qualita universita", ["perche"]),
    ("QUALITÀ", ["perche"]),
    ("qualita'", ["perche"]),
    ("caffe", ["perche"]),
    ("2026-0403", ["bici"]),
    ("2026–0403", ["bici"]),
    ("0403", ["bici"]),
    ("403", ["bici"]),
    ("20260403", ["bici"]),
    ("biciclette dei sensori", []),
    ("zzz", []),
    ("il di la", []),
    ("?!", []),
    ("🚲", []),
]


@pytest.mark.parametrize(("text", "names"), PROBES)
def test_the_search_box_finds(ideas, text, names):
    assert found(ideas, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("apuntamento", ["io"]),
        ("appuntamnto", ["io"]),
        ("bicicleta", ["bici"]),
        ("sensroi", ["luce"]),
        ("unversità", ["perche"]),
        ("sprtello", ["lista", "io"]),
        ("biciclette chilmetro", ["bici"]),
    ],
)
def test_a_slip_of_the_keyboard_finds_the_word_that_was_meant(ideas, text, names):
    assert found(ideas, text) == names


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_search_leaves_the_list_as_it_is(ideas, text):
    assert found(ideas, text) == ["perche", "luce", "bici", "lista", "io"]


@pytest.mark.parametrize(
    "text",
    [
        'appuntamento" OR "sensori',
        "sensori* NEAR(luce)",
        "title:sensori",
        "sensori AND NOT luce",
        "sensori & !luce | 'x' <-> ",
        "'; DROP TABLE workflow_idea; --",
        "\\", "'", '"', "%", "_", "(", "{}", "^", "-", "+", ":*",
        "\x00", "a\x00b", "\ud800", "\u202e\u200b", "%s %(x)s",
        "appuntamento " * 80_000,
        "x" * 1_000_000,
        "é" * 100_000,
        "ﷺ" * 10_000,
    ],
)  # fmt: skip
def test_whatever_is_typed_is_only_words(ideas, text):
    assert found(ideas, text) in ([], ["io"], ["luce"])


def test_operators_of_either_database_are_words_like_others(ideas):
    assert found(ideas, "sensori* (luce)") == ["luce"]
    assert found(ideas, 'luce "corridoi"') == ["luce"]
    assert found(ideas, "luce:* & corridoi") == ["luce"]


def test_other_alphabets_are_found_by_the_whole_word(city, author):
    idea = make.idea(author, make.campaign(city), state="admitted", title="Sportello in русский e 中文 e Straße")
    index_idea(idea)
    for text in ("русский", "РУССКИЙ", "中文", "strasse", "STRAẞE"):
        assert [row.pk for row in matching(Idea.objects.all(), text)] == [idea.pk]


def test_a_word_in_the_title_counts_more_than_one_in_the_text_and_then_the_newest(city, author):
    call = make.campaign(city)
    texts = [("Mensa scolastica", "Le pause"), ("Orari nuovi", "La mensa è lontana"), ("Mensa", "Le code")]
    rows = [make.idea(author, call, state="admitted", title=title, problem=problem) for title, problem in texts]
    for row in rows:
        index_idea(row)
    assert [idea.title for idea in matching(Idea.objects.all(), "mensa")] == [
        "Mensa",
        "Mensa scolastica",
        "Orari nuovi",
    ]
    twin = make.idea(author, call, state="admitted", title="Mensa", problem="Le code")
    index_idea(twin)
    assert [idea.pk for idea in matching(Idea.objects.all(), "mensa")[:2]] == [twin.pk, rows[2].pk]


def test_a_search_keeps_the_filters_of_its_list_and_can_take_its_order(ideas, city, author):
    adopted = make.idea(author, make.campaign(city), state="adopted", title="Sportello unico")
    index_idea(adopted)
    rows = Idea.objects.filter(state="adopted")
    assert [idea.pk for idea in matching(rows, "sportello")] == [adopted.pk]
    assert [idea.pk for idea in matching(Idea.objects.all(), "sportello").order_by("pk")] == [
        ideas["io"].pk, ideas["lista"].pk, adopted.pk,
    ]  # fmt: skip


@pytest.mark.parametrize("window", [4, 1000])
def test_a_very_common_word_ranks_the_newest_of_the_very_list(city, author, monkeypatch, window):
    monkeypatch.setattr(candidates, "MOST", 3)
    monkeypatch.setattr(candidates, "WINDOW", window)
    call = make.campaign(city)
    old = make.idea(author, call, state="adopted", title="Rumore in ufficio")
    rows = [make.idea(author, call, state="admitted", title=f"Rumore {n}") for n in range(5)]
    for idea in [old, *rows]:
        index_idea(idea)
    assert [idea.pk for idea in matching(Idea.objects.all(), "rumore")] == [row.pk for row in reversed(rows)][:3]
    assert [idea.pk for idea in matching(Idea.objects.filter(state="adopted"), "rumore")] == [old.pk]


def test_a_search_costs_one_query_besides_the_lists_own(ideas):
    for text, queries in (("sportello", 2), ("sensori luce", 2), ("apuntamento", 5), ("zzz", 2)):
        with CaptureQueriesContext(connection) as made:
            list(matching(Idea.objects.all(), text))
        assert len(made) == queries, text


# The index -----------------------------------------------------------------------------------------------------------


def test_a_changed_text_is_found_by_its_new_words_only(ideas):
    idea = ideas["bici"]
    idea.title = "Monopattini di servizio"
    idea.proposal = "Dieci monopattini"
    idea.save()
    index_idea(idea)
    assert found(ideas, "monopattino") == ["bici"]
    assert found(ideas, "bicicletta") == []
    assert not SearchWord.objects.filter(word__startswith="biciclett", ideas__gt=0).exists()


def test_a_draft_is_found_in_lists_that_hold_it_and_teaches_no_word(ideas, city, author):
    draft = make.idea(author, make.campaign(city), title="Apuntamento alla mensa", problem="", proposal="", benefit="")
    index_idea(draft)
    ideas["bozza"] = draft
    assert found(ideas, "apuntamento mensa") == ["bozza"]
    assert found(ideas, "apuntamento") == ["bozza", "io"]
    assert not SearchWord.objects.filter(word="apunt").exists()


def test_a_forgotten_idea_is_found_no_more(ideas):
    forget_idea(ideas["luce"])
    assert found(ideas, "sensori") == []
    assert found(ideas, "anagrafe") == ["io"]


def test_deleting_the_stems_in_any_way_empties_the_database_index(ideas):
    IdeaStems.objects.all().delete()
    assert candidates.newest([["sensor"]]) == []


def test_rebuilding_gives_the_index_that_was_written_idea_by_idea(ideas, capsys):
    stems = list(IdeaStems.objects.order_by("pk").values())
    words = list(SearchWord.objects.order_by("word").values())
    IdeaStems.objects.filter(pk=ideas["io"].pk).delete()
    SearchWord.objects.filter(word__startswith="s").delete()
    call_command("rebuild_search")
    assert "5 ideas" in capsys.readouterr().out
    assert list(IdeaStems.objects.order_by("pk").values()) == stems
    assert list(SearchWord.objects.order_by("word").values()) == words
    assert found(ideas, "apuntamento") == ["io"]
    assert rebuild() == 5


# Ideas like the one being written --------------------------------------------------------------------------------------

WRITTEN = (
    "Avviso il giorno prima dell’appuntamento allo sportello\nAgli sportelli anagrafici circa 18 appuntamenti su 100 vanno "
    "persi perché la persona non si presenta e non disdice."
)


def test_similar_ideas_come_with_how_much_alike_and_the_shared_words_marked(ideas, author):
    rows = similar(WRITTEN, visible_to=rules.actor_for(author))
    assert [(row.idea.pk, row.level) for row in rows] == [
        (ideas["io"].pk, Level.VERY),
        (ideas["lista"].pk, Level.LITTLE),
    ]
    assert [piece.text for piece in rows[0].excerpt if piece.marked] == [
        "sportello", "anagrafe", "persone", "presentano", "disdicono",
    ]  # fmt: skip
    assert "".join(piece.text for piece in rows[0].excerpt).startswith("Allo sportello dell’anagrafe")


def test_similar_ideas_leave_out_what_the_reader_may_not_see_and_what_was_put_aside(ideas, city, author):
    hidden = make.idea(author, make.campaign(city), state="screening", title=WRITTEN[:55], problem=WRITTEN[56:])
    draft = make.idea(author, make.campaign(city), title=WRITTEN[:55], problem=WRITTEN[56:])
    for idea in (hidden, draft):
        index_idea(idea)
    stranger = rules.actor_for(make.person(home=city))
    assert [row.idea.pk for row in similar(WRITTEN, visible_to=stranger)] == [ideas["io"].pk, ideas["lista"].pk]
    assert [row.idea.pk for row in similar(WRITTEN, visible_to=rules.actor_for(author))][0] == hidden.pk
    aside = [ideas["io"].pk]
    assert [row.idea.pk for row in similar(WRITTEN, visible_to=stranger, excluding=aside)] == [ideas["lista"].pk]
    assert len(similar(WRITTEN, 1, visible_to=stranger)) == 1


@pytest.mark.parametrize("text", ["", "il la di", "\x00\ud800", "parole mai viste prima", "x" * 1_000_000])
def test_a_text_like_nothing_has_no_similar_ideas(ideas, author, text):
    assert similar(text, visible_to=rules.actor_for(author)) == []


def test_looking_for_similar_ideas_costs_four_queries(ideas, author):
    actor = rules.actor_for(author)
    with CaptureQueriesContext(connection) as made:
        similar(WRITTEN, visible_to=actor)
    assert len(made) == 4


# Words -----------------------------------------------------------------------------------------------------------------


def test_inflexions_share_a_stem_and_accents_do_not_matter():
    assert stems_of("Sportelli, sportello: l’appuntamento; appuntamenti!") == [
        "sportell",
        "sportell",
        "appunt",
        "appunt",
    ]
    assert stems_of("Qualità") == stems_of("qualita") == stems_of(unicodedata.normalize("NFD", "QUALITÀ"))
    assert number_words("2026-0412") == ["20260412", "0412", "412"]
    assert stems_of("vedi la 2026-0412") == ["ved", "20260412"]


def test_likeness_goes_from_nothing_to_one():
    assert likeness("sportell", "sportell") == 1
    assert likeness("sportell", "bici") == 0
    assert likeness("apunt", "appunt") == pytest.approx(5 / 8)


def test_an_excerpt_is_short_and_never_cuts_a_mark():
    text = "parola " * 60 + "dell’appuntamento da disdire " + "fine " * 60
    pieces = snippets.excerpt(text, {"appunt", "disd"})
    assert [piece.text for piece in pieces if piece.marked] == ["appuntamento", "disdire"]
    assert len("".join(piece.text for piece in pieces)) < 160
    assert snippets.excerpt("", {"appunt"}) == ()
    assert snippets.excerpt("x" * 400, {"y"})[0].text.startswith("xxx")
