# SPDX-License-Identifier: AGPL-3.0-or-later
"""Participation through the API: the protected tables that were released, byte for byte as they are kept."""

from django.http import Http404, HttpResponse
from rest_framework import serializers

from innovato.api import pagination
from innovato.api.fields import Asked
from innovato.api.operations import operation
from innovato.api.problems import Problem
from innovato.api.views import ApiView
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.participation import selectors
from innovato.participation.catalogue import Measure, PeriodKind, Table
from innovato.participation.models import Release

HR = "Who holds `view_participation` for the whole city."


class ReleaseShape(serializers.Serializer):
    """A released table: which one, for which period, how it was protected, and the hash of its body."""

    number = serializers.IntegerField()
    table = serializers.ChoiceField(choices=Table.choices)
    measure = serializers.ChoiceField(choices=Measure.choices)
    period_kind = serializers.ChoiceField(choices=PeriodKind.choices)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    ballot = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    k = serializers.IntegerField()
    headcount_on = serializers.DateField()
    released_at = serializers.DateTimeField()
    sha256 = serializers.CharField()


class ReleasesAsked(Asked):
    """The releases, of one table or measure."""

    cursor = pagination.Cursor()
    table = serializers.ChoiceField(choices=Table.choices, required=False)
    measure = serializers.ChoiceField(choices=Measure.choices, required=False)


class ReleaseView(ApiView):
    """A view on what was released. Nothing else about participation can be asked, by anybody."""

    def check(self) -> None:
        """Raise Problem 403 for who does not read participation figures."""
        if not DepartmentAccess.of(self.request.user).allows(Capability.VIEW_PARTICIPATION, None):
            raise Problem(403, code="not_allowed")


class Releases(ReleaseView):
    """The released tables."""

    asks = ReleasesAsked

    @operation(answers=ReleaseShape, pages=True, who=HR)
    def get(self, request):
        """The released tables, the latest release first. One query besides the session's and the rights'."""
        self.check()
        which = {name: self.asked[name] for name in ("table", "measure") if name in self.asked}
        rows = selectors.releases_for(**which).defer("body")
        page = pagination.key_page(rows, after=self.asked["cursor"])
        return pagination.answer(request, page, ReleaseShape(page.rows, many=True).data)


class OneRelease(ReleaseView):
    """One released table."""

    @operation(whole=True, who=HR)
    def get(self, request, number):
        """One released table as it is kept: its SHA-256 is the one in the list, and in the chain of releases."""
        self.check()
        found = Release.objects.filter(number=number).first() if number <= pagination.LARGEST_KEY else None
        if found is None:
            raise Http404
        return HttpResponse(found.body, content_type="application/json", headers={"ETag": f'"{found.sha256}"'})
