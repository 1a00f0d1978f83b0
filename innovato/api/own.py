# SPDX-License-Identifier: AGPL-3.0-or-later
"""One's own corner of the API: who I am and what I may do where, and my notices."""

import re

from django.http import Http404
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import Asked, DepartmentName
from innovato.api.operations import operation
from innovato.api.views import ApiView
from innovato.notifications import selectors as notices
from innovato.notifications import services, words
from innovato.notifications.models import Notice
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import LABELS, Capability
from innovato.organisation.models import Department, Person


class CapabilityShape(serializers.Serializer):
    """One capability and the departments it was given on; it holds below them too."""

    capability = serializers.ChoiceField(choices=[each.value for each in Capability])
    label = serializers.CharField()
    departments = DepartmentName(many=True)


class MeShape(serializers.Serializer):
    """The person signed in. `csrf_token` goes into `X-CSRFToken` of whatever a browser changes."""

    id = serializers.UUIDField(source="uuid")
    staff_number = serializers.CharField()
    name = serializers.CharField(source="get_full_name")
    email = serializers.CharField()
    language = serializers.CharField()
    contract_area = serializers.CharField()
    department = DepartmentName(source="home_department", allow_null=True)
    capabilities = serializers.SerializerMethodField()
    csrf_token = serializers.SerializerMethodField()

    @extend_schema_field(CapabilityShape(many=True))
    def get_capabilities(self, person):
        """What the person may do and where."""
        return capabilities(DepartmentAccess.of(person))

    def get_csrf_token(self, person) -> str:
        """The proof for this browser."""
        return get_token(self.context["request"])


class Me(ApiView):
    """The person, every capability with the departments it was given on (and holds below), and the CSRF token."""

    cache = {"private": True, "no_store": True}

    @operation(answers=MeShape)
    def get(self, request):
        """Who I am. Four queries, whatever the rights."""
        person = Person.objects.select_related("home_department").get(pk=request.user.pk)
        return Response(MeShape(person, context={"request": request._request}).data)


def capabilities(access: DepartmentAccess) -> list[dict]:
    """What a person may do and where, in the order of the vocabulary. One query where there is anything."""
    paths = {path for capability in access.capabilities for path in access.paths(capability)}
    rows = Department.objects.filter(path__in=paths).order_by("path") if paths else []
    by_path = {row.path: DepartmentName(row).data for row in rows}
    return [
        {
            "capability": capability.value,
            "label": str(LABELS[capability]),
            "departments": [by_path[path] for path in access.paths(capability) if path in by_path],
        }
        for capability in Capability
        if access.has(capability)
    ]


class NoticeShape(serializers.Serializer):
    """One notice: what it is about and where it leads."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    title = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="deliver_after")
    read_at = serializers.DateTimeField(allow_null=True)

    def get_title(self, notice) -> str:
        """The name of what the notice is about, on one line."""
        return words.one_line(str(notice.context.get("title", "")))

    def get_url(self, notice) -> str | None:
        """A path of this site, or nothing."""
        url = notice.context.get("url")
        return url if words.is_local_path(url) else None


class NoticesAsked(Asked):
    """The list of notices has no filters."""

    cursor = pagination.Cursor(pattern=re.compile(r"[0-9]{1,17}-[0-9]{1,18}"), kind=str, default="")


class Notices(ApiView):
    """One's own notices."""

    asks = NoticesAsked

    @operation(answers=NoticeShape, pages=True, who="Everybody, their own.")
    def get(self, request):
        """My notices, the newest first. One query besides the session's; neither those held back nor those taken back."""
        found = notices.page(person_id=request.user.pk, at=timezone.now(), after=self.asked["cursor"])
        page = pagination.Page(list(found.notices), found.following)
        return pagination.answer(request, page, NoticeShape(page.rows, many=True).data)


class NoticeRead(ApiView):
    """Whether one's own notice has been read."""

    @operation(answers=NoticeShape, who="Who received it.", refuses=(404,))
    def put(self, request, pk):
        """Mark a notice as read; repeating it changes nothing."""
        at = timezone.now()
        mine = Notice.objects.visible_to(request.user.pk, at=at).filter(pk=pk)
        if pk > pagination.LARGEST_KEY or not mine.exists():
            raise Http404
        services.mark_read(person_id=request.user.pk, at=at, notice_id=pk)
        return Response(NoticeShape(mine.get()).data)
