# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the innovation office types about a webhook."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.organisation.selectors import department_choices
from innovato.webhooks import addresses, kinds
from innovato.webhooks.models import LONGEST_NAME

ADDRESS = gettext_lazy("Scrivi un indirizzo intero, per esempio https://portale.comune.example/innovato.")


class HookForm(forms.Form):
    """Name, address, what is told, and of which part of the city."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Nome"),
        help_text=gettext_lazy("Quale programma riceve, per riconoscerlo nell’elenco."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Scrivi quale programma riceve."),
            "max_length": gettext_lazy("Usa al massimo 80 caratteri."),
        },
    )
    address = forms.CharField(
        label=gettext_lazy("Indirizzo"),
        help_text=gettext_lazy("Comincia con https://. Ci arriva una richiesta POST per ogni fatto."),
        max_length=addresses.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
        error_messages={"required": ADDRESS, "max_length": gettext_lazy("L’indirizzo è troppo lungo.")},
    )
    department_id = forms.TypedChoiceField(
        label=gettext_lazy("Struttura"),
        help_text=gettext_lazy(
            "Con le strutture che ne dipendono. Delle idee non ancora pubbliche sa solo chi segue tutta la città."
        ),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Scegli una struttura dall’elenco.")},
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Che cosa comunicare"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Scegli almeno un fatto dell’elenco."),
            "invalid_choice": gettext_lazy("Scegli almeno un fatto dell’elenco."),
            "invalid_list": gettext_lazy("Scegli almeno un fatto dell’elenco."),
        },
    )

    def __init__(self, *args, keep: int | None = None, **kwargs):
        """`keep` is a department that stays on the list even when it is closed. One query or two."""
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(kinds.known().items())
        also = [keep] if keep else []
        self.fields["department_id"].choices = [("", _("Tutta la città")), *department_choices(also=also)]

    def clean_address(self) -> str:
        """The address in the form in which it is kept; what is wrong with it is said beside the field."""
        try:
            return str(addresses.parse(self.cleaned_data["address"]))
        except addresses.BadAddress as error:
            raise forms.ValidationError(error.sentence) from error


class NewHookForm(HookForm):
    """The same, with the name of the page it was sent from: sent twice, it makes one."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
