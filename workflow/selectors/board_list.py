# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board as a table: the same ideas, sorted as asked, fifty at a time from where the last page ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from innovato import formats
from workflow import rules
from workflow.models import Idea
from workflow.selectors import board
from workflow.selectors.ageing import ageing

PAGE = 50
NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Order:
    """One way to sort: the column it reads, and how its values are written in an address and read again."""

    key: str
    label: str
    column: str
    is_descending: bool
    reads: type


ORDERS = {
    order.key: order
    for order in (
        Order("scadenza", _("Scadenza"), "urgency", False, date),
        Order("attesa", _("In questa fase dal"), "state_since", False, datetime),
        Order("invio", _("Inviata"), "submitted_at", True, datetime),
        Order("titolo", _("Titolo"), "title", False, str),
    )
}


@dataclass(frozen=True)
class Page:
    """One page of the table; `after` names the place where the next one starts, empty on the last."""

    cards: Sequence[board.Card]
    after: str


def page(actor: rules.Actor, where: Q, order: Order, *, at: datetime, stage: str = "", after: str = "") -> Page:
    """Fifty ideas from `after` on, of one stage or all. A place that can't be read starts at the beginning. One query."""
    today = formats.local_day(at)
    urgency = Case(
        When(state__in=board.OUTCOMES, then=Value(NEVER)),
        default=Coalesce("due_on", Value(NEVER)),
        output_field=DateField(),
    )
    rows = board.on_board(actor, where, today=today).annotate(urgency=urgency)
    if stage in board.BY_KEY:
        rows = rows.filter(state__in=board.BY_KEY[stage].states)
    first = F(order.column).desc() if order.is_descending else F(order.column).asc()
    sorting = (first, "-pk" if order.is_descending else "pk")
    mine = Idea.objects.actionable_by(actor, "approve_pilot", at=at).filter(pk=OuterRef("pk"))
    # Keys are sorted first, whole rows fetched after.
    keys = rows.filter(_beyond(order, after)).order_by(*sorting).values("pk")[: PAGE + 1]
    found = list(
        Idea.objects.filter(pk__in=keys)
        .annotate(urgency=urgency, is_mine=Exists(mine))
        .select_related("department", "pilot")
        .order_by(*sorting)
    )
    shown = found[:PAGE]
    cards = [board.Card(idea, ageing(idea, today), idea.is_mine) for idea in shown]
    return Page(cards, _place(order, shown[-1]) if len(found) > PAGE else "")


def _place(order: Order, idea: Idea) -> str:
    value = getattr(idea, order.column)
    return f"{idea.pk}_{value if order.reads is str else value.isoformat()}"


def _beyond(order: Order, after: str) -> Q:
    """The rows that come after a place."""
    key, _mark, text = after.partition("_")
    if not (key.isascii() and key.isdigit() and len(key) < 19) or "\x00" in text:
        return Q()
    try:
        value = text if order.reads is str else order.reads.fromisoformat(text)
    except ValueError:
        return Q()
    if order.reads is datetime and value.tzinfo is None:
        return Q()
    step = "lt" if order.is_descending else "gt"
    return Q(**{f"{order.column}__{step}": value}) | Q(**{order.column: value, f"pk__{step}": int(key)})
