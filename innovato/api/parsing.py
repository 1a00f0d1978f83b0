# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the API reads and writes: JSON, strictly: of a sensible size and depth, with text that every database can keep."""

import json
import math
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser

from innovato.api.problems import Problem

LARGEST = 256 * 1024  # bytes; the longest plan fits many times


class OnlyJSON(BaseContentNegotiation):
    """There is one format: whatever is accepted, JSON is the answer."""

    def select_parser(self, request, parsers):
        """The parser, where the body says that it is JSON; None makes a 415."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        """The one renderer."""
        return renderers[0], renderers[0].media_type


class StrictJSON(BaseParser):
    """Reads a body of UTF-8 JSON. Raises Problem 400 for what is none, 413 for too much."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """The values of the body. NaN, lone surrogates, NUL and a depth that no body of ours has are no JSON here."""
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise Problem(413, code="too_large")
        try:
            found = json.loads(raw.decode("utf-8"), parse_constant=_no_number, parse_float=_number)
            for text in _texts(found):
                _check_text(text)
        except (ValueError, RecursionError) as error:
            raise _unreadable() from error
        return found


def _no_number(name: str):
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def _number(text: str) -> float:
    """A number with a point or an exponent; one too large for a number is none."""
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _texts(found) -> Iterator[str]:
    """Every text and every name in the values, at any depth."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _check_text(text: str) -> None:
    """Raise ValueError for what no database keeps: NUL, and half characters that came as \\ud800."""
    if "\0" in text:
        raise ValueError("NUL")
    text.encode("utf-8")


def _unreadable() -> Problem:
    return Problem(400, _("Il contenuto non è JSON valido: controlla come è scritto."), code="parse_error")
