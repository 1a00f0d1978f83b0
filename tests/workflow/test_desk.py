# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk: what waits for whom and in which order, own ideas, news that give nobody away."""

from datetime import timedelta
from itertools import count

import pytest
from django.test import Client
from django.utils import timezone, translation

from tests import factories as make
from workflow.models import (
    Authorship,
    Comment,
    CommentReport,
    Indicator,
    MergeConsent,
    MergeProposal,
    Pilot,
    Reading,
    Review,
)
from workflow.selectors.desk_tasks import Task, queue
from workflow.services import events

pytestmark = pytest.mark.django_db
_place = count()


@pytest.fixture
def city():
    return make.department("Città")


@pytest.fixture
def office(city):
    return make.department("Economato", parent=city)


@pytest.fixture
def call(city):
    return make.campaign(city, at=timezone.now(), stage="submissions")


@pytest.fixture
def author(office):
    return make.person("Davide", "Conti", home=office)


@pytest.fixture
def reader(office):
    return make.person("Giulia", "Ferrero", home=office)


def granted(capability, where):
    who = make.person("Ruolo", capability, home=where)
    make.grant(who, capability, where)
    return who


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def idea_in(state, author, call, **fields):
    return make.idea(author, call, state=state, at=timezone.now(), **fields)


def desk_of(who):
    client = Client()
    client.force_login(who)
    response = client.get("/")
    assert response.status_code == 200
    return response


def titles(who) -> list[str]:
    return [str(task.title) for task in desk_of(who).context["tasks"]]


def pilot_of(idea, owner, *, starts=-30, ends=60):
    pilot = Pilot.objects.create(
        idea=idea, owner=owner, department=idea.department, starts_on=today(starts), ends_on=today(ends)
    )
    indicator = Indicator.objects.create(
        pilot=pilot,
        name="Persone servite",
        baseline=10,
        target=20,
        threshold=15,
        method="Conteggio",
        position=next(_place),
    )
    return pilot, indicator


def test_strangers_are_sent_to_sign_in():
    assert Client().get("/").status_code == 302


def test_an_empty_desk_says_so_and_leads_on(reader):
    page = desk_of(reader).content.decode()
    assert "Non ti aspetta niente." in page and "Non hai ancora proposto" in page


def test_changes_asked_for_come_with_the_question_and_the_day(author, reader, call):
    idea = idea_in("needs_changes", author, call, due_on=today(1))
    for text in ("Prima domanda?", "Quante persone al mese?"):
        events.record(idea_id=idea.pk, kind="request_changes", at=timezone.now(), data={"note_text": text})
    page = desk_of(author).content.decode()
    assert "Chiedono: «Quante persone al mese?»" in page and "Prima domanda" not in page
    assert "la prima" not in page and "Ti aspetta 1 cosa: scade domani." in page
    assert titles(reader) == []


def test_an_invitation_waits_until_it_is_answered_or_the_ballot_opens(author, reader, call):
    for state, status in (("draft", "invited"), ("voting", "invited"), ("draft", "declined")):
        idea = idea_in(state, author, call, title=f"{state} {status}")
        Authorship.objects.create(idea=idea, person=reader, status=status, invited_at=timezone.now())
    response = desk_of(reader)
    assert [task.text for task in response.context["tasks"]] == [
        "Davide Conti ti indica tra chi propone «draft invited»."
    ]
    assert response.context["own"].signed == ()


def test_an_invitation_to_a_draft_without_a_title_says_so(author, reader, call):
    idea = idea_in("draft", author, call, title="")
    Authorship.objects.create(idea=idea, person=reader, status="invited", invited_at=timezone.now())
    assert [task.text for task in desk_of(reader).context["tasks"]] == [
        "Davide Conti ti indica tra chi propone «Idea senza titolo»."
    ]


def test_a_merge_waits_for_the_lead_who_was_asked(author, reader, call):
    idea, target = (idea_in("screening", author, call, title=title) for title in ("Sedie", "Tavoli"))
    proposal = MergeProposal.objects.create(idea=idea, target=target, by=reader, text="Simili", asked_at=timezone.now())
    consent = MergeConsent.objects.create(proposal=proposal, person=author)
    assert titles(author) == ["Rispondi alla proposta di unire due idee"] and titles(reader) == []
    consent.answer, consent.answered_at = "accepted", timezone.now()
    consent.save()
    assert titles(author) == []


def test_a_scorecard_waits_until_it_is_handed_in(author, office, call):
    reviewer = granted("review_ideas", office)
    idea = idea_in("review", author, call)
    card = Review.objects.create(idea=idea, reviewer=reviewer, assigned_at=timezone.now(), due_on=today(3))
    assert titles(reviewer) == ["Consegna la scheda di valutazione"]
    card.status = "recused"
    card.save()
    assert titles(reviewer) == []


def test_the_office_finds_how_much_to_screen_and_the_reported_comments_of_its_departments(author, reader, city, call):
    screener, elsewhere = granted("screen_ideas", city), granted("screen_ideas", make.department("Altrove"))
    for _ in range(2):
        idea_in("screening", author, call, due_on=today(2))
    idea = idea_in("review", author, call)
    comment = Comment.objects.create(idea=idea, author=author, body="x", at=timezone.now())
    CommentReport.objects.create(comment=comment, by=reader, reason="Nomina un cittadino", at=timezone.now())
    assert titles(screener) == ["Verifica 2 idee", "Controlla 1 commento segnalato"]
    assert titles(elsewhere) == [] and titles(reader) == []


def test_a_manager_finds_decisions_and_pilots_past_their_end_but_no_own_idea(author, office, call):
    manager = granted("decide_ideas", office)
    idea_in("decision", author, call, title="Da decidere", due_on=today(9))
    idea_in("decision", manager, call, title="Mia")
    running, over = (idea_in("piloting", author, call, title=title) for title in ("Corre", "Finito"))
    pilot_of(running, author)
    pilot_of(over, author, ends=-1)
    assert [task.about for task in desk_of(manager).context["tasks"]] == ["Da decidere", "Finito"]


def test_the_owner_of_a_pilot_is_asked_for_each_months_reading_and_for_the_final_ones(author, reader, call):
    running, over, later = (idea_in("piloting", author, call, title=title) for title in ("Corre", "Finito", "Domani"))
    _pilot, indicator = pilot_of(running, reader)
    pilot_of(over, reader, ends=-1)
    pilot_of(later, reader, starts=1)
    assert titles(reader) == ["Registra i dati finali del pilota", "Registra il dato del mese"]
    Reading.objects.create(indicator=indicator, measured_on=today(), value=12, by=reader, at=timezone.now())
    assert titles(reader) == ["Registra i dati finali del pilota"]
    assert titles(author) == []


def test_a_result_waits_to_be_verified_when_its_time_comes(author, reader, office, call):
    verifier = granted("verify_results", office)
    for title, days in (("Matura", 0), ("Presto", 30)):
        pilot, _ = pilot_of(idea_in("adopted", author, call, title=title), reader)
        Pilot.objects.filter(pk=pilot.pk).update(verify_after=today(days))
    assert [task.about for task in desk_of(verifier).context["tasks"]] == ["Matura"]


def test_the_nearest_deadline_comes_first_and_what_has_none_last():
    def task(title, day=None):
        return Task(title=title, text="", url="/", verb="", icon="clock", due_on=day)

    tasks = [task("senza"), task("dopo", today(9)), task("prima", today(1)), task("tardi", today(-3))]
    alone = queue(tasks)
    assert [row.title for row in alone.after] == ["tardi", "prima", "dopo", "senza"] and alone.before == ()
    assert (alone.total, alone.first_due, queue([]).first_due) == (4, today(-3), None)
    with_ballots = queue(tasks, [timezone.now() + timedelta(days=20), timezone.now() + timedelta(days=4)])
    assert [row.title for row in with_ballots.before] == ["tardi", "prima"]
    assert [row.title for row in with_ballots.after] == ["dopo", "senza"]
    assert with_ballots.total == 6
    assert queue([task("dopo", today(9))], [timezone.now()]).first_due == today()


def test_own_ideas_show_the_five_latest_and_how_many_there_are(author, call):
    for number in range(7):
        make.idea(author, call, title=f"Numero {number}", at=timezone.now() + timedelta(minutes=number))
    response = desk_of(author)
    assert [idea.title for idea in response.context["own"].shown] == [f"Numero {n}" for n in (6, 5, 4, 3, 2)]
    assert "Tutte le mie idee (7)" in response.content.decode()


def test_news_from_the_office_come_from_below_are_published_and_give_no_blind_author_away(city, office, reader, call):
    below, beside = make.department("Cassa", parent=office), make.department("Altro", parent=city)
    blind = make.campaign(city, blind_authors=True)
    rows = (
        (office, call, "review", "Ufficio mio"),
        (below, call, "voting", "Ufficio sotto"),
        (beside, call, "review", "Ufficio accanto"),
        (office, call, "screening", "Non ancora pubblica"),
        (office, blind, "review", "Riservata"),
        (office, blind, "declined", "Decisa"),
    )
    for home, campaign, state, title in rows:
        idea_in(state, make.person(home=home), campaign, title=title)
    shown = {idea.title for idea in desk_of(reader).context["from_office"]}
    assert shown == {"Ufficio mio", "Ufficio sotto", "Decisa"}


def test_somebody_without_a_department_has_a_desk_too():
    assert desk_of(make.person(home=None)).context["from_office"] == []


def test_outcomes_tell_what_was_learnt(author, reader, call):
    for title, state, outcome, days in (("Vecchia", "adopted", "adopted", 9), ("Nuova", "closed", "closed", 1)):
        pilot, _ = pilot_of(idea_in(state, author, call, title=title), author)
        Pilot.objects.filter(pk=pilot.pk).update(
            concluded_at=timezone.now() - timedelta(days=days), lessons_learned=f"Lezione {title}", outcome=outcome
        )
    page = desk_of(reader).content.decode()
    assert page.index("Lezione Nuova") < page.index("Lezione Vecchia")
    assert "Che cosa abbiamo imparato: Lezione Nuova" in page


@pytest.mark.parametrize(
    ("stage", "voting", "words"),
    [
        ("voting", 1, "Bando in votazione"),
        ("submissions", 0, "Proponi per questo bando"),
        ("preparing", 0, "Presto si vota"),
        ("review", 0, "Bando in valutazione"),
    ],
)
def test_the_campaign_box_follows_the_stage(city, author, reader, stage, voting, words):
    call = make.campaign(city, stage=stage)
    for _ in range(voting):
        idea_in("voting", author, call)
    assert words in desk_of(reader).content.decode()


def test_the_campaign_in_voting_matters_most(city, author, reader):
    always = make.campaign(
        city, always_open=True, submissions_close_at=None, voting_opens_at=None, voting_closes_at=None
    )
    voted = make.campaign(city, stage="voting")
    make.campaign(city, stage="closed")
    assert desk_of(reader).context["box"].campaign == voted
    voted.stage = "closed"
    voted.save()
    assert desk_of(reader).context["box"].campaign == always


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("who", "queries"), [("reader", 12), ("manager", 15), ("screener", 16)])
def test_the_number_of_queries_does_not_grow(city, office, call, author, who, queries, rows, django_assert_num_queries):
    people = {
        "reader": make.person(home=office),
        "manager": granted("decide_ideas", office),
        "screener": granted("screen_ideas", city),
    }
    person = people[who]
    for _ in range(rows):
        for state in ("needs_changes", "voting", "declined", "draft"):
            idea_in(state, person, call, due_on=today(3))
        idea_in("decision", author, call)
        idea_in("screening", author, call)
        invited = idea_in("draft", author, call)
        Authorship.objects.create(idea=invited, person=person, status="invited", invited_at=timezone.now())
        pilot_of(idea_in("piloting", author, call), person)
        pilot_of(idea_in("piloting", author, call), author, ends=-1)
        comment = Comment.objects.create(idea=invited, author=author, body="x", at=timezone.now())
        CommentReport.objects.create(comment=comment, by=author, reason="x", at=timezone.now())
    client = Client()
    client.force_login(person)
    with django_assert_num_queries(queries):
        client.get("/")


@translation.override("it")  # what the page activates must not stay for the next test
def test_the_desk_reads_in_english_and_tells_a_scorecard_from_a_ballot(author, office, call):
    reviewer, idea = granted("review_ideas", office), idea_in("review", author, call)
    Review.objects.create(idea=idea, reviewer=reviewer, assigned_at=timezone.now(), due_on=today(3))
    client = Client()
    client.force_login(reviewer)
    client.cookies["django_language"] = "en"
    page = client.get("/").content.decode()
    assert '<html lang="en"' in page and "Open the scorecard" in page and "Open my ballot" not in page
