# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the office reads while screening: the queue, ideas like this one side by side, answers that can still be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from innovato import formats
from workflow import rules
from workflow.models import Decision, DismissedSimilar, Idea, IdeaEvent, MergeConsent, MergeProposal
from workflow.search import similar
from workflow.search.snippets import Piece, excerpt
from workflow.search.stems import stems_of
from workflow.selectors.ageing import ageing
from workflow.states import PUBLISHED, TAKES_MERGES, IdeaState

SHOWN = 50  # the most urgent of the queue
NEAR_IDEAS = 2
UNDO_MOVES = ("undo_admission", "undo_refusal", "undo_merge")


@dataclass(frozen=True)
class Queue:
    """The ideas that wait for this person, the most urgent first, and where one of them stands."""

    ideas: Sequence[Idea]
    has_more: bool
    place: int | None

    @property
    def following(self) -> Idea | None:
        """The idea after the present one, or the first when the present one is the last or not in the queue."""
        others = [idea for n, idea in enumerate(self.ideas) if n != self.place]
        if not others:
            return None
        return self.ideas[self.place + 1] if self.place is not None and self.place + 1 < len(self.ideas) else others[0]

    @property
    def previous(self) -> Idea | None:
        """The idea before the present one."""
        return self.ideas[self.place - 1] if self.place else None

    @property
    def next(self) -> Idea | None:
        """The idea after the present one; None at the end."""
        place = self.place
        return self.ideas[place + 1] if place is not None and place + 1 < len(self.ideas) else None


def queue(actor: rules.Actor, *, at: datetime, present: int | None = None) -> Queue:
    """What `actor` can admit now, by due day. One query."""
    rows = (
        Idea.objects.actionable_by(actor, "admit", at=at)
        .order_by(F("due_on").asc(nulls_last=True), "pk")
        .only("pk", "number", "uuid", "title", "state", "due_on", "clock_started_on", "clock_paused_at")
    )
    found = list(rows[: SHOWN + 1])
    ideas = found[:SHOWN]
    today = formats.local_day(at)
    for idea in ideas:
        idea.ageing = ageing(idea, today)
    place = next((n for n, idea in enumerate(ideas) if idea.pk == present), None)
    return Queue(ideas=ideas, has_more=len(found) > SHOWN, place=place)


@dataclass(frozen=True)
class Near:
    """One idea like the one being screened, with the shared words marked in its pieces."""

    idea: Idea
    level: str
    problem: tuple[Piece, ...]
    proposal: tuple[Piece, ...]
    said_different: bool
    takes_merge: bool
    answer: Decision | None


@dataclass(frozen=True)
class Comparison:
    """The idea and those like it, side by side."""

    problem: tuple[Piece, ...]
    proposal: tuple[Piece, ...]
    near: Sequence[Near]


def comparison(idea: Idea, actor: rules.Actor) -> Comparison:
    """The ideas most like this one, among those `actor` sees. At most six queries."""
    text = f"{idea.title} {idea.problem} {idea.proposal}"
    alike = similar(text, NEAR_IDEAS, visible_to=actor, excluding=[idea.pk])
    if not alike:
        return Comparison((), (), ())
    mine = set(stems_of(text))
    keys = [found.idea.pk for found in alike]
    different = set(DismissedSimilar.objects.filter(idea=idea, similar__in=keys).values_list("similar", flat=True))
    answers = {d.idea_id: d for d in Decision.objects.filter(idea__in=keys, undone_at=None).order_by("at", "pk")}
    near, shared = [], set()
    for found in alike:
        other = found.idea
        common = mine & set(stems_of(f"{other.title} {other.problem} {other.proposal}"))
        shared |= common
        near.append(
            Near(
                idea=other,
                level=found.level.label,
                problem=excerpt(other.problem, common),
                proposal=excerpt(other.proposal, common),
                said_different=other.pk in different,
                takes_merge=can_take(other, idea),
                answer=answers.get(other.pk),
            )
        )
    return Comparison(excerpt(idea.problem, shared), excerpt(idea.proposal, shared), near)


def can_take(target: Idea, idea: Idea) -> bool:
    """Is `target` far enough, and not too far, to take `idea` in?"""
    public_enough = target.state in PUBLISHED or idea.state not in PUBLISHED
    return target.state in TAKES_MERGES and public_enough


def undoable(actor: rules.Actor, *, at: datetime) -> QuerySet[Idea]:
    """The ideas whose answer this person gave within the undo time and can still take back, the latest first."""
    since = at - timedelta(minutes=settings.INNOVATO_UNDO_MINUTES)
    mine = IdeaEvent.objects.filter(
        idea=OuterRef("pk"),
        by=actor.person_id,
        at=OuterRef("state_since"),
        kind__in=["admit", "refuse_admission", "merge"],
    )
    recent = Idea.objects.filter(
        state__in=[IdeaState.ADMITTED, IdeaState.INADMISSIBLE, IdeaState.MERGED], state_since__gt=since
    )
    return (
        recent.filter(Exists(mine), pk__in=Idea.objects.actionable_by(actor, *UNDO_MOVES, at=at).values("pk"))
        .select_related("merged_into")
        .order_by("-state_since", "-pk")
    )


def undo_until(idea: Idea) -> datetime:
    """Until when an answer given at the idea's `state_since` can be taken back."""
    return idea.state_since + timedelta(minutes=settings.INNOVATO_UNDO_MINUTES)


# Merging ------------------------------------------------------------------------------------------------------------


def open_proposal(idea: Idea) -> MergeProposal | None:
    """The merge proposal that waits for answers, with who was asked."""
    rows = idea.merge_proposals.filter(state=MergeProposal.State.OPEN)
    return rows.select_related("target", "by").prefetch_related("consents__person").first()


def proposal_for(person_id: int, idea_filter: dict) -> MergeProposal | None:
    """The latest proposal about the idea on which this person was asked; None when they never were."""
    asked = MergeConsent.objects.filter(proposal=OuterRef("pk"), person=person_id)
    lookup = {f"idea__{name}": value for name, value in idea_filter.items()}
    rows = MergeProposal.objects.filter(Exists(asked), **lookup)
    return rows.select_related("idea__campaign", "target__campaign", "by").order_by("-pk").first()
