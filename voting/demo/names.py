# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names for invented people: common first and last names from `names.txt`, put together by chance."""

import random
from collections.abc import Container
from functools import cache
from pathlib import Path

LIST = Path(__file__).parent / "names.txt"


@cache
def read_names() -> tuple[list[str], list[str]]:
    """First names and last names: the two paragraphs of the list."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    first, last = "\n".join(lines).split("\n\n")
    return first.split(), last.split()


def draw_names(number: int, dice: random.Random, *, taken: Container[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """That many different pairs of first and last name, none of those taken. ValueError when there are not so many."""
    first, last = read_names()
    most = len(first) * len(last)
    order = dice.sample(range(most), min(most, number + 200))
    pairs = ((first[n % len(first)], last[n // len(first)]) for n in order)
    found = [pair for pair in pairs if pair not in taken][:number]
    if len(found) < number:
        raise ValueError(f"there are names for {len(found)} people, asked for {number}")
    return found
