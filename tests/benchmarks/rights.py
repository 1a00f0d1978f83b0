# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m tests.benchmarks.rights [1000 60000 1000000]`: what rights cost on the list of ideas as history grows.

Fills a PostgreSQL database of its own (with `--sqlite` a file of its own) with so many ideas, one in sixteen of them hidden, and
asks as four people: one without any right, one who screens and decides in one office, one in the whole city, and a deputy of
that one. Prints for each page the queries, milliseconds (minimum, median and maximum of alternating runs), the ratio to a bare
view of the same rows at the same size, and how that ratio grew from the smallest size. Goals: the same queries everywhere, with
rights at most 1.5 times without, and at most 2 times from the smallest size to the largest.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import django

from tests.benchmarks.ballot_city import own_databases, prepare, three, verdict

PAIRS, EACH = 5, 3  # so many alternating runs of so many requests
OFFICES, PEOPLE = 90, 2000
# What stands in every two hundred ideas; the rest was concluded. Of the states in which somebody has to do something only the
# newest ideas are: what waits grows with the people who work, not with the years.
OPEN = {"screening", "needs_changes", "admitted", "voting", "review", "decision", "deferred", "piloting"}
NEWEST = 20_000
STATES = {"screening": 3, "needs_changes": 1, "inadmissible": 2, "merged": 2, "withdrawn": 2, "draft": 2, "admitted": 2,
          "voting": 1, "review": 2, "decision": 2, "deferred": 1, "piloting": 2, "not_selected": 60, "declined": 40,
          "verified": 20}  # fmt: skip
REST = "closed"
# What stands round the rows of the list, and the frame of the page.
AROUND = ("search", "shown_from", "facets", "page_title", "heading", "tabs", "chips", "orders", "departments", "reset_url",
          "first_url", "next_url", "empty", "states", "other_states", "other_states_open", "shell")  # fmt: skip


@dataclass
class Page:
    """One thing asked at every size by one person, beside its bare view."""

    name: str
    who: str
    ask: Callable[[], int]
    bare: Callable[[], int]
    took: list[float] = field(default_factory=list)


def main() -> int:
    """Fill, ask, print; size after size."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sizes", type=int, nargs="*", default=[1000, 60_000, 1_000_000])
    asked.add_argument("--sqlite", action="store_true", help="on a SQLite file instead")
    asked.add_argument("--plans", action="store_true", help="print the plans of the slowest queries too")
    given = asked.parse_args()
    with database(sqlite=given.sqlite):
        from django.conf import settings  # noqa: PLC0415 - Django's modules are read once it is set up

        settings.ALLOWED_HOSTS = ["testserver"]
        city = people_of_a_city()
        first: dict[tuple, float] = {}
        for size in sorted(given.sizes):
            fill(city, size)
            for page in pages(city):
                measure(page, size, first)
                if given.plans and size == max(given.sizes):
                    plans(page)
    return 0


@contextmanager
def database(*, sqlite: bool) -> Iterator[None]:
    """A migrated database of our own with Django on it, gone at the end."""
    if not sqlite:
        with own_databases() as own:
            prepare(own)
            yield
            close()
        return
    with tempfile.TemporaryDirectory(prefix="innovato-benchmark-") as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'city.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        django.setup()
        from django.core.management import call_command  # noqa: PLC0415 - Django's modules are read once it is set up

        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield
        close()


def close() -> None:
    """Let go of the database."""
    from django.db import connection  # noqa: PLC0415 - as above

    connection.close()


def people_of_a_city() -> dict:
    """Ninety offices in nine areas, two thousand authors, and the four who ask."""
    from innovato.organisation.models import Delegation, Person  # noqa: PLC0415 - as above
    from tests import factories as make  # noqa: PLC0415 - as above

    root = make.department("Città")
    areas = [make.department(f"Area {n}", parent=root) for n in range(9)]
    offices = [make.department(f"Ufficio {n}", parent=areas[n % 9]) for n in range(OFFICES)]
    authors = [
        Person(
            staff_number=f"{500000 + n:06d}",
            first_name="Ada",
            last_name=f"Bianchi {n}",
            home_department=offices[n % OFFICES],
        )
        for n in range(PEOPLE)
    ]
    authors = Person.objects.bulk_create(authors, batch_size=500)
    who = {name: make.person(home=offices[0]) for name in ("no right", "one office", "whole city", "deputy")}
    for capability in ("screen_ideas", "decide_ideas"):
        make.grant(who["one office"], capability, offices[2])
        make.grant(who["whole city"], capability, root)
        Delegation.objects.create(
            delegator=who["whole city"], deputy=who["deputy"], department=root, capability=capability, reason="assenza",
            starts_on=time.strftime("%Y-%m-%d"), ends_on=time.strftime("%Y-%m-%d"), given_at=make.NOW, accepted_at=make.NOW,
        )  # fmt: skip
    make.theme()
    return {"who": who, "authors": authors, "offices": offices, "call": make.campaign(root)}


def fill(city: dict, size: int) -> None:
    """Bring the city to so many ideas, each with its author, by two statements; then let the database look at them."""
    from django.db import connection  # noqa: PLC0415 - as above

    from workflow.models import Authorship, Idea  # noqa: PLC0415 - as above

    begun = time.monotonic()
    done = Idea.objects.count()
    series = "WITH RECURSIVE series(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM series WHERE i < %s)"
    ideas, signs = _columns(Idea, _idea_values(city, size)), _columns(Authorship, _authorship_values(city))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO workflow_idea ({', '.join(ideas)}) {series} SELECT {', '.join(ideas.values())} FROM series",
                       [done + 1, size])  # fmt: skip
        cursor.execute(f"INSERT INTO workflow_authorship ({', '.join(signs)}) SELECT {', '.join(signs.values())} "
                       "FROM workflow_idea WHERE id > %s AND saved_by_id IS NOT NULL", [done])  # fmt: skip
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(f"\n{size:,} ideas on {connection.vendor}, filled in {time.monotonic() - begun:.0f} s", flush=True)


def _columns(model, values: dict[str, str]) -> dict[str, str]:
    """Every column of a table with an expression: what is given, else empty."""
    found = {}
    for column in model._meta.concrete_fields:
        if column.column == "id":
            continue
        kind = column.get_internal_type()
        empty = {"BooleanField": "false", "CharField": "''", "TextField": "''", "JSONField": "'[]'"}.get(kind, "0")
        found[f'"{column.column}"'] = values.get(column.column, "NULL" if column.null else empty)
    return found


def _idea_values(city: dict, size: int) -> dict[str, str]:
    from django.db import connection  # noqa: PLC0415 - as above

    postgres, first, office = connection.vendor == "postgresql", city["authors"][0].pk, city["offices"][0].pk
    when = (
        "timestamptz '2018-01-01' + i * interval '4 minutes'"
        if postgres
        else "datetime('2018-01-01', '+' || (i * 4) || ' minutes')"
    )
    until, cases = 0, []
    for state, number in STATES.items():
        until += number
        old = f"i <= {size - NEWEST}" if state in OPEN else "false"
        cases.append(f"WHEN i %% 200 < {until} THEN CASE WHEN {old} THEN '{REST}' ELSE '{state}' END")
    state = f"CASE {' '.join(cases)} ELSE '{REST}' END"
    sent, hidden = f"({state}) <> 'draft'", "('draft', 'screening', 'needs_changes', 'inadmissible', 'withdrawn')"
    here = f"{office} + (i / 7) %% {OFFICES}"
    return {
        "uuid": "gen_random_uuid()" if postgres else "lower(hex(randomblob(16)))",
        "number": f"CASE WHEN {sent} THEN (1900 + i / 100000) || '-' || (100000 + i %% 100000) END",
        "version": "1",
        "title": "'Un catalogo degli arredi numero ' || i",
        "problem": "'Gli arredi in buono stato finiscono in deposito.'",
        "proposal": "'Un catalogo interno con foto, misure e sede, aperto a tutti gli uffici.'",
        "state": state,
        "campaign_id": str(city["call"].pk),
        "department_id": here,
        "submitted_from_id": f"CASE WHEN {sent} THEN {here} END",
        "created_at": when, "saved_at": when, "state_since": when,
        "submitted_at": f"CASE WHEN {sent} THEN {when} END",
        "published_at": f"CASE WHEN ({state}) NOT IN {hidden} THEN {when} END",
        "saved_by_id": f"{first} + i %% {PEOPLE}",
        "merged_into_id": f"CASE WHEN ({state}) = 'merged' THEN {_first_idea()} END",
        "revisit_on": f"CASE WHEN ({state}) = 'deferred' THEN {'date ' if postgres else ''}'2030-01-01' END",
        "has_reasons": "true", "has_approval": "true",
    }  # fmt: skip


def _first_idea() -> int:
    """A published idea that the others went on in."""
    from innovato.organisation.models import Person  # noqa: PLC0415 - as above
    from tests import factories as make  # noqa: PLC0415 - as above
    from workflow.models import Campaign, Idea  # noqa: PLC0415 - as above

    found = Idea.objects.order_by("pk").first()
    return (found or make.idea(Person.objects.order_by("pk").first(), Campaign.objects.get(), state="verified")).pk


def _authorship_values(city: dict) -> dict[str, str]:
    return {
        "idea_id": "id",
        "person_id": "saved_by_id",
        "is_lead": "true",
        "status": "'accepted'",
        "invited_at": "created_at",
    }


# Asking ------------------------------------------------------------------------------------------------------------


def pages(city: dict) -> list[Page]:
    """What is asked at this size: the list of ideas as a page and from the API, and what may be done with one idea."""
    from workflow.models import Idea  # noqa: PLC0415 - as above

    office = city["offices"][2].pk
    ref = Idea.objects.filter(state="decision", department=office).order_by("-pk").first().ref
    found = []
    for name, person in city["who"].items():
        browser = _browser(person)
        for title, address, bare in (
            ("list of ideas", "/idee/", bare_page),
            ("list, hidden states", "/idee/?stato=screening&stato=decision", bare_page),
            ("API, list of ideas", "/api/v1/ideas/", bare_rows),
            ("API, what may I do", f"/api/v1/ideas/{ref}/moves/", bare_one),
            ("why can('t) I?", f"/idee/{ref}/perche/?azione=decline", bare_one),
            ("desk", "/", bare_page),
        ):
            found.append(Page(title, name, _asking(browser, address), bare(browser, person, ref)))
    return found


def _browser(person):
    from django.test import Client  # noqa: PLC0415 - as above

    browser = Client(raise_request_exception=True)
    browser.force_login(person)
    return browser


def _asking(browser, address: str) -> Callable[[], int]:
    def ask() -> int:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return len(answer.content)

    return ask


def bare_page(browser, person, ref: str) -> Callable[[], int]:
    """The first page of all published ideas: the session, the newest ten by the index, the product's own template.

    No right is read and no number counted; what stands round the rows is that of a first, real answer.
    """
    from django.shortcuts import render  # noqa: PLC0415 - as above
    from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above

    from workflow.models import Idea  # noqa: PLC0415 - as above
    from workflow.selectors import ideas as selectors  # noqa: PLC0415 - as above
    from workflow.views import idea_list as views  # noqa: PLC0415 - as above

    setup_test_environment()  # for one answer, so that what it showed can be read
    first = browser.get("/idee/").context
    teardown_test_environment()
    kept = {name: first[name] for name in AROUND}

    def page(request):
        request.user.pk  # noqa: B018 - reads the session and the person, as every page does
        at = timezone.now()
        keys = selectors.published().filter(published_at__isnull=False).order_by("-published_at", "-pk").values("pk")
        rows = selectors.with_card_rows(Idea.objects.filter(pk__in=keys[: selectors.PAGE + 1]), at)
        found = list(rows.order_by("-published_at", "-pk"))[: selectors.PAGE]
        views._dress(found, at, selectors.View.ALL)
        shown = selectors.IdeaPage(tuple(found))
        return render(request, "workflow/ideas/list.html", kept | {"page": shown})

    return _served(browser, page)


def bare_rows(browser, person, ref: str) -> Callable[[], int]:
    """The newest twenty ideas, whoever may see them, written by the API's own shape."""
    from django.http import JsonResponse  # noqa: PLC0415 - as above

    from workflow import rules  # noqa: PLC0415 - as above
    from workflow.api import shapes  # noqa: PLC0415 - as above
    from workflow.api.ideas import with_names  # noqa: PLC0415 - as above
    from workflow.models import Idea  # noqa: PLC0415 - as above

    def page(request):
        rows = with_names(Idea.objects.order_by("-pk")).defer("problem", "proposal", "benefit", "reexamination_text")
        context = {"actor": rules.Actor(person_id=request.user.pk, access=None)}
        return JsonResponse(
            {"results": shapes.IdeaRow(rows.defer("campaign__text")[:20], many=True, context=context).data}
        )

    return _served(browser, page)


def bare_one(browser, person, ref: str) -> Callable[[], int]:
    """One idea by its number with what the rules would read of it, and nothing asked of them."""
    from django.http import JsonResponse  # noqa: PLC0415 - as above

    from workflow.models import Idea  # noqa: PLC0415 - as above

    def page(request):
        idea = Idea.objects.with_rule_data().select_related("department").get(number=ref)
        return JsonResponse({"ref": idea.ref, "reader": request.user.pk, "authors": len(idea.author_ids())})

    return _served(browser, page)


def _served(browser, view) -> Callable[[], int]:
    """A view behind the product's own middlewares, asked by the same browser."""
    from django.contrib.auth.middleware import AuthenticationMiddleware  # noqa: PLC0415 - as above
    from django.contrib.sessions.middleware import SessionMiddleware  # noqa: PLC0415 - as above
    from django.http import HttpResponse  # noqa: PLC0415 - as above
    from django.test import RequestFactory  # noqa: PLC0415 - as above

    factory = RequestFactory()
    handler = SessionMiddleware(AuthenticationMiddleware(view))

    def ask() -> int:
        request = factory.get("/nudo/")
        request.COOKIES = {name: morsel.value for name, morsel in browser.cookies.items()}
        answer: HttpResponse = handler(request)
        return len(answer.content)

    return ask


def measure(page: Page, size: int, first: dict[tuple, float]) -> None:
    """Alternate the page and its bare view, and print the line."""
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    for _warm in range(2):
        page.ask()
        page.bare()
    with CaptureQueriesContext(connection) as captured:
        page.ask()
    queries = len(captured)  # before the next request forgets them
    page.took, bare = [], []
    for _pair in range(PAIRS):
        page.took.append(_milliseconds(page.ask))
        bare.append(_milliseconds(page.bare))
    ratio = statistics.median(a / b for a, b in zip(page.took, bare, strict=True))
    grown = ratio / first.setdefault(
        (page.name, page.who), ratio
    )  # against the bare view: the machine's moods cancel out
    print(f"{page.name:<22} {page.who:<11} {queries:>3} queries  {three(page.took, '.1f'):<24} ms  bare "
          f"{three(bare, '.1f'):<22} ms  {ratio:5.2f} x bare  {grown:5.2f} x the smallest size{verdict('the bare view', bare)}",
          flush=True)  # fmt: skip


def _milliseconds(ask: Callable[[], int]) -> float:
    begun = time.perf_counter()
    for _ in range(EACH):
        ask()
    return 1000 * (time.perf_counter() - begun) / EACH


def plans(page: Page) -> None:
    """Where the page's slowest query takes its time."""
    from django.db import connection  # noqa: PLC0415 - as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    with CaptureQueriesContext(connection) as queries:
        page.ask()
    slowest = max(queries.captured_queries, key=lambda query: float(query["time"]))
    print(f"    slowest query: {slowest['time']} s\n    {slowest['sql'][:3000]}")
    with connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {slowest['sql']}")
        for row in cursor.fetchall():
            print("    ", row[-1])


if __name__ == "__main__":
    sys.exit(main())
