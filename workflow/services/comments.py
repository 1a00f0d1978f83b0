# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion under an idea: writing, correcting for a short while, reporting, and taking away with a reason."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Person
from workflow import deputies, notices, rules
from workflow.errors import Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Comment, CommentReport, Idea
from workflow.selectors.comments import address_of
from workflow.services import events
from workflow.states import PUBLISHED

LONGEST = Comment._meta.get_field("body").max_length


@transaction.atomic
def add_comment(
    *, idea_id: int, by: Person, at: datetime, kind: str, body: str, parent_id: int | None = None
) -> Comment:
    """Write under an idea that everybody sees; an answer to an answer stands beside it, one level deep.

    The authors and whoever is answered are told, never the writer. Raises Missing, WrongState and Incomplete.
    """
    idea = _idea_for(idea_id, rules.actor_for(by))
    if idea.state not in PUBLISHED:
        raise WrongState(_("Si commenta quando l’idea è pubblicata."))
    body = _checked(body)
    if kind not in Comment.Kind.values:
        raise Incomplete({"kind": _("Scegli che tipo di commento è.")})
    parent = _parent(idea, parent_id) if parent_id is not None else None
    comment = Comment.objects.create(idea=idea, parent=parent, author=by, kind=kind, body=body, at=at)
    Idea.objects.filter(pk=idea.pk).update(comment_count=F("comment_count") + 1)
    _tell(idea, comment, parent, by, at)
    return comment


def _parent(idea: Idea, parent_id: int) -> Comment:
    parent = Comment.objects.select_related("parent").filter(idea=idea, pk=parent_id).first()
    if parent is None:
        raise Missing()
    if parent.removed_at is not None:
        raise WrongState(_("Il commento a cui rispondi è stato tolto."))
    return parent.parent or parent


def _tell(idea: Idea, comment: Comment, parent: Comment | None, by: Person, at: datetime) -> None:
    words = {"by_name": by.get_full_name(), "note_text": comment.body, "url": address_of(comment, idea)}
    answered = {parent.author_id} - {by.pk} if parent else set()
    authors = notices.authors(idea, at) - answered - {by.pk}
    for group, people, said in (("reply", answered, {"reply": True}), ("mine", authors, {"mine": True})):
        key = f"comment:{comment.pk}:{group}"
        notices.tell(kind="comment_added", idea=idea, people=people, key=key, at=at, words=words | said)


@transaction.atomic
def edit_comment(*, comment_id: int, by: Person, at: datetime, body: str) -> Comment:
    """Correct an own comment within the minutes given. Raises Missing, NotAllowed, WrongState, TooLate, Incomplete."""
    comment, _idea, _actor = _locked(comment_id, by)
    check_editable(comment, by=by, at=at)
    comment.body, comment.edited_at = _checked(body), at
    comment.save(update_fields=["body", "edited_at"])
    return comment


def check_editable(comment: Comment, *, by: Person, at: datetime) -> None:
    """Raise NotAllowed for somebody else's comment, TooLate when the minutes given are over."""
    if comment.author_id != by.pk:
        raise NotAllowed(_("Puoi modificare solo i tuoi commenti."))
    if at >= comment.at + timedelta(minutes=settings.INNOVATO_COMMENT_EDIT_MINUTES):
        raise TooLate(_("Il tempo per correggere il commento è passato: scrivine un altro."))


@transaction.atomic
def report_comment(*, comment_id: int, by: Person, at: datetime, reason: str) -> None:
    """Tell the innovation office that a comment breaks the rules. Safe to repeat: the first report counts.

    Raises Missing, NotAllowed for an own comment, WrongState, Incomplete.
    """
    comment, idea, _actor = _locked(comment_id, by)
    if comment.author_id == by.pk:
        raise NotAllowed(_("È un tuo commento: se non va bene, correggilo."))
    reason = _checked_reason(reason, CommentReport._meta.get_field("reason").max_length)
    CommentReport.objects.get_or_create(comment=comment, by=by, defaults={"reason": reason, "at": at})
    notices.tell(
        kind="comment_reported",
        idea=idea,
        people=notices.screeners(idea, at),
        key=f"comment-report:{comment.pk}:{by.pk}",
        at=at,
        words={"note_text": reason, "url": address_of(comment, idea)},
    )


@transaction.atomic
def remove_comment(*, comment_id: int, by: Person, at: datetime, reason: str) -> Comment:
    """Hide a comment and say why in its place; the row stays, who wrote it is told, reports are answered.

    Raises Missing, NotAllowed for who does not screen here or proposes the idea, WrongState, Incomplete.
    """
    comment, idea, actor = _locked(comment_id, by)
    _check_moderator(actor, idea)
    reason = _checked_reason(reason, Comment._meta.get_field("removal_reason").max_length)
    comment.removed_at, comment.removed_by, comment.removal_reason = at, by, reason
    comment.save(update_fields=["removed_at", "removed_by", "removal_reason"])
    Idea.objects.filter(pk=idea.pk).update(comment_count=F("comment_count") - 1)
    comment.reports.filter(handled_at=None).update(handled_at=at)
    data = {"comment": comment.pk, "reason_text": reason}
    behind = deputies.acting_for(actor, Capability.SCREEN_IDEAS, idea.judging_department_id, barred=idea.author_ids())
    events.record(idea_id=idea.pk, kind="comment_removed", at=at, by_id=by.pk, behind=behind, data=data)
    notices.tell(
        kind="comment_removed",
        idea=idea,
        people={comment.author_id} - {by.pk},
        key=f"comment-removed:{comment.pk}",
        at=at,
        words={"reason_text": reason},
    )
    return comment


@transaction.atomic
def keep_comment(*, comment_id: int, by: Person, at: datetime) -> None:
    """Answer the reports on a comment: it stays. Raises as `remove_comment` does."""
    comment, idea, actor = _locked(comment_id, by)
    _check_moderator(actor, idea)
    comment.reports.filter(handled_at=None).update(handled_at=at)


def _check_moderator(actor: rules.Actor, idea: Idea) -> None:
    if not rules.may_moderate(actor, idea):
        raise NotAllowed(_("I commenti li toglie l’Ufficio innovazione. Se uno non va bene, segnalalo."))


def _idea_for(idea_id: int, actor: rules.Actor) -> Idea:
    idea = Idea.objects.with_rule_data().select_related("department").filter(pk=idea_id).first()
    if idea is None or not rules.can_see(actor, idea):
        raise Missing()
    return idea


def _locked(comment_id: int, by: Person) -> tuple[Comment, Idea, rules.Actor]:
    """A comment that stands, locked, with its idea and who acts; Missing where `by` does not see the idea."""
    comment = Comment.objects.select_for_update().filter(pk=comment_id).first()
    if comment is None:
        raise Missing()
    actor = rules.actor_for(by)
    idea = _idea_for(comment.idea_id, actor)
    if comment.removed_at is not None:
        raise WrongState(_("Questo commento è già stato tolto."))
    return comment, idea, actor


def _checked(body: str) -> str:
    body = body.strip()
    if not body:
        raise Incomplete({"body": _("Scrivi il commento prima di pubblicarlo.")})
    if len(body) > LONGEST:
        raise Incomplete({"body": _("Il commento è troppo lungo: accorcialo.")})
    return body


def _checked_reason(reason: str, longest: int) -> str:
    reason = reason.strip()
    if not reason:
        raise Incomplete({"reason": _("Scrivi il motivo.")})
    if len(reason) > longest:
        raise Incomplete({"reason": _("Il motivo è troppo lungo: accorcialo.")})
    return reason
