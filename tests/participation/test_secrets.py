# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept about participation names nobody, is the same whoever took part, and says no more where it fails."""

import json
import logging
import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import transaction

from innovato.organisation.models import Person
from innovato.participation import selectors
from innovato.participation.catalogue import Table
from innovato.participation.models import JobState, Release
from innovato.participation.published import canonical
from innovato.participation.services import protecting
from tests import factories as make
from tests.voting.raw import dump
from workflow.models import Authorship, Comment, IdeaEvent
from workflow.services import participation

pytestmark = pytest.mark.django_db
IN_Q3 = datetime(2026, 8, 10, 9, tzinfo=UTC)
AFTER_YEAR = datetime(2027, 1, 2, 4, tzinfo=UTC)
CANARY = "Zafferanella"
HASH = re.compile(r"\b[0-9a-f]{64}\b")


@pytest.fixture
def city():
    """Three offices of 40 people, all with a canary for a name; by code, in the order of their staff numbers."""
    root = make.department("Città", code="citta")
    people, number = {}, 700_000
    for code in ("musei", "strade", "verde"):
        home = make.department(code, parent=root, code=code)
        rows = []
        for n in range(40):
            number += 7
            rows.append(
                Person(
                    first_name=CANARY, last_name=f"Canarini{number}", staff_number=str(number), home_department=home,
                    email=f"{CANARY}.{number}@comune.example",
                    contract_area=("istruttori", "funzionari", "operatori")[n % 3],
                )
            )  # fmt: skip
        people[code] = Person.objects.bulk_create(rows)
    return people


def take_part(city, *, last: bool) -> None:
    """Of each office and band so many people propose and comment: the first ones, or the `last`."""
    call = make.campaign(city["musei"][0].home_department.parent, at=IN_Q3)
    for code, each in (("musei", 6), ("strade", 4), ("verde", 1)):
        people = []
        for band in range(3):
            inside = city[code][band::3]
            people += inside[-each:] if last else inside[:each]
        idea = make.idea(people[0], call, state="admitted", at=IN_Q3)
        signed = {"idea": idea, "status": "accepted", "invited_at": IN_Q3, "answered_at": IN_Q3}
        Authorship.objects.bulk_create(Authorship(person=person, **signed) for person in people[1:])
        Comment.objects.bulk_create(Comment(idea=idea, author=person, body="Bene", at=IN_Q3) for person in people)


def test_who_of_an_office_took_part_changes_no_byte_of_any_table(city):
    kept = []
    for last in (False, True):
        start = transaction.savepoint()
        take_part(city, last=last)
        participation.release_due(at=AFTER_YEAR)
        kept.append(
            (
                list(Release.objects.order_by("number").values_list("body", "sha256")),
                [selectors.problems_of(job) for job in selectors.jobs()],
            )
        )
        transaction.savepoint_rollback(start)
    assert kept[0] == kept[1]
    assert len(kept[0][0]) >= 7


def test_no_name_number_or_address_reaches_a_table_a_log_a_mail_or_the_chain_of_events(city, caplog):
    caplog.set_level(logging.DEBUG)
    take_part(city, last=False)
    participation.release_due(at=AFTER_YEAR)
    rows = dump()
    said = [row for table, lines in rows.items() if table.startswith("participation_") for row in lines]
    said += [canonical(event.data) for event in IdeaEvent.objects.filter(kind="participation_released")]
    said += [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    said += [str(message.message()) for message in mail.outbox]
    told = HASH.sub("", "\n".join(said))
    assert len(said) > 10 and "citta" in told
    people = Person.objects.values_list("staff_number", "uuid", "last_name")
    assert [each for row in people for each in (CANARY, *map(str, row)) if each in told] == []
    assert not any(str(uuid).replace("-", "") in told for _number, uuid, _name in people)


def test_what_fails_half_way_leaves_no_count_behind_and_is_done_by_the_next_worker(city, monkeypatch):
    take_part(city, last=False)
    before = dump()

    def dies(*_arguments, **_terms):
        raise RuntimeError("pulled the plug")

    with monkeypatch.context() as broken:
        layout = protecting.LAYOUT | {Table.AREAS: dies}  # the last table of the quarter
        broken.setattr(protecting, "LAYOUT", layout)
        with pytest.raises(RuntimeError):
            participation.release_due(at=AFTER_YEAR)
    job = selectors.jobs().get()
    assert (job.state, Release.objects.count()) == (JobState.RUNNING, 0)
    changed = {name for name, rows in dump().items() if rows != before[name]}
    assert changed == {"participation_releasejob"}
    participation.release_due(at=AFTER_YEAR)
    assert selectors.jobs().get(key="2026-q3").state == JobState.RUNNING  # still held by the one who died
    assert selectors.jobs().get(key="2026").finished_at == AFTER_YEAR  # and the others do not wait for it
    participation.release_due(at=AFTER_YEAR.replace(day=3))
    job = selectors.jobs().get(key="2026-q3")
    assert (job.attempts, job.finished_at) == (2, AFTER_YEAR.replace(day=3))


def test_a_released_body_is_json_of_departments_and_numbers_only(city):
    take_part(city, last=False)
    participation.release_due(at=AFTER_YEAR)
    for body in Release.objects.values_list("body", flat=True):
        data = json.loads(body)
        assert data.keys() == {
            "scheme", "number", "previous", "table", "measure", "period", "k", "headcount_on", "released_at", "released_by",
            "columns", "rows",
        }  # fmt: skip
        for row in data["rows"]:
            assert row.keys() == {"code", "name", "kind", "parent", "merged", "staff", "count"}
            assert all(isinstance(count, int | None) for count in row["count"])
