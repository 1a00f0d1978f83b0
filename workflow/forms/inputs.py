# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fields that several forms share: a day, an amount as people write it, a department and a person from the city."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from innovato import formats
from innovato.organisation.models import Person
from innovato.organisation.selectors import department_choices, search_people
from workflow.forms.fields import CleanText

REASON_ROOM = 5000  # characters
MOST_NAMED = 5


class DayField(forms.DateField):
    """A day, from the browser's own calendar or written as 31/12/2026."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {
        "invalid": gettext_lazy("Scrivi la data come giorno/mese/anno, per esempio 31/12/2026."),
        "required": gettext_lazy("Indica la data."),
    }

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"], **kwargs)


class MomentField(forms.DateTimeField):
    """A day with its hour, from the browser's own calendar or written as 31/12/2026 18:00."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {
        "invalid": gettext_lazy("Scrivi data e ora come giorno/mese/anno ore:minuti, per esempio 31/12/2026 18:00."),
        "required": gettext_lazy("Indica data e ora."),
    }

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M"], **kwargs)


class AmountField(forms.DecimalField):
    """A number as it is written in the reader's language: 6.500 or 6.500,50 in Italian, 6,500.50 in English."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": gettext_lazy("Scrivi un numero, per esempio 6.500."),
        "required": gettext_lazy("Scrivi un numero."),
        "min_value": gettext_lazy("Il numero non può essere meno di %(limit_value)s."),
        "max_value": gettext_lazy("Il numero è troppo grande."),
        "max_digits": gettext_lazy("Il numero è troppo grande."),
        "max_whole_digits": gettext_lazy("Il numero è troppo grande."),
        "max_decimal_places": gettext_lazy("Al massimo due cifre dopo la virgola."),
    }

    def __init__(self, **kwargs):
        super().__init__(**({"max_digits": 12, "decimal_places": 2} | kwargs))

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            number = Decimal(plain(str(value)))
        except InvalidOperation:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not number.is_finite():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return number

    def prepare_value(self, value):
        return formats.plain_number(value) if isinstance(value, Decimal) else value


def plain(text: str) -> str:
    """What was typed as a plain number: without thousands, with a point before the decimals.

    A single separator followed by one or two digits stands before decimals in both languages.
    """
    text = "".join(text.split()).replace("€", "").replace("\u2212", "-")
    if not text.isascii() or "e" in text.lower() or "_" in text:
        return "no number"
    thousands, point = (",", ".") if (get_language() or "it").startswith("en") else (".", ",")
    whole, dot, rest = text.rpartition(thousands)
    if dot and point not in text and text.count(thousands) == 1 and 1 <= len(rest) <= 2:
        return f"{whole}.{rest}"
    return text.replace(thousands, "").replace(point, ".")


class DepartmentField(forms.TypedChoiceField):
    """One of the departments that exist on a day, by full name; its value is the key, or None."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("Scegli una struttura dall’elenco."),
        "required": gettext_lazy("Scegli una struttura dall’elenco."),
    }

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, **kwargs)

    def offer(self, day, *, without: int | None = None) -> None:
        """Fill the list with the departments of `day`, leaving one out. Two queries."""
        self.choices = [("", _("Scegli…")), *((pk, name) for pk, name in department_choices(day) if pk != without)]


class PersonField(forms.CharField):
    """Somebody in service, by name or staff number; its value is the person, or None. One query to look for them."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})
    default_error_messages = {"required": gettext_lazy("Scrivi il nome o la matricola.")}

    def __init__(self, **kwargs):
        super().__init__(**({"max_length": 120} | kwargs))

    def prepare_value(self, value):
        return written(value) if isinstance(value, Person) else value

    def clean(self, value) -> Person | None:
        text = super().clean(value)
        if not text:
            return None
        name, _bracket, number = text.partition("(")
        found = search_people(number.strip(" )") or name, limit=MOST_NAMED + 1)
        if len(found) == 1:
            return found[0]
        raise forms.ValidationError(_several(text, found) if found else _nobody(text), code="person")


def written(person: Person) -> str:
    """A person as the field shows and reads them: name and staff number."""
    return f"{person.get_full_name()} ({person.staff_number})"


def _nobody(text: str) -> str:
    return _("Non c’è nessuno in servizio con «%(text)s»: controlla il nome o scrivi la matricola.") % {"text": text}


def _several(text: str, found: list[Person]) -> str:
    names = ", ".join(written(person) for person in found[:MOST_NAMED])
    if len(found) > MOST_NAMED:
        return _("Ci sono molte persone con «%(text)s», per esempio %(names)s: scrivi la matricola.") % {
            "text": text,
            "names": names,
        }
    return ngettext(
        "C’è %(n)d persona con «%(text)s»: %(names)s. Scrivi la matricola.",
        "Ci sono %(n)d persone con «%(text)s»: %(names)s. Scrivi la matricola.",
        len(found),
    ) % {"n": len(found), "text": text, "names": names}


class ReasonField(CleanText):
    """A written reason: how long it must be is the services' to say. `rows` is its height."""

    def __init__(self, *, rows: int = 4, **options):
        super().__init__(**({"max_length": REASON_ROOM, "widget": forms.Textarea(attrs={"rows": rows})} | options))
