# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ballot does to its ideas: open their voting, hand them its outcome, or return them when it is annulled.

Called from the floor above inside its own transaction; values come down, nothing goes back up.
"""

from datetime import datetime

from workflow import rules
from workflow.outcomes import VotingOutcome
from workflow.services import assignment, moves
from workflow.states import IdeaState


def open_voting(*, idea_id: int, ballot_id: str, at: datetime) -> None:
    """Move an admitted idea to voting and freeze its text. Raises WrongState when it is elsewhere."""
    idea = moves.lock(idea_id)
    moves.make(idea, "open_voting", actor=rules.SYSTEM, at=at, data={"ballot": str(ballot_id)})


def conclude_voting(*, outcome: VotingOutcome, at: datetime) -> None:
    """Move a voted idea to review or not selected and keep the numbers with the event. Raises WrongState."""
    idea = moves.lock(outcome.idea_id)
    to = IdeaState.REVIEW if outcome.selected else IdeaState.NOT_SELECTED
    words = {"supports": outcome.supports, "papers": outcome.papers, "quorum": outcome.quorum}
    moves.make(idea, "conclude_voting", actor=rules.SYSTEM, at=at, to=to, data=outcome.as_data(), words=words)
    if outcome.selected:
        assignment.fill(idea, at=at)


def return_to_admitted(*, idea_id: int, reason: str, ballot_id: str, at: datetime) -> None:
    """Take an idea back to admitted because its ballot was annulled, with the guarantor's reason. Raises WrongState.

    A wild card played meanwhile goes back to the office; scorecards already written stay for the next review.
    """
    idea = moves.lock(idea_id)
    data = {"ballot": str(ballot_id), "reason_text": reason}
    moves.make(
        idea,
        "return_to_admitted",
        actor=rules.SYSTEM,
        at=at,
        data=data,
        words={"reason_text": reason},
        values={"wild_card": False},
    )
