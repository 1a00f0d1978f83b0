# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages of ideas, the desk and the campaigns show about ballots: the vote panel, the support button, the own paper."""

import secrets

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from voting import panels, urn
from voting.booth import booth_of
from voting.vote_box import box_for, find_box
from workflow.models import Campaign

register = template.Library()
register.filter("shown_code", urn.shown)


@register.inclusion_tag("voting/_nonce.html")
def client_nonce() -> dict:
    """The hidden number of a form that changes a paper. Drawn by the browser; here only where scripts don't run."""
    return {"nonce": secrets.token_hex(urn.NONCE_BYTES)}


@register.simple_tag(takes_context=True)
def ballot_box(context, idea) -> SafeString:
    """The vote panel of one idea's page, in every situation; empty for an idea that no ballot concerns."""
    request = context["request"]
    box = find_box(request, idea, at=timezone.now())
    return panels.box(request, box, idea) if box else mark_safe("")


@register.simple_tag(takes_context=True)
def support_button(context, idea, shown=(), with_strip=False) -> SafeString:
    """The button of one row, or the idea's place in words. `shown` are all ideas of the page, read together;
    `with_strip`: the page shows `ballot_strip` too, which then follows every click."""
    request = context["request"]
    return panels.button(request, booth_of(request).choice(idea, shown), idea, with_strip=with_strip)


@register.simple_tag(takes_context=True)
def ballot_strip(context, shown=()) -> SafeString:
    """The own papers over a list of ideas, one line for each open ballot; empty where the person has none.

    `shown` are the ideas of the page: their buttons follow, and are read together with the papers.
    """
    booth_of(context["request"]).look_at(shown)
    return panels.strip(context["request"])


@register.simple_tag(takes_context=True)
def ballot_tasks(context) -> SafeString:
    """The desk's rows (`<li>`) for the papers that still have room."""
    return panels.tasks(context["request"])


@register.simple_tag(takes_context=True)
def ballot_task_dates(context) -> list:
    """When each of these papers is due, the first one first: for the desk's own count and heading."""
    return [ballot.closes_at for ballot, _paper in panels.waiting(booth_of(context["request"]).papers)]


@register.inclusion_tag("voting/_campaign.html", takes_context=True)
def campaign_ballot(context, campaign: Campaign) -> dict:
    """The campaign's ballot in one panel: when it opens, the way to the paper, or the way to the results."""
    return box_for(campaign) | {"campaign": campaign}
