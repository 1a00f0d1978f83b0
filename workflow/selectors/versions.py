# SPDX-License-Identifier: AGPL-3.0-or-later
"""The versions of an idea's text that a reader may see, and what changed from one to the next, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _

from innovato import formats
from workflow.beneficiaries import labels_of
from workflow.models import Idea, IdeaVersion

TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
SAME, ADDED, REMOVED = "same", "added", "removed"


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both versions, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One field whose contents differ, with its label."""

    label: str
    pieces: tuple[Piece, ...]


def versions_for(idea: Idea, *, insider: bool, names: bool = True) -> list[IdeaVersion]:
    """The versions this reader may see, oldest first: others than authors and office from the admitted one on.

    While names are hidden from the reader (`names` is False), what the office covered stays covered: from the last
    covered version on. Who proposes and the office, the insiders, read all.
    """
    found = list(IdeaVersion.objects.filter(idea=idea).order_by("number"))
    covered = max((version.number for version in found if version.redacted), default=0)
    if not names and not insider:
        found = [version for version in found if version.number >= covered]
    if insider:
        return found
    if idea.published_at is None:
        return []
    admitted = [version for version in found if version.at <= idea.published_at]
    return admitted[-1:] + [version for version in found if version.at > idea.published_at]


def changes_between(old: dict, new: dict) -> list[Change]:
    """What differs between two stored contents, field by field, in the order of the page."""
    changed = []
    for key, label, as_text in _fields():
        before, after = as_text(old.get(key)), as_text(new.get(key))
        if before != after:
            changed.append(Change(label, tuple(pieces(before, after))))
    return changed


def pieces(before: str, after: str) -> Iterator[Piece]:
    """Two texts as runs of words kept, removed and added; removed words stand before the added ones. Pure."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    for tag, start, end, new_start, new_end in SequenceMatcher(a=old, b=new).get_opcodes():
        if tag == "equal":
            yield Piece(SAME, "".join(old[start:end]))
            continue
        if start < end:
            yield Piece(REMOVED, "".join(old[start:end]))
        if new_start < new_end:
            yield Piece(ADDED, "".join(new[new_start:new_end]))


def _plain(value) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _beneficiaries(value) -> str:
    return ", ".join(labels_of(value if isinstance(value, list) else []))


def _files(value) -> str:
    return ", ".join(str(row.get("name", "")) for row in value or [] if isinstance(row, dict))


def _money(value) -> str:
    return formats.euro(value) if value not in (None, "") else ""


def _fields() -> tuple:
    """The fields of a stored content with the words of the page. Names are those of the idea's columns."""
    return (
        ("title", _("Titolo"), _plain),
        ("problem", _("Il problema di oggi"), _plain),
        ("proposal", _("Che cosa proponiamo"), _plain),
        ("benefit", _("Che cosa cambia"), _plain),
        ("beneficiaries", _("Chi ne ha vantaggio"), _beneficiaries),
        ("how_measured", _("Come si misura"), _plain),
        ("estimated_cost", _("Costo della prova"), _money),
        ("duration_months", _("Durata in mesi"), _plain),
        ("theme", _("Tema"), _plain),
        ("department", _("Chi se ne occuperebbe"), _plain),
        ("departments_touched", _("Strutture coinvolte"), _plain),
        ("attachments", _("Allegati"), _files),
    )
