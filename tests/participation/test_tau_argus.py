# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second oracle, for development: the audit of τ-ARGUS finds the same bounds for every hidden cell as ours.

`pip install pytauargus` (0.6, wheels for Linux and macOS) brings the engine; it is no package of the product or of its tests.
"""

import random

import pytest

from innovato.participation.disclosure import audit, protect
from tests.participation.random_tables import equations, random_grid, random_tree

engine = pytest.importorskip(
    "pytauargus._tauargus", reason="the second oracle is for development: pip install pytauargus to compare with it"
)
TABLES = 40


def written(raw, released) -> tuple[str, list[tuple[str, str]]]:
    """A table in the format of the engine (JJ): values, what is hidden, bounds, sums; and its cells in this order."""
    cells = [(row.code, column) for row in raw.rows for column in raw.columns]
    lines = ["0", str(len(cells))]
    for row in raw.rows:
        for column, staff, count in zip(raw.columns, row.staff, row.counts, strict=True):
            status = "u" if released.row(row.code).cell(column).suppressed else "s"
            lines.append(f"{len(lines) - 2} {count} 1 {status} 0 {staff} 1 1 0")
    sums = [[(cells.index(name[2:]), factor) for name, factor in line.items()] for line in equations([released])]
    lines.append(str(len(sums)))
    lines += [f"0 {len(terms)} : " + " ".join(f"{cell} ({-factor})" for cell, factor in terms) for terms in sums]
    return "\n".join(lines) + "\n", cells


@pytest.mark.parametrize("seed", range(TABLES))
def test_the_audit_of_tau_argus_finds_the_same_bounds(tmp_path, seed):
    dice = random.Random(seed)
    raw = (random_tree if seed % 2 else random_grid)(dice, k=dice.choice([5, 10]))
    released = protect.protect(raw)
    text, cells = written(raw, released)
    path = tmp_path / "table.jj"
    path.write_text(text)
    theirs = {cells[row["cell"]]: (round(row["min"]), round(row["max"])) for row in engine.audit_jj(str(path))}
    assert theirs == {name[2:]: bounds for name, bounds in audit.intervals([released]).items()}
