# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a counted ballot was decided, read from its publication: what equal shares paid for, and the three rules side by side.

Only what is published: which papers paid for which idea nobody knows any more.
"""

from dataclasses import dataclass
from decimal import Decimal

from voting.tally import EQUAL_SHARES

RULES = ("top_n", "share", EQUAL_SHARES)


@dataclass(frozen=True)
class Paid:
    """One idea that equal shares pay for. `price`: the most that one of its `payers` pays, in euros."""

    code: str
    title: str
    cost: Decimal
    supports: int
    payers: int
    price: Decimal

    @property
    def alike(self) -> bool:
        """Whether every supporter pays, and all the same but for the last cent."""
        return self.payers == self.supports and 0 <= self.price * self.payers - self.cost < self.payers * Decimal(
            "0.01"
        )


@dataclass(frozen=True)
class Shared:
    """The choice by equal shares, in the order in which it was made. Euros: the fund, and each paper's share of it."""

    fund: Decimal
    start: Decimal
    share: Decimal
    step: Decimal
    bought: tuple[Paid, ...]

    @property
    def spent(self) -> Decimal:
        """What the chosen ideas cost together."""
        return sum((paid.cost for paid in self.bought), Decimal(0))

    @property
    def left(self) -> Decimal:
        """What of the fund no idea takes."""
        return self.fund - self.spent


@dataclass(frozen=True)
class Column:
    """What one rule chooses, with its value; `chosen` is None where this ballot can't be decided by it."""

    kind: str
    value: int
    in_force: bool
    chosen: frozenset[str] | None
    cost: Decimal | None

    @property
    def number(self) -> int:
        """How many ideas it chooses."""
        return len(self.chosen or ())


@dataclass(frozen=True)
class Row:
    """One idea that some rule chooses, with what each of them says of it (None: nothing), in the order of the columns."""

    title: str
    cells: tuple[tuple[Column, bool | None], ...]


@dataclass(frozen=True)
class Comparison:
    """The rules side by side, the one in force marked, and the ideas that at least one of them chooses."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def shared(facts: dict) -> Shared | None:
    """What equal shares chose, or None where the ballot has no fund to share."""
    found = facts.get("shares")
    if not found:
        return None
    options = {option["code"]: option for option in facts["options"]}
    bought = [(options[each["code"]], each) for each in found["bought"]]
    return Shared(
        **{name: Decimal(found[name]) for name in ("fund", "start", "share", "step")},
        bought=tuple(
            Paid(
                option["code"],
                option["title"],
                Decimal(option["cost"]),
                option["supports"],
                each["payers"],
                Decimal(each["price"]),
            )
            for option, each in bought
        ),
    )


def comparison(facts: dict) -> Comparison | None:
    """What each rule chooses of a counted ballot. None without a quorum, and where no other value was frozen with the rule.

    The places kept for small departments come after any rule and are left out.
    """
    rule = facts["rule"]
    values = rule.get("compared")
    if not facts["quorum"] or not values:
        return None
    options = {option["code"]: option for option in facts["options"]}
    found = [_column(kind, values.get(kind, 0), facts, options) for kind in RULES]
    rows = [
        Row(options[code]["title"], tuple((column, _says(column, code)) for column in found))
        for code in facts["ranking"]
        if any(code in (column.chosen or ()) for column in found)
    ]
    return Comparison(tuple(found), tuple(rows))


def _says(column: Column, code: str) -> bool | None:
    return None if column.chosen is None else code in column.chosen


def _column(kind: str, value: int, facts: dict, options: dict) -> Column:
    chosen = _chosen(kind, value, facts, options)
    costs = [options[code]["cost"] for code in chosen or ()]
    known = chosen is not None and None not in costs
    total = sum((Decimal(cost) for cost in costs), Decimal(0)) if known else None
    return Column(kind, value, facts["rule"]["kind"] == kind, chosen, total)


def _chosen(kind: str, value: int, facts: dict, options: dict) -> frozenset[str] | None:
    """The ideas this rule chooses; for the rule in force they are those that are published."""
    if facts["rule"]["kind"] == kind:
        return frozenset(facts["selected"])
    supports = {code: option["supports"] for code, option in options.items() if option["supports"]}
    if kind == "top_n":
        return frozenset(code for code in facts["ranking"][:value] if code in supports)
    if kind == "share":
        return frozenset(code for code, n in supports.items() if n * 100 >= value * facts["papers"])
    found = facts.get("shares")
    return frozenset(each["code"] for each in found["bought"]) if found else None
