# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a text to the Italian word stems that searches compare, and how much two words look alike. No database."""

import re
import threading
import unicodedata
from collections.abc import Iterator

import snowballstemmer

from workflow.models.search import WORD_LENGTH

ACCENTS = re.compile(r"[\u0300-\u036f]")
WORD = re.compile(r"[^\W_]+")
# An idea's number is one word, whatever dash stands in it.
NUMBER = re.compile(r"(?<![0-9])([0-9]{4})[-\u2010-\u2015]([0-9]{4,6})(?![0-9])")
# Words that say nothing about what an idea is: articles, prepositions, pronouns, common verbs; folded.
_STOP = """
ad agli ai al all alla alle allo anche ancora avere che chi ci coi col come con cosa cui da dagli dai dal dall dalla
dalle dallo degli dei del dell della delle dello di dove due ed era essere fa fare fra gia gli ha hai hanno ho il in
io la le lei li lo loro lui ma me mi mia mie miei mio molto ne negli nei nel nell nella nelle nello noi non nostra
nostre nostri nostro od oggi ogni oppure per perche piu po poco poi pure qua quale quali quando quanta quante quanti
quanto quella quelle quelli quello quest questa queste questi questo qui quindi sara se sei sempre senza si sia siamo
siano solo sono sta stata state stati stato stesso su sua sue sugli sui sul sull sulla sulle sullo suo suoi tanto te
ti tra tre troppo tu tua tue tuo tuoi tutta tutte tutti tutto un una uno va vi voi volta vostra vostre vostri vostro
"""
STOP_WORDS = frozenset(_STOP.split())
_own = threading.local()


def _stemmer():
    """This thread's stemmer: the compiled one may not be shared between threads."""
    if not hasattr(_own, "stemmer"):
        _own.stemmer = snowballstemmer.stemmer("italian")
    return _own.stemmer


def fold(text: str) -> str:
    """Compatible letters and figures, small, without accents; an idea's number as one word."""
    text = ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    return NUMBER.sub(r"\1\2", text)


def stems_of(text: str) -> list[str]:
    """The stems of a text in its order, without stop words and single letters. Only a-z and 0-9, so that both databases
    keep each as one word: other alphabets are written as their bytes."""
    words = [word for word in WORD.findall(fold(text)) if _tells(word)]
    return [_plain(stem) for stem in _stemmer().stemWords(words)]


def _tells(word: str) -> bool:
    return word not in STOP_WORDS and (len(word) > 1 or not word.isascii() or word.isdigit())


def _plain(stem: str) -> str:
    return (stem if stem.isascii() else f"x{stem.encode().hex()}")[:WORD_LENGTH]


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, stem) of each telling word of a text, for highlighting."""
    for match in WORD.finditer(text):
        if found := stems_of(match.group()):
            yield match.start(), match.end(), found[0]


def number_words(number: str | None) -> list[str]:
    """The words under which an idea's number is found: 2026-0412 as 20260412, 0412 and 412."""
    if not number:
        return []
    year, _dash, serial = number.partition("-")
    return list(dict.fromkeys([year + serial, serial, serial.lstrip("0") or "0"]))


def _marked(word: str) -> str:
    return f"  {word} "


def trigrams(word: str) -> frozenset[str]:
    """The three-letter pieces of a word with its beginning and end marked."""
    padded = _marked(word)
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def likeness(one: str, other: str) -> float:
    """How much two words look alike, from 0 to 1: the share of three-letter pieces they have in common."""
    return likeness_of(trigrams(one), other)


def likeness_of(pieces: frozenset[str], other: str) -> float:
    """The same for a word whose pieces are at hand: one word is compared with hundreds of titles."""
    padded = _marked(other)
    shared = sum(piece in padded for piece in pieces)
    return shared / (len(pieces) + len(set(zip(padded, padded[1:], padded[2:], strict=False))) - shared)
