# SPDX-License-Identifier: AGPL-3.0-or-later
"""Canaries: names, numbers, addresses, votes and drafts of real people are looked for in everything that HR is ever given."""

import logging
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from innovato.exports.models import Export
from innovato.exports.services import asking, mailing, making
from innovato.notifications import delivery
from innovato.notifications.models import Notice
from innovato.organisation.models import Person
from innovato.participation import choice, notices, selectors
from innovato.participation.catalogue import EVERY_MEASURE, Measure, PeriodKind
from tests import factories as make
from tests.exports import support
from tests.voting import factories as votes
from tests.voting.raw import boxes
from voting.services import calendar, turnout
from workflow.models import Authorship, Comment, Review
from workflow.services import participation

pytestmark = pytest.mark.django_db
IN_Q3 = datetime(2026, 8, 10, 9, tzinfo=UTC)
AFTER_YEAR = datetime(2027, 1, 2, 4, tzinfo=UTC)
CANARY, DRAFT, COMMENT, REVIEW = "Zafferanella", "Bozzacanarina", "Commentocanarino", "Schedacanarina"
OFFICES = ("musei", "strade", "verde")
LONG_HEX = re.compile(r"\b[0-9a-f]{8,}\b")  # hashes and keys of rows: a staff number may stand in them by chance
PAGE = "/partecipazione/"
FORMATS = ("csv", "ods", "xlsx", "pdf")


@pytest.fixture
def logged(caplog):
    """All that the process logs at debug level, but the database's own statements."""
    django = logging.getLogger("django")
    before = django.level
    caplog.set_level(logging.DEBUG)
    django.setLevel(logging.DEBUG)
    yield lambda: [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    django.setLevel(before)


@pytest.fixture
def city(monkeypatch):
    """Three offices of canaries who propose, comment, review, draft and vote; HR; everything released."""
    monkeypatch.setattr(asking, "nudge", lambda pk: None)
    vote = votes.scheduled(people=0, ideas=2)
    people = {}
    for number, code in enumerate(OFFICES):
        home = make.department(code, parent=vote.root, code=code)
        rows = [_canary(home, 700_000 + 1000 * number + 7 * n, n) for n in range(40)]
        people[code] = Person.objects.bulk_create(rows)
    vote.hr = make.person("Andrea", "Martini", home=vote.root)
    make.grant(vote.hr, "view_participation", vote.root)
    _take_part(vote.root, people)
    vote.secrets = _vote(vote, people)
    turnout.release_waiting(at=timezone.now())
    each = {"report": "partecipazione", "person": str(vote.hr.pk), "every": "quarter", "format": "csv"}
    mailing.add(by=vote.hr, at=AFTER_YEAR, **each)
    participation.release_due(at=AFTER_YEAR)
    notices.refused(selectors.released_periods(kind=PeriodKind.QUARTER)[0], at=AFTER_YEAR)
    return vote


def _canary(home, number: int, n: int) -> Person:
    area = ("istruttori", "funzionari", "operatori")[n % 3]
    return Person(
        first_name=CANARY, last_name=f"Canarini{number}", staff_number=str(number), home_department=home, contract_area=area,
        email=f"{CANARY}.{number}@comune.example",
    )  # fmt: skip


def _take_part(root, people) -> None:
    call = make.campaign(root, at=IN_Q3)
    for code, number in (("musei", 18), ("strade", 14), ("verde", 3)):
        some = people[code][:number]
        idea = make.idea(some[0], call, state="review", at=IN_Q3, title=f"Idea di {CANARY}")
        signed = {"idea": idea, "status": "accepted", "invited_at": IN_Q3, "answered_at": IN_Q3}
        Authorship.objects.bulk_create(Authorship(person=person, **signed) for person in some[1:])
        Comment.objects.bulk_create(Comment(idea=idea, author=person, body=COMMENT, at=IN_Q3) for person in some)
        Review.objects.bulk_create(
            Review(idea=idea, reviewer=person, status="submitted", assigned_at=IN_Q3, declared_at=IN_Q3,
                   submitted_at=IN_Q3, due_on=IN_Q3.date(), idea_version=1, recommendation="pilot", advice=REVIEW,
                   weighted_score=3)
            for person in people[code][20:33]
        )  # fmt: skip
        make.idea(people[code][39], call, at=IN_Q3, title=DRAFT)


def _vote(vote, people) -> list[str]:
    """Everybody in service votes, the ballot closes; returns the receipts' codes and the places of the papers."""
    assert calendar.advance(ballot_id=vote.pk)
    vote.codes = list(vote.fresh().options.order_by("idea_id").values_list("code", flat=True))
    receipts = [vote.cast(person, 0) for code in OFFICES for person in people[code][: 12 + len(code)]]
    places = [place.hex() for place in boxes(vote.pk)]
    assert vote.end()
    return [*places, *(code for receipt in receipts for code in receipt.codes.values())]


def canaries(vote) -> list[str]:
    """Everything that must never be met."""
    rows = Person.objects.filter(first_name=CANARY).values_list("staff_number", "last_name", "uuid")
    people = [each for number, name, uuid in rows for each in (number, name, str(uuid), uuid.hex)]
    return [CANARY, CANARY.lower(), DRAFT, COMMENT, REVIEW, *people, *vote.secrets]


def addresses() -> list[str]:
    """Every page about participation that there is to open, and some that there are not."""
    found = [PAGE, f"{PAGE}?periodo=1999", f"{PAGE}?struttura=musei-chiusi", "/esportazioni/", "/avvisi/"]
    for period in selectors.released_periods():
        for view in choice.VIEWS[period.kind]:
            measures = (Measure.VOTED,) if period.kind == PeriodKind.BALLOT else EVERY_MEASURE
            found += [f"{PAGE}?periodo={period.key}&misura={measure}&vista={view}" for measure in measures]
        found.append(f"{PAGE}?periodo={period.key}&struttura=strade")
    return found


def answers(client: Client) -> list[str]:
    """The pages, their headers with them, and what the API says of every release."""
    found = []
    for address in addresses():
        answer = client.get(address)
        found.append(f"{answer.headers}{answer.text}")
    found.append(client.get(f"{PAGE}preparazioni/", headers={"HX-Request": "true"}).text)
    found.append(client.get("/api/v1/participation/").text)
    found += [client.get(f"/api/v1/participation/{row.number}/").text for row in selectors.releases_for()]
    return found


def files(vote, client: Client) -> dict[str, str]:
    """The widest table as a file in each format and one on a schedule: the words of each as a reader finds them."""
    for format in FORMATS:
        posted = {"periodo": "2026-q3", "vista": choice.TREE}
        asking.ask(by=vote.hr, report="partecipazione", posted=posted, format=format, language="it", at=timezone.now())
    assert mailing.send_due(at=AFTER_YEAR) == 1
    found = {}
    for job in Export.objects.order_by("pk"):
        assert making.make(export_id=job.pk, at=timezone.now())
        job.refresh_from_db()
        path = Path(default_storage.path(job.file))
        sent = b"".join(client.get(f"/esportazioni/{job.uuid}/file/"))
        assert sent == path.read_bytes()
        found[f"{job.format} {job.by_mail}"] = f"{job.file_name} {job.title} {job.parameters} {_words(path)}"
    return found


def _words(path: Path) -> str:
    if path.suffix == ".pdf":
        return support.pdf_words(path)
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as book:  # all of it: the file's own data and hidden sheets too
        return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def test_nothing_that_hr_is_given_names_anybody_or_tells_a_vote_or_a_draft(city, logged):
    client = Client(headers={"accept-language": "it"})
    client.force_login(city.hr)
    made = files(city, client)
    told = [f"{notice.kind} {notice.context}" for notice in Notice.objects.filter(recipient=city.hr)]
    delivery.relay(at=AFTER_YEAR)
    letters = [str(letter.message()) for letter in mail.outbox if city.hr.email in letter.to]
    pages = answers(client)
    assert set(made) == {f"{format} False" for format in FORMATS} | {"csv True"}
    assert all("strade" in words for words in made.values())
    assert len(pages) > 25 and sum("strade" in page for page in pages) > 15
    assert any("release_refused" in line for line in told)
    assert len(letters) == 3  # the report, the refusal, the publication of the ballot
    whole = "\n".join([*made.values(), *told, *letters, *pages, *logged()])
    short = LONG_HEX.sub("", whole)
    met = [canary for canary in canaries(city) if canary in (whole if len(canary) > 8 else short)]
    assert met == []


def test_the_canaries_are_there_to_be_met(city):
    """A colleague's ordinary pages show what HR's must not: the walk above would find it."""
    client = Client(headers={"accept-language": "it"})
    client.force_login(city.hr)
    shown = client.get("/idee/").text
    assert CANARY in shown and len(city.secrets) > 2 * 40 and len(canaries(city)) > 500
