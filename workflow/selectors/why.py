# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why somebody can, or can't, do something to an idea: state, task and where it would come from, conflict, clock.

It reads the same table of rules as the buttons, the lists and the services; it decides nothing of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.organisation.capabilities import LABELS, Capability
from innovato.organisation.models import Department
from workflow import deputies, holders, rules
from workflow.models import Idea
from workflow.states import IdeaState

# What each move is called on the page of reasons.
MOVE_LABELS = {
    "submit": gettext_lazy("Inviare l’idea"),
    "request_changes": gettext_lazy("Chiedere modifiche"),
    "resume_screening": gettext_lazy("Riprendere la verifica senza risposta"),
    "admit": gettext_lazy("Ammettere l’idea"),
    "refuse_admission": gettext_lazy("Non ammettere l’idea"),
    "merge": gettext_lazy("Unirla a un’altra idea"),
    "undo_admission": gettext_lazy("Annullare l’ammissione"),
    "undo_refusal": gettext_lazy("Annullare la non ammissione"),
    "undo_merge": gettext_lazy("Sciogliere l’unione"),
    "transfer": gettext_lazy("Passarla a un’altra struttura"),
    "redact": gettext_lazy("Coprire nel testo chi propone"),
    "open_voting": gettext_lazy("Aprire la votazione"),
    "conclude_voting": gettext_lazy("Chiudere la votazione"),
    "return_to_admitted": gettext_lazy("Riportarla tra le ammesse"),
    "select": gettext_lazy("Portarla alla valutazione con un ripescaggio"),
    "complete_review": gettext_lazy("Concludere la valutazione"),
    "reopen_review": gettext_lazy("Chiedere le valutazioni mancanti"),
    "approve_pilot": gettext_lazy("Approvare il pilota"),
    "decline": gettext_lazy("Non accogliere l’idea"),
    "defer": gettext_lazy("Rinviare la decisione"),
    "resume": gettext_lazy("Riprendere la decisione"),
    "request_reexamination": gettext_lazy("Chiedere il riesame"),
    "conclude_pilot": gettext_lazy("Decidere l’esito del pilota"),
    "extend_pilot": gettext_lazy("Prorogare il pilota"),
    "verify": gettext_lazy("Verificare il risultato"),
    "withdraw": gettext_lazy("Ritirare l’idea"),
}
# What is no move: its name, and the capability that gives it on the idea's department, where one does.
ACT_LABELS = {
    "edit": gettext_lazy("Modificare il testo"),
    "reveal": gettext_lazy("Vedere chi propone, in un bando che lo nasconde"),
    "moderate": gettext_lazy("Togliere commenti"),
    "record": gettext_lazy("Registrare i dati del pilota"),
    "spend": gettext_lazy("Registrare le spese e la squadra del pilota"),
}


@dataclass(frozen=True)
class Step:
    """One thing that has to hold: its name, whether it does (None: it was not reached), and the words."""

    name: str
    holds: bool | None
    text: str


@dataclass(frozen=True)
class Answer:
    """Whether the reader can do one thing now, in a sentence, and step by step."""

    key: str
    label: str
    allowed: bool
    sentence: str
    steps: tuple[Step, ...] = ()


def reasons(*, actor: rules.Actor, idea: Idea, at: datetime) -> list[Answer]:
    """Every act on an idea that the reader sees, what they can do first. One query beside the idea's own rows."""
    chain = _chain(idea)
    found = [_of_move(actor, move, idea, at, chain) for move in rules.MOVES]
    found += _of_acts(actor, idea)
    return sorted(found, key=lambda answer: not answer.allowed)


def _chain(idea: Idea) -> str:
    """The department that answers for the idea and those above it, nearest first. One query."""
    department = idea.reexamination_department or idea.department
    if department is None:
        return _("tutta la città: nessuna struttura risponde ancora di questa idea")
    names = dict(Department.objects.filter(pk__in=department.ancestor_ids).values_list("pk", "short_name"))
    return ", ".join(f"«{names[pk]}»" for pk in reversed(department.ancestor_ids) if pk in names)


def _of_move(actor: rules.Actor, move: str, idea: Idea, at: datetime, chain: str) -> Answer:
    refusal = rules.refusal(actor, move, idea, at)
    rule = rules.MOVES[move]
    steps = (
        _state_step(rule, idea),
        _title_step(actor, rule, idea, chain),
        _conflict_step(actor, rule, idea, at),
        _clock_step(actor, rule, idea, at),
    )
    if refusal is None:
        behind = rules.on_behalf_of(actor, move, idea, at)
        sentence = _("Puoi, per %(name)s.") % {"name": behind.delegator_name} if behind else _("Puoi.")
    else:
        sentence = str(refusal.sentence)
    return Answer(move, str(MOVE_LABELS[move]), refusal is None, sentence, steps)


def _state_step(rule: rules.Rule, idea: Idea) -> Step:
    states = ", ".join(str(state.label) for state in IdeaState if state in rule.sources)
    words = {"states": states, "now": IdeaState(idea.state).label}
    return Step(_("Stato"), idea.state in rule.sources, _("Si fa in: %(states)s. Ora è: %(now)s.") % words)


def _title_step(actor: rules.Actor, rule: rules.Rule, idea: Idea, chain: str) -> Step:
    """By what title, where it would come from, and what the reader holds of it."""
    held = deputies.titles(actor, rule, idea)
    parts = []
    for holder in rule.holders:
        if isinstance(holder, holders.Capable):
            words = {"task": LABELS[holder.capability], "departments": chain}
            parts.append(_("Serve il compito «%(task)s» su una di queste strutture: %(departments)s.") % words)
        else:
            parts.append(str(holder.why_not))
    if None in held:
        parts.append(_("Ce l’hai a tuo nome."))
    elif held:
        names = [deputies.behind(actor, title).delegator_name for title in held]
        parts.append(_("Ce l’hai per delega di %(names)s.") % {"names": ", ".join(names)})
    else:
        parts.append(_("Tu non ce l’hai qui."))
    return Step(_("Compito"), bool(held), " ".join(parts))


def _conflict_step(actor: rules.Actor, rule: rules.Rule, idea: Idea, at: datetime) -> Step:
    personal = [condition for condition in rule.conditions if condition.personal]
    failing = [str(condition.why_not) for condition in personal if not condition.holds(actor, idea, at)]
    held = deputies.titles(actor, rule, idea)
    if held and not failing and not any(deputies.stands_for(title, rule, idea, at) for title in held):
        failing = [str(deputies.BARRED)]
    if failing:
        return Step(_("Conflitto"), False, " ".join(failing))
    words = _("Nessun conflitto su questa idea.") if personal else _("Qui il conflitto non conta.")
    return Step(_("Conflitto"), True, words)


def _clock_step(actor: rules.Actor, rule: rules.Rule, idea: Idea, at: datetime) -> Step:
    """What depends on time and on what happened before; not asked while the state is another one."""
    timed = [condition for condition in rule.conditions if not condition.personal]
    if not timed:
        return Step(_("Tempi"), True, _("Non c’è un termine."))
    if idea.state not in rule.sources:
        return Step(_("Tempi"), None, _("Si guarda quando l’idea è nello stato giusto."))
    failing = [str(condition.why_not) for condition in timed if not condition.holds(actor, idea, at)]
    return Step(_("Tempi"), not failing, " ".join(failing) or _("Sei nei tempi."))


def _of_acts(actor: rules.Actor, idea: Idea) -> list[Answer]:
    pilot = getattr(idea, "pilot", None)
    members = frozenset(pilot.members.values_list("person_id", flat=True)) if pilot else frozenset()
    screens = rules.holders.reaches(actor, Capability.SCREEN_IDEAS, idea)
    asked = {
        "edit": (rules.may_edit(actor, idea), _("Lo fa chi propone, finché è una bozza o se sono chieste modifiche.")),
        "reveal": (
            rules.may_reveal_authors(actor, idea),
            _("I nomi sono già visibili.") if rules.may_see_authors(actor, idea)
            else _("Lo chiede l’Ufficio innovazione, e resta scritto."),
        ),
        "moderate": (
            rules.may_moderate(actor, idea),
            _("È una tua idea: deve occuparsene un’altra persona.") if screens
            else _("Lo fa l’Ufficio innovazione della struttura dell’idea."),
        ),
        "record": (
            rules.may_record_on_pilot(actor, idea, members),
            _("Lo fa chi guida il pilota, la sua squadra o chi decide per la struttura, finché è in corso."),
        ),
        "spend": (
            rules.may_run_pilot(actor, idea),
            _("Lo fa chi guida il pilota o chi decide per la struttura, finché è in corso."),
        ),
    }  # fmt: skip
    return [
        Answer(key, str(ACT_LABELS[key]), allowed, _("Puoi.") if allowed else sentence)
        for key, (allowed, sentence) in asked.items()
    ]
