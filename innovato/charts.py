# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts as SVG text, drawn on the server: the same picture in the page, in print and in a PDF. Pure: no database.

Line patterns and written labels carry the meaning; colour is only a help. The words of `title` and `desc` reach screen
readers, so `desc` says the conclusion. Classes are those of innovato.css; nothing is styled inline.
"""

from dataclasses import dataclass, field
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from innovato.formats import number, plain_number

LABEL_GAP = 17  # pixels two labels at the right edge must keep between them
LABEL_ROOM = 44  # between the middles of two labels under a line


@dataclass(frozen=True)
class Frame:
    """The drawing area: outer size, margins and the range of values from bottom to top."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    low: float
    high: float

    def y(self, value) -> float:
        """Where a value stands, from the top."""
        share = (self.high - float(value)) / (self.high - self.low)
        return self.top + share * (self.height - self.top - self.bottom)

    @property
    def edge(self) -> int:
        """The right end of the grid."""
        return self.width - self.right


@dataclass(frozen=True)
class Line:
    """One series over time with where it started (`baseline`) and where it should arrive (`target`), both optional.

    With `days` each value stands by its day, and of labels too close to each other the later one is written.
    """

    labels: list
    values: list
    days: list | None = None
    baseline: float | None = None
    target: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    width: int = 460
    height: int = 200
    ticks: int = 4
    every: int = 1


@dataclass(frozen=True)
class Bars:
    """One bar per label, from zero; the positions in `hot` are drawn darker. `words` are written in place of the values."""

    labels: list
    values: list
    high: float | None = None
    words: list | None = None
    hot: tuple = field(default=())
    width: int = 760
    height: int = 220
    ticks: int = 4


def nice_step(span: float, ticks: int) -> float:
    """A round distance between grid lines: 1, 2, 2.5 or 5 times a power of ten."""
    if span <= 0:
        return 1
    raw = span / ticks
    power = 10 ** floor(log10(raw))
    return next(power * unit for unit in (1, 2, 2.5, 5, 10) if power * unit >= raw * 0.999999)


def nice_range(values: list, ticks: int, from_zero: bool = False) -> tuple[float, float]:
    """A low and a high that hold all values on round grid lines; equal values get some air around them."""
    known = [float(value) for value in values if value is not None] or [0]
    low, high = (min(0, *known) if from_zero else min(known)), max(known)
    if low == high:
        low, high = (0, high or 1) if high >= 0 else (low, 0)
    step = nice_step(high - low, ticks)
    bottom = floor(low / step) * step
    if bottom + step * ticks < high:
        step = nice_step((high - bottom) / ticks * (ticks + 0.5), ticks)
        bottom = floor(low / step) * step
    return bottom, max(bottom + step * ticks, ceil(high / step) * step)


def _svg(name: str, title: str, desc: str, frame: Frame, parts: list) -> SafeString:
    return format_html(
        '<svg class="in-chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{}</title><desc id="{name}-d">{}</desc>{}</svg>',
        frame.width,
        frame.height,
        title,
        desc,
        mark_safe("".join(parts)),
        name=name,
    )


def _text(x: float, y: float, text, css: str = "", anchor: str = "middle") -> SafeString:
    return format_html(
        '<text{} x="{}" y="{}" text-anchor="{}">{}</text>',
        format_html(' class="{}"', css) if css else "",
        f"{x:.1f}",
        f"{y:.1f}",
        anchor,
        text,
    )


def _grid(frame: Frame, ticks: int) -> list:
    parts = []
    for tick in range(ticks + 1):
        value = frame.low + (frame.high - frame.low) * tick / ticks
        y = frame.y(value)
        parts.append(format_html('<path class="grid" d="M{} {}H{}"></path>', frame.left, f"{y:.1f}", frame.edge))
        parts.append(_text(frame.left - 8, y + 5, plain_number(round(value, 2)), anchor="end"))
    return parts


def _marks(frame: Frame, line: Line) -> list:
    """The dotted baseline and the dashed target with their labels at the right, kept apart where they come close."""
    marks = []
    if line.baseline is not None:
        marks.append(("base", "", gettext("Partenza"), line.baseline))
    if line.target is not None:
        marks.append(("goal", "goal-t", gettext("Meta"), line.target))
    heights = [frame.y(mark[3]) for mark in marks]
    if len(heights) == 2 and abs(heights[0] - heights[1]) < LABEL_GAP:
        middle, upper = sum(heights) / 2, int(heights[1] < heights[0])
        heights = [middle + LABEL_GAP / 2] * 2
        heights[upper] = middle - LABEL_GAP / 2
    parts = []
    for (css, text_css, word, value), label_y in zip(marks, heights, strict=True):
        y = f"{frame.y(value):.1f}"
        parts.append(format_html('<path class="{}" d="M{} {}H{}"></path>', css, frame.left, y, frame.edge))
        parts.append(_text(frame.edge + 8, label_y + 5, f"{word} {plain_number(value)}", text_css, anchor="start"))
    return parts


def _places(frame: Frame, line: Line) -> list[float]:
    """Where each value stands, from the left: by its day, or one step after the other."""
    if line.days and line.days[0] != line.days[-1]:
        first, span = line.days[0], (line.days[-1] - line.days[0]).days
        return [frame.left + (day - first).days / span * (frame.edge - frame.left) for day in line.days]
    step = (frame.edge - frame.left) / max(len(line.labels) - 1, 1)
    return [frame.left + at * step for at in range(len(line.labels))]


def _labels(frame: Frame, line: Line, places: list[float]) -> list:
    shown: list[tuple[float, str]] = []
    for x, label in reversed(list(zip(places, line.labels, strict=True))[:: 1 if line.days else line.every]):
        if not line.days or not shown or shown[-1][0] - x >= LABEL_ROOM:
            shown.append((x, label))
    return [_text(x, frame.height - 8, label) for x, label in reversed(shown)]


def _series(frame: Frame, line: Line, places: list[float]) -> list:
    points = [(x, frame.y(value)) for x, value in zip(places, line.values, strict=True) if value is not None]
    if not points:
        return []
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    last = len(points) - 1
    dots = format_html_join(
        "",
        '<circle class="{}" cx="{}" cy="{}" r="4.5"></circle>',
        (("pt last" if at == last else "pt", f"{x:.1f}", f"{y:.1f}") for at, (x, y) in enumerate(points)),
    )
    x, y = points[-1]
    marks = [frame.y(mark) for mark in (line.baseline, line.target) if mark is not None]
    above = y - 12 > frame.top and all(abs(y - 16 - mark) > 12 for mark in marks)
    value = [value for value in line.values if value is not None][-1]
    label = _text(x, y - 12 if above else y + 22, f"{plain_number(value)}{line.unit}", "val")
    return [format_html('<path class="ser" d="{}"></path>', path), dots, label]


def line_chart(name: str, title: str, desc: str, line: Line) -> SafeString:
    """A line with round markers, its last value written, baseline dotted and target dashed. `name` is a page-wide id."""
    low, high = nice_range([*line.values, line.baseline, line.target], line.ticks)
    frame = Frame(
        line.width,
        line.height,
        left=48,
        right=104,
        top=16,
        bottom=30,
        low=low if line.low is None else float(line.low),
        high=high if line.high is None else float(line.high),
    )
    places = _places(frame, line)
    parts = [
        *_grid(frame, line.ticks),
        *_labels(frame, line, places),
        *_marks(frame, line),
        *_series(frame, line, places),
    ]
    return _svg(name, title, desc, frame, parts)


def bar_chart(name: str, title: str, desc: str, bars: Bars) -> SafeString:
    """Bars from zero with their value on top; a None value leaves its place empty. `name` is a page-wide id."""
    high = nice_range(bars.values, bars.ticks, from_zero=True)[1] if bars.high is None else float(bars.high)
    whole = bars.words or all(isinstance(value, int | None) for value in bars.values)  # half an idea is nothing
    high = max(high, bars.ticks) if bars.high is None and whole else high
    frame = Frame(bars.width, bars.height, left=48, right=8, top=22, bottom=30, low=0, high=high)
    step = (frame.edge - frame.left) / max(len(bars.labels), 1)
    width = step * 0.62
    parts = _grid(frame, bars.ticks)
    for at, (label, value) in enumerate(zip(bars.labels, bars.values, strict=True)):
        x = frame.left + at * step + (step - width) / 2
        parts.append(_text(x + width / 2, frame.height - 8, label))
        if value is None:
            continue
        y = frame.y(value)
        parts.append(
            format_html(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"></rect>',
                "bar hot" if at in bars.hot else "bar",
                f"{x:.1f}",
                f"{y:.1f}",
                f"{width:.1f}",
                f"{frame.height - frame.bottom - y:.1f}",
            )
        )
        parts.append(_text(x + width / 2, y - 6, bars.words[at] if bars.words else number(value), "val"))
    return _svg(name, title, desc, frame, parts)


@dataclass(frozen=True)
class Rows:
    """One lying bar per label, from zero, for labels too long to stand under a bar; the positions in `hot` are darker.

    `words` are written in place of the values with their unit.
    """

    labels: list
    values: list
    unit: str = ""
    words: list | None = None
    high: float | None = None
    hot: tuple = field(default=())
    width: int = 760
    left: int = 270


ROW, BAR, LONGEST_LABEL = 30, 16, 38


def row_chart(name: str, title: str, desc: str, rows: Rows) -> SafeString:
    """Lying bars with their label before and their value behind; a None value leaves its place empty."""
    high = rows.high or max([float(value) for value in rows.values if value is not None] or [0]) or 1
    height = ROW * max(len(rows.labels), 1) + 8
    frame = Frame(rows.width, height, left=rows.left, right=70, top=4, bottom=4, low=0, high=high)
    span = frame.edge - frame.left
    parts = [format_html('<path class="grid" d="M{} 4V{}"></path>', frame.left, height - 4)]
    for at, (label, value) in enumerate(zip(rows.labels, rows.values, strict=True)):
        middle = 4 + at * ROW + ROW / 2
        words = str(label) if len(str(label)) <= LONGEST_LABEL else f"{str(label)[: LONGEST_LABEL - 1]}…"
        parts.append(_text(frame.left - 10, middle + 5, words, anchor="end"))
        if value is None:
            continue
        width = float(value) / high * span
        parts.append(
            format_html(
                '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"></rect>',
                "bar hot" if at in rows.hot else "bar",
                frame.left,
                f"{middle - BAR / 2:.1f}",
                f"{width:.1f}",
                BAR,
            )
        )
        written = rows.words[at] if rows.words else f"{plain_number(value)}{rows.unit}"
        parts.append(_text(frame.left + width + 8, middle + 5, written, "val", anchor="start"))
    return _svg(name, title, desc, frame, parts)
