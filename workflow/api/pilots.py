# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pilots through the API: the list, one with its figures, and writing down a reading."""

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import DepartmentName, PersonName
from innovato.api.operations import operation
from workflow import rules
from workflow.api import inputs
from workflow.api.base import FloorView
from workflow.api.shapes import CampaignName, IdeaName
from workflow.errors import NotAllowed
from workflow.models import Idea, Pilot, Reading, Spending
from workflow.selectors import pilots as selectors
from workflow.services import pilot_log

VIEWS = {None: "", "running": "in-corso", "adopted": "adottati", "closed": "conclusi"}
EUROS = {"max_digits": 12, "decimal_places": 2}
TEAM = "Who leads the pilot, its team and who decides there, while it runs."
LEADS = "Who leads the pilot and who decides there, while it runs."
MEASURE = {"max_digits": 14, "decimal_places": 2}


class ReadingShape(serializers.Serializer):
    """A dated value."""

    measured_on = serializers.DateField()
    value = serializers.DecimalField(**MEASURE)
    note = serializers.CharField()
    is_final = serializers.BooleanField()


class IndicatorShape(serializers.Serializer):
    """What tells whether it works, with its readings, the oldest first."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    baseline = serializers.DecimalField(**MEASURE)
    target = serializers.DecimalField(**MEASURE)
    threshold = serializers.DecimalField(**MEASURE)
    method = serializers.CharField()
    on_track = serializers.SerializerMethodField()
    readings = ReadingShape(many=True)

    def get_on_track(self, indicator) -> bool | None:
        """Whether the last reading is on the right side of the threshold; null without one."""
        return selectors.indicator_view(indicator).on_track


class MilestoneShape(serializers.Serializer):
    """Something ready by a day."""

    id = serializers.IntegerField(source="pk")
    due_on = serializers.DateField()
    text = serializers.CharField()
    who = serializers.CharField()
    done_on = serializers.DateField(allow_null=True)


class SpendingShape(serializers.Serializer):
    """An expense."""

    id = serializers.IntegerField(source="pk")
    spent_on = serializers.DateField()
    amount = serializers.DecimalField(**EUROS)
    description = serializers.CharField()


class MemberShape(serializers.Serializer):
    """Somebody of the team."""

    person = PersonName()
    role = serializers.CharField()
    hours_per_week = serializers.DecimalField(max_digits=4, decimal_places=1)


class PilotRow(IdeaName):
    """A pilot in the list: an idea and its trial. Amounts are euros."""

    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    version = serializers.IntegerField()
    campaign = CampaignName()
    department = DepartmentName(source="pilot.department")
    owner = PersonName(source="pilot.owner")
    starts_on = serializers.DateField(source="pilot.starts_on")
    ends_on = serializers.DateField(source="pilot.ends_on")
    budget = serializers.DecimalField(source="pilot.budget", **EUROS)
    spent = serializers.DecimalField(source="pilot.spent", **EUROS)
    indicators = IndicatorShape(source="pilot.indicators", many=True)


class PilotDetail(PilotRow):
    """A pilot with its plan, its log of money and dates, and what it taught."""

    objective = serializers.CharField(source="pilot.objective")
    where = serializers.CharField(source="pilot.where")
    risks = serializers.CharField(source="pilot.risks")
    uses_personal_data = serializers.BooleanField(source="pilot.uses_personal_data")
    needs_purchase = serializers.BooleanField(source="pilot.needs_purchase")
    act_number = serializers.CharField(source="pilot.act_number")
    protocol_number = serializers.CharField(source="pilot.protocol_number")
    approved_at = serializers.DateTimeField(source="pilot.approved_at")
    extended_at = serializers.DateTimeField(source="pilot.extended_at", allow_null=True)
    outcome = serializers.CharField(source="pilot.outcome")
    concluded_at = serializers.DateTimeField(source="pilot.concluded_at", allow_null=True)
    lessons_learned = serializers.CharField(source="pilot.lessons_learned")
    scale_plan = serializers.CharField(source="pilot.scale_plan")
    verify_after = serializers.DateField(source="pilot.verify_after", allow_null=True)
    verified_benefit = serializers.CharField(source="pilot.verified_benefit")
    verified_at = serializers.DateTimeField(source="pilot.verified_at", allow_null=True)
    milestones = MilestoneShape(source="pilot.milestones", many=True)
    spendings = SpendingShape(source="pilot.spendings", many=True)
    members = MemberShape(source="pilot.members", many=True)
    may_record = serializers.SerializerMethodField()

    def get_may_record(self, idea) -> bool:
        """Whether this reader may write readings here."""
        return selectors.may_record(self.context["actor"], idea)


class Pilots(FloorView):
    """GET: what is being tried and what came of it, the newest first; `status`."""

    asks = inputs.PilotsAsked

    @operation(answers=PilotRow, pages=True)
    def get(self, request):
        """What is being tried and what came of it, the newest first. Three queries besides the session's."""
        found = selectors.pilot_page(view=VIEWS[self.asked.get("status")], after=self.asked["cursor"])
        page = pagination.Page(found.ideas, found.following)
        return pagination.answer(request, page, PilotRow(page.rows, many=True).data)


class DatedReading(ReadingShape):
    """A dated value, with the indicator it belongs to."""

    id = serializers.IntegerField(source="pk")
    indicator = serializers.IntegerField(source="indicator_id")


class ReadingsAsked(inputs.ListAsked):
    """The readings, of one indicator or of all."""

    indicator = serializers.IntegerField(min_value=1, max_value=pagination.LARGEST_KEY, required=False)


class PilotView(FloorView):
    """A view on one approved pilot; a plan not yet approved is not there."""

    def pilot(self, ref: str) -> Idea:
        """The idea with its pilot. Raises Missing or Http404."""
        idea = self.idea(ref, selectors.for_pilot_page())
        if not selectors.is_approved(idea):
            raise Http404
        return idea

    def trial(self, ref: str) -> Pilot:
        """The pilot alone, for the lists that hang on it. Raises as `pilot` does."""
        idea = self.idea(ref, Idea.objects.select_related("campaign", "merged_into", "pilot", "department"))
        if not selectors.is_approved(idea):
            raise Http404
        return idea.pilot


class OnePilot(PilotView):
    """GET: one pilot with everything that its page shows."""

    @operation(answers=PilotDetail)
    def get(self, request, ref):
        """One pilot with its plan, its figures and what it taught. A constant number of queries."""
        return Response(PilotDetail(self.pilot(ref), context={"actor": self.actor}).data)


class PilotReadings(PilotView):
    """The dated values of a pilot's indicators."""

    asks = ReadingsAsked

    @operation(answers=DatedReading, pages=True)
    def get(self, request, ref):
        """The readings of every indicator, or of one, in the order in which they were written."""
        rows = Reading.objects.filter(indicator__pilot=self.trial(ref))
        if indicator := self.asked.get("indicator"):
            rows = rows.filter(indicator=indicator)
        page = pagination.key_page(rows, after=self.asked["cursor"], newest=False)
        return pagination.answer(request, page, DatedReading(page.rows, many=True).data)

    @operation(takes=inputs.ReadingBody, answers=ReadingShape, status=201, who=TEAM)
    def post(self, request, ref):
        """Write down a value of an indicator; the same day again replaces it."""
        idea = self.pilot(ref)
        if not selectors.may_record(self.actor, idea):
            raise NotAllowed()
        given = inputs.ReadingBody(data=request.data)
        given.is_valid(raise_exception=True)
        reading = pilot_log.record_reading(idea_id=idea.pk, by=request.user, at=self.at, **given.validated_data)
        return Response(ReadingShape(reading).data, status=201)


class PilotIndicators(PilotView):
    """What tells whether a pilot works."""

    @operation(answers=IndicatorShape, pages=True)
    def get(self, request, ref):
        """The indicators with their readings: five at most, one page."""
        rows = list(self.trial(ref).indicators.prefetch_related("readings"))
        return pagination.answer(request, pagination.Page(rows), IndicatorShape(rows, many=True).data)


class PilotMilestones(PilotView):
    """What has to be ready by when."""

    @operation(answers=MilestoneShape, pages=True)
    def get(self, request, ref):
        """The milestones of the plan, the nearest first: one page."""
        rows = list(self.trial(ref).milestones.all())
        return pagination.answer(request, pagination.Page(rows), MilestoneShape(rows, many=True).data)


class OneMilestone(PilotView):
    """Whether one milestone is ready."""

    @operation(takes=inputs.MilestoneBody, answers=MilestoneShape, who=TEAM)
    def put(self, request, ref, pk):
        """Mark a milestone as ready today, or take that back; repeating it changes nothing."""
        idea = self.pilot(ref)
        if not selectors.may_record(self.actor, idea):
            raise NotAllowed()
        milestone = next((row for row in idea.pilot.milestones.all() if row.pk == pk), None)
        if milestone is None:
            raise Http404
        given = inputs.MilestoneBody(data=request.data)
        given.is_valid(raise_exception=True)
        if given.validated_data["done"] != (milestone.done_on is not None):
            milestone = pilot_log.set_milestone_done(
                idea_id=idea.pk, milestone_id=pk, by=request.user, at=self.at, **given.validated_data
            )
        return Response(MilestoneShape(milestone).data)


class PilotSpending(PilotView):
    """The money a pilot has spent."""

    asks = inputs.ListAsked

    @operation(answers=SpendingShape, pages=True)
    def get(self, request, ref):
        """The expenses, in the order in which they were written."""
        rows = Spending.objects.filter(pilot=self.trial(ref))
        page = pagination.key_page(rows, after=self.asked["cursor"], newest=False)
        return pagination.answer(request, page, SpendingShape(page.rows, many=True).data)

    @operation(takes=inputs.SpendingBody, answers=SpendingShape, status=201, who=LEADS)
    def post(self, request, ref):
        """Write down an expense within the pilot's budget."""
        idea = self.pilot(ref)
        if not rules.may_run_pilot(self.actor, idea):
            raise NotAllowed()
        given = inputs.SpendingBody(data=request.data)
        given.is_valid(raise_exception=True)
        spent = pilot_log.record_spending(idea_id=idea.pk, by=request.user, at=self.at, **given.validated_data)
        return Response(SpendingShape(spent).data, status=201)
