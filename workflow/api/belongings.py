# SPDX-License-Identifier: AGPL-3.0-or-later
"""What belongs to an idea through the API: the versions of its text, its files, and who follows it."""

from django.http import Http404
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.operations import operation
from workflow import rules
from workflow.api import inputs, shapes
from workflow.api.base import FloorView
from workflow.api.writing import AUTHORS
from workflow.downloads import handed_out
from workflow.models import Attachment, Follow, Idea, IdeaVersion
from workflow.selectors import history, versions
from workflow.selectors.proposing import attachment_of
from workflow.services import attachments, following, writing

# Versions ------------------------------------------------------------------------------------------------------------


class FileName(serializers.Serializer):
    """A file as a version names it."""

    name = serializers.CharField()
    sha256 = serializers.CharField()


class ContentShape(serializers.Serializer):
    """The text as it was handed in, in plain values."""

    title = serializers.CharField()
    problem = serializers.CharField()
    proposal = serializers.CharField()
    benefit = serializers.CharField()
    beneficiaries = serializers.ListField(child=serializers.CharField())
    how_measured = serializers.CharField()
    estimated_cost = serializers.CharField(allow_null=True)
    duration_months = serializers.IntegerField(allow_null=True)
    theme = serializers.CharField()
    department = serializers.CharField()
    departments_touched = serializers.ListField(child=serializers.CharField())
    attachments = FileName(many=True)


class VersionShape(serializers.Serializer):
    """One version of the text, numbered from 1 at each handing in."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    content = ContentShape()


class IdeaVersions(FloorView):
    """The text as it stood each time it was handed in."""

    @operation(
        answers=VersionShape, pages=True, who="Who sees the idea: authors and office all, others the admitted one on."
    )
    def get(self, request, ref):
        """The versions I may see, the oldest first: they are few, one page."""
        found = self.versions(ref)
        return pagination.answer(request, pagination.Page(found), VersionShape(found, many=True).data)

    def versions(self, ref: str) -> list[IdeaVersion]:
        """The versions that this reader may see."""
        idea = self.seen(ref)
        reader = history.Reader.of(self.actor, idea)
        return versions.versions_for(idea, insider=reader.insider, names=reader.names)


class OneVersion(IdeaVersions):
    """One version."""

    @operation(answers=VersionShape, who="As for the list of versions.")
    def get(self, request, ref, number):
        """One version of the text, by its number."""
        found = next((row for row in self.versions(ref) if row.number == number), None)
        if found is None:
            raise Http404
        return Response(VersionShape(found).data)


# Files ---------------------------------------------------------------------------------------------------------------


class AttachmentShape(serializers.Serializer):
    """A file that comes with an idea; `content_type` is what the bytes are. `size` in bytes."""

    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    at = serializers.DateTimeField()


class FileBody(serializers.Serializer):
    """One file, as `multipart/form-data`."""

    file = serializers.FileField(allow_empty_file=True)


class IdeaAttachments(FloorView):
    """The files of an idea."""

    def get_parsers(self):
        """A file comes as a form, everything else has no body."""
        return [MultiPartParser()]

    @operation(answers=AttachmentShape, pages=True, who="Who sees the idea.")
    def get(self, request, ref):
        """The files of an idea: five at most, one page."""
        idea = self.seen(ref)
        rows = [row for row in idea.attachments.all() if rules.may_read_file(self.actor, idea, row)]
        return pagination.answer(request, pagination.Page(rows), AttachmentShape(rows, many=True).data)

    @operation(takes=FileBody, answers=AttachmentShape, status=201, upload=True, who=AUTHORS)
    def post(self, request, ref):
        """Add a file; its kind is told by its bytes."""
        idea = self.idea(ref)
        writing.check_may_write(self.actor, idea)
        given = FileBody(data=request.data)
        given.is_valid(raise_exception=True)
        row = attachments.attach(idea_id=idea.pk, by=request.user, at=self.at, **given.validated_data)
        return Response(AttachmentShape(row).data, status=201)


class OneAttachment(FloorView):
    """One file of an idea."""

    def attachment(self, ref: str, uuid) -> Attachment:
        """The file of an address."""
        idea = self.seen(ref)
        found = attachment_of(idea, uuid)
        if found is None or not rules.may_read_file(self.actor, idea, found):
            raise Http404
        return found

    @operation(answers=AttachmentShape, who="Who sees the idea.")
    def get(self, request, ref, uuid):
        """What is known of a file."""
        return Response(AttachmentShape(self.attachment(ref, uuid)).data)

    @operation(status=204, who=AUTHORS)
    def delete(self, request, ref, uuid):
        """Take a file away."""
        idea = self.idea(ref)
        writing.check_may_write(self.actor, idea)
        self.attachment(ref, uuid)
        attachments.detach(idea_id=idea.pk, by=request.user, uuid=uuid, at=self.at)
        return Response(status=204)


class AttachmentContent(OneAttachment):
    """The bytes of a file."""

    http_method_names = ["get", "head"]

    @operation(media="application/octet-stream", whole=True, who="Who sees the idea.")
    def get(self, request, ref, uuid):
        """The file itself, to be saved; what kind it is stands beside its name."""
        answer = handed_out(self.attachment(ref, uuid))
        answer.headers["Content-Type"] = "application/octet-stream"
        return answer


# Following -----------------------------------------------------------------------------------------------------------


class FollowShape(serializers.Serializer):
    """Whether I follow an idea, and since when."""

    following = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)


class IdeaFollow(FloorView):
    """Whether I am told what happens to an idea."""

    def _shown(self, idea: Idea) -> Response:
        since = Follow.objects.filter(idea=idea, person=self.request.user).values_list("since", flat=True).first()
        return Response(FollowShape({"following": since is not None, "since": since}).data)

    @operation(answers=FollowShape, who="Who sees the idea.")
    def get(self, request, ref):
        """Whether I follow an idea."""
        return self._shown(self.seen(ref))

    @operation(answers=FollowShape, who="Who sees the idea, once it is published.")
    def put(self, request, ref):
        """Follow an idea; repeating it changes nothing."""
        idea = self.idea(ref)
        following.follow(idea_id=idea.pk, by=request.user, at=self.at)
        return self._shown(idea)

    @operation(status=204, who="Who sees the idea.")
    def delete(self, request, ref):
        """Follow it no longer."""
        following.unfollow(idea_id=self.seen(ref).pk, by=request.user)
        return Response(status=204)


class MyFollows(FloorView):
    """The ideas I follow."""

    asks = inputs.ListAsked

    @operation(answers=shapes.IdeaName, pages=True, who="Everybody, their own.")
    def get(self, request):
        """The ideas I follow and see, the newest first."""
        rows = Idea.objects.visible_to(self.actor).followed_by(request.user.pk)
        rows = rows.defer("problem", "proposal", "benefit", "reexamination_text")
        page = pagination.key_page(rows, after=self.asked["cursor"])
        return pagination.answer(request, page, shapes.IdeaName(page.rows, many=True).data)
