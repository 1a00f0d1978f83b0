# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report "Andamento delle idee": each figure with its definition, its chart and its table, for page and file alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from innovato import charts, formats
from innovato.exports import document as d
from innovato.exports.reports import Report
from innovato.organisation.access import DepartmentAccess
from innovato.organisation.capabilities import Capability
from innovato.organisation.models import Department
from workflow.pipeline import words
from workflow.selectors import pipeline as selectors
from workflow.states import OPEN, IdeaState


class PipelineReport(Report):
    """One report per department followed; without one, everything the person follows."""

    name = "andamento"

    def parameters(self, posted: Mapping[str, str]) -> dict[str, str]:
        wanted = posted.get("struttura", "")
        if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
            raise ValueError(_("Scegli una struttura dell’elenco."))
        return {"struttura": wanted}

    def may(self, person, parameters: Mapping[str, str]) -> bool:
        access = DepartmentAccess.of(person)
        return bool(selectors.scopes_of(access, _key(parameters)))

    def title(self, parameters: Mapping[str, str]) -> str:
        department = Department.objects.filter(pk=_key(parameters)).first()
        return (
            _("Andamento delle idee: %(department)s") % {"department": department}
            if department
            else _("Andamento delle idee")
        )

    def address(self, parameters: Mapping[str, str]) -> str:
        query = f"?{urlencode(parameters)}" if parameters.get("struttura") else ""
        return reverse("workflow:pipeline") + query

    def build(self, person, parameters: Mapping[str, str], *, at: datetime) -> d.Document:
        access, chosen = DepartmentAccess.of(person), Department.objects.filter(pk=_key(parameters)).first()
        if not access.has(Capability.VIEW_PIPELINE):
            raise LookupError(self.name)
        return build(access, chosen, at=at)


def _key(parameters: Mapping[str, str]) -> int | None:
    return int(parameters["struttura"]) if parameters.get("struttura") else None


def build(access: DepartmentAccess, chosen: Department | None, *, at: datetime) -> d.Document:
    """The report on `chosen`, or on all this person follows, as of the last refresh. A dozen queries, whatever the history.

    Before the first refresh there are no figures: no sections then, and the circumstances say so.
    """
    today = formats.local_day(at)
    scopes = selectors.scopes_of(access, chosen.pk if chosen else None)
    below = selectors.departments_below(access, chosen)
    flow = selectors.flow(scopes, today=today)
    fresh = selectors.freshness()
    pilots, verified = selectors.lists(scopes)
    sections = (
        _by_month(flow),
        _times(selectors.times(scopes, today=today)),
        _ageing(selectors.ageing(scopes, today=today)),
        _on_time(selectors.on_time(scopes, today=today)),
        _on_time_below(selectors.on_time_below(scopes, today=today)),
        _cohorts(selectors.cohorts(scopes, at=at)),
        _past_end(selectors.pilots_past_end(pilots, below, today=today), today),
        _benefits(selectors.verified_benefits(verified, below), flow),
    )
    where = str(chosen) if chosen else _where(scopes)
    facts = [
        (_("Strutture"), where),
        (_("Periodo"), words.period(flow.months)),
        (_("Dati aggiornati"), words.freshness(fresh)),
    ]
    return d.Document(
        title=_("Andamento delle idee"),
        subtitle=where,
        facts=tuple(facts),
        sections=sections if fresh.at else (),
        city=settings.INNOVATO_CITY_NAME,
        language=get_language() or "it",
    )


def _where(scopes: Sequence[int]) -> str:
    names = Department.objects.filter(pk__in=scopes).order_by("path").values_list("short_name", flat=True)
    return ", ".join(names)


def _by_month(flow: selectors.Flow) -> d.Section:
    states = [state for state in IdeaState if any(flow.standing.get((state, month)) for month in flow.months)]
    rows = [
        (d.text(state.label), *(d.number(flow.standing.get((state, month), 0)) for month in flow.months))
        for state in states
    ]
    going = [sum(flow.standing.get((state, month), 0) for state in OPEN) for month in flow.months]
    labels = [formats.month(month, short=True) for month in flow.months]
    sentence = ngettext(
        "Le idee in corso erano %(before)s a %(month)s, adesso è %(now)s.",
        "Le idee in corso erano %(before)s a %(month)s, adesso sono %(now)s.",
        going[-1],
    ) % {
        "before": formats.number(going[0]),
        "month": formats.month(flow.months[0]),
        "now": formats.number(going[-1]),
    }
    return d.Section(
        "mesi",
        _("Idee per stato e mese"),
        str(words.DEFINITIONS["mesi"]),
        d.Table(
            _("Stati"),
            _("Idee per stato alla fine di ogni mese"),
            (_("Stato"), *labels),
            tuple(rows),
            ((d.text(_("In corso")), *map(d.number, going)),),
        ),
        _chart("mesi", _("Idee in corso"), sentence, charts.Bars(labels, going, hot=(len(going) - 1,))),
    )


def _times(found: list[selectors.Times]) -> d.Section:
    names = [IdeaState(row.state).label for row in found]
    rows = [
        (d.text(name), d.number(row.number), d.number(row.median), d.number(row.ninth))
        for name, row in zip(names, found, strict=True)
    ]
    longest = max(found, key=lambda row: row.median, default=None)
    sentence = (
        ngettext(
            "La fase più lunga è «%(state)s»: metà delle idee ne esce entro %(days)s giorno.",
            "La fase più lunga è «%(state)s»: metà delle idee ne esce entro %(days)s giorni.",
            1 if longest.median == 1 else 2,
        )
        % {"state": IdeaState(longest.state).label, "days": formats.number(longest.median)}
        if longest
        else _("Nessuna fase si è conclusa negli ultimi dodici mesi.")
    )
    head = (_("Stato"), _("Passaggi conclusi"), _("Mediana (giorni)"), _("90° percentile (giorni)"))
    table = d.Table(_("Tempi"), _("Tempo in ogni stato"), head, tuple(rows))
    chart = _chart("tempi", _("Mediana dei giorni"), sentence, charts.Rows(names, [row.median for row in found]))
    return d.Section("tempi", _("Tempo in ogni stato"), str(words.DEFINITIONS["tempi"]), table, chart)


def _ageing(found: list[selectors.Waiting]) -> d.Section:
    names = [IdeaState(row.state).label for row in found]
    rows = [
        (d.text(name), *map(d.number, (w.waiting, w.in_time, w.soon, w.late, w.paused, w.oldest_days)))
        for name, w in zip(names, found, strict=True)
    ]
    late, all_of_them = sum(row.late for row in found), sum(row.waiting for row in found)
    sentence = ngettext(
        "Su %(all)s idee in corso, %(late)s è oltre il termine.",
        "Su %(all)s idee in corso, %(late)s sono oltre il termine.",
        late,
    ) % {
        "all": formats.number(all_of_them),
        "late": formats.number(late),
    }
    head = (
        _("Stato"),
        _("In attesa"),
        _("In tempo"),
        _("Entro 7 giorni"),
        _("Oltre il termine"),
        _("In pausa"),
        _("La più vecchia (giorni)"),
    )
    table = d.Table(_("Attesa"), _("Idee in attesa, per stato"), head, tuple(rows))
    chart = _chart("attesa", _("Oltre il termine"), sentence, charts.Rows(names, [row.late for row in found]))
    return d.Section("attesa", _("Idee in attesa"), str(words.DEFINITIONS["attesa"]), table, chart)


def _on_time(found: list) -> d.Section:
    labels = [formats.month(month, short=True) for month, _row in found]
    rows = [
        (d.text(formats.month(month)), d.number(row.promised), d.number(row.kept), d.percent(row.kept, row.promised))
        for month, row in found
    ]
    promised, kept = sum(row.promised for _month, row in found), sum(row.kept for _month, row in found)
    foot = ((d.text(_("Dodici mesi")), d.number(promised), d.number(kept), d.percent(kept, promised)),)
    sentence = (
        _("Negli ultimi dodici mesi %(share)s delle risposte è arrivato in tempo.")
        % {"share": formats.percent(kept, promised)}
        if promised
        else _("Negli ultimi dodici mesi nessuna risposta aveva un termine.")
    )
    shares = [d.percent(row.kept, row.promised) for _month, row in found]
    head = (_("Mese"), _("Risposte con termine"), _("In tempo"), _("Quota"))
    table = d.Table(_("In tempo"), _("Risposte in tempo, per mese"), head, tuple(rows), foot)
    bars = charts.Bars(labels, [each.value for each in shares], high=100, words=[each.brief for each in shares])
    chart = _chart("puntuali", _("Quota di risposte in tempo (%)"), sentence, bars)
    return d.Section("puntuali", _("Risposte in tempo"), str(words.DEFINITIONS["puntuali"]), table, chart)


def _on_time_below(found: list) -> d.Section:
    rows = [
        (d.text(name), d.number(row.promised), d.number(row.kept), d.percent(row.kept, row.promised))
        for name, row in found
    ]
    shares = [d.percent(row.kept, row.promised) for _name, row in found]
    sentence = (
        _ends(_("La quota è %(low)s."), _("La quota va da %(low)s a %(high)s."), shares)
        if shares
        else _("Le strutture qui sotto non hanno dato risposte con un termine negli ultimi dodici mesi.")
    )
    head = (_("Struttura"), _("Risposte con termine"), _("In tempo"), _("Quota"))
    table = d.Table(_("Strutture"), _("Risposte in tempo negli ultimi dodici mesi, per struttura"), head, tuple(rows))
    picture = _lying([name for name, _row in found], shares)
    chart = _chart("strutture", _("Quota di risposte in tempo"), sentence, picture)
    return d.Section(
        "strutture", _("Risposte in tempo, per struttura"), str(words.DEFINITIONS["strutture"]), table, chart
    )


def _cohorts(found: list[selectors.Cohort]) -> d.Section:
    names = [f"{row.campaign} ({row.year})" for row in found]
    rows = [
        (
            d.text(name),
            d.number(row.submitted),
            *(
                d.percent(part, row.submitted)
                for months in (12, 24)
                for part in (row.approved[months], row.realised[months])
            ),
        )
        for name, row in zip(names, found, strict=True)
    ]
    head = (
        _("Bando e anno"),
        _("Inviate"),
        _("Approvate a 12 mesi"),
        _("Adottate a 12 mesi"),
        _("Approvate a 24 mesi"),
        _("Adottate a 24 mesi"),
    )
    ripe = [(name, row) for name, row in zip(names, found, strict=True) if row.approved[12] is not None]
    shares = [d.percent(row.approved[12], row.submitted) for _name, row in ripe]
    sentence = (
        _ends(
            _("Quota delle idee inviate che dopo dodici mesi è in prova o oltre: %(low)s."),
            _("Quota delle idee inviate che dopo dodici mesi è in prova o oltre: da %(low)s a %(high)s."),
            shares,
        )
        if shares
        else _("Nessun bando ha ancora dodici mesi.")
    )
    table = d.Table(_("Bandi"), _("Idee approvate e adottate, per bando e anno di invio"), head, tuple(rows))
    picture = _lying([name for name, _row in ripe], shares)
    chart = _chart("bandi", _("Approvate a 12 mesi"), sentence, picture)
    note = _("Il trattino vuol dire che non per tutte le idee è passato il tempo.")
    return d.Section(
        "bandi", _("Approvazione e realizzazione, per bando"), str(words.DEFINITIONS["bandi"]), table, chart, note
    )


def _past_end(found: list, today) -> d.Section:
    days = [(today - pilot.ends_on).days for pilot in found]
    rows = [
        (d.text(pilot.idea.title), d.text(pilot.department), d.day(pilot.ends_on), d.number(over))
        for pilot, over in zip(found, days, strict=True)
    ]
    sentence = (
        _("Il pilota più in ritardo ha passato la fine da %(days)s giorni.") % {"days": formats.number(max(days))}
        if days
        else _("Nessun pilota ha passato la sua fine.")
    )
    head = (_("Pilota"), _("Struttura"), _("Fine prevista"), _("Giorni oltre la fine"))
    table = d.Table(_("Piloti"), _("Piloti oltre la fine prevista"), head, tuple(rows))
    chart = _chart(
        "oltre", _("Giorni oltre la fine"), sentence, charts.Rows([pilot.idea.title for pilot in found], days)
    )
    return d.Section("oltre", _("Piloti oltre la fine"), str(words.DEFINITIONS["oltre"]), table, chart)


def _benefits(found: list, flow: selectors.Flow) -> d.Section:
    by_month = [flow.entered.get((IdeaState.VERIFIED.value, month), 0) for month in flow.months]
    labels = [formats.month(month, short=True) for month in flow.months]
    rows = [
        (d.text(pilot.idea.title), d.day(formats.local_day(pilot.verified_at)), d.text(pilot.verified_benefit))
        for pilot in found
    ]
    sentence = _("Benefici verificati negli ultimi dodici mesi: %(n)s.") % {"n": formats.number(sum(by_month))}
    head = (_("Idea"), _("Verificata"), _("Beneficio"))
    table = d.Table(_("Benefici"), _("Gli ultimi benefici verificati"), head, tuple(rows))
    chart = _chart("benefici", _("Benefici verificati per mese"), sentence, charts.Bars(labels, by_month))
    return d.Section("benefici", _("Benefici verificati"), str(words.DEFINITIONS["benefici"]), table, chart)


def _ends(one: str, several: str, shares: list[d.Cell]) -> str:
    """The lowest and the highest share, in the sentence for several or, where they are alike, for one."""
    ordered = sorted(shares, key=lambda share: share.value)
    words = {"low": ordered[0].shown, "high": ordered[-1].shown}
    return (one if words["low"] == words["high"] else several) % words


def _lying(names: list[str], shares: list[d.Cell]) -> charts.Rows:
    words = [share.brief for share in shares]
    return charts.Rows(names, [share.value for share in shares], high=100, words=words)


def _chart(key: str, title: str, sentence: str, picture: charts.Bars | charts.Rows) -> d.Chart:
    """The picture under its sentence; without values the sentence alone."""
    if not any(value is not None for value in picture.values):
        return d.Chart("", sentence)
    draw = charts.bar_chart if isinstance(picture, charts.Bars) else charts.row_chart
    return d.Chart(draw(f"g-{key}", title, sentence, picture), sentence)
