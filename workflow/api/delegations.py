# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delegations through the API: what I left to deputies and what was left to me; giving, answering and ending them."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import Asked, Day, DepartmentKey, DepartmentName, PersonKey, PersonName, Text
from innovato.api.operations import operation
from innovato.api.problems import Problem
from innovato.organisation.capabilities import DELEGABLE
from innovato.organisation.errors import BadDelegation, DelegationMissing, OrganisationError
from innovato.organisation.models import Delegation, Department
from workflow.api.base import FloorView
from workflow.api.inputs import room
from workflow.errors import Missing
from workflow.selectors import delegations as selectors
from workflow.services import delegating

INPUTS = {"to": "deputy", "capabilities": "capabilities", "person": "deputy", "deputy": "deputy"}
TWO = "The two people of the delegation."


class DelegationShape(serializers.Serializer):
    """A delegation and where it stands today; `acts` counts what was done under it."""

    id = serializers.IntegerField(source="delegation.pk")
    delegator = PersonName(source="delegation.delegator")
    deputy = PersonName(source="delegation.deputy")
    department = DepartmentName(source="delegation.department")
    capability = serializers.CharField(source="delegation.capability")
    starts_on = serializers.DateField(source="delegation.starts_on")
    ends_on = serializers.DateField(source="delegation.ends_on")
    reason = serializers.CharField(source="delegation.reason")
    standing = serializers.CharField(source="status")
    standing_label = serializers.CharField(source="words")
    acts = serializers.IntegerField()


class DelegationsAsked(Asked):
    """What I gave, or what I received."""

    side = serializers.ChoiceField(choices=["given", "received"], default="given")


class DelegationBody(serializers.Serializer):
    """To whom, what and where, from the first to the last day, and why."""

    deputy = PersonKey(required=True)
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(choices=[each.value for each in DELEGABLE]),
        min_length=1,
        max_length=len(DELEGABLE),
    )
    department = DepartmentKey(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True)
    reason = Text(max_length=room(Delegation, "reason"))


class GivenShape(serializers.Serializer):
    """The delegations just given, one for each capability."""

    delegations = serializers.SerializerMethodField()

    @extend_schema_field(DelegationShape(many=True))
    def get_delegations(self, found):
        """Each of them."""
        return DelegationShape(found, many=True).data


class DelegationView(FloorView):
    """A view on delegations of which one is one of the two people."""

    def handle_exception(self, error):
        """Refusals of the ground floor in their own words."""
        if isinstance(error, DelegationMissing):
            error = Missing(error.sentence)
        elif isinstance(error, BadDelegation):
            errors = {INPUTS.get(error.field, error.field): [str(error.sentence)]}
            error = Problem(422, error.sentence, code="bad_delegation", errors=errors)
        elif isinstance(error, OrganisationError):
            error = Problem(409, error.sentence, code="delegation_over")
        return super().handle_exception(error)

    def standing(self, pk: int) -> selectors.Standing:
        """The delegation of an address. Raises Missing."""
        found = None
        if pk <= pagination.LARGEST_KEY:
            found = selectors.find(person_id=self.request.user.pk, delegation_id=pk, at=self.at)
        if found is None:
            raise Missing()
        return found

    def shown(self, pk: int) -> Response:
        """The delegation as it stands."""
        return Response(DelegationShape(self.standing(pk)).data)


class Delegations(DelegationView):
    """My delegations."""

    asks = DelegationsAsked

    @operation(answers=DelegationShape, pages=True, who="Everybody, their own.")
    def get(self, request):
        """What I left to deputies, or with `side=received` what was left to me: the latest fifty, one page."""
        side = {"given": selectors.given, "received": selectors.received}[self.asked["side"]]
        found = side(person_id=request.user.pk, at=self.at)
        return pagination.answer(request, pagination.Page(found), DelegationShape(found, many=True).data)

    @operation(
        takes=DelegationBody, answers=GivenShape, status=201, who="Who holds the capability in their own name there."
    )
    def post(self, request):
        """Leave one or more tasks to a deputy, who has to accept."""
        given = DelegationBody(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        values["to"] = values.pop("deputy")
        values["department"] = Department.objects.get(pk=values["department"])
        rows = delegating.give(by=request.user, at=self.at, **values)
        return Response(GivenShape([self.standing(row.pk) for row in rows]).data, status=201)


class OneDelegation(DelegationView):
    """One delegation."""

    @operation(answers=DelegationShape, who=TWO)
    def get(self, request, pk):
        """One delegation, given or received."""
        return self.shown(pk)


class DelegationAcceptance(DelegationView):
    """Taking a delegation on."""

    @operation(answers=DelegationShape, who="The deputy.")
    def post(self, request, pk):
        """Accept a delegation that was left to me."""
        delegating.accept(delegation_id=self.standing(pk).delegation.pk, by=request.user, at=self.at)
        return self.shown(pk)


class DelegationRefusal(DelegationView):
    """Saying no to a delegation."""

    @operation(answers=DelegationShape, who="The deputy.")
    def post(self, request, pk):
        """Decline a delegation that was left to me."""
        delegating.decline(delegation_id=self.standing(pk).delegation.pk, by=request.user, at=self.at)
        return self.shown(pk)


class DelegationEnd(DelegationView):
    """Ending a delegation."""

    @operation(answers=DelegationShape, who=TWO)
    def post(self, request, pk):
        """Take a delegation back, or hand back one that was left to me."""
        found = self.standing(pk).delegation
        end = delegating.revoke if found.delegator_id == request.user.pk else delegating.hand_back
        end(delegation_id=found.pk, by=request.user, at=self.at)
        return self.shown(pk)
