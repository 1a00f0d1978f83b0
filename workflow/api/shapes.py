# SPDX-License-Identifier: AGPL-3.0-or-later
"""How campaigns, ideas and what happened to them are written as JSON, and what of it is kept from whom."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovato.api.fields import DepartmentName, PersonName
from workflow import rules
from workflow.models import Decision


class CampaignName(serializers.Serializer):
    """A campaign, by slug and title."""

    slug = serializers.CharField()
    title = serializers.CharField()


class ThemeName(serializers.Serializer):
    """A theme, in the reader's language."""

    code = serializers.CharField()
    name = serializers.CharField()


class CampaignRow(CampaignName):
    """A campaign in the list. Amounts are euros."""

    summary = serializers.CharField()
    stage = serializers.CharField()
    stage_label = serializers.CharField(source="get_stage_display")
    sponsor = DepartmentName()
    always_open = serializers.BooleanField()
    submissions_open_at = serializers.DateTimeField(allow_null=True)
    submissions_close_at = serializers.DateTimeField(allow_null=True)
    voting_opens_at = serializers.DateTimeField(allow_null=True)
    voting_closes_at = serializers.DateTimeField(allow_null=True)
    review_due_on = serializers.DateField(allow_null=True)
    max_authors = serializers.IntegerField()
    votes_per_person = serializers.IntegerField()
    blind_authors = serializers.BooleanField()
    pilot_budget = serializers.DecimalField(max_digits=12, decimal_places=2)


class CriterionShape(serializers.Serializer):
    """One line of the rubric, in the reader's language; `weight` in percent."""

    name = serializers.CharField()
    question = serializers.CharField()
    weight = serializers.IntegerField()
    low = serializers.CharField()
    high = serializers.CharField()


class CampaignDetail(CampaignRow):
    """A campaign with its text and its rules."""

    text = serializers.CharField()
    exclude_directors = serializers.BooleanField()
    eligible_departments = DepartmentName(many=True)
    eligible_contract_areas = serializers.ListField(child=serializers.CharField())
    selection_rule = serializers.CharField()
    selection_value = serializers.IntegerField()
    scorecards_required = serializers.IntegerField()
    publication_public = serializers.BooleanField()
    themes = ThemeName(many=True)
    criteria = CriterionShape(many=True)


class IdeaName(serializers.Serializer):
    """An idea, by reference and title."""

    ref = serializers.CharField()
    title = serializers.CharField()


class IdeaRow(IdeaName):
    """An idea in the list. Needs `actor` in the context; reads the idea's authorships and campaign.

    `authors` and `submitted_from` are null where a blind campaign hides who proposes (`authors_hidden`).
    """

    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    version = serializers.IntegerField()
    campaign = CampaignName()
    theme = ThemeName(allow_null=True)
    department = DepartmentName(allow_null=True)
    authors_hidden = serializers.SerializerMethodField()
    authors = serializers.SerializerMethodField()
    submitted_from = serializers.SerializerMethodField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)

    def get_authors_hidden(self, idea) -> bool:
        """Whether this reader is not told who proposes."""
        return not rules.may_see_authors(self.context["actor"], idea)

    @extend_schema_field(PersonName(many=True, allow_null=True))
    def get_authors(self, idea):
        """Who signs, the lead first."""
        if self.get_authors_hidden(idea):
            return None
        signed = [row.person for row in idea.authorships.all() if row.status == row.Status.ACCEPTED]
        return PersonName(signed, many=True).data

    @extend_schema_field(DepartmentName(allow_null=True))
    def get_submitted_from(self, idea):
        """The lead's department at the time: it would say who, so it is hidden with the names."""
        if idea.submitted_from is None or self.get_authors_hidden(idea):
            return None
        return DepartmentName(idea.submitted_from).data


class DecisionShape(serializers.Serializer):
    """The decision behind the present state, with its reasons as everybody reads them."""

    kind = serializers.CharField()
    reason_code = serializers.CharField()
    reason_label = serializers.CharField()
    reason_text = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField()
    by = serializers.SerializerMethodField()
    on_behalf_of = serializers.SerializerMethodField()

    def get_on_behalf_of(self, decision) -> dict | None:
        """For whom a deputy decided; null where it was the person's own right."""
        hidden = decision.on_behalf_of is None or decision.kind == Decision.Kind.REFUSE_ADMISSION
        return None if hidden else PersonName(decision.on_behalf_of).data

    @extend_schema_field(PersonName(allow_null=True))
    def get_by(self, decision):
        """Who decided; at the admission it is the office that answers, not a person."""
        return None if decision.kind == Decision.Kind.REFUSE_ADMISSION else PersonName(decision.by).data


class IdeaDetail(IdeaRow):
    """An idea with its whole text. Needs also `target` (merged into, where seen), `decision`, `next_step` and `mine`."""

    problem = serializers.CharField()
    proposal = serializers.CharField()
    benefit = serializers.CharField()
    beneficiaries = serializers.ListField(child=serializers.CharField())
    how_measured = serializers.CharField()
    estimated_cost = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    duration_months = serializers.IntegerField(allow_null=True)
    no_personal_data = serializers.BooleanField()
    departments_touched = DepartmentName(many=True)
    mine = serializers.SerializerMethodField()
    next_step = serializers.SerializerMethodField()
    decision = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()

    def get_mine(self, idea) -> bool:
        """Whether this reader signs it."""
        return self.context["actor"].person_id in idea.author_ids()

    def get_next_step(self, idea) -> str:
        """What happens next, who must act and by when, in words."""
        return self.context["next_step"]

    @extend_schema_field(DecisionShape(allow_null=True))
    def get_decision(self, idea):
        """The decision that stands."""
        decision = self.context["decision"]
        return DecisionShape(decision).data if decision else None

    @extend_schema_field(IdeaName(allow_null=True))
    def get_merged_into(self, idea):
        """The idea in which this one goes on."""
        target = self.context["target"]
        return IdeaName(target).data if target else None


class EntryShape(serializers.Serializer):
    """One line of what happened, as far as this reader may know it."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    reason = serializers.CharField()
    other = serializers.SerializerMethodField()

    @extend_schema_field(IdeaName(allow_null=True))
    def get_other(self, entry):
        """Another idea that this line is about, where this reader sees it."""
        if entry.other is None or not rules.can_see(self.context["actor"], entry.other):
            return None
        return IdeaName(entry.other).data


class Standing(serializers.Serializer):
    """Where an idea stands after a move."""

    ref = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    version = serializers.IntegerField()


class RefusalShape(serializers.Serializer):
    """Why a move can't be made: the sentence people read, and the status that making it would answer."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    status = serializers.IntegerField()


class MoveShape(serializers.Serializer):
    """One move of the table: whether I may make it now, the members its body takes, and otherwise why not."""

    move = serializers.CharField()
    allowed = serializers.BooleanField()
    takes = serializers.ListField(child=serializers.CharField())
    refusal = RefusalShape(allow_null=True)


class MovesShape(serializers.Serializer):
    """Every move of the table, and the version of the idea they were asked for."""

    version = serializers.IntegerField()
    moves = MoveShape(many=True)
