# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of an idea: every field may wait, nothing typed is lost, half a name of an office or a person is asked about."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovato import formats
from workflow.beneficiaries import Beneficiary
from workflow.forms.fields import REFUSED, CleanText, cleaned
from workflow.forms.inputs import AmountField
from workflow.forms.together import NamesColleague, lookup_attrs
from workflow.models import Campaign, Idea, Theme
from workflow.selectors.offices import MOST_OFFERED, Office, Offices
from workflow.selectors.proposing import UNKNOWN, typed_in

MONTHS = (1, 2, 3, 4, 6, 9, 12)
MOST_TOUCHED = 10
OFFICES = "workflow:idea_offices"
TICKED = "on"
# The form's fields, in the order of the page, and the columns of the idea they fill.
FILLED = {
    "title": "title",
    "problem": "problem",
    "proposal": "proposal",
    "benefit": "benefit",
    "beneficiaries": "beneficiaries",
    "campaign": "campaign_id",
    "theme": "theme_id",
    "department": "department_id",
    "touched": "departments_touched",
    "estimated_cost": "estimated_cost",
    "duration_months": "duration_months",
    "how_measured": "how_measured",
    "no_personal_data": "no_personal_data",
}
# What a person types in words; kept as it stands while it can't be read.
TYPED = (
    "title",
    "problem",
    "proposal",
    "benefit",
    "how_measured",
    "estimated_cost",
    "department",
    "touched_add",
    "coauthor",
)


def _text(name: str, label: str, help_text: str = "", *, lines: bool = True, **attrs) -> CleanText:
    widget = (forms.Textarea if lines else forms.TextInput)(attrs={"autocomplete": "off", **attrs})
    limit = Idea._meta.get_field(name).max_length
    return CleanText(lines=lines, label=label, help_text=help_text, max_length=limit, required=False, widget=widget)


NOT_OFFERED = {"invalid_choice": gettext_lazy("Scegli una voce dell’elenco.")}
# Typed for a button that was not pressed yet.
WAITING = ("touched_add", "coauthor")


class IdeaForm(NamesColleague):
    """Bound to what was posted, or to what is kept of an idea: so what still has to be mended shows at once."""

    use_required_attribute = False
    field_order = [*FILLED]

    title = _text("title", gettext_lazy("Titolo"), gettext_lazy("Di’ che cosa cambia, in una riga."), lines=False)
    problem = _text(
        "problem",
        gettext_lazy("Che cosa non va oggi?"),
        gettext_lazy(
            "Chi ha il problema, quanto spesso, quanto tempo o denaro si perde. Un numero, anche stimato, aiuta chi valuta."
        ),
    )
    proposal = _text("proposal", gettext_lazy("Che cosa proponi di fare?"))
    benefit = _text("benefit", gettext_lazy("Che cosa cambierebbe?"))
    beneficiaries = forms.MultipleChoiceField(
        label=gettext_lazy("Chi ne avrebbe vantaggio?"),
        choices=Beneficiary.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=NOT_OFFERED,
    )
    campaign = forms.ChoiceField(
        label=gettext_lazy("Bando"), error_messages={"invalid_choice": gettext_lazy("Scegli un bando dall’elenco.")}
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Tema"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Scegli un tema dall’elenco.")},
    )
    department = CleanText(
        lines=False,
        label=gettext_lazy("Quale ufficio se ne occuperebbe?"),
        help_text=gettext_lazy(
            "Scrivi le prime lettere. Se non lo sai, scegli «Non lo so»: ci pensa l’Ufficio innovazione."
        ),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=lookup_attrs("uffici", OFFICES)),
    )
    department_choice = forms.CharField(required=False)
    department_unknown = forms.BooleanField(label=gettext_lazy("Non lo so"), required=False)
    touched = forms.MultipleChoiceField(
        label=gettext_lazy("Quali altri uffici sarebbero coinvolti?"), required=False, error_messages=NOT_OFFERED
    )
    touched_add = CleanText(
        lines=False,
        label=gettext_lazy("Aggiungi un ufficio"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs=lookup_attrs("altri-uffici", OFFICES)),
    )
    touched_choice = forms.CharField(required=False)
    estimated_cost = AmountField(label=gettext_lazy("Costo stimato"), required=False, max_digits=10, min_value=0)
    duration_months = forms.TypedChoiceField(
        label=gettext_lazy("Durata della prova"),
        required=False,
        coerce=int,
        empty_value=None,
        error_messages=NOT_OFFERED,
    )
    how_measured = _text("how_measured", gettext_lazy("Come capiremmo che funziona?"), lines=False)
    no_personal_data = forms.BooleanField(
        label=gettext_lazy("Il testo e gli allegati non contengono dati personali di cittadini o colleghi"),
        required=False,
    )

    def __init__(
        self,
        data,
        *,
        idea: Idea | None,
        campaigns: list[Campaign],
        themes: list[Theme],
        offices: Offices,
        adding: bool = False,
    ):
        """`campaigns`: the ones on offer; the one the idea is in may be closed by now. `adding`: a button was pressed, so
        that the office typed to be added is looked up; while typing it only is kept."""
        super().__init__(data)
        self.idea, self.offices, self.campaigns, self.themes = idea, offices, campaigns, themes
        self.adding = adding
        self.options: dict[str, list[Office]] = {}  # for each half-typed name, the departments it may mean
        self.fields["campaign"].choices = [(str(row.pk), _campaign_label(row)) for row in campaigns]
        self.fields["theme"].choices = [("", _("Scegli il tema")), *((str(row.pk), row.name) for row in themes)]
        self.fields["touched"].choices = [(str(office.pk), office.label) for office in offices.all]
        months = sorted({*MONTHS, idea.duration_months} - {None}) if idea else MONTHS
        words = [(n, ngettext("%(n)d mese", "%(n)d mesi", n) % {"n": n}) for n in months]
        self.fields["duration_months"].choices = [("", _("Scegli la durata")), *words]

    def add_prefix(self, field_name):
        """The names stay plain: there is one form on the page."""
        return field_name

    # Reading what was typed -------------------------------------------------------------------------------------

    def clean(self):
        """Names become departments; what can't be decided is asked, beside the field."""
        values = super().clean()
        self._clean_theme(values)
        self._clean_department(values)
        self._clean_touched(values)
        return values

    def _clean_theme(self, values: dict) -> None:
        theme = next((row for row in self.themes if str(row.pk) == values.get("theme")), None)
        if theme and theme.campaign_id and str(theme.campaign_id) != values.get("campaign"):
            self.add_error("theme", _("Questo tema è di un altro bando: scegline uno di questo."))

    def _clean_department(self, values: dict) -> None:
        text = values.pop("department", "")
        was_unknown = bool(self.idea and typed_in(self.idea).get(UNKNOWN))
        values["department"] = None
        if not text or (values.get(UNKNOWN) and not was_unknown):
            return
        values[UNKNOWN] = False
        office = self._office("department", text, values.get("department_choice", ""))
        values["department"] = office.pk if office else None

    def _clean_touched(self, values: dict) -> None:
        chosen = list(dict.fromkeys(int(pk) for pk in values.get("touched", [])))
        text = values.get("touched_add", "") if self.adding else ""
        if text and (office := self._office("touched_add", text, values.get("touched_choice", ""))):
            chosen = list(dict.fromkeys([*chosen, office.pk]))
            self._clear("touched_add")
        if len(chosen) > MOST_TOUCHED:
            self.add_error("touched", _("Al massimo %(n)d uffici: tieni i più coinvolti.") % {"n": MOST_TOUCHED})
            chosen = chosen[:MOST_TOUCHED]
        values["touched"] = chosen

    def _office(self, name: str, text: str, choice: str) -> Office | None:
        """The department that `text` means, helped by the choice among the ones offered before."""
        found = self.offices.meant_by(text)
        chosen = next((office for office in found if str(office.pk) == choice), None)
        if chosen or len(found) == 1:
            return chosen or found[0]
        if not found:
            self.add_error(name, _("Non troviamo un ufficio con «%(text)s» nel nome: controlla.") % {"text": text})
        elif len(found) > MOST_OFFERED:
            sentence = _("Ci sono %(n)d uffici con «%(text)s» nel nome: scrivi qualche lettera in più.")
            self.add_error(name, sentence % {"n": len(found), "text": text})
        else:
            self.options[name] = found
            sentence = _("Ci sono %(n)d uffici con «%(text)s» nel nome: scegline uno dall’elenco.")
            self.add_error(name, sentence % {"n": len(found), "text": text})
        return None

    def clear_coauthor(self) -> None:
        """The name typed is used up: the invitation is on its way."""
        self._clear("coauthor")

    def _clear(self, name: str) -> None:
        self.data = self.data.copy()
        self.data[name] = self.cleaned_data[name] = ""

    # What goes on -----------------------------------------------------------------------------------------------

    @property
    def content(self) -> dict:
        """The columns of the idea that could be read. An office that is only half typed is no office."""
        kept = {
            column: self.cleaned_data[name]
            for name, column in FILLED.items()
            if name in self.cleaned_data and name not in self.errors
        }
        for column in ("campaign_id", "theme_id"):
            if column in kept:
                kept[column] = int(kept[column]) if kept[column] else None
        if "department" in self.errors:
            kept["department_id"] = None
        return kept

    @property
    def typed(self) -> dict[str, str]:
        """What could not be read, as it was typed; the tick of «Non lo so»; a colleague not yet invited."""
        kept = {name: self._as_typed(name) for name in TYPED if name in self.errors or name in WAITING}
        if self.cleaned_data.get(UNKNOWN):
            kept[UNKNOWN] = TICKED
        return {name: text for name, text in kept.items() if text}

    def _as_typed(self, name: str) -> str:
        return REFUSED.sub("", str(self.data.get(name) or ""))

    @property
    def is_blank(self) -> bool:
        """Nothing was written yet: no draft is worth making."""
        words = any(cleaned(self._as_typed(name), lines=False) for name in TYPED)
        choices = ("beneficiaries", "touched", "theme", "duration_months", "no_personal_data", UNKNOWN)
        return not words and not any(self.data.get(name) for name in choices)

    @property
    def touched_offices(self) -> list[Office]:
        """The departments chosen as touched, for the page."""
        chosen = self.cleaned_data.get("touched", []) if hasattr(self, "cleaned_data") else []
        return [office for office in map(self.offices.find, chosen) if office]


def _campaign_label(campaign: Campaign) -> str:
    if getattr(campaign, "is_over", False):
        return _("%(title)s (chiuso)") % {"title": campaign.title}
    if campaign.always_open:
        return _("Nessun bando: idea libera")
    if campaign.submissions_close_at is None:
        return campaign.title
    words = {"title": campaign.title, "day": formats.short_date(campaign.submissions_close_at)}
    return formats.elided(_("%(title)s (aperto fino al %(day)s)") % words)
