# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain values that travel down to the workflow: what a ballot said about one idea."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class VotingOutcome:
    """The result of one closed ballot for one idea.

    `supports` and `rank` are None when the ballot had no quorum; `papers` and `eligible` count people.
    `sha256` is the publication's hash, the anchor of every number here.
    """

    idea_id: int
    ballot_id: str
    supports: int | None
    papers: int
    eligible: int
    rank: int | None
    selected: bool
    quorum: bool
    sha256: str

    def as_data(self) -> dict:
        """The outcome as plain values, to be kept with the event."""
        return asdict(self)
