# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody types to have a person erased."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ErasureForm(forms.Form):
    """Whose data: the staff number, because names are not unique; and the explicit yes."""

    staff_number = forms.RegexField(
        label=_("Matricola"),
        regex=r"^[0-9]{6}\Z",
        max_length=6,
        help_text=_("Della persona che ha chiesto la cancellazione: deve avere lasciato la Città."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Scrivi la matricola: sono 6 cifre."),
            "invalid": _("La matricola ha 6 cifre e nient’altro."),
            "max_length": _("La matricola ha 6 cifre e nient’altro."),
        },
    )
    sure = forms.BooleanField(
        label=_("Ho verificato la richiesta e l’identità di chi l’ha fatta"),
        required=False,
        widget=forms.CheckboxInput(attrs={"form": "cancella"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
