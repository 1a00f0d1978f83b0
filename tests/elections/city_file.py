# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes an election of any size in the Pabulib format, the same one for the same seed, paper by paper."""

import random
from collections import Counter
from pathlib import Path
from typing import TextIO

MOST = 10  # choices on a paper


def write_city(path: Path, *, papers: int, projects: int, fund: int, seed: int = 1) -> Counter[str]:
    """An invented city votes: a few projects are known to many, most to few. Returns the supports, counted in passing.

    Nothing is kept in memory but the counts: the votes come first into a file of their own, because PROJECTS, which
    stands before them, states the counts.
    """
    dice = random.Random(seed)
    keys = [f"P{number:03d}" for number in range(1, projects + 1)]
    known = [dice.paretovariate(1.2) for _ in keys]
    supports: Counter[str] = Counter()
    votes = path.with_suffix(".votes")
    with votes.open("w") as file:
        for voter in range(1, papers + 1):
            chosen = list(dict.fromkeys(dice.choices(keys, known, k=dice.randint(0, MOST))))
            supports.update(chosen)
            file.write(f"{voter};{','.join(chosen)}\n")
    with path.open("w") as file:
        _write_head(file, papers, projects, fund)
        for key in keys:
            cost = round(min(fund * 0.3, fund / 60 * dice.lognormvariate(0, 1)), 2)
            file.write(f"{key};{cost:.2f};{supports[key]};Progetto {key}\n")
        file.write("VOTES\nvoter_id;vote\n")
        with votes.open() as written:
            for line in written:
                file.write(line)
    votes.unlink()
    return supports


def _write_head(file: TextIO, papers: int, projects: int, fund: int) -> None:
    meta = {
        "description": f"Città inventata da {papers} schede",
        "num_projects": projects,
        "num_votes": papers,
        "budget": fund,
        "vote_type": "approval",
        "rule": "equalshares/add1",
        "max_length": MOST,
    }
    file.write("META\nkey;value\n")
    file.writelines(f"{key};{value}\n" for key, value in meta.items())
    file.write("PROJECTS\nproject_id;cost;votes;name\n")
