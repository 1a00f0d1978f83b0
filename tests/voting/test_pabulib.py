# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading real elections: what is found, what is flagged, and which line of a damaged file is named for what."""

from decimal import Decimal
from pathlib import Path

import pytest

from voting.replay.pabulib import MOST_PROBLEMS, BadElection, Problem, parse, read_election

BORGO = Path(__file__).parent / "data" / "borgo.pb"
SMALL = """META
key;value
vote_type;approval
num_projects;2
num_votes;3
max_length;2
PROJECTS
project_id;cost;votes;name
A;100;2;First
B;50.5;1;"Second; with more"
VOTES
voter_id;vote;age
1;A;30
2;A,B;41
3;;22
"""


def read(text: str):
    return parse(text.encode().splitlines(keepends=True))


def problems_of(content: str | bytes) -> list[Problem]:
    """What is wrong with a file; it must not be readable."""
    raw = content.encode() if isinstance(content, str) else content
    with pytest.raises(BadElection) as refusal:
        parse(raw.splitlines(keepends=True))
    return refusal.value.problems


def test_an_election_is_its_projects_with_costs_and_its_papers():
    election = read(SMALL)
    assert [(p.key, p.cost, p.votes, p.name) for p in election.projects.values()] == [
        ("A", Decimal("100.00"), 2, "First"),
        ("B", Decimal("50.50"), 1, "Second; with more"),
    ]
    assert [(vote.voter, vote.projects) for vote in election.votes] == [("1", ("A",)), ("2", ("A", "B")), ("3", ())]
    assert (election.most, election.budget, election.repeated) == (2, None, [])


def test_nothing_about_a_voter_is_kept_but_the_key_and_the_vote():
    assert {tuple(vars(vote)) for vote in read(SMALL).votes} == {("voter", "projects")}


def test_the_invented_file_recounts_to_its_own_counts():
    election = read_election(BORGO)
    assert election.supports() == {key: project.votes for key, project in election.projects.items()}


@pytest.mark.parametrize(
    ("name", "papers", "approvals"),
    [
        ("Netherlands_Assen_2024.pb", 84, 285),
        ("Poland_Gdynia_2023_Redlowo__small.pb", 847, 2073),
        ("Poland_Warszawa_2026_Tarchomin.pb", 948, 4213),
    ],
)
def test_the_real_files_are_read_whole(pabulib_dir, name, papers, approvals):
    election = read_election(pabulib_dir / name)
    assert (election.papers, sum(election.supports().values())) == (papers, approvals)


def test_the_papers_of_a_file_are_read_anew_each_time_and_are_those_that_were_counted():
    election = read_election(BORGO)
    first, again = list(election.votes), list(election.votes)
    assert first == again == list(parse(BORGO.read_bytes().splitlines(keepends=True)).votes)
    assert len(first) == election.papers == 24


def test_a_project_named_twice_on_one_paper_is_flagged_with_line_and_voter_and_counts_once():
    election = read(SMALL.replace("2;A,B;41", "2;B,A,B;41"))
    assert [(each.line, each.voter, each.project) for each in election.repeated] == [(14, "2", "B")]
    assert election.votes[1].projects == ("B", "A")
    assert election.supports() == {"A": 2, "B": 1}


def test_warszawa_names_two_projects_twice(pabulib_dir):
    election = read_election(pabulib_dir / "Poland_Warszawa_2026_Tarchomin.pb")
    assert [(each.line, each.project) for each in election.repeated] == [(135, "1557"), (385, "1543")]


@pytest.mark.parametrize(
    "same",
    [
        SMALL.replace("\n", "\r\n"),
        "\ufeff" + SMALL,
        SMALL.replace("PROJECTS", "\n\nPROJECTS"),
        SMALL.rstrip("\n"),
        SMALL.replace("1;A;30", "1; A ;30"),
        SMALL.replace("num_votes;3", "comment;one; two; three\nnum_votes;3"),
    ],
    ids=["CRLF", "BOM", "empty lines", "no last line end", "blanks", "semicolons in a value of META"],
)
def test_harmless_differences_change_nothing(same):
    assert read(same).supports() == {"A": 2, "B": 1}


DAMAGED = {
    "empty": ("", 1, "the file is empty"),
    "only blanks": ("\n \n", 2, "the file is empty"),
    "no META": (SMALL[SMALL.index("PROJECTS") :], 1, "the section PROJECTS stands where META was expected"),
    "text before META": ("hello\n" + SMALL, 1, "comes before the section META"),
    "no PROJECTS": (
        SMALL[: SMALL.index("PROJECTS")] + SMALL[SMALL.index("VOTES") :],
        7,
        "the section VOTES stands where PROJECTS was expected",
    ),
    "no VOTES": (SMALL[: SMALL.index("VOTES")], 10, "the file ends and the section VOTES is missing"),
    "VOTES twice": (SMALL + "VOTES\n", 16, "the section VOTES stands where nothing more was expected"),
    "header of META": (
        SMALL.replace("key;value", "vote_type;approval", 1),
        2,
        "is no header of META: the column key, value is missing",
    ),
    "header of PROJECTS": (
        SMALL.replace("project_id;cost", "id;price"),
        8,
        "is no header of PROJECTS: the column project_id, cost is missing",
    ),
    "header of VOTES": (SMALL.replace("voter_id;vote;age", "voter_id;votes;age"), 12,
                        "is no header of VOTES: the column vote is missing"),
    "a column twice": (SMALL.replace("cost;votes;name", "cost;cost;name"), 8, "names a column of PROJECTS twice"),
    "not approval": (
        SMALL.replace("approval", "ordinal"),
        3,
        "says vote_type ordinal: only approval ballots can be replayed",
    ),
    "no vote_type": (
        SMALL.replace("vote_type;approval\n", ""),
        10,
        "ends META without a vote_type: only approval ballots can be replayed",
    ),
    "max_length": (SMALL.replace("max_length;2", "max_length;two"), 6,
                   "says max_length two: a whole number was expected"),
    "budget": (SMALL.replace("max_length;2", "budget;plenty"), 6, "says budget plenty: an amount was expected"),
    "cost in words": (
        SMALL.replace("A;100;", "A;a hundred;"),
        9,
        "gives the project A the cost “a hundred”: an amount was expected",
    ),
    "cost NaN": (SMALL.replace("A;100;", "A;NaN;"), 9, "gives the project A the cost “NaN”: an amount was expected"),
    "cost 1e400": (
        SMALL.replace("A;100;", "A;1e400;"), 9, "gives the project A the cost “1e400”: an amount was expected"
    ),
    "cost negative": (SMALL.replace("A;100;", "A;-1;"), 9, "gives the project A the cost “-1”: an amount was expected"),
    "votes in words": (
        SMALL.replace("A;100;2", "A;100;two"),
        9,
        "gives the project A “two” votes: a whole number was expected",
    ),
    "project twice": (SMALL.replace("B;50.5", "A;50.5"), 10, "names the project A a second time"),
    "project without number": (
        SMALL.replace("A;100", ";100"),
        9,
        "has the project number “”: it can't be empty or hold a comma",
    ),
    "unknown project": (SMALL.replace("2;A,B;41", "2;A,Z;41"), 14, "votes for “Z”, which is no project of this election"),
    "trailing comma": (SMALL.replace("1;A;30", "1;A,;30"), 13, "votes for “”, which is no project of this election"),
    "voter twice": (SMALL.replace("2;A,B;41", "1;A,B;41"), 14, "has a second paper of the voter 1"),
    "nobody": (SMALL.replace("1;A;30", ";A;30"), 13, "names no voter"),
    "too many choices": (
        SMALL.replace("max_length;2", "max_length;1"),
        14,
        "names 2 projects, at most 1 are allowed",
    ),
    "line cut off": (SMALL.rstrip().removesuffix(";22"), 15, "has 2 columns instead of 3: is the line cut off?"),
    "file cut off": (SMALL[: SMALL.index("3;;22")], 14, "the file ends with 2 votes, META says 3: is it cut off?"),
    "NUL": (SMALL.replace("First", "Fir\0st"), 9, "holds a NUL character"),
    "Windows-1252": (SMALL.replace("First", "Città").encode("cp1252"), 9, "is not UTF-8 text"),
    "UTF-16": (SMALL.encode("utf-16"), 1, "is not UTF-8 text"),
    "a huge cell": (
        SMALL.replace("1;A;30", f"1;{'A,' * 90_000}A;30"),
        13,
        "can't be split into columns (field larger than field limit (131072))",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "line", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_with_the_line_and_the_reason(content, line, reason):
    assert Problem(line, reason) in problems_of(content)


def test_every_problem_is_named_in_the_order_of_the_lines_up_to_fifty():
    votes = "".join(f"{n};Z;1\n" for n in range(4, 100))
    found = problems_of(SMALL + votes)
    assert [problem.line for problem in found] == list(range(16, 16 + MOST_PROBLEMS))


def test_a_fault_of_a_project_is_named_once_and_not_with_every_paper_that_supports_it():
    found = problems_of(SMALL.replace("A;100;", "A;much;").replace("3;;22", "3;Z;22"))
    assert [problem.line for problem in found] == [9, 15]
