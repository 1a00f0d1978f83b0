# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the office types while screening: an answer with what it needs, a transfer, a wild card, a consent, what to cover."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.forms.inputs import DepartmentField, ReasonField
from workflow.states import ReasonCode

# Each choice of the page with the move it stands for, its words and what it does.
CHOICES = {
    "admit": ("admit", gettext_lazy("Ammetti"), gettext_lazy("Passa al voto di tutto il Comune")),
    "merge": ("merge", gettext_lazy("Unisci a un’altra"), gettext_lazy("Chi propone entra nell’altra idea")),
    "changes": ("request_changes", gettext_lazy("Chiedi di correggere"), gettext_lazy("Torna a chi l’ha proposta")),
    "refuse": ("refuse_admission", gettext_lazy("Non ammettere"), gettext_lazy("Serve la regola e un motivo")),
}
REQUIREMENTS = {
    "about_work": gettext_lazy("Riguarda il lavoro o i servizi del Comune"),
    "has_solution": gettext_lazy("Dice un problema e una soluzione, non solo una lamentela"),
    "no_personal_data": gettext_lazy("Non contiene dati personali né accuse"),
    "right_department": gettext_lazy("La struttura competente è giusta"),
}


class ScreeningForm(forms.Form):
    """One answer to one idea. `moves` are those that the person may make now."""

    requirements = forms.MultipleChoiceField(
        label=gettext_lazy("Requisiti"),
        choices=tuple(REQUIREMENTS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    choice = forms.ChoiceField(
        label=gettext_lazy("Esito"),
        error_messages={
            "required": gettext_lazy("Scegli uno degli esiti."),
            "invalid_choice": gettext_lazy("Scegli uno degli esiti."),
        },
    )
    department = DepartmentField(label=gettext_lazy("Struttura competente"), required=False)
    target = forms.CharField(
        label=gettext_lazy("Numero dell’altra idea"),
        help_text=gettext_lazy("Per esempio 2026-0301. Chi guida le due idee deve dire di sì."),
        required=False,
        max_length=12,
    )
    reason_code = forms.ChoiceField(
        label=gettext_lazy("Quale regola"), choices=[("", gettext_lazy("Scegli…")), *ReasonCode.choices], required=False
    )
    text = ReasonField(required=False, max_length=3000, rows=3)

    def __init__(self, *args, day, moves=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [
            (name, label) for name, (move, label, _hint) in CHOICES.items() if move in moves
        ]
        self.fields["department"].offer(day)

    def clean(self):
        data = super().clean()
        if data.get("choice") == "admit" and len(data.get("requirements", ())) < len(REQUIREMENTS):
            self.add_error(
                "requirements", _("Per ammettere servono tutti i requisiti: spuntali, o scegli un altro esito.")
            )
        return data

    @property
    def picks(self) -> list[dict]:
        """The choices as the page draws them."""
        chosen = self["choice"].value()
        return [
            {"value": name, "label": label, "hint": CHOICES[name][2], "checked": name == chosen}
            for name, label in self.fields["choice"].choices
        ]


class TransferForm(forms.Form):
    """Another competent department, and why."""

    department = DepartmentField(label=gettext_lazy("Nuova struttura competente"))
    reason = ReasonField(
        label=gettext_lazy("Perché passa a un’altra struttura"),
        help_text=gettext_lazy("Lo leggono chi propone e chi dirige la nuova struttura. Almeno 20 caratteri."),
        max_length=3000,
        error_messages={"required": gettext_lazy("Scrivi il motivo: lo leggerà chi ha proposto l’idea.")},
    )

    def __init__(self, *args, day, present: int | None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].offer(day, without=present)


class WildCardForm(forms.Form):
    """Why an idea that the ballot did not choose goes to review."""

    reason = ReasonField(
        label=gettext_lazy("Perché la ripeschi"),
        help_text=gettext_lazy("Lo legge chiunque lavori in Comune. Almeno 20 caratteri."),
        max_length=3000,
        error_messages={"required": gettext_lazy("Scrivi il motivo: lo leggerà chi ha proposto l’idea.")},
    )


class ConsentForm(forms.Form):
    """A lead's yes or no to a merge."""

    answer = forms.ChoiceField(
        label=gettext_lazy("La tua risposta"),
        choices=[("yes", gettext_lazy("Sì, uniamole")), ("no", gettext_lazy("No, restano due idee"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Scegli sì o no."),
            "invalid_choice": gettext_lazy("Scegli sì o no."),
        },
    )


class RedactForm(forms.Form):
    """The passages to cover, one a line, and the files to withhold."""

    passages = forms.CharField(
        label=gettext_lazy("Passaggi da coprire"),
        help_text=gettext_lazy("Uno per riga, copiati dal testo. Sono coperti ovunque compaiano, anche nel titolo."),
        widget=forms.Textarea,
        max_length=20_000,
        required=False,
    )
    files = forms.MultipleChoiceField(
        label=gettext_lazy("Allegati da non mostrare"),
        help_text=gettext_lazy("Finché i nomi sono riservati li aprono solo chi propone e l’Ufficio innovazione."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Questo allegato non c’è più: ricarica la pagina.")},
    )

    def __init__(self, *args, attached, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["files"].choices = [(file.uuid.hex, file.name) for file in attached]

    def chosen_passages(self) -> list[str]:
        """The lines that say something. Only after `is_valid`."""
        return [line for line in self.cleaned_data["passages"].splitlines() if line.strip()]

    def chosen_files(self) -> list[uuid.UUID]:
        """The keys of the files. Only after `is_valid`."""
        return [uuid.UUID(hex=key) for key in self.cleaned_data["files"]]
