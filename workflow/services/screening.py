# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening: the office admits an idea, asks for changes, refuses it, passes it on, plays a wild card; and takes back."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from innovato.organisation.models import Department, Person
from workflow import notices, rules
from workflow.errors import Incomplete, TooLate
from workflow.models import Campaign, Decision, Idea, IdeaEvent
from workflow.services import assignment, merging, moves, undoing
from workflow.services.clock import local_day
from workflow.services.texts import check_code, check_reason, check_together, label_to_keep
from workflow.states import IdeaState

# What is taken back in each state: the move that led there and the move that leads back.
TAKEN_BACK = {
    IdeaState.ADMITTED: ("admit", "undo_admission"),
    IdeaState.INADMISSIBLE: ("refuse_admission", "undo_refusal"),
    IdeaState.MERGED: ("merge", "undo_merge"),
}


@transaction.atomic
def admit(
    *,
    idea_id: int,
    by: Person,
    at: datetime,
    version: int | None = None,
    department_id: int | None = None,
    note: str = "",
) -> IdeaEvent:
    """Publish an idea. `department_id` names or corrects the competent department; `note` reaches the authors.

    The notices wait ten minutes. Raises Incomplete without a competent department, and as `moves.check` does.
    """
    idea, actor = _take(idea_id, "admit", by=by, at=at, version=version)
    department = _competent_department(idea, department_id, at)
    merging.lapse_open(idea, at=at)
    words = {"note_text": note.strip()} if note.strip() else {}
    if idea.campaign.voting_closes_at and not idea.campaign.always_open:
        words["voting_closes_on"] = local_day(idea.campaign.voting_closes_at).isoformat()
    data = {"department": department.short_name, "note_text": note.strip(), "before": undoing.standing(idea)}
    values = {"department": department, "reexamination_department": None}
    return moves.make(idea, "admit", actor=actor, at=at, data=data, words=words, values=values)


def _competent_department(idea: Idea, department_id: int | None, at: datetime) -> Department:
    if department_id is not None and department_id != idea.department_id:
        return department_in_force("department", department_id, at)
    if idea.department is None:
        raise Incomplete({"department": _("Indica la struttura competente: senza, l’idea non si può ammettere.")})
    return idea.department


def department_in_force(field: str, department_id: int, at: datetime) -> Department:
    """A department that exists on the day of `at`; Incomplete under `field` otherwise."""
    department = Department.objects.in_force(local_day(at)).filter(pk=department_id).first()
    if department is None:
        raise Incomplete({field: _("Scegli una struttura dall’elenco: questa non c’è più.")})
    return department


@transaction.atomic
def request_changes(*, idea_id: int, by: Person, at: datetime, version: int | None = None, note: str) -> IdeaEvent:
    """Ask the authors to change the text; the clock pauses. Raises Incomplete when the note says too little."""
    idea, actor = _take(idea_id, "request_changes", by=by, at=at, version=version)
    note = check_reason("text", note)
    merging.lapse_open(idea, at=at)
    return moves.make(idea, "request_changes", actor=actor, at=at, data={"note_text": note}, words={"note_text": note})


@transaction.atomic
def refuse_admission(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, reason_code: str, reason_text: str
) -> IdeaEvent:
    """Say that an idea is outside the rules: which rule, and why in words. The notices wait ten minutes.

    Raises Incomplete for an unknown code or fewer than 20 characters.
    """
    idea, actor = _take(idea_id, "refuse_admission", by=by, at=at, version=version)
    code, text = check_together(lambda: check_code(reason_code), lambda: check_reason("text", reason_text))
    merging.lapse_open(idea, at=at)
    Decision.objects.create(
        idea=idea,
        kind=Decision.Kind.REFUSE_ADMISSION,
        reason_code=code,
        reason_text=text,
        **moves.hand(actor, "refuse_admission", idea, at),
        at=at,
    )
    data = {"reason_code": str(code), "reason_text": text, "before": undoing.standing(idea)}
    words = {"reason_code": str(code), "reason_label": label_to_keep(code), "reason_text": text}
    words["due"] = (local_day(at) + timedelta(days=settings.INNOVATO_REEXAMINATION_DAYS)).isoformat()
    values = {"has_reasons": True, "reexamination_department": None}
    return moves.make(idea, "refuse_admission", actor=actor, at=at, data=data, words=words, values=values)


@transaction.atomic
def undo(*, idea_id: int, by: Person, at: datetime, move: str | None = None, version: int | None = None) -> IdeaEvent:
    """Take back an admission, a refusal or a merge: the idea returns to screening, the held notices are cancelled.

    `move` names the undoing that is meant; without it the last answer is taken back, whichever it was. Raises TooLate
    when the last answer was another one or its time is over, and as `moves.check` does.
    """
    idea = moves.lock(idea_id)
    if idea.state not in TAKEN_BACK:
        moves.check(idea, move or "undo_admission", actor=rules.actor_for(by, at=at), at=at)
    made, back = TAKEN_BACK[idea.state]
    actor = rules.actor_for(by, at=at)
    moves.check(idea, move or back, actor=actor, at=at, version=version)
    event = idea.events.exclude(from_state=F("to_state")).order_by("-number").first()
    if event is None or event.kind != made:
        raise TooLate(_("Questa risposta non si può più annullare: dopo è successo altro."))
    values = {"reexamination_department_id": event.data["before"]["reexamination_department"]}
    if made == "admit":
        values["published_at"] = None
    if made == "refuse_admission":
        values["has_reasons"] = False
        idea.decisions.filter(kind=Decision.Kind.REFUSE_ADMISSION, undone_at=None).update(undone_at=at)
    if made == "merge":
        merging.split(idea, event=event)
        values["merged_into"] = None
    notices.take_back(event=event, at=at)
    undone = moves.make(idea, back, actor=actor, at=at, data={"undone": event.number}, values=values)
    undoing.turn_back_clock(idea, event, at=at)
    return undone


@transaction.atomic
def transfer(
    *, idea_id: int, by: Person, at: datetime, version: int | None = None, department_id: int, reason: str
) -> IdeaEvent:
    """Pass an idea to another competent department; its managers have the rights at once, the clock restarts once.

    While an idea is re-examined the right lies one department up: also of the new one. Raises Incomplete.
    """
    idea, actor = _take(idea_id, "transfer", by=by, at=at, version=version)
    reason = check_reason("reason", reason)
    if department_id == idea.department_id:
        raise Incomplete({"department": _("L’idea è già di questa struttura.")})
    department = department_in_force("department", department_id, at)
    values = {"department": department}
    if idea.reexamination_department_id:
        values["reexamination_department_id"] = department.parent_id or department.pk
    data = {
        "from_department": idea.department.short_name if idea.department else "",
        "department": department.short_name,
        "reason_text": reason,
    }
    return moves.make(idea, "transfer", actor=actor, at=at, data=data, words={"reason_text": reason}, values=values)


def wild_cards_left(campaign: Campaign) -> int:
    """How many ideas the office may still bring to the review of this campaign."""
    return max(0, campaign.wild_cards - campaign.ideas.filter(wild_card=True).count())


@transaction.atomic
def select(*, idea_id: int, by: Person, at: datetime, version: int | None = None, reason: str) -> IdeaEvent:
    """Play a wild card: an idea that the ballot did not choose goes to review all the same, with a written reason.

    Raises TooLate when the campaign has no wild card left, Incomplete when the reason is too short.
    """
    idea, actor = _take(idea_id, "select", by=by, at=at, version=version)
    reason = check_reason("reason", reason)
    campaign = Campaign.objects.select_for_update().get(pk=idea.campaign_id)
    if wild_cards_left(campaign) == 0:
        raise TooLate(_("I ripescaggi di questo bando sono finiti."))
    Decision.objects.create(
        idea=idea, kind=Decision.Kind.SELECT, reason_text=reason, **moves.hand(actor, "select", idea, at), at=at
    )
    words = {"reason_text": reason}
    event = moves.make(idea, "select", actor=actor, at=at, data=dict(words), words=words, values={"wild_card": True})
    assignment.fill(idea, at=at)
    return event


def _take(idea_id: int, move: str, *, by: Person, at: datetime, version: int | None) -> tuple[Idea, rules.Actor]:
    """The idea, locked, and who acts on it, allowed to make `move` now."""
    idea = moves.lock(idea_id)
    actor = rules.actor_for(by, at=at)
    moves.check(idea, move, actor=actor, at=at, version=version)
    return idea, actor
