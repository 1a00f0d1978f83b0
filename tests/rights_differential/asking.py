# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person of a random city who opens every page and calls every list, and what each should name."""

import csv
from io import StringIO

from django.test import Client

from innovato.organisation.capabilities import LABELS, Capability
from tests.rights_differential.building import COMMON, Built, marked
from tests.rights_differential.plain_rules import ON_TRIAL, PUBLISHED, STAGES, Rules

API = "/api/v1/"
ADOPTED = {"adopted", "verified"}
NEVER_ALIKE = {"draft", "withdrawn", "merged"}
OPEN_CARDS = {"assigned", "declared"}
FIRST = 5  # the desk shows so many own ideas


class Reader:
    """The person, their browser, and the ideas by a condition on the plain values."""

    def __init__(self, built: Built, who: int):
        self.built, self.city, self.who = built, built.city, who
        self.rules = Rules(built.city)
        self.browser = Client()
        self.browser.force_login(built.people[who])

    def where(self, condition) -> set[int]:
        """The places of the ideas that fulfil a condition."""
        return {n for n, one in enumerate(self.city.ideas) if condition(one)}

    @property
    def seen(self) -> set[int]:
        """What exists for this person."""
        return self.where(lambda one: self.rules.sees(self.who, one))

    def open(self, address: str, **query):
        """A page, after its redirects. What it names at all, this person sees."""
        answer = self.browser.get(address, query, follow=True)
        assert answer.status_code in {200, 403}, (address, query, answer.status_code)
        assert marked(answer.content.decode()) <= self.seen, (address, query)
        return answer

    def listed(self, **query) -> set[int]:
        """What the list of ideas names, to its last page; its heading counts the same."""
        found, answer = [], self.open("/idee/", **query)
        total = answer.context["facets"].total
        while True:
            rows = answer.context["page"].ideas
            text = answer.content.decode()
            assert marked("".join(idea.title for idea in rows)) <= marked(text)
            found += [self.place(idea) for idea in rows]
            if not answer.context["next_url"]:
                break
            answer = self.open(f"/idee/{answer.context['next_url']}")
        assert len(found) == len(set(found)) == total, (query, found, total)
        return set(found)

    def place(self, idea) -> int:
        """Where an idea of an answer stands in the city's list."""
        return next(n for n, row in enumerate(self.built.ideas) if row.pk == idea.pk)

    def api(self, path: str, **query) -> list[dict] | None:
        """The rows of a list of the API, to its last page; None where it is refused."""
        answer = self.browser.get(API + path, query)
        rows = []
        while answer.status_code == 200:
            rows += answer.json()["results"]
            if not answer.json()["next"]:
                return rows
            answer = self.browser.get(answer.json()["next"])
        assert answer.status_code == 403, (path, query, answer.content)
        return None

    def api_places(self, path: str, inside: str = "", **query) -> set[int] | None:
        """The ideas that a list of the API names; in the member `inside` of each row where that is given."""
        rows = self.api(path, **query)
        if rows is None:
            return None
        refs = [(row[inside] if inside else row)["ref"] for row in rows]
        places = {row.ref: n for n, row in enumerate(self.built.ideas)}
        assert len(refs) == len(set(refs))
        return {places[ref] for ref in refs}


def everything(reader: Reader) -> None:
    """Compare every page and list that names ideas, people or rights with the plain rules."""
    if not reader.city.people[reader.who].active:
        assert reader.browser.get("/idee/").status_code == 302
        assert reader.browser.get(f"{API}ideas/").status_code == 401
        return
    for part in (views_of_the_list, filters_of_the_list, desk, queues, board, pilots_and_campaigns, lists_of_the_api,
                 single_ideas, panel_and_names, exports):  # fmt: skip
        part(reader)


def views_of_the_list(reader: Reader) -> None:
    """The tabs, each with its ideas and the numbers on all of them."""
    rules, who = reader.rules, reader.who
    expected = {
        "da-votare": reader.where(lambda one: one.state == "voting"),
        "tutte": reader.where(lambda one: one.state in PUBLISHED),
        "seguo": reader.where(lambda one: who in one.followers and rules.everybody_sees(one)),
        "mie": reader.where(lambda one: rules.signs(who, one) and not one.deleted),
        "adottate": reader.where(lambda one: one.state in ADOPTED),
    }
    for view, ideas in expected.items():
        assert reader.listed(vista=view) == ideas, view
    answer = reader.open("/idee/")
    counted = {tab["label"]: tab["count"] for tab in answer.context["tabs"]}
    assert list(counted.values()) == [len(ideas) for ideas in expected.values()]
    for state, number in answer.context["facets"].states.items():
        assert number == len(reader.where(lambda one, state=state: one.state == state)), state
    for theme in answer.context["facets"].themes:
        of_theme = reader.where(lambda one, code=theme.code: one.state in PUBLISHED and f"tema-{one.theme}" == code)
        assert theme.count == len(of_theme), theme.code


def filters_of_the_list(reader: Reader) -> None:
    """Search, states, theme, campaign, department and order: the same ideas on the page and from the API."""
    rules, seen = reader.rules, reader.seen
    public = reader.where(lambda one: one.state in PUBLISHED)
    assert reader.listed(q=COMMON) == public
    assert reader.api_places("ideas/", q=COMMON) == reader.where(lambda one: not one.deleted) & seen
    for order in ("recenti", "vecchie", "pertinenti"):
        assert reader.listed(q=COMMON, ordine=order) == public
    hidden = ("screening", "needs_changes", "inadmissible", "merged", "withdrawn", "draft", "review")
    asked = reader.where(lambda one: one.state in hidden and not one.deleted) & seen
    assert reader.listed(stato=hidden) == asked
    assert reader.api_places("ideas/", state=hidden) == asked
    for number in range(len(reader.city.calls)):
        of_call = reader.where(lambda one, number=number: one.call == number)
        assert reader.listed(bando=f"bando-{number}") == of_call & public
        assert (
            reader.api_places("ideas/", campaign=f"bando-{number}", ordering="oldest")
            == reader.where(lambda one, number=number: one.call == number and not one.deleted) & seen
        )
    assert reader.listed(tema="tema-1") == reader.where(lambda one: one.theme == 1) & public
    place = next(p for p in reversed(range(len(reader.city.above))) if p not in reader.city.closed)
    below = reader.where(lambda one: one.where in rules.below(place))
    assert reader.listed(struttura=f"D{place}", sotto="1") == below & public
    assert reader.listed(struttura=f"D{place}") == reader.where(lambda one: one.where == place) & public
    found = reader.api_places("ideas/", department=f"D{place}")
    assert found == below & seen & reader.where(lambda one: not one.deleted)


def desk(reader: Reader) -> None:
    """The own ideas, the invitations, and what waits by role; the menu's numbers are those of the queues."""
    rules, who, context = reader.rules, reader.who, reader.open("/").context
    signed = reader.where(lambda one: rules.signs(who, one) and not one.deleted)
    assert {reader.place(idea) for idea in context["own"].signed} == signed
    titles = {reader.built.ideas[n].title for n in reader.where(lambda one: rules.decides(who, one))}
    ended = reader.where(lambda one: rules.concludes(who, one) and one.pilot_over)
    titles |= {reader.built.ideas[n].title for n in ended}
    told = {task.about for task in context["tasks"] if task.icon == "decide"}
    assert len(titles) > 10 or told == titles
    verified = {reader.built.ideas[n].title for n in reader.where(lambda one: rules.verifies(who, one))}
    assert {task.about for task in context["tasks"] if task.icon == "star"} == verified
    waiting = len(reader.where(lambda one: rules.admits(who, one)))
    text = " ".join(task.title for task in context["tasks"] if task.icon == "screen")
    assert (f" {waiting} " in text) == bool(waiting), text
    counts = {entry.url: entry.count for entry in context["shell"].nav}
    assert counts.get("/verifica/", 0) == waiting
    assert counts.get("/cruscotto/", 0) == len(reader.where(lambda one: rules.decides(who, one)))
    assert counts.get("/valutazioni/", 0) == len(open_cards(reader))


def open_cards(reader: Reader) -> set[int]:
    """The ideas on which this person still owes a scorecard and may write it."""
    rules, who = reader.rules, reader.who
    return reader.where(
        lambda one: (
            one.state == "review"
            and one.cards.get(who) in OPEN_CARDS
            and rules.holds(who, "review_ideas", rules.judged_in(one))
        )
    )


def queues(reader: Reader) -> None:
    """The office's queue and the reviewer's."""
    rules, who = reader.rules, reader.who
    answer = reader.open("/verifica/")
    assert answer.status_code == (200 if rules.has(who, "screen_ideas") else 403)
    if answer.status_code == 200:
        queue = answer.context["queue"].ideas if "queue" in answer.context else ()
        assert {reader.place(idea) for idea in queue} == reader.where(lambda one: rules.admits(who, one))
    answer = reader.open("/valutazioni/")
    assert answer.status_code == (200 if rules.has(who, "review_ideas") else 403)
    if answer.status_code == 200:
        assert {reader.place(card.idea) for card in answer.context["open_cards"]} == open_cards(reader)


def board(reader: Reader) -> None:
    """The manager's board, in columns and as a table, whole and by stage, with what waits and the figures."""
    rules, who = reader.rules, reader.who
    answer = reader.open("/cruscotto/")
    assert answer.status_code == (200 if rules.has(who, "view_pipeline") else 403)
    if answer.status_code == 403:
        return
    expected = reader.where(lambda one: rules.on_board(who, one))
    for column in answer.context["columns"]:
        of_stage = expected & reader.where(lambda one, key=column.stage.key: one.state in STAGES[key])
        assert {reader.place(card.idea) for card in column.cards} == of_stage, column.stage.key
        assert column.total == len(of_stage)
        mine = {reader.place(card.idea) for card in column.cards if card.is_mine_to_decide}
        assert mine == reader.where(lambda one: rules.decides(who, one)) & of_stage
        listed = reader.open("/cruscotto/", vista="elenco", fase=column.stage.key).context["page"].cards
        assert {reader.place(card.idea) for card in listed} == of_stage
        assert {reader.place(card.idea) for card in listed if card.is_mine_to_decide} == mine
    waiting = {row.pk for row in answer.context["waiting"]}
    assert waiting == {reader.built.ideas[n].pk for n in reader.where(lambda one: rules.decides(who, one))}
    followed = reader.where(lambda one: rules.holds(who, "view_pipeline", one.where))
    owed = reader.where(lambda one: one.cards.get(who) in OPEN_CARDS)
    figures = answer.context["figures"]
    assert figures.in_review == len(followed & reader.where(lambda one: one.state == "review") - owed)
    assert figures.pilots == len(followed & reader.where(lambda one: one.state == "piloting"))
    for place in range(len(reader.city.above)):
        if rules.holds(who, "view_pipeline", place) and place not in reader.city.closed:
            query = {"vista": "elenco", "struttura": reader.built.departments[place].pk}
            cards = reader.open("/cruscotto/", **query).context["page"].cards
            below = rules.below(place)
            within = {n for n, one in enumerate(reader.city.ideas) if one.where in below}
            assert {reader.place(card.idea) for card in cards} == expected & within
            break


def pilots_and_campaigns(reader: Reader) -> None:
    """The pilots of the city and of a campaign, and a campaign's figures."""
    on_trial = reader.where(lambda one: one.state in ON_TRIAL)
    rows = reader.open("/piloti/").context["rows"]
    assert {reader.place(row["idea"]) for row in rows} == on_trial
    rows = reader.open("/piloti/", miei="1").context["rows"]
    assert {reader.place(row["idea"]) for row in rows} == on_trial & reader.where(
        lambda one: one.pilot_owner == reader.who
    )
    assert reader.api_places("pilots/") == on_trial
    running = reader.where(lambda one: one.state == "piloting")
    assert reader.api_places("pilots/", status="running") == running
    counted = {call.slug: call.idea_count for call in reader.open("/bandi/").context["campaigns"]}
    for number in range(len(reader.city.calls)):
        of_call = reader.where(lambda one, number=number: one.call == number)
        public = of_call & reader.where(lambda one: one.state in PUBLISHED)
        assert counted[f"bando-{number}"] == len(public)
        context = reader.open(f"/bandi/bando-{number}/piloti/").context
        assert {reader.place(idea) for idea in context["ideas"]} == of_call & on_trial
        assert context["figures"].published == len(public)
        assert context["figures"].piloting == len(of_call & running)


def lists_of_the_api(reader: Reader) -> None:
    """The lists of the API, and whether each row says who proposes."""
    rules, who, seen = reader.rules, reader.who, reader.seen
    rows = reader.api("ideas/")
    places = {row.ref: n for n, row in enumerate(reader.built.ideas)}
    assert {places[row["ref"]] for row in rows} == seen & reader.where(lambda one: not one.deleted)
    for row in rows:
        one = reader.city.ideas[places[row["ref"]]]
        known = rules.knows_authors(who, one)
        assert row["authors_hidden"] is not known
        assert (row["authors"] is not None) == known
        assert known or row["submitted_from"] is None
    assert reader.api_places("follows/") == seen & reader.where(lambda one: who in one.followers)
    decides = reader.where(lambda one: rules.decides(who, one) or rules.resumes(who, one))
    assert reader.api_places("decisions/") == (decides if rules.has(who, "decide_ideas") else None)
    cards = seen & reader.where(lambda one: who in one.cards)
    assert reader.api_places("reviews/", "idea") == (cards if rules.has(who, "review_ideas") else None)


def single_ideas(reader: Reader) -> None:
    """What is listed opens, what is not is not there; on the page and from the API."""
    for n in [*sorted(reader.seen)[:1], *sorted(set(range(len(reader.city.ideas))) - reader.seen)[:2]]:
        ref, status = reader.built.ideas[n].ref, 200 if n in reader.seen else 404
        assert reader.browser.get(f"/idee/{ref}/").status_code == status, n
        assert reader.browser.get(f"{API}ideas/{ref}/").status_code == status, n
        assert reader.browser.get(f"{API}ideas/{ref}/moves/").status_code == status, n
        csv_status = 200 if reader.city.ideas[n].state in ON_TRIAL else 404
        assert reader.browser.get(f"/piloti/{ref}/dati.csv").status_code == csv_status, n


def panel_and_names(reader: Reader) -> None:
    """The panel of similar ideas and the names offered while one types."""
    named = [row for row in reader.city.ideas if row.state not in NEVER_ALIKE]
    for one in named[:1]:
        n = reader.city.ideas.index(one)
        query = {"title": f"Il {COMMON} zq{n:03d} arredi deposito", "problem": ""}
        answer = reader.browser.get("/idee/simili/", query)  # says again what was typed
        assert marked(answer.content.decode()) - {n} <= reader.seen
        found = {reader.place(row.idea) for row in answer.context["similar"]}
        able = reader.seen & reader.where(lambda one: one.state not in NEVER_ALIKE)
        assert found <= able
        assert (n in found) == (n in able), (n, found)
    text = reader.open("/idee/persone/", coauthor="Cognome").content.decode()
    for n, person in enumerate(reader.built.people):
        assert (f"Cognome{n}" in text) == person.is_active


def exports(reader: Reader) -> None:
    """The table of who holds what, for who looks after a department."""
    rules, who = reader.rules, reader.who
    for place in {0, len(reader.city.above) - 1}:
        answer = reader.browser.get(f"/organigramma/{reader.built.departments[place].pk}/incarichi.csv")
        assert answer.status_code == (200 if rules.holds(who, "manage_department", place) else 403)
        if answer.status_code == 200:
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert rights_in(text.decode("utf-8-sig")) == rights_touching(reader, place)


def rights_in(text: str) -> set[tuple]:
    """(department, right, person, whether it is inherited) of each line of the table that names somebody."""
    lines = list(csv.reader(StringIO(text), delimiter=";"))[1:]
    return {(line[1], line[2], line[5], line[6]) for line in lines if line[5]}


def rights_touching(reader: Reader, place: int) -> set[tuple]:
    """The same from the plain values: what is given below, inherited from above, and left to deputies until now."""
    below, above = reader.rules.below(place), set(reader.rules.upwards(place))
    found = set()
    for row in (*reader.city.grants, *reader.city.lent):
        is_grant = hasattr(row, "who")
        who = row.who if is_grant else row.deputy
        counts = (
            reader.city.people[who].active if is_grant else row.answer not in {"declined", "ended"} and row.last >= 0
        )
        if counts and row.where in below | above:
            label = str(LABELS[Capability(row.capability)])
            found.add((f"D{row.where}", label, f"Ada Cognome{who}", "no" if row.where in below else "sì"))
    return found
