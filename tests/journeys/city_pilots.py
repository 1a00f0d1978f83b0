# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the city for pages reviewed, decided and tried: scorecards in each step, refusals, and pilots up to their end."""

from datetime import timedelta
from decimal import Decimal

from tests import factories as make
from tests.workflow.factories_judging import REASON, again, indicator, plan, sheet
from workflow.models import Idea
from workflow.search import index_idea
from workflow.services import assignment, decisions, pilot_log, pilots, plans, review

DAY = timedelta(days=1)
AFTERWARDS = "Il catalogo funziona dove qualcuno lo tiene in ordine."


def fill(here) -> None:
    """Scorecards, decisions and pilots; `ideas` gets the states that come after the ballot."""
    here.decided = make.campaign(
        here.root, slug="deciso", stage="review", blind_authors=False, **here.words | _long_ago(here.now)
    )
    _review(here)
    now = here.now
    here.ideas["decision"] = _judged(here, "Posta interna una volta al giorno", at=now - 3 * DAY)
    late = _judged(here, "Ricambi in comune tra le officine", at=now - 45 * DAY)
    here.late = late
    Idea.objects.filter(pk=late.pk).update(scorecards_missing=2)
    declined = _judged(here, "Un distributore per ogni piano", at=now - 20 * DAY)
    answer = {"by": here.manager, "at": now - 3 * DAY}
    decisions.decline(idea_id=declined.pk, reason_code="cost", reason_text=REASON, **answer)
    deferred = _judged(here, "Orto sul tetto dell’anagrafe", at=now - 20 * DAY)
    decisions.defer(idea_id=deferred.pk, reason=REASON, revisit_on=here.today + 60 * DAY, **answer)
    here.ideas |= {"declined": again(declined), "deferred": again(deferred)}
    here.ideas["piloting"] = _tried(here, "Magazzino digitale per riusare arredi", days=100)
    here.ideas["adopted"] = _concluded(here, "Tazza propria al posto della plastica", "adopted")
    here.ideas["closed"] = _concluded(here, "Prenotare le sale con un foglio", "closed")
    verified = _concluded(here, "Sensori di luce nei corridoi", "adopted")
    pilots.verify(
        idea_id=verified.pk, by=here.verifier, at=now - DAY, version=None,
        benefit="1.200 € all’anno in meno di energia.", note="Bollette di tre sedi confrontate.",
    )  # fmt: skip
    here.ideas["verified"] = again(verified)


def _long_ago(now) -> dict:
    return {
        "submissions_open_at": now - 700 * DAY,
        "submissions_close_at": now - 690 * DAY,
        "voting_opens_at": now - 680 * DAY,
        "voting_closes_at": now - 670 * DAY,
    }


def _review(here) -> None:
    """The idea that came out of the ballot has scorecards: one handed in, one begun, one not declared."""
    idea = here.ideas["review"]
    assignment.assign_reviewers(idea_id=idea.pk, at=here.now)
    lead = Idea.objects.get(pk=idea.pk).lead_reviewer
    here.lead = lead
    here.beginner, here.untouched = (person for person in here.reviewers if person != lead)
    review.declare(idea_id=idea.pk, by=lead, at=here.now)
    review.submit(idea_id=idea.pk, by=lead, at=here.now, sheet=sheet(idea, 4))
    review.declare(idea_id=idea.pk, by=here.beginner, at=here.now)
    here.ideas["review"] = again(idea)


def _judged(here, title, *, at) -> Idea:
    """An idea of the author whose three scorecards are in."""
    idea = make.idea(
        here.author, here.decided, state="review", at=at, title=title, theme=here.theme, due_on=at.date() + 30 * DAY
    )
    index_idea(idea)
    assignment.assign_reviewers(idea_id=idea.pk, at=at)
    for person, points in zip(here.reviewers, (4, 3, 5), strict=True):
        review.declare(idea_id=idea.pk, by=person, at=at)
        review.submit(idea_id=idea.pk, by=person, at=at, sheet=sheet(idea, points))
    return again(idea)


def _tried(here, title, *, days) -> Idea:
    """An idea whose pilot began so many days ago, with readings, money, notes, milestones and a team."""
    start = here.now - days * DAY
    idea = _judged(here, title, at=start - DAY)
    begins = start.date()
    rows = (indicator(), indicator(name="Assenze", unit="%", direction="down", baseline=18, target=10, threshold=14))
    written = plan(
        here.colleague, indicators=rows, starts_on=begins, ends_on=begins + (days + 40) * DAY, budget=Decimal(2000),
        risks="Che nessuno aggiorni il catalogo.",
    )  # fmt: skip
    plans.save_plan(idea_id=idea.pk, by=here.manager, at=start, plan=written)
    decisions.approve_pilot(idea_id=idea.pk, by=here.manager, at=start, reason=REASON)
    act = {"idea_id": idea.pk, "by": here.colleague}
    for row in again(idea).pilot.indicators.all():
        for number in range(3):
            at = start + (number + 1) * 20 * DAY
            value = row.baseline + (row.target - row.baseline) * (number + 1) / 4
            pilot_log.record_reading(
                indicator_id=row.pk, at=at, measured_on=at.date(), value=value, note="Contati a mano", **act
            )
    pilot_log.record_spending(
        at=here.now, spent_on=here.today, amount=Decimal("145.50"), description="Etichette", **act
    )
    pilot_log.write_note(at=here.now, body="Le prime due sedi hanno iniziato.\nManca la terza.", **act)
    milestone = again(idea).pilot.milestones.first()
    pilot_log.set_milestone_done(milestone_id=milestone.pk, at=here.now, done=True, **act)
    pilot_log.put_in_team(
        at=here.now, person=here.newcomer, role="fotografa gli arredi", hours_per_week=Decimal(2), **act
    )
    return again(idea)


def _concluded(here, title, outcome) -> Idea:
    """A pilot that ended some months ago."""
    idea, at = _tried(here, title, days=400), here.now - 200 * DAY
    for row in idea.pilot.indicators.all():
        pilot_log.record_reading(
            idea_id=idea.pk, indicator_id=row.pk, by=here.colleague, at=at, measured_on=at.date(), value=row.target,
            is_final=True,
        )  # fmt: skip
    pilots.conclude_pilot(
        idea_id=idea.pk, by=here.manager, at=at, version=None, outcome=outcome, lessons=AFTERWARDS,
        scale_plan="Da gennaio in tutte le sedi." if outcome == "adopted" else "",
    )  # fmt: skip
    return again(idea)
