# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chart of one indicator, with the sentence that says what it shows."""

from dataclasses import dataclass

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innovato import charts, formats

register = template.Library()
FEWEST_FOR_A_LINE = 2


@dataclass(frozen=True)
class IndicatorChart:
    """Picture (empty with too few readings), its sentence, and the numbers for the table."""

    sentence: str
    picture: SafeString | str
    labels: list
    values: list
    unit: str


@register.simple_tag
def indicator_chart(view) -> IndicatorChart:
    """The line from baseline towards target for a `selectors.pilots.IndicatorView`."""
    row, readings = view.row, view.readings
    start, goal = formats.plain_number(row.baseline), formats.plain_number(row.target)
    unit = "%" if row.unit == "%" else ""
    labels = [f"{reading.measured_on.day}/{reading.measured_on.month}" for reading in readings]
    values = [float(reading.value) for reading in readings]
    if not readings:
        return IndicatorChart(_("Si parte da %(start)s, la meta è %(goal)s. Il primo dato non c’è ancora.")
                              % {"start": start, "goal": goal}, "", [], [], unit)  # fmt: skip
    words = {
        "start": start,
        "goal": goal,
        "now": formats.plain_number(view.last.value),
        "day": formats.short_date(view.last.measured_on),
    }
    sentence = formats.elided(_("Da %(start)s alla partenza a %(now)s il %(day)s; la meta è %(goal)s.") % words)
    if len(readings) < FEWEST_FOR_A_LINE:
        return IndicatorChart(sentence, "", labels, values, unit)
    line = charts.Line(
        labels,
        values,
        days=[reading.measured_on for reading in readings],
        baseline=float(row.baseline),
        target=float(row.target),
        unit=unit,
        width=740,
        height=230,
    )
    return IndicatorChart(
        sentence, charts.line_chart(f"indicator-{row.pk}", row.name, sentence, line), labels, values, unit
    )
