# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of the pipeline's figures: own departments only, every figure defined, constant cost, the same in each file."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone, translation

from innovato.exports.services import asking, making
from innovato.formats import local_day
from innovato.organisation.access import DepartmentAccess
from tests import factories as make
from tests.exports import support
from tests.workflow.factories_judging import city, holder
from workflow.models import IdeaEvent, Pilot
from workflow.pipeline import report
from workflow.selectors import idea_totals
from workflow.selectors import pipeline as selectors
from workflow.services import events, rollup
from workflow.states import IdeaState as S

pytestmark = pytest.mark.django_db
QUERIES = 19
PAGE = "/cruscotto/andamento/"
ROAD = (
    ("submit", S.DRAFT, S.SCREENING, 0, None), ("admit", S.SCREENING, S.ADMITTED, 4, 10),
    ("open_voting", S.ADMITTED, S.VOTING, 10, None), ("conclude_voting", S.VOTING, S.REVIEW, 24, None),
    ("complete_review", S.REVIEW, S.DECISION, 60, 54), ("approve_pilot", S.DECISION, S.PILOTING, 70, 81),
    ("conclude_pilot", S.PILOTING, S.ADOPTED, 200, None), ("verify", S.ADOPTED, S.VERIFIED, 320, None),
)  # fmt: skip


@pytest.fixture
def here():
    return city()


def browser(person=None) -> Client:
    client = Client(headers={"accept-language": "it"})
    if person is not None:
        client.force_login(person)
    return client


def lived(here, upto="verified", department=None, *, began=None, **fields):
    """An idea with the events of its road, begun so long ago that the last is a few days old."""
    department = department or here.office
    now = timezone.now()
    began = (began or now - timedelta(days=325)).replace(hour=10)  # far from midnight, whatever the season
    idea = make.idea(here.author, here.call, state=upto, department=department, **fields)
    rows = []
    for kind, before, after, day, due in ROAD:
        due_on = local_day(began + timedelta(days=due)).isoformat() if due else None
        stage = {"department": department.pk, "due_on": due_on}
        at = began + timedelta(days=day)
        rows.append(IdeaEvent(idea=idea, kind=kind, from_state=before, to_state=after, at=at, data={"stage": stage}))
        if after == upto:
            break
    events.record_many(rows)
    return idea


def built(person, chosen=None):
    with translation.override("it"):
        return report.build(DepartmentAccess.of(person), chosen, at=timezone.now())


def section(person, key, chosen=None):
    return next(one for one in built(person, chosen).sections if one.key == key)


def shown(table):
    return [[cell.shown for cell in row] for row in (*table.rows, *table.foot)]


@pytest.mark.parametrize(
    "who, status",
    [(None, 302), ("author", 403), ("colleague", 403), ("manager", 200), ("director", 200), ("screener", 200)],
)
def test_who_gets_the_page(here, who, status):
    assert browser(who and getattr(here, who)).get(PAGE).status_code == status


def test_every_figure_stands_with_its_definition_chart_and_table(here):
    lived(here)
    lived(here, "piloting", began=timezone.now() - timedelta(days=75))
    rollup.refresh(at=timezone.now())
    text = browser(here.director).get(PAGE).content.decode()
    for one in built(here.director).sections:
        assert f'id="h-{one.key}"' in text and one.definition[:40] in text.replace("&#x27;", "'")
    assert text.count('class="in-chart"') == text.count("Vedi i dati in tabella") == 6
    assert "non è ancora contato" not in text


def test_the_times_are_those_of_the_road(here):
    lived(here)
    rollup.refresh(at=timezone.now())
    rows = {row[0]: row[1:] for row in shown(section(here.manager, "tempi").table)}
    assert rows["Verifica"] == ["1", "4", "4"] and rows["In valutazione"] == ["1", "36", "36"]
    assert rows["In prova"] == ["1", "130", "130"] and "Realizzata e verificata" not in rows
    assert shown(section(here.manager, "puntuali").table)[-1] == ["Dodici mesi", "3", "2", "67%"]


def test_the_figures_about_ideas_for_another_report_are_read_from_what_is_kept(here, django_assert_num_queries):
    lived(here)
    lived(here, "screening", began=timezone.now() - timedelta(days=2))
    rollup.refresh(at=timezone.now())
    today = timezone.localdate()
    with django_assert_num_queries(4):
        totals = idea_totals.of_period(first_day=today - timedelta(days=340), last_day=today)
    assert sum(n for _month, n in totals.pop("months")) == totals["submitted"]
    assert totals == {
        "submitted": 2,
        "adopted": 1,
        "days_to_answer": 4,
        "days_to_decision": 70,
        "promised": 3,
        "kept": 2,
    }


def test_only_own_departments_count(here):
    lived(here, "screening", began=timezone.now() - timedelta(days=2))
    lived(here, "screening", department=here.elsewhere, began=timezone.now() - timedelta(days=2))
    rollup.refresh(at=timezone.now())

    def going(person, chosen=None):
        return shown(section(person, "mesi", chosen).table)[-1][-1]

    assert [going(person) for person in (here.manager, here.director, here.stranger, here.screener)] == [
        "1",
        "1",
        "1",
        "2",
    ]
    assert going(here.screener, here.elsewhere) == "1"
    assert selectors.scopes_of(DepartmentAccess.of(here.manager), here.elsewhere.pk) == []
    page = browser(here.manager).get(f"{PAGE}?struttura={here.elsewhere.pk}")
    assert here.elsewhere.short_name not in page.content.decode()


def test_a_cohort_shows_its_share_when_all_had_the_time(here):
    lived(here, "adopted", began=timezone.now() - timedelta(days=400))
    lived(here, "review", began=timezone.now() - timedelta(days=400))
    rollup.refresh(at=timezone.now())
    row = shown(section(here.screener, "bandi").table)[0]
    assert row[1:] == ["2", "50%", "50%", "–", "–"]


def test_pilots_past_their_end_and_benefits_are_listed(here):
    today = timezone.localdate()
    late, done = lived(here, "piloting"), lived(here)
    plan = {
        "owner": here.colleague,
        "starts_on": today - timedelta(days=90),
        "department": here.office,
        "approved_at": timezone.now(),
    }
    Pilot.objects.create(idea=late, ends_on=today - timedelta(days=3), **plan)
    Pilot.objects.create(
        idea=done, ends_on=today, verified_at=timezone.now(), verified_benefit="Meno code", **plan
    )  # fmt: skip
    rollup.refresh(at=timezone.now())
    assert [row[0::3] for row in shown(section(here.manager, "oltre").table)] == [[late.title, "3"]]
    assert [row[0::2] for row in shown(section(here.manager, "benefici").table)] == [[done.title, "Meno code"]]
    assert shown(section(here.stranger, "oltre").table) == []


def test_the_page_says_what_is_not_counted_yet(here):
    text = browser(here.manager).get(PAGE).content.decode()
    assert text.count("Non è ancora stato contato niente") == 2 and 'id="h-mesi"' not in text
    rollup.refresh(at=timezone.now())
    lived(here, "admitted")
    text = browser(here.manager).get(PAGE).content.decode()
    assert "2 fatti più recenti non sono ancora contati" in text


def test_the_page_costs_the_same_whatever_happened(here, django_assert_num_queries):
    client = browser(here.manager)
    client.get(PAGE)
    for count in (1, 3):
        for _idea in range(count):
            lived(here)
        rollup.refresh(at=timezone.now())
        with django_assert_num_queries(QUERIES):
            client.get(PAGE)


@pytest.mark.parametrize("struttura", ["", "0", "-1", "\x00", "٣", "9" * 40, "x' OR 1=1", "<script>"])
def test_an_odd_department_in_the_address_shows_ones_own(here, struttura):
    assert browser(here.manager).get(PAGE, {"struttura": struttura}).status_code == 200


def test_every_format_holds_the_cells_of_the_page(here, monkeypatch):
    """CSV, XLSX, ODS and PDF of one order each, opened and compared with the document that the page shows."""
    monkeypatch.setattr(asking, "nudge", lambda pk: None)
    lived(here)
    lived(here, "piloting", began=timezone.now() - timedelta(days=75))
    at = timezone.now()
    rollup.refresh(at=at)
    tables = built(here.manager).tables
    for format in ("xlsx", "ods", "csv", "pdf"):
        job = asking.ask(by=here.manager, report="andamento", posted={}, format=format, language="it", at=at)
        assert making.make(export_id=job.pk, at=at) is True
        job.refresh_from_db()
        path = default_storage.path(job.file)
        with translation.override("it"):
            compared(format, path, tables)


def compared(format, path, tables):
    path = Path(path)
    if format == "pdf":
        words = support.pdf_words(path).replace(" ", "")
        assert [c for t in tables for row in shown(t) for c in row if "".join(c.split()) not in words] == []
    elif format == "csv":
        for found, table in zip(support.separated(path), tables, strict=True):
            assert [row[1:] for row in found] == [
                [_as_csv(cell) for cell in row[1:]] for row in (*table.rows, *table.foot)
            ]
    else:
        for found, table in zip(support.sheets(path), tables, strict=True):
            assert [row[: len(table.head)] for row in found if any(cell != "" for cell in row)] == support.values(table)


def _as_csv(cell):
    return str(cell.value) if isinstance(cell.value, int | Decimal) and cell.kind == "number" else (
        cell.value.isoformat() if isinstance(cell.value, date) else cell.shown)  # fmt: skip


def test_an_order_for_somebody_elses_department_is_not_there(here):
    client = browser(here.manager)
    order = {"report": "andamento", "format": "csv", "language": "it"}
    assert client.post("/esportazioni/nuova/", order | {"struttura": str(here.elsewhere.pk)}).status_code == 404
    assert client.post("/esportazioni/nuova/", order | {"struttura": "x"}).status_code == 422
    assert browser(here.author).post("/esportazioni/nuova/", order).status_code == 404


def test_who_only_watches_reads_the_figures_of_the_whole_city(here):
    watcher = holder("Ines", "Villa", "view_pipeline", here.root)
    lived(here, "screening", began=timezone.now() - timedelta(days=2))
    rollup.refresh(at=timezone.now())
    assert shown(section(watcher, "mesi").table)[-1][-1] == "1"
