# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be exported: each report is a subclass of `Report` in the part that owns the figures, named in the settings."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from innovato.exports.document import Document
from innovato.exports.models import FIGURES, Format


class Report:
    """One kind of report, in some formats. `name` stands in addresses and rows; texts come out in the active language."""

    name: str
    formats: tuple[Format, ...] = FIGURES

    def schedules(self) -> dict[str, str]:
        """How often it can be sent by itself: (key, words). Empty for one that nobody receives on a schedule."""
        return {}

    def latest(self, every: str) -> dict[str, str] | None:
        """The parameters of the latest report of a schedule; None while there is none."""
        return None

    def readers(self) -> list:
        """The people who may receive it."""
        return []

    def parameters(self, posted: Mapping[str, str]) -> dict[str, str]:
        """Which report of this kind, as plain values, from what a form or address says; ValueError with a sentence."""
        raise ValueError(self.name)

    def may(self, person, parameters: Mapping[str, str]) -> bool:
        """Whether this report exists for this person now. Asked when it is ordered, made, shown and downloaded."""
        return False

    def title(self, parameters: Mapping[str, str]) -> str:
        """What the file is called."""
        return self.name

    def address(self, parameters: Mapping[str, str]) -> str:
        """The page that shows the same figures."""
        return "/"

    def build(self, person, parameters: Mapping[str, str], *, at: datetime) -> Document:
        """The report itself. LookupError when there is nothing to report under these parameters (any more)."""
        raise LookupError(self.name)


@lru_cache
def _all() -> dict[str, Report]:
    found = [import_string(path)() for path in settings.INNOVATO_REPORTS]
    return {report.name: report for report in found}


def find(name: str) -> Report | None:
    """The report of this name."""
    return _all().get(name)


def get(name: str) -> Report:
    """The report of this name; LookupError for one that nobody offers."""
    return _all()[name]
