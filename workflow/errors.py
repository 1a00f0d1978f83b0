# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals, each named after what happened; their sentence is what the person reads."""

from django.utils.translation import gettext_lazy as _


class WorkflowError(Exception):
    """Something was refused and nothing changed. `status` is the HTTP status a page or the API answers with."""

    status = 400
    sentence = _("Questa richiesta non si può eseguire.")

    def __init__(self, sentence=None, **details):
        self.sentence = sentence or self.sentence
        self.details = details
        super().__init__(str(self.sentence))


class Missing(WorkflowError):
    """It does not exist, or it does not exist for this person."""

    status = 404
    sentence = _("Questa idea non c’è o è ancora una bozza di altri.")


class NotAllowed(WorkflowError):
    """Visible to this person, but this move is not theirs."""

    status = 403
    sentence = _("Questa azione non spetta a te. Se pensi di sì, scrivi all’Ufficio innovazione.")


class WrongState(WorkflowError):
    """The idea stands where this move does not start."""

    status = 409
    sentence = _("Qualcuno ha deciso prima di te: ecco dove si trova ora l’idea.")


class Conflict(WorkflowError):
    """The version the person saw is not the present one."""

    status = 409
    sentence = _("Nel frattempo l’idea è cambiata: confronta prima di salvare.")


class TooLate(WorkflowError):
    """The time for this act is over, or has not come."""

    status = 409
    sentence = _("Il termine è passato.")


class Incomplete(WorkflowError):
    """Something needed is not there; `fields` names each gap with its sentence."""

    def __init__(self, fields: dict, sentence=None):
        self.fields = fields
        super().__init__(sentence or _("Manca qualcosa: guarda i campi indicati."), fields=fields)


class OverBudget(Incomplete):
    """The money is not there; the database would refuse it too."""


class BadFile(WorkflowError):
    """An attachment that is not what it says, or too much of it."""
