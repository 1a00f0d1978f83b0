# SPDX-License-Identifier: AGPL-3.0-or-later
"""What else must hold for a move: four eyes, no conflict, in time. Each is asked of one idea and as SQL."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from workflow.holders import signed_by
from workflow.states import IdeaState


@dataclass(frozen=True)
class NotAnAuthor:
    """Nobody judges an own idea."""

    code = "own_idea"
    personal = True
    why_not = _("È una tua idea: deve occuparsene un’altra persona.")

    def holds(self, actor, idea, at) -> bool:
        return actor.person_id not in idea.author_ids()

    def where(self, actor, at, idea_model) -> Q:
        return ~signed_by(actor, idea_model)


@dataclass(frozen=True)
class NoConflict:
    """Nobody judges an idea after declaring a conflict of interest on it."""

    code = "conflict"
    personal = True
    why_not = _("Hai dichiarato un conflitto di interessi su questa idea.")

    def holds(self, actor, idea, at) -> bool:
        return actor.person_id not in idea.recused_ids()

    def where(self, actor, at, idea_model) -> Q:
        recusals = idea_model._meta.get_field("recusals").related_model.objects
        return ~Q(Exists(recusals.filter(idea=OuterRef("pk"), person=actor.person_id)))


@dataclass(frozen=True)
class NotThePreviousJudge:
    """A re-examination is answered by a different person."""

    code = "second_look"
    personal = True
    why_not = _("Hai già risposto a questa idea: il riesame spetta a un’altra persona.")

    def holds(self, actor, idea, at) -> bool:
        return idea.previous_judge_id is None or idea.previous_judge_id != actor.person_id

    def where(self, actor, at, idea_model) -> Q:
        return Q(previous_judge__isnull=True) | ~Q(previous_judge_id=actor.person_id)


@dataclass(frozen=True)
class NotThePilotsOwner:
    """The benefit is verified by somebody who did not run the pilot."""

    code = "own_pilot"
    personal = True
    why_not = _("Hai guidato tu il pilota: il risultato lo verifica un’altra persona.")

    def holds(self, actor, idea, at) -> bool:
        return getattr(idea, "pilot", None) is None or idea.pilot.owner_id != actor.person_id

    def where(self, actor, at, idea_model) -> Q:
        return Q(pilot__owner_id__isnull=True) | ~Q(pilot__owner_id=actor.person_id)


@dataclass(frozen=True)
class AnswerInTime:
    """Changes that were asked for come within the days given; a first submission has the campaign's window."""

    code = "answer_late"
    personal = False
    why_not = _("Il tempo per rispondere alle modifiche richieste è passato.")

    def holds(self, actor, idea, at) -> bool:
        return idea.state != IdeaState.NEEDS_CHANGES or at <= idea.state_since + _days(
            settings.INNOVATO_CHANGES_DAYS + 1
        )

    def where(self, actor, at, idea_model) -> Q:
        return ~Q(state=IdeaState.NEEDS_CHANGES) | Q(state_since__gte=at - _days(settings.INNOVATO_CHANGES_DAYS + 1))


@dataclass(frozen=True)
class AnswerOverdue:
    """The days for an answer to the changes asked for are over: the reverse of `AnswerInTime`."""

    code = "answer_awaited"
    personal = False
    why_not = _("Chi propone ha ancora tempo per rispondere.")

    def holds(self, actor, idea, at) -> bool:
        return at > idea.state_since + _days(settings.INNOVATO_CHANGES_DAYS + 1)

    def where(self, actor, at, idea_model) -> Q:
        return Q(state_since__lt=at - _days(settings.INNOVATO_CHANGES_DAYS + 1))


@dataclass(frozen=True)
class BlindCampaign:
    """Only where the authors' names are hidden is there anything to cover."""

    code = "not_blind"
    personal = False
    why_not = _("In questo bando i nomi di chi propone si vedono: non c’è niente da coprire.")

    def holds(self, actor, idea, at) -> bool:
        return idea.campaign.blind_authors

    def where(self, actor, at, idea_model) -> Q:
        return Q(campaign__blind_authors=True)


@dataclass(frozen=True)
class ScorecardsMissing:
    """The review was closed with fewer scorecards than the campaign wants, and nobody asked for the others yet."""

    code = "scorecards_in"
    personal = False
    why_not = _("Non ci sono valutazioni mancanti da chiedere.")

    def holds(self, actor, idea, at) -> bool:
        return idea.scorecards_missing > 0 and idea.reexamined_at is None

    def where(self, actor, at, idea_model) -> Q:
        return Q(scorecards_missing__gt=0, reexamined_at__isnull=True)


@dataclass(frozen=True)
class JustNow:
    """The notice is still held: it may be taken back."""

    code = "undo_late"
    personal = False
    why_not = _("Il tempo per annullare è passato: il messaggio è partito.")

    def holds(self, actor, idea, at) -> bool:
        return at < idea.state_since + _undo_window()

    def where(self, actor, at, idea_model) -> Q:
        return Q(state_since__gt=at - _undo_window())


@dataclass(frozen=True)
class MergeStillLoose:
    """A merge is taken back until the target's ballot opens; into a later stage, while the notice is held."""

    code = "merge_fixed"
    personal = False
    why_not = _("La votazione dell’altra idea è già aperta: l’unione non si può più sciogliere.")
    loose = frozenset({IdeaState.SCREENING, IdeaState.NEEDS_CHANGES, IdeaState.ADMITTED})

    def holds(self, actor, idea, at) -> bool:
        return idea.merged_into is not None and (
            idea.merged_into.state in self.loose or at < idea.state_since + _undo_window()
        )

    def where(self, actor, at, idea_model) -> Q:
        return Q(merged_into__state__in=self.loose) | Q(merged_into__isnull=False, state_since__gt=at - _undo_window())


@dataclass(frozen=True)
class WithinReexamination:
    """A re-examination is asked for within the days given after the refusal."""

    code = "reexamination_late"
    personal = False
    why_not = _("Il termine per chiedere il riesame è passato.")

    def holds(self, actor, idea, at) -> bool:
        return at <= idea.state_since + _days(settings.INNOVATO_REEXAMINATION_DAYS)

    def where(self, actor, at, idea_model) -> Q:
        return Q(state_since__gte=at - _days(settings.INNOVATO_REEXAMINATION_DAYS))


@dataclass(frozen=True)
class NotYetReexamined:
    """A re-examination is asked for once."""

    code = "reexamined"
    personal = False
    why_not = _("Il riesame è già stato chiesto una volta.")

    def holds(self, actor, idea, at) -> bool:
        return idea.reexamined_at is None

    def where(self, actor, at, idea_model) -> Q:
        return Q(reexamined_at__isnull=True)


@dataclass(frozen=True)
class NotYetExtended:
    """A pilot is extended once."""

    code = "extended"
    personal = False
    why_not = _("Il pilota è già stato prorogato una volta.")

    def holds(self, actor, idea, at) -> bool:
        return getattr(idea, "pilot", None) is not None and idea.pilot.extended_at is None

    def where(self, actor, at, idea_model) -> Q:
        return Q(pilot__isnull=False, pilot__extended_at__isnull=True)


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _undo_window() -> timedelta:
    return timedelta(minutes=settings.INNOVATO_UNDO_MINUTES)
