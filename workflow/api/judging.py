# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reviewing through the API: my scorecards, and those of an idea that were handed in."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.fields import PersonName, Text
from innovato.api.operations import operation
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.api import inputs, shapes
from workflow.api.base import FloorView
from workflow.errors import NotAllowed
from workflow.models import Idea, Review, Score
from workflow.models.review import HIGHEST, LOWEST
from workflow.selectors import review as selectors
from workflow.selectors.idea_page import cards_for
from workflow.services import review

Status = Review.Status
REVIEWER = "Who was asked to review the idea and holds `review_ideas` there."
MOST_ROWS = 20


# Scorecards ----------------------------------------------------------------------------------------------------------


class CardRow(serializers.Serializer):
    """One of my scorecards."""

    id = serializers.IntegerField(source="pk")
    idea = shapes.IdeaName()
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField(source="get_status_display")
    due_on = serializers.DateField()
    is_third_opinion = serializers.BooleanField()
    assigned_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    recommendation = serializers.CharField()
    weighted_score = serializers.DecimalField(max_digits=4, decimal_places=2, allow_null=True)


class PointsShape(serializers.Serializer):
    """The points for one criterion, 0 to 5, with the reason; null while undecided."""

    criterion = serializers.IntegerField(source="criterion_id")
    value = serializers.IntegerField(allow_null=True)
    comment = serializers.CharField()


class CardDetail(CardRow):
    """My scorecard with its points. `gaps` says what is missing before it can be handed in."""

    advice = serializers.CharField()
    text_for_author = serializers.CharField()
    points = PointsShape(source="scores", many=True)
    gaps = serializers.SerializerMethodField()

    def get_gaps(self, card) -> dict[str, str]:
        """What is missing, by member; empty while it is not written on, and when it is whole."""
        return review.missing(card) if card.status == Status.DECLARED else {}


class ReviewsAsked(inputs.ListAsked):
    """My scorecards, by status."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)


class Reviews(FloorView):
    """My scorecards."""

    asks = ReviewsAsked

    @operation(answers=CardRow, pages=True, who="Who holds `review_ideas` somewhere, their own.")
    def get(self, request):
        """My scorecards, the newest first. One query besides the session's and the rights'."""
        if not self.actor.access.has(Capability.REVIEW_IDEAS):
            raise NotAllowed()
        rows = selectors.own_cards(self.actor).select_related("idea")
        if status := self.asked.get("status"):
            rows = rows.filter(status=status)
        page = pagination.key_page(rows, after=self.asked["cursor"])
        return pagination.answer(request, page, CardRow(page.rows, many=True).data)


class PointsBody(serializers.Serializer):
    """The points for one criterion of the campaign's rubric."""

    criterion = serializers.IntegerField(min_value=1, max_value=pagination.LARGEST_KEY)
    value = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST, allow_null=True, default=None)
    comment = Text(max_length=inputs.room(Score, "comment"))


class CardBody(serializers.Serializer):
    """The whole scorecard as it is written so far."""

    points = PointsBody(many=True, required=False, default=list, max_length=MOST_ROWS)
    recommendation = serializers.ChoiceField(
        choices=Review.Recommendation.choices, allow_blank=True, required=False, default=""
    )
    advice = Text(max_length=inputs.room(Review, "advice"))
    text_for_author = Text(max_length=inputs.room(Review, "text_for_author"))


class RecusalBody(serializers.Serializer):
    """The conflict of interest, in words."""

    reason = Text(max_length=1000)


class CardView(FloorView):
    """A view on my scorecard of one idea."""

    def card(self, ref: str) -> Review:
        """My scorecard. Raises NotAllowed where none was asked of me, or I stepped back."""
        idea = self.idea(ref)
        card = selectors.card_of(idea, self.request.user.pk)
        may = self.actor.access.allows(Capability.REVIEW_IDEAS, idea.judging_department_id)
        if not may or card is None or card.status == Status.RECUSED:
            raise NotAllowed(_("Questa valutazione non è affidata a te."))
        card.idea = idea
        return card

    def shown(self, ref: str) -> Response:
        """The scorecard as it stands, with the tag that a change has to name."""
        card = self.card(ref)
        return Response(CardDetail(card).data, headers={"ETag": card_tag(card)})


def card_tag(card: Review) -> str:
    """The tag of a scorecard: another one after each saving."""
    moment = card.saved_at or card.declared_at or card.assigned_at
    return f'"{card.status}-{moment.timestamp():.6f}"'


class MyCard(CardView):
    """My scorecard of one idea."""

    @operation(answers=CardDetail, tagged=True, who=REVIEWER)
    def get(self, request, ref):
        """My scorecard of an idea."""
        return self.shown(ref)

    @operation(takes=CardBody, answers=CardDetail, edits=True, tagged=True, who=REVIEWER)
    def put(self, request, ref):
        """Keep what is written so far. `If-Match` names the scorecard that was read."""
        card = self.card(ref)
        self.check_match(card_tag(card))
        given = CardBody(data=request.data)
        given.is_valid(raise_exception=True)
        sheet = dict(given.validated_data)
        points = sheet.pop("points")
        sheet["points"] = {row["criterion"]: row["value"] for row in points}
        sheet["words"] = {row["criterion"]: row["comment"] for row in points}
        review.save(idea_id=card.idea_id, by=request.user, at=self.at, sheet=review.Sheet(**sheet))
        return self.shown(ref)


class CardDeclaration(CardView):
    """Saying that there is no conflict of interest."""

    @operation(answers=CardDetail, who=REVIEWER)
    def post(self, request, ref):
        """Declare that I have no conflict of interest: the criteria open. Repeating it changes nothing."""
        review.declare(idea_id=self.card(ref).idea_id, by=request.user, at=self.at)
        return self.shown(ref)


class CardRecusal(CardView):
    """Stepping back."""

    @operation(takes=RecusalBody, status=204, who=REVIEWER)
    def post(self, request, ref):
        """Step back for a conflict of interest: a substitute is asked."""
        card = self.card(ref)
        given = RecusalBody(data=request.data)
        given.is_valid(raise_exception=True)
        review.recuse(idea_id=card.idea_id, by=request.user, at=self.at, **given.validated_data)
        return Response(status=204)


class CardSubmission(CardView):
    """Handing a scorecard in."""

    @operation(answers=CardDetail, who=REVIEWER)
    def post(self, request, ref):
        """Hand my scorecard in as it was saved: from here nothing of it changes."""
        review.submit(idea_id=self.card(ref).idea_id, by=request.user, at=self.at)
        return self.shown(ref)


class SheetShape(serializers.Serializer):
    """A scorecard that was handed in. `reviewer` is null for the authors, who are not told who wrote it."""

    id = serializers.IntegerField(source="pk")
    reviewer = serializers.SerializerMethodField()
    submitted_at = serializers.DateTimeField()
    recommendation = serializers.SerializerMethodField()
    weighted_score = serializers.DecimalField(max_digits=4, decimal_places=2)
    advice = serializers.SerializerMethodField()
    text_for_author = serializers.CharField()
    points = PointsShape(source="scores.all", many=True)

    @extend_schema_field(PersonName(allow_null=True))
    def get_reviewer(self, card):
        """Who wrote it."""
        return PersonName(card.reviewer).data if self.context["named"] else None

    def get_recommendation(self, card) -> str | None:
        """What is recommended to who decides."""
        return card.recommendation if self.context["named"] else None

    def get_advice(self, card) -> str | None:
        """What only who decides reads."""
        return card.advice if self.context["named"] else None


class IdeaReviews(FloorView):
    """The scorecards of an idea that were handed in."""

    @operation(
        answers=SheetShape,
        pages=True,
        who="Who decides on the idea now, reviewers whose own is in; after the decision, without names, authors and office.",
    )
    def get(self, request, ref):
        """The scorecards I may read: few, one page; empty for who may read none."""
        idea = self.idea(ref)
        named = self._judges(idea)
        if named:
            rows = selectors.sheets(idea, [], first=request.user.pk).reviews
        else:
            rows = [card.review for card in cards_for(idea, self.actor)]
        context = {"named": named}
        return pagination.answer(request, pagination.Page(rows), SheetShape(rows, many=True, context=context).data)

    def _judges(self, idea: Idea) -> bool:
        if rules.may(self.actor, "decline", idea, self.at):
            return True
        if not self.actor.access.allows(Capability.REVIEW_IDEAS, idea.judging_department_id):
            return False
        card = selectors.card_of(idea, self.request.user.pk)
        return card is not None and card.status == Status.SUBMITTED
