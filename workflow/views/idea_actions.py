# SPDX-License-Identifier: AGPL-3.0-or-later
"""The buttons of an idea's page: one for each place where this person can act on it now."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflow import rules
from workflow.models import Idea, Review
from workflow.states import IdeaState


@dataclass(frozen=True)
class Action:
    """A link, or with `post` a form of one button."""

    label: str
    url: str
    icon: str = "chevron"
    primary: bool = False
    post: bool = False


# The moves that a page serves, its button and address: the first open one decides.
PAGES = (
    ({"request_changes", "admit", "refuse_admission"}, _("Verifica"), "workflow:screening", "screen", True),
    ({"approve_pilot", "decline", "defer"}, _("Decidi"), "workflow:decision", "decide", True),
    ({"resume"}, _("Riprendi la decisione"), "workflow:decision", "decide", True),
    ({"select"}, _("Porta alla valutazione"), "workflow:select", "scale", False),
    ({"complete_review"}, _("Concludi la valutazione"), "workflow:review_complete", "scale", False),
    ({"conclude_pilot", "extend_pilot"}, _("Apri il pilota"), "workflow:pilot", "pilot", True),
    ({"verify"}, _("Verifica il risultato"), "workflow:pilot_verify", "star", True),
    ({"withdraw"}, _("Ritira l’idea…"), "workflow:idea_withdraw", "withdrawn", False),
)
UNDO = {"undo_admission", "undo_refusal", "undo_merge"}
EDIT_WORDS = {IdeaState.DRAFT: _("Continua a scrivere"), IdeaState.NEEDS_CHANGES: _("Rispondi")}
TO_SCORE = (Review.Status.ASSIGNED, Review.Status.DECLARED)


def actions_for(actor: rules.Actor, idea: Idea, moves: list[str]) -> list[Action]:
    """The buttons for these open moves, the one that matters most first. `idea` comes from `page_rows`."""
    actions = []
    if rules.may_edit(actor, idea):
        label = EDIT_WORDS[IdeaState(idea.state)]
        actions.append(Action(label, _address("workflow:idea_edit", idea), "draft", primary=True))
    if idea.state == IdeaState.REVIEW and idea.my_review in TO_SCORE:
        actions.append(
            Action(
                pgettext_lazy("scorecard", "Apri la scheda"),
                _address("workflow:scorecard", idea),
                "scale",
                primary=True,
            )
        )
    for served, label, route, icon, primary in PAGES:
        if idea.state == IdeaState.DRAFT and "withdraw" in served:
            label = _("Elimina la bozza…")
        if served & set(moves):
            actions.append(Action(label, _address(route, idea), icon, primary))
    if UNDO & set(moves):
        actions.append(Action(_("Annulla la risposta"), _address("workflow:screening_undo", idea), "undo", post=True))
    if "redact" in moves:
        actions.append(Action(_("Nascondi chi propone nel testo…"), _address("workflow:redact", idea), "lock"))
    if "transfer" in moves and idea.state == IdeaState.ADMITTED:
        actions.append(Action(_("Passa a un’altra struttura…"), _address("workflow:transfer", idea), "referred"))
    return actions


def _address(route: str, idea: Idea) -> str:
    return reverse(route, kwargs={"ref": idea.ref})
