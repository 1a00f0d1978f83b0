# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the stored values of a notice to the values its templates use: clean lines, real dates.

Names decide: `due` and names ending in `_on` hold a date as text, names ending in `_at` a moment; `text` and names
ending in `_text` may have several lines; every other text is one line, whatever was typed.
"""

import datetime
import unicodedata

PLAIN = (str, int, float, bool, type(None))
DIRECTION_MARKS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


def one_line(text: str) -> str:
    """The text on one line, without control characters or marks that turn the reading direction."""
    visible = (" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    return " ".join("".join(char for char in visible if char not in DIRECTION_MARKS).split())


def several_lines(text: str) -> str:
    """The text with its own line breaks, each line cleaned like a single one."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def is_local_path(url) -> bool:
    """Whether an address is a plain path of this application: no host, no scheme, no trick."""
    return isinstance(url, str) and url[:1] == "/" and url[1:2] not in ("/", "\\") and url == "".join(url.split())


def value(name: str, stored):
    """One stored value as its templates use it; ValueError for a date that is none."""
    if not isinstance(stored, str):
        return stored
    if name.endswith("_at"):
        return _aware(datetime.datetime.fromisoformat(stored))
    if name == "due" or name.endswith("_on"):
        return datetime.date.fromisoformat(stored)
    return several_lines(stored) if name == "text" or name.endswith("_text") else one_line(stored)


def prepared(context: dict) -> dict:
    """All values of a notice as its templates use them."""
    return {name: value(name, stored) for name, stored in context.items()}


def check(context: dict) -> None:
    """Refuse, with ValueError, what can't be told later: no plain values, no local address, a date that is none."""
    if odd := [name for name, stored in context.items() if not isinstance(stored, PLAIN)]:
        raise ValueError(f"a notice holds plain values only, not {', '.join(odd)}")
    if not is_local_path(context.get("url")):
        raise ValueError("a notice needs a path of this application as its url")
    if not str(context.get("title", "")).strip():
        raise ValueError("a notice needs a title")
    prepared(context)


def _aware(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment
