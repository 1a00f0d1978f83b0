# SPDX-License-Identifier: AGPL-3.0-or-later
"""What of people who left goes: drafts nobody can finish, and on erasure everything that is only about the person."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from innovato.batches import SIZE, delete_some
from innovato.organisation.models import Person
from workflow import search
from workflow.models import (
    Authorship,
    Comment,
    CommentReport,
    Follow,
    Idea,
    Milestone,
    Recusal,
    Review,
    Score,
)
from workflow.services import attachments, events
from workflow.states import IdeaState

KIND = "person_erased"
NOBODY = "–"
_DRAFTS = 50


def abandoned_drafts(before: datetime) -> QuerySet:
    """The drafts, never handed in, all of whose authors had left before a moment. An invitation makes nobody an author."""
    day = timezone.localdate(before)
    signed = Authorship.objects.filter(idea=OuterRef("pk"), status=Authorship.Status.ACCEPTED)
    left = Q(person__is_active=False) & (Q(person__left_on__lte=day) | Q(person__erased_at__isnull=False))
    drafts = Idea.objects.filter(state=IdeaState.DRAFT, number=None, events=None)
    return drafts.filter(Exists(signed), ~Exists(signed.exclude(left)))


def forget_drafts(before: datetime) -> int:
    """One batch of abandoned drafts with their files; returns how many. A draft that somebody signs meanwhile stays."""
    abandoned = abandoned_drafts(before)
    return sum(_discard(pk, abandoned) for pk in list(abandoned.order_by("pk").values_list("pk", flat=True)[:_DRAFTS]))


@transaction.atomic
def _discard(idea_id: int, among: QuerySet) -> bool:
    """Delete one draft with its files, unless it is not among these any more once it is held."""
    idea = Idea.objects.select_for_update(of=("self",)).filter(pk=idea_id).first()
    if idea is None or not among.filter(pk=idea_id).exists():
        return False
    attachments.remove_all(idea)
    search.forget_idea(idea)
    idea.delete()
    return True


def handled_reports(before: datetime) -> QuerySet:
    """The reports on comments that the office answered before a moment."""
    return CommentReport.objects.filter(handled_at__lte=before)


def forget_reports(before: datetime) -> int:
    """One batch of them; returns how many."""
    return delete_some(handled_reports(before))


def removed_texts(before: datetime) -> QuerySet:
    """The comments taken away before a moment whose text is still kept."""
    return Comment.objects.filter(removed_at__lte=before).exclude(body="")


def forget_removed_texts(before: datetime) -> int:
    """Empty one batch of them; the line with the reason stays under the idea. Returns how many."""
    keys = list(removed_texts(before).order_by("pk").values_list("pk", flat=True)[:SIZE])
    return Comment.objects.filter(pk__in=keys).exclude(body="").update(body="")


def erase(*, person: Person, name: str, by: Person | None, at: datetime) -> None:
    """Let go what is only about a person who left, in the caller's transaction, which holds the person.

    Drafts nobody else signs, invitations, what they follow, scorecards never handed in, the reasons of recusals. What belongs
    to an idea stays, signed by a row without a name; the chain gets one event more and none is touched.
    """
    own = sole_drafts(person.pk)
    for pk in list(own.values_list("pk", flat=True)):
        _discard(pk, own)
    Authorship.objects.filter(person=person).exclude(status=Authorship.Status.ACCEPTED).delete()
    Follow.objects.filter(person=person).delete()
    unfinished = unfinished_reviews(person.pk)
    Score.objects.filter(review__in=unfinished).delete()
    unfinished.update(recommendation="", advice="", text_for_author="", weighted_score=None)
    Recusal.objects.filter(person=person).update(reason="")
    for milestone in Milestone.objects.filter(who__contains=name) if name else ():
        Milestone.objects.filter(pk=milestone.pk).update(who=milestone.who.replace(name, NOBODY))
    events.record(idea_id=None, kind=KIND, at=at, by_id=by.pk if by else None, data={"person": person.pk})


def sole_drafts(person_id: int) -> QuerySet:
    """The person's drafts that nobody in service signs too."""
    others = Authorship.objects.filter(idea=OuterRef("pk"), status=Authorship.Status.ACCEPTED, person__is_active=True)
    own = {"authorships__person": person_id, "authorships__status": Authorship.Status.ACCEPTED}
    return Idea.objects.filter(state=IdeaState.DRAFT, number=None, events=None, **own).filter(~Exists(others))


def unfinished_reviews(person_id: int) -> QuerySet:
    """The person's scorecards that were never handed in."""
    return Review.objects.filter(reviewer=person_id).exclude(status=Review.Status.SUBMITTED)
