# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each state of an idea means, in one sentence, and who has to act: the text beside the diagram of the help page."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from workflow.diagram import arrows
from workflow.states import IdeaState

S = IdeaState

MEANINGS = {
    S.DRAFT: _("La scrivi con calma: la vede solo chi la propone."),
    S.SCREENING: _(
        "L’Ufficio innovazione controlla che riguardi il lavoro del Comune. Rispondiamo entro %(screening)d giorni "
        "lavorativi."
    ),
    S.NEEDS_CHANGES: _(
        "C’è una domanda per chi propone. Il tempo si ferma per %(changes)d giorni al massimo, poi la verifica riprende."
    ),
    S.ADMITTED: _("La vedono tutte le persone che lavorano in Comune. Aspetta che si apra la votazione."),
    S.VOTING: _("Si vota. Il testo non cambia più e nessuno vede i conteggi."),
    S.NOT_SELECTED: _(
        "La votazione ha scelto altre idee. L’Ufficio innovazione può ripescarla, se il bando lo prevede, con un motivo."
    ),
    S.REVIEW: _("Chi valuta dà i punteggi, ognuno per conto suo, entro %(review)d giorni dalla fine del voto."),
    S.DECISION: _(
        "Chi dirige la struttura competente decide entro %(decision)d giorni lavorativi. Poi la questione passa alla "
        "struttura superiore."
    ),
    S.DEFERRED: _("La decisione è spostata a una data scritta: quel giorno l’idea torna da sola."),
    S.DECLINED: _(
        "Non si prova, con un motivo scritto che tutti possono leggere. Si può chiedere il riesame entro "
        "%(reexamination)d giorni."
    ),
    S.PILOTING: _("Si prova, con un piano, un fondo, indicatori e una data di fine."),
    S.ADOPTED: _("La prova è riuscita e diventa regola. Dopo 3–6 mesi si controlla il beneficio."),
    S.VERIFIED: _("Il beneficio è stato misurato: è il risultato più alto di un’idea."),
    S.CLOSED: _("La prova è finita senza adozione. Resta scritto che cosa abbiamo imparato."),
    S.INADMISSIBLE: _(
        "Non rispetta una regola, detta per iscritto a chi propone. Si può chiedere il riesame entro %(reexamination)d "
        "giorni."
    ),
    S.MERGED: _("Continua in un’altra idea: chi la proponeva risulta tra chi propone quella."),
    S.WITHDRAWN: _("Chi la proponeva ha cambiato idea."),
}
ACTORS = {
    S.DRAFT: _("chi propone"),
    S.SCREENING: _("Ufficio innovazione"),
    S.NEEDS_CHANGES: _("chi propone, poi l’Ufficio innovazione"),
    S.ADMITTED: _("la data del bando"),
    S.VOTING: _("chi vota"),
    S.NOT_SELECTED: _("Ufficio innovazione"),
    S.REVIEW: _("chi valuta"),
    S.DECISION: _("chi decide"),
    S.DEFERRED: _("chi decide, o la data scritta"),
    S.DECLINED: _("chi propone, se chiede il riesame"),
    S.PILOTING: _("chi è responsabile del pilota, poi chi decide"),
    S.ADOPTED: _("chi verifica i risultati"),
    S.VERIFIED: _("nessuno: è arrivata"),
    S.CLOSED: _("nessuno: è conclusa"),
    S.INADMISSIBLE: _("chi propone, se chiede il riesame"),
    S.MERGED: _("chi segue l’altra idea"),
    S.WITHDRAWN: _("nessuno: è conclusa"),
}


def terms() -> dict[str, int]:
    """The terms of the answers, in days, and the other numbers of the help page, as this city has set them."""
    return {
        "screening": settings.INNOVATO_SCREENING_DAYS,
        "changes": settings.INNOVATO_CHANGES_DAYS,
        "review": settings.INNOVATO_REVIEW_DAYS,
        "decision": settings.INNOVATO_DECISION_DAYS,
        "reexamination": settings.INNOVATO_REEXAMINATION_DAYS,
        "objection": settings.INNOVATO_OBJECTION_HOURS,
        "undo": settings.INNOVATO_UNDO_MINUTES,
        "k": settings.INNOVATO_PARTICIPATION_K,
        "export_days": settings.INNOVATO_EXPORT_DAYS,
    }


def table() -> list[dict]:
    """A row per state: its meaning, who acts, and the states it can go to by the table of moves."""
    following = {state: [] for state in S}
    for arrow in arrows():
        source, target = S(arrow.source), S(arrow.target)
        if target != source and target not in following[source]:
            following[source].append(target)
    words = terms()
    return [
        {
            "state": state,
            "meaning": str(MEANINGS[state]) % words,
            "who": ACTORS[state],
            "next": [target.label for target in following[state]],
        }
        for state in S
    ]
