# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals of the ballot, each named after what happened. None of them says how many papers there are, or whose."""

from django.utils.translation import gettext_lazy as _

from workflow.errors import WorkflowError


class VotingError(WorkflowError):
    """Something about a ballot was refused and nothing changed."""


class BallotMissing(VotingError):
    """There is no such ballot, or none that carries this idea."""

    status = 404
    sentence = _("Questa votazione non c’è.")


class NotAnElector(VotingError):
    """The person was not among the electors when the ballot opened."""

    status = 403
    sentence = _("In questa votazione non risulti tra chi può votare. Se pensi di sì, scrivi all’Ufficio innovazione.")


class NotTheGuarantor(VotingError):
    """The act belongs to the ballot guarantor."""

    status = 403
    sentence = _("Può farlo solo chi garantisce il voto.")


class NotOpenYet(VotingError):
    """The window has not begun."""

    status = 409
    sentence = _("La votazione non è ancora aperta. Questa scelta non è stata registrata.")


class Closed(VotingError):
    """The window is over, or the ballot was annulled."""

    status = 409
    sentence = _("La votazione si è chiusa. Questa scelta non è stata registrata.")


class Frozen(VotingError):
    """The key of the ballot is missing or not its own: nothing is accepted until it is back."""

    status = 503
    sentence = _("La votazione è sospesa per un guasto. Le schede già consegnate restano al sicuro: riprova più tardi.")


class TooManyChoices(VotingError):
    """More ideas than one paper holds."""

    sentence = _("Hai scelto più idee di quante ne tiene la scheda: togline qualcuna.")


class FullPaper(VotingError):
    """One idea more does not fit on the person's paper."""

    status = 409
    sentence = _("La tua scheda è piena: apri la scheda e scegli quale idea togliere.")


class OwnIdea(VotingError):
    """People can't support an idea they sign."""

    sentence = _("Non puoi sostenere un’idea che porta la tua firma.")


class UnknownChoice(VotingError):
    """A choice is not on this ballot."""

    sentence = _("Una delle scelte non è su questa scheda: ricarica la pagina e scegli di nuovo.")


class RepeatedChoice(VotingError):
    """One idea twice on one paper."""

    sentence = _("Hai scelto la stessa idea due volte: ogni idea si sostiene una volta sola.")


class BadNonce(VotingError):
    """The number that the page sends with every paper is missing or of the wrong form."""

    sentence = _("La scheda è arrivata incompleta: ricarica la pagina e riprova.")


class NonceConflict(VotingError):
    """The same sending came twice with different choices."""

    status = 409
    sentence = _("Questa scheda è già arrivata con scelte diverse: ricarica la pagina e controlla.")


class Busy(VotingError):
    """The person's own paper changed again and again meanwhile."""

    status = 409
    sentence = _("La tua scheda sta cambiando da un’altra finestra: riprova.")


class WrongBallotState(VotingError):
    """The ballot stands where this act does not start."""

    status = 409
    sentence = _("In questo momento la votazione non lo permette.")


class ReasonMissing(VotingError):
    """An act that everybody will read about needs its reason."""

    sentence = _("Scrivi il motivo, con almeno 20 caratteri: lo leggeranno tutti.")


class ObjectionsOver(VotingError):
    """Problems are reported between the close and the end of the hours for it."""

    status = 409
    sentence = _("Le segnalazioni si fanno dopo la chiusura, finché non passano le ore previste: ora non si può.")


class ObjectionMissing(VotingError):
    """A report without a word."""

    sentence = _("Scrivi che cosa non torna.")


class AnswerMissing(VotingError):
    """An answer without a word."""

    sentence = _("Scrivi la risposta: la legge chi ha segnalato.")


class AlreadyAnswered(VotingError):
    """A report that has its answer does not change any more."""

    status = 409
    sentence = _("Questa segnalazione ha già una risposta e non cambia più.")


class BadWindow(VotingError):
    """The dates of a ballot are out of order or in the past."""

    sentence = _("La chiusura deve venire dopo l’apertura, e tutte e due nel futuro.")
