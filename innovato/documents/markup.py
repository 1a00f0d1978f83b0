# SPDX-License-Identifier: AGPL-3.0-or-later
"""The few marks that the documents are written with, read into plain values, and those written out as plain text.

`## ` and `### ` are headings, `- ` and `1. ` lists, `|` rows of a table under a line `Tabella: ` with its caption; a row of
words at its top is the head. Inside a line: `**strong**`, `[words](/address/)`, and `[da completare: …]` for what the city
itself has to write.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

CAPTIONS = ("Tabella: ", "Table: ")
BLANKS = r"\[(?:da completare|to be completed)[^\]]*\]"
INLINE = re.compile(rf"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<address>/[^)\s]*)\)|(?P<blank>{BLANKS})")
NUMBERED = re.compile(r"\d+\. ")
WIDTH = 78


@dataclass(frozen=True)
class Run:
    """Some words of a line: plain, strong, the way to a page, or a blank that the city fills in."""

    text: str
    strong: bool = False
    address: str = ""
    blank: bool = False


@dataclass(frozen=True)
class Line:
    """A sentence or paragraph."""

    runs: tuple[Run, ...]

    def __str__(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Block:
    """One piece of a document. `kind` is heading, part, text, list, steps or table; only its own fields are filled."""

    kind: str
    line: Line = Line(())
    key: str = ""
    items: tuple[Line, ...] = ()
    head: tuple[Line, ...] = ()
    rows: tuple[tuple[Line, ...], ...] = ()

    @property
    def labelled(self) -> list[list[tuple[Line, Line]]]:
        """The rows of a table, each cell with its column's name."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


def line(text: str) -> Line:
    """Words with their marks."""
    runs, end = [], 0
    for match in INLINE.finditer(text):
        if match.start() > end:
            runs.append(Run(text[end : match.start()]))
        if match["strong"]:
            runs.append(Run(match["strong"], strong=True))
        elif match["words"]:
            runs.append(Run(match["words"], address=match["address"]))
        else:
            runs.append(Run(match["blank"], blank=True))
        end = match.end()
    if text[end:]:
        runs.append(Run(text[end:]))
    return Line(tuple(runs))


def read(text: str) -> tuple[Block, ...]:
    """A document's body as blocks, in order. Raises ValueError for a table whose rows do not fit its head."""
    return tuple(_block(lines, number) for number, lines in enumerate(_pieces(text)))


def _pieces(text: str) -> Iterator[list[str]]:
    """The body piece by piece: what stands between empty lines; a heading is a piece of its own."""
    piece: list[str] = []
    for each in [*text.splitlines(), ""]:
        heading = each.startswith("#")
        if piece and (heading or not each.strip()):
            yield piece
            piece = []
        if heading:
            yield [each]
        elif each.strip():
            piece.append(each.strip())


def _block(lines: list[str], number: int) -> Block:
    first = lines[0]
    if first.startswith("#"):
        kind = "part" if first.startswith("###") else "heading"
        return Block(kind, line(first.lstrip("# ")), key=f"s{number}")
    if first.startswith(CAPTIONS):
        return _table(first.partition(": ")[2], lines[1:])
    if first.startswith("- "):
        return Block("list", items=tuple(_items(lines, "- ")))
    if NUMBERED.match(first):
        return Block("steps", items=tuple(_items(lines, NUMBERED)))
    return Block("text", line(" ".join(lines)))


def _items(lines: list[str], mark) -> Iterator[Line]:
    """The entries of a list: a line without the mark goes on with the one before."""
    entries: list[str] = []
    for each in lines:
        rest = each.removeprefix(mark) if isinstance(mark, str) else mark.sub("", each, count=1)
        if rest != each:
            entries.append(rest)
        else:
            entries[-1] += f" {each}"
    return map(line, entries)


def _table(caption: str, lines: list[str]) -> Block:
    rows = [tuple(line(cell.strip()) for cell in each.strip("|").split("|")) for each in lines]
    if odd := [row for row in rows if len(row) != len(rows[0])]:
        raise ValueError(f"{caption}: a row of {len(odd[0])} cells under a head of {len(rows[0])}")
    return Block("table", line(caption), head=rows[0], rows=tuple(rows[1:]))


def plain(blocks: tuple[Block, ...]) -> str:
    """The blocks as plain text of lines of at most 78 characters; a table row by row, each cell after its column's name."""
    return "\n\n".join("\n".join(_plain(block)) for block in blocks) + "\n"


def _plain(block: Block) -> Iterator[str]:
    if block.kind in ("heading", "part"):
        words = str(block.line)
        yield from ("", words, ("=" if block.kind == "heading" else "-") * min(len(words), WIDTH))
    elif block.kind == "text":
        yield from textwrap.wrap(str(block.line), WIDTH, break_long_words=False)
    elif block.kind == "table":
        yield f"[{block.line}]"
        for row in block.rows:
            yield from ("", *_wrapped(str(row[0]), "* "))
            for head, cell in zip(block.head[1:], row[1:], strict=True):
                yield from _wrapped(f"{head}: {cell}", "    ")
    else:
        for number, item in enumerate(block.items, 1):
            yield from _wrapped(str(item), "- " if block.kind == "list" else f"{number}. ")


def _wrapped(words: str, mark: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False)
