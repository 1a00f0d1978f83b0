# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told of a move, and with which words: one table, read by the service of moves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from innovato.notifications import kinds, services
from innovato.notifications.kinds import Group
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import people_with
from workflow.models import Idea, IdeaEvent, Review
from workflow.states import REFUSED


def authors(idea: Idea, at: datetime) -> set[int]:
    """The people who sign the idea."""
    return set(idea.author_ids())


def followers(idea: Idea, at: datetime) -> set[int]:
    """The people who asked to be told."""
    return set(idea.follows.values_list("person_id", flat=True))


def screeners(idea: Idea, at: datetime) -> set[int]:
    """The innovation office of the idea's department, and who acts for it at `at`."""
    return _holders(Capability.SCREEN_IDEAS, idea, at)


def deciders(idea: Idea, at: datetime) -> set[int]:
    """The managers who can decide and who acts for them at `at`; while re-examined those one department up."""
    return _holders(Capability.DECIDE_IDEAS, idea, at)


def reviewers(idea: Idea, at: datetime) -> set[int]:
    """The people with a scorecard on this idea who did not step back."""
    active = idea.reviews.exclude(status=Review.Status.RECUSED)
    return set(active.values_list("reviewer_id", flat=True))


def open_reviewers(idea: Idea, at: datetime) -> set[int]:
    """The people who have not handed in their scorecard yet."""
    still = idea.reviews.filter(status__in=(Review.Status.ASSIGNED, Review.Status.DECLARED))
    return set(still.values_list("reviewer_id", flat=True))


def team(idea: Idea, at: datetime) -> set[int]:
    """Who leads the idea's pilot and who works on it."""
    pilot = idea.pilot
    return {pilot.owner_id, *pilot.members.values_list("person_id", flat=True)} - {None}


def _holders(capability: Capability, idea: Idea, at: datetime) -> set[int]:
    people = people_with(capability, idea.judging_department_id, deputies_at=at)
    return set(people.values_list("pk", flat=True))


@dataclass(frozen=True)
class Telling:
    """One kind of notice that a move sends: to whom, where its link leads, and whether it can still be taken back."""

    kind: str
    to: tuple[Callable[[Idea, datetime], set[int]], ...]
    page: str = "workflow:idea"
    held: bool = False
    mail: bool = True


TOLD: dict[str, tuple[Telling, ...]] = {
    "submit": (
        Telling("submitted", (authors,)),
        Telling("screening_received", (screeners,), page="workflow:screening", mail=False),
    ),
    "request_changes": (Telling("changes_requested", (authors,), page="workflow:idea_edit"),),
    "resume_screening": (
        Telling("answer_lapsed", (authors,)),
        Telling("screening_received", (screeners,), page="workflow:screening", mail=False),
    ),
    "admit": (Telling("admitted", (authors, followers), held=True),),
    "refuse_admission": (Telling("refused_admission", (authors,), held=True),),
    "merge": (Telling("merged", (authors, followers), held=True),),
    "undo_admission": (Telling("undone", (screeners,), mail=False),),
    "undo_refusal": (Telling("undone", (screeners,), mail=False),),
    "undo_merge": (Telling("undone", (authors, screeners), mail=False),),
    "transfer": (Telling("transferred", (authors, deciders)),),
    "redact": (Telling("text_redacted", (authors,)),),
    "open_voting": (Telling("voting_opened", (authors, followers)),),
    "conclude_voting:review": (Telling("voting_concluded_review", (authors, followers)),),
    "conclude_voting:not_selected": (Telling("voting_concluded_not_selected", (authors, followers)),),
    "return_to_admitted": (Telling("returned_to_admitted", (authors, followers)),),
    "select": (Telling("selected", (authors, followers)),),
    "complete_review": (
        Telling("review_completed", (authors, followers), mail=False),
        Telling("decision_due", (deciders,), page="workflow:decision"),
    ),
    "reopen_review": (
        Telling("review_reopened", (authors, followers), mail=False),
        Telling("review_asked", (open_reviewers,), page="workflow:scorecard"),
    ),
    "approve_pilot": (Telling("pilot_approved", (authors, followers, reviewers, team), page="workflow:pilot"),),
    "decline": (Telling("declined", (authors, followers, reviewers)),),
    "defer": (Telling("deferred", (authors, followers)),),
    "resume": (
        Telling("resumed", (authors, followers)),
        Telling("decision_due", (deciders,), page="workflow:decision"),
    ),
    "request_reexamination:decision": (
        Telling("reexamination_requested", (deciders,), page="workflow:decision"),
        Telling("reexamination_received", (authors,), mail=False),
    ),
    "request_reexamination:screening": (
        Telling("reexamination_requested", (screeners,), page="workflow:screening"),
        Telling("reexamination_received", (authors,), mail=False),
    ),
    "conclude_pilot:adopted": (Telling("pilot_adopted", (authors, followers), page="workflow:pilot"),),
    "conclude_pilot:closed": (Telling("pilot_closed", (authors, followers), page="workflow:pilot"),),
    "extend_pilot": (Telling("pilot_extended", (authors, followers), page="workflow:pilot"),),
    "verify": (Telling("verified", (authors, followers), page="workflow:pilot"),),
    "withdraw": (Telling("withdrawn", (authors,), mail=False),),
}

_GROUPS = {
    "delegation_given": Group.TASKS,
    "delegation_accepted": Group.TASKS,
    "delegation_declined": Group.TASKS,
    "delegation_shortened": Group.TASKS,
    "delegation_ended": Group.TASKS,
    "right_ended": Group.TASKS,
    "screening_received": Group.TASKS,
    "decision_due": Group.TASKS,
    "reexamination_requested": Group.TASKS,
    "review_assigned": Group.TASKS,
    "review_asked": Group.TASKS,
    "pilot_reading_due": Group.TASKS,
    "pilot_past_end": Group.TASKS,
    "coauthor_invited": Group.TASKS,
    "join_requested": Group.TASKS,
    "comment_reported": Group.TASKS,
    "merge_proposed": Group.TASKS,
    "merge_declined": Group.TASKS,
    "merge_lapsed": Group.TASKS,
    "reviewers_missing": Group.TASKS,
    "third_opinion": Group.TASKS,
    "undone": Group.TASKS,
    "comment_added": Group.COMMENTS,
    "comment_removed": Group.COMMENTS,
}
OTHERS = (
    "delegation_given",
    "delegation_accepted",
    "delegation_declined",
    "delegation_shortened",
    "delegation_ended",
    "right_ended",
    "review_assigned",
    "pilot_reading_due",
    "pilot_past_end",
    "coauthor_invited",
    "coauthor_accepted",
    "coauthor_declined",
    "coauthor_lapsed",
    "join_requested",
    "comment_added",
    "comment_removed",
    "comment_reported",
    "merge_proposed",
    "merge_declined",
    "merge_lapsed",
    "reviewers_missing",
    "third_opinion",
)
IN_APP_ONLY = ("comment_added", "comment_reported", "pilot_reading_due", "reviewers_missing", "third_opinion")

# Told to whoever holds one of these on the idea.
TASKS_BY_RIGHT = {
    "screening_received": (Capability.SCREEN_IDEAS,),
    "decision_due": (Capability.DECIDE_IDEAS,),
    "reexamination_requested": (Capability.DECIDE_IDEAS, Capability.SCREEN_IDEAS),
    "review_assigned": (Capability.REVIEW_IDEAS,),
    "review_asked": (Capability.REVIEW_IDEAS,),
    "merge_declined": (Capability.SCREEN_IDEAS,),
    "merge_lapsed": (Capability.SCREEN_IDEAS,),
}

for _telling in (telling for row in TOLD.values() for telling in row):
    kinds.register(_telling.kind, group=_GROUPS.get(_telling.kind, Group.MY_IDEAS), mail=_telling.mail)
for _kind in OTHERS:
    kinds.register(_kind, group=_GROUPS.get(_kind, Group.MY_IDEAS), mail=_kind not in IN_APP_ONLY)


def key_of(event: IdeaEvent) -> str:
    """The stem of the keys of all notices that one event sends."""
    return f"event:{event.number}"


def moved(*, idea: Idea, event: IdeaEvent, at: datetime, words: dict | None = None) -> int:
    """Promise the notices of a move in the caller's transaction; returns how many people are told.

    `words` adds plain values that the kind's template shows (reason_label, reason_text, note_text, other_title …).
    The person who moved is told too: it is their receipt.
    """
    row = TOLD.get(event.kind) or TOLD[f"{event.kind}:{event.to_state}"]
    told = 0
    for telling in row:
        people = set().union(*(group(idea, at) for group in telling.to))
        signing = authors(idea, at)
        for mine, group in ((True, people & signing), (False, people - signing)):
            told += services.notify(
                kind=telling.kind,
                recipients=group,
                context=context_of(idea, telling.page) | (words or {}) | {"mine": mine},
                key=f"{key_of(event)}:{telling.kind}",
                at=at,
                hold=timedelta(minutes=settings.INNOVATO_UNDO_MINUTES) if telling.held else None,
            )
    return told


def is_still_theirs(person: Person, kind: str, context: dict, *, at: datetime) -> bool:
    """Whether somebody who was told of a task can still do it where the idea is judged now; asked before the mail leaves.

    What was told to authors, followers and the two people of a delegation is theirs for good.
    """
    asked = TASKS_BY_RIGHT.get(kind)
    idea = Idea.objects.filter(number=context.get("ref") or None).first() if asked else None
    if idea is None:
        return True
    access = DepartmentAccess.of(person, at=at)
    return any(access.allows(capability, idea.judging_department_id) for capability in asked)


def tell(*, kind: str, idea: Idea, people: set[int], key: str, at: datetime, page="workflow:idea", words=None) -> int:
    """Promise one notice about an idea outside the table of moves (co-authors, comments, reviews)."""
    return services.notify(kind=kind, recipients=people, context=context_of(idea, page) | (words or {}), key=key, at=at)


def context_of(idea: Idea, page: str) -> dict:
    """The plain values every notice about an idea carries. Never an author's name: the campaign may be blind."""
    return {
        "title": idea.title or "—",
        "ref": idea.number or "",
        "url": reverse(page, kwargs={"ref": idea.ref}),
        "due": _due(idea),
        "campaign": idea.campaign.title,
        "department": idea.department.short_name if idea.department else "",
    }


def _due(idea: Idea) -> str | None:
    """The day a notice names: the answer's, or after a first refusal the last one for asking to look again."""
    if idea.state in REFUSED and idea.reexamined_at is None:
        last = timezone.localtime(idea.state_since).date() + timedelta(days=settings.INNOVATO_REEXAMINATION_DAYS)
        return last.isoformat()
    return idea.due_on.isoformat() if idea.due_on else None


def take_back(*, event: IdeaEvent, at: datetime) -> int:
    """Cancel the notices of an event that are still held; returns how many."""
    return services.cancel(key_prefix=key_of(event), at=at)
