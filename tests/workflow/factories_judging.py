# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small city in which ideas are screened, reviewed and decided: who holds which right, and complete plans."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from tests import factories as make
from workflow.models import Idea
from workflow.services import assignment, plans, review

REASON = "Il problema è misurato e il costo è contenuto."
DAY = timedelta(days=1)


def city() -> SimpleNamespace:
    """Città › Servizi interni › Economato, and Cultura elsewhere; an author, a screener, two managers, five reviewers."""
    root = make.department("Città")
    division = make.department("Servizi interni", parent=root)
    office = make.department("Economato", parent=division)
    elsewhere = make.department("Cultura", parent=root)
    here = SimpleNamespace(root=root, division=division, office=office, elsewhere=elsewhere)
    here.author = make.person("Davide", "Conti", home=office)
    here.colleague = make.person("Nadia", "Bertone", home=office)
    here.screener = holder("Laura", "Pautasso", "screen_ideas", root)
    here.manager = holder("Silvia", "Ghione", "decide_ideas", office)
    here.director = holder("Paolo", "Rosso", "decide_ideas", division)
    here.stranger = holder("Elena", "Moretti", "decide_ideas", elsewhere)
    here.reviewers = [holder(name, "Bosio", "review_ideas", root, home=elsewhere) for name in ("Marco", "Carla", "Ugo")]
    here.call = make.campaign(root)
    return here


def holder(first_name, last_name, capability, where, home=None):
    """Somebody with one right on a department."""
    person = make.person(first_name, last_name, home=home or where)
    make.grant(person, capability, where)
    return person


def again(idea) -> Idea:
    """The idea as the database has it now."""
    return Idea.objects.get(pk=idea.pk)


def in_review(here, **fields) -> Idea:
    """An idea in review with its reviewers assigned."""
    fields.setdefault("due_on", make.NOW.date() + 30 * DAY)
    idea = make.idea(here.author, here.call, state="review", **fields)
    assignment.assign_reviewers(idea_id=idea.pk, at=make.NOW)
    return again(idea)


def in_decision(here, **fields) -> Idea:
    """An idea that waits for its manager, on the day its review ended."""
    fields = {"due_on": date(2026, 12, 11), "clock_started_on": date(2026, 11, 19)} | fields
    return make.idea(fields.pop("author", here.author), fields.pop("call", here.call), state="decision", **fields)


def sheet(idea, *values, recommendation="pilot", words="Perché sì.") -> review.Sheet:
    """A complete scorecard with these points, the last one repeated to the end."""
    criteria = make.criteria_of(idea.campaign)
    points = [*values, *[values[-1]] * len(criteria)][: len(criteria)]
    return review.Sheet(
        points={c.pk: value for c, value in zip(criteria, points, strict=True)},
        words={c.pk: words for c in criteria},
        recommendation=recommendation,
        advice="Partire da due sedi.",
        text_for_author="Un buon lavoro, misurabile.",
    )


def hand_in(idea, person, *values, at=make.NOW, **fields):
    """Declare and hand in a scorecard."""
    review.declare(idea_id=idea.pk, by=person, at=at)
    return review.submit(idea_id=idea.pk, by=person, at=at, sheet=sheet(idea, *values, **fields))


def plan(owner, **fields) -> plans.Plan:
    """A complete plan."""
    values = {
        "objective": "Ridurre gli acquisti di arredi nuovi.",
        "where": "Magazzino di via Giulio",
        "owner_id": owner.pk,
        "starts_on": date(2027, 1, 11),
        "ends_on": date(2027, 5, 10),
        "budget": Decimal("6500"),
        "indicators": (indicator(),),
        "milestones": (plans.MilestonePlan(due_on=date(2027, 1, 11), text="Avvio in due sedi", who="Economato"),),
        "members": (plans.MemberPlan(person_id=owner.pk, role="coordina", hours_per_week=Decimal("4")),),
    }
    return plans.Plan(**(values | fields))


def indicator(**fields) -> plans.IndicatorPlan:
    """An indicator whose numbers fit together."""
    values = {
        "name": "Arredi riusati",
        "unit": "pezzi al mese",
        "direction": "up",
        "baseline": Decimal("4"),
        "target": Decimal("30"),
        "threshold": Decimal("12"),
        "method": "Registro del magazzino, ogni mese",
    }
    return plans.IndicatorPlan(**(values | fields))
