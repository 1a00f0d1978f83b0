# SPDX-License-Identifier: AGPL-3.0-or-later
"""Moves through the API: what I may do now and why not the rest, and doing it, by the services of the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import Http404
from rest_framework.response import Response

from innovato.api.operations import operation
from innovato.api.problems import Problem
from innovato.api.schema import ApiSchema
from innovato.organisation.capabilities import Capability
from workflow import rules
from workflow.api import inputs
from workflow.api.base import FloorView
from workflow.api.shapes import MovesShape, Standing
from workflow.models import Idea
from workflow.services import (
    decisions,
    due,
    handing_in,
    merging,
    pilots,
    redaction,
    reexamination,
    review,
    screening,
)


@dataclass(frozen=True)
class Call:
    """The body a move takes and the service that makes it."""

    body: type[inputs.MoveBody]
    service: Callable


CALLS = {
    "submit": Call(inputs.MoveBody, handing_in.submit),
    "request_changes": Call(inputs.RequestChangesBody, screening.request_changes),
    "resume_screening": Call(inputs.MoveBody, due.resume_screening),
    "admit": Call(inputs.AdmitBody, screening.admit),
    "refuse_admission": Call(inputs.RefuseAdmissionBody, screening.refuse_admission),
    "merge": Call(inputs.MergeBody, merging.propose),
    "undo_admission": Call(inputs.MoveBody, partial(screening.undo, move="undo_admission")),
    "undo_refusal": Call(inputs.MoveBody, partial(screening.undo, move="undo_refusal")),
    "undo_merge": Call(inputs.MoveBody, partial(screening.undo, move="undo_merge")),
    "transfer": Call(inputs.TransferBody, screening.transfer),
    "redact": Call(inputs.RedactBody, redaction.redact),
    "select": Call(inputs.ReasonBody, screening.select),
    "complete_review": Call(inputs.ReasonBody, review.complete_early),
    "reopen_review": Call(inputs.MoveBody, decisions.reopen_review),
    "approve_pilot": Call(inputs.ReasonBody, decisions.approve_pilot),
    "decline": Call(inputs.DeclineBody, decisions.decline),
    "defer": Call(inputs.DeferBody, decisions.defer),
    "resume": Call(inputs.MoveBody, decisions.resume),
    "request_reexamination": Call(inputs.ReexaminationBody, reexamination.request_reexamination),
    "conclude_pilot": Call(inputs.ConcludeBody, pilots.conclude_pilot),
    "extend_pilot": Call(inputs.ExtendBody, pilots.extend_pilot),
    "verify": Call(inputs.VerifyBody, pilots.verify),
    "withdraw": Call(inputs.MoveBody, handing_in.withdraw),
}


class IdeaMoves(FloorView):
    """Every move of the table, whether I may make it now, what it takes, and otherwise why not."""

    @operation(answers=MovesShape, who="Who sees the idea.")
    def get(self, request, ref):
        """What I may do with an idea now, and why not the rest. A constant number of queries: the rules are asked in memory."""
        idea = self.idea(ref)
        return Response({"version": idea.version, "moves": [self._shape(move, idea) for move in rules.MOVES]})

    def _shape(self, move: str, idea: Idea) -> dict:
        refusal = rules.refusal(self.actor, move, idea, self.at)
        if refusal is not None:
            why = {"code": refusal.code, "sentence": str(refusal.sentence), "status": refusal.status}
            return {"move": move, "allowed": False, "takes": [], "refusal": why}
        return {"move": move, "allowed": True, "takes": list(CALLS[move].body().fields), "refusal": None}


class IdeaMove(FloorView):
    """Making one move; answers where the idea stands now. Moves that people never make end here too."""

    schema = None

    @operation(answers=Standing)
    def post(self, request, ref, move):
        """Make a move."""
        return self.make(request, ref, move)

    def make(self, request, ref: str, move: str) -> Response:
        """Who may not is told so before the body is looked at; the service asks again, holding the idea."""
        if move not in rules.MOVES:
            raise Http404
        idea = self.idea(ref)
        refusal = rules.refusal(self.actor, move, idea, self.at)
        if refusal is not None:
            state = str(idea.state)
            raise Problem(refusal.status, refusal.sentence, code=refusal.code, state=state, version=idea.version)
        call = CALLS[move]
        given = call.body(data=request.data)
        given.is_valid(raise_exception=True)
        call.service(idea_id=idea.pk, by=request.user, at=self.at, **given.validated_data)
        return Response(Standing(Idea.objects.get(pk=idea.pk)).data)


# Who makes it, in the words of the description; the table of rules is what counts.
HOLDERS = {
    "Author": "an author of the idea",
    "LeadReviewer": "the idea's first reviewer",
    "System": "the clock or the ballot",
}
SUMMARIES = {
    "submit": "Hand the idea in",
    "request_changes": "Ask the authors for changes",
    "resume_screening": "Take up again an idea whose authors did not answer in time",
    "admit": "Admit the idea: it is published",
    "refuse_admission": "Refuse the admission, with a reason",
    "merge": "Propose to merge the idea into another one",
    "undo_admission": "Take an admission back, within minutes",
    "undo_refusal": "Take a refused admission back, within minutes",
    "undo_merge": "Take a merge back, until the other idea's ballot opens",
    "transfer": "Pass the idea to another department",
    "redact": "Cover passages and withhold files that tell who proposes, in a blind campaign",
    "select": "Bring an idea that was not selected to review, with a reason",
    "complete_review": "Close the review with fewer scorecards, with a reason",
    "reopen_review": "Ask for the scorecards that are missing",
    "approve_pilot": "Approve the saved plan: the pilot starts and its money is committed",
    "decline": "Decline the idea, with a reason",
    "defer": "Defer the idea to a day",
    "resume": "Take a deferred idea up again",
    "request_reexamination": "Ask, once, that another person looks at a refusal again",
    "conclude_pilot": "Conclude the pilot: adopt or close, with what was learnt",
    "extend_pilot": "Extend the pilot, once",
    "verify": "Verify the benefit of an adopted idea",
    "withdraw": "Withdraw the idea for good",
}


def who_makes(move: str) -> str:
    """Who holds a move, from the table of rules, in English."""
    names = []
    for holder in rules.MOVES[move].holders:
        capability: Capability | None = getattr(holder, "capability", None)
        names.append(f"who holds `{capability}` there" if capability else HOLDERS[type(holder).__name__])
    sentence = " or ".join(names)
    return f"{sentence[0].upper()}{sentence[1:]}; `GET ideas/{{ref}}/moves/` says whether now."


def view_of(move: str) -> type[IdeaMove]:
    """The view of one move with its own body, so that the description and generated clients know what it takes."""

    def post(self, request, ref):
        return self.make(request, ref, move)

    post.__doc__ = f"{SUMMARIES[move]}. Answers where the idea stands now."
    post = operation(takes=CALLS[move].body, answers=Standing, who=who_makes(move))(post)
    name = "Move" + "".join(part.capitalize() for part in move.split("_"))
    return type(
        name, (IdeaMove,), {"post": post, "schema": ApiSchema(), "__doc__": SUMMARIES[move], "__module__": __name__}
    )
