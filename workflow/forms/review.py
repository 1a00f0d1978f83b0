# SPDX-License-Identifier: AGPL-3.0-or-later
"""What reviewers type: the declaration, the scorecard of a campaign's criteria, the lead's reason to close early."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy

from workflow.forms.fields import CleanText
from workflow.forms.inputs import ReasonField
from workflow.models import Criterion, Review
from workflow.models.review import HIGHEST, LOWEST
from workflow.services.review import Sheet

SCALE = tuple(range(LOWEST, HIGHEST + 1))


class DeclarationForm(forms.Form):
    """Before anything else: no conflict of interest, or which one."""

    conflict = forms.ChoiceField(
        choices=[("none", ""), ("conflict", "")],
        error_messages={
            "required": gettext_lazy("Scegli una delle due dichiarazioni."),
            "invalid_choice": gettext_lazy("Scegli una delle due dichiarazioni."),
        },
        label=gettext_lazy("Conflitto di interessi"),
    )
    reason = ReasonField(
        label=gettext_lazy("Qual è il conflitto"),
        help_text=gettext_lazy("Resta agli atti. Bastano poche parole."),
        required=False,
        max_length=1000,
        rows=2,
    )


class ScorecardForm(forms.Form):
    """Points and words for each criterion, and the overall opinion. A draft may be as empty as it is."""

    recommendation = forms.ChoiceField(
        label=gettext_lazy("Il tuo consiglio"),
        choices=Review.Recommendation.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Scegli un consiglio dall’elenco.")},
    )
    advice = CleanText(
        label=gettext_lazy("Che cosa consigli a chi decide?"),
        help_text=gettext_lazy("Lo leggono chi decide e, a decisione presa, chi ha proposto l’idea."),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    text_for_author = CleanText(
        label=gettext_lazy("Che cosa dici a chi ha proposto l’idea?"),
        help_text=gettext_lazy("Lo legge dopo la decisione, senza il tuo nome."),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, criteria: Sequence[Criterion], review: Review | None = None, **kwargs):
        if review is not None:
            kwargs["initial"] = written(review)
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"points_{criterion.pk}"] = forms.TypedChoiceField(
                label=criterion.name,
                choices=[(n, n) for n in SCALE],
                coerce=int,
                empty_value=None,
                required=False,
                error_messages={"invalid_choice": gettext_lazy("Scegli un punteggio da 0 a 5.")},
            )
            self.fields[f"words_{criterion.pk}"] = CleanText(
                label=criterion.name, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
            )
        self.order_fields([name for name in self.fields if name.startswith(("points_", "words_"))])  # as on the page

    def sheet(self) -> Sheet:
        """What was written, for the service. Only of a valid form."""
        data = self.cleaned_data
        return Sheet(
            points={c.pk: data[f"points_{c.pk}"] for c in self.criteria},
            words={c.pk: data[f"words_{c.pk}"] for c in self.criteria},
            recommendation=data["recommendation"],
            advice=data["advice"],
            text_for_author=data["text_for_author"],
        )

    def lines(self) -> list[dict]:
        """The criteria as the page draws them."""
        rows = []
        for criterion in self.criteria:
            points, words = self[f"points_{criterion.pk}"], self[f"words_{criterion.pk}"]
            chosen = "" if points.value() is None else str(points.value())
            scale = [{"n": n, "checked": str(n) == chosen, "id": f"{points.auto_id}_{n}"} for n in SCALE]
            rows.append({"criterion": criterion, "points": points, "words": words, "scale": scale})
        return rows


def written(review: Review) -> dict:
    """A saved scorecard as the form's first values."""
    values = {
        "recommendation": review.recommendation,
        "advice": review.advice,
        "text_for_author": review.text_for_author,
    }
    for score in review.scores.all():
        values |= {f"points_{score.criterion_id}": score.value, f"words_{score.criterion_id}": score.comment}
    return values


class CloseEarlyForm(forms.Form):
    """Why the review ends before every scorecard is in."""

    reason = ReasonField(
        label=gettext_lazy("Perché si decide senza le altre schede"),
        help_text=gettext_lazy("Lo legge chi decide. Almeno 20 caratteri."),
        max_length=3000,
        error_messages={"required": gettext_lazy("Scrivi il motivo: lo legge chi decide.")},
    )
