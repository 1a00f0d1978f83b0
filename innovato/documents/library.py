# SPDX-License-Identifier: AGPL-3.0-or-later
"""The documents there are, read from their texts in one language with the values that run here."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.template import Context, Engine, Template
from django.utils import translation

from innovato.documents import markup, terms

FOLDER = Path(settings.BASE_DIR) / "innovato" / "docs" / "data-protection"
# The name in an address, and the file that holds the text.
NAMES = {
    "informativa": "notice",
    "registro-trattamenti": "register",
    "valutazione-impatto": "impact-assessment",
    "lettera-sindacati": "letter",
    "conservazione": "retention",
}
UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # stands where a text names a value that does not exist; tests find it
ENGINE = Engine(autoescape=False, string_if_invalid=UNKNOWN)


class NoSuchDocument(LookupError):
    """No document has this name, or not in this language."""


@dataclass(frozen=True)
class Document:
    """One document in one language. `changed_on` is the day of this version of its text."""

    name: str
    language: str
    title: str
    subtitle: str
    summary: str
    version: str
    changed_on: date
    blocks: tuple[markup.Block, ...]

    @property
    def sections(self) -> list[markup.Block]:
        """The headings, for the table of contents."""
        return [block for block in self.blocks if block.kind == "heading"]

    @property
    def lines(self) -> str:
        """The whole document as plain text."""
        with translation.override(self.language):
            top = (self.title.upper(), self.subtitle, terms.version_line(self.version, self.changed_on))
        return "\n".join(top) + "\n\n" + markup.plain(self.blocks)


def get(name: str, language: str) -> Document:
    """The document of this name. Raises NoSuchDocument."""
    if name not in NAMES or language not in dict(settings.LANGUAGES):
        raise NoSuchDocument(name)
    head, body = _source(NAMES[name], language)
    with translation.override(language):
        blocks = markup.read(body.render(Context(terms.values())))
    values = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return Document(
        name=name,
        language=language,
        title=values["title"],
        subtitle=values["subtitle"],
        summary=values["summary"],
        version=values["version"],
        changed_on=date.fromisoformat(values["date"]),
        blocks=blocks,
    )


def every(language: str) -> list[Document]:
    """All documents, in the order in which people need them."""
    return [get(name, language) for name in NAMES]


@lru_cache(maxsize=16)
def _source(file: str, language: str) -> tuple[str, Template]:
    """The head of a text and its body. Read once: texts come with the code."""
    text = (FOLDER / language / f"{file}.md").read_text(encoding="utf-8")
    _licence, head, body = text.split("\n---\n", 2)
    return head, ENGINE.from_string(body)
