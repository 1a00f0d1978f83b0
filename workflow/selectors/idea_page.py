# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one idea's page shows besides its text: dates along the path, the decision, the scorecards, who follows."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from innovato import formats
from innovato.organisation.capabilities import Capability
from workflow import holders, rules
from workflow.models import Authorship, Decision, Follow, Idea, IdeaEvent, Review, Score
from workflow.selectors.ideas import with_ballot_dates
from workflow.states import AFTER_APPROVAL, IdeaState, ReasonCode

S = IdeaState
# The decision that stands in each of these states.
DECISIONS = {
    S.DECLINED: Decision.Kind.DECLINE,
    S.INADMISSIBLE: Decision.Kind.REFUSE_ADMISSION,
    S.DEFERRED: Decision.Kind.DEFER,
    **dict.fromkeys(AFTER_APPROVAL, Decision.Kind.APPROVE_PILOT),
}
BEFORE_VOTING = frozenset({S.DRAFT, S.SCREENING, S.NEEDS_CHANGES, S.ADMITTED, S.VOTING})
DECIDED = frozenset({S.DECLINED, S.DEFERRED, *AFTER_APPROVAL})


def page_rows(*, person_id: int, at: datetime):
    """Ideas with all that their page and the rules read, except lists: two queries whatever the idea."""
    follows = Follow.objects.filter(idea=OuterRef("pk"))
    counted = follows.order_by().values("idea").annotate(n=Count("pk")).values("n")
    signed = Authorship.objects.select_related("person")
    rows = Idea.objects.select_related(
        "campaign", "theme", "department", "submitted_from", "merged_into", "pilot", "reexamination_department"
    )
    return with_ballot_dates(rows, at).annotate(
        is_followed=Exists(follows.filter(person=person_id)),
        followers=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        my_review=Subquery(Review.objects.filter(idea=OuterRef("pk"), reviewer=person_id).values("status")[:1]),
    ).prefetch_related(Prefetch("authorships", signed))  # fmt: skip


def standing_decision(idea: Idea) -> Decision | None:
    """The decision behind the present state, with who took it. One query where there is one, else none."""
    kind = DECISIONS.get(S(idea.state))
    if kind is None:
        return None
    rows = Decision.objects.filter(idea=idea, kind=kind, undone_at=None).select_related("by", "on_behalf_of")
    decision = rows.order_by("-at", "-pk").first()
    if decision is not None:
        decision.reason_label = ReasonCode(decision.reason_code).label if decision.reason_code else ""
    return decision


# Dates along the path ----------------------------------------------------------------------------------------------


def step_dates(idea: Idea, events: list[IdeaEvent]) -> dict:
    """For each step of the path (looks.STEPS) the day it was done, or by when it will be. Touches no database."""
    last = {event.kind: event.at for event in events if event.idea_id == idea.pk}
    early_end = last.get({S.WITHDRAWN: "withdraw", S.MERGED: "merge"}.get(idea.state, ""))
    done = {
        "draft": idea.created_at,
        "sent": idea.submitted_at,
        "screening": early_end or idea.published_at or last.get("refuse_admission"),
        "voting": last.get("conclude_voting"),
        "review": last.get("complete_review"),
        "decision": last.get("approve_pilot") or last.get("decline"),
        "pilot": last.get("conclude_pilot"),
        "outcome": last.get("verify") or last.get("conclude_pilot"),
    }
    words = {step: formats.elided(text) for step, text in (_to_come(idea) | _present(idea)).items()}
    behind = {step: day for step, day in done.items() if day and step not in _present(idea)}
    return words | behind


def _to_come(idea: Idea) -> dict:
    """What the campaign's dates say of steps not reached yet."""
    campaign, words = idea.campaign, {}
    if idea.state not in BEFORE_VOTING:
        return words
    if campaign.voting_opens_at and not campaign.always_open:
        words["voting"] = _("dal %(day)s") % {"day": formats.short_date(campaign.voting_opens_at)}
    if campaign.review_due_on:
        words["review"] = _("entro il %(day)s") % {"day": formats.short_date(campaign.review_due_on)}
    return words


def _present(idea: Idea) -> dict:
    """The words under the step where the idea stands."""
    pilot = getattr(idea, "pilot", None)
    match idea.state:
        case S.SCREENING | S.NEEDS_CHANGES:
            return _by_when("screening", idea.due_on)
        case S.ADMITTED:
            opens = getattr(idea, "next_voting_at", None)
            return {"voting": _("dal %(day)s") % {"day": formats.short_date(opens)} if opens else ""}
        case S.VOTING:
            ends = getattr(idea, "voting_ends_at", None) or idea.campaign.voting_closes_at
            return {"voting": _("fino al %(day)s") % {"day": formats.short_date(ends)} if ends else ""}
        case S.REVIEW:
            return _by_when("review", idea.due_on)
        case S.DECISION:
            return _by_when("decision", idea.due_on)
        case S.DEFERRED:
            return {"decision": _("dal %(day)s") % {"day": formats.short_date(idea.revisit_on)}}
        case S.PILOTING if pilot is not None and pilot.ends_on:
            return {"pilot": _("fino al %(day)s") % {"day": formats.short_date(pilot.ends_on)}}
    return {}


def _by_when(step: str, day) -> dict:
    return {step: _("entro il %(day)s") % {"day": formats.short_date(day)} if day else ""}


# Scorecards, for who proposed it -----------------------------------------------------------------------------------


@dataclass
class Card:
    """One scorecard without its reviewer's name: points and reasons by criterion, and the text for who proposes."""

    review: Review
    scores: list = field(default_factory=list)


def cards_for(idea: Idea, actor: rules.Actor) -> list[Card]:
    """The scorecards handed in, once a decision is taken, for the authors and the office; nothing for others.

    One query for who may read them, else none. Reviewers' names stay out.
    """
    if idea.state not in DECIDED or not _may_read_cards(idea, actor):
        return []
    rows = Score.objects.filter(review__idea=idea, review__status=Review.Status.SUBMITTED)
    cards: dict[int, Card] = {}
    for score in rows.select_related("review", "criterion").order_by("review_id", "criterion__position"):
        cards.setdefault(score.review_id, Card(score.review)).scores.append(score)
    return list(cards.values())


def _may_read_cards(idea: Idea, actor: rules.Actor) -> bool:
    if actor.person_id in idea.author_ids():
        return True
    return any(
        holders.reaches(actor, capability, idea) for capability in (Capability.SCREEN_IDEAS, Capability.DECIDE_IDEAS)
    )
