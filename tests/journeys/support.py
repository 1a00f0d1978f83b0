# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real browser on our pages: signing people in, and what every page must pass (axe, no sideways scroll, weight)."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import brotli
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 360)
NARROWEST = 320  # WCAG 1.4.10: what a 1280 window shows at 400 % zoom
LANGUAGES = ("it", "en")
FIRST_VIEW_LIMIT = 150_000
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """The browser to drive: the one named in CHROMIUM, or the system's; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@dataclass
class Visitors:
    """Opens pages for people; keeps what their browsers complained about."""

    browser: Browser
    base_url: str

    def __post_init__(self):
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(self, person=None, *, width=1280, language="it", javascript=True) -> Page:
        """A new browser window, signed in as `person` (None: nobody), on a blank page."""
        context = self.browser.new_context(
            base_url=self.base_url,
            viewport={"width": width, "height": 900},
            locale={"it": "it-IT", "en": "en-GB"}[language],
            timezone_id=settings.TIME_ZONE,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if person is not None:
            client = Client()
            client.force_login(person)
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": name, "value": value, "url": self.base_url} for name, value in cookies.items()])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        return page

    def _hear(self, message) -> None:
        # The browser also logs each 4xx answer as an error; those are the pages' own business.
        if message.type in {"error", "warning"} and "the server responded with a status of" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def leave(self, page: Page) -> None:
        """Closes one person's window."""
        self.contexts.remove(page.context)
        page.context.close()

    def close(self) -> None:
        """Ends every window."""
        for context in self.contexts:
            context.close()


def axe_violations(page: Page) -> list[str]:
    """Each violation of WCAG 2.2 AA or a best practice on the page as it stands, in one line; empty is the goal."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("options => window.axe.run(document, options)", options)
    return [
        f"{violation['impact']} {violation['id']}: {violation['help']} at "
        + "; ".join(f"{' '.join(node['target'])} {node['html'][:120]}" for node in violation["nodes"][:5])
        for violation in found["violations"]
    ]


def assert_no_axe_violations(page: Page) -> None:
    """No violation of any weight on the page as it stands."""
    assert axe_violations(page) == [], page.url


def assert_no_sideways_scroll(page: Page) -> None:
    """Nothing sticks out of the window at its present width."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide}px too wide"


def assert_page_is_sound(visitors: Visitors, address: str, person=None, *, act: Callable[[Page], None] | None = None):
    """What every page must pass, at both widths and in both languages; `act` opens menus or folds first."""
    for language in LANGUAGES:
        page = visitors.page(person, language=language)
        answer = page.goto(address)
        assert answer.status < 500, f"{address}: {answer.status}"
        if act:
            act(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert_no_axe_violations(page)
            assert_no_sideways_scroll(page)
        page.set_viewport_size({"width": NARROWEST, "height": 640})
        assert_no_sideways_scroll(page)
        visitors.leave(page)


def first_view(visitors: Visitors, address: str, person=None) -> dict[str, int]:
    """What a first visit moves over the wire, by address, in bytes: text compressed as the server compresses it."""
    page = visitors.page(person)
    sizes = {}

    def weigh(response):
        if response.status == 200 and not response.url.startswith("data:"):
            body = response.body()
            packed = response.url.endswith((".woff2", ".png", ".jpg"))
            sizes[response.url.removeprefix(visitors.base_url)] = len(body) if packed else len(brotli.compress(body))

    page.on("response", weigh)
    page.goto(address, wait_until="networkidle")
    return sizes
