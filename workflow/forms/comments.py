# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people write under an idea: a comment, its correction, a report, the reason for taking one away."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.models import Comment, CommentReport

BODY = Comment._meta.get_field("body").max_length


def _body(label) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=BODY,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Scrivi il commento prima di pubblicarlo."),
            "max_length": _("Il commento è troppo lungo: accorcialo."),
        },
    )


class CommentForm(forms.Form):
    """A new comment, or with `parent` an answer to one."""

    body = _body(_("Il tuo commento"))
    kind = forms.ChoiceField(
        label=_("Tipo di commento"),
        choices=Comment.Kind.choices,
        initial=Comment.Kind.SUGGESTION,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Scegli che tipo di commento è."),
            "invalid_choice": _("Scegli che tipo di commento è."),
        },
    )
    parent = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args, parent: Comment | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.answered = parent
        if parent is not None:
            self.initial["parent"] = parent.pk
        if parent is not None or self.data.get(self.add_prefix("parent")):
            self.fields["kind"].required = False
            self.fields["body"].label = _("La tua risposta")

    def clean_kind(self) -> str:
        """An answer has no kind of its own to choose."""
        return self.cleaned_data["kind"] or Comment.Kind.SUGGESTION


class EditForm(forms.Form):
    """The corrected text of an own comment."""

    body = _body(_("Il tuo commento"))


class ReportForm(forms.Form):
    """Why a comment does not belong here, for the innovation office."""

    reason = forms.CharField(
        label=_("Che cosa non va?"),
        help_text=_("Lo legge l’Ufficio innovazione. Chi ha scritto il commento non sa chi lo segnala."),
        max_length=CommentReport._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Scrivi che cosa non va."),
            "max_length": _("Il testo è troppo lungo: accorcialo."),
        },
    )


class RemovalForm(forms.Form):
    """Why the office takes a comment away; everybody reads it."""

    reason = forms.CharField(
        label=_("Perché lo togli?"),
        help_text=_("Si legge al posto del commento, e lo riceve chi l’ha scritto."),
        max_length=Comment._meta.get_field("removal_reason").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Scrivi il motivo."), "max_length": _("Il motivo è troppo lungo: accorcialo.")},
    )
