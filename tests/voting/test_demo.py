# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo city: every state, honest history, something on everybody's desk, the same city for the same seed."""

from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from innovato.notifications.models import EmailState, Notice
from innovato.organisation.models import Delegation, Department, GrantRecord, Person, Persona
from innovato.organisation.selectors import demo_personas
from tests.conftest import ON_POSTGRES
from voting.demo import city as demo_city
from voting.demo.names import read_names
from voting.demo.polls import with_window_open
from voting.demo.stories import stories
from voting.demo.timeline import BREATH, Timeline
from voting.models import Ballot, Elector, UrnBox
from voting.selectors import ballots_to_vote, published_facts
from voting.states import BallotState
from workflow import rules, search
from workflow.models import (
    Authorship,
    Campaign,
    CampaignStage,
    ChainHead,
    Comment,
    Decision,
    Idea,
    IdeaEvent,
    Indicator,
    Pilot,
    PipelineCursor,
    PipelineMonth,
    Reading,
    Review,
)
from workflow.selectors import desk, desk_tasks
from workflow.services.events import broken_links
from workflow.states import PUBLISHED, IdeaState

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

TODAY = "2026-10-22"  # no monthly round runs on this day
NOW = datetime.fromisoformat("2026-10-22T09:00:00+02:00")
PEOPLE = 300
POLITICIANS = """
    Appendino Berlusconi Bersani Bonino Bossi Calenda Chiamparino Cirio Conte Cota Craxi Crosetto Draghi Fassino Gentiloni
    Ghigo Letta Mattarella Meloni Monti Napolitano Prodi Raggi Renzi Russa Salvini Schlein Tajani Veltroni Zaia
    """.split()  # noqa: SIM905 - read as a list of names


@contextmanager
def kept_apart():
    """A transaction round several tests, undone at the end; services that insist on their own commit are content."""
    atomic = transaction.atomic()
    atomic._from_testcase = True
    with atomic:
        yield
        transaction.set_rollback(True)


def build(**options) -> str:
    out = StringIO()
    call_command("demo", people=PEOPLE, today=date.fromisoformat(TODAY), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def portrait() -> list:
    """Everything about the city that a seed decides."""
    ideas = Idea.objects.order_by("number", "uuid")
    return [
        *Person.objects.order_by("staff_number").values_list(
            "staff_number", "uuid", "first_name", "last_name", "email", "password", "home_department__code",
            "contract_area", "joined_on", "left_on", "is_active",
        ),
        *ideas.values_list("uuid", "number", "title", "state", "state_since", "due_on", "department__code", "version"),
        *Authorship.objects.order_by("idea__uuid", "person__staff_number").values_list("person__staff_number", "status"),
        *Review.objects.order_by("idea__number", "reviewer__staff_number").values_list(
            "reviewer__staff_number", "status", "weighted_score", "due_on", "submitted_at"
        ),
        *Decision.objects.order_by("at", "idea__number").values_list("kind", "by__staff_number", "at", "reason_text"),
        *Comment.objects.order_by("at", "author__staff_number").values_list("author__staff_number", "at", "body"),
        *Reading.objects.order_by("at", "value").values_list("value", "measured_on", "by__staff_number"),
        *IdeaEvent.objects.exclude(kind="ballot_key_destroyed").order_by("number").values_list(
            "kind", "from_state", "to_state", "by__staff_number", "at"
        ),
        *GrantRecord.objects.order_by("pk").values_list("verb", "capability", "group__name", "person__staff_number"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def city_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo-keys")


@pytest.fixture
def keystore(settings, city_folder):
    """Here every test looks at one city, so at one folder of keys."""
    settings.INNOVATO_KEYSTORE_DIR = city_folder
    return city_folder


@pytest.fixture(scope="module")
def portraits(django_db_setup, django_db_blocker, city_folder):
    """The city twice: a first one of which only the portrait is kept, and the one that all these tests look at.

    On PostgreSQL once: what a seed decides does not depend on the database, and building takes its time.
    """
    with django_db_blocker.unblock(), override_settings(DEMO=True, INNOVATO_KEYSTORE_DIR=city_folder):
        first = None
        if not ON_POSTGRES:
            with kept_apart():
                build()
                first = portrait()
        with kept_apart():
            said = build()
            yield first, portrait(), said
        connection.close()


@pytest.fixture(autouse=True)
def lived_in(portraits):
    """Every test of this module stands in the built city."""


def test_the_same_seed_and_day_give_the_same_city(portraits):
    first, second, _said = portraits
    if first is None:
        pytest.skip("the city is built twice on SQLite only")
    assert [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]] == []


def test_ideas_stand_in_every_state():
    assert set(Idea.objects.values_list("state", flat=True)) == set(IdeaState.values)


def test_every_idea_stands_where_its_story_says():
    fates = {
        story.title: story.fate for slug in Campaign.objects.values_list("slug", flat=True) for story in stories(slug)
    }
    states = dict(Idea.objects.exclude(title="").values_list("title", "state"))
    assert states == {
        title: {"reexamined": "decision", "next": "admitted"}.get(fate, fate) for title, fate in fates.items()
    }


def test_innovato_2014_has_its_71_proposals_by_theme_and_is_closed():
    campaign = Campaign.objects.get(slug="innovato-2014")
    counts = Counter(campaign.ideas.values_list("theme__name_it", flat=True))
    assert counts == {
        "Qualità dei servizi": 19,
        "Sviluppo organizzativo": 16,
        "Efficienza operativa": 14,
        "Nuovi servizi": 7,
        "Ambiente": 7,
        "Benessere di chi lavora": 5,
        "Informatica": 3,
    }
    assert (campaign.ideas.count(), campaign.stage) == (71, CampaignStage.CLOSED)
    assert set(campaign.ideas.values_list("number", flat=True)) == {f"2014-{n:04d}" for n in range(1, 72)}
    winners = set(campaign.ideas.filter(state="verified").values_list("title", flat=True))
    assert winners == {
        "Sensori di luce negli edifici pubblici",
        "La tazza di ciascuno al posto dei bicchieri di plastica",
        "Acquisti intelligenti: un catalogo comune prima di comprare",
        "Videoconferenze al posto degli spostamenti tra sedi",
    }


def test_campaigns_stand_where_their_dates_put_them():
    assert dict(Campaign.objects.values_list("slug", "stage")) == {
        "innovato-2014": CampaignStage.CLOSED,
        "sportelli-piu-vicini": CampaignStage.REVIEW,
        "meno-sprechi-piu-tempo": CampaignStage.VOTING,
        "energia-negli-uffici": CampaignStage.SUBMISSIONS,
        "sempre-aperto": CampaignStage.SUBMISSIONS,
    }


def test_23_ideas_are_in_voting_and_an_idea_is_so_exactly_while_an_open_ballot_carries_it():
    (ballot,) = Ballot.objects.filter(state=BallotState.OPEN)
    carried = set(ballot.options.values_list("idea", flat=True))
    assert carried == set(Idea.objects.filter(state=IdeaState.VOTING).values_list("pk", flat=True))
    assert (len(carried), ballot.campaign.slug) == (23, "meno-sprechi-piu-tempo")
    assert (ballot.opens_at < NOW < ballot.closes_at, UrnBox.boxes.filter(ballot=ballot).count() > 50) == (True, True)


def test_ballots_of_the_past_are_sealed_and_their_publications_choose_what_went_on():
    past = Ballot.objects.filter(state=BallotState.SEALED)
    assert past.count() == 4
    assert not UrnBox.boxes.filter(ballot__in=past).exists()
    assert not Elector.objects.filter(ballot__in=past).exists()
    for ballot in past:
        facts = published_facts(ballot.publication)
        went_on = set(ballot.options.exclude(idea__state="not_selected").values_list("code", flat=True))
        assert (facts["quorum"], set(facts["selected"]) | set(facts["lane"])) == (True, went_on)
        assert facts["closes_at"][:16] == f"{ballot.closes_at:%Y-%m-%dT%H:%M}"
        assert ballot.closed_at == ballot.closes_at


def test_a_window_held_open_for_papers_is_afterwards_where_it_was():
    ballot = Ballot.objects.filter(state=BallotState.OPEN).get()
    before = (ballot.opens_at, ballot.closes_at, ballot.planned_closes_at)
    with_window_open(ballot, lambda: None)
    ballot.refresh_from_db()
    assert (ballot.opens_at, ballot.closes_at, ballot.planned_closes_at) == before


def test_the_chain_of_events_holds_and_goes_forward_in_time():
    events = list(IdeaEvent.objects.order_by("number"))
    assert [*broken_links(events, ChainHead.objects.get())] == []
    told = [event.at for event in events if event.kind != "ballot_key_destroyed"]
    assert told == sorted(told)
    call_command("verify_events", stdout=StringIO())
    call_command("check_workflow", stdout=StringIO())


def test_each_state_is_the_end_of_the_events_that_led_there():
    for idea in Idea.objects.exclude(state=IdeaState.DRAFT):
        moved = idea.events.exclude(to_state="").exclude(kind__in=["reading", "spending"]).last()
        assert (moved.to_state, idea.state_since) == (idea.state, idea.state_since)


@pytest.mark.parametrize("position", range(11))
def test_something_waits_on_everybodys_desk(position):
    person = demo_personas()[position].person
    own = desk.own_ideas(person_id=person.pk, at=NOW)
    tasks = [
        *desk_tasks.author_tasks(own),
        *desk_tasks.merge_tasks(person_id=person.pk),
        *desk_tasks.pilot_tasks(person_id=person.pk, at=NOW),
        *desk_tasks.role_tasks(rules.actor_for(person), at=NOW),
        *ballots_to_vote(person=person),
    ]
    assert tasks, person
    assert Notice.objects.visible_to(person, at=NOW).unread().exists()


def titles_of_tasks(key: str) -> Counter:
    """What the desk of a persona asks for."""
    person = Persona.objects.get(person__first_name=key).person
    own = desk.own_ideas(person_id=person.pk, at=NOW)
    found = [*desk_tasks.author_tasks(own), *desk_tasks.merge_tasks(person_id=person.pk)]
    found += desk_tasks.pilot_tasks(person_id=person.pk, at=NOW)
    found += desk_tasks.role_tasks(rules.actor_for(person), at=NOW)
    return Counter(str(task.title) for task in found)


def test_the_desks_of_the_roles_ask_for_what_the_roles_do():
    assert titles_of_tasks("Giulia") == {
        "Rispondi a chi verifica la tua idea": 1,
        "Conferma che proponi anche tu questa idea": 1,
        "Registra il dato del mese": 1,
    }
    assert titles_of_tasks("Davide") == {"Rispondi alla proposta di unire due idee": 1}
    assert titles_of_tasks("Laura") == {"Verifica 7 idee": 1, "Controlla 1 commento segnalato": 1}
    assert titles_of_tasks("Marco")["Consegna la scheda di valutazione"] >= 2
    assert titles_of_tasks("Silvia") == {"Decidi se provare un’idea": 4}
    assert titles_of_tasks("Paolo") == {"Verifica il risultato di un’idea adottata": 1}


def test_a_deputy_decides_for_a_manager_who_is_away():
    (delegation,) = Delegation.objects.select_related("deputy", "delegator")
    assert (delegation.delegator.first_name, delegation.deputy.first_name) == ("Silvia", "Fabio")
    idea = Idea.objects.filter(
        state=IdeaState.DECISION, department__path__startswith=delegation.department.path
    ).first()
    actor = rules.actor_for(delegation.deputy, at=NOW)
    assert rules.may(actor, "decline", idea, at=NOW)


def test_in_a_blind_campaign_the_office_has_covered_what_tells_who_proposes():
    idea = Idea.objects.get(title="Guarnizioni alle finestre montate da noi in una mattina")
    assert (idea.campaign.blind_authors, idea.problem.startswith("[…] e lo vedo ogni inverno")) == (True, True)
    assert idea.versions.filter(redacted=True).count() == 1


def test_the_figures_of_the_pipeline_are_counted_from_the_first_moment():
    assert PipelineCursor.objects.get().number == ChainHead.objects.get().number
    assert PipelineMonth.objects.filter(scope__parent=None, standing__gt=0).exists()


def test_one_decision_is_overdue():
    late = Idea.objects.filter(state=IdeaState.DECISION, due_on__lt=NOW.date())
    assert list(late.values_list("title", flat=True)) == ["Deleghe per il ritiro dei documenti"]


def test_pilots_have_readings_money_milestones_and_notes_within_their_plans():
    running = Pilot.objects.filter(idea__state=IdeaState.PILOTING)
    assert running.count() == 6
    assert not Indicator.objects.filter(pilot__concluded_at__isnull=False).exclude(readings__is_final=True).exists()
    for pilot in running.filter(starts_on__lt=NOW.date() - timedelta(days=30)):
        assert all(row.readings.exists() for row in pilot.indicators.all())
        assert (pilot.notes.exists(), pilot.spendings.exists()) == (True, True)
    assert Pilot.objects.filter(extended_at__isnull=False).count() == 1
    assert Pilot.objects.filter(verified_at__isnull=False).count() == 5


def test_the_search_finds_an_idea_by_an_inflected_word():
    found = search.matching(Idea.objects.filter(state=IdeaState.VOTING), "magazzini digitali")
    assert [idea.title for idea in found] == ["Magazzino digitale per riusare arredi e attrezzature"]


def test_old_news_was_read_and_is_not_mailed():
    pending = Notice.objects.filter(email_state=EmailState.PENDING)
    assert not pending.filter(created_at__lt=NOW - timedelta(days=2)).exists()
    assert pending.count() < 50
    others = Notice.objects.exclude(recipient__in=Persona.objects.values("person"))
    assert not others.filter(read_at=None, created_at__lt=NOW - timedelta(days=2)).exists()


def test_nobody_was_told_anything_before_joining():
    told = Notice.objects.filter(recipient__first_name__gt="").select_related("recipient")
    assert [row for row in told if row.created_at.date() < row.recipient.joined_on - timedelta(days=1)] == []


def test_people_have_invented_names_the_citys_addresses_and_no_password():
    people = Person.objects.filter(is_active=True)
    assert people.count() == PEOPLE
    assert Person.objects.exclude(email__endswith="@comune.example").count() == 0
    assert not any(person.has_usable_password() for person in people)
    assert Person.objects.values("email").distinct().count() == Person.objects.count()
    assert set(read_names()[1]) & set(POLITICIANS) == set()


def test_the_rights_of_the_offices_are_in_the_register():
    granted = set(
        GrantRecord.objects.filter(verb="granted", department__parent=None).values_list("group__name", "capability")
    )
    assert granted == {
        ("Ufficio innovazione", "screen_ideas"),
        ("Ufficio innovazione", "manage_campaigns"),
        ("Risorse umane", "view_participation"),
        ("Garante del voto", "guard_ballots"),
        ("Controllo di gestione", "verify_results"),
        ("Amministrazione tecnica", "manage_department"),
        ("Direzione generale", "decide_ideas"),
        ("Chi valuta · tutta la Città", "review_ideas"),
    }
    assert Person.objects.get(is_staff=True).get_full_name() == "Nicola Sartoris"
    assert not Person.objects.filter(is_superuser=True).exists()


def test_who_can_sign_in_is_said_at_the_end(portraits):
    said = portraits[2]
    assert "100001  Giulia Ferrero" in said
    assert len([line for line in said.splitlines() if line.startswith("  1")]) == Persona.objects.count() == 11


def test_published_ideas_have_their_texts():
    assert not Idea.objects.filter(state__in=PUBLISHED, problem="").exists()
    assert all(len(idea.title) <= 100 for idea in Idea.objects.all())


def test_a_second_city_is_refused_and_with_if_empty_left_alone(settings):
    settings.DEMO = True
    before = Person.objects.count(), Idea.objects.count()
    with pytest.raises(CommandError, match="The database is not empty"):
        build()
    build(if_empty=True)
    assert (Person.objects.count(), Idea.objects.count()) == before


def test_no_city_is_built_in_production(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="never in production"):
        build(if_empty=True)


def test_today_is_the_latest_nine_oclock():
    noon = datetime.fromisoformat("2026-11-19T12:00:00+01:00")
    assert timezone.localtime(demo_city.default_today(noon)).isoformat() == "2026-11-19T09:00:00+01:00"
    early = datetime.fromisoformat("2026-11-19T08:59:00+01:00")
    assert timezone.localtime(demo_city.default_today(early)).isoformat() == "2026-11-18T09:00:00+01:00"


def test_lives_take_turns_in_the_order_of_their_moments():
    timeline, seen = Timeline(), []

    def life(name, *hours):
        for hour in hours:
            at = yield NOW + timedelta(hours=hour)
            seen.append((name, at))

    for each in (life("a", 1, 4, 4), life("b", 2, 9), life("nothing")):
        timeline.add(each)
    timeline.run(until=NOW + timedelta(hours=5))
    hours = [(name, (at - NOW) / timedelta(hours=1)) for name, at in seen]
    assert hours == [("a", 1.0), ("b", 2.0), ("a", 4.0), ("a", 4 + BREATH / timedelta(hours=1))]


def test_the_departments_are_those_of_a_large_city():
    assert Department.objects.filter(parent__parent=None, parent__isnull=False).count() == 18
