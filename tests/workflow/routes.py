# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every address the product answers to, read from its own tables of addresses: nothing new escapes the walks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.urls import URLPattern, get_resolver

PLACE = re.compile(r"<(\w+:\w+)>")
# Of Django's own tables, that write some places as expressions: how such a place is filled in.
AS_EXPRESSIONS = (("^(?P<app_label>", "voting/"), ("(?P<url>", "nessuna/"))


@dataclass(frozen=True)
class Route:
    """One line of the tables of addresses: its full name, and how the address is written."""

    name: str
    pattern: str
    view: Callable | None = field(default=None, compare=False, repr=False)

    @property
    def part(self) -> str:
        """The part of the product it belongs to: `workflow`, `voting`, `admin`…"""
        return self.name.partition(":")[0] if ":" in self.name else ""

    @property
    def places(self) -> list[str]:
        """What the address names, as `kind:name`."""
        return PLACE.findall(self.pattern)

    def address(self, values: dict[str, object]) -> str:
        """The address with these values in its places."""
        return "/" + PLACE.sub(lambda found: str(values[found[1]]), self.pattern)


def routes() -> list[Route]:
    """All of them, also of the technical tables and of the API."""
    return list(_below(get_resolver(), "", ""))


def _below(resolver, namespace: str, before: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = before + _plain(str(entry.pattern))
        if isinstance(entry, URLPattern):
            yield Route(f"{namespace}{entry.name or pattern}", pattern, entry.callback)
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _below(entry, inner, pattern)


def _plain(pattern: str) -> str:
    return next((plain for beginning, plain in AS_EXPRESSIONS if pattern.startswith(beginning)), pattern)
