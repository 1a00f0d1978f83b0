# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report "Partecipazione": the released tables as a document, for page and file alike. Nothing here counts anybody."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from innovato import charts, formats
from innovato.exports import document as d
from innovato.exports.reports import Report
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.selectors import people_with
from innovato.participation import choice as choices
from innovato.participation import rules, selectors
from innovato.participation.catalogue import EVERY_MEASURE, Measure, Period, PeriodKind, Table, before, quarters_of
from innovato.participation.choice import Choice
from innovato.participation.published import ReleasedCell, ReleasedTable

INDENT = formats.NBSP * 4  # before a department's name, for each department above it


class ParticipationReport(Report):
    """One report per period, measure and breakdown of the closed catalogue."""

    name = "partecipazione"

    def schedules(self) -> dict[str, str]:
        return {"quarter": _("Ogni trimestre"), "year": _("Ogni anno")}

    def latest(self, every: str) -> dict[str, str] | None:
        periods = selectors.released_periods(kind=PeriodKind(every))
        return choices.read({"periodo": periods[0].key}).parameters if periods else None

    def readers(self) -> list:
        return list(people_with(Capability.VIEW_PARTICIPATION, None).order_by("last_name", "first_name", "pk"))

    def parameters(self, posted: Mapping[str, str]) -> dict[str, str]:
        try:
            return choices.read(posted).parameters
        except choices.NotThere as error:
            raise ValueError(error.sentence) from error

    def may(self, person, parameters: Mapping[str, str]) -> bool:
        return rules.may_view(DepartmentAccess.of(person))

    def title(self, parameters: Mapping[str, str]) -> str:
        return _("Partecipazione, %(period)s") % {"period": words_of(choices.read(parameters).period)}

    def address(self, parameters: Mapping[str, str]) -> str:
        return f"{reverse('participation:overview')}?{urlencode(parameters)}"

    def build(self, person, parameters: Mapping[str, str], *, at: datetime) -> d.Document:
        return build(choices.read(parameters), at=at)


def words_of(period: Period) -> str:
    """The period in words."""
    if period.kind == PeriodKind.YEAR:
        return _("anno %(year)d") % {"year": period.first_day.year}
    if period.kind == PeriodKind.QUARTER:
        return _("%(quarter)d° trimestre %(year)d") % {"quarter": period.quarter, "year": period.first_day.year}
    return _("votazione «%(title)s»") % {"title": period.title}


def build(choice: Choice, *, at: datetime) -> d.Document:
    """The document of a choice. Raises choices.NotThere where nothing is released."""
    release = choices.find(choice)
    table = selectors.table(release)
    earlier = selectors.release_before(release)
    previous = selectors.table(earlier) if earlier else None
    match choice.period.kind:
        case PeriodKind.YEAR:
            sections = [_year(choice.period), _quarters(choice.period), _ballots(choice.period)]
        case _ if choice.view == choices.AREAS:
            sections = [_areas(table)]
        case _:
            sections = [_departments(choice, table, previous)]
    if choice.period.kind != PeriodKind.BALLOT:
        sections.append(_ideas(choice.period, table.city.total.staff, at=at))
    return d.Document(
        title=_("Partecipazione"),
        subtitle=words_of(choice.period),
        facts=_facts(table),
        sections=tuple(section for section in sections if section is not None),
        city=settings.INNOVATO_CITY_NAME,
        language=get_language() or "it",
        notes=(
            why_hidden(table.k),
            _("Nei dati sulle idee e in quelli del periodo prima il trattino può anche dire che il dato non c’è."),
        ),
    )


def _facts(table: ReleasedTable) -> tuple[tuple[str, str], ...]:
    span = _("dal %(first)s al %(last)s") % {
        "first": formats.short_date(table.period.first_day, year=True),
        "last": formats.short_date(table.period.last_day, year=True),
    }
    return (
        (_("Periodo"), f"{words_of(table.period)}, {span}"),
        (_("Personale contato il"), formats.short_date(table.headcount_on, year=True)),
        (_("Soglia di riservatezza (k)"), str(table.k)),
        (_("Pubblicato"), f"{formats.short_date(table.released_at, year=True)} · {table.released_by.label}"),
        (_("Impronta"), table.sha256[:16]),
    )


def why_hidden(k: int) -> str:
    """The sentence about hidden cells."""
    return _(
        "Il trattino significa «dato nascosto»: in quel gruppo chi ha partecipato, o chi non ha partecipato, è meno di %(k)d "
        "persone, oppure il numero si potrebbe ricavare da altri. Il motivo non si vede. "
        "La regola vale anche nei file e per chi amministra."
    ) % {"k": k}


def count_cell(cell: ReleasedCell | None) -> d.Cell:
    """The people of a cell, as far as they are shown."""
    if cell is None:
        return d.nothing()
    return d.hidden() if cell.suppressed else d.number(cell.count)


def rate_cell(cell: ReleasedCell | None) -> d.Cell:
    """The share of a cell's staff; hidden with its count."""
    if cell is None:
        return d.nothing()
    return d.hidden() if cell.suppressed else d.percent(cell.count, cell.staff)


def _shares(cells: Sequence[tuple[str, ReleasedCell | None]]) -> charts.Rows:
    """The bars of the cells whose share is shown, with their names."""
    shown = [(name, rate_cell(cell)) for name, cell in cells if cell is not None and cell.rate is not None]
    values, words = [share.value for _name, share in shown], [share.brief for _name, share in shown]
    return charts.Rows([name for name, _share in shown], values, high=100, words=words)


def _bars(key: str, title: str, sentence: str, picture: charts.Rows) -> str:
    return charts.row_chart(key, title, sentence, picture) if picture.values else ""


def _departments(choice: Choice, table: ReleasedTable, previous: ReleasedTable | None) -> d.Section:
    rows = choices.rows_of(choice, table)
    base = min((row.depth for row in rows), default=0)
    head = [_("Struttura"), _("Persone"), str(choice.measure.label), _("Quota")] + (
        [_("Periodo prima")] if previous else []
    )

    def line(row, indent=0) -> tuple:
        cells = [
            d.text(INDENT * indent + row.label),
            d.number(row.total.staff),
            count_cell(row.total),
            rate_cell(row.total),
        ]
        if previous:
            then = previous.row(row.code)
            cells.append(rate_cell(then.total if then else None))
        return tuple(cells)

    lines = tuple(line(row, row.depth - base if choice.view == choices.TREE or choice.code else 0) for row in rows)
    sentence = _rates_sentence(table, previous)
    picture = _shares([(row.label, row.total) for row in rows])
    svg = _bars("g-strutture", str(choice.measure.label), sentence, picture)
    heading = {Measure.VOTED: _("Affluenza per struttura")}.get(choice.measure, str(choice.measure.label))
    caption = f"{heading}, {words_of(choice.period)}"
    return d.Section(
        "strutture",
        heading,
        _(
            "Persone diverse nel periodo, ognuna contata una volta, sul personale della struttura e di quelle che comprende."
        ),
        d.Table(_("Strutture"), caption, tuple(head), lines, (line(table.city),)),
        d.Chart(svg, sentence),
        _how_many_hidden(table, lines),
    )


def _how_many_hidden(table: ReleasedTable, lines: Sequence[tuple[d.Cell, ...]]) -> str:
    """How many cells the table hides, and where to look instead when these lines show nothing of any department."""
    if not table.hidden:
        return ""
    said = _("Dati nascosti in questa tabella: %(n)d.") % {"n": table.hidden}
    if lines and not any(cell.kind in (d.Kind.PERCENT, d.Kind.NEARLY) for line in lines for cell in line):
        said += " " + _(
            "In questa suddivisione i dati di tutte le strutture sono nascosti: leggi il totale del Comune, oppure scegli un "
            "periodo più lungo o un’altra voce."
        )
    return said


def _rates_sentence(table: ReleasedTable, previous: ReleasedTable | None) -> str:
    total = table.city.total
    if total.suppressed:
        return _("Il totale del Comune è un dato nascosto.")
    words = {"n": formats.number(total.count), "staff": formats.number(total.staff), "rate": rate_cell(total).shown}
    now = _("In tutto il Comune %(n)s persone su %(staff)s (%(rate)s)") % words
    then = previous.city.total if previous else None
    if then is None or then.rate is None:
        return f"{now}."
    return now + _("; nel periodo prima %(rate)s.") % {"rate": rate_cell(then).shown}


def _areas(table: ReleasedTable) -> d.Section:
    columns = [cell.label for cell in table.city.cells]
    lines = [(d.text(row.label), *map(rate_cell, row.cells)) for row in table.first_level]
    counts = [(d.text(table.city.label), *map(rate_cell, table.city.cells))]
    sentence = _rates_sentence(table, None)
    picture = _shares([(cell.label, cell) for cell in table.city.cells[1:]])
    svg = _bars("g-aree", _("Hanno proposto"), sentence, picture)
    return d.Section(
        "aree",
        _("Hanno proposto, per struttura e area contrattuale"),
        _("Quota del personale di quell’area nella struttura, in percentuale intera."),
        d.Table(_("Aree"), _("Quota di chi ha proposto"), (_("Struttura"), *columns), tuple(lines), tuple(counts)),
        d.Chart(svg, sentence),
        _how_many_hidden(table, lines),
    )


def _released(table: Table, period: Period) -> dict[Measure, ReleasedTable]:
    rows = selectors.releases_for(table=table, period=period)
    return {Measure(row.measure): selectors.table(row) for row in rows}


def _year(period: Period) -> d.Section:
    now, then = _released(Table.CITY, period), _released(Table.CITY, before(period))
    lines, cells, said = [], [], []
    for measure in EVERY_MEASURE:
        cell = now[measure].city.total if measure in now else None
        old = then[measure].city.total if measure in then else None
        staff = d.number(cell.staff) if cell else d.nothing()
        lines.append((d.text(measure.label), staff, count_cell(cell), rate_cell(cell), rate_cell(old)))
        cells.append((str(measure.label), cell))
        if cell:
            said.append(_measure_sentence(measure, cell, old))
    sentence = " ".join(said)
    svg = _bars("g-anno", _("Tutto il Comune"), sentence, _shares(cells))
    head = (_("Che cosa"), _("Persone"), _("Hanno partecipato"), _("Quota"), _("Anno prima"))
    return d.Section(
        "anno",
        _("Tutto il Comune"),
        _("Persone diverse nell’anno, ognuna contata una volta, sul personale del Comune."),
        d.Table(_("Anno"), _("Partecipazione nell’anno"), head, tuple(lines)),
        d.Chart(svg, sentence),
    )


def _measure_sentence(measure: Measure, cell: ReleasedCell, old: ReleasedCell | None) -> str:
    """What the whole city did, in words."""
    words = {"measure": measure.label, "n": count_cell(cell).shown, "staff": formats.number(cell.staff)}
    if cell.suppressed:
        return _("%(measure)s: dato nascosto.") % words
    words |= {"rate": rate_cell(cell).shown, "before": rate_cell(old).shown}
    if old is None or old.suppressed:
        return _("%(measure)s: %(n)s su %(staff)s (%(rate)s).") % words
    return _("%(measure)s: %(n)s su %(staff)s (%(rate)s; l’anno prima %(before)s).") % words


def _quarters(year: Period) -> d.Section | None:
    lines, labels = [], []
    rates = {measure: [] for measure in EVERY_MEASURE}
    for quarter in quarters_of(year):
        found = _released(Table.DEPARTMENTS, quarter)
        if not found:
            continue
        cells = [found[measure].city.total if measure in found else None for measure in EVERY_MEASURE]
        lines.append((d.text(words_of(quarter)), *map(count_cell, cells), *map(rate_cell, cells)))
        labels.append(words_of(quarter))
        for measure, cell in zip(EVERY_MEASURE, cells, strict=True):
            rates[measure].append(rate_cell(cell))
    if not lines:
        return None
    names = [str(measure.label) for measure in EVERY_MEASURE]
    head = (_("Trimestre"), *names, *(_("%(measure)s: quota") % {"measure": name} for name in names))
    svg, sentence = "", _("Le quote dei trimestri sono dati nascosti.")
    measure = next((each for each in EVERY_MEASURE if any(rate.value is not None for rate in rates[each])), None)
    if measure:
        known = sorted((rate for rate in rates[measure] if rate.value is not None), key=lambda rate: rate.value)
        words = {"measure": measure.label, "low": known[0].shown, "high": known[-1].shown}
        one, several = _("%(measure)s: %(low)s del personale."), _("%(measure)s: da %(low)s a %(high)s del personale.")
        sentence = (one if words["low"] == words["high"] else several) % words
        shares = rates[measure]
        bars = charts.Bars(labels, [share.value for share in shares], words=[share.brief for share in shares])
        svg = charts.bar_chart("g-trimestri", f"{measure.label} (%)", sentence, bars)
    return d.Section(
        "trimestri",
        _("Trimestre per trimestre"),
        _("Chi partecipa in due trimestri conta in tutti e due: la somma dei trimestri non è l’anno."),
        d.Table(_("Trimestri"), _("Partecipazione per trimestre"), head, tuple(lines)),
        d.Chart(svg, sentence),
    )


def _ballots(year: Period) -> d.Section | None:
    rows = selectors.releases_for(table=Table.TURNOUT)
    rows = rows.filter(last_day__gte=year.first_day, last_day__lte=year.last_day)
    found = [selectors.table(row) for row in rows]
    if not found:
        return None
    cells = [table.city.total for table in found]
    names = [table.period.title for table in found]
    lines = [
        (d.text(name), d.day(table.period.last_day), d.number(cell.staff), count_cell(cell), rate_cell(cell))
        for name, table, cell in zip(names, found, cells, strict=True)
    ]
    sentence = _("Votazioni concluse nell’anno: %(n)d.") % {"n": len(found)}
    svg = _bars("g-voti", _("Affluenza"), sentence, _shares(list(zip(names, cells, strict=True))))
    head = (_("Votazione"), _("Chiusa il"), _("Potevano votare"), _("Hanno votato"), _("Affluenza"))
    return d.Section(
        "votazioni",
        _("Votazioni"),
        _("Chi ha una scheda nell’urna alla chiusura, su chi poteva votare."),
        d.Table(_("Votazioni"), _("Affluenza delle votazioni"), head, tuple(lines)),
        d.Chart(svg, sentence),
    )


def _ideas(period: Period, staff: int, *, at: datetime) -> d.Section:
    """Figures about ideas, not people: handed down as plain values by the floor that knows ideas."""
    totals = import_string(settings.INNOVATO_IDEA_TOTALS)(first_day=period.first_day, last_day=_until(period, at))
    submitted, per_hundred = totals["submitted"], totals["submitted"] * 100 / staff if staff else None
    decimals = 2 if per_hundred and per_hundred < 0.1 else 1
    per_hundred = None if per_hundred is None else round(per_hundred, decimals)
    realised = round(totals["adopted"] * 100 / submitted) if submitted else None
    lines = (
        (d.text(_("Idee inviate")), d.number(submitted)),
        (d.text(_("Idee ogni 100 dipendenti")), d.number(per_hundred, decimals)),
        (d.text(_("Idee adottate")), d.number(totals["adopted"])),
        (d.text(_("Idee adottate ogni 100 inviate")), d.number(realised)),
        (d.text(_("Giorni fino alla prima risposta (mediana)")), d.number(totals["days_to_answer"])),
        (d.text(_("Giorni fino alla decisione (mediana)")), d.number(totals["days_to_decision"])),
        (d.text(_("Risposte in tempo")), d.percent(totals["kept"], totals["promised"])),
    )
    labels = [formats.month(month, short=True) for month, _n in totals["months"]]
    values = [number for _month, number in totals["months"]]
    sentence = _("Nel periodo sono state inviate %(n)s idee: %(rate)s ogni 100 dipendenti.") % {
        "n": formats.number(submitted),
        "rate": formats.number(per_hundred, decimals),
    }
    svg = charts.bar_chart("g-idee", _("Idee inviate per mese"), sentence, charts.Bars(labels, values))
    lines += tuple(
        (d.text(_("Idee inviate: %(month)s") % {"month": formats.month(month)}), d.number(n))
        for month, n in totals["months"]
    )
    return d.Section(
        "idee",
        _("Le idee del periodo"),
        _(
            "Contano le idee, non le persone. Adottate ogni 100 inviate: quelle adottate nel periodo su quelle inviate nel "
            "periodo. Prima risposta: dall’invio alla fine della verifica. Decisione: dall’invio alla prima decisione di chi "
            "dirige. In tempo: risposte entro il loro termine, su quelle che ne avevano uno."
        ),
        d.Table(_("Idee"), _("Le idee del periodo"), (_("Che cosa"), _("Valore")), lines),
        d.Chart(svg, sentence),
    )


def _until(period: Period, at: datetime) -> date:
    return min(period.last_day, formats.local_day(at))
