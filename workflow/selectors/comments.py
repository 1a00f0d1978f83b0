# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion under an idea as one reader sees it: the latest conversations first fetched, shown in order of time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse

from workflow import rules
from workflow.models import Comment, CommentReport, Idea
from workflow.states import PUBLISHED

FIRST_PAGE = 10  # conversations
NEXT_PAGE = 50
MOST_AT_ONCE = 200  # when a link leads to an old comment


@dataclass
class Shown:
    """One comment and what this reader may do with it."""

    comment: Comment
    by_author: bool = False
    may_edit: bool = False
    may_report: bool = False
    may_reply: bool = False
    reports: int = 0
    replies: list = field(default_factory=list)


@dataclass(frozen=True)
class Discussion:
    """Conversations in order of time; `earlier` counts the comments before them and `before` is where those end."""

    threads: tuple[Shown, ...]
    earlier: int
    before: int | None
    open: bool
    moderated: bool


def discussion(
    idea: Idea, *, actor: rules.Actor, at: datetime, before: int | None = None, since: int | None = None
) -> Discussion:
    """The latest conversations under `idea`; with `since` at least those from that comment on, or those before `before`.

    One query; two for who moderates and for earlier pages. The idea comes with its authorships, and is one that `actor` sees.
    """
    top = Comment.objects.filter(idea=idea, parent=None).order_by("-pk")
    size = FIRST_PAGE
    if before is not None:
        top, size = top.filter(pk__lt=before), NEXT_PAGE
    elif since is not None:
        latest = top.values("pk")[:FIRST_PAGE]
        top, size = top.filter(Q(pk__gte=since) | Q(pk__in=latest)), MOST_AT_ONCE
    keys = top.values("pk")[: size + 1]
    rows = Comment.objects.filter(Q(pk__in=keys) | Q(parent__in=keys), idea=idea).order_by("pk")
    threads = _threads(list(rows.select_related("author__home_department")))
    if len(threads) > size:
        threads = threads[1:]  # the one more only told that there are earlier ones
        earlier = _earlier(idea, threads, before)
    else:
        earlier = _earlier(idea, threads, None) if since is not None else 0
    moderated = rules.may_moderate(actor, idea)
    view = _View(idea, actor, at, _reports(threads) if moderated else {})
    return Discussion(
        threads=tuple(view.dress(thread) for thread in threads),
        earlier=earlier,
        before=threads[0].comment.pk if threads and earlier else None,
        open=view.open,
        moderated=moderated,
    )


def conversation(comment: Comment, idea: Idea, *, actor: rules.Actor, at: datetime) -> Shown:
    """The whole conversation that a comment belongs to, as `actor` sees it. One query, two for who moderates."""
    key = comment.parent_id or comment.pk
    rows = Comment.objects.filter(Q(pk=key) | Q(parent=key), idea=idea).order_by("pk")
    threads = _threads(list(rows.select_related("author__home_department")))
    reports = _reports(threads) if rules.may_moderate(actor, idea) else {}
    return _View(idea, actor, at, reports).dress(threads[0])


def address_of(comment: Comment, idea: Idea) -> str:
    """Where a comment stands on its idea's page, however old it is."""
    page = reverse("workflow:idea", kwargs={"ref": idea.ref})
    return f"{page}?da={comment.parent_id or comment.pk}#commento-{comment.pk}"


def comment_for(actor: rules.Actor, pk: int) -> Comment | None:
    """A comment under an idea that `actor` sees, with the idea; None otherwise."""
    rows = Comment.objects.select_related("author", "idea__campaign", "idea__department", "idea__merged_into")
    comment = rows.filter(pk=pk).first()
    if comment is None or not rules.can_see(actor, comment.idea):
        return None
    return comment


def _threads(rows: list[Comment]) -> list[Shown]:
    threads = {row.pk: Shown(row) for row in rows if row.parent_id is None}
    for row in rows:
        if row.parent_id in threads:
            threads[row.parent_id].replies.append(Shown(row))
    return list(threads.values())


def _earlier(idea: Idea, threads: list[Shown], before: int | None) -> int:
    """How many standing comments come before these conversations; on the first page without asking the database."""
    if before is None:
        shown = [one.comment for thread in threads for one in (thread, *thread.replies)]
        return max(0, idea.comment_count - sum(comment.removed_at is None for comment in shown))
    first = threads[0].comment.pk
    rows = Comment.objects.filter(idea=idea, removed_at=None)
    return rows.filter(Q(parent=None, pk__lt=first) | Q(parent__lt=first)).count()


def _reports(threads: list[Shown]) -> dict[int, int]:
    """How many unanswered reports each comment has."""
    keys = [shown.comment.pk for thread in threads for shown in (thread, *thread.replies)]
    rows = CommentReport.objects.filter(comment__in=keys, handled_at=None).order_by()
    return dict(rows.values_list("comment").annotate(n=Count("pk")))


class _View:
    """One reader's view of the comments under one idea."""

    def __init__(self, idea: Idea, actor: rules.Actor, at: datetime, reports: dict[int, int]):
        self.actor = actor
        self.open = idea.state in PUBLISHED
        self.authors = idea.author_ids() if rules.may_see_authors(actor, idea) else frozenset()
        self.editable_since = at - timedelta(minutes=settings.INNOVATO_COMMENT_EDIT_MINUTES)
        self.reports = reports

    def dress(self, shown: Shown) -> Shown:
        """Fill in what this reader may do; where the names are hidden nobody is marked as an author."""
        comment = shown.comment
        own, stands = comment.author_id == self.actor.person_id, comment.removed_at is None
        shown.by_author = comment.author_id in self.authors
        shown.may_edit = own and stands and comment.at > self.editable_since
        shown.may_report = not own and stands
        shown.may_reply = stands and self.open
        shown.reports = self.reports.get(comment.pk, 0)
        shown.replies = [self.dress(reply) for reply in shown.replies]
        return shown
