# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turnout is counted from the closed urn while its key exists, and only the protected table is kept."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from innovato.participation import selectors
from innovato.participation.models import JobState, Release
from tests import factories
from tests.voting import factories as make
from tests.voting.raw import dump
from voting.services import calendar, guarding, turnout
from voting.states import BallotState
from workflow.models import IdeaEvent

pytestmark = pytest.mark.django_db
OFFICES = {"anagrafe": (30, 14), "musei": (30, 11), "strade": (30, 3)}  # electors, papers


def closed(*, last: bool = False, offices=None):
    """A closed ballot in which so many people of each office have voted; the first ones, or the `last`."""
    vote = make.scheduled(people=0, ideas=2)
    groups = {}
    for code, (number, papers) in (offices or OFFICES).items():
        home = factories.department(code, parent=vote.root, code=code)
        groups[code] = make.voters(number, home=home), papers
    assert calendar.advance(ballot_id=vote.pk)
    vote.codes = list(vote.fresh().options.order_by("idea_id").values_list("code", flat=True))
    for people, papers in groups.values():
        for person in people[-papers:] if last else people[:papers]:
            vote.cast(person, 0)
    assert vote.end()
    vote.fresh()
    return vote


def released(vote) -> dict[str, tuple[int, int | None]]:
    """The turnout as everybody sees it: electors and papers by row."""
    table = selectors.table(Release.objects.get(ballot=vote.pk))
    return {row.label: (row.total.staff, row.total.count) for row in table.rows}


def test_turnout_by_department_is_released_after_the_close_with_what_must_be_hidden_hidden():
    vote = closed()
    assert turnout.release_waiting(at=timezone.now()) == 1
    assert turnout.release_waiting(at=timezone.now()) == 0
    found = released(vote)
    assert found.pop("Città") == (92, 28)  # the publication says so anyway
    hidden = [label for label, (_staff, count) in found.items() if count is None]
    assert len(hidden) >= 2  # one alone could be worked out from the others
    row = Release.objects.get()
    assert (row.table, row.measure, row.released_by, row.title) == ("T2", "voted", "ballot", vote.ballot.campaign.title)
    event = IdeaEvent.objects.get(kind="participation_released")
    assert event.data == {
        "number": 1,
        "table": "T2",
        "measure": "voted",
        "period": f"ballot-{vote.pk}",
        "sha256": row.sha256,
    }


def test_who_of_an_office_took_part_changes_no_byte_of_what_is_kept():
    bodies = []
    for last in (False, True):
        start = transaction.savepoint()
        vote = closed(last=last)
        turnout.release_waiting(at=timezone.now())
        body = json.loads(Release.objects.get(ballot=vote.pk).body)
        for changing in ("previous", "released_at", "period"):
            body.pop(changing)
        codes = {row["code"]: f"row {number}" for number, row in enumerate(body["rows"])}
        for row in body["rows"]:
            row["code"], row["parent"] = codes[row["code"]], codes.get(row["parent"])
        bodies.append(json.dumps(body))
        transaction.savepoint_rollback(start)
    assert bodies[0] == bodies[1]


def test_no_table_keeps_a_raw_count_or_who_voted():
    closed()
    before = dump()
    turnout.release_waiting(at=timezone.now())
    changed = {name for name, rows in dump().items() if rows != before[name]}
    assert changed == {
        "participation_release",
        "participation_releasehead",
        "participation_releasejob",
        "workflow_chainhead",
        "workflow_ideaevent",
    }


def test_without_a_quorum_nothing_is_released_and_the_job_says_why():
    closed(offices={"anagrafe": (30, 4)})
    assert turnout.release_waiting(at=timezone.now()) == 0
    job = selectors.jobs().get()
    assert (Release.objects.count(), job.state) == (0, JobState.LOST)
    assert selectors.problems_of(job) == ["Affluenza per struttura: quorum non raggiunto, non si pubblica nulla."]


def test_the_seal_does_not_wait_and_after_it_nothing_can_be_counted():
    vote = closed()
    assert vote.seal() and vote.fresh().state == BallotState.SEALED
    assert turnout.release_waiting(at=timezone.now()) == 0
    job = selectors.jobs().get()
    assert "la chiave della votazione è stata distrutta" in selectors.problems_of(job)[0]
    assert turnout.release_waiting(at=timezone.now() + timedelta(days=1)) == 0


def annulled(vote) -> None:
    guarantor = factories.person(home=vote.root)
    factories.grant(guarantor, "guard_ballots", vote.root)
    reason = "Si è votato con un elenco sbagliato."
    guarding.annul(ballot_id=vote.pk, reason=reason, by=guarantor, at=timezone.now())


def test_a_ballot_annulled_while_its_table_is_made_releases_nothing(monkeypatch):
    vote = closed()

    def slowly(counts, **terms):
        annulled(vote)
        return protect_all(counts, **terms)

    protect_all = turnout.protect_all
    monkeypatch.setattr(turnout, "protect_all", slowly)
    assert turnout.release_waiting(at=timezone.now()) == 0
    assert (Release.objects.count(), selectors.jobs().get().state) == (0, JobState.LOST)


def test_a_ballot_sealed_while_its_table_is_made_keeps_its_turnout(monkeypatch):
    vote = closed()

    def slowly(counts, **terms):
        assert vote.seal()
        return protect_all(counts, **terms)

    protect_all = turnout.protect_all
    monkeypatch.setattr(turnout, "protect_all", slowly)
    assert turnout.release_waiting(at=timezone.now()) == 1


def test_an_open_ballot_has_no_turnout_and_an_annulled_one_gets_none():
    vote = make.opened()
    assert turnout.release_waiting(at=timezone.now()) == 0
    assert not selectors.jobs().exists()
    vote.end()
    annulled(vote)
    assert turnout.release_waiting(at=timezone.now()) == 0
    assert turnout.release_turnout(ballot_id=vote.pk, at=timezone.now()) == 0
    assert selectors.problems_of(selectors.jobs().get()) == ["Affluenza per struttura: la votazione è stata annullata."]
