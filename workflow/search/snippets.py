# SPDX-License-Identifier: AGPL-3.0-or-later
"""A short piece of a text with some of its words marked: where most of them stand close together. No database."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from workflow.search.stems import places

WINDOW = 110  # characters
LONGEST = 5000
DOTS = "…"


@dataclass(frozen=True)
class Piece:
    """A run of characters, marked or not."""

    text: str
    marked: bool = False


def excerpt(text: str, stems: Collection[str]) -> tuple[Piece, ...]:
    """The part of `text`, about a hundred characters, that holds most words with these stems; its beginning if none."""
    text = " ".join(unicodedata.normalize("NFC", text[:LONGEST]).split())
    hits = [(start, end) for start, end, stem in places(text) if stem in stems]
    first, last = _window(text, hits)
    pieces = [Piece(DOTS)] if first else []
    at = first
    for start, end in hits:
        if start >= first and end <= last:
            pieces += [Piece(text[at:start]), Piece(text[start:end], marked=True)]
            at = end
    pieces.append(Piece(text[at:last] + (DOTS if last < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)


def _window(text: str, hits: list[tuple[int, int]]) -> tuple[int, int]:
    """Where the densest stretch begins and ends, at blanks."""
    starts = [start for start, _end in hits] or [0]
    best = max(starts, key=lambda start: (sum(start <= s and e <= start + WINDOW for s, e in hits), -start))
    lead = text.rfind(" ", 0, max(0, best - 20)) + 1 if best > 20 else 0
    end = len(text) if len(text) <= lead + WINDOW + 20 else text.rfind(" ", lead, lead + WINDOW + 20)
    return lead, max(end, lead + 1) if end > 0 else min(len(text), lead + WINDOW)
