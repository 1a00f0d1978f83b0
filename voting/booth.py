# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voting booth: what one person sees of the own papers in one request, read once, shown to nobody else, never kept.

Pages come here instead of asking the selectors themselves, so that an answer which shows a choice is always marked
(`voting.middleware`) and a list of ideas costs a constant number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from voting import selectors
from voting.models import Ballot
from voting.selectors import OwnPaper
from workflow.models import Idea


@dataclass(frozen=True)
class Choice:
    """One idea of an open ballot as its elector meets it. `receipt` is the published code, where it is supported."""

    ballot: Ballot
    code: str
    ref: str
    title: str
    own: bool
    paper: OwnPaper

    @property
    def supported(self) -> bool:
        """Whether this idea is on the person's paper."""
        return self.code in self.paper.choices

    @property
    def receipt(self) -> str:
        """The code by which everybody will find this choice in the idea's list; empty where it is not supported."""
        return self.paper.codes.get(self.code, "")

    @property
    def full(self) -> bool:
        """Whether one idea more does not fit on the paper."""
        return len(self.paper.choices) >= self.ballot.max_choices


class Booth:
    """One person's own papers in the ballots that are open, for one request."""

    def __init__(self, person):
        self._person = person
        self._papers: list[tuple[Ballot, OwnPaper]] | None = None
        self._choices: dict[int, Choice | None] = {}

    @property
    def papers(self) -> list[tuple[Ballot, OwnPaper]]:
        """The open ballots this person may vote in, the first to close first. One query and one for each of them."""
        if self._papers is None:
            self._papers = selectors.ballots_to_vote(person=self._person)
        return self._papers

    def paper_in(self, ballot_id) -> tuple[Ballot, OwnPaper] | None:
        """The ballot and the own paper, if it is open and this person may vote in it."""
        return next((pair for pair in self.papers if pair[0].pk == ballot_id), None)

    def choice(self, idea: Idea, shown: Iterable[Idea] = ()) -> Choice | None:
        """What the support button of `idea` shows; None where the person has no paper to put it on.

        `shown` are the ideas of the same page: they are read together, in one query for all of them.
        """
        if idea.pk not in self._choices:
            self._read([idea, *shown])
        return self._choices[idea.pk]

    def look_at(self, ideas: Iterable[Idea]) -> None:
        """Read the papers and these ideas' places on them together: one query, and one for each ballot."""
        if self._papers is None:
            self._read(list(ideas))

    def _read(self, ideas: list[Idea]) -> None:
        by_id = {idea.pk: idea for idea in ideas}
        self._choices |= dict.fromkeys(by_id)
        places = selectors.places_of(by_id, person=self._person)
        if self._papers is None:
            ballots = {place.ballot.pk: place.ballot for place in places}.values()
            self._papers = [(each, selectors.own_paper(ballot=each, person=self._person)) for each in ballots]
        papers = {ballot.pk: paper for ballot, paper in self._papers}
        for place in places:
            if place.idea_id in by_id and place.ballot.pk in papers:
                idea = by_id[place.idea_id]
                paper = papers[place.ballot.pk]
                self._choices[idea.pk] = Choice(place.ballot, place.code, idea.ref, idea.title, place.own, paper)


def booth_of(request) -> Booth:
    """The booth of this request's person. Entering it marks the answer as not to be kept."""
    if not was_entered(request):
        request._booth = Booth(request.user)
    return request._booth


def was_entered(request) -> bool:
    """Whether this answer shows, or may show, an own paper."""
    return hasattr(request, "_booth")
