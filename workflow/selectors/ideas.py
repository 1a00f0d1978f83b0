# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of ideas: its views, filters and order, page by page without counting what came before."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.db.models import OuterRef, Q, Subquery

from innovato.organisation.models import Department
from innovato.organisation.selectors import search_departments
from innovato.organisation.text import fold
from workflow import search
from workflow.models import Idea, Round
from workflow.states import PUBLISHED, IdeaState

PAGE = 10
MOST_COUNTED = 1000
MOST_IN_VOTING = 2000  # ballots are small; beyond this the rest is reached by filters
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,18})-([0-9]{1,7})")  # moment or 0, key, how many came before
ADOPTED = frozenset({IdeaState.ADOPTED, IdeaState.VERIFIED})


class View(StrEnum):
    """The tabs of the list; the values stand in addresses."""

    TO_VOTE = "da-votare"
    ALL = "tutte"
    FOLLOWED = "seguo"
    MINE = "mie"
    ADOPTED = "adottate"


class Order(StrEnum):
    """The orders on offer. None of them says anything about support."""

    RANDOM = "casuale"
    CLOSEST = "pertinenti"
    NEWEST = "recenti"
    OLDEST = "vecchie"


PUBLIC = Q(state__in=PUBLISHED) | Q(state=IdeaState.MERGED, merged_into__state__in=PUBLISHED)
UNPUBLISHED = tuple(state for state in IdeaState if state not in PUBLISHED)
PERSONAL = frozenset({View.FOLLOWED, View.MINE})
FIXED_STATES = frozenset({View.TO_VOTE, View.ADOPTED})  # these views choose the states themselves


@dataclass(frozen=True)
class Filters:
    """What the reader asked for. `themes` are codes, `campaign` a slug; `department` the competent one, with or without
    those below it."""

    view: View = View.ALL
    text: str = ""
    states: frozenset = frozenset()
    themes: frozenset = frozenset()
    campaign: str = ""
    department: Department | None = None
    below: bool = True
    order: Order | None = None

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders that make sense here, the usual one first."""
        usual = [Order.RANDOM] if self.may_be_random else []
        usual += [Order.CLOSEST] if self.text else []
        return (*usual, Order.NEWEST, Order.OLDEST)

    @property
    def chosen_order(self) -> Order:
        """The order asked for where it makes sense, else the usual one."""
        return self.order if self.order in self.orders else self.orders[0]

    @property
    def may_be_random(self) -> bool:
        """Whether only ideas in voting can be in the list: then nobody gets a head start."""
        return self.view == View.TO_VOTE or (self.view == View.ALL and self.states == {IdeaState.VOTING})


@dataclass(frozen=True)
class IdeaPage:
    """Some ideas of the list, the number of the first one, and the place where the next page begins (empty at the end).

    `lost` says that the place asked for was none, so the list starts from the beginning.
    """

    ideas: tuple = ()
    first: int = 1
    following: str = ""
    lost: bool = False
    order: Order = field(default=Order.NEWEST)

    @property
    def last(self) -> int:
        """The number of the last idea shown."""
        return self.first + len(self.ideas) - 1


def found_rows(filters: Filters, actor):
    """The ideas of the view that the search words and the department let through. Searching costs a query or two."""
    return searched(in_view(filters.view, actor, filters.states), filters)


def idea_page(rows, filters: Filters, *, person_uuid, at: datetime, after: str = "", keys: Iterable = ()) -> IdeaPage:
    """One page of `found_rows` under the other filters: one query.

    In the voter's own order `keys` are (idea id, campaign id) of all that the filters let through (`facets.Margins`).
    """
    if filters.chosen_order == Order.RANDOM:
        return _random_page(keys, person_uuid, after, at)
    rows = narrowed(rows, filters)
    if filters.chosen_order == Order.CLOSEST:
        return _closest_page(rows, after, at)
    by_key = filters.view in PERSONAL or bool(filters.states - PUBLISHED)
    return _page_by_place(rows, after, at, by_key=by_key, newest=filters.chosen_order == Order.NEWEST)


def in_view(view: View, actor, states: frozenset = frozenset()):
    """The ideas of one tab that exist for `actor`. `states` asked for by name may go beyond the published ones."""
    if view == View.MINE:
        return Idea.objects.filter(pk__in=_signed_ids(actor.person_id)).kept()
    if view == View.FOLLOWED:  # followed while published; what went back to screening waits to be published again
        return Idea.objects.followed_by(actor.person_id).filter(PUBLIC)
    if view == View.ADOPTED:
        return Idea.objects.filter(state__in=ADOPTED)
    if view == View.TO_VOTE:
        return Idea.objects.filter(state=IdeaState.VOTING)
    if states - PUBLISHED:
        return Idea.objects.visible_to(actor).kept()
    return published()


def published():
    """The ideas that everybody sees.

    Said by what they are not: "state in eleven" invites the database to fetch all of them and sort, this way it walks
    down the index of the publication days and stops after a page.
    """
    return Idea.objects.exclude(state__in=UNPUBLISHED)


def _signed_ids(person_id: int):
    return Idea.objects.signed_by(person_id).order_by().values("pk")


def narrowed(rows, filters: Filters):
    """The rows that state, theme and campaign let through."""
    if filters.states and filters.view not in FIXED_STATES:
        rows = rows.filter(state__in=filters.states)
    if filters.themes:
        rows = rows.filter(theme__code__in=filters.themes)
    if filters.campaign:
        rows = rows.filter(campaign__slug=filters.campaign)
    return rows


def searched(rows, filters: Filters):
    """The rows that the search words and the department let through."""
    if filters.department is not None and filters.below:
        rows = rows.filter(department__path__startswith=filters.department.path)
    elif filters.department is not None:
        rows = rows.filter(department_id=filters.department.pk)
    return search.matching(rows, filters.text)


# What a row and its sentence on the next step read; the long texts stay in the database.
CARD_COLUMNS = (
    *("uuid", "number", "state", "title", "proposal", "submitted_at", "published_at", "comment_count", "due_on"),
    *("saved_at", "state_since", "revisit_on", "reexamined_at"),
    *("theme__name_it", "theme__name_en", "department__short_name", "submitted_from__short_name"),
    *("campaign__blind_authors", "campaign__always_open", "campaign__wild_cards", "campaign__submissions_close_at"),
    *("campaign__voting_opens_at", "campaign__voting_closes_at"),
    *("merged_into__title", "merged_into__state", "pilot__idea", "pilot__starts_on", "pilot__ends_on"),
)


def with_card_rows(rows, at: datetime):
    """What a row of the list shows, in one query."""
    joined = rows.select_related("campaign", "theme", "department", "submitted_from", "merged_into", "pilot")
    return with_ballot_dates(joined, at).only(*CARD_COLUMNS)


def with_ballot_dates(rows, at: datetime):
    """Add when the running ballot of each idea's campaign ends and when the next one opens."""
    rounds = Round.objects.filter(campaign_id=OuterRef("campaign_id"))
    running = rounds.filter(voting_opens_at__lte=at, voting_closes_at__gt=at).order_by("-voting_opens_at")
    coming = rounds.filter(voting_opens_at__gt=at).order_by("voting_opens_at")
    return rows.annotate(
        voting_ends_at=Subquery(running.values("voting_closes_at")[:1]),
        next_voting_at=Subquery(coming.values("voting_opens_at")[:1]),
    )


def departments_called(text: str) -> list[Department]:
    """The departments a reader may mean by `text`: one where the name or code is exact, else up to six to choose from."""
    found = search_departments(text, limit=6)
    exact = [row for row in found if fold(text) in {fold(row.short_name), fold(row.name), fold(row.code)}]
    return exact if len(exact) == 1 else found


# The voter's own order ---------------------------------------------------------------------------------------------


def random_order(rows, *, person_uuid) -> list:
    """Rows that start with (idea id, campaign id) in this person's own order: stable, and another for everybody else.

    Pure. Sorted by SHA-256 of person, campaign and idea, so nothing has to be stored and no idea gets a head start.
    """
    return sorted(rows, key=lambda row: sha256(f"{person_uuid}|{row[1]}|{row[0]}".encode()).digest())


def _random_page(keys, person_uuid, after: str, at: datetime) -> IdeaPage:
    start, lost = _position(after)
    ids = [pk for pk, _campaign in random_order(keys, person_uuid=person_uuid)]
    if start >= len(ids) > 0:
        start, lost = 0, True
    shown = ids[start : start + PAGE]
    by_id = {idea.pk: idea for idea in with_card_rows(Idea.objects.filter(pk__in=shown), at)}
    end = start + len(shown)
    return IdeaPage(
        ideas=tuple(by_id[pk] for pk in shown if pk in by_id),
        first=start + 1,
        following=f"0-0-{end}" if end < len(ids) else "",
        lost=lost,
        order=Order.RANDOM,
    )


def _closest_page(rows, after: str, at: datetime) -> IdeaPage:
    """By closeness to the words searched; at most the 500 finds of the search, so a position is cheap."""
    start, lost = _position(after)
    found = list(with_card_rows(rows, at)[start : start + PAGE + 1])
    if start and not found:
        start, lost, found = 0, True, list(with_card_rows(rows, at)[: PAGE + 1])
    end = start + PAGE
    following = f"0-0-{end}" if len(found) > PAGE else ""
    return IdeaPage(tuple(found[:PAGE]), first=start + 1, following=following, lost=lost, order=Order.CLOSEST)


def _position(after: str) -> tuple[int, bool]:
    match = PLACE.fullmatch(after)
    return (int(match[3]), False) if match else (0, bool(after))


# By date: from a place on, never by counting -----------------------------------------------------------------------


def _page_by_place(rows, after: str, at: datetime, *, by_key: bool, newest: bool) -> IdeaPage:
    match = PLACE.fullmatch(after)
    if match:
        rows = rows.filter(_beyond(int(match[1]), int(match[2]), by_key=by_key, newest=newest))
    sign = "-" if newest else ""
    order = [f"{sign}pk"] if by_key else [f"{sign}published_at", f"{sign}pk"]
    if not by_key:  # PostgreSQL sorts the unpublished first: without this it would walk over all of them
        rows = rows.filter(published_at__isnull=False)
    keys = rows.order_by(*order).values("pk")[: PAGE + 1]  # first which rows, then what stands on them
    found = list(with_card_rows(Idea.objects.filter(pk__in=keys), at).order_by(*order))
    shown = found[:PAGE]
    before = int(match[3]) if match else 0
    return IdeaPage(
        ideas=tuple(shown),
        first=before + 1,
        following=_place(shown[-1], before + PAGE) if len(found) > PAGE else "",
        lost=bool(after) and match is None,
        order=Order.NEWEST if newest else Order.OLDEST,
    )


def _beyond(microseconds: int, key: int, *, by_key: bool, newest: bool) -> Q:
    if by_key:
        return Q(pk__lt=key) if newest else Q(pk__gt=key)
    moment = EPOCH + timedelta(microseconds=microseconds)
    if newest:
        return Q(published_at__lte=moment) & (Q(published_at__lt=moment) | Q(pk__lt=key))
    return Q(published_at__gte=moment) & (Q(published_at__gt=moment) | Q(pk__gt=key))


def _place(idea: Idea, before: int) -> str:
    moment = (idea.published_at - EPOCH) // timedelta(microseconds=1) if idea.published_at else 0
    return f"{moment}-{idea.pk}-{before}"
