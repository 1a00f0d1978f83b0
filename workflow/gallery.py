# SPDX-License-Identifier: AGPL-3.0-or-later
"""Made-up contents for the gallery of page pieces: a form in every shape and a few figures. No page of the product."""

from datetime import date

from django import forms

WEEKS = ["18/9", "25/9", "2/10", "9/10", "16/10", "23/10", "30/10", "6/11", "13/11"]
MEALS = [402, 388, 391, None, 340, 322, 318, 296, 281]
MONTHS = ["gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott"]
ACTIVE = [310, 388, 402, 455, 1104, 980, 364, 142, 618, 702]
DATES = {
    "draft": date(2026, 10, 28),
    "sent": date(2026, 11, 2),
    "screening": date(2026, 11, 5),
    "voting": "fino al 4 dicembre",
    "review": "circa 20 giorni",
    "decision": "entro gennaio",
}


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="Titolo", max_length=100, help_text="Di’ che cosa cambia, in una riga.")
    problem = forms.CharField(label="Che cosa non va oggi?", widget=forms.Textarea, max_length=4000)
    cost = forms.CharField(label="Costo stimato", required=False)
    theme = forms.ChoiceField(label="Tema", choices=[("s", "Sportelli e code"), ("e", "Energia")])
    kind = forms.ChoiceField(
        label="Tipo di commento", widget=forms.RadioSelect, choices=[("d", "Domanda"), ("s", "Suggerimento")]
    )
    gain = forms.MultipleChoiceField(
        label="Chi ne avrebbe vantaggio?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("c", "Cittadine e cittadini"), ("l", "Chi lavora in Comune"), ("i", "Imprese")],
        required=False,
        help_text="Anche più di una risposta.",
    )
    papers = forms.FileField(label="Allegati", required=False, help_text="Al massimo 5 file da 10 MB.")
    clean_text = forms.BooleanField(label="Il testo non contiene dati personali di cittadini o colleghi")


def contents() -> dict:
    """What the gallery shows."""
    return {
        "form": SampleForm({"title": "Avviso il giorno prima dell’appuntamento", "cost": "6.500", "theme": "s"}),
        "empty_form": SampleForm(prefix="vuoto"),
        "dates": DATES,
        "weeks": WEEKS,
        "meals": MEALS,
        "months": MONTHS,
        "active": ACTIVE,
        "hot": (4, 5),
    }
