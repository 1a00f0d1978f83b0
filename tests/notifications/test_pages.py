# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of notices: one's own by day, marked and opened, page by page, with and without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from innovato.notifications import selectors
from innovato.notifications.models import Notice

from .factories import make_person, notice_of, tell

pytestmark = pytest.mark.django_db
LIST = "/avvisi/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def anna(client):
    """The signed-in person."""
    person = make_person()
    client.force_login(person)
    return person


def now():
    """The present moment: pages look at the clock themselves."""
    return timezone.now()


def rows(response) -> list[str]:
    """The titles of the rows, in order."""
    return re.findall(r'<li class="in-av".*?</li>', response.content.decode(), re.DOTALL)


def place_of_next(response) -> str:
    """The place where the link to earlier notices leads, or nothing."""
    found = re.search(r'href="/avvisi/\?dopo=([0-9-]+)"', response.content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("path", [LIST, "/avvisi/1/apri/", "/avvisi/posta/"])
def test_who_is_not_signed_in_is_asked_to(client, path):
    assert client.get(path).status_code == 302


def test_an_empty_list_says_so(client, anna):
    page = client.get(LIST).content.decode()
    assert "Nessun avviso. Ti scriviamo solo se serve." in page
    assert "Segna tutti come letti" not in page


def test_ones_own_notices_stand_under_their_days_newest_first(client, anna):
    for days, title in ((0, "Oggi qui"), (1, "Ieri qui"), (9, "Prima qui")):
        tell(anna, title=title, at=now() - timedelta(days=days))
    tell(make_person(), title="Di un’altra persona", at=now())
    page = client.get(LIST).content.decode()
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page[page.index("<main") : page.index("</main>")])
    assert headings[:2] == ["Oggi", "Ieri"]
    assert len(headings) == 3
    assert page.index("Oggi qui") < page.index("Ieri qui") < page.index("Prima qui")
    assert "Di un’altra persona" not in page
    assert page.count("da leggere</span>") == 3 + 1  # the rows and the bell


def test_held_and_cancelled_notices_do_not_show(client, anna):
    tell(anna, title="Trattenuto", at=now(), hold=timedelta(minutes=10))
    tell(anna, title="Annullato", at=now() - timedelta(days=1))
    Notice.objects.filter(context__title="Annullato").update(cancelled_at=now(), email_state="skipped")
    assert rows(client.get(LIST)) == []


def test_a_kind_that_this_release_does_not_know_still_shows_its_title(client, anna):
    tell(anna, title="Un avviso del futuro", at=now())
    Notice.objects.update(kind="from_the_future")
    assert "Un avviso del futuro" in client.get(LIST).content.decode()


def test_opening_marks_as_read_and_leads_to_the_place(client, anna):
    tell(anna, at=now())
    response = client.get(f"/avvisi/{notice_of(anna).pk}/apri/")
    assert (response.status_code, response["Location"]) == (302, "/idee/2026-0412/")
    assert notice_of(anna).read_at is not None


@pytest.mark.parametrize("address", ["https://altrove.example/", "//altrove.example/", "/\\altrove.example/", None])
def test_opening_never_leads_out_of_the_house(client, anna, address):
    tell(anna, at=now())
    Notice.objects.update(context={"title": "x", "url": address})
    assert client.get(f"/avvisi/{notice_of(anna).pk}/apri/").status_code == 404
    assert notice_of(anna).read_at is None


@pytest.mark.parametrize("action", ["apri", "letto"])
def test_another_persons_notice_is_not_there(client, anna, action):
    other = make_person()
    tell(other, at=now())
    path = f"/avvisi/{notice_of(other).pk}/{action}/"
    assert (client.get(path) if action == "apri" else client.post(path)).status_code == 404
    assert notice_of(other).read_at is None


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 400])
def test_impossible_numbers_are_not_there(client, anna, number):
    assert client.get(f"/avvisi/{number}/apri/").status_code == 404
    assert client.post(f"/avvisi/{number}/letto/").status_code == 404


def test_marking_one_comes_back_to_the_list_without_javascript(client, anna):
    tell(anna, at=now())
    response = client.post(f"/avvisi/{notice_of(anna).pk}/letto/")
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert notice_of(anna).read_at is not None


def test_marking_one_renews_the_fragment_with_htmx(client, anna):
    tell(anna, at=now())
    tell(anna, at=now())
    response = client.post(f"/avvisi/{Notice.objects.first().pk}/letto/", **HTMX)
    fragment = response.content.decode()
    assert "<html" not in fragment
    assert "1 avviso da leggere." in fragment
    assert 'id="campanella"' in fragment
    assert "announce" in response["HX-Trigger-After-Swap"]


def test_marking_all_empties_the_count(client, anna):
    tell(anna, at=now())
    tell(anna, at=now())
    response = client.post("/avvisi/letti/", **HTMX)
    assert "Nessun avviso da leggere." in response.content.decode()
    assert not Notice.objects.unread().exists()


@pytest.mark.parametrize("path", ["/avvisi/letti/", "/avvisi/1/letto/"])
def test_marking_needs_a_form(client, anna, path):
    assert client.get(path).status_code == 405


def test_pages_follow_each_other_without_gap_or_repetition(client, anna):
    moment = now() - timedelta(days=1)
    for number in range(selectors.PAGE * 2 + 3):
        tell(anna, title=f"Avviso {number:03d}", at=moment - timedelta(days=number // 7))
    seen, place = [], ""
    while True:
        response = client.get(LIST, {"dopo": place} if place else {})
        seen += rows(response)
        if not (place := place_of_next(response)):
            break
    assert len(seen) == len(set(seen)) == selectors.PAGE * 2 + 3


def test_marking_on_a_later_page_stays_on_it(client, anna):
    for _ in range(selectors.PAGE + 1):
        tell(anna, at=now())
    place = place_of_next(client.get(LIST))
    response = client.post("/avvisi/letti/", {"dopo": place})
    assert response["Location"] == f"/avvisi/?dopo={place}"


@pytest.mark.parametrize("place", ["x", "1", "1-", "-1", "1-2-3", "9" * 30 + "-1", "١-١", "1e400-1", "\x00", "1-\n"])
def test_a_place_that_no_page_gave_out_is_not_there(client, anna, place):
    assert client.get(LIST, {"dopo": place}).status_code == 404


def test_the_farthest_place_is_an_empty_page(client, anna):
    page = client.get(LIST, {"dopo": "0-1"}).content.decode()
    assert "Non ci sono avvisi precedenti." in page


def test_the_list_asks_the_database_as_often_for_one_notice_as_for_three(client, anna):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    tell(anna, at=now())
    one = count()
    tell(anna, at=now())
    tell(anna, at=now() - timedelta(days=3))
    assert count() == one
    assert one <= 8


def test_every_page_of_notices_is_fit_for_the_strict_policy(client, anna):
    tell(anna, at=now())
    page = client.get(LIST).content.decode()
    assert not re.search(r"\sstyle=|\son(click|load|change)=|<style", page)
