# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two texts of one draft, side by side: what this page holds and what another one saved meanwhile. Nothing is lost."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from workflow.beneficiaries import labels_of
from workflow.errors import Conflict
from workflow.forms.fields import cleaned
from workflow.forms.kept import kept_data
from workflow.forms.proposing import IdeaForm
from workflow.selectors.proposing import UNKNOWN
from workflow.views.proposing import rescue
from workflow.views.proposing.sheet import Sheet

# What is chosen together, named after its first field.
COMPARED = (
    ("title",),
    ("problem",),
    ("proposal",),
    ("benefit",),
    ("beneficiaries",),
    ("campaign",),
    ("theme",),
    ("department", UNKNOWN, "department_choice"),
    ("touched", "touched_add", "touched_choice"),
    ("estimated_cost",),
    ("duration_months",),
    ("how_measured",),
    ("no_personal_data",),
)
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Difference:
    """One part of the sheet with its two contents, as they are read."""

    name: str
    label: str
    mine: str
    theirs: str


def differences(sheet: Sheet, form: IdeaForm) -> list[Difference]:
    """The parts whose contents differ between what was posted and what is kept."""
    kept = kept_data(sheet.idea, sheet.offices)
    rows = []
    for names in COMPARED:
        mine, theirs = _shown(names[0], form.data, form), _shown(names[0], kept, form)
        if mine != theirs:
            rows.append(Difference(names[0], str(form.fields[names[0]].label), mine, theirs))
    return rows


def _shown(name: str, data: QueryDict, form: IdeaForm) -> str:
    if name == "beneficiaries":
        return ", ".join(labels_of(data.getlist(name)))
    if name == "touched":
        chosen = set(data.getlist(name))
        return ", ".join(label for key, label in form.fields[name].choices if key in chosen)
    if name == "no_personal_data":
        return _("Sì") if data.get(name) else _("No")
    if name == "department" and data.get(UNKNOWN) and not data.get(name):
        return str(form.fields[UNKNOWN].label)
    text = str(data.get(name) or "")
    choices = (
        dict(getattr(form.fields[name], "choices", ())) if name in ("campaign", "theme", "duration_months") else {}
    )
    if name == "duration_months":
        choices = {str(key): label for key, label in choices.items()}
    return str(choices.get(text, "")) if choices else cleaned(text, lines=True)


def page(request: HttpRequest, sheet: Sheet, form: IdeaForm, error: Conflict) -> HttpResponse:
    """Both texts, with a choice for each part that differs. Whoever types gets a word above the form, which stays: what is
    typed while the answer is on its way must not be lost."""
    context = {
        "sheet": sheet,
        "idea": sheet.idea,
        "sentence": error.sentence,
        "version": error.details["version"],
        "owner": rescue.signature_of(request.user),
        "differences": differences(sheet, form),
        "carried": _carried(form.data),
    }
    if not request.htmx:
        return render(request, "workflow/proposing/compare.html", context, status=error.status)
    response = render(request, "workflow/proposing/_conflict.html", context, status=error.status)
    return reswap(retarget(response, "#confronto"), "outerHTML")


def _carried(data: QueryDict) -> list[tuple[str, str]]:
    """Everything this page held, to be posted again whatever is chosen."""
    return [(name, text) for name in sorted(IdeaForm.base_fields) if name in data for text in data.getlist(name)]


def resolved(posted: QueryDict, sheet: Sheet) -> QueryDict:
    """The form as the person put it together: each part mine, or as it is kept."""
    data, kept = posted.copy(), kept_data(sheet.idea, sheet.offices)
    for names in COMPARED:
        if posted.get(f"keep-{names[0]}") == THEIRS:
            for name in names:
                data.setlist(name, kept.getlist(name))
    return data
