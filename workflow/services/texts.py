# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the services ask of written reasons: long enough to be read by who proposed the idea."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from workflow.errors import Incomplete
from workflow.states import ReasonCode

SHORTEST_REASON = 20  # characters
SHORTEST_CONFLICT = 10


def too_short(text: str, least: int = SHORTEST_REASON, *, for_author: bool = True) -> str:
    """What is wrong with a reason, in words; empty when it is long enough. `for_author`: who proposed the idea reads it."""
    missing = least - len(text.strip())
    if missing <= 0:
        return ""
    if not for_author:
        return ngettext(
            "Scrivi il motivo: manca ancora %(n)d carattere.",
            "Scrivi il motivo: mancano ancora %(n)d caratteri.",
            missing,
        ) % {"n": missing}
    if missing == least:
        return _("Scrivi il motivo: lo leggerà chi ha proposto l’idea.")
    return ngettext(
        "Il motivo è troppo breve: manca %(n)d carattere. Lo leggerà chi ha proposto l’idea.",
        "Il motivo è troppo breve: mancano %(n)d caratteri. Lo leggerà chi ha proposto l’idea.",
        missing,
    ) % {"n": missing}


def check_reason(field: str, text: str, least: int = SHORTEST_REASON, *, for_author: bool = True) -> str:
    """The reason without blanks around it; Incomplete under `field` when it is too short."""
    if sentence := too_short(text, least, for_author=for_author):
        raise Incomplete({field: sentence})
    return text.strip()


def check_together(*checks: Callable):
    """What each check gives back, in order; one Incomplete with the gaps of all that found one."""
    found, gaps = [], {}
    for check in checks:
        try:
            found.append(check())
        except Incomplete as error:
            gaps |= error.fields
    if gaps:
        raise Incomplete(gaps)
    return found


def check_code(code: str) -> ReasonCode:
    """The reason code; Incomplete when it is none of them."""
    if code not in ReasonCode.values:
        raise Incomplete({"reason_code": _("Scegli il motivo dall’elenco.")})
    return ReasonCode(code)


def label_to_keep(code: ReasonCode) -> str:
    """The code's words as they are stored with a notice: Italian, translated again for each reader."""
    with override("it"):
        return str(code.label)
