# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merging two ideas: the office proposes, both leads answer, then the authors of one sign the other; and back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import notices, rules
from workflow.errors import Incomplete, NotAllowed, WorkflowError, WrongState
from workflow.models import Authorship, Idea, IdeaEvent, MergeConsent, MergeProposal
from workflow.services import moves, undoing
from workflow.services.texts import check_reason
from workflow.states import PUBLISHED, TAKES_MERGES, IdeaState

Answer = MergeConsent.Answer
State = MergeProposal.State


def open_proposal(idea: Idea) -> MergeProposal | None:
    """The proposal that waits for answers, if there is one."""
    return idea.merge_proposals.filter(state=State.OPEN).select_related("target", "by").first()


@transaction.atomic
def propose(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, target_ref: str, text: str
) -> MergeProposal:
    """Ask both leads whether the idea may go on inside another one; merges at once where nobody is left to ask.

    `text` is what the authors read. For a lead who left the service the office's word counts. Raises Incomplete for a
    target that can't take it or a short text, WrongState while another proposal waits, and as `moves.check` does.
    """
    found = find_target(target_ref)
    idea, target = _lock_both(idea_id, found.pk if found else idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, "merge", actor=actor, at=at, version=version)
    check_target(actor, idea, target)
    text = check_reason("text", text)
    if open_proposal(idea) is not None:
        raise WrongState(_("C’è già una proposta di unione che aspetta risposta."))
    proposal = MergeProposal.objects.create(idea=idea, target=target, by=by, text=text, asked_at=at)
    leads = {lead_of(idea): idea, lead_of(target): target}
    for person in leads:
        left = {} if person.is_active else {"answer": Answer.ACCEPTED, "by_office": True, "answered_at": at}
        MergeConsent.objects.create(proposal=proposal, person=person, **left)
    _tell(proposal, "merge_proposed", {p.pk for p in leads if p.is_active}, page="workflow:merge_answer", at=at)
    return _merge_if_agreed(proposal, idea, target, at=at)


def find_target(ref: str) -> Idea | None:
    """The idea with this number, whatever blanks were typed round it."""
    return Idea.objects.filter(number=ref.strip()).first() if ref.strip() else None


def lead_of(idea: Idea) -> Person:
    """Who leads the idea's authors."""
    return Authorship.objects.select_related("person").get(idea=idea, is_lead=True).person


def check_target(actor: rules.Actor, idea: Idea, target: Idea) -> None:
    """Raise Incomplete or NotAllowed unless `idea` can go on inside `target`."""
    if target.pk == idea.pk or not rules.can_see(actor, target):
        raise Incomplete({"target": _("Non c’è un’altra idea con questo numero: controlla e riprova.")})
    if target.state == IdeaState.VOTING:
        raise Incomplete({"target": _("Quell’idea è in votazione: si può unire dopo la chiusura del voto.")})
    if target.state not in TAKES_MERGES:
        raise Incomplete({"target": _("Quell’idea ha già avuto una risposta: scegline una ancora in corso.")})
    if idea.state in PUBLISHED and target.state not in PUBLISHED:
        raise Incomplete({"target": _("Quell’idea non è ancora ammessa: ammettila prima di unire questa.")})
    if actor.person_id in target.author_ids():
        raise NotAllowed(_("L’altra idea è tua: deve occuparsene un’altra persona."))


@transaction.atomic
def answer(*, idea_id: int, by: Person, at: datetime, accept: bool) -> MergeProposal:
    """Record what a lead answers; the last consent merges the ideas in the name of who proposed it.

    The proposal lapses when the merge is no longer possible. Raises NotAllowed for anybody who was not asked and
    WrongState when there is nothing left to answer.
    """
    waiting = MergeProposal.objects.filter(idea_id=idea_id).order_by("-pk").first()
    if waiting is None:
        raise NotAllowed(_("Di questa unione non ti è stato chiesto niente."))
    idea, target = _lock_both(idea_id, waiting.target_id)
    proposal = MergeProposal.objects.select_related("by", "target").get(pk=waiting.pk)
    consent = proposal.consents.filter(person=by).first() if by.is_active else None
    if consent is None:
        raise NotAllowed(_("Di questa unione non ti è stato chiesto niente."))
    if proposal.state != State.OPEN or consent.answer != Answer.WAITING:
        raise WrongState(_("Su questa unione la risposta c’è già."))
    consent.answer, consent.answered_at = (Answer.ACCEPTED if accept else Answer.DECLINED), at
    consent.save(update_fields=["answer", "answered_at"])
    if not accept:
        _close(proposal, State.DECLINED, at=at)
        _tell(proposal, "merge_declined", notices.screeners(idea, at), page="workflow:screening", at=at)
        return proposal
    return _merge_if_agreed(proposal, idea, target, at=at)


@transaction.atomic
def cancel(*, idea_id: int, by: Person, at: datetime) -> None:
    """Take a proposal back before it is answered. Raises as `moves.check` does."""
    idea = moves.lock(idea_id)
    moves.check(idea, "merge", actor=rules.actor_for(by, at=at), at=at)
    lapse_open(idea, at=at)


def lapse_open(idea: Idea, *, at: datetime) -> None:
    """Close a waiting proposal because the idea took another way. The idea must be locked by the caller."""
    idea.merge_proposals.filter(state=State.OPEN).update(state=State.LAPSED, closed_at=at)


def _merge_if_agreed(proposal: MergeProposal, idea: Idea, target: Idea, *, at: datetime) -> MergeProposal:
    if proposal.consents.filter(answer=Answer.WAITING, person__is_active=True).exists():
        return proposal
    actor = rules.actor_for(proposal.by, at=at)
    try:
        moves.check(idea, "merge", actor=actor, at=at)
        check_target(actor, idea, target)
    except WorkflowError:
        _close(proposal, State.LAPSED, at=at)
        _tell(proposal, "merge_lapsed", notices.screeners(idea, at), page="workflow:screening", at=at)
        return proposal
    _merge(proposal, idea, target, actor=actor, at=at)
    _close(proposal, State.DONE, at=at)
    return proposal


def _merge(proposal: MergeProposal, idea: Idea, target: Idea, *, actor: rules.Actor, at: datetime) -> None:
    asked = {a.person_id: a for a in target.authorships.exclude(status=Authorship.Status.ACCEPTED)}
    joining = sorted(idea.author_ids() - target.author_ids())
    data = {
        "target": target.ref,
        "target_title": target.title,
        "note_text": proposal.text,
        "status_before": {str(pk): asked[pk].status for pk in joining if pk in asked},
        "before": undoing.standing(idea),
    }
    words = {"other_title": target.title, "reason_text": proposal.text}
    values = {"merged_into": target, "reexamination_department": None}
    moves.make(idea, "merge", actor=actor, at=at, data=data, words=words, values=values)
    for person_id in joining:
        Authorship.objects.update_or_create(
            idea=target,
            person_id=person_id,
            defaults={"status": Authorship.Status.ACCEPTED, "from_merge": idea, "answered_at": at},
            create_defaults={
                "status": Authorship.Status.ACCEPTED,
                "from_merge": idea,
                "invited_at": at,
                "answered_at": at,
            },
        )
    both = target.follows.values("person")
    idea.follows.exclude(person__in=both).update(idea=target, from_merge=idea)


def split(idea: Idea, *, event: IdeaEvent) -> None:
    """Take back what a merge gave to the target: exactly its credits and its followers. Both ideas' rows change."""
    target = idea.merged_into
    credited = target.authorships.filter(from_merge=idea)
    for person_id, status in event.data["status_before"].items():
        credited.filter(person_id=int(person_id)).update(status=status, from_merge=None)
    credited.delete()
    back = target.follows.filter(from_merge=idea)
    back.filter(person__in=idea.follows.values("person")).delete()
    back.update(idea=idea, from_merge=None)


def _lock_both(idea_id: int, target_id: int) -> tuple[Idea, Idea]:
    """Both ideas, locked in the order of their keys: two merges crossing each other wait instead of stopping."""
    locked = {pk: moves.lock(pk) for pk in sorted({idea_id, target_id})}
    return locked[idea_id], locked[target_id]


def _close(proposal: MergeProposal, state: str, *, at: datetime) -> None:
    proposal.state, proposal.closed_at = state, at
    proposal.save(update_fields=["state", "closed_at"])


def _tell(proposal: MergeProposal, kind: str, people: set[int], *, page: str, at: datetime) -> None:
    words = {"other_title": proposal.target.title, "note_text": proposal.text}
    key = f"merge:{proposal.pk}:{kind}"
    notices.tell(kind=kind, idea=proposal.idea, people=people, key=key, at=at, page=page, words=words)
