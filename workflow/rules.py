# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may make which move: one table, read for a single idea (`may`) and as SQL (`where`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from innovato.organisation.access import DepartmentAccess, Deputyship
from innovato.organisation.capabilities import Capability
from workflow import conditions, deputies, holders
from workflow.states import BLIND, PUBLISHED, IdeaState

S = IdeaState


@dataclass(frozen=True)
class Actor:
    """Who acts: a person with the department rights of this request, or the system itself (the clock, the ballot)."""

    person_id: int | None
    access: DepartmentAccess | None
    system: bool = False

    @property
    def is_active(self) -> bool:
        """True for the system and for an employee who may sign in."""
        return self.system or (self.access is not None and self.access.is_active)


SYSTEM = Actor(person_id=None, access=None, system=True)


def actor_for(person, *, at: datetime | None = None) -> Actor:
    """The actor of a signed-in person at `at` (None: now). Costs the two queries of DepartmentAccess."""
    return Actor(person_id=person.pk, access=DepartmentAccess.of(person, at=at))


@dataclass(frozen=True)
class Refusal:
    """Why a move is not possible, in words. `status` is 403 (not yours), 404 (not visible) or 409 (not now)."""

    code: str
    sentence: str
    status: int


@dataclass(frozen=True)
class Rule:
    """One row of the table: `methods` maps each source state to the machine's method, by target where there are two."""

    methods: Mapping[str, str | Mapping[str, str]]
    holders: tuple
    conditions: tuple = field(default=())

    @property
    def sources(self) -> frozenset:
        """The states in which the move starts."""
        return frozenset(self.methods)


STAY = ""  # a move that changes no state calls no method of the machine

AUTHOR = (holders.Author(),)
SCREENER = (holders.Capable(Capability.SCREEN_IDEAS),)
DECIDER = (holders.Capable(Capability.DECIDE_IDEAS),)
OFFICE = (holders.System(),)
FOUR_EYES = (conditions.NotAnAuthor(), conditions.NoConflict())
SHOWN_EARLY_TO = (Capability.SCREEN_IDEAS, Capability.REVIEW_IDEAS, Capability.DECIDE_IDEAS)
SECOND_LOOK = (*FOUR_EYES, conditions.NotThePreviousJudge())

MOVES: dict[str, Rule] = {
    "submit": Rule({S.DRAFT: "submit", S.NEEDS_CHANGES: "submit"}, AUTHOR, (conditions.AnswerInTime(),)),
    "request_changes": Rule({S.SCREENING: "request_changes"}, SCREENER, SECOND_LOOK),
    "resume_screening": Rule(
        {S.NEEDS_CHANGES: "resume_screening"},
        (holders.System(), *SCREENER),
        (conditions.NotAnAuthor(), conditions.AnswerOverdue()),
    ),
    "admit": Rule({S.SCREENING: "admit"}, SCREENER, SECOND_LOOK),
    "refuse_admission": Rule({S.SCREENING: "refuse_admission"}, SCREENER, SECOND_LOOK),
    "merge": Rule({S.SCREENING: "merge", S.ADMITTED: "merge"}, SCREENER, SECOND_LOOK),
    "undo_admission": Rule({S.ADMITTED: "undo_admission"}, SCREENER, (conditions.JustNow(),)),
    "undo_refusal": Rule({S.INADMISSIBLE: "undo_refusal"}, SCREENER, (conditions.JustNow(),)),
    "undo_merge": Rule({S.MERGED: "undo_merge"}, SCREENER, (conditions.MergeStillLoose(),)),
    "transfer": Rule(
        {S.SCREENING: STAY, S.ADMITTED: STAY, S.DECISION: STAY}, SCREENER + DECIDER, (conditions.NotAnAuthor(),)
    ),
    "redact": Rule(
        {S.SCREENING: STAY, S.ADMITTED: STAY, S.REVIEW: STAY},
        SCREENER,
        (conditions.NotAnAuthor(), conditions.BlindCampaign()),
    ),
    "open_voting": Rule({S.ADMITTED: "open_voting"}, OFFICE),
    "conclude_voting": Rule(
        {S.VOTING: {S.REVIEW: "conclude_voting_selected", S.NOT_SELECTED: "conclude_voting_not_selected"}}, OFFICE
    ),
    "return_to_admitted": Rule(dict.fromkeys((S.VOTING, S.REVIEW, S.NOT_SELECTED), "return_to_admitted"), OFFICE),
    "select": Rule({S.NOT_SELECTED: "select"}, SCREENER, FOUR_EYES),
    "complete_review": Rule({S.REVIEW: "complete_review"}, (holders.System(), holders.LeadReviewer())),
    "reopen_review": Rule({S.DECISION: "reopen_review"}, DECIDER, (*SECOND_LOOK, conditions.ScorecardsMissing())),
    "approve_pilot": Rule({S.DECISION: "approve_pilot"}, DECIDER, SECOND_LOOK),
    "decline": Rule({S.DECISION: "decline"}, DECIDER, SECOND_LOOK),
    "defer": Rule({S.DECISION: "defer"}, DECIDER, SECOND_LOOK),
    "resume": Rule({S.DEFERRED: "resume"}, (holders.System(), *DECIDER)),
    "request_reexamination": Rule(
        {
            S.DECLINED: "request_reexamination_of_decision",
            S.INADMISSIBLE: "request_reexamination_of_admission",
        },
        AUTHOR,
        (conditions.WithinReexamination(), conditions.NotYetReexamined()),
    ),
    "conclude_pilot": Rule(
        {S.PILOTING: {S.ADOPTED: "conclude_pilot_adopted", S.CLOSED: "conclude_pilot_closed"}}, DECIDER, FOUR_EYES
    ),
    "extend_pilot": Rule({S.PILOTING: STAY}, DECIDER, (*FOUR_EYES, conditions.NotYetExtended())),
    "verify": Rule(
        {S.ADOPTED: "verify"},
        (holders.Capable(Capability.VERIFY_RESULTS),),
        (conditions.NotAnAuthor(), conditions.NotThePilotsOwner()),
    ),
    "withdraw": Rule(
        {S.DRAFT: "withdraw", S.SCREENING: "withdraw", S.NEEDS_CHANGES: "withdraw", S.ADMITTED: "withdraw"}, AUTHOR
    ),
}


def refusal(actor: Actor, move: str, idea, at: datetime) -> Refusal | None:
    """Why `actor` can't make `move` on `idea` at `at`; None when it can. Reads authorships and recusals of the idea.

    The order is the answer's order: invisible (404), not yours (403), not now (409).
    """
    rule = MOVES[move]
    if not can_see(actor, idea):
        return Refusal("missing", _("Questa idea non c’è o è ancora una bozza di altri."), 404)
    held = deputies.titles(actor, rule, idea)
    if not held:
        return Refusal("not_yours", " ".join(str(holder.why_not) for holder in rule.holders), 403)
    for condition in rule.conditions:
        if condition.personal and not condition.holds(actor, idea, at):
            return Refusal(condition.code, condition.why_not, 403)
    if not any(deputies.stands_for(title, rule, idea, at) for title in held):
        return Refusal("delegator_barred", deputies.BARRED, 403)
    if idea.state not in rule.sources:
        return Refusal("wrong_state", _("In questo momento l’idea è in un altro stato."), 409)
    for condition in rule.conditions:
        if not condition.personal and not condition.holds(actor, idea, at):
            return Refusal(condition.code, condition.why_not, 409)
    return None


def on_behalf_of(actor: Actor, move: str, idea, at: datetime) -> Deputyship | None:
    """For whom `actor` makes this move, which `refusal` allows; None in the own name, which goes before any other."""
    rule = MOVES[move]
    held = deputies.titles(actor, rule, idea)
    return deputies.behind(actor, next((who for who in held if deputies.stands_for(who, rule, idea, at)), None))


def may(actor: Actor, move: str, idea, at: datetime) -> bool:
    """Can `actor` make `move` on `idea` now? The twin of `where`."""
    return refusal(actor, move, idea, at) is None


def moves_open_to(actor: Actor, idea, at: datetime) -> list[str]:
    """Every move `actor` can make on `idea` now, in the table's order."""
    return [move for move in MOVES if may(actor, move, idea, at)]


def where(actor: Actor, move: str, at: datetime, idea_model) -> Q:
    """The same rule as SQL: the ideas on which `actor` can make `move` now."""
    rule = MOVES[move]
    if not actor.is_active:
        return Q(pk__in=[])
    held = deputies.where(actor, rule, at, idea_model)
    found = Q(state__in=rule.sources) & held
    if not _shows(rule):
        found &= visible(actor, idea_model)
    for condition in rule.conditions:
        found &= condition.where(actor, at, idea_model)
    return found


def _shows(rule: Rule) -> bool:
    """Whether who holds the title to a move in its states sees the idea by that alone: SQL need not ask it again."""
    if rule.sources <= PUBLISHED:
        return True
    return rule.sources <= PUBLISHED | {S.SCREENING, S.NEEDS_CHANGES} and all(
        isinstance(holder, holders.Author | holders.System)
        or (isinstance(holder, holders.Capable) and holder.capability in SHOWN_EARLY_TO)
        for holder in rule.holders
    )


def _is_concerned(actor: Actor, idea) -> bool:
    """A capability that shows an idea before everybody sees it."""
    if idea.state in {S.SCREENING, S.NEEDS_CHANGES}:
        asked = SHOWN_EARLY_TO
    elif idea.state in {S.INADMISSIBLE, S.MERGED} or (idea.state == S.WITHDRAWN and idea.submitted_at):
        asked = (Capability.SCREEN_IDEAS,)
    else:
        return False
    return any(holders.reaches(actor, capability, idea) for capability in asked)


def can_see(actor: Actor, idea) -> bool:
    """Does the idea exist for `actor`? The twin of `visible`. Reads the idea's authorships and merge target."""
    if not actor.is_active:
        return False
    if actor.system or idea.state in PUBLISHED:
        return True
    if actor.person_id in idea.authors_and_invited():
        return True
    if idea.state == S.MERGED and idea.merged_into is not None and idea.merged_into.state in PUBLISHED:
        return True
    return _is_concerned(actor, idea)


def visible(actor: Actor, idea_model) -> Q:
    """The ideas that exist for `actor`, as SQL."""
    if not actor.is_active:
        return Q(pk__in=[])
    if actor.system:
        return Q()
    screens = holders.reach(actor, Capability.SCREEN_IDEAS)
    # Asked row by row, of merged ideas only: as a join it would read the whole table for every list.
    target = idea_model.objects.filter(pk=OuterRef("merged_into_id"), state__in=PUBLISHED).order_by()
    concerned = screens | holders.reach(actor, Capability.REVIEW_IDEAS) | holders.reach(actor, Capability.DECIDE_IDEAS)
    return (
        Q(state__in=PUBLISHED)
        | holders.named_on(actor, idea_model)
        | (Q(state=S.MERGED) & Q(Exists(target)))
        | (Q(state__in=[S.SCREENING, S.NEEDS_CHANGES]) & concerned)
        | (Q(state__in=[S.INADMISSIBLE, S.MERGED]) & screens)
        | (Q(state=S.WITHDRAWN, submitted_at__isnull=False) & screens)
    )


def may_edit(actor: Actor, idea) -> bool:
    """May `actor` change the text? Authors, while it is a draft or changes were asked for."""
    return actor.is_active and idea.is_editable and actor.person_id in idea.author_ids()


def may_see_authors(actor: Actor, idea) -> bool:
    """Are the authors' names shown without asking? Hidden from admission to decision where the campaign is blind."""
    if not idea.campaign.blind_authors or idea.state not in BLIND:
        return True
    return actor.person_id in idea.author_ids()


def may_read_file(actor: Actor, idea, file) -> bool:
    """May `actor`, who sees the idea, have this attachment? One that tells who proposes waits while names are hidden."""
    if not file.withheld or may_see_authors(actor, idea):
        return True
    return holders.reaches(actor, Capability.SCREEN_IDEAS, idea)


def may_reveal_authors(actor: Actor, idea) -> bool:
    """May `actor` ask for hidden names? The innovation office; each look is recorded."""
    return not may_see_authors(actor, idea) and holders.reaches(actor, Capability.SCREEN_IDEAS, idea)


def may_moderate(actor: Actor, idea) -> bool:
    """May `actor` take comments away under this idea? Who screens here, unless the idea is theirs."""
    return deputies.holds_beyond(actor, Capability.SCREEN_IDEAS, idea, idea.author_ids())


def may_record_on_pilot(actor: Actor, idea, member_ids: frozenset[int]) -> bool:
    """May `actor` record readings, notes and milestones? The owner, the team, and whoever decides there, while it runs."""
    if not actor.is_active or idea.state != S.PILOTING:
        return False
    named = actor.person_id == idea.pilot.owner_id or actor.person_id in member_ids
    return named or holders.reaches(actor, Capability.DECIDE_IDEAS, idea)


def may_run_pilot(actor: Actor, idea) -> bool:
    """May `actor` record spending and change the team? The owner and whoever decides there, while it runs."""
    return may_record_on_pilot(actor, idea, frozenset())


def may_consent(actor: Actor, person) -> bool:
    """May `actor` release this colleague's hours? Whoever decides for the colleague's home department, never oneself."""
    if actor.access is None or actor.person_id == person.pk or person.home_department_id is None:
        return False
    held = actor.access.titles(Capability.DECIDE_IDEAS, person.home_department_id)
    return bool(set(held) - {person.pk})  # … neither as the deputy of that very colleague


def may_manage_campaigns(actor: Actor, department_id: int | None) -> bool:
    """May `actor` make and change the campaigns that this department sponsors?"""
    return actor.access is not None and actor.access.allows(Capability.MANAGE_CAMPAIGNS, department_id)
