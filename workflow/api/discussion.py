# SPDX-License-Identifier: AGPL-3.0-or-later
"""The discussion under an idea through the API: reading, writing, correcting, reporting, taking away with a reason."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import PersonName, Text
from innovato.api.operations import operation
from workflow import rules
from workflow.api import inputs
from workflow.api.base import FloorView
from workflow.errors import Missing, NotAllowed, WrongState
from workflow.models import Comment, CommentReport
from workflow.selectors.comments import comment_for
from workflow.services import comments


class CommentShape(serializers.Serializer):
    """One comment. Of one that was taken away only the reason stays: `body` is null."""

    id = serializers.IntegerField(source="pk")
    parent = serializers.IntegerField(source="parent_id", allow_null=True)
    kind = serializers.ChoiceField(choices=Comment.Kind.choices)
    body = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    removed_at = serializers.DateTimeField(allow_null=True)
    removal_reason = serializers.CharField()

    def get_body(self, comment) -> str | None:
        """The text, while it stands."""
        return None if comment.removed_at else comment.body

    @extend_schema_field(PersonName())
    def get_author(self, comment):
        """Who wrote it."""
        return PersonName(comment.author).data


class CommentBody(serializers.Serializer):
    """A comment; `parent` is the comment that it answers."""

    kind = serializers.ChoiceField(choices=Comment.Kind.choices, default=Comment.Kind.SUGGESTION)
    body = Text(max_length=comments.LONGEST)
    parent = serializers.IntegerField(
        min_value=1, max_value=pagination.LARGEST_KEY, allow_null=True, default=None, source="parent_id"
    )


class CorrectionBody(serializers.Serializer):
    """The corrected text."""

    body = Text(max_length=comments.LONGEST)


class ReportBody(serializers.Serializer):
    """What is wrong with the comment."""

    reason = Text(max_length=inputs.room(CommentReport, "reason"))


class RemovalBody(serializers.Serializer):
    """Why the comment is taken away: everybody reads it in its place."""

    reason = Text(max_length=inputs.room(Comment, "removal_reason"))


class CommentsAsked(inputs.ListAsked):
    """The comments, from the first or from the last."""

    ordering = serializers.ChoiceField(choices=["oldest", "newest"], default="oldest")


class IdeaComments(FloorView):
    """What is said under an idea."""

    asks = CommentsAsked

    @operation(answers=CommentShape, pages=True, who="Who sees the idea.")
    def get(self, request, ref):
        """The comments and the answers to them, in order of time."""
        rows = Comment.objects.filter(idea=self.seen(ref)).select_related("author")
        newest = self.asked["ordering"] == "newest"
        page = pagination.key_page(rows, after=self.asked["cursor"], newest=newest)
        return pagination.answer(request, page, CommentShape(page.rows, many=True).data)

    @operation(takes=CommentBody, answers=CommentShape, status=201, who="Who sees the idea, once it is published.")
    def post(self, request, ref):
        """Write a comment, or answer one; an answer to an answer stands beside it."""
        idea = self.idea(ref)
        given = CommentBody(data=request.data)
        given.is_valid(raise_exception=True)
        comment = comments.add_comment(idea_id=idea.pk, by=request.user, at=self.at, **given.validated_data)
        return Response(CommentShape(comment).data, status=201)


def tag_of(comment: Comment) -> str:
    """The tag of a comment: another one after each correction."""
    moment = comment.edited_at or comment.at
    return f'"{comment.pk}-{moment.timestamp():.6f}"'


class CommentView(FloorView):
    """A view on one comment."""

    def comment(self, pk: int) -> Comment:
        """The comment of an address. Raises Missing where it, or its idea, is not there for this person."""
        found = comment_for(self.actor, pk) if pk <= pagination.LARGEST_KEY else None
        if found is None:
            raise Missing()
        return found

    def standing(self, pk: int) -> Comment:
        """The comment of an address that was not taken away. Raises WrongState."""
        found = self.comment(pk)
        if found.removed_at is not None:
            raise WrongState()
        return found


class OneComment(CommentView):
    """One comment."""

    @operation(answers=CommentShape, tagged=True, who="Who sees the idea.")
    def get(self, request, pk):
        """One comment."""
        found = self.comment(pk)
        return Response(CommentShape(found).data, headers={"ETag": tag_of(found)})

    @operation(
        takes=CorrectionBody, answers=CommentShape, edits=True, tagged=True, who="Who wrote it, for some minutes."
    )
    def patch(self, request, pk):
        """Correct one's own comment. `If-Match` names the one that was read."""
        found = self.standing(pk)
        if found.author_id != request.user.pk:
            raise NotAllowed()
        self.check_match(tag_of(found))
        given = CorrectionBody(data=request.data)
        given.is_valid(raise_exception=True)
        changed = comments.edit_comment(comment_id=pk, by=request.user, at=self.at, **given.validated_data)
        return Response(CommentShape(changed).data, headers={"ETag": tag_of(changed)})


class CommentReports(CommentView):
    """Telling the innovation office about a comment."""

    @operation(takes=ReportBody, status=204, who="Who sees the idea, about comments of others.")
    def post(self, request, pk):
        """Report a comment that breaks the rules; only the first report counts."""
        if self.standing(pk).author_id == request.user.pk:
            raise NotAllowed()
        given = ReportBody(data=request.data)
        given.is_valid(raise_exception=True)
        comments.report_comment(comment_id=pk, by=request.user, at=self.at, **given.validated_data)
        return Response(status=204)


class CommentRemoval(CommentView):
    """Taking a comment away."""

    @operation(
        takes=RemovalBody, answers=CommentShape, who="Who holds `screen_ideas` there, unless the idea is theirs."
    )
    def post(self, request, pk):
        """Take a comment away and say why in its place; who wrote it is told."""
        found = self.standing(pk)
        if not rules.may_moderate(self.actor, found.idea):
            raise NotAllowed()
        given = RemovalBody(data=request.data)
        given.is_valid(raise_exception=True)
        removed = comments.remove_comment(comment_id=pk, by=request.user, at=self.at, **given.validated_data)
        return Response(CommentShape(removed).data)
