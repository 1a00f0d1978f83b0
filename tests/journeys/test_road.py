# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole road in a browser: a real election's winning idea from the first word to its adoption, by five people.

The election is Assen 2024: 14 projects, 84 papers. One paper is cast in the browser, the others through the same
service; the counts on the results page must be the published ones.
"""

import re
import secrets
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories as make
from tests.journeys.support import assert_no_axe_violations
from voting import selectors
from voting.models import Ballot, Option
from voting.services.casting import cast
from workflow.models import Campaign, Idea, IdeaEvent, Indicator, Round
from workflow.services.events import broken_links

pytestmark = pytest.mark.django_db(transaction=True)
WINNER = "3"


def read_election(path):
    """The projects (id → name, cost, votes) and the papers of a Pabulib file."""
    section, projects, papers = "", {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = line.split(";")
        if line in {"META", "PROJECTS", "VOTES"}:
            section = line
        elif section == "PROJECTS" and cells[0].isdigit():
            projects[cells[0]] = (cells[3], int(cells[1]), int(cells[2]))
        elif section == "VOTES" and cells[0] != "voter_id":
            papers.append(cells[1].split(","))
    return projects, papers


@pytest.fixture
def election(pabulib_dir):
    return read_election(pabulib_dir / "Netherlands_Assen_2024.pb")


@pytest.fixture
def city():
    return make.department("Città di Assen", short_name="Città")


@pytest.fixture
def office(city):
    return make.department("Servizio Giovani", parent=city)


@pytest.fixture
def people(city, office):
    found = {
        "author": make.person("Giulia", "Ferrero", home=office),
        "screener": make.person("Laura", "Pautasso", home=city),
        "voter": make.person("Davide", "Conti", home=office),
        "reviewer": make.person("Marco", "Bosio", home=office),
        "manager": make.person("Silvia", "Ghione", home=office, contract_area="dirigenti"),
    }
    make.grant(found["screener"], "screen_ideas", city)
    make.grant(found["reviewer"], "review_ideas", office)
    make.grant(found["manager"], "decide_ideas", office)
    return found


@pytest.fixture
def call(city, election):
    """The election as a campaign, with the thirteen other projects already admitted."""
    projects, _papers = election
    row = make.campaign(
        city,
        at=timezone.now(),
        title="Assen Top Idee",
        slug="assen",
        votes_per_person=len(projects),
        selection_value=9,
        scorecards_required=1,
        pilot_budget=100000,
    )
    make.theme("Giovani")
    elsewhere = make.person("Irina", "Popa", home=city)
    for number, (name, cost, _votes) in projects.items():
        if number != WINNER:
            make.idea(elsewhere, row, state="admitted", at=timezone.now(), title=name, estimated_cost=cost)
    return row


def time_passes_to_the_vote(call):
    """The calendar moves on: submissions are over and the voting window is running."""
    now = timezone.now()
    window = {"voting_opens_at": now - timedelta(minutes=1), "voting_closes_at": now + timedelta(hours=1)}
    Campaign.objects.filter(pk=call.pk).update(submissions_close_at=now - timedelta(minutes=2), **window)
    Round.objects.filter(campaign=call).update(**window)


def time_passes_to_the_close(call):
    """The calendar moves on: the voting window is over."""
    now = timezone.now() - timedelta(seconds=1)
    Ballot.objects.filter(campaign=call).update(closes_at=now)
    Round.objects.filter(campaign=call).update(voting_closes_at=now)
    Campaign.objects.filter(pk=call.pk).update(voting_closes_at=now)


def propose(page, office, call):
    """The author writes the idea and hands it in."""
    page.goto("/idee/nuova/")
    page.fill("#id_title", "PopUp Podium")
    page.fill("#id_problem", "I giovani non hanno un palco dove farsi sentire.")
    page.fill("#id_proposal", "Dodici volte l’anno un palco compare in un punto della città.")
    page.fill("#id_benefit", "Più occasioni per chi suona, e quartieri più vivi.")
    page.locator("input[name=beneficiaries]").first.check()
    page.select_option("#id_campaign", str(call.pk))
    page.select_option("#id_theme", label="Giovani")
    page.fill("#id_department", office.name)
    page.fill("#id_estimated_cost", "7.200")
    page.select_option("#id_duration_months", "6")
    page.fill("#id_how_measured", "Persone del pubblico a ogni palco")
    page.locator("#id_no_personal_data").check()
    page.get_by_role("button", name="Invia l’idea").click()
    page.wait_for_url(re.compile(r"/idee/\d{4}-\d{4}/$"))
    expect(page.locator("main")).to_contain_text("Verifica")
    return re.search(r"/idee/([^/]+)/", page.url).group(1)


def admit(page, ref):
    """The office reads it and admits it."""
    page.goto(f"/verifica/{ref}/")
    for box in page.locator("#verifica input[type=checkbox]").all():
        box.check()
    page.locator("input[name=choice][value=admit]").check()
    page.get_by_role("button", name="Rispondi e passa alla prossima").click()
    expect(page.locator("body")).to_contain_text("Hai ammesso «PopUp Podium»")


def vote_in_the_browser(page, names):
    """A colleague fills in the paper and gets one code for each idea."""
    page.goto("/bandi/assen/scheda/")
    for name in names:
        page.get_by_role("checkbox", name=re.compile(re.escape(name))).check()
    page.get_by_role("button", name="Salva la scheda").click()
    expect(page.locator(".in-receipt")).to_have_count(len(names))
    return [code.inner_text().strip() for code in page.locator(".in-receipt").all()]


def cast_the_others(papers, projects, office, ballot):
    """The other voters of the election, through the service that the page calls."""
    codes = {option.idea.title: option.code for option in Option.objects.filter(ballot=ballot).select_related("idea")}
    voters = list(office.people.filter(first_name="Elettrice").order_by("pk"))
    for person, paper in zip(voters, papers, strict=True):
        choices = [codes[projects[number][0]] for number in paper]
        cast(ballot_id=ballot.pk, by=person, choices=choices, client_nonce=secrets.token_bytes(16))


def review(page, ref):
    """The reviewer declares, scores every criterion, advises and hands in."""
    page.goto(f"/valutazioni/{ref}/")
    page.locator("input[name=conflict][value=none]").check()
    page.get_by_role("button", name="Dichiara e continua").click()
    criteria = page.locator("fieldset.in-crit")
    expect(criteria).to_have_count(5)
    for criterion in criteria.all():
        criterion.locator("input[value='4']").check(force=True)
    page.locator("input[name=recommendation][value=pilot]").check()
    page.fill("#id_advice", "Si può partire subito da due quartieri.")
    page.fill("#id_text_for_author", "Idea chiara e misurabile.")
    page.get_by_role("button", name="Consegna la valutazione…").click()
    page.get_by_role("dialog").get_by_role("button", name="Consegna la valutazione").click()
    expect(page.locator("body")).to_contain_text("Hai consegnato la valutazione")


def approve(page, ref, today):
    """The manager writes the plan of the pilot and approves it."""
    page.goto(f"/decisioni/{ref}/")
    page.locator("input[name=choice][value=approve]").check(force=True)
    page.fill("#id_reason", "Il costo è contenuto e la misura è semplice: si prova in due quartieri.")
    page.fill("#id_objective", "Capire se il palco attira pubblico.")
    page.fill("#id_where", "Due quartieri")
    page.fill("#id_owner", "Marco Bosio")
    page.fill("#id_starts_on", today.isoformat())
    page.fill("#id_ends_on", (today + timedelta(days=120)).isoformat())
    page.fill("#id_budget", "7.200")
    for field, value in {
        "name": "Pubblico a ogni palco",
        "unit": "persone",
        "baseline": "0",
        "target": "120",
        "threshold": "60",
        "method": "si contano all’ingresso",
    }.items():
        page.fill(f"#id_indicators-0-{field}", value)
    page.get_by_role("button", name="Approva il pilota…").click()
    page.get_by_role("dialog").get_by_role("button", name="Approva il pilota").click()
    expect(page.locator("body")).to_contain_text("Hai approvato il pilota di «PopUp Podium»")


def record_final_reading(page, ref):
    """The owner of the pilot writes the last value down."""
    page.goto(f"/piloti/{ref}/dato/")
    page.fill("#id_value", "134")
    page.locator("#id_is_final").check()
    page.get_by_role("button", name="Registra il dato").click()
    expect(page.locator("body")).to_contain_text("Dato registrato")


def adopt(page, ref):
    """The manager concludes the pilot with its lessons."""
    page.goto(f"/piloti/{ref}/esito/")
    page.locator("input[name=outcome][value=adopted]").check()
    page.fill("#id_lessons", "Il palco funziona dove c’è già passaggio di persone.")
    page.fill("#id_scale_plan", "Da gennaio in tutti i quartieri.")
    page.get_by_role("button", name="Concludi il pilota").click()
    expect(page.locator("body")).to_contain_text("Pilota concluso")


def test_assens_winning_idea_goes_from_the_first_word_to_adoption(visitors, election, city, office, people, call):
    projects, papers = election
    names = {number: row[0] for number, row in projects.items()}
    for number in range(len(papers) - 1):
        make.person("Elettrice", f"Numero{number}", home=office)
    windows = {role: visitors.page(person) for role, person in people.items()}

    ref = propose(windows["author"], office, call)
    admit(windows["screener"], ref)
    assert Idea.objects.get(number=ref).state == "admitted"

    time_passes_to_the_vote(call)
    windows["voter"].goto("/bandi/assen/scheda/")
    ballot = Ballot.objects.get(campaign=call)
    assert (ballot.state, Idea.objects.filter(state="voting").count()) == ("open", len(projects))
    mine, *others = papers
    codes = vote_in_the_browser(windows["voter"], [names[number] for number in mine])
    cast_the_others(others, projects, office, ballot)

    time_passes_to_the_close(call)
    windows["author"].goto("/bandi/assen/risultati/")
    publication = selectors.find_publication(ballot=ballot)
    counted = {result.title: result.supports for result in selectors.results(publication)}
    assert counted == {name: votes for name, _cost, votes in projects.values()}
    first_row = windows["author"].locator("table tbody tr").first
    expect(first_row).to_contain_text("PopUp Podium")
    expect(first_row).to_contain_text("43")
    nobody = visitors.page()
    nobody.goto("/ricevuta/")
    nobody.get_by_label("Codice della ricevuta").fill(codes[0].lower())
    nobody.get_by_role("button", name="Verifica").click()
    expect(nobody.locator("main")).to_contain_text("Questo voto è stato contato")

    review(windows["reviewer"], ref)
    assert Idea.objects.get(number=ref).state == "decision"
    approve(windows["manager"], ref, timezone.localdate())
    assert Indicator.objects.get().target == 120
    record_final_reading(windows["reviewer"], ref)
    adopt(windows["manager"], ref)

    end = windows["author"]
    end.goto(f"/idee/{ref}/")
    expect(end.locator("main")).to_contain_text("Adottata")
    assert_no_axe_violations(end)
    end.goto(f"/idee/{ref}/storia/")
    assert_no_axe_violations(end)
    end.goto("/avvisi/")
    expect(end.locator("main")).to_contain_text("PopUp Podium")
    assert list(IdeaEvent.objects.filter(idea__number=ref, to_state__gt="").values_list("kind", flat=True)) == [
        "submit",
        "admit",
        "open_voting",
        "conclude_voting",
        "complete_review",
        "approve_pilot",
        "conclude_pilot",
    ]
    assert list(broken_links(IdeaEvent.objects.order_by("number"), None))[:-1] == []
