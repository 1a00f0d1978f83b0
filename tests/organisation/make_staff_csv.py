#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes an HR extract of any length with invented people: make_staff_csv.py FILE.csv [LINES] [CODE,CODE,…]."""

import csv
import random
import sys
from pathlib import Path

COLUMNS = [
    "matricola", "cognome", "nome", "email", "codice_struttura", "area_contrattuale", "ruolo", "data_assunzione",
    "data_cessazione", "stato",
]  # fmt: skip
FIRST = ["Anna", "Nicolò", "Giulia", "Marco", "Élise", "Irène", "Paolo", "Sofia", "Davide", "Lucìa"]
LAST = ["Ferrero", "D’Angelo", "Bosio", "Ghione", "De Marchi", "Pautasso", "Conti", "Massa", "Rossi-Bianchi", "Però"]
AREAS = ["Operatori", "Operatori esperti", "Istruttori", "Funzionari ed EQ", "Dirigenti"]


def rows(lines: int, codes: list[str], seed: int = 7):
    """The lines of the extract, the same for the same seed."""
    chance = random.Random(seed)
    for number in range(lines):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        yield [
            f"{200000 + number:06d}", last, first, f"persona{number}@comune.example", chance.choice(codes),
            chance.choice(AREAS), chance.choice(["", "educatrice", "istruttore"]), "01/09/2019", "", "in servizio",
        ]  # fmt: skip


def write(path: Path, lines: int, codes: list[str], *, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    """Write the extract and return its path."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(COLUMNS)
        writer.writerows(rows(lines, codes))
    return path


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    print(write(Path(sys.argv[1]), count, (sys.argv[3] if len(sys.argv) > 3 else "CITTA").split(",")))
