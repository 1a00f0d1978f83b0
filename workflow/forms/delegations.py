# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody types to give a delegation, or to let it end earlier."""

from django import forms
from django.utils.translation import gettext_lazy as _

from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import LABELS
from innovato.organisation.models.delegation import REASON_LENGTH
from workflow.forms.fields import CleanText
from workflow.forms.inputs import DayField, DepartmentField, PersonField
from workflow.forms.together import lookup_attrs
from workflow.selectors import delegations


class DelegationForm(forms.Form):
    """A new delegation; offers only what the person holds in their own name."""

    use_required_attribute = False

    to = PersonField(
        label=_("A chi"),
        help_text=_("Solo persone con lo stesso ruolo, o che lavorano nella tua divisione."),
        widget=forms.TextInput(
            attrs=lookup_attrs("colleghi", "workflow:idea_people") | {"placeholder": _("Cognome o matricola")}
        ),
    )
    capabilities = forms.MultipleChoiceField(
        label=_("Che cosa può fare al posto tuo"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Scegli che cosa può fare al posto tuo."),
            "invalid_choice": _("Questo compito non si può delegare."),
        },
    )
    department = DepartmentField(
        label=_("Per quali uffici"), help_text=_("Vale per la struttura scelta e per quelle che ne dipendono.")
    )
    starts_on = DayField(label=_("Dal"))
    ends_on = DayField(label=_("Al"))
    reason = CleanText(
        lines=False,
        label=_("Motivo"),
        help_text=_("Lo legge chi riceve la delega: per esempio ferie, o una missione."),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Scrivi il motivo: per esempio ferie, o una missione.")},
    )

    def __init__(self, *args, access: DepartmentAccess, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["capabilities"].choices = [(c.value, LABELS[c]) for c in delegations.delegable(access)]
        self.fields["department"].choices = delegations.delegable_departments(access)


class ShorterForm(forms.Form):
    """An earlier last day."""

    use_required_attribute = False

    ends_on = DayField(label=_("Ultimo giorno"))
