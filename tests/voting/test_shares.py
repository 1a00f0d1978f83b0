# SPDX-License-Identifier: AGPL-3.0-or-later
"""Equal shares: small elections worked out by hand, a plain second implementation, and a city's published winners."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.replay.pabulib import read_election
from voting.shares import Bought, equal_shares

TIE = {code: code for code in "ABCDE"}
OTHER_TIE = {code: chr(200 - ord(code)) for code in "ABCDE"}


def share(papers: dict[str, int], costs: dict[str, int], fund: int, tie=TIE):
    """Papers by their choices ("AB": 3), costs and fund in euros."""
    profiles = {tuple(sorted(choices)): number for choices, number in papers.items()}
    return equal_shares(profiles, {code: cost * 100 for code, cost in costs.items()}, fund * 100, tie)


def told(result) -> list[tuple[str, int, float]]:
    """What was bought: option, how many pay, and the price in euros, to the cent."""
    return [(each.option, each.payers, round(float(each.price) / 100, 2)) for each in result.bought]


def test_every_supporter_pays_the_same_where_everybody_can():
    assert told(share({"A": 72, "B": 28}, {"A": 9000, "B": 3000}, 12_500)) == [("A", 72, 125.0), ("B", 28, 107.14)]


def test_a_small_group_gets_the_idea_it_can_pay_though_others_have_more_supporters():
    papers = {"ABC": 60, "D": 40}
    costs = {"A": 5000, "B": 5000, "C": 5000, "D": 4000}
    assert share(papers, costs, 10_000).chosen == {"A", "D"}


def test_who_has_less_left_gives_what_is_left_and_the_others_pay_the_rest():
    # 10 each. A (10 supporters, 60): 6 each. B: the 5 who paid A have 4 left and give it, the other 5 pay (40-20)/5 = 4.
    result = share({"A": 5, "AB": 5, "B": 5}, {"A": 60, "B": 45}, 150)
    assert told(result) == [("A", 10, 6.0), ("B", 10, 5.0)]
    # With 4 left the first five can't pay 4.50: they give 4, and the others 5 each.


def test_shares_grow_by_a_euro_until_nothing_more_fits():
    # 25 each: A costs its 4 supporters 30 each. Six steps later they have 31 ≥ 30; then nothing is left for B.
    result = share({"A": 4, "B": 2}, {"A": 120, "B": 80}, 150)
    assert (told(result), float(result.start) / 100, result.step) == ([("A", 4, 30.0)], 25.0, 100)
    assert Fraction(30) <= result.share / 100 <= 31


def test_growing_stops_before_the_fund_would_be_overspent():
    result = share({"A": 10, "B": 10}, {"A": 100, "B": 101}, 200)
    assert told(result) == [("A", 10, 10.0)]


@pytest.mark.parametrize(("tie", "winner"), [(TIE, "A"), (OTHER_TIE, "B")])
def test_equal_claims_are_decided_by_the_hash_and_by_nothing_else(tie, winner):
    assert told(share({"AB": 10}, {"A": 100, "B": 100}, 150, tie)) == [(winner, 10, 10.0)]


def test_two_ideas_that_become_payable_in_the_same_step_and_cost_more_than_the_fund_are_both_left_out():
    assert told(share({"A": 5, "B": 5}, {"A": 100, "B": 100}, 150)) == []


def test_blank_papers_have_no_share_and_change_nothing():
    papers, costs = {"A": 6, "AB": 4, "B": 5}, {"A": 90, "B": 80}
    assert share(papers | {"": 40}, costs, 160) == share(papers, costs, 160)
    assert share({"": 40}, costs, 160) is None
    assert share({}, costs, 160) is None


def test_what_costs_more_than_the_fund_or_has_no_cost_or_no_supporter_is_never_chosen():
    result = share({"A": 5, "B": 5, "C": 5}, {"A": 1000, "B": 90, "D": 1}, 100)
    assert result.chosen == {"B"}


def test_what_costs_nothing_is_chosen_where_somebody_wants_it():
    assert told(share({"A": 5, "B": 1}, {"A": 0, "B": 100, "C": 0}, 100)) == [("A", 5, 0.0), ("B", 1, 100.0)]


def test_with_small_shares_the_steps_are_smaller():
    assert share({"A": 1000}, {"A": 10}, 5000).step == 10
    assert share({"A": 1000}, {"A": 10}, 500).step == 1


def test_with_so_many_papers_that_counting_would_take_too_long_the_steps_are_larger(monkeypatch):
    monkeypatch.setattr("voting.shares.MOST_VISITS", 10)
    assert share({"A": 1, "B": 1}, {"A": 10, "B": 10}, 2000).step == 20_000


def plain(profiles, costs, fund, tie, step):
    """The method once more, as its definition reads, voter by voter in fractions."""

    def choose(each):
        left = dict.fromkeys(range(len(voters)), each)
        bought = [
            Bought(c, len(supporters[c]), Fraction(0))
            for c in sorted(costs, key=tie.get)
            if not costs[c] and supporters[c]
        ]
        while True:
            claims = []
            for c in set(costs) - {b.option for b in bought}:
                rich = sorted((left[v] for v in supporters[c]), reverse=True)
                payers, rest = [x for x in rich if x], costs[c]
                if 0 < costs[c] <= fund and sum(rich) >= costs[c]:
                    while rich[-1] * len(rich) < rest:
                        rest -= rich.pop()
                    price = Fraction(rest) / len(rich)
                    claims.append((price / costs[c], tie[c], Bought(c, len(payers), price)))
            if not claims:
                return tuple(bought)
            best = min(claims)[2]
            bought.append(best)
            for v in supporters[best.option]:
                left[v] -= min(left[v], best.price)

    voters = [chosen for chosen, number in profiles.items() for _ in range(number) if chosen]
    supporters = {c: [v for v, chosen in enumerate(voters) if c in chosen] for c in costs}
    each, before = Fraction(fund, len(voters)), None
    while True:
        bought = choose(each)
        left = fund - sum(costs[b.option] for b in bought)
        if left < 0:
            return before
        before = bought
        if all(costs[c] > left for c in costs if supporters[c] and c not in {b.option for b in bought}):
            return bought
        each += step


elections = st.tuples(
    st.lists(st.sets(st.sampled_from("ABCDE"), max_size=4).map(lambda s: tuple(sorted(s))), min_size=1, max_size=14),
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 9000), min_size=1),
    st.integers(1, 20_000),
    st.sampled_from([TIE, OTHER_TIE]),
)


@settings(max_examples=150)
@given(elections)
def test_it_is_exactly_what_the_definition_says_and_never_over_the_fund(election):
    papers, costs, fund, tie = election
    profiles = Counter(papers)
    result = equal_shares(profiles, costs, fund, tie)
    if result is None:
        assert set(papers) == {()}
        return
    assert result.bought == plain(profiles, costs, fund, tie, result.step)
    assert sum(costs[code] for code in result.chosen) <= fund
    assert result == equal_shares(Counter(reversed(papers)), dict(reversed(costs.items())), fund, tie)


@pytest.mark.parametrize("turn", [1, -1])
def test_assen_2024_gives_exactly_the_nine_published_winners_whatever_decides_ties(pabulib_dir, turn):
    election = read_election(pabulib_dir / "Netherlands_Assen_2024.pb")
    profiles = Counter(tuple(sorted(vote.projects)) for vote in election.votes)
    costs = {key: int(project.cost * 100) for key, project in election.projects.items()}
    tie = {key: f"{turn * int(key) + 50:03d}" for key in costs}
    result = equal_shares(profiles, costs, int(election.budget * 100), tie)
    assert result.chosen == election.winners
    assert (len(result.chosen), sum(costs[key] for key in result.chosen)) == (9, 76_700_00)
    assert ("3", 43, 167.44) in told(result)
