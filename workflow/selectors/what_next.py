# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens next to an idea, who must act and by when: one sentence for every state, on every page that shows one."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovato import formats
from workflow.states import IdeaState

S = IdeaState


def what_next(idea, *, at: datetime, mine: bool = False) -> str:
    """The sentence for `idea` at `at`; `mine` speaks to one of its authors.

    Reads the idea's columns, its campaign, department, pilot and merge target, so fetch them along. The dates of its
    ballot come from `querysets`-style annotations (see `ideas.with_ballot_dates`), else from the campaign.
    """
    return formats.elided(_SENTENCES[S(idea.state)](idea, formats.local_day(at), at, mine))


def reexamination_until(idea) -> date:
    """The last day on which a refusal standing now can be brought to re-examination."""
    return formats.local_day(idea.state_since + timedelta(days=settings.INNOVATO_REEXAMINATION_DAYS))


def _day(day: date | None) -> dict:
    return {"day": formats.long_date(day) if day else ""}


def _department(idea) -> str:
    return idea.department.short_name if idea.department else _("la struttura competente")


def _draft(idea, today, at, mine) -> str:
    closes = idea.campaign.submissions_close_at
    if closes is not None and closes <= at:
        return _("Il bando non accetta più idee: scegline un altro prima di inviarla.")
    if closes is not None:
        return _("Ferma dal %(day)s: completala e inviala entro %(closes)s.") % {
            "day": formats.short_date(idea.saved_at),
            "closes": formats.long_date_time(closes),
        }
    return _("Ferma dal %(day)s: completala e inviala.") % {"day": formats.short_date(idea.saved_at)}


def _screening(idea, today, at, mine) -> str:
    if idea.due_on is None:
        return _("L’Ufficio innovazione verifica che l’idea rispetti le regole.")
    if idea.due_on < today:
        return _("La risposta era attesa entro %(day)s: è in ritardo.") % _day(idea.due_on)
    if idea.reexamined_at is not None:
        return _("Un’altra persona riesamina l’idea e risponde entro %(day)s.") % _day(idea.due_on)
    if mine:
        return _("Entro %(day)s sai se è ammessa.") % _day(idea.due_on)
    return _("L’Ufficio innovazione risponde entro %(day)s.") % _day(idea.due_on)


def _needs_changes(idea, today, at, mine) -> str:
    if idea.due_on is not None and idea.due_on < today:
        return _(
            "Le modifiche erano attese entro %(day)s: l’Ufficio innovazione riprende la verifica con il testo com’è."
        ) % _day(idea.due_on)
    if mine:
        return _("Rispondi entro %(day)s: poi riparte la verifica.") % _day(idea.due_on)
    return _("Chi propone risponde entro %(day)s: poi riparte la verifica.") % _day(idea.due_on)


def _admitted(idea, today, at, mine) -> str:
    opens = getattr(idea, "next_voting_at", None) or idea.campaign.voting_opens_at
    if opens is not None and opens > at:
        return _("Si vota da %(moment)s.") % {"moment": formats.long_date_time(opens)}
    if idea.campaign.always_open:
        return _("Entra nella prossima votazione del mese.")
    return _("Aspetta che si apra la votazione.")


def _voting(idea, today, at, mine) -> str:
    closes = getattr(idea, "voting_ends_at", None) or idea.campaign.voting_closes_at
    if closes is None or closes <= at:
        return _("La votazione è finita: si contano i voti. Poi: valutazione.")
    return _("I voti si contano %(moment)s. Poi: valutazione.") % {"moment": formats.long_date_time(closes)}


def _not_selected(idea, today, at, mine) -> str:
    if idea.campaign.wild_cards:
        return _("La votazione ha scelto altre idee. L’Ufficio innovazione può ancora portarla alla valutazione.")
    return _("La votazione ha scelto altre idee: il percorso finisce qui.")


def _review(idea, today, at, mine) -> str:
    if idea.due_on is None:
        return _("Chi valuta sta preparando le schede. Poi: decisione.")
    if idea.due_on < today:
        return _("La valutazione era attesa entro %(day)s: è in ritardo.") % _day(idea.due_on)
    return _("Le schede di chi valuta arrivano entro %(day)s. Poi: decisione.") % _day(idea.due_on)


def _decision(idea, today, at, mine) -> str:
    words = _day(idea.due_on) | {"department": _department(idea)}
    if idea.due_on is None:
        return _("Decide %(department)s.") % words
    if idea.due_on < today:
        return _("La decisione di %(department)s era attesa entro %(day)s: è in ritardo.") % words
    if idea.reexamined_at is not None:
        return _("Un’altra persona riesamina la decisione e risponde entro %(day)s.") % words
    return _("%(department)s decide entro %(day)s.") % words


def _piloting(idea, today, at, mine) -> str:
    pilot = getattr(idea, "pilot", None)
    if pilot is None or pilot.ends_on is None or pilot.starts_on is None:
        return _("Si prova: alla fine si decide se adottarla.")
    if pilot.ends_on < today:
        return _("La prova è finita %(day)s: manca la decisione su come continuare.") % _day(pilot.ends_on)
    if today < pilot.starts_on:
        return _("La prova comincia %(day)s.") % _day(pilot.starts_on)
    return _("Giorno %(now)d di %(all)d: la prova finisce %(day)s, poi si decide.") % {
        "now": (today - pilot.starts_on).days + 1,
        "all": (pilot.ends_on - pilot.starts_on).days + 1,
        "day": formats.long_date(pilot.ends_on),
    }


def _adopted(idea, today, at, mine) -> str:
    if idea.due_on is None:
        return _("È diventata una pratica. Tra qualche mese si verifica il risultato.")
    if idea.due_on < today:
        return _("La verifica del risultato era attesa entro %(day)s: è in ritardo.") % _day(idea.due_on)
    return _("È diventata una pratica. Il risultato si verifica entro %(day)s.") % _day(idea.due_on)


def _verified(idea, today, at, mine) -> str:
    return _("Il beneficio è stato verificato: il percorso è completo.")


def _closed(idea, today, at, mine) -> str:
    return _("La prova è finita senza adozione. Leggi che cosa abbiamo imparato.")


def _refused(idea, today, at, mine) -> str:
    until = reexamination_until(idea)
    if idea.reexamined_at is not None or until < today:
        return _("Il percorso finisce qui: leggi il motivo.")
    if mine:
        return _("Leggi il motivo. Puoi chiedere il riesame entro %(day)s.") % _day(until)
    return _("Chi propone può chiedere il riesame entro %(day)s.") % _day(until)


def _deferred(idea, today, at, mine) -> str:
    left = (idea.revisit_on - today).days if idea.revisit_on else 0
    if left <= 0:
        return _("Torna in decisione oggi.")
    return ngettext(
        "Torna in decisione %(day)s, tra %(left)d giorno.", "Torna in decisione %(day)s, tra %(left)d giorni.", left
    ) % {"day": formats.long_date(idea.revisit_on), "left": left}


def _merged(idea, today, at, mine) -> str:
    if idea.merged_into is None:
        return _("Continua in un’altra idea.")
    if mine:
        return _("Continua in «%(title)s»: risulti tra chi la propone.") % {"title": idea.merged_into.title}
    return _("Continua in «%(title)s».") % {"title": idea.merged_into.title}


def _withdrawn(idea, today, at, mine) -> str:
    return _("L’ha ritirata chi la proponeva.")


_SENTENCES = {
    S.DRAFT: _draft,
    S.SCREENING: _screening,
    S.NEEDS_CHANGES: _needs_changes,
    S.ADMITTED: _admitted,
    S.VOTING: _voting,
    S.NOT_SELECTED: _not_selected,
    S.REVIEW: _review,
    S.DECISION: _decision,
    S.PILOTING: _piloting,
    S.ADOPTED: _adopted,
    S.VERIFIED: _verified,
    S.CLOSED: _closed,
    S.DECLINED: _refused,
    S.DEFERRED: _deferred,
    S.INADMISSIBLE: _refused,
    S.MERGED: _merged,
    S.WITHDRAWN: _withdrawn,
}
