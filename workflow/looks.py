# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each state of an idea looks: its colour, its icon and its place on the eight-step path. Words live in states.py."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from workflow.states import IdeaState

S = IdeaState

STEPS = (
    ("draft", _("Bozza")),
    ("sent", _("Inviata")),
    ("screening", _("Verifica")),
    ("voting", _("In votazione")),
    ("review", _("In valutazione")),
    ("decision", _("Decisione")),
    ("pilot", _("Pilota")),
    ("outcome", _("Esito")),
)
LAST_STEP = len(STEPS)


@dataclass(frozen=True)
class Look:
    """`css` is a class of innovato.css, `icon` a symbol of the sprite, `step` 1 to 8; `ended` stops the line there."""

    css: str
    icon: str
    step: int
    ended: bool = False
    done: bool = False  # the whole path is behind: every segment is filled


LOOKS = {
    S.DRAFT: Look("s-draft", "draft", 1),
    S.SCREENING: Look("s-screen", "screen", 3),
    S.NEEDS_CHANGES: Look("s-changes", "changes", 3),
    S.ADMITTED: Look("s-admitted", "check", 4),
    S.VOTING: Look("s-ballot", "ballot", 4),
    S.NOT_SELECTED: Look("s-unselected", "ballot", 4, ended=True),
    S.REVIEW: Look("s-scale", "scale", 5),
    S.DECISION: Look("s-decide", "decide", 6),
    S.DEFERRED: Look("s-deferred", "clock", 6),
    S.DECLINED: Look("s-rejected", "rejected", 6, ended=True),
    S.PILOTING: Look("s-pilot", "pilot", 7),
    S.ADOPTED: Look("s-adopted", "adopted", 8, ended=True, done=True),
    S.VERIFIED: Look("s-verified", "star", 8, ended=True, done=True),
    S.CLOSED: Look("s-closed", "closed", 8, ended=True),
    S.INADMISSIBLE: Look("s-barred", "barred", 3, ended=True),
    S.MERGED: Look("s-merged", "merged", 3, ended=True),
    S.WITHDRAWN: Look("s-withdrawn", "withdrawn", 3, ended=True),
}
# Where the step's own word would be untrue of this state, the state's word stands in its place on the path.
STEP_WORDS = {S.ADMITTED: S.ADMITTED.label, S.NOT_SELECTED: S.NOT_SELECTED.label, S.DEFERRED: S.DEFERRED.label}
EARLY_ENDS = frozenset({S.DECLINED, S.INADMISSIBLE, S.MERGED, S.WITHDRAWN, S.NOT_SELECTED})


def look_of(state) -> Look:
    """The look of a state given as value or member; raises KeyError for a word that is no state."""
    return LOOKS[IdeaState(state)]
