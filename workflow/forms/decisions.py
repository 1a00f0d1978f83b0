# SPDX-License-Identifier: AGPL-3.0-or-later
"""What deciders type: the answer, with what each answer needs."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.forms.inputs import DayField, DepartmentField, ReasonField
from workflow.states import ReasonCode

CHOICES = {
    "approve": (
        "approve_pilot",
        gettext_lazy("Approva il pilota"),
        gettext_lazy("Si prova con un piano, un fondo e una data di fine"),
    ),
    "transfer": (
        "transfer",
        gettext_lazy("Passa a un’altra struttura"),
        gettext_lazy("Decide chi la dirige, con le schede già fatte"),
    ),
    "decline": (
        "decline",
        gettext_lazy("Non accogliere"),
        gettext_lazy("L’idea si chiude: serve un motivo scritto"),
    ),
    "defer": (
        "defer",
        gettext_lazy("Rinvia"),
        gettext_lazy("Torna da sola in decisione il giorno che scegli"),
    ),
}


class DecisionForm(forms.Form):
    """One answer; which fields count depends on the choice."""

    choice = forms.ChoiceField(
        label=gettext_lazy("La tua decisione"),
        error_messages={
            "required": gettext_lazy("Scegli una delle decisioni."),
            "invalid_choice": gettext_lazy("Scegli una delle decisioni."),
        },
    )
    reason_code = forms.ChoiceField(
        label=gettext_lazy("Perché no"), choices=[("", gettext_lazy("Scegli…")), *ReasonCode.choices], required=False
    )
    department = DepartmentField(label=gettext_lazy("Nuova struttura competente"), required=False)
    revisit_on = DayField(label=gettext_lazy("Se ne riparla il"), required=False)
    reason = ReasonField(
        label=gettext_lazy("Motivo della decisione"),
        help_text=gettext_lazy(
            "Lo legge chiunque lavori in Comune. Spiega su quali elementi ti basi. Almeno 20 caratteri."
        ),
        required=False,
    )

    def __init__(self, *args, day, present: int | None, moves: Iterable[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [
            (name, label) for name, (move, label, _hint) in CHOICES.items() if move in moves
        ]
        self.fields["department"].offer(day, without=present)

    def clean(self):
        data = super().clean()
        if data.get("choice") == "transfer" and not data.get("department") and "department" not in self.errors:
            self.add_error("department", _("Scegli una struttura dall’elenco."))
        return data

    @property
    def picks(self) -> list[dict]:
        """The choices as the page draws them."""
        chosen = self["choice"].value() or "approve"
        return [
            {"value": name, "label": label, "hint": CHOICES[name][2], "checked": name == chosen}
            for name, label in self.fields["choice"].choices
        ]


class ConflictForm(forms.Form):
    """The conflict of interest of somebody who should decide."""

    conflict = ReasonField(
        label=gettext_lazy("Qual è il conflitto"),
        help_text=gettext_lazy("Resta agli atti. Bastano poche parole."),
        max_length=1000,
        rows=2,
        error_messages={"required": gettext_lazy("Descrivi il conflitto in poche parole.")},
    )
