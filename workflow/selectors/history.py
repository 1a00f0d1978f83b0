# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happened to an idea, in words, as far as one reader may know it.

Everybody reads what happened from the admission on. The authors and the innovation office also read what came before.
Reviewers are never named; authors are not named where a blind campaign hides them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovato import formats
from innovato.organisation.capabilities import Capability
from workflow import holders, rules
from workflow.hands import signature
from workflow.models import Idea, IdeaEvent
from workflow.states import IdeaState, ReasonCode

S = IdeaState


@dataclass(frozen=True)
class Entry:
    """One line of what happened: when, in words, the reasons given, and another idea it leads to."""

    at: datetime
    kind: str
    text: str
    reason: str = ""
    other: Idea | None = None
    private: bool = False
    number: int = 0


@dataclass(frozen=True)
class Reader:
    """What this reader may know of one idea: what only authors and the office see, and who proposes it."""

    insider: bool
    names: bool

    @classmethod
    def of(cls, actor: rules.Actor, idea: Idea, *, revealed: bool = False) -> "Reader":
        """Reads the idea's authorships and campaign."""
        insider = actor.person_id in idea.author_ids() or holders.reaches(actor, Capability.SCREEN_IDEAS, idea)
        return cls(insider=insider, names=revealed or rules.may_see_authors(actor, idea))


def events_of(idea: Idea):
    """The idea's events and the merges of others into it, oldest first, with who acted. One query."""
    concerned = Idea.objects.filter(Q(pk=idea.pk) | Q(merged_into=idea.pk)).order_by().values("pk")
    rows = IdeaEvent.objects.filter(Q(idea=idea) | Q(kind="merge"), idea__in=concerned)
    rows = rows.select_related("by", "on_behalf_of", "idea").order_by("number")
    return rows.defer("idea__problem", "idea__proposal", "idea__benefit", "idea__reexamination_text")


def timeline(idea: Idea, events: list[IdeaEvent], reader: Reader) -> list[Entry]:
    """What this reader is told of the events, oldest first. Touches no database."""
    undone = {event.data.get("undone") for event in events}
    standing = {event.idea_id: event.number for event in events if event.idea_id != idea.pk}
    entries = []
    for event in events:
        words = _WORDS.get(event.kind)
        if words is None or standing.get(event.idea_id, event.number) != event.number:
            continue  # not for this page, or a merge that was taken back and made again
        private = event.kind in _PRIVATE or event.from_state in _BEFORE_ADMISSION.get(event.kind, ())
        if (private or event.number in undone) and not reader.insider:
            continue
        entry = words(idea, event, reader)
        entries.append(
            Entry(
                at=event.at,
                kind=event.kind,
                text=formats.elided(entry if isinstance(entry, str) else entry[0]),
                reason=_reason(event, reader),
                other=None if isinstance(entry, str) else entry[1],
                private=private or event.number in undone,
                number=event.number,
            )
        )
    return entries


# Only authors and the office hear of these.
_PRIVATE = frozenset(
    {
        "request_changes",
        "resume_screening",
        "redact",
        "refuse_admission",
        "undo_admission",
        "undo_refusal",
        "undo_merge",
        "authors_revealed",
        "comment_removed",
    }
)
# … and of these when they happened before the admission.
_BEFORE_ADMISSION = {
    "submit": (S.NEEDS_CHANGES,),
    "transfer": (S.SCREENING,),
    "merge": (),
    "withdraw": (S.DRAFT, S.SCREENING, S.NEEDS_CHANGES),
    "request_reexamination": (S.INADMISSIBLE,),
}
# The reasons of these are for everybody; the others' notes for authors and office.
_OPEN_REASONS = frozenset(
    {
        "decline",
        "defer",
        "approve_pilot",
        "transfer",
        "select",
        "return_to_admitted",
        "extend_pilot",
        "conclude_pilot",
        "verify",
    }
)


def _reason(event: IdeaEvent, reader: Reader) -> str:
    if event.kind not in _OPEN_REASONS and not reader.insider:
        return ""
    names = ("reason_text", "note_text", "lessons_text", "benefit_text")
    text = next((event.data[name] for name in names if event.data.get(name)), "")
    code = event.data.get("reason_code", "")
    label = str(ReasonCode(code).label) if code in ReasonCode.values else ""
    return ". ".join(part for part in (label, text) if part)


def _said(text) -> Callable:
    return lambda idea, event, reader: str(text())


def _by(event: IdeaEvent) -> str:
    """Who acted; a deputy with both names."""
    return signature(event.by, event.on_behalf_of)


def _submit(idea, event, reader) -> str:
    if event.from_state == S.NEEDS_CHANGES:
        return _("Inviata di nuovo, con le modifiche")
    if reader.names and event.by:
        return _("Inviata da %(name)s") % {"name": _by(event)}
    return _("Inviata")


def _merge(idea, event, reader) -> str | tuple:
    if event.idea_id == idea.pk:
        return _("Si unisce a «%(title)s»") % {"title": event.data.get("target_title", "")}
    joined = [
        authorship.person.get_full_name()
        for authorship in idea.authorships.all()
        if authorship.from_merge_id == event.idea_id and authorship.status == "accepted"
    ]
    if reader.names and joined:
        names = " e ".join(joined) if len(joined) < 3 else ", ".join(joined)
        return _("Si unisce un’altra idea: ora propone anche %(names)s") % {"names": names}, event.idea
    return _("Si unisce un’altra idea"), event.idea


def _transfer(idea, event, reader) -> str:
    before, after = event.data.get("from_department", ""), event.data.get("department", "")
    if before:
        return _("Passa da %(before)s a %(after)s") % {"before": before, "after": after}
    return _("Passa a %(after)s") % {"after": after}


def _conclude_voting(idea, event, reader) -> str:
    data = event.data
    if not data.get("quorum"):
        return _("La votazione non ha raggiunto il numero minimo di schede")
    n = data.get("supports") or 0
    words = {"supports": formats.number(n), "papers": formats.number(data.get("papers"))}
    if event.to_state == S.REVIEW:
        text = ngettext(
            "Passa alla valutazione: l’ha sostenuta %(supports)s scheda su %(papers)s",
            "Passa alla valutazione: l’hanno sostenuta %(supports)s schede su %(papers)s",
            n,
        )
    else:
        text = ngettext(
            "Non passa alla valutazione: l’ha sostenuta %(supports)s scheda su %(papers)s",
            "Non passa alla valutazione: l’hanno sostenuta %(supports)s schede su %(papers)s",
            n,
        )
    return text % words


def _redact(idea, event, reader) -> str:
    parts = []
    if places := event.data.get("passages"):
        parts.append(ngettext("%(n)d punto del testo", "%(n)d punti del testo", places) % {"n": places})
    if files := event.data.get("files"):
        parts.append(ngettext("%(n)d allegato", "%(n)d allegati", files) % {"n": files})
    return _("L’Ufficio innovazione copre ciò che fa riconoscere chi propone: %(what)s") % {"what": ", ".join(parts)}


def _reopen(idea, event, reader) -> str:
    n = event.data.get("missing", 0)
    return ngettext(
        "Chi decide chiede la valutazione che manca", "Chi decide chiede le %(n)d valutazioni che mancano", n
    ) % {"n": n}


def _approve(idea, event, reader) -> str:
    return _("Si prova: pilota approvato da %(name)s") % {"name": _by(event)}


def _decline(idea, event, reader) -> str:
    return _("Non accolta: decisione di %(name)s") % {"name": _by(event)}


def _defer(idea, event, reader) -> str:
    day = _day(event.data.get("revisit_on"))
    return _("Rinviata al %(day)s: decisione di %(name)s") % {"day": day, "name": _by(event)}


def _resume(idea, event, reader) -> str:
    return _("Torna in decisione nella data fissata") if event.by is None else _("Torna in decisione prima della data")


def _conclude_pilot(idea, event, reader) -> str:
    return _("Il pilota è riuscito: adottata") if event.to_state == S.ADOPTED else _("Il pilota finisce senza adozione")


def _extend(idea, event, reader) -> str:
    day = _day(event.data.get("ends_on"))
    return _("Pilota prorogato fino al %(day)s") % {"day": day} if day else _("Pilota prorogato")


def _revealed(idea, event, reader) -> str:
    return _("%(name)s ha guardato chi propone l’idea") % {"name": _by(event)}


def _day(text) -> str:
    """A stored ISO date in words; empty for anything else."""
    try:
        return formats.short_date(date.fromisoformat(text))
    except (TypeError, ValueError):
        return ""


_WORDS = {
    "submit": _submit,
    "request_changes": _said(lambda: _("L’Ufficio innovazione chiede modifiche")),
    "resume_screening": _said(
        lambda: _("Il tempo per rispondere è passato: l’Ufficio innovazione risponde al testo com’è")
    ),
    "redact": _redact,
    "admit": _said(lambda: _("Ammessa dall’Ufficio innovazione")),
    "refuse_admission": _said(lambda: _("Non ammessa")),
    "merge": _merge,
    "undo_admission": _said(lambda: _("L’ammissione è annullata: torna alla verifica")),
    "undo_refusal": _said(lambda: _("La risposta è annullata: torna alla verifica")),
    "undo_merge": _said(lambda: _("L’unione è sciolta: torna alla verifica")),
    "transfer": _transfer,
    "open_voting": _said(lambda: _("Si apre la votazione")),
    "conclude_voting": _conclude_voting,
    "return_to_admitted": _said(lambda: _("Votazione annullata dal garante: l’idea torna tra quelle ammesse")),
    "select": _said(lambda: _("L’Ufficio innovazione la porta alla valutazione")),
    "complete_review": _said(lambda: _("La valutazione è completa")),
    "reopen_review": _reopen,
    "approve_pilot": _approve,
    "decline": _decline,
    "defer": _defer,
    "resume": _resume,
    "request_reexamination": _said(lambda: _("Chi propone chiede il riesame")),
    "conclude_pilot": _conclude_pilot,
    "extend_pilot": _extend,
    "verify": _said(lambda: _("Il risultato è verificato")),
    "withdraw": _said(lambda: _("Ritirata da chi la proponeva")),
    "authors_revealed": _revealed,
    "comment_removed": _said(lambda: _("L’Ufficio innovazione toglie un commento")),
}
