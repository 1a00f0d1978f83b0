# SPDX-License-Identifier: AGPL-3.0-or-later
"""The participation page: only for HR, only what is released, the same cells in every file, a sentence for what is not there."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone, translation

from innovato.exports.services import asking, making
from innovato.participation import catalogue, choice, report
from innovato.participation.catalogue import Measure, Period, PeriodKind, Table
from innovato.participation.models import ReleaseJob
from tests import factories as make
from tests.exports import support
from tests.participation import factories as released

pytestmark = pytest.mark.django_db
PAGE = "/partecipazione/"
QUERIES = 25
BEFORE = catalogue.quarter_of(date(2026, 6, 30))
YEAR = catalogue.year_of(date(2025, 1, 1))
BALLOT = Period(PeriodKind.BALLOT, date(2026, 9, 1), date(2026, 9, 14), uuid4(), "Sportelli più vicini")


@pytest.fixture
def root():
    return make.department("Città")


@pytest.fixture
def hr(root):
    who = make.person("Andrea", "Martini", home=root)
    make.grant(who, "view_participation", root)
    return who


@pytest.fixture
def tables():
    """Two quarters, a year with the one before, a ballot."""
    for period in (BEFORE, released.QUARTER):
        for measure in catalogue.EVERY_MEASURE:
            released.release(measure=measure, period=period)
    released.release(table=Table.AREAS)
    city = (released.row("citta", None, (7002, 16), name="Città"),)
    for year in (catalogue.before(YEAR), YEAR):
        released.release(table=Table.CITY, period=year, rows=city)
    released.release(table=Table.TURNOUT, measure=Measure.VOTED, period=BALLOT)


def browser(person=None) -> Client:
    client = Client(headers={"accept-language": "it"})
    if person is not None:
        client.force_login(person)
    return client


def page(person, status=200, **query) -> str:
    answer = browser(person).get(PAGE, query)
    assert answer.status_code == status
    return answer.content.decode()


def test_only_hr_of_the_whole_city_gets_the_page(root, hr, tables):
    office = make.department("Ufficio", parent=root)
    others = {"screen_ideas": root, "decide_ideas": root, "manage_department": root, "view_participation": office}
    for capability, where in others.items():
        who = make.person("Omar", capability, home=root)
        make.grant(who, capability, where)
        assert "130" not in page(who, 403) and PAGE not in browser(who).get("/").content.decode()
        order = {"report": "partecipazione", "format": "csv", "language": "it", "periodo": "2026-q3"}
        assert browser(who).post("/esportazioni/nuova/", order).status_code == 404
    chief = make.person("Capo", "Tecnico", home=root, is_superuser=True, is_staff=True)
    page(chief, 403)
    assert browser().get(PAGE).status_code == 302
    assert PAGE in browser(hr).get("/").content.decode()


def test_the_latest_quarter_stands_with_denominators_comparison_and_the_sentence_about_hidden_cells(hr, tables):
    text = page(hr)
    assert "3° trimestre 2026" in text and "33% di 400; nel periodo prima 33%" in text
    assert "Cultura" in text and "Strade" in text and "Musei" not in text
    assert "meno di 10 persone" in text and "Soglia di riservatezza (k)" in text
    assert "Idee adottate ogni 100 inviate" in text and "Idee ogni 100 dipendenti" in text
    assert "30 settembre 2026" in text and "Calendario" in text and 'class="in-chart"' in text


def test_the_tree_and_one_departments_part_of_it_show_hidden_cells_alike(hr, tables):
    text = page(hr, vista="albero")
    assert "Altri uffici di Cultura" in text and text.count("dato nascosto</span>") >= 4
    inside = page(hr, struttura="cultura")
    assert "Biblioteche" in inside and "Strade" not in inside


def test_where_everything_is_hidden_the_page_says_where_to_look(hr, tables):
    nothing = "i dati di tutte le strutture sono nascosti"
    rows = (
        released.row("citta", None, (400, 20), name="Città"),
        *(released.row(n, "citta", (200, None)) for n in "ab"),
    )
    released.release(period=catalogue.quarter_of(date(2026, 12, 31)), rows=rows)
    assert nothing in page(hr, periodo="2026-q4") and nothing not in page(hr, periodo="2026-q3", vista="albero")


def test_a_year_says_each_measure_with_the_year_before(hr, tables):
    text = page(hr, periodo="2025")
    assert "Hanno proposto: 16 su 7.002 (meno dell’1%; l’anno prima meno dell’1%)." in text
    assert "Hanno commentato" in text and "dato nascosto." not in text


def test_every_view_of_the_catalogue_is_there(hr, tables):
    assert "Funzionari, EQ e dirigenti" in page(hr, vista="aree")
    assert "Trimestre per trimestre" not in page(hr, periodo="2025") and "Tutto il Comune" in page(hr, periodo="2025")
    assert "meno dell’1% di 7.002; nel periodo prima meno dell’1%" in page(hr, periodo="2025")
    assert "&lt;1%" in page(hr, periodo="2025") and ">0%" not in page(hr, periodo="2025")
    assert "Sportelli più vicini" in page(hr, periodo=BALLOT.key)
    for measure in catalogue.EVERY_MEASURE:
        page(hr, misura=measure)


@pytest.mark.parametrize(
    "query",
    [{"periodo": "2024-q1"}, {"periodo": "2026-q5"}, {"periodo": "1999"}, {"periodo": "\x00"}, {"periodo": "x" * 500},
     {"periodo": f"ballot-{uuid4()}"}, {"periodo": "2026-q4"}, {"vista": "eta"}, {"vista": "aree", "misura": "reviewed"},
     {"misura": "voted"}, {"struttura": "musei-chiusi"}, {"struttura": "\x00"}, {"periodo": "2025", "vista": "albero"},
     {"periodo": "٢٠٢٦"}],
)  # fmt: skip
def test_what_is_not_released_is_not_there_and_says_so(hr, tables, query):
    text = page(hr, 404, **query)
    assert 'role="status"' in text and "Periodo o votazione" in text and "130" not in text


def test_an_office_without_a_row_of_its_own_says_why(root, hr, tables):
    make.department("Archivi", parent=root, code="archivi")
    assert "stanno insieme a quelli di altri uffici" in page(hr, 404, struttura="archivi")


def test_a_release_under_way_shows_how_far_it_is(hr, tables):
    quarter = catalogue.quarter_of(date(2026, 12, 31))
    days = {"first_day": quarter.first_day, "last_day": quarter.last_day, "period_kind": "quarter"}
    ReleaseJob.objects.create(key=quarter.key, state="running", steps=4, steps_done=1, **days)
    assert "in preparazione: 25%" in page(hr, 404, periodo="2026-q4")


def job(period, state="running", **fields) -> ReleaseJob:
    days = {"first_day": period.first_day, "last_day": period.last_day, "period_kind": str(period.kind)}
    days |= {"ballot": period.ballot, "title": period.title}
    over = {} if state == "running" else {"finished_at": released.AT}
    return ReleaseJob.objects.create(key=period.key, state=state, steps=4, **days, **over, **fields)


def test_what_is_being_prepared_and_what_was_refused_stand_on_the_page_with_the_breakdown_to_drop(hr, tables):
    assert "Preparazioni" not in page(hr)
    breach = {"table": "T3", "measure": "proposed", "code": "breach", "rows": ["Cultura", "Sport"]}
    job(released.QUARTER, "refused", steps_done=4, problems=[breach])
    job(catalogue.quarter_of(date(2026, 12, 31)), steps_done=1)
    job(BEFORE, "done", steps_done=4)
    text = page(hr)
    assert 'value="25" max="100"' in text and "Tabelle pronte: 1 di 4" in text
    assert text.count("<progress") == 1 and text.count("Tabelle pronte") == 1
    assert "Da togliere: la suddivisione di Cultura, Sport." in text
    assert "Preparazioni" in page(hr, 404, periodo="2026-q4")


def test_the_page_asks_again_while_something_is_prepared_and_stops_when_it_is_done(root, hr, tables):
    going, client = job(released.QUARTER, steps_done=2), browser(hr)
    address, htmx = f"{PAGE}preparazioni/", {"HX-Request": "true"}
    assert client.get(address)["Location"] == "/partecipazione/#preparazioni"
    answer = client.get(address, headers=htmx)
    assert 'value="50"' in answer.text and f'hx-get="{address}"' in answer.text and "HX-Trigger" not in answer
    ReleaseJob.objects.filter(pk=going.pk).update(state="done", finished_at=released.AT)
    answer = client.get(address, headers=htmx)
    assert "hx-get" not in answer.text and "HX-Trigger-After-Swap" in answer
    stranger = make.person("Omar", "Riva", home=root)
    assert browser(stranger).get(address, headers=htmx).status_code == 403


def test_what_is_no_figure_is_not_printed(hr, tables):
    printed = (Path(settings.BASE_DIR) / "innovato/static/css/innovato.css").read_text().split("@media print", 1)[1]
    assert ".in-noprint" in printed.split("display:none")[0]
    assert page(hr).count("in-noprint") >= 3


def test_before_the_first_release_the_page_says_when_it_comes(hr):
    assert "alla fine del trimestre" in page(hr)


def test_the_page_costs_the_same_with_few_and_many_departments(hr, tables, django_assert_num_queries):
    client = browser(hr)
    client.get(PAGE)
    later = catalogue.quarter_of(date(2026, 12, 31))
    rows = [released.row("citta", None, (4000, 1300), name="Città")]
    rows += [released.row(f"d{n}", "citta", (40, 13)) for n in range(100)]
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)
    for measure in catalogue.EVERY_MEASURE:
        released.release(measure=measure, period=later, rows=tuple(rows))
    with django_assert_num_queries(QUERIES):
        client.get(PAGE)


@pytest.mark.parametrize(
    "posted",
    [{"periodo": "2026-q3", "vista": "albero"}, {"periodo": "2026-q3", "vista": "aree"}, {"periodo": "2025"},
     {"periodo": BALLOT.key}],
    ids=["tree", "areas", "year", "ballot"],
)  # fmt: skip
def test_every_format_holds_the_cells_of_the_page_and_no_more(hr, tables, monkeypatch, posted):
    monkeypatch.setattr(asking, "nudge", lambda pk: None)
    at = timezone.now()
    with translation.override("it"):
        wanted = report.build(choice.read(posted), at=at).tables
    for format in ("xlsx", "ods", "csv", "pdf"):
        job = asking.ask(by=hr, report="partecipazione", posted=posted, format=format, language="it", at=at)
        assert making.make(export_id=job.pk, at=at) is True
        job.refresh_from_db()
        path = Path(default_storage.path(job.file))
        with translation.override("it"):
            _compare(format, path, wanted)


def _compare(format, path, tables):
    shown = [[[cell.shown for cell in row] for row in (*table.rows, *table.foot)] for table in tables]
    if format == "pdf":
        words = support.pdf_words(path).replace(" ", "")
        assert [cell for rows in shown for row in rows for cell in row if "".join(cell.split()) not in words] == []
    elif format == "csv":
        plain = [
            [[cell.replace(".", "") if at else cell for at, cell in enumerate(row)] for row in rows] for rows in shown
        ]
        assert support.separated(path) == plain
    else:
        for found, table in zip(support.sheets(path), tables, strict=True):
            assert [row[: len(table.head)] for row in found if any(cell != "" for cell in row)] == support.values(table)


def test_a_hidden_cell_holds_nothing_a_file_could_give_away():
    cell = report.count_cell(released.small_table()[3].total)
    assert (cell.value, cell.shown) == (None, "–") and report.rate_cell(released.small_table()[3].total).value is None
