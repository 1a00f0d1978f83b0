# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who proposes together: invitations, their answers, and asking to take part in somebody else's idea."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from innovato.organisation.models import Person
from workflow import notices, rules
from workflow.errors import Incomplete, Missing, NotAllowed, TooLate, WrongState
from workflow.models import Authorship, Idea
from workflow.selectors import ballots
from workflow.services import moves
from workflow.services.handing_in import not_welcome, too_many_authors
from workflow.states import EDITABLE, IdeaState

Status = Authorship.Status
# Who proposes can still change until the ballot opens: nobody may vote for an own idea.
OPEN_TO_AUTHORS = EDITABLE | {IdeaState.SCREENING, IdeaState.ADMITTED}
NAMED = (Status.ACCEPTED, Status.INVITED)


@transaction.atomic
def invite(*, idea_id: int, by: Person, person_id: int, at: datetime) -> Authorship:
    """Ask a colleague to propose the idea too; they are told and have to confirm.

    Raises Missing, NotAllowed for who does not propose it, WrongState once the ballot is open, and Incomplete under
    `coauthor`: oneself, somebody already asked, somebody the campaign leaves out, one person too many.
    """
    idea = _as_author(idea_id, by)
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None:
        raise Incomplete({"coauthor": _("Questa persona non è in servizio: scegline un’altra.")})
    _check_not_named(idea, by, person)
    if not ballots.is_eligible(idea.campaign, person.pk):
        raise Incomplete({"coauthor": not_welcome(idea, person)})
    if idea.authorships.filter(status__in=NAMED).count() >= idea.campaign.max_authors:
        raise Incomplete({"coauthor": too_many_authors(idea)})
    asked = Authorship.objects.create(idea=idea, person=person, invited_at=at)
    notices.tell(
        kind="coauthor_invited",
        idea=idea,
        people={person.pk},
        key=f"invited:{asked.pk}",
        at=at,
        page="workflow:coauthor_answer",
        words={"by_name": by.get_full_name(), "due": None},
    )
    return asked


def _check_not_named(idea: Idea, by: Person, person: Person) -> None:
    if person.pk == by.pk:
        raise Incomplete({"coauthor": _("Ci sei già: indica un’altra persona.")})
    asked = idea.authorships.filter(person=person).first()
    if asked is None:
        return
    sentence = {
        Status.ACCEPTED: _("%(name)s propone già questa idea."),
        Status.INVITED: _("%(name)s ha già un invito e deve ancora rispondere."),
        Status.DECLINED: _("%(name)s ha già risposto di no."),
    }[asked.status]
    raise Incomplete({"coauthor": sentence % {"name": person.get_full_name()}})


@transaction.atomic
def accept(*, idea_id: int, by: Person, at: datetime) -> Authorship:
    """Confirm an invitation: from now on the person is an author. The lead is told.

    Raises Missing, NotAllowed for who was not asked, WrongState for who already answered, TooLate once the ballot is open,
    Incomplete when the campaign's rules leave the person out or there is no place left.
    """
    idea, asked = _asked(idea_id, by)
    if asked.status == Status.ACCEPTED:
        raise WrongState(_("Hai già confermato: proponi anche tu questa idea."))
    if not ballots.is_eligible(idea.campaign, by.pk):
        raise Incomplete({"coauthor": not_welcome(idea, by)})
    if len(idea.author_ids()) >= idea.campaign.max_authors:
        raise Incomplete({"coauthor": too_many_authors(idea)})
    return _answer(idea, asked, Status.ACCEPTED, "coauthor_accepted", at=at)


@transaction.atomic
def decline(*, idea_id: int, by: Person, at: datetime) -> Authorship:
    """Say no to an invitation, or stop proposing after a yes; the lead is told. The lead can't leave an own idea.

    Raises Missing, NotAllowed, WrongState and TooLate as `accept` does.
    """
    idea, asked = _asked(idea_id, by)
    if asked.is_lead:
        raise WrongState(_("Questa idea l’hai cominciata tu: se non vuoi proseguire, ritirala."))
    return _answer(idea, asked, Status.DECLINED, "coauthor_declined", at=at)


@transaction.atomic
def uninvite(*, idea_id: int, by: Person, authorship_id: int, at: datetime) -> None:
    """Take back an invitation nobody answered yet. Safe to repeat. Raises Missing, NotAllowed, WrongState.

    Who confirmed stays: nobody takes a colleague's name away.
    """
    idea = _as_author(idea_id, by)
    asked = idea.authorships.filter(pk=authorship_id).first()
    if asked is None:
        return
    if asked.status == Status.ACCEPTED:
        raise WrongState(_("Questa persona ha già confermato: solo lei può togliersi."))
    asked.delete()


@transaction.atomic
def ask_to_join(*, idea_id: int, by: Person, at: datetime, text: str = "") -> int:
    """Tell who leads a visible idea that `by` would like to propose it too; they may then invite. Safe to repeat.

    Returns how many people are told (0 when asked before). Raises Missing, NotAllowed, WrongState.
    """
    idea = moves.lock(idea_id)
    if not rules.can_see(rules.actor_for(by), idea):
        raise Missing()
    if by.pk in idea.authors_and_invited():
        raise WrongState(_("Ci sei già: guarda tra le tue idee."))
    if idea.state not in OPEN_TO_AUTHORS:
        raise WrongState(_("Il voto su questa idea è già cominciato: chi la propone non cambia più. Puoi seguirla."))
    if not ballots.is_eligible(idea.campaign, by.pk):
        raise NotAllowed(not_welcome(idea, by))
    lead = idea.authorships.get(is_lead=True)
    address = reverse("workflow:coauthor_invite", kwargs={"ref": idea.ref})
    words = {"by_name": by.get_full_name(), "note_text": text, "url": f"{address}?chi={by.staff_number}"}
    key = f"join:{idea.pk}:{by.pk}"
    return notices.tell(kind="join_requested", idea=idea, people={lead.person_id}, key=key, at=at, words=words)


def _as_author(idea_id: int, by: Person) -> Idea:
    """The idea, locked, of which `by` is an author, while who proposes can still change."""
    idea = moves.lock(idea_id)
    if not rules.can_see(rules.actor_for(by), idea):
        raise Missing()
    if by.pk not in idea.author_ids():
        raise NotAllowed(_("Chi propone insieme lo decide chi propone l’idea."))
    if idea.state not in OPEN_TO_AUTHORS:
        raise WrongState(_("Il voto su questa idea è già cominciato: chi la propone non cambia più."))
    return idea


def _asked(idea_id: int, by: Person) -> tuple[Idea, Authorship]:
    """The idea, locked, and the invitation of `by`, while it can still be answered."""
    idea = moves.lock(idea_id)
    if not rules.can_see(rules.actor_for(by), idea):
        raise Missing()
    asked = idea.authorships.filter(person=by).exclude(status=Status.DECLINED).first()
    if asked is None:
        raise NotAllowed(_("Per questa idea non hai un invito."))
    if idea.state not in OPEN_TO_AUTHORS:
        raise TooLate(_("Il voto su questa idea è già cominciato: chi la propone non cambia più."))
    return idea, asked


def _answer(idea: Idea, asked: Authorship, status: str, kind: str, *, at: datetime) -> Authorship:
    asked.status, asked.answered_at = status, at
    asked.save(update_fields=["status", "answered_at"])
    lead = idea.authorships.get(is_lead=True)
    notices.tell(
        kind=kind,
        idea=idea,
        people={lead.person_id},
        key=f"answered:{asked.pk}:{status}",
        at=at,
        words={"by_name": asked.person.get_full_name()},
    )
    return asked
