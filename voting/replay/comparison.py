# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two counts of one election side by side: the file's own and ours, project by project, and who wins by either.

Touches no database.
"""

from dataclasses import dataclass

from voting.replay.pabulib import Election

SHARES_RULE = "equalshares/add1"
NO_SKIP = "greedy-no-skip"
GREEDY_RULES = frozenset({"greedy", "greedy-threshold", NO_SKIP})


@dataclass(frozen=True)
class Line:
    """One project. `stated`: by the file's own count, None where it has none; `repeated`: named again inside papers."""

    key: str
    name: str
    stated: int | None
    published: int
    repeated: int

    @property
    def agrees(self) -> bool:
        """Whether both counts are the same; where the file states none there is nothing to differ from."""
        return self.stated in (None, self.published)

    @property
    def is_explained(self) -> bool:
        """Whether the difference is exactly what the file counted twice."""
        return self.stated is not None and self.stated - self.published == self.repeated


def compare(election: Election, published: dict[str, int]) -> list[Line]:
    """Every project of the file with what our publication says of it."""
    again = dict.fromkeys(election.projects, 0)
    for each in election.repeated:
        again[each.project] += 1
    return [
        Line(project.key, project.name, project.votes, published[project.key], again[project.key])
        for project in election.projects.values()
    ]


def table(lines: list[Line]) -> list[str]:
    """The comparison as lines of text, those that differ marked."""
    width = max(len("project"), *(len(line.key) for line in lines))
    rows = [f"  {'project':<{width}}  {'file':>7}  {'here':>7}"]
    for line in lines:
        stated = "–" if line.stated is None else str(line.stated)
        mark = "" if line.agrees else " ← differs"
        rows.append(f"  {line.key:<{width}}  {stated:>7}  {line.published:>7}{mark}  {line.name[:60]}".rstrip())
    return rows


@dataclass(frozen=True)
class Winners:
    """Who wins by the file's own rule: as the file marks them, and as that rule chooses from what we counted."""

    rule: str
    stated: frozenset[str]
    chosen: frozenset[str]

    @property
    def agree(self) -> bool:
        """Whether both name the same projects."""
        return self.stated == self.chosen


def chooses_by_shares(election: Election) -> bool:
    """Whether the file was decided by equal shares with add-one completion, which a ballot here can do too."""
    return election.rule == SHARES_RULE and bool(election.budget)


def winners(
    election: Election, supports: dict[str, int], ranking: list[str], selected: frozenset[str]
) -> Winners | None:
    """The winners by the file's rule from our count (`selected`: what the ballot itself chose), beside the file's own.

    None where the file names no winners, no budget, or a rule that is not known here.
    """
    if not election.winners or not election.budget:
        return None
    if chooses_by_shares(election):
        return Winners(election.rule, election.winners, selected)
    if election.rule not in GREEDY_RULES:
        return None
    chosen = greedy(election, supports, ranking, skip=election.rule != NO_SKIP)
    return Winners(election.rule, election.winners, chosen)


def greedy(election: Election, supports: dict[str, int], ranking: list[str], *, skip: bool) -> frozenset[str]:
    """The most supported projects that fit the budget, none below the file's threshold. Without `skip` the first one
    that does not fit ends it."""
    left, chosen = election.budget, set()
    for key in ranking:
        cost = election.projects[key].cost
        if supports[key] < max(election.threshold, 1):
            break
        if cost <= left:
            chosen.add(key)
            left -= cost
        elif not skip:
            break
    return frozenset(chosen)
