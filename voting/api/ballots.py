# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots through the API: what is voted on, one's own paper, and after the close what is published.

Before the close no answer here depends on how many papers there are, or on whose.
"""

from uuid import UUID

from django.db import DatabaseError
from django.http import HttpResponse
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.operations import operation
from voting import errors, selectors
from voting.api import shapes
from voting.envelope import enveloped
from voting.models import Ballot
from voting.services import calendar, casting
from voting.states import BallotState
from workflow.api.base import FloorView
from workflow.errors import WorkflowError
from workflow.models import Idea

ROOM, ROOM_PER_CHOICE = 256, 48  # bytes; a choice takes 11 in the list and 27 in the receipt
STOPPED = (503,)  # a ballot whose key can't be read is stopped until the guarantor lets it go on
ELECTORS = "The electors of the ballot, in the browser where they signed in."
KEY_THERE = (BallotState.OPEN, BallotState.CLOSED)


class BallotView(FloorView):
    """A view on one ballot, as it stands once the clock has been followed."""

    def ballot(self, pk: UUID) -> Ballot:
        """The ballot of an address. Raises BallotMissing."""
        rows = selectors.with_now(Ballot.objects.select_related("campaign", "round").filter(pk=pk))
        found = rows.first()
        if found is not None and selectors.is_due(ballot=found):
            found = self._advanced(rows, found)
        if found is None:
            raise errors.BallotMissing()
        return found

    def _advanced(self, rows, found: Ballot) -> Ballot:
        try:
            calendar.advance(ballot_id=found.pk)
        except (WorkflowError, DatabaseError):  # the clock will try again; the answer is given as things stand
            return found
        return rows.get()


class Ballots(FloorView):
    """The ballots that are open, or every one of a campaign."""

    asks = shapes.BallotsAsked

    @operation(answers=shapes.BallotRow, pages=True)
    def get(self, request):
        """The ballots that are open, or every one of a `campaign`: few, one page. One query besides the session's."""
        rows = selectors.open_ballots()
        if campaign := self.asked.get("campaign"):
            rows = Ballot.objects.filter(campaign__slug=campaign).order_by("-opens_at", "-sequence", "pk")
        rows = list(rows.select_related("campaign", "round"))
        return pagination.answer(request, pagination.Page(rows), shapes.BallotRow(rows, many=True).data)


class OneBallot(BallotView):
    """GET: one ballot with the ideas on it, in my own order."""

    @operation(answers=shapes.BallotDetail, refuses=STOPPED)
    def get(self, request, pk):
        """One ballot with the ideas on it, in my own order. A constant number of queries, none of them on the urn."""
        ballot = self.ballot(pk)
        lines = selectors.paper_lines(ballot=ballot, person=request.user)
        seen = set(
            Idea.objects.visible_to(self.actor)
            .filter(pk__in=[line.idea_id for line in lines])
            .values_list("pk", flat=True)
        )
        context = {
            "options": [line for line in lines if line.idea_id in seen],
            "may_vote": selectors.may_vote(lines),
        }
        return Response(shapes.BallotDetail(ballot, context=context).data)


class OwnPaper(BallotView):
    """GET, PUT, DELETE: my own paper. There is no address for anybody else's. Never in any cache, never by a token."""

    cache = {"private": True, "no_store": True, "no_transform": True}
    session_only = True

    @operation(answers=shapes.PaperShape, whole=True, refuses=(403, 409, *STOPPED), who=ELECTORS)
    def get(self, request, pk):
        """My own paper: whether one is held, what is on it and its receipt, while the key is there."""
        ballot = self.ballot(pk)
        if ballot.state in KEY_THERE and not selectors.is_elector(ballot=ballot, person=request.user):
            raise errors.NotAnElector()
        paper = selectors.own_paper(ballot=ballot, person=request.user)
        return self._shown(ballot, paper.held, paper.codes)

    @operation(takes=shapes.PaperBody, answers=shapes.PaperShape, whole=True, refuses=STOPPED, who=ELECTORS)
    def put(self, request, pk):
        """Hand the paper in, in place of any earlier one; the same sending twice gives the same receipt."""
        ballot = self.ballot(pk)
        given = shapes.PaperBody(data=request.data)
        given.is_valid(raise_exception=True)
        receipt = casting.cast(ballot_id=pk, by=request.user, **given.validated_data)
        return self._shown(ballot, selectors.Held.YES, receipt.codes)

    def _shown(self, ballot: Ballot, held: selectors.Held, codes: dict[str, str]) -> HttpResponse:
        """The paper, filled up with white space: the size in a server's log says nothing of what is on it."""
        content = JSONRenderer().render(shapes.paper(held, codes)).decode()
        room = ROOM + ROOM_PER_CHOICE * ballot.max_choices
        return HttpResponse(enveloped(content, room), content_type="application/json")

    @operation(status=204, refuses=STOPPED, who=ELECTORS)
    def delete(self, request, pk):
        """Take the paper back; without one nothing happens."""
        casting.withdraw(ballot_id=pk, by=request.user)
        return Response(status=204)


class OnePublication(BallotView):
    """GET: what was published at the close, byte for byte. For everybody where the campaign says so, else for staff."""

    permission_classes = [AllowAny]

    @operation(whole=True, refuses=STOPPED, who="Everybody where the campaign says so, else staff; after the close.")
    def get(self, request, pk):
        """What was published at the close, byte for byte.

        Its fingerprint is in the headers and in the electors' mail.
        """
        ballot = self.ballot(pk)
        if not (request.user.is_authenticated or ballot.campaign.publication_public):
            raise NotAuthenticated()
        found = selectors.find_publication(ballot=ballot)
        if found is None:
            raise errors.BallotMissing()
        headers = {"ETag": f'"{found.sha256}"', "Repr-Digest": f"sha-256=:{shapes.base64_of(found.sha256)}:"}
        return HttpResponse(found.body, content_type="application/json", headers=headers)
