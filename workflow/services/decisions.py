# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer to an idea: try it with a plan and money, say no with reasons, say later with a date."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from innovato.formats import euro
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import nearest_people_with
from workflow import notices, rules
from workflow.errors import Incomplete, OverBudget
from workflow.models import Campaign, Decision, Idea, IdeaEvent, Pilot, Recusal
from workflow.services import assignment, moves, plans
from workflow.services.clock import local_day
from workflow.services.texts import SHORTEST_CONFLICT, check_code, check_reason, check_together, label_to_keep

Kind = Decision.Kind
FARTHEST_REVISIT = timedelta(days=2 * 366)


@transaction.atomic
def approve_pilot(*, idea_id: int, by: Person, at: datetime, version: int | None = None, reason: str) -> IdeaEvent:
    """Start the pilot of the saved plan and commit its money.

    Raises Incomplete with what the plan lacks, OverBudget when the campaign's money does not suffice, and as
    `moves.check` does.
    """
    idea, actor = _take(idea_id, "approve_pilot", by=by, at=at, version=version)
    pilot = getattr(idea, "pilot", None)
    _plan, reason = check_together(lambda: _check_plan(pilot, at=at), lambda: check_reason("reason", reason))
    _commit_money(idea.campaign_id, pilot)
    pilot.approved_by, pilot.approved_at, pilot.planned_end_on, pilot.reason = by, at, pilot.ends_on, reason
    pilot.save(update_fields=["approved_by", "approved_at", "planned_end_on", "reason"])
    Decision.objects.create(
        idea=idea, kind=Kind.APPROVE_PILOT, reason_text=reason, **moves.hand(actor, "approve_pilot", idea, at), at=at
    )
    data = {"reason_text": reason, "budget": str(pilot.budget), "ends_on": pilot.ends_on.isoformat()}
    words = {
        "reason_text": reason,
        "ends_on": pilot.ends_on.isoformat(),
        **_names(by, actor, "approve_pilot", idea, at),
    }
    values = {"has_approval": True, "reexamination_department": None}
    return moves.make(idea, "approve_pilot", actor=actor, at=at, data=data, words=words, values=values)


def _check_plan(pilot: Pilot | None, *, at: datetime) -> None:
    """Raises Incomplete with everything the plan lacks, and with the money that is not there beside the rest."""
    gaps = plans.gaps(pilot, at=at)
    if not gaps:
        return
    if pilot is not None and pilot.budget > pilot.idea.campaign.budget_left:
        gaps["budget"] = over_budget_sentence(pilot.idea.campaign)
    raise Incomplete(gaps)


def _commit_money(campaign_id: int, pilot: Pilot) -> None:
    """Take the pilot's budget out of the campaign's money; the campaign's row is locked until the end."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if pilot.budget > campaign.budget_left:
        raise OverBudget({"budget": over_budget_sentence(campaign)})
    if pilot.budget:
        Campaign.objects.filter(pk=campaign_id).update(budget_committed=F("budget_committed") + pilot.budget)


def over_budget_sentence(campaign: Campaign) -> str:
    """How much is left, and what to do."""
    left = euro(campaign.budget_left)
    return _("Nel fondo restano %(left)s: riduci l’importo o scegli un’altra fonte.") % {"left": left}


@transaction.atomic
def decline(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, reason_code: str, reason_text: str
) -> IdeaEvent:
    """Say no, with a reason code and at least 20 characters that everybody reads. Raises Incomplete without them."""
    idea, actor = _take(idea_id, "decline", by=by, at=at, version=version)
    code, text = check_together(lambda: check_code(reason_code), lambda: check_reason("reason", reason_text))
    Decision.objects.create(
        idea=idea,
        kind=Kind.DECLINE,
        reason_code=code,
        reason_text=text,
        **moves.hand(actor, "decline", idea, at),
        at=at,
    )
    words = {"reason_label": label_to_keep(code), "reason_text": text, **_names(by, actor, "decline", idea, at)}
    if idea.reexamined_at is None:
        words["due"] = (local_day(at) + timedelta(days=settings.INNOVATO_REEXAMINATION_DAYS)).isoformat()
    values = {"has_reasons": True, "reexamination_department": None}
    data = {"reason_code": str(code), "reason_text": text}
    return moves.make(idea, "decline", actor=actor, at=at, data=data, words=words, values=values)


@transaction.atomic
def defer(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, reason: str, revisit_on: date | None
) -> IdeaEvent:
    """Say later: on `revisit_on` the idea comes back by itself. Raises Incomplete for a date that is not ahead."""
    idea, actor = _take(idea_id, "defer", by=by, at=at, version=version)
    reason, _day = check_together(
        lambda: check_reason("reason", reason), lambda: _check_revisit(revisit_on, today=local_day(at))
    )
    Decision.objects.create(
        idea=idea,
        kind=Kind.DEFER,
        reason_text=reason,
        **moves.hand(actor, "defer", idea, at),
        at=at,
        revisit_on=revisit_on,
    )
    data = {"reason_text": reason, "revisit_on": revisit_on.isoformat()}
    words = {"reason_text": reason, **_names(by, actor, "defer", idea, at)}
    values = {"revisit_on": revisit_on}
    return moves.make(idea, "defer", actor=actor, at=at, data=data, words=words, values=values)


def _check_revisit(day: date | None, *, today: date) -> None:
    if day is None or day <= today:
        raise Incomplete({"revisit_on": _("Scegli una data futura: quel giorno l’idea torna in decisione.")})
    if day > today + FARTHEST_REVISIT:
        raise Incomplete({"revisit_on": _("Scegli una data entro due anni: un’idea non si lascia aspettare di più.")})


@transaction.atomic
def resume(*, idea_id: int, by: Person, at: datetime, version: int | None = None) -> IdeaEvent:
    """Take a deferred idea up again before its date."""
    idea, actor = _take(idea_id, "resume", by=by, at=at, version=version)
    return moves.make(idea, "resume", actor=actor, at=at)


@transaction.atomic
def reopen_review(*, idea_id: int, by: Person, at: datetime, version: int | None = None) -> IdeaEvent:
    """Ask for the scorecards that are missing, once: the idea goes back to its reviewers and returns when they are in.

    Who still has an open scorecard is told again, with a new day; free places are filled.
    """
    idea, actor = _take(idea_id, "reopen_review", by=by, at=at, version=version)
    missing = idea.scorecards_missing
    event = moves.make(
        idea, "reopen_review", actor=actor, at=at, data={"missing": missing}, values={"scorecards_missing": 0}
    )
    idea.reviews.filter(status__in=assignment.OPEN).update(due_on=idea.due_on)
    assignment.fill(idea, at=at)
    return event


@transaction.atomic
def step_back(*, idea_id: int, by: Person, at: datetime, reason: str) -> Recusal:
    """Declare a conflict of interest instead of deciding: another manager of the department, or one above, has to.

    The nearest of them are told. Raises Incomplete when the conflict is not described.
    """
    idea, _actor = _take(idea_id, "decline", by=by, at=at, version=None)
    reason = check_reason("conflict", reason, SHORTEST_CONFLICT, for_author=False)
    recusal = Recusal.objects.create(idea=idea, person=by, reason=reason, at=at)
    barred = idea.author_ids() | idea.recused_ids() | {idea.previous_judge_id}
    others = nearest_people_with(Capability.DECIDE_IDEAS, idea.judging_department_id, without=barred)
    people = set(others.values_list("pk", flat=True))
    key = f"recusal:{recusal.pk}"
    notices.tell(kind="decision_due", idea=idea, people=people, key=key, at=at, page="workflow:decision")
    return recusal


@transaction.atomic
def rehearse(answer: Callable[..., IdeaEvent], **arguments) -> None:
    """Give an answer and take all of it back: raises what the answer itself would raise, before somebody confirms it."""
    answer(**arguments)
    transaction.set_rollback(True)


def _take(idea_id: int, move: str, *, by: Person, at: datetime, version: int | None) -> tuple[Idea, rules.Actor]:
    """The idea, locked, and who acts on it, allowed to make `move` now."""
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, move, actor=actor, at=at, version=version)
    return idea, actor


def _names(by: Person, actor: rules.Actor, move: str, idea: Idea, at: datetime) -> dict:
    """The names a notice of the decision says: who decided, and for whom where it is a deputy."""
    behind = rules.on_behalf_of(actor, move, idea, at)
    return {"by_name": by.get_full_name()} | ({"for_name": behind.delegator_name} if behind else {})
