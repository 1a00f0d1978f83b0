# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the workflow knows about one person, for that person's own download and for the preview of an erasure."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from innovato.exports.document import Attached, Section
from innovato.retention.registry import Line
from innovato.retention.telling import section
from workflow.models import (
    Attachment,
    Authorship,
    Comment,
    CommentReport,
    Decision,
    Follow,
    Idea,
    IdeaEvent,
    IdeaVersion,
    MergeConsent,
    Pilot,
    PilotMember,
    ProgressNote,
    Reading,
    Recusal,
    Review,
    Score,
    Spending,
)
from workflow.states import IdeaState, ReasonCode

FIELDS = ("title", "problem", "proposal", "benefit", "how_measured", "estimated_cost", "duration_months")


def _field_words() -> tuple[str, ...]:
    return (
        _("Titolo"), _("Problema"), _("Proposta"), _("Che cosa cambia"), _("Come si misura"), _("Costo stimato"),
        _("Durata in mesi"),
    )  # fmt: skip


def sections(person) -> list[Section]:
    """Everything but how the person voted, which is not here. A number of queries that does not grow with the rows."""
    pk = person.pk
    return [
        _ideas(pk), _versions(pk), _attachments(pk), _comments(pk), _reports(pk), _reviews(pk), _scores(pk), _recusals(pk),
        _decisions(pk), _pilots(pk), _pilot_log(pk), _follows(pk), _consents(pk), _events(pk),
    ]  # fmt: skip


def files(person) -> list[Attached]:
    """The files of the ideas that the person signs, and those the person attached."""
    rows = Attachment.objects.filter(idea__in=_signed(person.pk)) | Attachment.objects.filter(by=person)
    return [Attached(row.name, row.file.name) for row in rows.distinct().order_by("pk")]


def _signed(person_id: int):
    signs = {"authorships__person": person_id, "authorships__status": Authorship.Status.ACCEPTED}
    return Idea.objects.filter(**signs).values("pk")


def _ref(idea: Idea | None) -> str:
    return "" if idea is None else idea.number or _("bozza")


def _ideas(pk: int) -> Section:
    head = (_("Idea"), _("Stato"), _("Bando"), _("Come"), _("Iniziata"), _("Inviata"), *_field_words())
    words = {"invited": _("invito"), "accepted": _("insieme ad altri"), "declined": _("invito rifiutato")}
    rows = Authorship.objects.filter(person=pk).select_related("idea", "idea__campaign").order_by("idea")
    return section(
        "ideas", _("Idee"), _("Le idee che firmi, o che ti hanno chiesto di firmare, con il testo com’è adesso."), head,
        (
            (
                _ref(row.idea), str(IdeaState(row.idea.state).label), row.idea.campaign.title,
                _("per primo nome") if row.is_lead else words[row.status], row.idea.created_at, row.idea.submitted_at,
                *(_as_text(getattr(row.idea, name)) if row.status == "accepted" else "" for name in FIELDS),
            )
            for row in rows
        ),
    )  # fmt: skip


def _versions(pk: int) -> Section:
    rows = IdeaVersion.objects.filter(idea__in=_signed(pk)).select_related("idea").order_by("idea", "number")
    return section(
        "versions", _("Versioni"), _("Il testo di ogni invio, e come l’Ufficio innovazione lo ha coperto."),
        (_("Idea"), _("Versione"), _("Quando"), _("Coperta dall’ufficio"), *_field_words()),
        (
            (_ref(row.idea), row.number, row.at, row.redacted, *(_as_text(row.content.get(name)) for name in FIELDS))
            for row in rows
        ),
    )  # fmt: skip


def _attachments(pk: int) -> Section:
    rows = Attachment.objects.filter(idea__in=_signed(pk)) | Attachment.objects.filter(by=pk)
    return section(
        "attachments", _("Allegati"), _("I file delle tue idee; sono nella cartella degli allegati di questo archivio."),
        (_("Idea"), _("File"), _("Byte"), _("Quando")),
        ((_ref(row.idea), row.name, row.size, row.at) for row in rows.distinct().select_related("idea").order_by("pk")),
    )  # fmt: skip


def _comments(pk: int) -> Section:
    rows = Comment.objects.filter(author=pk).select_related("idea").order_by("pk")
    return section(
        "comments", _("Commenti"), _("Quello che hai scritto sotto le idee, anche se poi è stato tolto."),
        (_("Idea"), _("Tipo"), _("Quando"), _("Testo"), _("Tolto"), _("Perché")),
        ((_ref(row.idea), row.get_kind_display(), row.at, row.body, row.removed_at, row.removal_reason) for row in rows),
    )  # fmt: skip


def _reports(pk: int) -> Section:
    rows = CommentReport.objects.filter(by=pk).select_related("comment__idea").order_by("pk")
    return section(
        "comment_reports", _("Segnalazioni di commenti"), _("I commenti che hai segnalato, con il tuo motivo."),
        (_("Idea"), _("Quando"), _("Motivo"), _("Risposta dell’ufficio")),
        ((_ref(row.comment.idea), row.at, row.reason, row.handled_at) for row in rows),
    )  # fmt: skip


def _reviews(pk: int) -> Section:
    rows = Review.objects.filter(reviewer=pk).select_related("idea").order_by("pk")
    return section(
        "reviews", _("Valutazioni"), _("Le schede che ti hanno assegnato e quello che ci hai scritto."),
        (_("Idea"), _("Scheda"), _("Assegnata"), _("Consegnata"), _("Consiglio"), _("Per chi decide"), _("Per chi propone")),
        (
            (
                _ref(row.idea), row.get_status_display(), row.assigned_at, row.submitted_at,
                row.get_recommendation_display(), row.advice, row.text_for_author,
            )
            for row in rows
        ),
    )  # fmt: skip


def _scores(pk: int) -> Section:
    rows = (
        Score.objects.filter(review__reviewer=pk).select_related("review__idea", "criterion").order_by("review", "pk")
    )
    return section(
        "scores", _("Punteggi"), _("I punti che hai dato, criterio per criterio."),
        (_("Idea"), _("Criterio"), _("Punti"), _("Commento")),
        ((_ref(row.review.idea), row.criterion.name, row.value, row.comment) for row in rows),
    )  # fmt: skip


def _recusals(pk: int) -> Section:
    rows = Recusal.objects.filter(person=pk).select_related("idea").order_by("pk")
    return section(
        "recusals", _("Astensioni"), _("Le idee che non hai giudicato, e perché."),
        (_("Idea"), _("Quando"), _("Motivo")), ((_ref(row.idea), row.at, row.reason) for row in rows),
    )  # fmt: skip


def _decisions(pk: int) -> Section:
    kinds = {
        "refuse_admission": _("Non ammessa"), "approve_pilot": _("Pilota approvato"), "decline": _("Non accolta"),
        "defer": _("Rinviata"), "select": _("Portata alla valutazione"),
    }  # fmt: skip
    rows = (Decision.objects.filter(by=pk) | Decision.objects.filter(on_behalf_of=pk)).select_related("idea")
    return section(
        "decisions", _("Decisioni"), _("Quelle prese da te, o da altri per tua delega."),
        (_("Idea"), _("Decisione"), _("Quando"), _("Motivo"), _("Testo"), _("Per delega")),
        (
            (
                _ref(row.idea), kinds[row.kind], row.at,
                str(ReasonCode(row.reason_code).label) if row.reason_code else "", row.reason_text,
                row.on_behalf_of_id is not None,
            )
            for row in rows.order_by("pk")
        ),
    )  # fmt: skip


def _pilots(pk: int) -> Section:
    owned = Pilot.objects.filter(owner=pk).select_related("idea").order_by("pk")
    members = PilotMember.objects.filter(person=pk).select_related("pilot__idea").order_by("pk")
    rows = [(_ref(row.idea), _("responsabile"), None, row.starts_on, row.ends_on) for row in owned]
    rows += [
        (_ref(row.pilot.idea), row.role or _("nella squadra"), str(row.hours_per_week), row.pilot.starts_on, row.pilot.ends_on)
        for row in members
    ]  # fmt: skip
    head = (_("Idea"), _("Ruolo"), _("Ore a settimana"), _("Dal"), _("Al"))
    return section("pilots", _("Piloti"), _("Quelli di cui sei responsabile o a cui lavori."), head, rows)


def _pilot_log(pk: int) -> Section:
    return section(
        "pilot_log", _("Diario dei piloti"), _("Le note, i dati e le spese che hai scritto tu."),
        (_("Idea"), _("Che cosa"), _("Quando"), _("Testo")), sorted(_log_rows(pk), key=lambda row: row[2]),
    )  # fmt: skip


def _log_rows(pk: int) -> Iterator[tuple]:
    for row in ProgressNote.objects.filter(by=pk).select_related("pilot__idea"):
        yield _ref(row.pilot.idea), _("nota"), row.at, row.body
    for row in Reading.objects.filter(by=pk).select_related("indicator__pilot__idea"):
        yield _ref(row.indicator.pilot.idea), _("dato"), row.at, f"{row.indicator.name}: {row.value} {row.note}".strip()
    for row in Spending.objects.filter(by=pk).select_related("pilot__idea"):
        yield _ref(row.pilot.idea), _("spesa"), row.at, f"{row.amount} € {row.description}"


def _follows(pk: int) -> Section:
    rows = Follow.objects.filter(person=pk).select_related("idea").order_by("pk")
    return section(
        "follows", _("Idee che segui"), _("Di queste ricevi gli avvisi."), (_("Idea"), _("Titolo"), _("Da quando")),
        ((_ref(row.idea), row.idea.title, row.since) for row in rows),
    )  # fmt: skip


def _consents(pk: int) -> Section:
    answers = {"waiting": _("in attesa"), "accepted": _("sì"), "declined": _("no")}
    rows = MergeConsent.objects.filter(person=pk).select_related("proposal__idea", "proposal__target").order_by("pk")
    return section(
        "merge_consents", _("Unioni di idee"), _("Che cosa hai risposto quando l’ufficio ha proposto di unire due idee."),
        (_("Idea"), _("Con"), _("Risposta"), _("Quando")),
        (
            (_ref(row.proposal.idea), _ref(row.proposal.target), answers[row.answer], row.answered_at)
            for row in rows
        ),
    )  # fmt: skip


def _events(pk: int) -> Section:
    rows = (IdeaEvent.objects.filter(by=pk) | IdeaEvent.objects.filter(on_behalf_of=pk)).select_related("idea")
    return section(
        "events", _("Registro degli atti"),
        _("Gli atti con il tuo nome nel registro concatenato; il tipo è la parola del programma."),
        (_("Numero"), _("Quando"), _("Tipo"), _("Idea"), _("Stato dopo")),
        (
            (
                row.number, row.at, row.kind, _ref(row.idea),
                str(IdeaState(row.to_state).label) if row.to_state in IdeaState.values else "",
            )
            for row in rows.order_by("number")
        ),
    )  # fmt: skip


def _as_text(value) -> str:
    return "" if value is None else str(value)


# For the preview of an erasure ------------------------------------------------------------------------------------------


def kept_lines(person_id: int, at: datetime) -> list[Line]:
    """What of a person's work stays with the ideas, without the name, and why."""
    part = _("Fa parte dell’idea, che resta a tutti: il nome diventa «Persona che ha lasciato la Città».")
    signed = Authorship.objects.filter(person=person_id, status=Authorship.Status.ACCEPTED)
    return [
        Line(_("Idee inviate"), signed.exclude(idea__state=IdeaState.DRAFT).count(), part),
        Line(
            _("Commenti"), Comment.objects.filter(author=person_id).count(),
            _("Altri vi hanno risposto: resta il testo, non il nome. Se il testo dice chi è, l’Ufficio innovazione lo toglie."),
        ),
        Line(
            _("Valutazioni consegnate"), Review.objects.filter(reviewer=person_id, status="submitted").count(),
            _("La decisione si fonda su queste schede: resta la scheda, non il nome."),
        ),
        Line(
            _("Decisioni"),
            (Decision.objects.filter(by=person_id) | Decision.objects.filter(on_behalf_of=person_id)).count(),
            _("Sono atti dell’amministrazione: restano con il loro motivo, non con il nome."),
        ),
        Line(
            _("Righe nel registro degli atti"), IdeaEvent.objects.filter(by=person_id).count(),
            _("Il registro è concatenato: nessuna riga si cambia o si toglie. Vi sta un numero, che non porta più a un nome."),
        ),
    ]  # fmt: skip
