# SPDX-License-Identifier: AGPL-3.0-or-later
"""The departments as people type them: the shortest name that says which one is meant, and what half a name may mean."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from innovato.organisation.models import Department
from innovato.organisation.text import fold, words_of

MOST_OFFERED = 12


@dataclass(frozen=True)
class Office:
    """One department: `label` is its shortest unambiguous name, `path` its full one."""

    pk: int
    label: str
    path: str
    words: str
    depth: int


@dataclass
class Offices:
    """The departments that exist on one day. One query, when first asked."""

    day: date
    _rows: list[Office] | None = field(default=None, repr=False)

    @property
    def all(self) -> list[Office]:
        """All of them, from the top of the tree down."""
        if self._rows is None:
            self._rows = _read(self.day)
        return self._rows

    def find(self, pk: int | None) -> Office | None:
        """The one with this key."""
        return next((office for office in self.all if office.pk == pk), None)

    def meant_by(self, text: str) -> list[Office]:
        """The ones that `text` may mean: the one with exactly this name, else all whose words start with the typed ones."""
        wanted = fold(text[:200])
        if not wanted:
            return []
        exact = [office for office in self.all if wanted in (fold(office.label), fold(office.path))]
        if len(exact) == 1:
            return exact
        typed = [f" {word}" for word in words_of(text)]
        found = [office for office in self.all if all(word in office.words for word in typed)]
        return sorted(found, key=lambda office: (office.depth, office.label))


def _read(day: date) -> list[Office]:
    rows = list(Department.objects.in_force(day).order_by("path", "pk"))
    names = {row.pk: row.short_name for row in rows}
    times = Counter(fold(row.short_name) for row in rows)
    offices = []
    for row in rows:
        above = names.get(row.parent_id, "")
        twin = times[fold(row.short_name)] > 1
        label = f"{row.short_name} ({above or row.code})" if twin else row.short_name
        path = " › ".join(names[pk] for pk in row.ancestor_ids if pk in names)
        words = f" {fold(row.short_name)} {fold(row.name)} {fold(row.code)} {fold(above) if twin else ''}"
        offices.append(Office(pk=row.pk, label=label, path=path, words=words, depth=row.depth))
    return offices
