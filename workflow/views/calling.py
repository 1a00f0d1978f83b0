# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the innovation office makes and changes campaigns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovato.organisation.auth import signed_in
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.context import actor_of
from workflow.errors import Incomplete, NotAllowed, WorkflowError
from workflow.forms.campaigns import CampaignForm, RubricForms, rubric_initial, rubric_terms
from workflow.models import Campaign
from workflow.services import calling
from workflow.services.campaigns import DEFAULT_RUBRIC
from workflow.services.clock import local_day
from workflow.views.answers import PRINTED_AGAIN, add_errors, done, refused

STARTING_RUBRIC = [{"name_it": it, "name_en": en, "weight": weight} for it, en, weight in DEFAULT_RUBRIC]
SHOWN = 100


def _not_yours() -> NotAllowed:
    return NotAllowed(_("I bandi li gestisce l’Ufficio innovazione della struttura che li promuove."))


@signed_in
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns this person looks after, newest first."""
    actor = actor_of(request)
    if not actor.access.has(Capability.MANAGE_CAMPAIGNS):
        return refused(request, _not_yours())
    mine = Campaign.objects.filter(sponsor__in=actor.access.departments(Capability.MANAGE_CAMPAIGNS))
    context = {"campaigns": mine.select_related("sponsor")[:SHOWN]}
    return render(request, "workflow/calling/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a campaign."""
    if not actor_of(request).access.has(Capability.MANAGE_CAMPAIGNS):
        return refused(request, _not_yours())
    return _form(request, None)


@signed_in
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a campaign, as far as its stage allows."""
    campaign = get_object_or_404(Campaign, slug=slug)
    if not rules.may_manage_campaigns(actor_of(request), campaign.sponsor_id):
        return refused(request, _not_yours())
    return _form(request, campaign)


def _form(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    at = timezone.now()
    open_terms = None if campaign is None else calling.changeable(campaign, at=at)
    form = CampaignForm(request.POST or None, day=local_day(at), campaign=campaign, open_terms=open_terms)
    frozen = open_terms is not None and "rubric" not in open_terms
    rubric = RubricForms(
        None if frozen else request.POST or None, prefix="rubric", initial=rubric_initial(campaign, STARTING_RUBRIC)
    )
    context = {"form": form, "rubric": rubric, "campaign": campaign, "frozen": frozen}
    if request.method == "GET":
        return render(request, "workflow/calling/form.html", context)
    if form.is_valid() and (frozen or rubric.is_valid()):
        try:
            saved = _save(request, campaign, form, rubric, frozen, at)
        except Incomplete as error:
            add_errors(form, error)
        except WorkflowError as error:
            return refused(request, error)
        else:
            address = reverse("workflow:campaign", kwargs={"slug": saved.slug})
            return done(request, address, _("Bando salvato."))
    return render(request, "workflow/calling/form.html", context, status=PRINTED_AGAIN)


def _save(request, campaign, form, rubric, frozen, at) -> Campaign:
    lines = calling.rubric_of(campaign) if frozen else rubric_terms(rubric)
    terms = form.terms(lines)
    if campaign is None:
        return calling.create_campaign(by=request.user, at=at, terms=terms)
    return calling.change_campaign(campaign_id=campaign.pk, by=request.user, at=at, terms=terms)
