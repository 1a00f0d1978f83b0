# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is typed on a pilot's page: readings, expenses, notes, team, extension, conclusion, verification."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from innovato.organisation.models import Person
from innovato.organisation.selectors import search_people
from workflow.forms.inputs import AmountField
from workflow.models import Indicator, Pilot

LARGEST = Decimal("999999999999.99")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def day_field(label, **options) -> forms.DateField:
    """A day as the browser's date field writes it, within this century."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Scrivi un giorno, per esempio 30/11/2026.")},
        **options,
    )


class DayMixin:
    """Refuses days that no calendar of ours reaches."""

    def _sensible(self, name: str):
        day = self.cleaned_data.get(name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(_("Scrivi un giorno tra il 2000 e il 2100."))
        return day


class ReadingForm(DayMixin, forms.Form):
    """A dated value of one of the pilot's indicators."""

    indicator = forms.ModelChoiceField(
        label=_("Indicatore"),
        queryset=Indicator.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("Scegli uno degli indicatori di questo pilota.")},
    )
    measured_on = day_field(_("Quando"))
    value = AmountField(label=_("Valore rilevato"), max_digits=14, min_value=-LARGEST, max_value=LARGEST)
    note = forms.CharField(
        label=_("Nota"), max_length=500, required=False, help_text=_("La legge chiunque lavori in Comune.")
    )
    is_final = forms.BooleanField(label=_("È il dato finale di questo indicatore"), required=False)

    def __init__(self, *args, pilot: Pilot, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = pilot.indicators.all()
        self.fields["indicator"].label_from_instance = lambda row: f"{row.name} ({row.unit})" if row.unit else row.name

    def clean_measured_on(self):
        return self._sensible("measured_on")


class SpendingForm(DayMixin, forms.Form):
    """An expense of the pilot, in euros."""

    spent_on = day_field(_("Quando"))
    amount = AmountField(label=_("Importo"), min_value=Decimal("0.01"))
    description = forms.CharField(label=_("Per che cosa"), max_length=200)

    def clean_spent_on(self):
        return self._sensible("spent_on")


class NoteForm(forms.Form):
    """A line of the log."""

    body = forms.CharField(
        label=_("Che cosa è successo"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("La legge chiunque lavori in Comune. Non scrivere dati personali di cittadini o colleghi."),
    )


class TeamForm(forms.Form):
    """Somebody to put in the team."""

    person = forms.CharField(
        label=_("Chi"), max_length=120, help_text=_("Scrivi la matricola, oppure nome e cognome per intero.")
    )
    role = forms.CharField(label=_("Che cosa fa"), max_length=120, required=False)
    hours_per_week = AmountField(
        label=_("Ore alla settimana"),
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=36,
        required=False,
        error_messages={"max_value": _("Al massimo 36 ore alla settimana.")},
        help_text=_("Chi dirige la sua struttura deve dare il consenso."),
    )

    def clean_person(self) -> Person:
        """One person in service; a sentence where nobody or several are meant."""
        text = " ".join(self.cleaned_data["person"].split())
        people = Person.objects.filter(is_active=True)
        if text.isascii() and text.isdigit():
            found = list(people.filter(staff_number=text)[:2])
        else:
            found = [person for person in search_people(text, 10) if _is_called(person, text)]
        if not found:
            raise forms.ValidationError(_("Non troviamo questa persona: controlla il nome o usa la matricola."))
        if len(found) > 1:
            raise forms.ValidationError(_("Più persone si chiamano così: usa la matricola."))
        return found[0]

    def clean_hours_per_week(self) -> Decimal:
        return self.cleaned_data["hours_per_week"] or Decimal(0)


def _is_called(person: Person, text: str) -> bool:
    names = (person.get_full_name(), f"{person.last_name} {person.first_name}")
    return text.casefold() in {name.casefold() for name in names}


class ExtensionForm(DayMixin, forms.Form):
    """A later end, with the reason."""

    ends_on = day_field(_("Nuova fine"), help_text=_("Una sola volta, al massimo 60 giorni in più."))
    reason = forms.CharField(
        label=_("Perché serve altro tempo"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Lo legge chiunque lavori in Comune. Almeno 20 caratteri."),
    )

    def clean_ends_on(self):
        return self._sensible("ends_on")


class ConclusionForm(forms.Form):
    """How the pilot ends, and what it taught."""

    outcome = forms.ChoiceField(
        label=_("Come finisce"),
        choices=Pilot.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli come finisce: si adotta o si chiude.")},
    )
    lessons = forms.CharField(
        label=_("Che cosa abbiamo imparato"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Lo legge chiunque lavori in Comune, anche chi ci riproverà."),
        error_messages={"required": _("Scrivi che cosa abbiamo imparato: serve a chi ci riproverà.")},
    )
    scale_plan = forms.CharField(
        label=_("Come diventa pratica di tutti"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Serve solo se si adotta."),
    )


class VerificationForm(forms.Form):
    """The benefit found months later."""

    benefit = forms.CharField(
        label=_("Quale beneficio c’è davvero"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Con un numero, se c’è."),
    )
    note = forms.CharField(label=_("Come lo hai verificato"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
