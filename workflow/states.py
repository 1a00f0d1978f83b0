# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of an idea, their words, and the groups of states that have a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdeaState(models.TextChoices):
    """Where an idea stands; the words are those of the badges."""

    DRAFT = "draft", _("Bozza")
    SCREENING = "screening", _("Verifica")
    NEEDS_CHANGES = "needs_changes", _("Modifiche richieste")
    ADMITTED = "admitted", _("Ammessa")
    VOTING = "voting", _("In votazione")
    NOT_SELECTED = "not_selected", _("Non selezionata")
    REVIEW = "review", _("In valutazione")
    DECISION = "decision", _("Decisione")
    PILOTING = "piloting", _("In prova")
    ADOPTED = "adopted", _("Adottata")
    VERIFIED = "verified", _("Realizzata e verificata")
    CLOSED = "closed", _("Conclusa senza adozione")
    DECLINED = "declined", _("Non accolta")
    DEFERRED = "deferred", _("Rinviata")
    INADMISSIBLE = "inadmissible", _("Non ammessa")
    MERGED = "merged", _("Unita a un’altra idea")
    WITHDRAWN = "withdrawn", _("Ritirata")


_S = IdeaState

# Seen by every employee.
PUBLISHED = frozenset(
    {
        _S.ADMITTED,
        _S.VOTING,
        _S.NOT_SELECTED,
        _S.REVIEW,
        _S.DECISION,
        _S.PILOTING,
        _S.ADOPTED,
        _S.VERIFIED,
        _S.CLOSED,
        _S.DECLINED,
        _S.DEFERRED,
    }
)
# Somebody still has to do something before the idea has its answer.
OPEN = frozenset(
    {
        _S.SCREENING,
        _S.NEEDS_CHANGES,
        _S.ADMITTED,
        _S.VOTING,
        _S.REVIEW,
        _S.DECISION,
        _S.PILOTING,
        _S.DEFERRED,
    }
)
# No move leaves these, not even a re-examination.
TERMINAL = frozenset({_S.VERIFIED, _S.CLOSED, _S.WITHDRAWN})
# The idea has had its answer: it may still be re-examined, verified or picked up by the office.
FINAL = TERMINAL | {_S.NOT_SELECTED, _S.ADOPTED, _S.DECLINED, _S.INADMISSIBLE, _S.MERGED}
# The authors may change the text.
EDITABLE = frozenset({_S.DRAFT, _S.NEEDS_CHANGES})
# Between admission and decision a blind campaign hides the authors' names.
BLIND = frozenset({_S.ADMITTED, _S.VOTING, _S.NOT_SELECTED, _S.REVIEW, _S.DECISION})
# A refusal stands here and must carry its reasons.
REFUSED = frozenset({_S.DECLINED, _S.INADMISSIBLE})
# An idea may go on inside one of these. Not while votes are given: who signs an idea can't vote for it.
TAKES_MERGES = frozenset(
    {_S.SCREENING, _S.NEEDS_CHANGES, _S.ADMITTED, _S.REVIEW, _S.DECISION, _S.DEFERRED, _S.PILOTING}
)
# A pilot was approved on the way here.
AFTER_APPROVAL = frozenset({_S.PILOTING, _S.ADOPTED, _S.VERIFIED, _S.CLOSED})


class ReasonCode(models.TextChoices):
    """Why an idea is refused, at admission or at the decision."""

    IN_PLACE = "in_place", _("È già realtà")
    UNDER_WAY = "under_way", _("Ci stiamo già lavorando")
    THIRD_PARTY = "third_party", _("È protetta da diritti di altri")
    COMPLAINT = "complaint", _("È un reclamo o una segnalazione personale")
    PRIVATE_ADVANTAGE = "private_advantage", _("Porta un vantaggio privato")
    NOT_OURS = "not_ours", _("Non è compito del Comune")
    NOT_PRACTICABLE = "not_practicable", _("Non è praticabile")
    COST = "cost", _("Costa più del beneficio")
    OTHER = "other", _("Altro (spiegato nel testo)")
