# SPDX-License-Identifier: AGPL-3.0-or-later
"""What readers type about ideas: the search and its filters, as an address says them, and the request to look again."""

from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.models import Idea
from workflow.selectors.ideas import Filters, Order, View
from workflow.states import IdeaState

LONGEST_TEXT = 100
TICKED = "1"


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """What was typed, on one line, without control characters, cut to `longest`."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[: longest * 4]).split())[:longest]


@dataclass
class IdeaSearch:
    """The list's address, read: known values in fields, and a sentence for each value that was none.

    Names in the address: vista, q, stato, tema, bando, struttura, sotto, ordine, dopo.
    """

    view: View = View.ALL
    text: str = ""
    states: tuple = ()
    themes: tuple = ()
    campaign: str = ""
    department: str = ""
    below: bool = True
    order: Order | None = None
    after: str = ""
    notes: list = field(default_factory=list)

    @classmethod
    def read(cls, data: QueryDict) -> "IdeaSearch":
        """Read an address; nothing is looked up."""
        search = cls(
            text=one_line(data.get("q", "")),
            campaign=one_line(data.get("bando", ""), 80),
            themes=tuple(dict.fromkeys(one_line(code, 40) for code in data.getlist("tema")[:50] if code.strip())),
            department=one_line(data.get("struttura", ""), 200),
            after=data.get("dopo", "")[:40],
        )
        search.below = not search.department or data.get("sotto") == TICKED
        search.view = search._one_of(
            View, data.get("vista", ""), View.ALL, _("Questa vista non c’è: ecco tutte le idee.")
        )
        search.order = search._one_of(
            Order, data.get("ordine", ""), None, _("Questo ordine non c’è: usiamo quello consueto.")
        )
        search.states = search._states(data.getlist("stato")[:50])
        return search

    def _one_of(self, kind, value: str, default, sentence: str):
        if not value:
            return default
        try:
            return kind(value)
        except ValueError:
            self.notes.append(sentence)
            return default

    def _states(self, values) -> tuple:
        known = [IdeaState(value) for value in dict.fromkeys(values) if value in IdeaState.values]
        if any(value and value not in IdeaState.values for value in values):
            self.notes.append(_("Uno degli stati scelti non c’è: lo lasciamo fuori."))
        return tuple(known)

    def keep_known(self, *, theme_codes, campaign_slugs) -> None:
        """Leave out themes and campaigns that do not exist, and say so."""
        unknown = [code for code in self.themes if code not in theme_codes]
        if unknown:
            self.themes = tuple(code for code in self.themes if code in theme_codes)
            self.notes.append(_("Uno dei temi scelti non c’è: lo lasciamo fuori."))
        if self.campaign and self.campaign not in campaign_slugs:
            self.campaign = ""
            self.notes.append(_("Questo bando non c’è: lo lasciamo fuori."))

    def filters(self, department=None) -> Filters:
        """The same as the list reads it; `department` is the one that its name stands for."""
        return Filters(
            view=self.view,
            text=self.text,
            states=frozenset(self.states),
            themes=frozenset(self.themes),
            campaign=self.campaign,
            department=department,
            below=self.below,
            order=self.order,
        )

    def query(self, **changes) -> str:
        """The address's query with some values changed; the place in the list is forgotten unless it is given."""
        values = {
            "vista": "" if self.view == View.ALL else self.view,
            "q": self.text,
            "stato": self.states,
            "tema": self.themes,
            "bando": self.campaign,
            "struttura": self.department,
            "sotto": TICKED if self.department and self.below else "",
            "ordine": self.order or "",
        } | changes
        data = QueryDict(mutable=True)
        for name, value in values.items():
            if isinstance(value, tuple):
                data.setlist(name, [str(one) for one in value])
            elif value:
                data[name] = str(value)
        return f"?{data.urlencode()}" if data else "?"


class ReexaminationForm(forms.Form):
    """Why an author asks another person to look again."""

    text = forms.CharField(
        label=gettext_lazy("Perché chiedi il riesame?"),
        help_text=gettext_lazy("Lo legge chi risponde, una persona diversa da chi ha deciso. Almeno 20 caratteri."),
        min_length=20,
        max_length=Idea._meta.get_field("reexamination_text").max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": gettext_lazy("Scrivi perché chiedi il riesame."),
            "min_length": gettext_lazy("Il testo è troppo breve: scrivi almeno 20 caratteri."),
        },
    )
