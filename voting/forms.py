# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people send to the ballots' pages: a paper, one support, a code to look up, a guarantor's act."""

from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from voting import urn
from workflow.forms.inputs import CleanText, MomentField

LONGEST_BACK = 300  # characters of the address to go back to
NO_BALLOT = UUID(int=0)
TYPED_CODE = 60  # characters somebody may type around a code


def read_nonce(posted) -> bytes:
    """The number the page sent with a paper; empty where it is missing or of the wrong form."""
    text = posted.get("nonce", "")
    if len(text) != 2 * urn.NONCE_BYTES or not text.isascii() or not text.isalnum():
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def read_uuid(text: str) -> UUID | None:
    """A ballot's key as a form or an address says it; None for anything else."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class PostedPaper:
    """A paper as it was sent: option codes, checked by nobody yet. `ballot` is no ballot's where somebody made it up."""

    ballot: UUID
    choices: tuple[str, ...]
    nonce: bytes

    @classmethod
    def read(cls, posted) -> "PostedPaper":
        """Accepts anything; what is no paper is refused by the service."""
        return cls(
            read_uuid(posted.get("ballot", "")) or NO_BALLOT, tuple(posted.getlist("choice")), read_nonce(posted)
        )


@dataclass(frozen=True)
class PostedSupport:
    """A click on a support button. `ballot` is no ballot's, `option` unknown, where somebody made the values up.

    `place`: the panel of an idea's page ("box") or a row of a list; `with_strip`: the list shows the own paper above it.
    """

    ballot: UUID
    option: str
    supported: bool
    nonce: bytes
    place: str
    with_strip: bool

    @classmethod
    def read(cls, posted) -> "PostedSupport":
        """Accepts anything; what is no support is refused by the service."""
        return cls(
            ballot=read_uuid(posted.get("ballot", "")) or NO_BALLOT,
            option=posted.get("option", ""),
            supported=posted.get("supported") == "1",
            nonce=read_nonce(posted),
            place="box" if posted.get("place") == "box" else "row",
            with_strip=posted.get("strip") == "1",
        )


class CodeForm(forms.Form):
    """A code of a receipt, typed with or without dashes, in any case."""

    code = CleanText(
        label=_("Codice della ricevuta"),
        lines=False,
        max_length=TYPED_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": _("Scrivi il codice che vuoi cercare.")},
    )


class ObjectionForm(forms.Form):
    """What does not add up, as an elector says it to the guarantors."""

    text = CleanText(
        label=_("Che cosa non torna"),
        help_text=_("Lo legge solo chi garantisce il voto, con il tuo nome. Non scrivere che cosa hai votato."),
        max_length=2000,
        error_messages={"required": _("Scrivi che cosa non torna.")},
    )


class AnswerForm(forms.Form):
    """The guarantor's answer to one report."""

    objection = forms.IntegerField(min_value=1, max_value=2**31, widget=forms.HiddenInput)
    answer = CleanText(
        label=_("La tua risposta"),
        max_length=2000,
        error_messages={"required": _("Scrivi la risposta: la legge chi ha segnalato.")},
    )


class AnnulForm(forms.Form):
    """Why a ballot is annulled; everybody will read it."""

    reason = CleanText(
        label=_("Perché la annulli"),
        help_text=_("Lo leggono tutti, anche dopo. Almeno 20 caratteri; niente nomi di persone."),
        max_length=2000,
        error_messages={"required": _("Scrivi il motivo, con almeno 20 caratteri: lo leggeranno tutti.")},
    )


class RepeatForm(forms.Form):
    """The window of the ballot that repeats an annulled one."""

    opens_at = MomentField(label=_("Si apre"))
    closes_at = MomentField(label=_("Si chiude"))

    def clean(self):
        values = super().clean()
        opens, closes = values.get("opens_at"), values.get("closes_at")
        if opens and opens < timezone.now():
            self.add_error("opens_at", _("L’apertura è già passata: scegli un momento nel futuro."))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("La chiusura deve venire dopo l’apertura."))
        return values
