# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of retention: for who looks after the whole city, and not there for anybody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from innovato.organisation.models import Person
from innovato.organisation.services import deactivate
from innovato.retention import registry
from innovato.retention.models import RetentionRun
from tests import factories as make
from tests.voting.pages import browser
from tests.workflow.factories_judging import city, holder

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

PAGES = ("/conservazione/", "/conservazione/persona/")


@pytest.fixture
def here():
    here = city()
    here.admin = holder("Enzo", "Serra", "manage_department", here.root)
    here.local = holder("Olga", "Locale", "manage_department", here.office)
    here.hr = holder("Andrea", "Martini", "view_participation", here.root)
    here.super = make.person("Su", "Peruser", is_staff=True, is_superuser=True)
    here.gone = make.person("Vera", "Partita", home=here.office)
    deactivate(person=here.gone, by=None, at=timezone.now() - timedelta(days=30))
    return here


@pytest.mark.parametrize("who", ["author", "manager", "screener", "hr", "local", "super"])
def test_they_are_not_there_for_others_whatever_is_sent(here, who):
    client = browser(getattr(here, who))
    missing = client.get("/non-c-e/")
    for address in PAGES:
        assert client.get(address).status_code == missing.status_code == 404
    sent = {"staff_number": here.gone.staff_number, "confirm": "1", "sure": "1"}
    assert [client.post(f"/conservazione/{act}/", sent).status_code for act in ("persona", "prova")] == [404, 404]
    assert not RetentionRun.objects.exists()
    assert Person.objects.get(pk=here.gone.pk).first_name == "Vera"


def test_the_table_shows_every_rule_with_its_last_run_and_count(here, django_assert_num_queries):
    client = browser(here.admin)
    page = client.get("/conservazione/").content.decode()
    assert page.count('<th scope="row">') == len(registry.rules()) and page.count(">mai<") == len(registry.rules())
    now = timezone.now()
    RetentionRun.objects.create(rule="notices", started_at=now, finished_at=now, count=1234)
    RetentionRun.objects.create(rule="tokens", started_at=now, finished_at=now, fault="OperationalError")
    page = client.get("/conservazione/").content.decode()
    assert "1.234" in page and "(interrotto)" in page and page.count(">mai<") == len(registry.rules()) - 2


def test_counting_is_a_post_that_deletes_nothing_and_shows_the_numbers(here):
    client = browser(here.admin)
    assert client.get("/conservazione/prova/").status_code == 405
    answer = client.post("/conservazione/prova/", follow=True)
    assert answer.redirect_chain == [("/conservazione/", 302)]
    assert "Non è stato cancellato niente" in answer.content.decode()
    assert set(RetentionRun.objects.values_list("rule", "is_dry", "by")) == {
        (rule.name, True, here.admin.pk) for rule in registry.rules()
    }


def test_an_erasure_is_seen_first_confirmed_then_done(here):
    client, number = browser(here.admin), here.gone.staff_number
    shown = client.post("/conservazione/persona/", {"staff_number": number, "preview": "1"})
    text = shown.content.decode()
    assert shown.status_code == 200 and "Vera Partita" in text and "Che cosa resta, senza il nome" in text
    unsure = client.post("/conservazione/persona/", {"staff_number": number, "confirm": "1"})
    assert unsure.status_code == 422 and "Segna la casella" in unsure.content.decode()
    assert Person.objects.get(pk=here.gone.pk).first_name == "Vera"
    done = client.post("/conservazione/persona/", {"staff_number": number, "confirm": "1", "sure": "on"}, follow=True)
    text = done.content.decode()
    assert "Cancellazione fatta" in text and "fatta da Enzo Serra" in text and "Vera" not in text
    assert Person.objects.get(pk=here.gone.pk).erased_at
    again = client.post("/conservazione/persona/", {"staff_number": number, "confirm": "1", "sure": "on"})
    assert again.status_code == 422 and "Nessuno ha questa matricola" in again.content.decode()


def test_who_is_in_service_is_refused_with_the_reason(here):
    answer = browser(here.admin).post(
        "/conservazione/persona/", {"staff_number": here.author.staff_number, "confirm": "1", "sure": "on"}
    )
    assert answer.status_code == 422 and "Davide Conti è in servizio" in answer.content.decode()
    assert Person.objects.get(pk=here.author.pk).erased_at is None


@pytest.mark.parametrize(
    "odd", ["", "12", "1234567", "12345\u0660", "~00001", "abcdef", "' OR 1=1", "123456\x00", "1" * 9999]
)
def test_bad_numbers_get_a_sentence_and_nothing_happens(here, odd):
    answer = browser(here.admin).post("/conservazione/persona/", {"staff_number": odd, "confirm": "1", "sure": "1"})
    assert answer.status_code == 422 and "in-error" in answer.content.decode()
    assert not RetentionRun.objects.exists()


def test_lists_of_files_lead_the_administrator_there_and_nobody_else(here):
    assert "/conservazione/" in browser(here.admin).get("/esportazioni/").content.decode()
    assert "/conservazione/" not in browser(here.author).get("/esportazioni/").content.decode()
