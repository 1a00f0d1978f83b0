# SPDX-License-Identifier: AGPL-3.0-or-later
"""The field for what people really type or paste: one form of each letter, no invisible marks, limits in code points."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovato import formats

# Zero-width characters and marks that turn the reading direction. Joiners stay: emoji and some scripts need them.
INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
REFUSED = re.compile("[\x00\ud800-\udfff]")
CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f]")


def cleaned(text: str, *, lines: bool) -> str:
    """The text with one form of each letter and line end, without invisible marks; `lines=False` makes it one line."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = CONTROL.sub(" ", INVISIBLE.sub("", text))
    if not lines:
        return " ".join(text.split())
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


class CleanText(forms.CharField):
    """A text of several lines (or one, with `lines=False`), counted in code points as the database counts."""

    def __init__(self, *, lines: bool = True, **options):
        self.lines = lines
        options.setdefault("widget", forms.Textarea if lines else forms.TextInput)
        super().__init__(strip=False, **options)

    def to_python(self, value) -> str:
        """Refuses what no text holds; everything else is cleaned before its length is counted."""
        text = "" if value is None else str(value)
        if REFUSED.search(text):
            raise ValidationError(
                _("Il testo contiene caratteri che non si possono salvare: riscrivilo."), code="refused"
            )
        return cleaned(text, lines=self.lines)

    def run_validators(self, value):
        """One sentence for a text that is too long, which says by how much."""
        over = len(value) - self.max_length if self.max_length else 0
        if over > 0:
            sentence = ngettext(
                "Il testo supera il limite di %(n)s carattere: accorcialo.",
                "Il testo supera il limite di %(n)s caratteri: accorcialo.",
                over,
            )
            raise ValidationError(sentence % {"n": formats.number(over)}, code="max_length")
