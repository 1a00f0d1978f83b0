# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finds every visible text in code and templates, and keeps the English catalogue in step with them (`make messages`).

Does in Python what makemessages and compilemessages need the gettext programs for. Italian texts are the keys.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.template.base import Lexer, Token, TokenType
from django.utils.text import unescape_string_literal
from django.utils.translation import trim_whitespace
from django.utils.translation.template import block_re, constant_re, endblock_re, inline_re, plural_re

from tests.architecture.files import ROOT, name, python_files, template_files

PO = ROOT / "innovato" / "locale" / "en" / "LC_MESSAGES" / "django.po"
MODULE = "django.utils.translation"
# Which arguments are the context, the text and its plural.
FUNCTIONS = {
    "gettext": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
FUNCTIONS |= {f"{function}_lazy": where for function, where in FUNCTIONS.items()}


class Message(NamedTuple):
    """One visible text: its context and plural are None when it has none."""

    context: str | None
    text: str
    plural: str | None = None


class UnreadableText(Exception):
    """A text that is put together before it is translated, so that nobody could translate it."""


def in_python(source: str) -> Iterator[Message]:
    """The texts of a module: calls of Django's translation functions, under whatever name they are imported."""
    tree = ast.parse(source)
    known = _imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := known.get(ast.unparse(node.func))):
            yield from _called(node, function)


def _imported_names(tree: ast.AST) -> dict[str, str]:
    """How the module calls each translation function."""
    known = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        for each in node.names:
            if node.module == MODULE and each.name in FUNCTIONS:
                known[each.asname or each.name] = each.name
            elif node.module == "django.utils" and each.name == "translation":
                known |= {f"{each.asname or each.name}.{function}": function for function in FUNCTIONS}
    return known


def _called(node: ast.Call, function: str) -> Iterator[Message]:
    """The text of one call. A variable is let through: what it holds is marked where it is written."""
    context, text, plural = (None if place is None else node.args[place] for place in FUNCTIONS[function])
    if isinstance(text, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return
    for part in (context, text, plural):
        if part is not None and not (isinstance(part, ast.Constant) and isinstance(part.value, str)):
            raise UnreadableText(f"line {node.lineno}: {ast.unparse(node)}")
    yield Message(context and context.value, text.value, plural and plural.value)


def in_template(source: str) -> Iterator[Message]:
    """The texts of a template: translate, blocktranslate with its plural, and _("…") among variables and arguments."""
    tokens = iter(Lexer(source).tokenize())
    for token in tokens:
        if token.token_type == TokenType.VAR:
            yield from _constants(token.contents)
        elif token.token_type == TokenType.BLOCK:
            if token.contents == "comment" or token.contents.startswith("comment "):
                _skip_comment(tokens)
            elif inline := inline_re.match(token.contents):
                yield Message(_plain(inline[3]), _plain(inline[1]).replace("%", "%%"))
            elif block := block_re.match(token.contents):
                yield from _constants(token.contents)
                yield _block(tokens, _plain(block[2]), "trimmed" in token.split_contents())
            else:
                yield from _constants(token.contents)


def _constants(contents: str) -> Iterator[Message]:
    for quoted in constant_re.findall(contents):
        yield Message(None, _plain(quoted).replace("%", "%%"))


def _plain(quoted: str | None) -> str | None:
    """A text without its quotation marks."""
    return unescape_string_literal(quoted) if quoted else None


def _skip_comment(tokens: Iterator[Token]) -> None:
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents == "endcomment":
            return


def _block(tokens: Iterator[Token], context: str | None, trimmed: bool) -> Message:
    """The body of a blocktranslate, read as Django reads it when it renders."""
    forms = [""]
    for token in tokens:
        if token.token_type == TokenType.BLOCK and endblock_re.match(token.contents):
            break
        if token.token_type == TokenType.BLOCK and plural_re.match(token.contents):
            forms.append("")
        elif token.token_type == TokenType.VAR:
            forms[-1] += f"%({token.contents})s"
        elif token.token_type == TokenType.TEXT:
            forms[-1] += token.contents.replace("%", "%%")
    forms = [trim_whitespace(form) if trimmed else form for form in forms]
    return Message(context, *forms)


def collect() -> dict[tuple[str | None, str], tuple[Message, list[str]]]:
    """Every text with the files that show it; where one is used with and without a plural, the plural is kept."""
    places: dict[tuple, list[str]] = defaultdict(list)
    messages: dict[tuple, Message] = {}
    for reader, paths in ((in_python, python_files()), (in_template, template_files())):
        for path in paths:
            for message in _read(reader, path):
                key = (message.context, message.text)
                if name(path) not in places[key]:
                    places[key].append(name(path))
                if key not in messages or message.plural:
                    messages[key] = message
    return {key: (messages[key], places[key]) for key in messages}


def _read(reader, path: Path) -> list[Message]:
    try:
        return list(reader(path.read_text()))
    except UnreadableText as error:
        raise UnreadableText(
            f"{name(path)}, {error}: translate a literal text and put the values in afterwards"
        ) from error


def open_catalogue() -> polib.POFile:
    """The English catalogue as it is on disk, or a new one."""
    if PO.exists():
        return polib.pofile(str(PO), wrapwidth=110)
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "InnovaTo",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def updated(old: polib.POFile) -> polib.POFile:
    """The catalogue with exactly today's texts: new ones wait for their English, those no longer shown are gone."""
    kept = {(entry.msgctxt, entry.msgid): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=110)
    new.metadata, new.header = (
        old.metadata,
        "SPDX-License-Identifier: AGPL-3.0-or-later\nThe English of every visible text.",
    )
    for (context, text), (message, places) in sorted(
        collect().items(), key=lambda item: (item[0][1], item[0][0] or "")
    ):
        before = kept.get((context, text))
        entry = polib.POEntry(msgctxt=context, msgid=text, occurrences=[(place, "") for place in sorted(places)])
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict((before and before.msgstr_plural) or {0: "", 1: ""})
        else:
            entry.msgstr = before.msgstr if before else ""
        new.append(entry)
    return new


def main() -> int:
    """Write the catalogue and its compiled form; says how many texts still wait for their English."""
    old = open_catalogue()
    new = updated(old)
    PO.parent.mkdir(parents=True, exist_ok=True)
    new.save(str(PO))
    new.save_as_mofile(str(PO.with_suffix(".mo")))
    gone = {(entry.msgctxt, entry.msgid) for entry in old} - {(entry.msgctxt, entry.msgid) for entry in new}
    waiting = len(new.untranslated_entries())
    print(f"{len(new)} texts, {len(gone)} removed, {waiting} without English in {name(PO)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
