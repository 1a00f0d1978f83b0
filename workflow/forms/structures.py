# SPDX-License-Identifier: AGPL-3.0-or-later
"""What whoever looks after departments types: a task for somebody, a right taken back, another shape of the city."""

from django import forms
from django.utils.translation import gettext_lazy as _

from innovato.organisation.capabilities import LABELS, Capability
from innovato.organisation.services.offices import LONGEST_REASON
from workflow.forms.fields import CleanText
from workflow.forms.inputs import DepartmentField, PersonField
from workflow.forms.together import lookup_attrs


def reason_field() -> CleanText:
    """Why: it stays in the register."""
    return CleanText(
        lines=False,
        label=_("Motivo"),
        max_length=LONGEST_REASON,
        help_text=_("Resta nel registro: per esempio un ordine di servizio."),
        error_messages={"required": _("Scrivi il motivo: resta nel registro.")},
    )


class AppointForm(forms.Form):
    """A task on this department for one more person."""

    use_required_attribute = False

    to = PersonField(
        label=_("A chi"),
        widget=forms.TextInput(
            attrs=lookup_attrs("colleghi", "workflow:idea_people") | {"placeholder": _("Cognome o matricola")}
        ),
    )
    capability = forms.ChoiceField(
        label=_("Che cosa può fare"),
        choices=[(capability.value, LABELS[capability]) for capability in Capability],
        error_messages={"invalid_choice": _("Scegli un compito dall’elenco.")},
    )
    reason = reason_field()


class ReasonForm(forms.Form):
    """Only why."""

    use_required_attribute = False

    reason = reason_field()


class OtherDepartmentForm(ReasonForm):
    """Where a department goes, or which one takes its place."""

    field_order = ["other", "keep_grants", "reason"]

    other = DepartmentField(label=_("Struttura"))
    keep_grants = forms.BooleanField(
        label=_("Gli incarichi dati su questa struttura valgono anche su quella che resta"), required=False
    )

    def __init__(self, *args, day, without: int, merging: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].offer(day, without=without)
        self.fields["other"].label = _("Confluisce in") if merging else _("Passa sotto")
        if not merging:
            del self.fields["keep_grants"]
