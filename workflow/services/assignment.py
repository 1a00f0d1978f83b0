# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who reviews an idea: free of ties to it, the least busy first, then who works nearest; substitutes come by themselves."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from innovato.organisation.selectors import direct_managers_of, people_with
from workflow import notices
from workflow.models import Idea, Review
from workflow.services import moves
from workflow.services.clock import local_day
from workflow.states import IdeaState

Status = Review.Status
OPEN = (Status.ASSIGNED, Status.DECLARED)


@transaction.atomic
def assign_reviewers(*, idea_id: int, at: datetime) -> int:
    """Give an idea in review the reviewers it still lacks; returns how many. Safe to repeat."""
    idea = moves.lock(idea_id)
    return fill(idea, at=at)


def fill_missing(*, at: datetime) -> int:
    """Look after every idea in review that lacks reviewers, or whose reviewer left or lost the right; returns how many
    people came. Each idea in its own transaction."""
    counted = Q(reviews__status__in=(Status.SUBMITTED, *OPEN))
    lacking = (
        Idea.objects.filter(state=IdeaState.REVIEW)
        .annotate(standing=Count("reviews", filter=counted))
        .filter(Q(standing__lt=F("campaign__scorecards_required")) | Q(lead_reviewer__isnull=True))
    )
    ids = set(lacking.values_list("pk", flat=True)) | _with_reviewers_gone()
    return sum(assign_reviewers(idea_id=pk, at=at) for pk in sorted(ids))


def _with_reviewers_gone() -> set[int]:
    """Ideas with an open scorecard in the hands of somebody who may not review there any more. A query per department."""
    rows = Review.objects.filter(status__in=OPEN, idea__state=IdeaState.REVIEW)
    able, gone = {}, set()
    for idea_id, department_id, reviewer_id in rows.values_list("idea", "idea__department", "reviewer").order_by(
        "idea"
    ):
        if department_id not in able:
            people = people_with(Capability.REVIEW_IDEAS, department_id)
            able[department_id] = set(people.values_list("pk", flat=True))
        if reviewer_id not in able[department_id]:
            gone.add(idea_id)
    return gone


def fill(idea: Idea, *, at: datetime, extra: bool = False) -> int:
    """As `assign_reviewers`, on an idea locked by the caller. `extra` asks for one more opinion than required.

    Assigns those there are; the office is told once when they are too few. Names the lead reviewer. Returns how many.
    """
    if idea.state != IdeaState.REVIEW:
        return 0
    free = eligible_reviewers(idea)
    standing = [r for r in idea.reviews.order_by("pk") if r.status == Status.SUBMITTED or _counts(r, free)]
    wanted = wanted_scorecards(idea) + extra
    chosen = _by_load_and_nearness(idea, free - _touched(idea), wanted - len(standing))
    rows = [_assign(idea, person, at=at, extra=extra) for person in chosen]
    _name_lead(idea, standing + rows)
    missing = wanted - len(standing) - len(rows)
    if missing > 0 and not extra:
        key = f"reviewers:{idea.pk}:{idea.state_since.isoformat()}:{missing}"
        notices.tell(
            kind="reviewers_missing",
            idea=idea,
            people=notices.screeners(idea, at),
            key=key,
            at=at,
            words={"missing": missing},
        )
    return len(rows)


def wanted_scorecards(idea: Idea) -> int:
    """How many scorecards the idea needs: the campaign's number, and one more opinion where it was asked for."""
    asked = idea.reviews.filter(is_third_opinion=True).exclude(status=Status.RECUSED).exists()
    return idea.campaign.scorecards_required + asked


def eligible_reviewers(idea: Idea) -> set[int]:
    """Who may review the idea: the right on its department, no author or invited, no manager of theirs, no conflict."""
    writers = idea.authors_and_invited()
    barred = writers | idea.recused_ids() | direct_managers_of(writers)
    able = people_with(Capability.REVIEW_IDEAS, idea.judging_department_id)
    return set(able.values_list("pk", flat=True)) - barred


def _counts(review: Review, free: set[int]) -> bool:
    return review.status in OPEN and review.reviewer_id in free


def _touched(idea: Idea) -> set[int]:
    """The people who already had a scorecard of this idea, whatever became of it."""
    return set(idea.reviews.values_list("reviewer_id", flat=True))


def _by_load_and_nearness(idea: Idea, free: set[int], number: int) -> list[Person]:
    """The `number` best of `free`: fewest open scorecards, then nearest in the tree, then the lowest key."""
    if number <= 0 or not free:
        return []
    mine = Review.objects.filter(reviewer=OuterRef("pk"), status__in=OPEN).order_by()
    busy = Coalesce(Subquery(mine.values("reviewer").annotate(n=Count("pk")).values("n")), 0)
    people = Person.objects.filter(pk__in=free).select_related("home_department").annotate(busy=busy)
    there = idea.department.ancestor_ids if idea.department else []
    return sorted(people, key=lambda p: (p.busy, -_nearness(p, there), p.pk))[:number]


def _nearness(person: Person, there: list[int]) -> int:
    """How many levels of the tree the person's home shares with the idea's department, counted from the top."""
    home = person.home_department.ancestor_ids if person.home_department else []
    shared = 0
    for one, other in zip(home, there, strict=False):
        if one != other:
            break
        shared += 1
    return shared


def _assign(idea: Idea, person: Person, *, at: datetime, extra: bool) -> Review:
    due_on = idea.due_on or local_day(at) + timedelta(days=settings.INNOVATO_REVIEW_DAYS)
    row = Review.objects.create(
        idea=idea,
        reviewer=person,
        assigned_at=at,
        due_on=due_on,
        idea_version=idea.version,
        is_third_opinion=extra,
    )
    key = f"review:{row.pk}"
    notices.tell(kind="review_assigned", idea=idea, people={person.pk}, key=key, at=at, page="workflow:scorecard")
    return row


def _name_lead(idea: Idea, standing: list[Review]) -> None:
    """The first who stands leads; a new one only where the old one stepped back or left."""
    people = [review.reviewer_id for review in standing]
    if idea.lead_reviewer_id not in people:
        idea.lead_reviewer_id = people[0] if people else None
        idea.save(update_fields=["lead_reviewer"])
