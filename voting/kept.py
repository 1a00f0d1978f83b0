# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ballots contribute to retention: who may vote and what is reported go with the seal; how somebody voted is never told.

Whether a person holds a paper is not written here either: a file, or a backup of it, would say who took part.
"""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.exports.document import Section
from innovato.organisation.models import Person
from innovato.retention.registry import Erasure, Line, Part, Rule, Term
from innovato.retention.telling import section
from voting.models import Ballot, Elector, Objection
from voting.services import sealing
from voting.states import BallotState

S = BallotState


def _unsealed(at: datetime) -> QuerySet:
    """The ballots whose time for objections is over and whose key and electors are still there; frozen ones wait."""
    counted = Q(state__in=[S.CLOSED, S.SEALING], objections_until__lte=at)
    annulled = Q(state=S.ANNULLED)
    return Ballot.objects.filter(counted | annulled, key_destroyed_at=None, frozen_at=None)


def _seal_one(at: datetime) -> int:
    """Seal the first of them that can be sealed; returns how many lists of electors went."""
    ballots = Elector.objects.filter(ballot__in=_unsealed(at)).order_by().values_list("ballot", flat=True).distinct()
    return next((1 for ballot_id in list(ballots) if sealing.seal(ballot_id=ballot_id)), 0)


RULES = (
    Rule(
        name="electors",
        what=gettext_lazy("Elenchi di chi può votare, schede cifrate e segnalazioni sul voto"),
        basis=gettext_lazy("Servono finché il voto si può contestare; poi la chiave si distrugge e nessuno può più aprirle."),
        term=Term("INNOVATO_OBJECTION_HOURS", "hours"),
        since=gettext_lazy("dalla chiusura della votazione"),
        outcome=gettext_lazy("Cancellati insieme alla chiave; resta il risultato pubblicato"),
        due=lambda at: Elector.objects.filter(ballot__in=_unsealed(at)).values("ballot").distinct().count(),
        batch=_seal_one,
    ),
)  # fmt: skip


def _sections(person, at: datetime) -> list[Section]:
    listed = Ballot.objects.filter(electors__person=person.uuid).select_related("campaign").order_by("opens_at", "pk")
    said = Objection.objects.filter(person=person.uuid).select_related("ballot__campaign").order_by("raised_at", "pk")
    return [
        section(
            "ballots", _("Votazioni"),
            _("Le votazioni non ancora chiuse definitivamente in cui puoi votare. Come hai votato non si può dire: la scheda è "
              "cifrata e dopo la chiusura definitiva nessuno può collegarla a te. Se c’è una scheda a tuo nome lo vedi solo tu, "
              "dalla pagina della votazione, finché esiste: non si scrive in nessun file."),
            (_("Bando"), _("Apre"), _("Chiude"), _("Stato")),
            ((row.campaign.title, row.opens_at, row.closes_at, row.get_state_display()) for row in listed),
        ),
        section(
            "objections", _("Segnalazioni sul voto"), _("Quelle che hai fatto e che non sono ancora state cancellate."),
            (_("Bando"), _("Quando"), _("Testo"), _("Risposta")),
            ((row.ballot.campaign.title, row.raised_at, row.text, row.answer) for row in said),
        ),
    ]  # fmt: skip


def _stays(person_id: int, at: datetime) -> list[Line]:
    person = Person.objects.get(pk=person_id)
    until = _("Resta fino alla chiusura definitiva, poi si cancella: così il conteggio non cambia.")
    return [
        Line(_("Votazioni aperte in cui poteva votare"), Elector.objects.filter(person=person.uuid).count(), until),
        Line(_("Segnalazioni sul voto"), Objection.objects.filter(person=person.uuid).count(), until),
    ]


PART = Part(
    rules=RULES,
    sections=_sections,
    erasure=Erasure(goes=lambda person_id, at: [], stays=_stays, erase=lambda **about: None),
)
