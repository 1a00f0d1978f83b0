# SPDX-License-Identifier: AGPL-3.0-or-later
"""Personal tokens: made on the profile page with a secret said once, kept as a fingerprint, dead with their person."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from innovato.api import pace
from innovato.organisation import services
from innovato.organisation.errors import NotInService, TooManyTokens
from innovato.organisation.models import AccessToken
from innovato.organisation.services.tokens import MOST_TOKENS, PREFIX
from tests import factories as make
from tests.workflow.api_support import API, assert_problem, client_of

pytestmark = pytest.mark.django_db
SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")


@pytest.fixture
def anna():
    return make.person("Anna", home=make.department("Città"))


def issue(person, scope="read", days=30, at=None, **more) -> str:
    _token, secret = services.issue_token(
        person=person, name="Cruscotto", scope=scope, days=days, at=at or timezone.now(), **more
    )
    return secret


def with_token(secret, path="me/", method="get", **more):
    headers = {"Authorization": f"Bearer {secret}"}
    return getattr(Client(enforce_csrf_checks=True), method)(API + path, headers=headers, **more)


def fields(**more) -> dict:
    return {"uuid": uuid4(), "name": "Cruscotto", "scope": "write", "days": "90"} | more


# On the profile page -----------------------------------------------------------------------------------------------


def test_a_token_is_made_on_the_profile_page_and_its_secret_is_shown_once(anna):
    browser = client_of(anna)
    answer = browser.post("/profilo/token/", fields())
    secret = SECRET.search(answer.content.decode())[0]
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert with_token(secret).json()["name"] == anna.get_full_name()
    page = browser.get("/profilo/").content.decode()
    assert "Cruscotto" in page and secret not in page
    assert secret not in repr(list(AccessToken.objects.values()))


def test_the_same_page_sent_twice_makes_one_token_and_says_no_secret(anna):
    browser, sent = client_of(anna), fields()
    browser.post("/profilo/token/", sent)
    again = browser.post("/profilo/token/", sent).content.decode()
    assert AccessToken.objects.count() == 1 and not SECRET.search(again) and "c’era già" in again


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "a\0b"}, {"name": "x" * 61}, {"name": "\u202etxt"}, {"scope": "admin"}, {"days": "9999"}]
    + [{"days": ""}, {"uuid": "x"}],
)
def test_a_token_that_cannot_be_is_refused_in_words(anna, wrong):
    assert client_of(anna).post("/profilo/token/", fields(**wrong)).status_code == 400
    assert not AccessToken.objects.exists()


def test_somebody_elses_number_for_a_token_makes_nothing(anna):
    theirs = fields()
    client_of(make.person()).post("/profilo/token/", theirs)
    assert client_of(anna).post("/profilo/token/", theirs).status_code == 400
    assert AccessToken.objects.count() == 1


def test_revoking_asks_first_and_ends_the_token_at_once(anna):
    secret, token = issue(anna), AccessToken.objects.get()
    browser, address = client_of(anna), f"/profilo/token/{token.uuid}/revoca/"
    assert "Non si torna indietro" in browser.get(address).content.decode()
    assert with_token(secret).status_code == 200
    assert browser.post(address).status_code == 302
    assert_problem(with_token(secret), 401, "bad_token")
    assert browser.post(address).status_code == 404


def test_nobody_sees_or_revokes_the_token_of_somebody_else(anna):
    secret, token = issue(anna), AccessToken.objects.get()
    other = client_of(make.person())
    assert other.get(f"/profilo/token/{token.uuid}/revoca/").status_code == 404
    assert other.post(f"/profilo/token/{token.uuid}/revoca/").status_code == 404
    assert "Cruscotto" not in other.get("/profilo/").content.decode() and with_token(secret).status_code == 200


# What a token opens ------------------------------------------------------------------------------------------------


def test_a_token_that_is_none_any_more_is_refused(anna):
    old = issue(anna, at=timezone.now() - timedelta(days=31))
    for secret in (old, "", PREFIX, PREFIX + "x" * 43, "è", "a" * 5000, issue(anna) + "x"):
        answer = with_token(secret)
        assert_problem(answer, 401, "bad_token")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="InnovaTo"'
    assert_problem(Client().get(API + "me/", headers={"Authorization": "Basic QTpC"}), 401, "not_authenticated")


def test_a_token_that_only_reads_changes_nothing_and_one_that_writes_needs_no_csrf(anna):
    reads, writes = issue(anna), issue(anna, "write")
    sent = {"data": b"{}", "content_type": "application/json"}
    assert_problem(with_token(reads, "ideas/2026-0001/moves/admit/", "post", **sent), 403, "read_only_token")
    assert_problem(with_token(writes, "ideas/2026-0001/moves/admit/", "post", **sent), 404)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_no_token_votes_or_sees_a_paper(anna, method):
    answer = with_token(issue(anna, "write"), f"ballots/{uuid4()}/paper/", method)
    assert_problem(answer, 403, "session_only")


def test_a_token_opens_no_page(anna):
    answer = Client().get("/profilo/", headers={"Authorization": f"Bearer {issue(anna, 'write')}"})
    assert answer.status_code == 302


def test_who_leaves_has_no_token_any_more_and_finds_none_on_coming_back(anna):
    secret, home = issue(anna), anna.home_department
    services.deactivate(person=anna, by=None, at=timezone.now())
    assert_problem(with_token(secret), 401, "bad_token")
    services.reactivate(person=anna, department=home, by=None, at=timezone.now())
    assert_problem(with_token(secret), 401, "bad_token")
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    with pytest.raises(NotInService):
        issue(anna)


def test_somebody_switched_off_by_hand_is_out_too(anna):
    secret = issue(anna)
    type(anna).objects.filter(pk=anna.pk).update(is_active=False)
    assert_problem(with_token(secret), 401, "bad_token")


def test_of_its_use_a_token_remembers_the_day_only(anna, django_assert_num_queries):
    secret = issue(anna)
    with_token(secret, "notices/")
    assert AccessToken.objects.get().last_used_on == timezone.localdate()
    with django_assert_num_queries(2):  # the token with its person, the notices
        with_token(secret, "notices/")


def test_a_person_has_so_many_tokens_and_no_more(anna):
    for _number in range(MOST_TOKENS):
        issue(anna)
    with pytest.raises(TooManyTokens):
        issue(anna)
    assert client_of(anna).post("/profilo/token/", fields()).status_code == 400


def test_the_database_keeps_no_token_that_cannot_be(anna):
    issue(anna)
    for wrong in ({"scope": "all"}, {"fingerprint": "x"}, {"expires_at": timezone.now() - timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessToken.objects.update(**wrong)


# How fast ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def slowly(settings):
    settings.INNOVATO_API_READS_PER_MINUTE = settings.INNOVATO_API_WRITES_PER_MINUTE = 3
    settings.INNOVATO_API_ANONYMOUS_PER_MINUTE = 2
    cache.clear()
    pace.forget()
    yield
    cache.clear()
    pace.forget()


def test_who_calls_too_fast_is_told_how_long_to_wait(anna, slowly):
    browser = client_of(anna)
    with time_machine.travel("2026-11-19T09:00:20Z", tick=False):
        assert [browser.get(API + "notices/").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = browser.get(API + "notices/")
        assert_problem(refused, 429, "throttled")
        assert refused.headers["Retry-After"] == "40"
        assert client_of(make.person()).get(API + "notices/").status_code == 200
        assert browser.post(API + "ideas/2026-0001/moves/admit/", b"{}", "application/json").status_code == 404
    with time_machine.travel("2026-11-19T09:01:00Z", tick=False):
        assert browser.get(API + "notices/").status_code == 200


def test_other_processes_count_too(anna, slowly):
    browser = client_of(anna)
    with time_machine.travel("2026-11-19T09:00:20Z", tick=False):
        for _ in range(3):
            browser.get(API + "notices/")
        pace.forget()  # as another process that has seen nothing
        assert browser.get(API + "notices/").status_code == 429


def test_who_has_not_signed_in_is_counted_by_address(slowly):
    with time_machine.travel("2026-11-19T09:00:20Z", tick=False):
        address = f"{API}ballots/{uuid4()}/publication/"
        assert [Client().get(address).status_code for _ in range(3)] == [404, 404, 429]
