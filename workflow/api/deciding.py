# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deciding through the API: the decisions on an idea, those that wait for me, and the plan behind an approval."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import Day, DepartmentKey, DepartmentName, PersonKey, PersonName, Text
from innovato.api.operations import operation
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.api import inputs, shapes
from workflow.api.base import FloorView
from workflow.api.ideas import with_names
from workflow.errors import NotAllowed, WrongState
from workflow.models import Decision, Idea, Indicator, Milestone, Pilot, PilotMember
from workflow.selectors import decisions, history
from workflow.services import plans
from workflow.states import ReasonCode

MEASURE = {"max_digits": 14, "decimal_places": 2}
DECIDER = "Who can decide on the idea now."
MOST_ROWS = 20


# Decisions -----------------------------------------------------------------------------------------------------------


class DecisionRow(shapes.DecisionShape):
    """A decision on record."""

    kind = serializers.ChoiceField(choices=Decision.Kind.choices)
    reason_label = serializers.SerializerMethodField()

    def get_reason_label(self, decision) -> str:
        """The reason code in words."""
        return str(ReasonCode(decision.reason_code).label) if decision.reason_code else ""


class IdeaDecisions(FloorView):
    """The decisions on an idea."""

    @operation(
        answers=DecisionRow,
        pages=True,
        who="Who sees the idea; what came before it was published only authors and office.",
    )
    def get(self, request, ref):
        """The decisions that were not taken back, the oldest first: few, one page."""
        idea = self.seen(ref)
        rows = Decision.objects.filter(idea=idea, undone_at=None).select_related("by")
        if not history.Reader.of(self.actor, idea).insider:
            rows = rows.filter(at__gte=idea.published_at) if idea.published_at else rows.none()
        rows = list(rows.order_by("at", "pk"))
        return pagination.answer(request, pagination.Page(rows), DecisionRow(rows, many=True).data)


class Decisions(FloorView):
    """The ideas that wait for my decision."""

    asks = inputs.ListAsked

    @operation(
        answers=shapes.IdeaRow, pages=True, who="Who holds `decide_ideas` somewhere: the ideas they can decide on now."
    )
    def get(self, request):
        """The ideas I can decide on now, the newest first."""
        if not self.actor.access.has(Capability.DECIDE_IDEAS):
            raise NotAllowed()
        rows = with_names(Idea.objects.actionable_by(self.actor, "decline", "resume", at=self.at))
        rows = rows.defer("problem", "proposal", "benefit", "reexamination_text", "campaign__text")
        page = pagination.key_page(rows, after=self.asked["cursor"])
        results = shapes.IdeaRow(page.rows, many=True, context={"actor": self.actor}).data
        return pagination.answer(request, page, results)


# The plan ------------------------------------------------------------------------------------------------------------


class IndicatorBody(serializers.Serializer):
    """Where we are, where we want to be, and where we stop."""

    name = Text(max_length=inputs.room(Indicator, "name"), required=True, allow_blank=False)
    unit = Text(max_length=inputs.room(Indicator, "unit"))
    direction = serializers.ChoiceField(choices=Indicator.Direction.choices, default=Indicator.Direction.UP)
    baseline = serializers.DecimalField(**MEASURE)
    target = serializers.DecimalField(**MEASURE)
    threshold = serializers.DecimalField(**MEASURE)
    method = Text(max_length=inputs.room(Indicator, "method"))


class MilestoneRow(serializers.Serializer):
    """Something ready by a day."""

    due_on = Day(required=True)
    text = Text(max_length=inputs.room(Milestone, "text"), required=True, allow_blank=False)
    who = Text(max_length=inputs.room(Milestone, "who"))


class MemberBody(serializers.Serializer):
    """Somebody of the team, by `id`, and the hours a week they are released."""

    person = PersonKey(required=True)
    role = Text(max_length=inputs.room(PilotMember, "role"))
    hours_per_week = serializers.DecimalField(max_digits=4, decimal_places=1, min_value=0, max_value=36, default=0)


class PlanBody(serializers.Serializer):
    """The whole plan of a pilot, as far as it is known. `budget` in euros."""

    objective = Text(max_length=inputs.room(Pilot, "objective"))
    where = Text(max_length=inputs.room(Pilot, "where"))
    department = DepartmentKey(source="department_id")
    owner = PersonKey()
    starts_on = Day()
    ends_on = Day()
    budget = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0, default=0)
    risks = Text(max_length=inputs.room(Pilot, "risks"))
    uses_personal_data = serializers.BooleanField(default=False)
    needs_purchase = serializers.BooleanField(default=False)
    act_number = Text(max_length=inputs.room(Pilot, "act_number"))
    protocol_number = Text(max_length=inputs.room(Pilot, "protocol_number"))
    reason = Text(max_length=inputs.LONGEST_REASON)
    indicators = IndicatorBody(many=True, default=list, max_length=plans.MOST_INDICATORS)
    milestones = MilestoneRow(many=True, default=list, max_length=MOST_ROWS)
    members = MemberBody(many=True, default=list, max_length=MOST_ROWS)

    def plan(self) -> plans.Plan:
        """The values as the service takes them."""
        given = dict(self.validated_data)
        owner, members = given.pop("owner"), given.pop("members")
        return plans.Plan(
            **given
            | {
                "owner_id": owner.pk if owner else None,
                "indicators": [plans.IndicatorPlan(**row) for row in given["indicators"]],
                "milestones": [plans.MilestonePlan(**row) for row in given["milestones"]],
                "members": [plans.MemberPlan(person_id=row["person"].pk, **_but_person(row)) for row in members],
            }
        )


def _but_person(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "person"}


class PlanIndicator(serializers.Serializer):
    """An indicator of the plan."""

    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    baseline = serializers.DecimalField(**MEASURE)
    target = serializers.DecimalField(**MEASURE)
    threshold = serializers.DecimalField(**MEASURE)
    method = serializers.CharField()


class PlanMilestone(serializers.Serializer):
    """A milestone of the plan."""

    due_on = serializers.DateField()
    text = serializers.CharField()
    who = serializers.CharField()


class PlanMember(serializers.Serializer):
    """Somebody of the team."""

    person = PersonName()
    role = serializers.CharField()
    hours_per_week = serializers.DecimalField(max_digits=4, decimal_places=1)


class PlanShape(serializers.Serializer):
    """The plan as it was saved last; `version` 0 and empty before the first time."""

    version = serializers.IntegerField()
    objective = serializers.CharField()
    where = serializers.CharField()
    department = DepartmentName(allow_null=True)
    owner = PersonName(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    budget = serializers.DecimalField(max_digits=12, decimal_places=2)
    risks = serializers.CharField()
    uses_personal_data = serializers.BooleanField()
    needs_purchase = serializers.BooleanField()
    act_number = serializers.CharField()
    protocol_number = serializers.CharField()
    reason = serializers.CharField()
    indicators = serializers.SerializerMethodField()
    milestones = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()

    @extend_schema_field(PlanIndicator(many=True))
    def get_indicators(self, pilot):
        """What tells whether it works."""
        return PlanIndicator(self.context["saved"].indicators, many=True).data

    @extend_schema_field(PlanMilestone(many=True))
    def get_milestones(self, pilot):
        """What is ready by when."""
        return PlanMilestone(self.context["saved"].milestones, many=True).data

    @extend_schema_field(PlanMember(many=True))
    def get_members(self, pilot):
        """The team."""
        return PlanMember(self.context["saved"].members, many=True).data


class IdeaPlan(FloorView):
    """The plan of a pilot before its approval."""

    def planned(self, ref: str) -> Idea:
        """The idea, on which this person can decide now. Raises NotAllowed or WrongState as the move does."""
        idea = self.idea(ref)
        refusal = rules.refusal(self.actor, "approve_pilot", idea, self.at)
        if refusal is not None:
            raise (WrongState if refusal.status == 409 else NotAllowed)(refusal.sentence)
        return idea

    def shown(self, idea: Idea) -> Response:
        """The plan as it stands, with the tag that a change has to name."""
        saved = decisions.saved_plan(idea)
        pilot = saved.pilot or Pilot(version=0)
        return Response(PlanShape(pilot, context={"saved": saved}).data, headers={"ETag": f'"{saved.version}"'})

    @operation(answers=PlanShape, tagged=True, refuses=(403, 409), who=DECIDER)
    def get(self, request, ref):
        """The plan as it was saved last; version 0 before the first time."""
        return self.shown(self.planned(ref))

    @operation(takes=PlanBody, answers=PlanShape, edits=True, tagged=True, who=DECIDER)
    def put(self, request, ref):
        """Keep the plan without deciding. `If-Match` names the version that was read (`"0"` for none)."""
        idea = self.planned(ref)
        version = decisions.saved_plan(idea).version
        self.check_match(f'"{version}"')
        given = PlanBody(data=request.data)
        given.is_valid(raise_exception=True)
        plans.save_plan(idea_id=idea.pk, by=request.user, at=self.at, plan=given.plan(), plan_version=version)
        return self.shown(idea)
