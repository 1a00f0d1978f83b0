# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the pipeline report: how each figure is defined, which months it covers, how old it is."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from innovato import formats

DEFINITIONS = {
    "mesi": lazy(
        "Quante idee erano in ogni stato l’ultimo giorno del mese; nell’ultima colonna, adesso. Conta la struttura competente in "
        "quel momento. Le bozze non si contano."
    ),
    "tempi": lazy(
        "Giorni di calendario dall’ingresso in uno stato all’uscita, per i passaggi conclusi negli ultimi dodici mesi. Metà dei "
        "passaggi dura al massimo quanto la mediana, nove su dieci quanto il 90° percentile. Una risposta annullata non conta."
    ),
    "attesa": lazy(
        "Le idee che aspettano qualcosa adesso, confrontate con il giorno della risposta. Chi aspetta le modifiche di chi "
        "propone è in pausa."
    ),
    "puntuali": lazy(
        "Risposte della Città (verifica, valutazione, decisione) arrivate entro il loro termine, su quelle che ne avevano uno. "
        "Conta il mese della risposta."
    ),
    "strutture": lazy("La stessa quota, per le strutture direttamente sotto, ognuna con quelle che comprende."),
    "bandi": lazy(
        "Su 100 idee inviate a un bando in un anno, comprese quelle ritirate o unite: quante sono in prova o oltre (approvate) e "
        "quante sono diventate pratica (adottate) entro 365 e 730 giorni dall’invio. Conta la struttura competente adesso."
    ),
    "oltre": lazy("Piloti ancora in corso che hanno passato la data di fine, proroga compresa."),
    "benefici": lazy("Idee adottate di cui il beneficio è stato misurato, mesi dopo, da chi verifica i risultati."),
}


def period(months: Sequence[date]) -> str:
    """From the first month to the last."""
    return _("da %(first)s a %(last)s") % {"first": formats.month(months[0]), "last": formats.month(months[-1])}


def freshness(fresh) -> str:
    """Until when events are counted, and how many are not yet."""
    if fresh.at is None:
        return _("Non è ancora stato contato niente: il primo conteggio è in corso, torna tra qualche minuto.")
    when = formats.long_date_time(fresh.at)
    if not fresh.behind:
        return when
    more = ngettext(
        "%(n)s fatto più recente non è ancora contato", "%(n)s fatti più recenti non sono ancora contati", fresh.behind
    )
    return f"{when}; {more % {'n': formats.number(fresh.behind)}}"
