# SPDX-License-Identifier: AGPL-3.0-or-later
"""Objections through the API: one's own report in the hours after the close, and for the guarantor all, to be answered.

Reports carry names and often say whether somebody voted: no cache keeps them, no token reads them.
"""

from rest_framework.response import Response

from innovato.api import pagination
from innovato.api.operations import operation
from voting import errors, rules, selectors
from voting.api import shapes
from voting.api.ballots import ELECTORS, KEY_THERE, STOPPED, BallotView
from voting.services import objections

GUARANTORS = "The guarantors of the ballot, in the browser where they signed in; to everybody else it is not there."


class ObjectionView(BallotView):
    """A view on what was reported about one ballot."""

    cache = {"private": True, "no_store": True}
    session_only = True

    def guarded(self, pk):
        """The ballot of an address, for its guarantor. Raises BallotMissing for everybody else."""
        found = self.ballot(pk)
        if not rules.may_guard(self.actor.access, found):
            raise errors.BallotMissing()
        return found


class OwnObjection(ObjectionView):
    """GET, PUT: my own report about the ballot. Gone with the seal."""

    @operation(answers=shapes.OwnObjectionShape, refuses=(403, *STOPPED), who=ELECTORS)
    def get(self, request, pk):
        """My own report and its answer; an empty text where I reported nothing."""
        ballot = self.ballot(pk)
        if ballot.state in KEY_THERE and not selectors.is_elector(ballot=ballot, person=request.user):
            raise errors.NotAnElector()
        found = selectors.own_objection(ballot=ballot, person=request.user)
        return Response(shapes.OwnObjectionShape(found or shapes.NO_OBJECTION).data)

    @operation(takes=shapes.ObjectionBody, answers=shapes.OwnObjectionShape, refuses=STOPPED, who=ELECTORS)
    def put(self, request, pk):
        """Report a problem in the hours after the close, or say it otherwise while nobody has answered.

        The guarantors read it with your name; do not write what you voted.
        """
        self.ballot(pk)
        given = shapes.ObjectionBody(data=request.data)
        given.is_valid(raise_exception=True)
        raised = objections.raise_objection(ballot_id=pk, by=request.user, at=self.at, **given.validated_data)
        return Response(shapes.OwnObjectionShape(raised).data)


class Objections(ObjectionView):
    """GET: what was reported about the ballot, for its guarantors."""

    @operation(answers=shapes.ObjectionShape, pages=True, refuses=STOPPED, who=GUARANTORS)
    def get(self, request, pk):
        """Everything that was reported, those that wait for an answer first: one page. Gone with the seal."""
        rows = selectors.objections_of(self.guarded(pk))
        shown = [shapes.ObjectionShape(row, context={"person": person}).data for row, person in rows]
        return pagination.answer(request, pagination.Page(rows), shown)


class ObjectionAnswer(ObjectionView):
    """PUT: the guarantor's answer to one report."""

    @operation(takes=shapes.AnswerBody, answers=shapes.ObjectionShape, refuses=STOPPED, who=GUARANTORS)
    def put(self, request, pk, number):
        """Answer a report, once; who wrote it is told."""
        found = self.guarded(pk)
        given = shapes.AnswerBody(data=request.data)
        given.is_valid(raise_exception=True)
        if number > pagination.LARGEST_KEY:
            raise errors.BallotMissing()
        answered = objections.answer_objection(
            objection_id=number, ballot_id=pk, by=request.user, at=self.at, text=given.validated_data["answer"]
        )
        person = next((who for row, who in selectors.objections_of(found) if row.pk == answered.pk), None)
        return Response(shapes.ObjectionShape(answered, context={"person": person}).data)
