# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the product, opened by whom it is for: axe finds nothing, nothing sticks out, no browser complains.

Both widths, both languages, and the narrowest window of all; one browser window per person and language. A walk says
everything it found at once.
"""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.urls import include, path, resolve
from playwright.sync_api import Page

from innovato.notifications import delivery, mailbox
from tests.journeys import city_for_pages
from tests.journeys.page_table import ALIASES, DEMO_WALKS, NO_PAGE, NO_PAGES_BELOW, WALKS, Visit
from tests.journeys.support import FIRST_VIEW_LIMIT, LANGUAGES, NARROWEST, WIDTHS, Visitors, axe_violations, first_view
from tests.workflow.routes import routes

# Walks are put together so that each test takes about as long as the others.
TOURS = {
    "who proposes": ["author"],
    "who writes": ["writer", "idle_screener"],
    "who votes and tries": ["voter"],
    "who reads, screens and guards": ["nobody", "newcomer", "screener"],
    "who judges": [
        "lead",
        "beginner",
        "untouched",
        "manager",
        "deputy",
        "administrator",
        "verifier",
        "organiser",
        "guarantor",
    ],
    "who reports": ["director", "hr", "register_reader"],
}
LIGHT = ["/", "/idee/", "/idee/{ideas[voting].ref}/", "/bandi/{voting.slug}/", "/bandi/{counted.slug}/risultati/"]
SEND = """fields => {
    const token = JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken'];
    const form = document.createElement('form');
    form.method = 'post';
    form.action = fields.address;
    for (const [name, value] of [['csrfmiddlewaretoken', token], ...fields.pairs]) {
        const input = document.createElement('input');
        input.type = 'hidden'; input.name = name; input.value = value;
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""
FACTS = """() => ({
    headings: document.querySelectorAll('h1').length,
    title: document.title.split('·')[0].trim(),
    language: document.documentElement.lang,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@pytest.fixture
def here(transactional_db):
    return city_for_pages.build()


def filled(text: str, here) -> str:
    return text.format_map(vars(here))


def open_page(page: Page, visit: Visit, here):
    """Go there, or send the form there; the browser's last answer."""
    address = filled(visit.address, here)
    if visit.post is None:
        return page.goto(address)
    pairs = [
        (name, filled(value, here))
        for name, values in visit.post.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    with page.expect_navigation() as answer:
        page.evaluate(SEND, {"address": address, "pairs": pairs})
    return answer.value


def faults(visitors: Visitors, page: Page, visit: Visit, here, language: str) -> list[str]:
    """Everything that is wrong with one page in one language."""
    answer = open_page(page, visit, here)
    found = []
    if answer.status != visit.status:
        found.append(f"answers {answer.status}, not {visit.status}")
    place = page.url.removeprefix(visitors.base_url).partition("?")[0].partition("#")[0]
    if place != filled(visit.lands or visit.address, here).partition("?")[0]:
        found.append(f"leads to {page.url}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width}: {violation}" for violation in axe_violations(page)]
        found += _misshapen(page, width)
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    found += _misshapen(page, NARROWEST)
    facts = page.evaluate(FACTS)
    if facts["headings"] != 1 or not facts["title"] or facts["language"] != language:
        found.append(f"one h1, a title and the language: {facts}")
    found += visitors.complaints
    visitors.complaints.clear()
    return found


def _misshapen(page: Page, width: int) -> list[str]:
    wide = page.evaluate(FACTS)["wide"]
    return [f"at {width}: {wide}px too wide"] if wide > 0 else []


def unfold(page: Page) -> None:
    """Everything folded is open."""
    page.evaluate("() => document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")


def walk(visitors: Visitors, here, role: str, visits: list[Visit]) -> list[str]:
    """Open all these pages as one person; what is wrong with them."""
    person = None if role == "nobody" else getattr(here, ALIASES.get(role, role))
    found = []
    for language in LANGUAGES:
        page = visitors.page(person, language=language)
        page.goto("/aiuto/")
        for visit in visits:
            label = f"{role}, {language}, {'POST ' if visit.post is not None else ''}{visit.address}"
            found += [f"{label}: {fault}" for fault in faults(visitors, page, visit, here, language)]
        visitors.leave(page)
    return found


@pytest.mark.parametrize("tour", TOURS)
def test_every_page_is_sound_for(tour, visitors, here):
    found = [fault for role in TOURS[tour] for fault in walk(visitors, here, role, WALKS[role])]
    assert not found, "\n".join(found)


def test_every_role_of_the_table_walks():
    assert sorted(role for roles in TOURS.values() for role in roles) == sorted(WALKS)


def test_every_route_that_shows_a_page_is_in_the_walk(here):
    here.letter = "posta"
    walks = [*WALKS.values(), *DEMO_WALKS.values()]
    addresses = [filled(visit.address, here) for visits in walks for visit in visits if visit.status != 404]
    walked = {resolve(address.partition("?")[0]).view_name for address in addresses}
    pages = {route.name for route in routes() if route.part and route.part not in NO_PAGES_BELOW} - set(NO_PAGE)
    assert walked == pages


@pytest.fixture
def demo(settings, tmp_path):
    """The city is an invented one: mails lie in folders."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "innovato.notifications.mailbox.MailboxBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"


def test_every_page_of_the_demo_is_sound(demo, visitors, here):
    delivery.relay(at=here.now)
    here.letter = mailbox.letters(here.author.email)[0].name
    found = [fault for role, visits in DEMO_WALKS.items() for fault in walk(visitors, here, role, visits)]
    assert not found, "\n".join(found)


def test_the_first_view_of_the_big_pages_is_light(visitors, here):
    sizes = {address: sum(first_view(visitors, filled(address, here), here.author).values()) for address in LIGHT}
    for who, address in (("director", "/cruscotto/?vista=elenco"), ("screener", "/verifica/{waiting.ref}/")):
        sizes[address] = sum(first_view(visitors, filled(address, here), getattr(here, who)).values())
    assert {address: size for address, size in sizes.items() if size > FIRST_VIEW_LIMIT} == {}


# What stands where something went wrong -----------------------------------------------------------------------------


def fall_over(request):
    raise ZeroDivisionError


def forbid(request):
    raise PermissionDenied


def misread(request):
    raise BadRequest


urlpatterns = [
    path("prova/guasto/", fall_over),
    path("prova/vietato/", forbid),
    path("prova/illeggibile/", misread),
    path("", include("innovato.urls")),
]
TROUBLE = [
    Visit("/prova/guasto/", 500),
    Visit("/prova/vietato/", 403),
    Visit("/prova/illeggibile/", 400),
    Visit("/prova/nessuna/", 404),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("role", ["nobody", "author"])
def test_every_page_of_trouble_is_sound_for(role, visitors, here):
    found = walk(visitors, here, role, TROUBLE)
    assert not found, "\n".join(found)


def test_the_page_for_a_forged_or_stale_form_is_sound(visitors, here):
    for language in LANGUAGES:
        page = visitors.page(here.author, language=language)
        page.goto("/lingua/")
        page.evaluate("() => document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(input => input.remove())")
        with page.expect_navigation() as answer:
            page.locator("#contenuto form button").first.click()
        assert answer.value.status == 403
        assert axe_violations(page) == []
        visitors.leave(page)
