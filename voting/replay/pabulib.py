# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads a participatory-budgeting election in the Pabulib format: projects with their costs, and every paper.

A file is read twice: once to check it whole and count, then paper by paper as they are asked for; a city's papers are
never in memory together.

Three sections, META, PROJECTS and VOTES, each with a header line; `;` between columns; UTF-8. Of each voter only the key
and the vote are read: age, sex and the like would identify people together. Touches no database.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

SECTIONS = ("META", "PROJECTS", "VOTES")
NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}
APPROVAL = "approval"
MOST_PROBLEMS = 50
MOST_COST = Decimal("99999999.99")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Problem:
    """Why a file can't be replayed: the number of the line and the reason."""

    line: int
    reason: str


class BadElection(Exception):
    """The file is no election that can be replayed; `problems` are in the order of its lines."""

    def __init__(self, problems: list[Problem]):
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass(frozen=True)
class Project:
    """One project. `votes`: how many papers support it by the file's own count, None where it does not say."""

    key: str
    name: str
    cost: Decimal
    votes: int | None
    selected: bool


@dataclass(frozen=True)
class Repeated:
    """A project named again inside one paper: it counts once."""

    line: int
    voter: str
    project: str


@dataclass(frozen=True)
class Vote:
    """One paper, with every project once, in the order of the file."""

    voter: str
    projects: tuple[str, ...]


@dataclass
class Election:
    """A whole file. `votes` can be gone through again and again; `papers` is how many they are.

    `most`: how many projects a paper may name; `budget`: None where the file does not say.
    """

    meta: dict[str, str] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    votes: Iterable[Vote] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    papers: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the election is called."""
        return self.meta.get("description") or self.meta.get("unit") or "Election"

    @property
    def most(self) -> int:
        return int(self.meta.get("max_length") or len(self.projects))

    @property
    def budget(self) -> Decimal | None:
        return _amount(self.meta.get("budget", ""))

    def supports(self) -> dict[str, int]:
        """How many papers support each project, recounted from the papers."""
        return dict.fromkeys(self.projects, 0) | self.counts

    @property
    def rule(self) -> str:
        """By which rule the file's winners were chosen, as it says itself."""
        return self.meta.get("rule", "")

    @property
    def threshold(self) -> int:
        """The supports without which no project wins."""
        text = self.meta.get("min_project_score_threshold", "")
        return int(text) if _is_number(text) else 0

    @property
    def winners(self) -> frozenset[str]:
        """The projects the file marks as chosen."""
        return frozenset(key for key, project in self.projects.items() if project.selected)


class _Papers:
    """The papers of a file that was found in order, read again each time they are gone through."""

    def __init__(self, path: Path):
        self.path = path

    def __iter__(self) -> Iterator[Vote]:
        with self.path.open("rb") as file:
            yield from parse_papers(file)


def read_election(path: Path) -> Election:
    """The election in a file, read line by line. Raises BadElection with every problem found, OSError."""
    with path.open("rb") as file:
        election = _read(file, lambda vote: None)
    election.votes = _Papers(path)
    return election


def parse(lines: Iterable[bytes]) -> Election:
    """The election in these lines, its papers in memory. Raises BadElection."""
    votes: list[Vote] = []
    election = _read(lines, votes.append)
    election.votes = votes
    return election


def parse_papers(lines: Iterable[bytes]) -> Iterator[Vote]:
    """The papers in these lines, one at a time. Raises BadElection."""
    found: list[Vote] = []
    reader = _Reader(found.append)
    for number, text in _decoded(lines, reader):
        reader.take(number, text)
        yield from found
        found.clear()
    reader.finished()


def _read(lines: Iterable[bytes], keep: Callable[[Vote], None]) -> Election:
    reader = _Reader(keep)
    for number, text in _decoded(lines, reader):
        reader.take(number, text)
    return reader.finished()


def _decoded(lines: Iterable[bytes], reader: "_Reader") -> Iterator[tuple[int, str]]:
    """The lines as text, numbered, without their ends, empty ones left out."""
    for number, raw in enumerate(lines, 1):
        reader.last = number
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            reader.complain("is not UTF-8 text", number)
            continue
        if "\0" in text:
            reader.complain("holds a NUL character", number)
        elif text.strip():
            yield number, text


class _Reader:
    """What has been read so far: the section, its columns, what was found and what is wrong."""

    def __init__(self, keep: Callable[[Vote], None]) -> None:
        self.keep = keep
        self.election = Election()
        self.problems: list[Problem] = []
        self.last = 1
        self.section = ""
        self.columns: list[str] = []
        self.seen: list[str] = []
        self.named: set[str] = set()
        self.voters: set[str] = set()
        self.where: dict[str, int] = {}

    def complain(self, reason: str, line: int | None = None) -> None:
        """Note a problem; after fifty nothing more is read."""
        self.problems.append(Problem(line or self.last, reason))
        if len(self.problems) >= MOST_PROBLEMS:
            raise BadElection(self.problems)

    def take(self, number: int, text: str) -> None:
        """One line: the name of a section, its header, or a row."""
        if text.strip() in SECTIONS:
            self._begin(text.strip())
        elif not self.section:
            self.complain("comes before the section META", number)
            raise BadElection(self.problems)
        elif not self.columns:
            self._header(self._cells(text))
        elif (cells := self._cells(text)) is not None:
            self._row(cells)

    def _begin(self, section: str) -> None:
        expected = SECTIONS[len(self.seen)] if len(self.seen) < len(SECTIONS) else "nothing more"
        if section != expected:
            self.complain(f"the section {section} stands where {expected} was expected")
            raise BadElection(self.problems)
        if section == "VOTES":
            self._check_meta()
        self.section, self.columns = section, []
        self.seen.append(section)

    def _cells(self, text: str) -> list[str] | None:
        """The cells of a line; a value of META may hold semicolons of its own."""
        if self.section == "META":
            return [cell.strip() for cell in text.split(";", 1)]
        try:
            (cells,) = csv.reader([text], delimiter=";")
        except csv.Error as error:
            self.complain(f"can't be split into columns ({error})")
            return None
        return [cell.strip() for cell in cells]

    def _header(self, cells: list[str] | None) -> None:
        self.columns = cells or ["?"]
        missing = [name for name in NEEDED[self.section] if name not in self.columns]
        if missing:
            self.complain(f"is no header of {self.section}: the column {', '.join(missing)} is missing")
            raise BadElection(self.problems)
        if len(set(self.columns)) < len(self.columns):
            self.complain(f"names a column of {self.section} twice")
            raise BadElection(self.problems)

    def _row(self, cells: list[str]) -> None:
        if len(cells) != len(self.columns):
            self.complain(f"has {len(cells)} columns instead of {len(self.columns)}: is the line cut off?")
            return
        row = dict(zip(self.columns, cells, strict=True))
        {"META": self._meta, "PROJECTS": self._project, "VOTES": self._vote}[self.section](row)

    def _meta(self, row: dict[str, str]) -> None:
        self.election.meta[row["key"]] = row["value"]
        self.where[row["key"]] = self.last

    def _check_meta(self) -> None:
        """What META says must be something we can replay."""
        meta = self.election.meta
        if (kind := meta.get("vote_type")) != APPROVAL:
            said = f"says vote_type {kind}" if kind else "ends META without a vote_type"
            self.complain(f"{said}: only approval ballots can be replayed", self.where.get("vote_type"))
        for key in ("max_length", "num_projects", "num_votes"):
            if key in meta and not _is_number(meta[key]):
                self.complain(f"says {key} {meta[key]}: a whole number was expected", self.where[key])
        if "budget" in meta and self.election.budget is None:
            self.complain(f"says budget {meta['budget']}: an amount was expected", self.where["budget"])
        if not self.named:
            self.complain("begins the votes, but there is no project")

    def _project(self, row: dict[str, str]) -> None:
        key, cost, votes = row["project_id"], _amount(row["cost"]), row.get("votes", "")
        if not key or "," in key:
            self.complain(f"has the project number “{key}”: it can't be empty or hold a comma")
        elif key in self.named:
            self.complain(f"names the project {key} a second time")
        elif cost is None:
            self.complain(f"gives the project {key} the cost “{row['cost']}”: an amount was expected")
        elif votes and not _is_number(votes):
            self.complain(f"gives the project {key} “{votes}” votes: a whole number was expected")
        else:
            name = row.get("name") or key
            found = Project(key, name, cost, int(votes) if votes else None, row.get("selected") == "1")
            self.election.projects[key] = found
        self.named.add(key)

    def _vote(self, row: dict[str, str]) -> None:
        voter = row["voter_id"]
        if not voter:
            self.complain("names no voter")
            return
        if voter in self.voters:
            self.complain(f"has a second paper of the voter {voter}")
            return
        self.voters.add(voter)
        named = [name.strip() for name in row["vote"].split(",")] if row["vote"] else []
        unknown = [name for name in named if name not in self.named]
        if unknown:
            self.complain(f"votes for “{unknown[0]}”, which is no project of this election")
            return
        chosen = tuple(dict.fromkeys(named))
        for project in chosen:
            if named.count(project) > 1:
                self.election.repeated.append(Repeated(self.last, voter, project))
        if _is_number(self.election.meta.get("max_length", "")) and len(chosen) > self.election.most:
            self.complain(f"names {len(chosen)} projects, at most {self.election.most} are allowed")
        self.election.papers += 1
        for project in chosen:
            self.election.counts[project] = self.election.counts.get(project, 0) + 1
        self.keep(Vote(voter, chosen))

    def finished(self) -> Election:
        """The election, complete and as many as it says. Raises BadElection."""
        if not self.seen and not self.problems:
            self.complain("the file is empty")
        for section in SECTIONS[len(self.seen) :]:
            if self.seen:
                self.complain(f"the file ends and the section {section} is missing")
        if not self.problems:
            self._check_numbers()
        if self.problems:
            raise BadElection(self.problems)
        return self.election

    def _check_numbers(self) -> None:
        found = {"num_projects": len(self.election.projects), "num_votes": self.election.papers}
        for key, number in found.items():
            said = self.election.meta.get(key)
            if said is not None and int(said) != number:
                self.complain(f"the file ends with {number} {key[4:]}, META says {said}: is it cut off?")
        if not self.election.papers:
            self.complain("the file ends without a vote")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _amount(text: str) -> Decimal | None:
    """An amount with at most two decimals kept, or None where the text is none."""
    try:
        amount = Decimal(text.replace(",", ".")) if text.isascii() and text.count(",") <= 1 else Decimal("NaN")
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount <= MOST_COST:
        return None
    return amount.quantize(CENT)
