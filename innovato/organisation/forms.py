# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people type to sign in, and what is wrong with it, in words."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .models import AccessToken
from .models.person import STAFF_NUMBER_LENGTH
from .services.tokens import LIFETIMES


class SignInForm(forms.Form):
    """Staff number and code. It does not look anybody up: the view does, with the limit on attempts."""

    staff_number = forms.CharField(
        label=gettext_lazy("Matricola"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "username", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Scrivi la matricola: 6 cifre, le trovi sul cartellino."),
            "max_length": gettext_lazy("La matricola ha 6 cifre e nient’altro."),
        },
    )
    code = forms.CharField(
        label=gettext_lazy("Codice"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": gettext_lazy("Scrivi il codice."),
            "max_length": gettext_lazy("Il codice è troppo lungo: controlla e riprova."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The inputs are required, and said so in our words; the browser's own bubbles would hide them.
        self.use_required_attribute = False

    def clean_staff_number(self) -> str:
        """Six digits, spaces between them forgiven."""
        number = "".join(self.cleaned_data["staff_number"].split())
        if not (number.isascii() and number.isdigit()):
            raise forms.ValidationError(_("La matricola ha 6 cifre e nient’altro."))
        if len(number) != STAFF_NUMBER_LENGTH:
            raise forms.ValidationError(_("La matricola ha 6 cifre: qui ne vedo %(count)d.") % {"count": len(number)})
        return number

    def refuse(self) -> None:
        """Say that the pair is wrong, without saying which of the two."""
        self.add_error("code", _("Matricola o codice non corretti: controlla e riprova."))


class LanguageForm(forms.Form):
    """The language of pages and mails."""

    language = forms.ChoiceField(
        choices=[("it", "Italiano"), ("en", "English")],
        error_messages={
            "required": gettext_lazy("Scegli una lingua."),
            "invalid_choice": gettext_lazy("Scegli italiano o inglese."),
        },
    )


class TokenForm(forms.Form):
    """A new personal token: what it is for, what it may do, how long it lasts."""

    uuid = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("A che cosa serve"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Scrivi a che cosa serve, per riconoscerlo quando vorrai revocarlo."),
            "max_length": gettext_lazy("Usa al massimo 60 caratteri."),
        },
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Che cosa può fare"),
        choices=AccessToken.Scope.choices,
        initial=AccessToken.Scope.READ,
        error_messages={
            "required": gettext_lazy("Scegli che cosa può fare."),
            "invalid_choice": gettext_lazy("Scegli che cosa può fare."),
        },
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Quanto dura"),
        coerce=int,
        initial=LIFETIMES[1],
        error_messages={
            "required": gettext_lazy("Scegli quanto dura."),
            "invalid_choice": gettext_lazy("Scegli quanto dura."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["days"].choices = [(n, ngettext("%(n)d giorno", "%(n)d giorni", n) % {"n": n}) for n in LIFETIMES]

    def clean_name(self) -> str:
        """One line of visible text."""
        name = " ".join(self.cleaned_data["name"].split())
        if not name.isprintable():
            raise forms.ValidationError(_("Usa solo lettere, cifre e segni che si vedono."))
        return name
