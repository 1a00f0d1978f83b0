# SPDX-License-Identifier: AGPL-3.0-or-later
"""A city as plain values, small enough to be read when a comparison fails, and how random ones are drawn.

Departments, people, campaigns and ideas are named by their place in their list; days count from today.
"""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from innovato.organisation.capabilities import DELEGABLE, Capability
from workflow.states import IdeaState

S = IdeaState
# Those that show or open ideas come up more often than the others.
OFTEN = ("screen_ideas", "review_ideas", "decide_ideas", "view_pipeline", "verify_results")
CAPABILITIES = OFTEN * 2 + tuple(str(capability) for capability in Capability if capability not in OFTEN)
HIDDEN = (S.SCREENING, S.NEEDS_CHANGES, S.INADMISSIBLE, S.MERGED, S.WITHDRAWN, S.DRAFT)
WITH_PILOT = (S.PILOTING, S.ADOPTED, S.VERIFIED, S.CLOSED)
NEEDS_DEPARTMENT = (S.VOTING, S.REVIEW, S.DECISION, *WITH_PILOT)


@dataclass(frozen=True)
class Somebody:
    """A person: the department at home (None: nowhere) and whether they are in service."""

    home: int | None = 0
    active: bool = True


@dataclass(frozen=True)
class Grant:
    """A right given to a person, directly or through a group of its own."""

    who: int
    capability: str
    where: int
    by_group: bool = True


@dataclass(frozen=True)
class Lent:
    """A delegation. `answer`: accepted, waiting, declined, ended or aside; `first` and `last` are days from today."""

    giver: int
    deputy: int
    capability: str
    where: int
    first: int = -1
    last: int = 1
    answer: str = "accepted"


@dataclass(frozen=True)
class Call:
    """A campaign."""

    blind: bool = False
    planned: bool = False


@dataclass(frozen=True)
class One:
    """An idea. `deleted`: a withdrawn one that was never sent. `signed` maps a person to the state of the invitation."""

    state: str
    author: int
    call: int = 0
    where: int | None = 0
    theme: int | None = None
    looked_at_above: bool = False
    deleted: bool = False
    merged_into: int | None = None
    previous_judge: int | None = None
    pilot_owner: int = 0
    pilot_over: bool = False
    last_year: bool = False
    signed: dict[int, str] = field(default_factory=dict)
    recused: tuple[int, ...] = ()
    followers: tuple[int, ...] = ()
    cards: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class City:
    """Everything. `above` names the department over each one (None: a root); `closed` those that no longer exist."""

    above: tuple[int | None, ...]
    closed: tuple[int, ...]
    people: tuple[Somebody, ...]
    grants: tuple[Grant, ...]
    lent: tuple[Lent, ...]
    calls: tuple[Call, ...]
    ideas: tuple[One, ...]
    reader: int = 0


def _tree(draw, most: int) -> tuple[int | None, ...]:
    above: list[int | None] = [None]
    for n in range(1, draw(st.integers(1, most))):
        above.append(draw(st.one_of(st.integers(0, n - 1), st.integers(0, n - 1), st.none() if n > 2 else st.just(0))))
    return tuple(above)


def _grants(draw, people, places, most: int) -> tuple[Grant, ...]:
    """Without a pair that the product refuses to give: figures of participation beside reviews."""
    drawn = draw(
        st.lists(st.builds(Grant, people, st.sampled_from(CAPABILITIES), places, st.booleans()), max_size=most)
    )
    kept: dict[tuple, Grant] = {}
    for grant in drawn:
        other = {"view_participation": "review_ideas", "review_ideas": "view_participation"}.get(grant.capability)
        if not any(row.who == grant.who and row.capability == other for row in kept.values()):
            kept[(grant.who, grant.capability, grant.where)] = grant
    return tuple(kept.values())


@st.composite
def _lent(draw, people, places) -> Lent:
    giver, deputy = draw(st.lists(people, min_size=2, max_size=2, unique=True))
    first, days = draw(st.integers(-3, 1)), draw(st.integers(0, 4))
    answer = draw(st.sampled_from(["accepted"] * 4 + ["waiting", "declined", "ended", "aside"]))
    capability = str(draw(st.sampled_from(DELEGABLE)))
    return Lent(giver, deputy, capability, draw(places), first, first + days, answer)


@st.composite
def _idea(draw, people, places, number: int, calls: int) -> One:
    state = draw(st.sampled_from([*S, *HIDDEN]))
    author = draw(people)
    others = people.filter(lambda who: who != author)
    merged = draw(st.integers(0, number - 1)) if state == S.MERGED and number else None
    state = S.WITHDRAWN if state == S.MERGED and merged is None else state
    where = draw(places if state in NEEDS_DEPARTMENT else st.one_of(places, places, st.none()))
    few = st.dictionaries(others, st.sampled_from(["accepted", "invited", "declined"]), max_size=1)
    some = st.lists(people, max_size=2, unique=True).map(tuple)
    return One(
        state=str(state),
        author=author,
        call=draw(st.integers(0, calls - 1)),
        where=where,
        theme=draw(st.sampled_from([None, 0, 1])),
        looked_at_above=state in {S.DECISION, S.SCREENING} and draw(st.booleans()),
        deleted=state == S.WITHDRAWN and draw(st.booleans()),
        merged_into=merged,
        previous_judge=draw(st.one_of(st.none(), st.none(), people)),
        pilot_owner=draw(people),
        pilot_over=draw(st.booleans()),
        last_year=draw(st.booleans()),
        signed=draw(few),
        recused=draw(st.one_of(st.just(()), some)),
        followers=draw(some),
        cards=draw(
            st.dictionaries(others, st.sampled_from(["assigned", "declared", "submitted", "recused"]), max_size=2)
        ),
    )


@st.composite
def cities(draw, *, departments: int = 5, people: int = 4, rights: int = 6, ideas: int = 12) -> City:
    """Random cities of at most so many departments, people, rights and ideas."""
    above = _tree(draw, departments)
    places = st.integers(0, len(above) - 1)
    number = draw(st.integers(2, people))
    whom = st.integers(0, number - 1)
    somebody = st.builds(Somebody, st.one_of(places, st.none()), st.sampled_from([True, True, True, True, False]))
    calls = draw(st.lists(st.builds(Call, st.booleans(), st.just(False)), min_size=1, max_size=2))
    return City(
        above=above,
        closed=tuple(draw(st.lists(places.filter(bool), max_size=1))) if len(above) > 1 else (),
        people=tuple(draw(somebody) for _n in range(number)),
        grants=_grants(draw, whom, places, rights),
        lent=tuple(draw(st.lists(_lent(whom, places), max_size=3))),
        calls=tuple(calls),
        ideas=tuple(draw(_idea(whom, places, n, len(calls))) for n in range(draw(st.integers(0, ideas)))),
        reader=draw(whom),
    )
