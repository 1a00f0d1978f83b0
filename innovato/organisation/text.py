# SPDX-License-Identifier: AGPL-3.0-or-later
"""How names are compared: without accents, capitals, punctuation or double spaces."""

import unicodedata


def fold(text: str) -> str:
    """The comparable form of a text: "Nicolò  D’Angelo" and "nicolo d'angelo" both give "nicolo d angelo"."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (letter if letter.isalnum() else " " for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())


def words_of(text: str, *, most: int = 6) -> list[str]:
    """The first few words of a search, folded."""
    return fold(text[:200]).split()[:most]
