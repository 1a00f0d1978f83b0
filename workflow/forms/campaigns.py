# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the innovation office types to make or change a campaign, and its rubric line by line."""

from django import forms
from django.utils.translation import gettext_lazy as _

from innovato.organisation.models import ContractArea
from innovato.organisation.selectors import department_choices
from workflow.forms.fields import CleanText
from workflow.forms.inputs import AmountField, DayField, DepartmentField, MomentField
from workflow.models import Campaign, SelectionRule
from workflow.services.calling import CriterionTerms, Terms, rubric_of

MOST_CRITERIA = 8
LEVELS = 3  # of the tree, from the top: below these a call is for everybody of a service
OFFICES = "eligible_department_ids"
WINDOW = ("submissions_close_at", "voting_opens_at", "voting_closes_at")  # the always-open campaign has none


def _number(label, least: int, most: int, initial: int, hint="") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=initial,
        help_text=hint,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class CampaignForm(forms.Form):
    """A campaign's terms. Fields that can no longer change are shown and ignored."""

    title = CleanText(label=_("Titolo"), lines=False, max_length=120)
    summary = CleanText(label=_("In una riga"), lines=False, max_length=300, required=False)
    text = CleanText(label=_("Presentazione"), max_length=10000, required=False)
    sponsor_id = DepartmentField(label=_("Chi lo promuove"))
    submissions_open_at = MomentField(label=_("Si propone da"))
    submissions_close_at = MomentField(label=_("Si propone fino a"))
    voting_opens_at = MomentField(label=_("Si vota da"))
    voting_closes_at = MomentField(label=_("Si vota fino a"))
    review_due_on = DayField(label=_("Valutazioni entro il"), required=False)
    pilot_budget = AmountField(label=_("Fondo per i piloti"), min_value=0, initial=0)
    exclude_directors = forms.BooleanField(
        label=_("Senza chi ha la qualifica di dirigente"), required=False, initial=True
    )
    eligible_department_ids = forms.TypedMultipleChoiceField(
        label=_("Solo chi lavora in queste strutture"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Comprende tutto ciò che ne dipende. Nessuna spunta: tutte."),
        error_messages={"invalid_choice": _("Una di queste strutture non c’è più: ricarica la pagina.")},
    )
    eligible_contract_areas = forms.MultipleChoiceField(
        label=_("Solo queste aree contrattuali"),
        choices=ContractArea.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nessuna spunta: tutte."),
    )
    max_authors = _number(_("Quante persone possono proporre insieme"), 1, 10, 3)
    votes_per_person = _number(_("Quante idee sostiene ogni persona"), 1, 20, 5)
    selection_rule = forms.ChoiceField(label=_("Chi passa alla valutazione"), choices=SelectionRule.choices)
    selection_value = _number(
        _("Quante idee, o quale quota in per cento"), 1, 1000, 10, _("Con le quote uguali non conta: decide il fondo.")
    )
    compared_top = _number(_("Confronto: quante prime idee"), 1, 1000, 10)
    compared_share = _number(_("Confronto: quale quota in per cento"), 1, 100, 20)
    wild_cards = _number(_("Ripescaggi dell’ufficio"), 0, 100, 2)
    small_department_lane = _number(_("Posti per le strutture piccole"), 0, 100, 0)
    small_department_staff = _number(_("Una struttura è piccola sotto queste persone"), 1, 10000, 50)
    blind_authors = forms.BooleanField(label=_("Nascondi chi propone fino alla decisione"), required=False)
    scorecards_required = _number(_("Schede di valutazione per idea"), 1, 9, 3)
    publication_public = forms.BooleanField(
        label=_("La pubblicazione del voto si scarica senza accedere"), required=False, initial=True
    )

    def __init__(
        self, *args, day, campaign: Campaign | None = None, open_terms: frozenset[str] | None = None, **kwargs
    ):
        self.campaign = campaign
        chosen = [] if campaign is None else list(campaign.eligible_departments.values_list("pk", flat=True))
        if campaign is not None:
            columns = [name for name in self.base_fields if name != OFFICES]
            kwargs["initial"] = {name: getattr(campaign, name) for name in columns} | {OFFICES: chosen}
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        is_open = open_terms is None or OFFICES in open_terms
        self.fields[OFFICES].choices = department_choices(day if is_open else None, levels=LEVELS, also=chosen)
        self.fields["text"].widget.attrs["rows"] = 8
        self.fields["sponsor_id"].offer(day)
        for name, bound in self.fields.items():
            bound.disabled = open_terms is not None and name not in open_terms
        if campaign is not None and campaign.always_open:
            for name in WINDOW:
                self.fields[name].required, self.fields[name].disabled = False, True

    def terms(self, rubric: list[CriterionTerms]) -> Terms:
        """The terms as typed; what can no longer change stays as it is."""
        kept = {name for name, bound in self.fields.items() if bound.disabled}
        columns = [name for name in self.base_fields if name != OFFICES]
        values = {n: getattr(self.campaign, n) if n in kept else self.cleaned_data[n] for n in columns}
        departments = self.chosen if OFFICES in kept else self.cleaned_data[OFFICES]
        return Terms(**values, eligible_department_ids=tuple(departments), rubric=tuple(rubric))


class CriterionForm(forms.Form):
    """One line of the rubric; an empty line is left out."""

    name_it = CleanText(label=_("Criterio, in italiano"), lines=False, max_length=120, required=False)
    name_en = CleanText(label=_("Criterio, in inglese"), lines=False, max_length=120, required=False)
    question_it = CleanText(label=_("Domanda, in italiano"), lines=False, max_length=200, required=False)
    question_en = CleanText(label=_("Domanda, in inglese"), lines=False, max_length=200, required=False)
    weight = forms.IntegerField(label=_("Peso in per cento"), min_value=1, max_value=100, required=False)

    def has_changed(self):
        """Every line is read: one that was sent as it stood is a line of the rubric all the same."""
        return True

    def clean(self):
        values = super().clean()
        if bool(values.get("name_it")) != bool(values.get("weight")) and not self.errors:
            self.add_error("weight", _("Completa la riga, o toglila."))
        return values


RubricForms = forms.formset_factory(
    CriterionForm, extra=0, max_num=MOST_CRITERIA, absolute_max=MOST_CRITERIA, validate_max=True
)


def rubric_initial(campaign: Campaign | None, default) -> list[dict]:
    """The lines to start from, with room for one more."""
    rows = default if campaign is None else [vars(row) for row in rubric_of(campaign)]
    return [*rows, {}] if len(rows) < MOST_CRITERIA else list(rows)


def rubric_terms(forms_of_rubric) -> list[CriterionTerms]:
    """The filled lines of a valid rubric."""
    return [CriterionTerms(**form.cleaned_data) for form in forms_of_rubric if form.cleaned_data.get("name_it")]
