# SPDX-License-Identifier: AGPL-3.0-or-later
"""The matrix of rights: everybody of `principals` asks for every route, with every method, about everything in the town.

By day everybody asks once for each kind of answer that a row has for them, each time about other things in other states;
`make night` asks it all. `pytest -rP` shows how many cells there were, by kind of answer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tests.rights.asking import SHOWN, Cell, Walker
from tests.rights.principals import PRINCIPALS, Principal
from tests.rights.table import TABLE, rows_of
from tests.workflow.routes import routes
from tests.workflow.test_every_route import allowed, ask

pytestmark = pytest.mark.django_db

AT_LEAST = 15_000
BESIDE_GET = {"HEAD", "OPTIONS"}
everybody = pytest.mark.parametrize("who", PRINCIPALS, ids=lambda who: who.name)


def cells(who: Principal, walker: Walker) -> Iterator[Cell]:
    """Everything that somebody can ask."""
    for route in routes():
        for method, row in rows_of(route.name).items():
            for case in walker.town.of(route):
                yield Cell(who, route, method, case, row)


def by_day(every: Iterable[Cell]) -> list[Cell]:
    """For each route, method and kind of answer one cell, about something that the cells' numbers choose."""
    chosen = {}
    for cell in every:
        way = cell.route.name, cell.method, cell.expected
        if way not in chosen or cell.number < chosen[way].number:
            chosen[way] = cell
    return list(chosen.values())


def walk(walker: Walker, chosen: Iterable[Cell]) -> None:
    """Ask it all. Fails with every answer that is none of its kind, and every refusal that wrote something on its way."""
    found, kinds = [], Counter()
    for cell in chosen:
        answer, written = walker.ask(cell)
        kinds[cell.expected] += 1
        if not cell.met(answer):
            found.append(f"{cell}: {cell.expected} was expected, {answer.status_code} was the answer")
        if cell.expected != SHOWN and written:
            found.append(f"{cell}: refused with {answer.status_code}, and yet {written} rows or files changed")
    print(f"{kinds.total()} cells, {len(found)} mismatches; {dict(kinds)}")
    assert not found, "\n".join(found)


@pytest.mark.walk
def test_every_route_and_method_has_a_row_and_there_are_enough_cells(walker):
    client, missing = walker.clients["employee"], {}
    people_routes = [route for route in routes() if route.part != "admin" and route.name != "api/"]
    for route in people_routes:
        case = next(iter(walker.town.of(route)))
        known = allowed(ask(client, "PROPFIND", route.address(case.values))) - BESIDE_GET
        if known != set(TABLE.get(route.name, {})):
            missing[route.name] = known
    assert not missing
    assert TABLE.keys() - {route.name for route in people_routes} == {"api/"}  # below it nothing is, by any method
    by_night = [list(cells(who, walker)) for who in PRINCIPALS]
    number = sum(len(by_day(every)) for every in by_night)
    print(f"{len(PRINCIPALS)} principals: {number} cells by day, {sum(map(len, by_night))} by night")
    assert number >= AT_LEAST


@pytest.mark.walk
@everybody
def test_everybody_is_answered_as_the_table_says(walker, who):
    walk(walker, by_day(cells(who, walker)))


@pytest.mark.night
@everybody
def test_everybody_is_answered_as_the_table_says_about_everything(walker, who):
    walk(walker, cells(who, walker))
