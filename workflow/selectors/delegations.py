# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations as their two people read them: where each one stands, and the register of what was done under them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from innovato import formats
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import DELEGABLE, LABELS, Capability
from innovato.organisation.models import Delegation, Department
from innovato.organisation.selectors import name_paths
from workflow import rules
from workflow.hands import signature
from workflow.models import Idea, IdeaEvent

MOST = 50  # rows of a list on the page
MOST_LINES = 20  # lines of the register on the page
MOST_EXPORTED = 5000


@dataclass(frozen=True)
class Standing:
    """One delegation and where it stands on a day."""

    delegation: Delegation
    task: str
    status: str  # waiting, declined, ended, over, future, aside, lapsed, active
    words: str
    acts: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered, used or ended."""
        return self.status in {"waiting", "future", "aside", "active"}


def given(*, person_id: int, at: datetime) -> list[Standing]:
    """What this person left to deputies: what is not over first. Two queries, whatever the number of rows."""
    return _standings(Delegation.objects.filter(delegator=person_id), at)


def received(*, person_id: int, at: datetime) -> list[Standing]:
    """What others left to this person: what is not over first. Two queries, whatever the number of rows."""
    return _standings(Delegation.objects.filter(deputy=person_id), at)


def find(*, person_id: int, delegation_id: int, at: datetime) -> Standing | None:
    """A delegation of this person, given or received; None for anybody else's. One query."""
    mine = Delegation.objects.filter(Q(delegator=person_id) | Q(deputy=person_id), pk=delegation_id)
    return next(iter(_standings(mine, at)), None)


def waiting_for(*, person_id: int, at: datetime) -> list[Delegation]:
    """The delegations that wait for this person's answer. One query."""
    rows = Delegation.objects.standing(timezone.localdate(at)).filter(deputy=person_id, accepted_at=None)
    return list(rows.select_related("delegator", "department").order_by("starts_on", "pk")[:MOST])


def delegable(access: DepartmentAccess) -> list[Capability]:
    """What this person could leave to a deputy, somewhere: only what they hold in their own name."""
    return [capability for capability in DELEGABLE if None in access.reaches(capability)]


def delegable_departments(access: DepartmentAccess) -> list[tuple[int, str]]:
    """(key, full name) of the departments in force on which the person holds something that can be left. Two queries."""
    held = set().union(*(access.reaches(c)[None][0] for c in delegable(access)))
    departments = list(Department.objects.filter(pk__in=held, valid_to=None).order_by("path", "pk"))
    full = name_paths(departments)
    return [(department.pk, full[department.pk]) for department in departments]


def _standings(rows: QuerySet[Delegation], at: datetime) -> list[Standing]:
    day = timezone.localdate(at)
    done = (
        IdeaEvent.objects.filter(
            on_behalf_of=OuterRef("delegator"), by=OuterRef("deputy"), at__gte=OuterRef("accepted_at"),
            at__lte=Coalesce(OuterRef("ended_at"), at),
        )
        .order_by()
        .values("on_behalf_of")
    )  # fmt: skip
    rows = rows.annotate(acts=Coalesce(Subquery(done.annotate(n=Count("pk")).values("n")), 0))
    people = ("delegator__home_department", "deputy__home_department", "department")
    rows = rows.select_related(*people).order_by(F("ended_at").asc(nulls_first=True), "-ends_on", "-pk")
    found = [_standing(row, day) for row in rows[:MOST]]
    return sorted(found, key=lambda standing: not standing.is_open)


def _standing(row: Delegation, day: date) -> Standing:
    status, words = _status(row, day)
    return Standing(row, str(LABELS[Capability(row.capability)]), status, words, row.acts)


def _status(row: Delegation, day: date) -> tuple[str, str]:
    """Where it stands, as a word of the code and as the badge says it."""
    if row.ended_at is not None:
        return "ended", row.get_ending_display()
    if row.declined_at is not None:
        return "declined", _("Rifiutata")
    if row.ends_on < day:
        return ("over", _("Finita")) if row.accepted_at else ("lapsed", _("Mai accettata"))
    if row.accepted_at is None:
        return "waiting", _("In attesa di risposta")
    if row.set_aside_at is not None:
        return "aside", _("Messa da parte")
    if row.starts_on > day:
        return "future", formats.elided(_("Dal %(day)s") % {"day": formats.short_date(row.starts_on)})
    return "active", _("Attiva")


# The register --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line: when, under whose name, what; `idea` where the reader may open it."""

    at: datetime
    who: str
    text: str
    idea: Idea | None = None


def register(*, actor: rules.Actor, most: int = MOST_LINES) -> list[Line]:
    """What was done under the delegations this person gave or received, and their beginnings and ends; newest first.

    An idea that the reader may not see is not named. Three queries.
    """
    me = actor.person_id
    acts = IdeaEvent.objects.filter(Q(on_behalf_of=me) | Q(by=me, on_behalf_of__isnull=False))
    acts = list(acts.select_related("by", "on_behalf_of").order_by("-number")[:most])
    ids = {event.idea_id for event in acts if event.idea_id}
    seen = {}
    if ids:
        rows = Idea.objects.visible_to(actor).filter(pk__in=ids).only("number", "uuid", "title", "state")
        seen = {idea.pk: idea for idea in rows}
    lines = [_act(event, seen.get(event.idea_id)) for event in acts]
    mine = Delegation.objects.filter(Q(delegator=me) | Q(deputy=me)).select_related("delegator", "deputy")
    lines += [line for row in mine.order_by("-given_at", "-pk")[:most] for line in _steps(row)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:most]


def _act(event: IdeaEvent, idea: Idea | None) -> Line:
    return Line(
        event.at, signature(event.by, event.on_behalf_of), act_in_words(event, idea.title if idea else ""), idea
    )


def _steps(row: Delegation) -> Iterator[Line]:
    """The steps of one delegation that are on record."""
    delegator, deputy = row.delegator.get_full_name(), row.deputy.get_full_name()
    task = LABELS[Capability(row.capability)]
    yield Line(row.given_at, delegator, _("Dà la delega a %(name)s: %(task)s") % {"name": deputy, "task": task})
    if row.accepted_at:
        yield Line(row.accepted_at, deputy, _("Accetta la delega di %(name)s") % {"name": delegator})
    if row.declined_at:
        yield Line(row.declined_at, deputy, _("Rifiuta la delega di %(name)s") % {"name": delegator})
    if row.ended_at:
        who = {"revoked": delegator, "returned": deputy}.get(row.ending, "InnovaTo")
        words = {"from": delegator, "to": deputy, "how": row.get_ending_display()}
        yield Line(row.ended_at, who, _("Delega di %(from)s a %(to)s %(how)s") % words)


# The acts a deputy can do, with the idea's title: for the register of delegations.
_ACTS = {
    "admit": lambda: _("Ammette «%(title)s»"),
    "request_changes": lambda: _("Chiede modifiche a «%(title)s»"),
    "refuse_admission": lambda: _("Non ammette «%(title)s»"),
    "merge": lambda: _("Unisce «%(title)s» a un’altra idea"),
    "redact": lambda: _("Copre dei passaggi di «%(title)s»"),
    "transfer": lambda: _("Passa «%(title)s» a un’altra struttura"),
    "select": lambda: _("Porta «%(title)s» alla valutazione"),
    "approve_pilot": lambda: _("Approva il pilota di «%(title)s»"),
    "decline": lambda: _("Non accoglie «%(title)s», con il motivo"),
    "defer": lambda: _("Rinvia «%(title)s»"),
    "resume": lambda: _("Riprende «%(title)s» prima della data"),
    "conclude_pilot": lambda: _("Decide l’esito del pilota di «%(title)s»"),
    "extend_pilot": lambda: _("Proroga il pilota di «%(title)s»"),
    "verify": lambda: _("Verifica il risultato di «%(title)s»"),
    "reading": lambda: _("Registra un dato del pilota di «%(title)s»"),
    "spending": lambda: _("Registra una spesa del pilota di «%(title)s»"),
    "authors_revealed": lambda: _("Guarda chi propone «%(title)s»"),
    "comment_removed": lambda: _("Toglie un commento da «%(title)s»"),
    "campaign_created": lambda: _("Crea un bando"),
    "campaign_changed": lambda: _("Cambia un bando"),
}


def act_in_words(event: IdeaEvent, title: str) -> str:
    """What a deputy did, in one line. `title` is empty where the reader may not see the idea."""
    words = _ACTS.get(event.kind, lambda: _("Interviene su «%(title)s»"))
    return str(words()) % {"title": title or _("un’idea che non puoi leggere")}
