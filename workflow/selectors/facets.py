# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands around the list of ideas: how many there are in each view, state and theme, and what can be chosen.

One query for all of it. Nothing is counted beyond a thousand: past that the numbers are left out.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import CharField, Count, F, IntegerField, Value

from workflow.models import Campaign, CampaignStage, Idea, Theme
from workflow.selectors.ideas import (
    ADOPTED,
    FIXED_STATES,
    MOST_COUNTED,
    MOST_IN_VOTING,
    Filters,
    Order,
    View,
    in_view,
    searched,
)
from workflow.states import IdeaState

_ALL, _MINE, _FOLLOWED, _THEME, _CAMPAIGN, _KEYS = "all", "mine", "followed", "theme", "campaign", "keys"
_PART_OF = {View.MINE: _MINE, View.FOLLOWED: _FOLLOWED}


@dataclass(frozen=True)
class Choice:
    """Something to choose in a filter. `count` is None where it is not known."""

    key: int
    code: str
    label: str
    count: int | None = None
    campaign_id: int | None = None


@dataclass(frozen=True)
class Facets:
    """The margins of the list. `views` and `states` count ideas; None where there are more than a thousand."""

    total: int | None
    views: dict = field(default_factory=dict)
    states: dict | None = None
    themes: tuple = ()
    campaigns: tuple = ()


@dataclass(frozen=True)
class Margins:
    """What was read: rows by part, each (state or code, theme or key, campaign, how many, name, English name)."""

    parts: dict[str, list[tuple]]

    @property
    def theme_codes(self) -> frozenset:
        """The themes there are."""
        return frozenset(row[0] for row in self.parts[_THEME])

    @property
    def campaign_slugs(self) -> frozenset:
        """The campaigns there are, but those still in preparation."""
        return frozenset(row[0] for row in self.parts[_CAMPAIGN])

    def keys(self, filters: Filters) -> list[tuple[int, int]]:
        """(key, campaign) of every idea in voting that the filters let through; read in the random order only."""
        chosen = _Chosen(filters, self.parts)
        return sorted((row[3], row[2]) for row in self.parts.get(_KEYS, ()) if chosen.passes(row))

    def facets(self, filters: Filters, *, language: str) -> Facets:
        """The numbers for these filters, counted as people expect: each group as if only the other ones were set."""
        part = self.parts[_PART_OF.get(filters.view, _ALL)]
        groups = [row for row in part if _in_tab(filters.view, row[0])]
        known = sum(row[3] for row in part) <= MOST_COUNTED
        chosen = _Chosen(filters, self.parts)
        return Facets(
            total=sum(row[3] for row in groups if chosen.passes(row)) if known else None,
            views=_views(self.parts),
            states=_by(groups, chosen, 0, skip="states") if known else None,
            themes=_themes(self.parts[_THEME], groups, chosen, known, language),
            campaigns=tuple(Choice(key, code, name) for code, key, _c, _n, name, _en in self.parts[_CAMPAIGN]),
        )


class _Chosen:
    """The filters with keys in place of codes."""

    def __init__(self, filters: Filters, parts: dict):
        self.states = filters.states if filters.view not in FIXED_STATES else frozenset()
        self.themes = {row[1] for row in parts[_THEME] if row[0] in filters.themes}
        self.campaigns = {row[1] for row in parts[_CAMPAIGN] if row[0] == filters.campaign}

    def passes(self, row, skip: str = "") -> bool:
        """Whether a group is let through by every filter but `skip`."""
        return (
            (skip == "states" or not self.states or row[0] in self.states)
            and (skip == "themes" or not self.themes or row[1] in self.themes)
            and (not self.campaigns or row[2] in self.campaigns)
        )


def margins(rows, filters: Filters, *, actor) -> Margins:
    """Read what stands around the list, and in the random order its keys: one query.

    `rows` are the view's ideas that search and department let through.
    While one searches only the present view is counted: searching the others too would cost as much again.
    """
    present = _PART_OF.get(filters.view, _ALL)
    tabs = {present: rows}
    if not filters.text:
        others = {_ALL: View.ALL, _MINE: View.MINE, _FOLLOWED: View.FOLLOWED}
        tabs = {part: searched(in_view(view, actor), filters) for part, view in others.items()} | tabs
        if filters.view in FIXED_STATES:
            tabs[_ALL] = searched(in_view(View.ALL, actor), filters)
    queries = [*(_groups(found, part) for part, found in tabs.items()), _theme_rows(), _campaign_rows()]
    parts = {part: [] for part in (*tabs, _THEME, _CAMPAIGN)}
    if filters.chosen_order == Order.RANDOM:
        queries.append(_key_rows(rows))
        parts[_KEYS] = []
    for part, *row in queries[0].union(*queries[1:], all=True):
        parts[part].append(tuple(row))
    return Margins(parts)


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def _number(value: int) -> Value:
    return Value(value, output_field=IntegerField())


def _groups(rows, name: str):
    some = rows.order_by().values("pk")[: MOST_COUNTED + 1]
    return (
        Idea.objects.filter(pk__in=some)
        .order_by()
        .values("state", "theme_id", "campaign_id")
        .annotate(part=_text(name), n=Count("pk"), it=_text(""), en=_text(""))
        .values_list("part", "state", "theme_id", "campaign_id", "n", "it", "en")
    )


def _key_rows(rows):
    """The ideas in voting one by one: a ballot is small."""
    some = rows.filter(state=IdeaState.VOTING).order_by("pk").values("pk")[:MOST_IN_VOTING]
    rows = Idea.objects.filter(pk__in=some).order_by().annotate(part=_text(_KEYS), it=_text(""), en=_text(""))
    return rows.values_list("part", "state", "theme_id", "campaign_id", "pk", "it", "en")


def _theme_rows():
    rows = Theme.objects.order_by().annotate(part=_text(_THEME), n=F("position"))
    return rows.values_list("part", "code", "pk", "campaign_id", "n", "name_it", "name_en")


def _campaign_rows():
    rows = Campaign.objects.exclude(stage=CampaignStage.PLANNED).order_by()
    rows = rows.annotate(part=_text(_CAMPAIGN), none=_number(0), n=_number(0), en=_text(""))
    return rows.values_list("part", "slug", "pk", "none", "n", "title", "en")


def _in_tab(view: View, state: str) -> bool:
    if view == View.TO_VOTE:
        return state == IdeaState.VOTING
    return state in ADOPTED if view == View.ADOPTED else True


def _views(parts) -> dict:
    """How many ideas each tab holds; missing where it was not counted or there are more than a thousand."""
    found = {}
    for view, part in ((View.ALL, _ALL), (View.MINE, _MINE), (View.FOLLOWED, _FOLLOWED)):
        total = sum(row[3] for row in parts[part]) if part in parts else None
        if total is not None and total <= MOST_COUNTED:
            found[view] = total
    if View.ALL in found and len(found) > 1:
        every = Counter()
        for row in parts[_ALL]:
            every[row[0]] += row[3]
        found[View.TO_VOTE] = every[IdeaState.VOTING]
        found[View.ADOPTED] = sum(every[state] for state in ADOPTED)
    return found


def _by(groups, chosen: _Chosen, column: int, *, skip: str) -> Counter:
    counted = Counter()
    for row in groups:
        if chosen.passes(row, skip):
            counted[row[column]] += row[3]
    return counted


def _themes(rows, groups, chosen: _Chosen, known: bool, language: str) -> tuple:
    """The themes one can choose: those with an idea or already chosen; all of them where nothing was counted."""
    counted = _by(groups, chosen, 1, skip="themes")
    ordered = sorted(rows, key=lambda row: (row[3], row[1]))
    return tuple(
        Choice(key, code, en if en and language.startswith("en") else it, counted[key] if known else None, campaign)
        for code, key, campaign, _position, it, en in ordered
        if not known or counted[key] or key in chosen.themes
    )
