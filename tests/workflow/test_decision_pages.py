# SPDX-License-Identifier: AGPL-3.0-or-later
"""The decision by page: read, plan, choose, confirm; nothing typed is lost and nothing happens without confirmation."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from tests.workflow.factories_judging import REASON, again, city, hand_in, in_decision, in_review, plan
from workflow.models import Campaign, Decision, IdeaEvent, Pilot
from workflow.services import decisions, plans

pytestmark = pytest.mark.django_db
NASTY = [
    "",
    "\x00",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "-1",
    "nan",
    "1e9",
    "99999999999999999999",
    "31/02/2027",
    "٣",
]
PAGE_QUERIES = 21


@pytest.fixture
def here():
    return city()


@pytest.fixture
def idea(here):
    return in_decision(here)


def browser(person=None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def page(idea, rest=""):
    return f"/decisioni/{idea.ref}/{rest}"


def rows(prefix, *values):
    data = {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": 0}
    for n, row in enumerate(values):
        data |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return data


INDICATOR = {
    "name": "Arredi riusati",
    "unit": "pezzi al mese",
    "direction": "up",
    "baseline": "4",
    "target": "30",
    "threshold": "12,5",
    "method": "Registro del magazzino",
}


def answer(here, idea, choice="approve", **fields):
    """The whole form, as the browser sends it."""
    pilot = Pilot.objects.filter(idea=idea).first()
    data = {
        "version": again(idea).version,
        "plan_version": pilot.version if pilot else 0,
        "choice": choice,
        "reason": REASON,
        "reason_code": "",
        "department": "",
        "revisit_on": "",
        "objective": "Ridurre gli acquisti di arredi nuovi.",
        "where": "Magazzino di via Giulio",
        "plan_department": here.office.pk,
        "owner": here.colleague.staff_number,
        "starts_on": "2099-01-11",
        "ends_on": "10/05/2099",
        "budget": "6.500",
        "risks": "",
        "act_number": "",
        "protocol_number": "",
        "action": "decide",
    }
    data |= rows("indicators", INDICATOR) | rows("milestones", {"due_on": "2099-01-11", "text": "Avvio", "who": ""})
    data |= rows("members", {"person": "Nadia Bertone", "role": "coordina", "hours_per_week": "4"})
    return data | fields


def undecided(idea):
    assert again(idea).state == "decision"
    assert not Decision.objects.exists() and not IdeaEvent.objects.exists()


@pytest.mark.parametrize(
    "who, status",
    [
        (None, 302),
        ("author", 403),
        ("colleague", 403),
        ("screener", 403),
        ("stranger", 403),
        ("manager", 200),
        ("director", 200),
    ],
)
def test_who_gets_the_page(here, idea, who, status):
    client = browser(who and getattr(here, who))
    assert client.get(page(idea)).status_code == status
    if status == 403:
        assert client.post(page(idea), answer(here, idea, "decline", confirm="1")).status_code == 403
        undecided(idea)


def test_a_manager_with_an_own_idea_reads_why_not(here):
    own = in_decision(here, author=here.manager)
    response = browser(here.manager).get(page(own))
    assert response.status_code == 403 and "È una tua idea" in response.content.decode()


@pytest.mark.parametrize("state, status", [("review", 409), ("piloting", 409), ("screening", 409), ("draft", 404)])
def test_outside_the_decision_there_is_nothing_to_decide(here, state, status):
    assert browser(here.manager).get(page(make.idea(here.author, here.call, state=state))).status_code == status


def test_the_page_shows_scores_by_name_votes_advice_and_the_money_left(here):
    idea = in_review(here)
    for person, points in zip(here.reviewers, (3, 4, 4), strict=True):
        hand_in(idea, person, points)
    IdeaEvent.objects.create(
        number=900, idea=idea, kind="conclude_voting", at=make.NOW, prev_hash="0", hash="x",
        data={"supports": 744, "papers": 2146, "rank": 3},
    )  # fmt: skip
    text = browser(here.manager).get(page(idea)).content.decode()
    for words in (
        "4,00",
        "M. Bosio",
        "744 schede su 2.146",
        "3ª",
        "«Partire da due sedi.»",
        "Disponibili 60.000",
        "Davide Conti",
    ):
        assert words in text


def test_a_blind_campaign_hides_the_authors_from_who_decides(here, idea):
    Campaign.objects.filter(pk=here.call.pk).update(blind_authors=True)
    assert "Davide Conti" not in browser(here.manager).get(page(idea)).content.decode()


def test_a_plan_is_saved_without_deciding_and_found_again(here, idea):
    client = browser(here.manager)
    response = client.post(page(idea), answer(here, idea, action="save"))
    assert (response.status_code, response["Location"]) == (302, page(idea))
    undecided(idea)
    pilot = Pilot.objects.get()
    assert (pilot.budget, pilot.owner, pilot.indicators.get().threshold) == (
        Decimal("6500"),
        here.colleague,
        Decimal("12.5"),
    )
    assert (pilot.members.get().hours_per_week, pilot.milestones.get().text) == (4, "Avvio")
    text = client.get(page(idea)).content.decode()
    for words in ("Arredi riusati", "6.500", f"Nadia Bertone ({here.colleague.staff_number})", "2099-05-10", REASON):
        assert words in text


def test_half_a_plan_is_saved_too(here, idea):
    data = answer(here, idea, action="save", owner="", budget="", starts_on="", ends_on="") | rows("indicators")
    assert browser(here.manager).post(page(idea), data).status_code == 302
    assert Pilot.objects.get().indicators.count() == 0


def test_approving_asks_first_and_then_starts_the_pilot(here, idea):
    client = browser(here.manager)
    response = client.post(page(idea), answer(here, idea))
    text = response.content.decode()
    assert response.status_code == 200 and 'value="stored"' in text and "6.500" in text and REASON in text
    undecided(idea)
    data = {"confirm": "stored", "choice": "approve", "reason": REASON, "version": again(idea).version}
    response = client.post(page(idea), data)
    assert (response.status_code, response["Location"]) == (302, f"/piloti/{idea.ref}/")
    assert again(idea).state == "piloting" and Campaign.objects.get().budget_committed == 6500
    assert client.post(page(idea), data).status_code == 409
    assert Decision.objects.count() == 1


def test_with_the_dialog_one_request_saves_and_approves(here, idea):
    response = browser(here.manager).post(page(idea), answer(here, idea, confirm="1"))
    assert response.status_code == 302 and again(idea).state == "piloting"


@pytest.mark.parametrize(
    "choice, fields, state",
    [
        ("decline", {"reason_code": "cost"}, "declined"),
        ("defer", {"revisit_on": "2027-06-01"}, "deferred"),
        ("transfer", {}, "decision"),
    ],
)
def test_the_other_answers_ask_first_too(here, idea, choice, fields, state):
    client = browser(here.manager)
    if choice == "transfer":
        fields = {"department": here.elsewhere.pk}
    if choice == "defer":
        fields = {"revisit_on": _next_year()}
    data = answer(here, idea, choice, **fields)
    assert client.post(page(idea), data).status_code == 200
    undecided(idea)
    kept = {name: data[name] for name in ("choice", "reason", "reason_code", "department", "revisit_on", "version")}
    assert client.post(page(idea), kept | {"confirm": "stored"}).status_code == 302
    assert again(idea).state == state
    assert (again(idea).department == here.elsewhere) is (choice == "transfer")
    assert not Pilot.objects.exists()


def _next_year():
    return f"{timezone.localdate().year + 1}-06-01"


@pytest.mark.parametrize(
    "choice, fields, sentence",
    [
        ("approve", {"reason": "breve"}, "mancano 15 caratteri"),
        ("approve", {"objective": ""}, "Scrivi che cosa vuole ottenere la prova."),
        ("approve", {"owner": "Rossi Nessuno"}, "Non c’è nessuno in servizio"),
        ("approve", {"owner": "Bosio"}, "Ci sono 3 persone con «Bosio»"),
        ("approve", {"budget": "tanto"}, "Scrivi un numero, per esempio 6.500."),
        ("approve", {"budget": "70.000"}, "Nel fondo restano 60.000"),
        ("approve", {"budget": "-5"}, "non può essere meno di 0"),
        ("approve", {"ends_on": "2099-01-10"}, "La fine deve venire dopo l’inizio."),
        ("approve", {"ends_on": "domani"}, "giorno/mese/anno"),
        ("approve", {"indicators-0-target": "2"}, "La meta deve essere più alta"),
        ("approve", {"indicators-0-threshold": "99"}, "La soglia sta tra"),
        ("approve", {"indicators-0-method": ""}, "Completa la riga, o toglila."),
        ("approve", {"indicators-TOTAL_FORMS": "0"}, "Serve almeno un indicatore"),
        ("approve", {"members-0-hours_per_week": "99"}, "troppo grande"),
        ("decline", {}, "Scegli il motivo dall’elenco."),
        ("defer", {}, "Scegli una data futura"),
        ("defer", {"revisit_on": "2020-01-01"}, "Scegli una data futura"),
        ("transfer", {}, "Scegli una struttura dall’elenco."),
        ("", {}, "Scegli una delle decisioni."),
    ],
)
@pytest.mark.parametrize("button", [{}, {"confirm": "1"}])
def test_what_is_missing_is_said_beside_the_field(here, idea, choice, fields, sentence, button):
    response = browser(here.manager).post(page(idea), answer(here, idea, choice, **fields, **button))
    text = response.content.decode()
    assert response.status_code == 422 and sentence in text
    assert "Magazzino di via Giulio" in text
    undecided(idea)
    assert Campaign.objects.get().budget_committed == 0


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize(
    "field",
    ["choice", "reason", "owner", "budget", "starts_on", "plan_department", "indicators-0-baseline", "indicators-TOTAL_FORMS",
     "milestones-0-due_on", "members-0-person", "plan_version", "version", "more", "revisit_on"],
)  # fmt: skip
def test_nothing_typed_breaks_the_page(here, idea, field, value):
    response = browser(here.manager).post(page(idea), answer(here, idea) | {field: value})
    assert response.status_code in {200, 302, 409, 422}
    assert "<script>alert" not in response.content.decode()
    assert again(idea).state == "decision"


def test_a_row_more_or_less_keeps_what_was_typed_and_saves_nothing(here, idea):
    client = browser(here.manager)
    text = client.post(page(idea), answer(here, idea, more="indicators", where="Due sedi")).content.decode()
    assert 'name="indicators-1-name"' in text and "Due sedi" in text and REASON in text and "Arredi riusati" in text
    text = client.post(page(idea), answer(here, idea) | {"indicators-0-DELETE": "on"}).content.decode()
    assert "Arredi riusati" not in text and "Avvio" in text
    assert not Pilot.objects.exists()


def test_with_htmx_only_the_plan_is_swapped(here, idea):
    response = browser(here.manager).post(
        page(idea), answer(here, idea, more="members"), headers={"HX-Request": "true"}
    )
    text = response.content.decode()
    assert "<html" not in text and 'id="piano"' in text and 'name="members-1-person"' in text
    assert "id_members-1-person" in response["HX-Trigger-After-Settle"]


def test_two_managers_on_one_plan_compare_before_saving(here, idea):
    data = answer(here, idea, action="save", where="La mia versione")
    plans.save_plan(idea_id=idea.pk, by=here.director, at=make.NOW, plan=plan(here.colleague))
    client = browser(here.manager)
    response = client.post(page(idea), data)
    text = response.content.decode()
    assert response.status_code == 409 and "La mia versione" in text and "altro piano" in text
    assert Pilot.objects.get().where == "Magazzino di via Giulio"
    assert client.post(page(idea), data | {"plan_version": 1}).status_code == 302
    assert Pilot.objects.get().where == "La mia versione"


def test_a_manager_steps_back_from_the_page(here, idea):
    client = browser(here.manager)
    response = client.post(page(idea), {"action": "conflict", "conflict": "boh"})
    assert response.status_code == 422 and "boh" in response.content.decode()
    response = client.post(page(idea), {"action": "conflict", "conflict": "La propone mio fratello."})
    assert (response.status_code, response["Location"]) == (302, "/cruscotto/")
    assert client.get(page(idea)).status_code == 403
    assert browser(here.director).get(page(idea)).status_code == 200


def test_a_colleague_decided_meanwhile(here, idea):
    data = answer(here, idea, confirm="1")
    decisions.decline(idea_id=idea.pk, by=here.director, at=make.NOW, reason_code="cost", reason_text=REASON)
    response = browser(here.manager).post(page(idea), data)
    assert response.status_code == 409 and Decision.objects.count() == 1


def test_a_colleague_deferred_meanwhile(here, idea):
    data = answer(here, idea, confirm="1")
    days = make.NOW.date() + timedelta(days=60)
    decisions.defer(idea_id=idea.pk, by=here.director, at=make.NOW, reason=REASON, revisit_on=days)
    response = browser(here.manager).post(page(idea), data)
    assert response.status_code == 409 and Decision.objects.count() == 1


def test_everything_that_is_missing_is_said_at_once(here, idea):
    client = browser(here.manager)
    version = {"version": idea.version, "confirm": "1"}
    declined = client.post(page(idea), {"choice": "decline", "reason": "No"} | version).context["form"]
    assert set(declined.errors) == {"reason_code", "reason"}
    deferred = client.post(page(idea), {"choice": "defer", "reason": "No"} | version).context["form"]
    assert set(deferred.errors) == {"revisit_on", "reason"}


def test_a_deferred_idea_is_taken_up_from_its_page(here):
    idea = make.idea(here.author, here.call, state="deferred")
    client = browser(here.manager)
    assert "Riprendi adesso" in client.get(page(idea)).content.decode()
    assert client.post(page(idea, "riprendi/"), {"version": 9}).status_code == 409
    assert browser(here.stranger).post(page(idea, "riprendi/"), {"version": 1}).status_code == 403
    assert client.post(page(idea, "riprendi/"), {"version": 1}).status_code == 302
    assert again(idea).state == "decision"
    assert client.post(page(idea, "riprendi/"), {"version": 2}).status_code == 409


def test_a_second_look_shows_the_question_and_the_first_answer(here):
    idea = in_decision(
        here,
        reexamination_department=here.division,
        previous_judge=here.manager,
        reexamination_text="I dati erano vecchi.",
    )
    Decision.objects.create(
        idea=idea, kind="decline", reason_code="cost", reason_text="Costava troppo.", by=here.manager, at=make.NOW
    )
    assert browser(here.manager).get(page(idea)).status_code == 403
    text = browser(here.director).get(page(idea)).content.decode()
    assert "I dati erano vecchi." in text and "Costava troppo." in text


def test_the_page_costs_the_same_whatever_stands_on_it(here, django_assert_num_queries):
    client = browser(here.manager)
    bare, full = in_decision(here), in_decision(here)
    plans.save_plan(idea_id=full.pk, by=here.manager, at=make.NOW, plan=plan(here.colleague))
    for idea in (bare, full):
        with django_assert_num_queries(PAGE_QUERIES + 3 * (idea == full)):
            client.get(page(idea))
