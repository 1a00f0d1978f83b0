# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of campaigns: the list of calls, and one call with its presentation, rules and pilots."""

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import ContractArea
from workflow.context import actor_of
from workflow.models import Campaign, CampaignStage
from workflow.selectors import campaigns as selectors
from workflow.selectors.campaigns import View
from workflow.selectors.proposing import welcomes
from workflow.services import campaigns as services
from workflow.views.answers import key_or_none

VIEWS = {View.OPEN: lazy("Aperti"), View.VOTING: lazy("In votazione"), View.OVER: lazy("Conclusi")}
HEADINGS = {
    View.OPEN: lazy("Bandi aperti e in arrivo"),
    View.VOTING: lazy("Bandi in votazione"),
    View.OVER: lazy("Bandi con la votazione conclusa"),
}
# The colour and the icon of each stage; its word is the stage's own label.
LOOKS = {
    CampaignStage.PLANNED: ("s-draft", "clock"),
    CampaignStage.SUBMISSIONS: ("s-sent", "sent"),
    CampaignStage.PREPARING: ("s-screen", "screen"),
    CampaignStage.VOTING: ("s-ballot", "ballot"),
    CampaignStage.REVIEW: ("s-scale", "scale"),
    CampaignStage.CLOSED: ("s-closed", "closed"),
}


@signed_in
@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The calls of one tab."""
    at = timezone.now()
    for campaign_id in selectors.stages_due(at):
        _advance(campaign_id, at)
    asked = request.GET.get("vista", "")
    view = View(asked) if asked in set(View) else View.OPEN
    page = selectors.campaign_page(view=view, at=at, after=key_or_none(request.GET.get("dopo", "")))
    for campaign in page.campaigns:
        campaign.look = LOOKS[CampaignStage(campaign.stage)]
    url = reverse("workflow:campaign_list")
    context = {
        "campaigns": page.campaigns,
        "view": view,
        "manages": actor_of(request).access.has(Capability.MANAGE_CAMPAIGNS),
        "heading": HEADINGS[view],
        "next_url": f"{url}?vista={view}&dopo={page.following}" if page.following else "",
        "tabs": [{"url": f"{url}?vista={tab}", "label": VIEWS[tab], "current": tab == view} for tab in VIEWS],
    }
    return render(request, "workflow/campaigns/list.html", context)


@signed_in
@require_safe
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """What a call asks for, its dates and its fund."""
    at = timezone.now()
    found = campaign_or_404(slug, at)
    open_now = services.stage_at(found, at) == CampaignStage.SUBMISSIONS
    context = {
        **campaign_frame(found, "campaign"),
        "milestones": selectors.milestones(found, at),
        "open_now": open_now,
        "welcome": welcomes(found, request.user),
        "areas": _areas(found),
    }
    return render(request, "workflow/campaigns/campaign.html", context)


@signed_in
@require_safe
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Who may propose, how votes choose, with which criteria the ideas are reviewed."""
    found = campaign_or_404(slug, timezone.now())
    context = {
        **campaign_frame(found, "campaign_rules"),
        "areas": _areas(found),
        "criteria": list(found.criteria.all()),
    }
    return render(request, "workflow/campaigns/rules.html", context)


@signed_in
@require_safe
def pilots(request: HttpRequest, slug: str) -> HttpResponse:
    """What is being tried, or was, of the ideas of this call."""
    found = campaign_or_404(slug, timezone.now())
    page = selectors.pilots_of(found, after=key_or_none(request.GET.get("dopo", "")))
    context = {**campaign_frame(found, "campaign_pilots"), "ideas": page.ideas, "following": page.following}
    return render(request, "workflow/campaigns/pilots.html", context)


def campaign_or_404(slug: str, at) -> Campaign:
    """The campaign with this address, brought to the stage its dates ask for should the clock be late."""
    found = selectors.find_campaign(slug=slug, at=at)
    if found is None:
        raise Http404
    if is_late(found, at) and _advance(found.pk, at):
        found = selectors.find_campaign(slug=slug, at=at)
    return found


def is_late(campaign: Campaign, at) -> bool:
    """Whether the dates have gone past the stage. Whether every idea had its answer is left to the clock."""
    stage = services.stage_at(campaign, at)
    return stage != campaign.stage and not (stage == CampaignStage.REVIEW and campaign.stage == CampaignStage.CLOSED)


def _advance(campaign_id: int, at) -> bool:
    """Do what the clock would have done; a page is shown also where the database is busy just now."""
    try:
        return services.advance(campaign_id=campaign_id, at=at)
    except DatabaseError:
        return False


def campaign_frame(campaign: Campaign, current: str) -> dict:
    """What every tab of a campaign shows: its head, its figures and the other tabs; `current` is the route's own name."""
    campaign.look = LOOKS[CampaignStage(campaign.stage)]
    figures = selectors.figures(campaign)
    return {"campaign": campaign, "figures": figures, "tabs": campaign_tabs(campaign, current, figures.pilots)}


def campaign_tabs(campaign: Campaign, current: str, pilots: int) -> list[dict]:
    """The tabs of a campaign's pages; the results belong to the floor above and are named by their route."""
    tabs = (
        ("workflow:campaign", _("Presentazione"), None),
        ("workflow:campaign_rules", _("Regole"), None),
        ("voting:results", _("Risultati"), None),
        ("workflow:campaign_pilots", _("Piloti"), pilots),
    )
    return [
        {
            "url": reverse(name, kwargs={"slug": campaign.slug}),
            "label": label,
            "current": name.endswith(f":{current}"),
            "count": count,
        }
        for name, label, count in tabs
    ]


def _areas(campaign: Campaign) -> list[str]:
    """The contract areas that may propose, in words; empty for all of them."""
    return [str(ContractArea(area).label) for area in campaign.eligible_contract_areas if area in ContractArea.values]
