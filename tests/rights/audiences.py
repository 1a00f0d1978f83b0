# SPDX-License-Identifier: AGPL-3.0-or-later
"""Named audiences, from the words of `rights.md` and of the table of states in `domain.md`.

Written a second time, by hand, from what the town was built with: nothing here asks the product who may do what.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.rights.cases import Case
from tests.rights.principals import Principal


@dataclass(frozen=True)
class Audience:
    """Some of those who ask, depending on what they ask about. `|`, `&` and `~` read as or, and, not."""

    words: str
    holds: Callable[[Principal, Case], bool]

    def __or__(self, other: "Audience") -> "Audience":
        return Audience(
            f"{self.words} or {other.words}", lambda who, what: self.holds(who, what) or other.holds(who, what)
        )

    def __and__(self, other: "Audience") -> "Audience":
        return Audience(
            f"{self.words}, {other.words}", lambda who, what: self.holds(who, what) and other.holds(who, what)
        )

    def named(self, words: str) -> "Audience":
        """The same people, in fewer words."""
        return Audience(words, self.holds)

    def __invert__(self) -> "Audience":
        return Audience(f"not {self.words}", lambda who, what: not self.holds(who, what))


def related(role: str) -> Audience:
    """Who stands in this relation to what is asked about: its author, its receiver, its deputy."""
    return Audience(f"its {role}", lambda who, what: who.name in what.people.get(role, ()))


def while_(*traits: str) -> Audience:
    """Everybody, while what is asked about is one of these: a state, or something that is true of it."""
    return Audience(f"while {', '.join(traits)}", lambda who, what: bool(what.traits & set(traits)))


def holds(capability: str) -> Audience:
    """Who holds a capability on the department it belongs to or above, or stands in for somebody who does."""

    def test(who: Principal, what: Case) -> bool:
        places = {place for held, place in who.held if held == capability}
        places |= {place for held, place, _delegator in who.lent if held == capability}
        # What belongs to no department yet is looked after at the root.
        return bool(places & (what.above or {"root"}))

    return Audience(f"who holds {capability} there", test)


def holds_clear(capability: str, *barred: str) -> Audience:
    """The same, four eyes open: neither who acts nor whom they stand in for is one of `barred` on this idea."""

    def test(who: Principal, what: Case) -> bool:
        out = frozenset().union(*(what.people.get(role, frozenset()) for role in barred))
        above = what.above or {"root"}
        own = any(held == capability and place in above for held, place in who.held)
        lent = any(held == capability and place in above and whom not in out for held, place, whom in who.lent)
        return who.name not in out and (own or lent)

    return Audience(f"who holds {capability} there and is not its {' or '.join(barred)}", test)


def holds_somewhere(*capabilities: str) -> Audience:
    """Who holds one of these anywhere, in the own or in another's name."""

    def test(who: Principal, what: Case) -> bool:
        return any(held[0] in capabilities for held in (*who.held, *who.lent))

    return Audience(f"who holds {' or '.join(capabilities)} somewhere", test)


def holds_everywhere(capability: str) -> Audience:
    """Who holds a capability for the whole city."""
    return Audience(f"who holds {capability} for the city", lambda who, what: (capability, "root") in who.held)


def called(*names: str) -> Audience:
    """These people, where the town gives them something of their own."""
    return Audience(", ".join(names), lambda who, what: who.name in names)


NOBODY = Audience("nobody", lambda who, what: False)
EVERYBODY = Audience("everybody signed in", lambda who, what: True)

# Ideas, who sees them: the column "seen by" of the table of states. ----------------------------------------------------

PUBLISHED = (
    "admitted", "voting", "not_selected", "review", "decision", "piloting", "adopted", "verified", "closed", "declined",
    "deferred",
)  # fmt: skip
AUTHOR = related("author")
NAMED = AUTHOR | related("invited")
SCREENER = holds("screen_ideas")
REVIEWER = holds("review_ideas")
DECIDER = holds("decide_ideas")
IDEA = (
    while_(*PUBLISHED, "merged")
    | NAMED
    | (while_("screening", "needs_changes") & (SCREENER | REVIEWER | DECIDER))
    | (while_("inadmissible") & SCREENER)
    | (while_("withdrawn") & while_("submitted") & SCREENER)
).named("who sees the idea")

# Ideas, who acts. -------------------------------------------------------------------------------------------------------

FOUR_EYES = ("author", "conflict")
MAY_SCREEN = holds_clear("screen_ideas", *FOUR_EYES)
MAY_DECIDE = holds_clear("decide_ideas", *FOUR_EYES)
MAY_VERIFY = holds_clear("verify_results", "author", "owner")
MAY_TRANSFER = holds_clear("screen_ideas", "author") | holds_clear("decide_ideas", "author")
MAY_REDACT = holds_clear("screen_ideas", "author")
LEAD_REVIEWER = related("lead reviewer")
WRITABLE = while_("draft", "needs_changes")
OPEN_TO_AUTHORS = while_("draft", "needs_changes", "screening", "admitted")
PILOT = while_("approved pilot")
RUNS_PILOT = while_("piloting") & (related("owner") | DECIDER)
IN_PILOT = while_("piloting") & (related("owner") | related("team") | DECIDER)
