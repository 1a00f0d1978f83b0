# SPDX-License-Identifier: AGPL-3.0-or-later
"""One event is one line of the log: what people typed can neither forge a second line nor turn the reading direction."""

import logging
import unicodedata

CONTINUED = "\n    | "  # before each further line of a traceback: no line of ours begins like that
HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def visible(text: str) -> str:
    """The text on one line; every control, formatting or half character is written out as its escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) if unicodedata.category(char) in HIDDEN else char for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


class OneLine(logging.Formatter):
    """The formatter of the log. A traceback keeps its lines, each marked as a continuation."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, whatever its arguments hold."""
        return visible(super().formatMessage(record))

    def formatException(self, ei) -> str:
        """The traceback; an exception's own words may hold what somebody typed."""
        return _continued(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        """The stack, like a traceback."""
        return _continued(super().formatStack(stack_info))


def _continued(text: str) -> str:
    return CONTINUED.lstrip("\n") + CONTINUED.join(visible(line) for line in text.split("\n"))
