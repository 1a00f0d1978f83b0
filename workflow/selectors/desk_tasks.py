# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a person, by deadline: as an author, for a pilot, and in every role they have."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from innovato import formats
from innovato.organisation.capabilities import Capability
from workflow import deputies, holders, rules
from workflow.models import CommentReport, Idea, MergeConsent, MergeProposal, Pilot, Reading, Review
from workflow.selectors import delegations
from workflow.selectors.comments import address_of
from workflow.selectors.desk import OwnIdeas
from workflow.selectors.review import open_cards
from workflow.states import IdeaState

S = IdeaState
MOST = 10  # rows of one kind
MOST_COUNTED = 100


@dataclass(frozen=True)
class Task:
    """One thing that waits for the reader: why, by when, and the one button. `about` names the idea or campaign, `behind`
    the person for whom the reader would do it as a deputy."""

    title: str
    text: str
    url: str
    verb: str
    icon: str
    due_on: date | None = None
    about: str = ""
    behind: str = ""


@dataclass(frozen=True)
class Queue:
    """Everything that waits, the nearest deadline first; what has none comes last.

    The rows of ballots are drawn by the floor above, all together: they stand between `before` and `after`.
    """

    before: tuple[Task, ...]
    after: tuple[Task, ...]
    total: int
    first_due: date | None


def queue(tasks: Iterable[Task], ballots_due: Iterable[datetime] = ()) -> Queue:
    """Tasks in order, with room for the ballots that close at `ballots_due`. Pure."""
    ballots = sorted(formats.local_day(moment) for moment in ballots_due)
    ordered = sorted(tasks, key=lambda task: (task.due_on is None, task.due_on or date.max))
    before = [task for task in ordered if ballots and task.due_on is not None and task.due_on <= ballots[0]]
    days = [*ballots[:1], *(task.due_on for task in ordered[:1] if task.due_on is not None)]
    return Queue(
        before=tuple(before),
        after=tuple(ordered[len(before) :]),
        total=len(ordered) + len(ballots),
        first_due=min(days, default=None),
    )


def _url(route: str, idea: Idea) -> str:
    return reverse(route, kwargs={"ref": idea.ref})


# As an author ------------------------------------------------------------------------------------------------------


def author_tasks(own: OwnIdeas) -> list[Task]:
    """Changes to answer and invitations to confirm. No query."""
    changes = [
        Task(
            title=_("Rispondi a chi verifica la tua idea"),
            text=_("Chiedono: «%(text)s»") % {"text": _shortened(idea.asked_text or "")} if idea.asked_text else "",
            url=_url("workflow:idea_edit", idea),
            verb=_("Rispondi"),
            icon="changes",
            due_on=idea.due_on,
            about=idea.title,
        )
        for idea in own.signed
        if idea.state == S.NEEDS_CHANGES
    ]
    invitations = [
        Task(
            title=_("Conferma che proponi anche tu questa idea"),
            text=_("%(name)s ti indica tra chi propone «%(title)s».")
            % {"name": idea.lead_name, "title": idea.title or _("Idea senza titolo")},
            url=_url("workflow:coauthor_answer", idea),
            verb=_("Conferma o rifiuta"),
            icon="people",
        )
        for idea in own.invited
    ]
    return changes + invitations


def merge_tasks(*, person_id: int) -> list[Task]:
    """Proposals to merge an idea that wait for this person's answer. One query."""
    rows = MergeConsent.objects.filter(
        person=person_id, answer=MergeConsent.Answer.WAITING, proposal__state=MergeProposal.State.OPEN
    ).select_related("proposal__idea", "proposal__target")
    return [
        Task(
            title=_("Rispondi alla proposta di unire due idee"),
            text=_("L’Ufficio innovazione propone di unire «%(idea)s» a «%(target)s».")
            % {"idea": row.proposal.idea.title, "target": row.proposal.target.title},
            url=_url("workflow:merge_answer", row.proposal.idea),
            verb=_("Rispondi"),
            icon="merged",
        )
        for row in rows.order_by("pk")[:MOST]
    ]


def _shortened(text: str, longest: int = 140) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[:longest].rsplit(' ', 1)[0]}…"


def delegation_tasks(*, person_id: int, at: datetime) -> list[Task]:
    """Delegations that wait for this person's answer. One query."""
    return [
        Task(
            title=_("Rispondi a una delega"),
            text=_("%(name)s ti chiede di agire al suo posto, dal %(from)s al %(to)s.")
            % {
                "name": row.delegator.get_full_name(),
                "from": formats.short_date(row.starts_on),
                "to": formats.short_date(row.ends_on),
            },
            url=reverse("workflow:delegations") + "#h-ric",
            verb=_("Accetta o rifiuta"),
            icon="handover",
            due_on=row.starts_on,
            about=row.department.short_name,
        )
        for row in delegations.waiting_for(person_id=person_id, at=at)[:MOST]
    ]


# Pilots ------------------------------------------------------------------------------------------------------------


def pilot_tasks(*, person_id: int, at: datetime) -> list[Task]:
    """This month's reading, and past the end the final ones, of the pilots this person runs. One query."""
    today = formats.local_day(at)
    last = Reading.objects.filter(indicator__pilot=OuterRef("pk")).order_by().values("indicator__pilot")
    rows = (
        Pilot.objects.filter(owner=person_id, idea__state=S.PILOTING, starts_on__lte=today)
        .annotate(last_reading=Subquery(last.annotate(last=Max("measured_on")).values("last")))
        .select_related("idea")
    )
    return [task for pilot in rows.order_by("ends_on", "pk")[:MOST] if (task := _pilot_task(pilot, today))]


def _pilot_task(pilot: Pilot, today: date) -> Task | None:
    idea, words = pilot.idea, {"title": pilot.idea.title}
    if pilot.ends_on <= today:
        return Task(
            title=_("Registra i dati finali del pilota"),
            text=_("Il pilota «%(title)s» è finito: servono i dati finali per decidere.") % words,
            url=_url("workflow:pilot", idea),
            verb=_("Registra"),
            icon="pilot",
            due_on=pilot.ends_on,
        )
    month_ends = today.replace(day=monthrange(today.year, today.month)[1])
    if pilot.last_reading is not None and pilot.last_reading >= today.replace(day=1):
        return None
    return Task(
        title=_("Registra il dato del mese"),
        text=_("Pilota «%(title)s».") % words,
        url=_url("workflow:pilot_reading", idea),
        verb=_("Registra"),
        icon="pilot",
        due_on=min(month_ends, pilot.ends_on),
    )


# Roles -------------------------------------------------------------------------------------------------------------


_NAMED = ("number", "uuid", "title", "state", "due_on", "department", "reexamination_department")


def role_tasks(actor: rules.Actor, *, at: datetime) -> list[Task]:
    """What waits for who screens, reviews, decides or verifies. One or two queries for each role the person has."""
    tasks = []
    if actor.access.has(Capability.REVIEW_IDEAS):
        tasks += _review_tasks(actor)
    if actor.access.has(Capability.SCREEN_IDEAS):
        tasks += _screening_tasks(actor, at) + _report_tasks(actor)
    if actor.access.has(Capability.DECIDE_IDEAS):
        tasks += _decision_tasks(actor, at)
    if actor.access.has(Capability.VERIFY_RESULTS):
        tasks += _verification_tasks(actor, at)
    return tasks


def _review_tasks(actor: rules.Actor) -> list[Task]:
    return [
        Task(
            title=_("Consegna la scheda di valutazione"),
            text=_("La scheda è cominciata.") if card.status == Review.Status.DECLARED else "",
            url=_url("workflow:scorecard", card.idea),
            verb=pgettext("scorecard", "Apri la scheda"),
            icon="scale",
            due_on=card.due_on,
            about=card.idea.title,
        )
        for card in open_cards(actor)[:MOST]
    ]


def _behind(actor: rules.Actor, capability: Capability, idea: Idea) -> str:
    """For whom the person would do this; empty in the own name."""
    return deputies.names_behind(actor, capability, idea.judging_department_id)


def _by_name(rows: Iterable, behind: Callable) -> list[tuple[str, list]]:
    """The rows by the names for whom they would be done, what is done in the own name first."""
    found = defaultdict(list)
    for row in rows:
        found[behind(row)].append(row)
    return sorted(found.items())


def _screening_tasks(actor: rules.Actor, at: datetime) -> list[Task]:
    rows = Idea.objects.actionable_by(actor, "admit", at=at).only(
        "number", "state", "due_on", "department", "reexamination_department"
    )
    rows = rows.order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST_COUNTED]
    return [
        Task(
            title=ngettext("Verifica %(n)d idea", "Verifica %(n)d idee", len(ideas)) % {"n": len(ideas)},
            text=_("Chi propone aspetta la prima risposta."),
            url=reverse("workflow:screening_queue"),
            verb=_("Apri la coda"),
            icon="screen",
            due_on=ideas[0].due_on,
            behind=behind,
        )
        for behind, ideas in _by_name(rows, lambda idea: _behind(actor, Capability.SCREEN_IDEAS, idea))
    ]


def _report_tasks(actor: rules.Actor) -> list[Task]:
    within = Idea.objects.filter(holders.reach(actor, Capability.SCREEN_IDEAS), pk=OuterRef("comment__idea"))
    rows = CommentReport.objects.filter(Exists(within), handled_at=None, comment__removed_at=None)
    rows = rows.select_related("comment__idea").order_by("pk")[:MOST_COUNTED]
    tasks = []
    for behind, reports in _by_name(rows, lambda row: _behind(actor, Capability.SCREEN_IDEAS, row.comment.idea)):
        first, n = reports[0].comment, len({report.comment_id for report in reports})
        title = ngettext("Controlla %(n)d commento segnalato", "Controlla %(n)d commenti segnalati", n) % {"n": n}
        tasks.append(
            Task(
                title=title,
                text=_shortened(reports[0].reason),
                url=address_of(first, first.idea),
                verb=_("Leggi"),
                icon="comment",
                about=first.idea.title,
                behind=behind,
            )
        )
    return tasks


def _decision_tasks(actor: rules.Actor, at: datetime) -> list[Task]:
    """Decisions to take, and pilots past their end whose outcome is to be decided: one query."""
    today = formats.local_day(at)
    past_end = rules.where(actor, "conclude_pilot", at, Idea) & Q(pilot__ends_on__lte=today)
    rows = Idea.objects.filter(rules.where(actor, "approve_pilot", at, Idea) | past_end)
    rows = rows.only(*_NAMED).order_by(F("due_on").asc(nulls_last=True), "pk")
    tasks = []
    for idea in rows[:MOST]:
        to_decide = idea.state == S.DECISION
        tasks.append(
            Task(
                title=_("Decidi se provare un’idea") if to_decide else _("Decidi l’esito di un pilota"),
                text="",
                url=_url("workflow:decision" if to_decide else "workflow:pilot_conclude", idea),
                verb=_("Decidi"),
                icon="decide" if to_decide else "pilot",
                due_on=idea.due_on,
                about=idea.title,
                behind=_behind(actor, Capability.DECIDE_IDEAS, idea),
            )
        )
    return tasks


def _verification_tasks(actor: rules.Actor, at: datetime) -> list[Task]:
    rows = Idea.objects.actionable_by(actor, "verify", at=at).filter(
        Q(pilot__verify_after=None) | Q(pilot__verify_after__lte=formats.local_day(at))
    )
    return [
        Task(
            title=_("Verifica il risultato di un’idea adottata"),
            text="",
            url=_url("workflow:pilot_verify", idea),
            verb=_("Verifica"),
            icon="star",
            due_on=idea.due_on,
            about=idea.title,
            behind=_behind(actor, Capability.VERIFY_RESULTS, idea),
        )
        for idea in rows.only(*_NAMED).order_by(F("due_on").asc(nulls_last=True), "pk")[:MOST]
    ]
