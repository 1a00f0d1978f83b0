# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing ideas through the API: a new draft, and changing its text without overwriting anybody's."""

from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.response import Response

from innovato.api.fields import DepartmentKey, Text
from innovato.api.operations import operation
from workflow.api import inputs, shapes
from workflow.api.base import tag_of
from workflow.api.ideas import Ideas, OneIdea
from workflow.beneficiaries import Beneficiary
from workflow.errors import Incomplete
from workflow.models import Campaign, Idea, Theme
from workflow.services import writing

MOST_TOUCHED = 10
LONGEST_MONTHS = 60
AUTHORS = "The authors, while it is a draft or changes were asked for."


class IdeaText(serializers.Serializer):
    """What the authors write. What is left out stays as it is; the whole is asked for when the idea is handed in."""

    title = Text(max_length=inputs.room(Idea, "title"), default=empty)
    problem = Text(max_length=inputs.room(Idea, "problem"), default=empty)
    proposal = Text(max_length=inputs.room(Idea, "proposal"), default=empty)
    benefit = Text(max_length=inputs.room(Idea, "benefit"), default=empty)
    beneficiaries = serializers.MultipleChoiceField(choices=Beneficiary.choices, required=False)
    how_measured = Text(max_length=inputs.room(Idea, "how_measured"), default=empty)
    estimated_cost = serializers.DecimalField(
        max_digits=10, decimal_places=2, min_value=0, allow_null=True, required=False
    )
    duration_months = serializers.IntegerField(min_value=1, max_value=LONGEST_MONTHS, allow_null=True, required=False)
    no_personal_data = serializers.BooleanField(required=False)
    theme = serializers.SlugField(max_length=40, allow_null=True, required=False)
    department = DepartmentKey(source="department_id", default=empty)
    departments_touched = serializers.ListField(
        child=DepartmentKey(required=True), max_length=MOST_TOUCHED, required=False
    )

    def to_internal_value(self, data):
        """The columns; only those that were sent."""
        found = super().to_internal_value(data)
        if "beneficiaries" in found:
            found["beneficiaries"] = [each.value for each in Beneficiary if each.value in found["beneficiaries"]]
        return found


class NewIdea(IdeaText):
    """A new draft: the campaign by its slug, and as much of the text as there is."""

    campaign = serializers.SlugField(max_length=80)


def content_of(given: serializers.Serializer, campaign: Campaign) -> dict:
    """The columns that a body sends for an idea of this campaign. Raises Incomplete for a theme that it doesn't have."""
    content = dict(given.validated_data)
    content.pop("campaign", None)
    if "theme" in content:
        content["theme_id"] = _theme(content.pop("theme"), campaign)
    return content


def _theme(code: str | None, campaign: Campaign) -> int | None:
    if code is None:
        return None
    theme = Theme.objects.filter(code=code).first()
    if theme is None or theme.campaign_id not in (None, campaign.pk):
        raise Incomplete({"theme": _("Questo bando non ha un tema con questo codice.")})
    return theme.pk


class IdeasToo(Ideas):
    """The list of ideas, and new drafts."""

    @operation(takes=NewIdea, answers=shapes.Standing, status=201, who="Everybody: drafts are between their authors.")
    def post(self, request):
        """Begin a draft; the campaign's rules are asked when it is handed in, so that no text is ever refused."""
        given = NewIdea(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        if "campaign" not in given.validated_data:
            raise Incomplete({"campaign": _("Scegli un bando.")})
        campaign = Campaign.objects.filter(slug=given.validated_data["campaign"]).first()
        if campaign is None:
            raise Incomplete({"campaign": _("Non c’è un bando con questo nome.")})
        with transaction.atomic():
            idea = writing.create_draft(by=request.user, campaign=campaign, at=self.at)
            content = content_of(given, campaign)
            idea = writing.save_draft(idea_id=idea.pk, by=request.user, content=content, at=self.at)
        return Response(shapes.Standing(idea).data, status=201, headers={"ETag": tag_of(idea)})


class OneIdeaToo(OneIdea):
    """One idea, and changing its text."""

    @operation(takes=IdeaText, answers=shapes.IdeaDetail, edits=True, tagged=True, who=AUTHORS)
    def patch(self, request, ref):
        """Change what is sent of the text. `If-Match` names the version that was read: another one is never overwritten."""
        idea = self.idea(ref)
        writing.check_may_write(self.actor, idea)
        self.check_match(tag_of(idea))
        given = IdeaText(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        content = content_of(given, idea.campaign)
        writing.save_draft(idea_id=idea.pk, by=request.user, content=content, at=self.at, version=idea.version)
        return self.shown(ref)
