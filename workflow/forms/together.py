# SPDX-License-Identifier: AGPL-3.0-or-later
"""Naming a colleague to invite: by surname or staff number, with a choice where more than one is meant."""

from collections.abc import Iterable

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovato.organisation.models import Person
from innovato.organisation.selectors import search_people
from workflow.forms.fields import CleanText
from workflow.forms.inputs import written

MOST_PEOPLE = 8


def lookup_attrs(datalist: str, route: str) -> dict:
    """What makes an input offer names while one types; without scripts it is a plain input."""
    return {
        "autocomplete": "off",
        "list": datalist,
        "hx-get": reverse_lazy(route),
        "hx-trigger": "input changed delay:250ms",
        "hx-target": f"#{datalist}",
        "hx-swap": "innerHTML",
        "hx-params": "*",
        "hx-sync": "this:replace",
    }


class NamesColleague(forms.Form):
    """The part of a form in which a colleague is named. `colleagues` are the ones a half name may mean."""

    coauthor = CleanText(
        lines=False,
        label=gettext_lazy("Chi propone insieme a te?"),
        help_text=gettext_lazy(
            "Ogni persona riceve un avviso e deve confermare. Chi non conferma prima dell’invio non risulta."
        ),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            attrs=lookup_attrs("persone", "workflow:idea_people") | {"placeholder": gettext_lazy("Cognome o matricola")}
        ),
    )
    coauthor_choice = forms.CharField(required=False)
    colleagues: tuple[Person, ...] = ()

    def find_person(self) -> Person | None:
        """Who is meant; an error beside the field when it is nobody, or more than one. One query."""
        text = self.cleaned_data.get("coauthor", "")
        name, _bracket, number = text.partition("(")
        found = search_people(number.strip(" )") or name, limit=MOST_PEOPLE + 1) if text else []
        choice = self.cleaned_data.get("coauthor_choice", "")
        chosen = next((person for person in found if person.staff_number == choice), None)
        if chosen or len(found) == 1:
            return chosen or found[0]
        if len(found) <= MOST_PEOPLE:
            self.colleagues = tuple(found)
        self.add_error("coauthor", _nobody_or_many(text, len(found)))
        return None


def _nobody_or_many(text: str, count: int) -> str:
    if not text:
        return _("Scrivi il cognome o la matricola di chi vuoi invitare.")
    if not count:
        return _("Non troviamo nessuno con «%(text)s»: prova con la matricola.") % {"text": text}
    if count > MOST_PEOPLE:
        return _("Ci sono molte persone con «%(text)s»: aggiungi il nome, o scrivi la matricola.") % {"text": text}
    return _("Ci sono %(n)d persone con «%(text)s»: scegline una dall’elenco.") % {"n": count, "text": text}


class InvitationForm(NamesColleague):
    """The form of the page of the people of an idea."""

    use_required_attribute = False


def offered(people: Iterable[Person]) -> list[tuple[str, str, str]]:
    """(staff number, name, department) of colleagues, for the choice under a half name."""
    return [
        (person.staff_number, written(person), person.home_department.short_name if person.home_department else "")
        for person in people
    ]
