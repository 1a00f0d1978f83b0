# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of an idea, in the shape in which its form posts it: to fill the page, and to compare two texts."""

from django.http import QueryDict

from innovato import formats
from workflow.models import Campaign, Idea
from workflow.selectors.offices import Offices
from workflow.selectors.proposing import typed_in

TICKED = "on"


def kept_data(idea: Idea, offices: Offices) -> QueryDict:
    """What is kept of an idea, as the form would have posted it."""
    typed = typed_in(idea)
    office = offices.find(idea.department_id)
    data = QueryDict(mutable=True)
    plain = {
        "title": idea.title,
        "problem": idea.problem,
        "proposal": idea.proposal,
        "benefit": idea.benefit,
        "how_measured": idea.how_measured,
        "estimated_cost": "" if idea.estimated_cost is None else formats.plain_number(idea.estimated_cost),
        "duration_months": idea.duration_months or "",
        "campaign": idea.campaign_id,
        "theme": idea.theme_id or "",
        "department": office.label if office else (idea.department.short_name if idea.department else ""),
        "no_personal_data": TICKED if idea.no_personal_data else "",
    }
    for name, value in (plain | typed).items():
        data[name] = str(value)
    data.setlist("beneficiaries", list(idea.beneficiaries))
    data.setlist("touched", [str(row.pk) for row in idea.departments_touched.all() if offices.find(row.pk)])
    return data


def blank_data(campaign: Campaign, theme: str = "") -> QueryDict:
    """A form nobody wrote in yet, for this campaign."""
    data = QueryDict(mutable=True)
    data["campaign"], data["theme"] = str(campaign.pk), theme
    return data
