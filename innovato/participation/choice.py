# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which released table an address asks for; what is not in the closed catalogue, or not released, is not there: a sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from innovato.organisation.models import Department
from innovato.participation import catalogue, selectors
from innovato.participation.catalogue import CATALOGUE, EVERY_MEASURE, Measure, Period, PeriodKind, Table
from innovato.participation.models import JobState, Release, ReleaseJob
from innovato.participation.published import ReleasedTable

FIRST_LEVEL, TREE, AREAS = "strutture", "albero", "aree"
VIEWS = {
    PeriodKind.QUARTER: (FIRST_LEVEL, TREE, AREAS),
    PeriodKind.BALLOT: (FIRST_LEVEL, TREE),
    PeriodKind.YEAR: ("",),
}
KEY = re.compile(
    r"(?P<year>20[0-9]{2})(?:-q(?P<quarter>[1-4]))?|ballot-(?P<ballot>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


class NotThere(LookupError):
    """No such table is released. `sentence` says why; `job` is its preparation where there is one."""

    def __init__(self, sentence: str, job: ReleaseJob | None = None):
        super().__init__(sentence)
        self.sentence, self.job = sentence, job


@dataclass(frozen=True)
class Choice:
    """One thing to show: a period with what of it, and for tables by department the part of the tree (`code`)."""

    period: Period
    measure: Measure
    view: str
    code: str = ""

    @property
    def table(self) -> Table:
        """The table of the catalogue."""
        if self.view == AREAS:
            return Table.AREAS
        return next(table for table, (kind, _measures) in CATALOGUE.items() if kind == self.period.kind)

    @property
    def parameters(self) -> dict[str, str]:
        """How an address names it."""
        found = {"periodo": self.period.key, "misura": str(self.measure), "vista": self.view, "struttura": self.code}
        return {name: value for name, value in found.items() if value}


def read(values: Mapping[str, str]) -> Choice:
    """The choice that an address names; what it leaves out is the latest quarter and the plainest view. Raises NotThere."""
    period = _period(values.get("periodo", ""))
    measures = (Measure.VOTED,) if period.kind == PeriodKind.BALLOT else EVERY_MEASURE
    measure = values.get("misura", "") or measures[0].value
    view = values.get("vista", "") or VIEWS[period.kind][0]
    if view not in VIEWS[period.kind] or measure not in measures:
        raise NotThere(_("Questa suddivisione non è tra quelle pubblicate: scegline una dell’elenco."))
    if view == AREAS and measure != Measure.PROPOSED:
        raise NotThere(_("Le aree contrattuali si pubblicano solo per chi ha proposto un’idea."))
    return Choice(period, Measure(measure), view, values.get("struttura", "")[:60].replace("\x00", "\ufffd"))


def _period(key: str) -> Period:
    if not key:
        periods = selectors.released_periods()
        quarters = [period for period in periods if period.kind == PeriodKind.QUARTER]
        if not periods:
            raise NotThere(_("Non è ancora stato pubblicato nessun dato: il primo arriva alla fine del trimestre."))
        return (quarters or periods)[0]
    if (match := KEY.fullmatch(key)) is None:
        raise NotThere(_("Questo periodo non c’è: scegline uno dell’elenco."))
    if match["ballot"]:
        return _ballot(UUID(match["ballot"]))
    if match["quarter"]:
        return catalogue.quarter_of(date(int(match["year"]), 3 * int(match["quarter"]), 1))
    return catalogue.year_of(date(int(match["year"]), 1, 1))


def _ballot(pk: UUID) -> Period:
    rows = [*Release.objects.filter(ballot=pk)[:1], *ReleaseJob.objects.filter(ballot=pk)[:1]]
    if not rows:
        raise NotThere(_("Questo periodo non c’è: scegline uno dell’elenco."))
    return rows[0].period


def find(choice: Choice) -> Release:
    """The release of a choice. Raises NotThere, saying whether it is being prepared, was refused, or is not due yet."""
    period = choice.period
    which = {"ballot": period.ballot} if period.ballot else {"first_day": period.first_day}
    found = selectors.find_release(table=choice.table, measure=choice.measure, **which)
    if found is not None:
        return found
    job = ReleaseJob.objects.filter(key=period.key).first()
    raise NotThere(_why_not(job), job)


def _why_not(job: ReleaseJob | None) -> str:
    if job is None:
        return _("I dati di questo periodo non sono ancora pubblicati: escono quando il periodo è finito.")
    if job.state in (JobState.WAITING, JobState.RUNNING):
        return _("I dati di questo periodo sono in preparazione: %(percent)d%%.") % {"percent": job.percent}
    if problems := selectors.problems_of(job):
        return " ".join(problems)
    return _("Per questo periodo la tabella non è stata pubblicata.")


def rows_of(choice: Choice, table: ReleasedTable) -> tuple:
    """The rows to show: the first level, the whole tree, or one department and what lies below. NotThere without such a row."""
    if not choice.code:
        return table.rows[1:] if choice.view == TREE else table.first_level
    if table.row(choice.code) is None:
        raise NotThere(_without_row(choice.code))
    below = {choice.code}
    for row in table.rows:  # parents come first
        if row.parent in below:
            below.add(row.code)
    rows = tuple(row for row in table.rows if row.code in below)
    return rows if choice.view == TREE else rows[:1] + table.below(choice.code)


def _without_row(code: str) -> str:
    if Department.objects.filter(code=code).exists():
        return _(
            "Questa struttura non ha una riga sua: è piccola, e i suoi dati stanno insieme a quelli di altri uffici."
        )
    return _("In questa tabella non c’è una struttura con questo codice.")
