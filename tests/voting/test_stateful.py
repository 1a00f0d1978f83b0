# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random lives of a ballot against a plain model: whatever happens, the publication is what the model holds."""

from itertools import chain
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.voting.factories import nonce, opened, voters
from tests.voting.raw import boxes
from voting import errors, selectors, verify_publication
from voting.keystore import KeyDestroyed, key_store
from voting.models import Elector, Publication
from voting.selectors import Held
from voting.services import calendar, casting, closing, sealing
from voting.states import BallotState

people = st.integers(0, 16)
choices = st.sets(st.integers(0, 2), max_size=2)


class Crash(Exception):
    """The process dies here."""


def crash(*args, **options):
    raise Crash


CRASHES = {
    "before the key goes": "voting.services.sealing.key_store",
    "while the key goes": "pathlib.Path.unlink",
    "before the rows go": "voting.services.sealing._finish",
    "while the rows go": "voting.services.sealing.record",
}


class BallotLife(RuleBasedStateMachine):
    """One ballot with twenty electors, three ideas and two choices a paper."""

    def __init__(self):
        super().__init__()
        self.vote = opened(people=17, ideas=3, votes_per_person=2)
        self.stranger = voters(1)[0]
        self.papers = {}
        self.nonces = {}
        self.dead = set()
        self.state = BallotState.OPEN

    def keep(self, voter, receipt, client_nonce):
        """The model's side of a paper handed in."""
        before = self.papers.pop(voter, {})
        if receipt.codes:
            self.papers[voter], self.nonces[voter] = receipt.codes, client_nonce
        self.dead |= set(before.values()) - set(receipt.codes.values())

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule(voter=people, chosen=choices)
    def a_paper_comes_in(self, voter, chosen):
        client_nonce = nonce()
        self.keep(voter, self.vote.cast(self.vote.people[voter], *chosen, client_nonce=client_nonce), client_nonce)

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule(chosen=st.lists(choices, min_size=10, max_size=17))
    def many_papers_come_in(self, chosen):
        for voter, numbers in enumerate(chosen):
            self.a_paper_comes_in(voter, numbers)

    @precondition(lambda self: self.state == BallotState.OPEN and self.papers)
    @rule(data=st.data())
    def a_paper_comes_in_again(self, data):
        voter = data.draw(st.sampled_from(sorted(self.papers)))
        codes = self.papers[voter]
        numbers = [self.vote.codes.index(option) for option in codes if option != "abstain"]
        assert self.vote.cast(self.vote.people[voter], *numbers, client_nonce=self.nonces[voter]).codes == codes

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule(voter=people, number=st.integers(0, 2), supported=st.booleans())
    def the_support_button_is_pressed(self, voter, number, supported):
        client_nonce, held = nonce(), set(self.papers.get(voter, {})) - {"abstain"}
        press = {
            "ballot_id": self.vote.pk, "option": self.vote.codes[number], "by": self.vote.people[voter],
            "supported": supported,
        }  # fmt: skip
        if supported and len(held | {self.vote.codes[number]}) > 2:
            with pytest.raises(errors.FullPaper):
                casting.set_support(**press, client_nonce=client_nonce)
            return
        changed = supported != (self.vote.codes[number] in held)
        receipt = casting.set_support(**press, client_nonce=client_nonce)
        self.keep(voter, receipt, client_nonce if changed else self.nonces.get(voter))

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule(voter=people)
    def a_paper_is_withdrawn(self, voter):
        casting.withdraw(ballot_id=self.vote.pk, by=self.vote.people[voter])
        self.dead |= set(self.papers.pop(voter, {}).values())

    @rule(chosen=choices)
    def a_stranger_tries(self, chosen):
        with pytest.raises(errors.VotingError):
            self.vote.cast(self.stranger, *chosen)

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule()
    def somebody_closes_or_seals_too_early(self):
        assert not closing.close(ballot_id=self.vote.pk)
        assert not sealing.seal(ballot_id=self.vote.pk)

    @precondition(lambda self: self.state != BallotState.OPEN)
    @rule(voter=people, chosen=choices)
    def somebody_votes_too_late(self, voter, chosen):
        with pytest.raises(errors.Closed):
            self.vote.cast(self.vote.people[voter], *chosen)
        with pytest.raises(errors.Closed):
            casting.withdraw(ballot_id=self.vote.pk, by=self.vote.people[voter])

    @precondition(lambda self: self.state == BallotState.OPEN)
    @rule(crashes=st.booleans())
    def the_ballot_closes(self, crashes):
        self.vote.end_window()
        if crashes:
            with patch("voting.services.closing.record", crash), pytest.raises(Crash):
                closing.close(ballot_id=self.vote.pk)
            assert self.vote.fresh().state == BallotState.OPEN
        assert calendar.advance(ballot_id=self.vote.pk)
        self.state = BallotState.CLOSED

    @precondition(lambda self: self.state == BallotState.CLOSED)
    @rule(crashes=st.lists(st.sampled_from(sorted(CRASHES)), max_size=3))
    def the_ballot_is_sealed(self, crashes):
        self.vote.end_objections()
        for step in crashes:
            if step == "while the key goes" and not (key_store()._directory / f"{self.vote.pk}.key").exists():
                continue  # an earlier crash came after the key
            with patch(CRASHES[step], crash), pytest.raises(Crash):
                sealing.seal(ballot_id=self.vote.pk)
        assert calendar.advance(ballot_id=self.vote.pk)
        self.state = BallotState.SEALED

    @rule()
    def the_clock_ticks(self):
        calendar.advance(ballot_id=self.vote.pk)

    @invariant()
    def the_ballot_stands_where_the_model_says(self):
        assert self.vote.fresh().state == self.state

    @invariant()
    def everybody_finds_the_own_paper_while_there_is_a_key(self):
        ballot = self.vote.fresh()
        for number, person in enumerate(self.vote.people):
            paper = selectors.own_paper(ballot=ballot, person=person)
            if self.state == BallotState.SEALED:
                assert paper.held == Held.GONE
            else:
                assert (paper.held == Held.YES, paper.codes) == (number in self.papers, self.papers.get(number, {}))

    @invariant()
    def the_urn_holds_one_box_for_each_paper(self):
        assert len(boxes(self.vote.pk)) == (0 if self.state == BallotState.SEALED else len(self.papers))

    @invariant()
    def the_publication_is_the_model(self):
        publication = Publication.objects.filter(ballot_id=self.vote.pk).first()
        if publication is None:
            assert self.state == BallotState.OPEN
            return
        facts = selectors.published_facts(publication)
        assert all(true for true, _ in verify_publication.checks(publication.body, facts, [publication.sha256]))
        assert (facts["papers"], facts["quorum"]) == (len(self.papers), len(self.papers) >= 10)
        live = {} if not facts["quorum"] else self.papers
        listed = {option["code"]: set(option.get("codes", ())) for option in facts["options"]}
        listed["abstain"] = set(facts.get("abstain", ()))
        every = list(chain.from_iterable(codes.items() for codes in live.values()))
        assert listed == {option: {code for chosen, code in every if chosen == option} for option in listed}
        assert not [code for code in self.dead if code in publication.body]

    @invariant()
    def sealed_means_no_key_no_urn_and_no_electors(self):
        if self.state == BallotState.SEALED:
            assert not Elector.objects.filter(ballot_id=self.vote.pk).exists()
            with pytest.raises(KeyDestroyed):
                key_store().read(self.vote.pk)


@pytest.mark.parametrize("walks, steps", [(12, 20), pytest.param(300, 50, marks=pytest.mark.night)])
@pytest.mark.django_db
def test_whatever_happens_the_publication_is_what_the_model_holds(walks, steps):
    # Shrinking a life through a database takes minutes: the failing steps as found say enough.
    run_state_machine_as_test(
        BallotLife,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
