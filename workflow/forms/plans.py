# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of a pilot as it is typed: its fields and its rows of indicators, milestones and people."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.forms.fields import CleanText
from workflow.forms.inputs import AmountField, DayField, DepartmentField, PersonField
from workflow.models import Indicator
from workflow.selectors.decisions import SavedPlan
from workflow.services import plans

MOST_ROWS = 20


class PlanForm(forms.Form):
    """The plan without its rows. Everything may still be missing while it is saved without deciding."""

    objective = CleanText(label=gettext_lazy("Che cosa vogliamo ottenere"), required=False, max_length=3000)
    where = CleanText(label=gettext_lazy("Dove si prova"), required=False, lines=False, max_length=200)
    plan_department = DepartmentField(label=gettext_lazy("Struttura che fa la prova"), required=False)
    owner = PersonField(label=gettext_lazy("Responsabile: nome o matricola"), required=False)
    starts_on = DayField(label=gettext_lazy("Inizio"), required=False)
    ends_on = DayField(label=gettext_lazy("Fine"), required=False)
    budget = AmountField(label=gettext_lazy("Importo dal fondo del bando"), required=False, min_value=0)
    risks = CleanText(label=gettext_lazy("Che cosa può andare storto"), required=False, max_length=3000)
    uses_personal_data = forms.BooleanField(label=gettext_lazy("Tratta dati personali"), required=False)
    needs_purchase = forms.BooleanField(label=gettext_lazy("Richiede un acquisto"), required=False)
    act_number = CleanText(label=gettext_lazy("Numero dell’atto"), required=False, lines=False, max_length=60)
    protocol_number = CleanText(label=gettext_lazy("Numero di protocollo"), required=False, lines=False, max_length=60)

    def __init__(self, *args, day, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan_department"].offer(day)
        for name in ("objective", "risks"):
            self.fields[name].widget.attrs["rows"] = 3


class Rowed(forms.Form):
    """One row of the plan. An empty row counts as none; half a row is asked to be completed or taken away."""

    needed: tuple[str, ...] = ()

    def clean(self):
        data = super().clean()
        if self.has_changed():
            for name in self.needed:
                if data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, _("Completa la riga, o toglila."))
        return data

    @property
    def is_written(self) -> bool:
        """Whether the row counts."""
        return self.has_changed() and not self.cleaned_data.get("DELETE")


class IndicatorForm(Rowed):
    """What tells whether the pilot works."""

    needed = ("name", "baseline", "target", "threshold", "method")
    name = CleanText(label=gettext_lazy("Nome"), required=False, lines=False, max_length=120)
    unit = CleanText(label=gettext_lazy("Unità"), required=False, lines=False, max_length=40)
    direction = forms.ChoiceField(
        label=gettext_lazy("Meglio se"),
        choices=[(Indicator.Direction.UP, gettext_lazy("sale")), (Indicator.Direction.DOWN, gettext_lazy("scende"))],
        initial=Indicator.Direction.UP,
        error_messages={"invalid_choice": gettext_lazy("Scegli se è meglio che salga o che scenda.")},
    )
    baseline = AmountField(label=gettext_lazy("Oggi"), required=False, max_digits=14)
    target = AmountField(label=gettext_lazy("Meta"), required=False, max_digits=14)
    threshold = AmountField(label=gettext_lazy("Soglia per continuare"), required=False, max_digits=14)
    method = CleanText(label=gettext_lazy("Come si rileva"), required=False, lines=False, max_length=300)

    def clean(self):
        data = super().clean()
        if self.has_changed() and not self.errors:
            for name, sentence in plans.indicator_faults(self.plan()).items():
                self.add_error(name, sentence)
        return data

    def plan(self) -> plans.IndicatorPlan:
        """The row for the service. Only of a complete row."""
        names = ("name", "baseline", "target", "threshold", "method", "unit", "direction")
        return plans.IndicatorPlan(**{name: self.cleaned_data[name] for name in names})


class MilestoneForm(Rowed):
    """Something ready by a day."""

    needed = ("due_on", "text")
    due_on = DayField(label=gettext_lazy("Entro il"), required=False)
    text = CleanText(label=gettext_lazy("Che cosa deve essere pronto"), required=False, lines=False, max_length=200)
    who = CleanText(label=gettext_lazy("Chi"), required=False, lines=False, max_length=120)

    def plan(self) -> plans.MilestonePlan:
        """The row for the service."""
        return plans.MilestonePlan(**{name: self.cleaned_data[name] for name in ("due_on", "text", "who")})


class MemberForm(Rowed):
    """Somebody of the team."""

    needed = ("person",)
    person = PersonField(label=gettext_lazy("Persona"), required=False)
    role = CleanText(label=gettext_lazy("Che cosa fa"), required=False, lines=False, max_length=120)
    hours_per_week = AmountField(
        label=gettext_lazy("Ore a settimana"), required=False, min_value=0, max_value=36, max_digits=4, decimal_places=1
    )

    def plan(self) -> plans.MemberPlan:
        """The row for the service."""
        data = self.cleaned_data
        return plans.MemberPlan(
            person_id=data["person"].pk, role=data["role"], hours_per_week=data["hours_per_week"] or 0
        )


def _rows(form, most: int):
    return formset_factory(
        form, extra=0, max_num=most, validate_max=True, absolute_max=most, can_delete=True, can_delete_extra=True
    )


ROWS = {
    "indicators": _rows(IndicatorForm, plans.MOST_INDICATORS),
    "milestones": _rows(MilestoneForm, MOST_ROWS),
    "members": _rows(MemberForm, MOST_ROWS),
}
ROW_FIELDS = {
    "indicators": tuple(IndicatorForm.base_fields),
    "milestones": tuple(MilestoneForm.base_fields),
    "members": tuple(MemberForm.base_fields),
}


@dataclass
class PlanForms:
    """The plan's form and its three sets of rows, handled as one."""

    main: PlanForm
    indicators: forms.BaseFormSet
    milestones: forms.BaseFormSet
    members: forms.BaseFormSet

    @classmethod
    def of(cls, plan: SavedPlan, *, day, department_id: int | None) -> "PlanForms":
        """The saved plan in fields, with an empty row where there is none yet."""
        initial = {"plan_department": department_id, "budget": None}
        if plan.pilot:
            initial = {name: getattr(plan.pilot, name) for name in PlanForm.base_fields if hasattr(plan.pilot, name)}
            initial["plan_department"] = plan.pilot.department_id or department_id
        rows = {
            "indicators": [_values(row, ROW_FIELDS["indicators"]) for row in plan.indicators],
            "milestones": [_values(row, ROW_FIELDS["milestones"]) for row in plan.milestones],
            "members": [_values(row, ROW_FIELDS["members"]) for row in plan.members],
        }
        return cls._unbound(initial, rows, day)

    @classmethod
    def _unbound(cls, initial: dict, rows: dict, day, more: str = "") -> "PlanForms":
        sets = {}
        for name, factory in ROWS.items():
            formset = factory(initial=rows[name], prefix=name)
            blank = name == more or (name == "indicators" and not rows[name])
            formset.extra = 1 if blank and len(rows[name]) < formset.max_num else 0
            sets[name] = formset
        return cls(main=PlanForm(initial=initial, day=day), **sets)

    @classmethod
    def posted(cls, data, *, day) -> "PlanForms":
        """What was sent."""
        sets = {name: factory(data, prefix=name) for name, factory in ROWS.items()}
        return cls(main=PlanForm(data, day=day), **sets)

    def rearranged(self, data, *, day, more: str = "") -> "PlanForms":
        """The same words, nothing checked: rows marked for removal gone, and one more of the kind `more`."""
        initial = {name: data.get(name, "") for name in PlanForm.base_fields}
        rows = {}
        for name in ROWS:
            kept = [form for form in self._set(name).forms if not data.get(f"{form.prefix}-DELETE")]
            rows[name] = [{f: data.get(f"{form.prefix}-{f}", "") for f in ROW_FIELDS[name]} for form in kept]
        return self._unbound(initial, rows, day, more)

    def _set(self, name: str) -> forms.BaseFormSet:
        return getattr(self, name)

    def is_valid(self) -> bool:
        """Whether everything written can be kept."""
        return all([self.main.is_valid(), *(self._set(name).is_valid() for name in ROWS)])

    @property
    def errors(self) -> bool:
        """Whether something was found wrong; only of forms that were sent."""
        return self.main.is_bound and not self.is_valid()

    @property
    def rows_with_errors(self) -> list[forms.Form]:
        """The rows with something to mend."""
        return [form for name in ROWS for form in self._set(name).forms if form.is_bound and form.errors]

    def plan(self, reason: str = "") -> plans.Plan:
        """The plan for the service. Only of valid forms."""
        data = self.main.cleaned_data
        kept = {name: tuple(f.plan() for f in self._set(name).forms if f.is_written) for name in ROWS}
        return plans.Plan(
            **{name: data[name] for name in PlanForm.base_fields if name not in {"plan_department", "owner", "budget"}},
            department_id=data["plan_department"],
            owner_id=data["owner"].pk if data["owner"] else None,
            budget=data["budget"] or 0,
            reason=reason,
            **kept,
        )


def _values(row, names: Iterable[str]) -> dict:
    return {name: getattr(row, name) for name in names}
