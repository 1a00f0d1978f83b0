# SPDX-License-Identifier: AGPL-3.0-or-later
"""The city through the API: its departments, and colleagues by name: as much of them as the pages tell everybody."""

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import Asked, DepartmentKey, DepartmentName, Text
from innovato.api.operations import operation
from innovato.api.views import ApiView
from innovato.organisation import selectors
from innovato.organisation.models import Department, Person

PAGE_OF_PEOPLE = 20


class DepartmentShape(serializers.Serializer):
    """A department and the one above it. `valid_to` is the first day on which it no longer exists."""

    code = serializers.CharField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    kind = serializers.CharField(source="kind.code")
    parent = DepartmentName(allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    merged_into = DepartmentName(allow_null=True)


class DepartmentsAsked(Asked):
    """The departments: those directly below `parent`, or `below` one at any depth; closed ones only when asked for."""

    cursor = pagination.Cursor()
    parent = DepartmentKey(required=False)
    below = DepartmentKey(required=False)
    closed = serializers.BooleanField(default=False)


class Departments(ApiView):
    """The departments of the city."""

    asks = DepartmentsAsked

    @operation(answers=DepartmentShape, pages=True)
    def get(self, request):
        """The departments, in the order in which they were entered. One query besides the session's."""
        rows = Department.objects.select_related("kind", "parent", "merged_into")
        if not self.asked["closed"]:
            rows = rows.in_force(timezone.localdate())
        if (parent := self.asked["parent"]) is not None:
            rows = rows.filter(parent=parent)
        if (below := self.asked["below"]) is not None:
            rows = rows.below(Department.objects.values_list("path", flat=True).get(pk=below))
        page = pagination.key_page(rows, after=self.asked["cursor"], newest=False)
        return pagination.answer(request, page, DepartmentShape(page.rows, many=True).data)


class OneDepartment(ApiView):
    """One department."""

    @operation(answers=DepartmentShape)
    def get(self, request, code):
        """One department, closed ones too."""
        rows = Department.objects.select_related("kind", "parent", "merged_into")
        found = rows.filter(code=code).first() if code.isprintable() else None
        if found is None:
            raise Http404
        return Response(DepartmentShape(found).data)


class PersonShape(serializers.Serializer):
    """A colleague: name and department, nothing that only they or the personnel office should know."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField(source="get_full_name")
    department = DepartmentName(source="home_department", allow_null=True)


class PeopleAsked(Asked):
    """Colleagues are looked up by name, as on the pages; there is no list of everybody."""

    q = Text(max_length=100, required=True, allow_blank=False)


class People(ApiView):
    """Colleagues by name."""

    asks = PeopleAsked

    @operation(answers=PersonShape, pages=True)
    def get(self, request):
        """Who is in service and has a name like `q`: at most twenty, one page. One query besides the session's."""
        text = " ".join(word for word in self.asked["q"].split() if not word.isdigit())
        found = selectors.search_people(text, limit=PAGE_OF_PEOPLE)
        return pagination.answer(request, pagination.Page(found), PersonShape(found, many=True).data)


class OnePerson(ApiView):
    """One colleague."""

    @operation(answers=PersonShape)
    def get(self, request, uuid):
        """Somebody in service."""
        found = Person.objects.select_related("home_department").filter(uuid=uuid, is_active=True).first()
        if found is None:
            raise Http404
        return Response(PersonShape(found).data)
