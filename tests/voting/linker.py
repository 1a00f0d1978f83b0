# SPDX-License-Identifier: AGPL-3.0-or-later
"""The linking attacker: somebody with the web server's log and copies of the database who wants to know who voted what.

The log says who voted, in which order. The rows of a table come with what PostgreSQL keeps of every row: the number of the
transaction that wrote it (`xmin`) and its place (`ctid`). The attacker puts both in order and lays one beside the other.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from django.db import connection

# Each is one way to put rows in the order of their writing, or in one that might be a function of it.
ORDERS = {
    "by transaction": "xmin::text::bigint, ctid",
    "by place": "ctid",
    "by place, last first": "ctid DESC",
    "by content": "digest",
}


@dataclass(frozen=True)
class Chance:
    """What somebody gets right who guesses blindly: the mean, and the variance about it."""

    mean: float
    variance: float

    def __add__(self, other: "Chance") -> "Chance":
        return Chance(self.mean + other.mean, self.variance + other.variance)

    def sigmas(self, right: int) -> float:
        """How far from guessing so many right ones are, in standard deviations."""
        return (right - self.mean) / self.variance**0.5


def rows_in(table: str, order: str, column: str) -> list[Hashable]:
    """One column of every row of a table, in one of the ORDERS."""
    by = ORDERS[order].replace("digest", f"sha256({column}::text::bytea)")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {by}")
        return [bytes(value) if isinstance(value, memoryview) else value for (value,) in cursor.fetchall()]


def right(guessed: Sequence[Hashable], true: Sequence[Hashable]) -> int:
    """How many of the guesses, laid beside the voters in the order of the log, are true."""
    return sum(one == other for one, other in zip(guessed, true, strict=True))


def chance(guessed: Sequence[Hashable], true: Sequence[Hashable]) -> Chance:
    """What is got right when the guesses are dealt out at random among the voters: exact, whatever they hold."""
    n = len(true)
    table = [[one == other for other in true] for one in guessed]
    rows = [sum(row) / n for row in table]
    columns = [sum(column) / n for column in zip(*table, strict=True)]
    total = sum(rows)
    spread = sum((table[i][j] - rows[i] - columns[j] + total / n) ** 2 for i in range(n) for j in range(n))
    return Chance(total, spread / (n - 1))
