# SPDX-License-Identifier: AGPL-3.0-or-later
"""The count: lists, ranking, ties by the hash of the lists, and which ideas each rule chooses."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voting.counted import BALLOT, CODES, lists, options, papers, published
from voting import tally
from voting.tally import BadCount, Lists, Rule

TOP_2 = Rule(kind="top_n", value=2)
some_papers = st.lists(st.sets(st.sampled_from("ABCD"), max_size=3).map("".join), min_size=10, max_size=30)


def counted(*choices, rule=TOP_2, eligible=40, small=()):
    return tally.count(str(BALLOT), lists(*choices), options(small), rule, eligible)


def initials(codes):
    return "".join(code[0] for code in codes)


@settings(max_examples=50)
@given(some_papers)
def test_every_choice_is_one_code_in_the_list_of_its_option_and_nowhere_else(choices):
    found = lists(*choices)
    votes = Counter(letter for paper in choices for letter in paper)
    assert {code[0]: found.supports(code) for code in CODES} == {letter: votes[letter] for letter in "ABCD"}
    assert (found.papers, len(found.abstain)) == (len(choices), choices.count(""))
    assert all(list(codes) == sorted(codes) for codes in (*found.codes.values(), found.abstain))


def test_the_order_in_which_papers_come_changes_nothing():
    cast = papers("AB", "A", "", "CD")
    one = tally.collect((paper.codes(BALLOT) for paper in cast), CODES)
    other = tally.collect((paper.codes(BALLOT) for paper in reversed(cast)), CODES)
    assert one == other


def test_a_code_met_twice_stops_the_count():
    paper = papers("A")[0]
    with pytest.raises(BadCount, match="one code"):
        tally.collect([paper.codes(BALLOT), paper.codes(BALLOT)], CODES)


def test_an_option_that_is_not_on_the_ballot_stops_the_count():
    with pytest.raises(BadCount, match="not on the ballot"):
        tally.collect([{"ZZZZZZZZ": "7KQ4M2XD9TRA"}], CODES)


def test_more_papers_than_people_stop_the_count():
    with pytest.raises(BadCount, match="3 papers from 2 people"):
        counted("A", "B", "C", eligible=2)


@pytest.mark.parametrize(
    ("papers_cast", "eligible", "reached"), [(10, 20, True), (9, 20, False), (10, 19, False), (0, 0, False)]
)
def test_ten_papers_and_twenty_people_make_a_quorum(papers_cast, eligible, reached):
    assert tally.has_quorum(papers_cast, eligible) is reached


def test_without_quorum_nothing_is_ranked_selected_or_listed():
    result = counted(*["A"] * 9)
    body = json.loads(published(*["A"] * 9))
    assert (result.quorum, result.ranking, result.selected, result.rank("AAAAAAAA")) == (False, (), (), None)
    assert body["quorum"] is False
    assert {name for option in body["options"] for name in option} == {"code", "cost", "idea", "title"}
    assert not {"abstain", "ranking", "selected", "lists_sha256"} & set(body)


def test_the_most_supported_ideas_come_first():
    result = counted(*["A"] * 2, *["AB"] * 3, *["BC"] * 4, *["B"] * 3)
    assert initials(result.ranking) == "BACD"
    assert [result.rank(code) for code in CODES] == [2, 1, 3, 4]


def test_ties_follow_the_hash_of_the_lists_and_are_named():
    result = counted(*["AC"] * 6, *["BD"] * 6)
    groups = {initials(group) for group in result.ties}
    assert {"".join(sorted(group)) for group in groups} == {"ABCD"}
    by_hash = sorted(CODES, key=lambda code: tally.tie_break(result.lists_sha256, code))
    assert list(result.ranking) == by_hash


def test_no_option_wins_its_ties_by_its_place_on_the_ballot():
    winners = Counter(initials(counted(*["AB"] * 10).ranking)[0] for _ in range(200))
    assert set(winners) == {"A", "B"}
    assert 60 < winners["A"] < 140


def test_top_n_takes_the_first_ideas_but_none_that_nobody_supports():
    assert initials(counted(*["A"] * 12).selected) == "A"
    assert initials(counted(*["A"] * 12, *["AB"] * 3, "C").selected) == "AB"


@pytest.mark.parametrize(("percent", "chosen"), [(50, "A"), (30, "AB"), (31, "A"), (5, "ABC"), (0, "ABC"), (100, "")])
def test_share_takes_what_that_part_of_the_papers_supports(percent, chosen):
    result = counted(*["A"] * 12, *["B"] * 6, *["C"] * 1, "", rule=Rule(kind="share", value=percent))
    assert initials(result.selected) == chosen


def test_a_share_is_compared_without_rounding():
    assert initials(counted(*["A"] * 4, *["B"] * 8, rule=Rule(kind="share", value=34)).selected) == "B"
    assert initials(counted(*["A"] * 4, *["B"] * 8, rule=Rule(kind="share", value=33)).selected) == "BA"


def test_the_lane_gives_further_places_to_small_departments_in_the_order_of_the_ranking():
    cast = [*["A"] * 9, *["B"] * 6, *["C"] * 3, *["D"] * 1]
    rule = Rule(kind="top_n", value=1, lane=1, lane_staff=50)
    result = counted(*cast, rule=rule, small={"CCCCCCCC", "DDDDDDDD"})
    assert (initials(result.selected), initials(result.lane)) == ("A", "C")
    assert [result.is_selected(code) for code in CODES] == [True, False, True, False]


def test_the_lane_leaves_out_who_is_selected_already_and_who_has_no_support():
    rule = Rule(kind="top_n", value=1, lane=2, lane_staff=50)
    result = counted(*["A"] * 9, *["B"] * 6, rule=rule, small={"AAAAAAAA", "DDDDDDDD"})
    assert (initials(result.selected), result.lane) == ("A", ())


def test_canonical_json_has_one_form():
    assert tally.canonical({"b": [1, "è"], "a": {"d": None, "c": True}}) == '{"a":{"c":true,"d":null},"b":[1,"è"]}'


def test_a_publication_says_which_ideas_come_from_small_departments_only_where_that_matters():
    plain = json.loads(published(*["A"] * 12))
    lane = json.loads(published(*["A"] * 12, rule=Rule(kind="top_n", value=1, lane=1, lane_staff=50)))
    assert ["small" in option for option in plain["options"]] == [False] * 4
    assert ["small" in option for option in lane["options"]] == [True] * 4


def test_a_publication_names_no_person_no_department_and_no_time_but_the_window():
    body = json.loads(published(*["AB"] * 12))
    assert " ".join(sorted(body)) == (
        "abstain ballot campaign closes_at eligible lane lists_sha256 max_choices opens_at options papers "
        "planned_closes_at quorum ranking round rule scheme selected sequence ties"
    )


def test_lists_of_an_empty_urn_are_empty():
    assert lists() == Lists(papers=0, codes=dict.fromkeys(CODES, ()), abstain=())


def shared(*choices, fund="1500.00", costs=("900.00", "400.00", "350.00", "300.00"), kind="equal_shares"):
    return json.loads(
        published(*choices, rule=Rule(kind=kind, value=1 if kind == "top_n" else 0, fund=fund), costs=costs)
    )


def test_equal_shares_select_what_the_fund_pays_for_in_the_order_of_the_ranking():
    body = shared(*["A"] * 10, *["B"] * 4, "BC")
    assert body["selected"] == ["AAAAAAAA", "BBBBBBBB"]
    assert body["shares"] == {
        "bought": [
            {"code": "AAAAAAAA", "payers": 10, "price": "90.00"},
            {"code": "BBBBBBBB", "payers": 5, "price": "80.00"},
        ],
        "fund": "1500.00", "share": "100.00", "start": "100.00", "step": "1.00",
    }  # fmt: skip


def test_whatever_rule_is_in_force_equal_shares_are_published_where_there_is_a_fund():
    in_force, compared = (shared(*["A"] * 10, *["B"] * 4, "BC", kind=kind) for kind in ("equal_shares", "top_n"))
    assert compared["shares"] == in_force["shares"]
    assert compared["selected"] == ["AAAAAAAA"]


def test_without_a_fund_or_without_a_choice_nothing_is_shared():
    assert "shares" not in json.loads(published(*["A"] * 12, costs=["900.00"]))
    assert "shares" not in shared(*[""] * 12)
    assert shared(*[""] * 12)["selected"] == []


def test_of_whole_papers_only_the_sets_of_choices_are_noted_and_nothing_of_them_is_published():
    profiles = tally.Profiles()
    cast = [paper.codes(BALLOT) for paper in papers("AB", "BA", "", "C")]
    assert list(profiles.noting(cast)) == cast
    assert profiles.counts == {("AAAAAAAA", "BBBBBBBB"): 2, (): 1, ("CCCCCCCC",): 1}
    body = shared(*["AB"] * 6, *["C"] * 6)
    assert set(body["shares"]) == {"bought", "fund", "share", "start", "step"}
    assert {name for each in body["shares"]["bought"] for name in each} == {"code", "payers", "price"}
