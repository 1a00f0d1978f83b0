# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one person did, newest first, for that person alone: moves, scorecards, answers, pilots' entries, delegations.

How anybody voted is not among it and can't be: no act of a ballot is read here. An idea that the person may no longer
see is left out, like everywhere else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import BigIntegerField, CharField, F, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from innovato.organisation.models import Department, Person
from workflow import rules
from workflow.models import Authorship, Campaign, Idea, IdeaEvent, MergeConsent, Recusal, Review

PAGE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"([0-9]{1,17})-([0-9])-([0-9]{1,18})")  # moment, which table, key


@dataclass(frozen=True)
class Act:
    """One thing the person did: when, what, about what (with its address, if it has one), and for whom as a deputy."""

    at: datetime
    text: str
    icon: str
    about: str = ""
    url: str = ""
    behind: str = ""


@dataclass(frozen=True)
class Page:
    """Some of a person's acts, and the place where the following ones begin (empty at the end)."""

    acts: tuple[Act, ...]
    following: str


def page(*, actor: rules.Actor, after: str = "") -> Page:
    """The acts of `actor` from a place on; ValueError for a place that no page gave out.

    One query, and one for each kind of thing that the acts are about.
    """
    parts = [_from(source, rows, after) for source, rows in enumerate(_sources(actor))]
    rows = list(parts[0].union(*parts[1:], all=True).order_by("-moment", "-source", "-key")[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(_in_words(shown, actor), _place(shown[-1]) if len(rows) > PAGE else "")


# The tables ----------------------------------------------------------------------------------------------------------

_NO_KEY = Value(None, output_field=BigIntegerField())
_NO_TEXT = Value(None, output_field=CharField())
_COLUMNS = ("moment", "source", "key", "what", "about", "behind", "slug", "deputy", "delegator", "place")


def _sources(actor: rules.Actor) -> list[QuerySet]:
    """The tables in which acts stand, each with the same columns. The order is part of the addresses of pages."""
    me, seen = actor.person_id, Idea.objects.visible_to(actor).kept().order_by().values("pk")
    events = IdeaEvent.objects.filter(Q(idea__isnull=True) | Q(idea__in=seen), by=me, kind__in=_EVENTS)
    joined = Authorship.objects.filter(person=me, is_lead=False, from_merge=None, answered_at__isnull=False)
    merges = MergeConsent.objects.filter(person=me, by_office=False, answered_at__isnull=False)
    return [
        events.annotate(
            moment=F("at"), key=F("number"), what=F("kind"), about=F("idea"), behind=F("on_behalf_of"),
            slug=KT("data__campaign"), deputy=KT("data__deputy"), delegator=KT("data__delegator"),
            place=KT("data__department"),
        ),
        _plain(Review.objects.filter(reviewer=me, status="submitted", idea__in=seen), "submitted_at", "scorecard"),
        _plain(Recusal.objects.filter(person=me, idea__in=seen), "at", "recusal"),
        _plain(joined.filter(idea__in=seen), "answered_at", Concat(Value("coauthor_"), F("status"))),
        _plain(
            merges.filter(proposal__idea__in=seen), "answered_at", Concat(Value("merge_"), F("answer")),
            about="proposal__idea",
        ),
    ]  # fmt: skip


def _plain(rows: QuerySet, moment: str, what, about: str = "idea") -> QuerySet:
    what = Value(what, output_field=CharField()) if isinstance(what, str) else what
    nothing = dict.fromkeys(("slug", "deputy", "delegator", "place"), _NO_TEXT)
    return rows.annotate(moment=F(moment), key=F("pk"), what=what, about=F(about), behind=_NO_KEY, **nothing)


def _from(source: int, rows: QuerySet, after: str) -> QuerySet:
    """The rows of one table that come after a place."""
    rows = rows.order_by().annotate(source=Value(source))
    if after:
        moment, last, key = _read(after)
        here = Q(moment=moment, key__lt=key) if source == last else Q(moment=moment) if source < last else Q(pk__in=[])
        rows = rows.filter(Q(moment__lt=moment) | here)
    return rows.values_list(*_COLUMNS, named=True)


def _place(row) -> str:
    return f"{(row.moment - EPOCH) // timedelta(microseconds=1)}-{row.source}-{row.key}"


def _read(place: str) -> tuple[datetime, int, int]:
    if (match := PLACE.fullmatch(place)) is None:
        raise ValueError("not a place in the list of acts")
    return EPOCH + timedelta(microseconds=int(match[1])), int(match[2]), int(match[3])


# In words ------------------------------------------------------------------------------------------------------------


def _in_words(rows: list, actor: rules.Actor) -> tuple[Act, ...]:
    """The rows as the person reads them. One query for ideas, people, campaigns and departments each, where there are any."""
    things = [_thing(row, actor.person_id) for row in rows]
    wanted = {kind: {key for other, key in things if other == kind} for kind in _LINKS}
    wanted["person"] |= {row.behind for row in rows if row.behind}
    found = {kind: look(keys) if keys else {} for kind, (look, _url) in _LINKS.items() for keys in [wanted[kind]]}
    acts = []
    for row, (kind, key) in zip(rows, things, strict=True):
        icon, words = _WORDS[row.what]
        about, ref = found[kind].get(key, ("", ""))
        behind = found["person"].get(row.behind, ("", ""))[0]
        acts.append(Act(row.moment, str(words()), icon, about, _LINKS[kind][1](ref) if ref else "", behind))
    return tuple(acts)


def _thing(row, me: int) -> tuple[str, object]:
    """What an act is about: the kind of thing and its key. A delegation is about the other of its two people."""
    if row.about is not None:
        return "idea", row.about
    if row.slug is not None:
        return "campaign", row.slug
    if row.deputy is not None:
        return "person", int(row.delegator if int(row.deputy) == me else row.deputy)
    return "department", int(row.place or 0)


def _ideas(keys) -> dict:
    rows = Idea.objects.filter(pk__in=keys).only("number", "uuid", "title", "state")
    return {idea.pk: (idea.title or _("Idea senza titolo"), idea.ref) for idea in rows}


def _campaigns(slugs) -> dict:
    return {row.slug: (row.title, row.slug) for row in Campaign.objects.filter(slug__in=slugs).only("slug", "title")}


def _people(keys) -> dict:
    return {row.pk: (row.get_full_name(), "there") for row in Person.objects.filter(pk__in=keys)}


def _departments(keys) -> dict:
    return {row.pk: (row.name, "") for row in Department.objects.filter(pk__in=keys).only("name")}


# How each kind of thing is looked up (name and what its address needs), and where it is read.
_LINKS: dict[str, tuple[Callable, Callable]] = {
    "idea": (_ideas, lambda ref: reverse("workflow:idea", kwargs={"ref": ref})),
    "campaign": (_campaigns, lambda slug: reverse("workflow:campaign", kwargs={"slug": slug})),
    "person": (_people, lambda _there: reverse("workflow:delegations")),
    "department": (_departments, str),
}

_EVENTS: dict[str, tuple[str, Callable]] = {
    "submit": ("sent", lambda: _("Hai inviato l’idea")),
    "withdraw": ("withdrawn", lambda: _("Hai ritirato l’idea")),
    "request_reexamination": ("changes", lambda: _("Hai chiesto il riesame")),
    "admit": ("check", lambda: _("Hai ammesso l’idea")),
    "request_changes": ("changes", lambda: _("Hai chiesto modifiche a chi propone")),
    "resume_screening": ("screen", lambda: _("Hai ripreso la verifica, passato il tempo per rispondere")),
    "refuse_admission": ("barred", lambda: _("Non hai ammesso l’idea")),
    "merge": ("merged", lambda: _("Hai unito l’idea a un’altra")),
    "undo_admission": ("undo", lambda: _("Hai annullato l’ammissione")),
    "undo_refusal": ("undo", lambda: _("Hai annullato la risposta: non ammessa")),
    "undo_merge": ("undo", lambda: _("Hai sciolto l’unione")),
    "transfer": ("referred", lambda: _("Hai passato l’idea a un’altra struttura")),
    "redact": ("eyeoff", lambda: _("Hai coperto ciò che fa riconoscere chi propone")),
    "select": ("star", lambda: _("Hai portato l’idea alla valutazione")),
    "authors_revealed": ("people", lambda: _("Hai guardato chi propone")),
    "comment_removed": ("comment", lambda: _("Hai tolto un commento")),
    "complete_review": ("scale", lambda: _("Hai concluso la valutazione")),
    "reopen_review": ("scale", lambda: _("Hai chiesto le valutazioni che mancano")),
    "approve_pilot": ("decide", lambda: _("Hai approvato il pilota")),
    "decline": ("rejected", lambda: _("Non hai accolto l’idea")),
    "defer": ("clock", lambda: _("Hai rinviato la decisione")),
    "resume": ("decide", lambda: _("Hai ripreso la decisione prima della data")),
    "conclude_pilot": ("pilot", lambda: _("Hai deciso l’esito del pilota")),
    "extend_pilot": ("extended", lambda: _("Hai prorogato il pilota")),
    "verify": ("star", lambda: _("Hai verificato il risultato")),
    "reading": ("pilot", lambda: _("Hai registrato un dato del pilota")),
    "spending": ("euro", lambda: _("Hai registrato una spesa del pilota")),
    "campaign_created": ("plus", lambda: _("Hai creato il bando")),
    "campaign_changed": ("draft", lambda: _("Hai cambiato il bando")),
    "delegation_given": ("handover", lambda: _("Hai dato una delega")),
    "delegation_accepted": ("handover", lambda: _("Hai accettato una delega")),
    "delegation_declined": ("handover", lambda: _("Hai rifiutato una delega")),
    "delegation_shortened": ("handover", lambda: _("Hai accorciato una delega")),
    "delegation_ended": ("handover", lambda: _("Hai messo fine a una delega")),
    "delegation_set_aside": ("handover", lambda: _("Hai messo da parte una delega")),
    "delegation_taken_up": ("handover", lambda: _("Hai ripreso una delega")),
    "department_moved": ("tree", lambda: _("Hai spostato la struttura")),
    "department_merged": ("tree", lambda: _("Hai unito la struttura a un’altra")),
    "department_closed": ("tree", lambda: _("Hai chiuso la struttura")),
}
_WORDS = _EVENTS | {
    "scorecard": ("scale", lambda: _("Hai consegnato la scheda di valutazione")),
    "recusal": ("scale", lambda: _("Astensione: hai dichiarato un conflitto")),
    "coauthor_accepted": ("people", lambda: _("Hai confermato che proponi anche tu")),
    "coauthor_declined": ("people", lambda: _("Hai rifiutato l’invito a proporla insieme")),
    "merge_accepted": ("merged", lambda: _("Hai accettato di unire l’idea a un’altra")),
    "merge_declined": ("merged", lambda: _("Non hai accettato di unire l’idea a un’altra")),
}
