# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the ballot said about an idea, read from the event that closed it."""

from dataclasses import dataclass

from workflow.models import IdeaEvent


@dataclass(frozen=True)
class VotingResult:
    """Sheets that named the idea, of all sheets, and its rank. `supports` and `rank` are None without a quorum."""

    supports: int | None
    papers: int
    rank: int | None


def voting_result(idea) -> VotingResult | None:
    """The result of the idea's last closed ballot; None where none was held. One query."""
    event = IdeaEvent.objects.filter(idea=idea, kind="conclude_voting").order_by("-number").first()
    if event is None:
        return None
    data = event.data
    return VotingResult(supports=data.get("supports"), papers=data.get("papers", 0), rank=data.get("rank"))
