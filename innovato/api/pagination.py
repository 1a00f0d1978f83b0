# SPDX-License-Identifier: AGPL-3.0-or-later
"""Long lists, page by page: a cursor says after which row the next page begins, so nothing is counted or skipped."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from innovato.api.fields import Name

ROWS = 20
LARGEST_KEY = 2**63 - 1  # what a key's column holds
KEY = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the place after which the next ones begin (None or empty at the end)."""

    rows: list = field(default_factory=list)
    following: int | str | None = None


def key_page(rows: QuerySet, *, after: int | None = None, newest: bool = True, key: str = "pk") -> Page:
    """One page of `rows` in the order of a whole-number key. One query, and those of what is prefetched."""
    if after is not None:
        rows = rows.filter(**{f"{key}__lt" if newest else f"{key}__gt": after})
    found = list(rows.order_by(f"-{key}" if newest else key)[: ROWS + 1])
    return Page(found[:ROWS], getattr(found[ROWS - 1], key) if len(found) > ROWS else None)


class Cursor(Name):
    """The cursor in an address, as a previous page gave it out; its value is the place it stands for.

    `pattern` is what a place of this list looks like; `kind` makes a value of it.
    """

    default_error_messages = {"cursor": _("Questo cursore non viene da una pagina di questo elenco.")}

    def __init__(self, *, pattern: re.Pattern = KEY, kind=int, **options):
        self.pattern, self.kind = pattern, kind
        super().__init__(**options)

    def meant(self, text: str):
        """The place, or an error for what no page ever wrote."""
        place = _read(text)
        return self.kind(place) if self.pattern.fullmatch(place) else self.fail("cursor")


def _read(cursor: str) -> str:
    try:
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return place if written(place) == cursor else ""


def written(place: int | str) -> str:
    """A place as its cursor: opaque, so that nobody builds one."""
    return urlsafe_b64encode(str(place).encode("ascii")).decode("ascii").rstrip("=")


def answer(request: Request, page: Page, results: list) -> Response:
    """A list's answer: its rows, and the address of the next page or null."""
    url = None
    if page.following:
        url = replace_query_param(request.build_absolute_uri(), "cursor", written(page.following))
    return Response({"next": url, "results": results})
