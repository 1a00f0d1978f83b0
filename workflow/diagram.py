# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state diagram as a picture, drawn from the table of moves; and the check that finds dead ends in that table."""

from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

from django_fsm import FSMField

from workflow.models import Idea
from workflow.rules import MOVES
from workflow.states import TERMINAL, IdeaState

S = IdeaState
# Where each state stands: column, row. Every state has a place; a test holds that.
PLACES = {
    S.DRAFT: (0, 1),
    S.SCREENING: (1, 1),
    S.NEEDS_CHANGES: (0, 0),
    S.ADMITTED: (2, 1),
    S.VOTING: (3, 1),
    S.REVIEW: (4, 1),
    S.DECISION: (5, 1),
    S.PILOTING: (6, 1),
    S.ADOPTED: (7, 1),
    S.VERIFIED: (7, 0),
    S.CLOSED: (7, 2),
    S.WITHDRAWN: (1, 0),
    S.INADMISSIBLE: (1, 3),
    S.MERGED: (2, 3),
    S.NOT_SELECTED: (3, 3),
    S.DECLINED: (5, 3),
    S.DEFERRED: (5, 0),
}
WIDTH, HEIGHT, STEP_X, STEP_Y, MARGIN = 88, 54, 112, 96, 4  # 880 in all: the help page shows it whole
LINE, LONGEST = 15, 12  # a line of words in a box: its height, and how many characters it takes


@dataclass(frozen=True)
class Arrow:
    """One move from one state to another."""

    move: str
    source: str
    target: str


def arrows() -> list[Arrow]:
    """Every change of state that the table of moves allows, in the table's order."""
    targets = {
        (transition.name, str(source)): str(transition.target)
        for transition in Idea._meta.get_field("state").get_all_transitions(Idea)
        for source in [transition.source]
    }
    found = []
    for move, rule in MOVES.items():
        for source, method in rule.methods.items():
            for name in method.values() if isinstance(method, dict) else [method]:
                if name:
                    found.append(Arrow(move, str(source), targets[name, str(source)]))
    return found


def faults() -> list[str]:
    """What is wrong with the table: dead ends, unreachable states, transitions without a move, moves for nobody."""
    found = arrows()
    left, reached = {a.source for a in found}, {a.target for a in found} | {str(S.DRAFT)}
    wrong = [f"dead end: {state}" for state in S.values if state not in left and state not in TERMINAL]
    wrong += [f"terminal, yet something leaves it: {state}" for state in TERMINAL if str(state) in left]
    wrong += [f"unreachable: {state}" for state in S.values if state not in reached]
    wrong += [f"move that nobody can make: {move}" for move, rule in MOVES.items() if not rule.holders]
    field: FSMField = Idea._meta.get_field("state")
    used = {(a.source, a.target) for a in found}
    wrong += [
        f"transition outside the table of moves: {t.name}"
        for t in field.get_all_transitions(Idea)
        if (str(t.source), str(t.target)) not in used
    ]
    return wrong


def _corner(state: str) -> tuple[int, int]:
    column, row = PLACES[S(state)]
    return MARGIN + column * STEP_X, MARGIN + row * STEP_Y


def _box(state: str) -> str:
    x, y = _corner(state)
    kind = "end" if S(state) in TERMINAL else "step"
    label = str(S(state).label)
    lines = wrap(label, LONGEST, break_long_words=False)
    top = y + HEIGHT / 2 + 5 - LINE * (len(lines) - 1) / 2
    text = "".join(
        f'<text x="{x + WIDTH / 2:.0f}" y="{top + LINE * n:.0f}" text-anchor="middle">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    return f'<g class="{kind}"><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>{text}</g>'


def _line(source: str, target: str, *, both: bool) -> str:
    x1, y1 = (value + half for value, half in zip(_corner(source), (WIDTH / 2, HEIGHT / 2), strict=True))
    x2, y2 = (value + half for value, half in zip(_corner(target), (WIDTH / 2, HEIGHT / 2), strict=True))
    start, end = _edge(x1, y1, x2, y2), _edge(x2, y2, x1, y1)
    ends = ' marker-start="url(#tip)"' if both else ""
    return f'<path d="M{start[0]:.0f} {start[1]:.0f}L{end[0]:.0f} {end[1]:.0f}" marker-end="url(#tip)"{ends}/>'


def _edge(x1: float, y1: float, x2: float, y2: float) -> tuple[float, float]:
    """Where the line from the middle of a box to another point leaves the box."""
    dx, dy = x2 - x1, y2 - y1
    scale = min(
        (WIDTH / 2 + 4) / abs(dx) if dx else float("inf"),
        (HEIGHT / 2 + 4) / abs(dy) if dy else float("inf"),
    )
    return x1 + dx * scale, y1 + dy * scale


def draw() -> str:
    """The diagram as an SVG document in the active language; the same text for the same table."""
    pairs = {(a.source, a.target) for a in arrows()}
    lines, drawn = [], set()
    for source, target in sorted(pairs):
        if (target, source) in drawn or source == target:
            continue
        drawn.add((source, target))
        lines.append(_line(source, target, both=(target, source) in pairs))
    width = 2 * MARGIN + 7 * STEP_X + WIDTH
    height = 2 * MARGIN + 3 * STEP_Y + HEIGHT
    boxes = "".join(_box(state) for state in S.values)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        "<!-- SPDX-License-Identifier: AGPL-3.0-or-later -->"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#4a5d70" stroke="none"/></marker></defs>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
        f'<g fill="none" stroke="#4a5d70" stroke-width="1.5">{"".join(lines)}</g>'
        '<g font-family="sans-serif" font-size="13" fill="#17324d" stroke-width="1.5">'
        f"{_styled(boxes)}</g></svg>\n"
    )


def _styled(boxes: str) -> str:
    """Colours as attributes: the page's policy allows no style inside a picture."""
    return boxes.replace(
        '<g class="end"><rect ', '<g><rect fill="#ffffff" stroke="#3f5163" stroke-dasharray="5 3" '
    ).replace('<g class="step"><rect ', '<g><rect fill="#e8f1fc" stroke="#0066cc" ')
