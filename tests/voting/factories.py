# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots for tests: a small city that votes, its ideas, and the papers of its people. Windows lie round the real now."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from django.utils import timezone

from innovato.organisation.models import Department, Person
from tests import factories
from tests.voting.raw import move_in_time
from voting.models import Ballot
from voting.services import calendar, casting, closing, opening, sealing

_number = count(500_000)


def nonce() -> bytes:
    """A client nonce, as the page sends one with every paper."""
    return os.urandom(16)


@dataclass
class Vote:
    """An opened ballot with the people and ideas around it."""

    ballot: Ballot
    people: list[Person]
    ideas: list
    codes: list[str]
    root: Department
    offices: list[Department] = field(default_factory=list)

    @property
    def pk(self):
        return self.ballot.pk

    def fresh(self) -> Ballot:
        """The ballot as the database has it now."""
        self.ballot = Ballot.objects.select_related("campaign", "round").get(pk=self.ballot.pk)
        return self.ballot

    def cast(self, person, *numbers, client_nonce=None):
        """Hand in a paper that supports the ideas with these numbers."""
        choices = [self.codes[number] for number in numbers]
        return casting.cast(ballot_id=self.pk, by=person, choices=choices, client_nonce=client_nonce or nonce())

    def end(self) -> bool:
        """Let the window end now, and close."""
        self.end_window()
        return closing.close(ballot_id=self.pk)

    def end_window(self):
        """Let the window end now, without closing."""
        return closing.bring_close_forward(ballot_id=self.pk, reason="prova", by=None, at=timezone.now())

    def end_objections(self):
        """Let the hours for objections be over, without sealing."""
        over = timezone.now() - timedelta(seconds=1)
        move_in_time(self.pk, objections_until=over, closed_at=over - timedelta(hours=48))

    def seal(self) -> bool:
        """Let the hours for objections be over, and seal."""
        self.end_objections()
        return sealing.seal(ballot_id=self.pk)


def voters(number: int, *, home=None, **fields) -> list[Person]:
    """That many employees of one office, written in one go."""
    people = [
        Person(
            first_name=f"Voce{n}",
            last_name="Prova",
            home_department=home,
            staff_number=f"{next(_number):06d}",
            **fields,
        )
        for n in range(number)
    ]
    return Person.objects.bulk_create(people)


def scheduled(
    *, people: int = 24, ideas: int = 4, opens=timedelta(hours=-1), closes=timedelta(days=1), **terms
) -> Vote:
    """A ballot on the calendar: `people` electors beside the authors, one for each of the admitted ideas."""
    now = timezone.now()
    root = factories.department("Città")
    office = factories.department("Sportelli", parent=root)
    call = factories.campaign(
        root, at=now, stage="voting", submissions_open_at=now - timedelta(days=30),
        submissions_close_at=now - timedelta(days=10), voting_opens_at=now + opens, voting_closes_at=now + closes, **terms,
    )  # fmt: skip
    authors = voters(ideas, home=office)
    rows = [
        factories.idea(author, call, state="admitted", at=now - timedelta(days=5), title=f"Idea numero {number}")
        for number, author in enumerate(authors)
    ]
    electors = voters(people, home=office)
    ballot = opening.schedule(round_id=call.rounds.get().pk)
    return Vote(ballot=ballot, people=electors, ideas=rows, codes=[], root=root, offices=[office])


def opened(**terms) -> Vote:
    """An open ballot; see `scheduled`."""
    vote = scheduled(**terms)
    assert calendar.advance(ballot_id=vote.pk)
    by_idea = dict(vote.fresh().options.values_list("idea_id", "code"))
    vote.codes = [by_idea[idea.pk] for idea in vote.ideas]
    return vote
