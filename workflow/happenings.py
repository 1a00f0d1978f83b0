# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other programs of the city can be told of ideas, in words; and how much of it is for everybody.

Moves and pilots' readings only: no act of a ballot is on the list, and nothing here could count one.
"""

from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from innovato.webhooks.happenings import Facts, Happening
from workflow.states import PUBLISHED

KINDS = {
    "submit": _("Idea inviata"),
    "request_changes": _("Modifiche chieste a chi propone"),
    "resume_screening": _("Verifica ripresa"),
    "admit": _("Idea ammessa"),
    "refuse_admission": _("Idea non ammessa"),
    "merge": _("Idea unita a un’altra"),
    "undo_admission": _("Ammissione annullata"),
    "undo_refusal": _("Non ammissione annullata"),
    "undo_merge": _("Unione annullata"),
    "transfer": _("Idea passata a un’altra struttura"),
    "open_voting": _("Idea in votazione"),
    "conclude_voting": _("Votazione conclusa"),
    "return_to_admitted": _("Idea tornata tra le ammesse"),
    "select": _("Idea ripescata"),
    "complete_review": _("Valutazione conclusa"),
    "reopen_review": _("Valutazione riaperta"),
    "approve_pilot": _("Prova approvata"),
    "decline": _("Idea non accolta"),
    "defer": _("Decisione rinviata"),
    "resume": _("Decisione ripresa"),
    "request_reexamination": _("Riesame chiesto"),
    "conclude_pilot": _("Prova conclusa"),
    "extend_pilot": _("Prova prorogata"),
    "reading": _("Nuovo dato di una prova"),
    "verify": _("Risultato verificato"),
    "withdraw": _("Idea ritirata"),
}
# What only the authors and the office read in an idea's history.
INSIDE = frozenset({"redact"})
# Screening answers wait until they can't be taken back unnoticed, and a little longer than their notices.
HELD = frozenset({"admit", "refuse_admission", "merge"})
MARGIN = timedelta(minutes=2)


def hold() -> timedelta:
    """How long a screening answer waits."""
    return timedelta(minutes=settings.INNOVATO_UNDO_MINUTES) + MARGIN


def name_of(event) -> UUID:
    """The name of an event among other programs: the same at every telling, and no number in it."""
    return uuid5(NAMESPACE_URL, f"innovato:event:{event.hash}")


def happening_of(event, idea, *, department, undone=None) -> Happening:
    """An event as other programs may hear of it. `department` is whose idea it was then, `undone` the event it took back."""
    in_time = undone is not None and event.at < undone.at + hold()
    return Happening(
        id=name_of(event),
        kind=event.kind,
        idea=idea.number,
        at=event.at,
        facts=_facts(event, idea, department),
        hold=hold() if event.kind in HELD else None,
        takes_back=name_of(undone) if in_time else None,
    )


def _facts(event, idea, department) -> Facts | None:
    """None unless everybody could read of it at the time, and still can."""
    stands = event.to_state or idea.state
    is_open = stands in PUBLISHED and idea.state in PUBLISHED
    if not is_open or department is None or event.kind.startswith("undo_"):
        return None
    before, after = (state if state in PUBLISHED else None for state in (event.from_state, event.to_state))
    return Facts(department_code=department.code, department_path=department.path, before=before, after=after)
