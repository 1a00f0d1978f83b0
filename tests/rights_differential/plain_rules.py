# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sees and may do what, worked out object by object from a city's plain values, as the rules are written down.

Nothing here reads the database, a query of the product or its table of moves: it is what they are compared with.
"""

from tests.rights_differential.cities import City, One

IMPLIES = {"decide_ideas": {"view_pipeline"}, "screen_ideas": {"view_pipeline"}}
PUBLISHED = {"admitted", "voting", "not_selected", "review", "decision", "piloting", "adopted", "verified", "closed",
             "declined", "deferred"}  # fmt: skip
BLIND = {"admitted", "voting", "not_selected", "review", "decision"}
ON_TRIAL = {"piloting", "adopted", "verified", "closed"}
OUTCOMES = {"adopted", "verified", "closed", "declined", "not_selected"}
STAGES = {
    "verifica": {"screening", "needs_changes"},
    "voto": {"admitted", "voting"},
    "valutazione": {"review"},
    "decisione": {"decision", "deferred"},
    "pilota": {"piloting"},
    "esito": OUTCOMES,
}


class Rules:
    """What the people of one city may do."""

    def __init__(self, city: City):
        self.city = city

    # the tree and what is held on it

    def upwards(self, where: int) -> list[int]:
        """A department and all above it."""
        chain = [where]
        while self.city.above[chain[-1]] is not None:
            chain.append(self.city.above[chain[-1]])
        return chain

    def below(self, where: int) -> set[int]:
        """A department and all below it."""
        return {place for place in range(len(self.city.above)) if where in self.upwards(place)}

    def own(self, who: int, capability: str, where: int) -> bool:
        """Held in the own name on this department: given on it or above, or implied by what was."""
        return self.city.people[who].active and any(
            grant.who == who
            and grant.where in self.upwards(where)
            and (grant.capability == capability or capability in IMPLIES.get(grant.capability, ()))
            for grant in self.city.grants
        )

    def _own_anywhere(self, who: int, capability: str) -> bool:
        return any(self.own(who, capability, place) for place in range(len(self.city.above)))

    def _lent(self, who: int, capability: str, where: int) -> set[int]:
        """The people in whose names it is held there today."""
        found = set()
        for row in self.city.lent:
            reads_figures = row.capability == "view_participation" and self._own_anywhere(who, "review_ideas")
            if (
                row.deputy == who
                and self.city.people[who].active
                and row.answer == "accepted"
                and row.first <= 0 <= row.last
                and not reads_figures
                and (capability == row.capability or capability in IMPLIES.get(row.capability, ()))
                and row.where in self.upwards(where)
                and self.own(row.giver, row.capability, where)
            ):
                found.add(row.giver)
        return found

    def names(self, who: int, capability: str, where: int | None) -> set[int | None]:
        """In whose names somebody holds a capability: None for the own. Without a department: on a whole city."""
        places = [where] if where is not None else [p for p, above in enumerate(self.city.above) if above is None]
        found: set[int | None] = set()
        for place in places:
            found |= self._lent(who, capability, place) | ({None} if self.own(who, capability, place) else set())
        return found

    def holds(self, who: int, capability: str, where: int | None) -> bool:
        """Whether somebody holds a capability on a department, in whoever's name."""
        return bool(self.names(who, capability, where))

    def has(self, who: int, capability: str) -> bool:
        """Whether somebody holds a capability anywhere."""
        return any(self.holds(who, capability, place) for place in range(len(self.city.above)))

    def deputyships(self, who: int) -> set[int]:
        """For whom somebody acts today."""
        capabilities = {row.capability for row in self.city.lent}
        places = range(len(self.city.above))
        return {name for c in capabilities for p in places for name in self._lent(who, c, p)}

    # one idea

    def judged_in(self, idea: One) -> int | None:
        """The department whose rights count: one up while a refusal is looked at again."""
        if idea.looked_at_above and idea.where is not None and self.city.above[idea.where] is not None:
            return self.city.above[idea.where]
        return idea.where

    def signs(self, who: int, idea: One) -> bool:
        """Whether somebody is an author."""
        return idea.author == who or idea.signed.get(who) == "accepted"

    def everybody_sees(self, idea: One) -> bool:
        """Published, or gone on inside one that is."""
        if idea.state == "merged":
            return self.city.ideas[idea.merged_into].state in PUBLISHED
        return idea.state in PUBLISHED

    def sees(self, who: int, idea: One) -> bool:
        """Whether the idea exists for somebody."""
        if not self.city.people[who].active:
            return False
        if self.everybody_sees(idea) or self.signs(who, idea) or idea.signed.get(who) == "invited":
            return True
        asked = {"screening": ("screen_ideas", "review_ideas", "decide_ideas"),
                 "needs_changes": ("screen_ideas", "review_ideas", "decide_ideas"),
                 "inadmissible": ("screen_ideas",), "merged": ("screen_ideas",)}.get(idea.state, ())  # fmt: skip
        if idea.state == "withdrawn" and not idea.deleted:
            asked = ("screen_ideas",)
        return any(self.holds(who, capability, self.judged_in(idea)) for capability in asked)

    def knows_authors(self, who: int, idea: One) -> bool:
        """Whether the names of who proposes are shown without asking."""
        return not (self.city.calls[idea.call].blind and idea.state in BLIND) or self.signs(who, idea)

    def _judges(self, who: int, idea: One, capability: str) -> bool:
        """Four eyes, no conflict, another judge the second time: for the person and for whom they act."""

        def barred(person: int) -> bool:
            return self.signs(person, idea) or person in idea.recused or idea.previous_judge == person

        names = self.names(who, capability, self.judged_in(idea))
        return not barred(who) and any(name is None or not barred(name) for name in names)

    def admits(self, who: int, idea: One) -> bool:
        """May answer at the screening."""
        return idea.state == "screening" and self._judges(who, idea, "screen_ideas")

    def decides(self, who: int, idea: One) -> bool:
        """May approve, decline or defer."""
        return idea.state == "decision" and self._judges(who, idea, "decide_ideas")

    def resumes(self, who: int, idea: One) -> bool:
        """May take up a deferred idea again."""
        return idea.state == "deferred" and self.holds(who, "decide_ideas", self.judged_in(idea))

    def concludes(self, who: int, idea: One) -> bool:
        """May decide how a trial ends: four eyes and no conflict, also behind a deputy."""

        def barred(person: int) -> bool:
            return self.signs(person, idea) or person in idea.recused

        names = self.names(who, "decide_ideas", self.judged_in(idea))
        able = not barred(who) and any(name is None or not barred(name) for name in names)
        return idea.state == "piloting" and able

    def verifies(self, who: int, idea: One) -> bool:
        """May verify what an adopted idea brought: neither an author nor who ran the trial."""

        def barred(person: int) -> bool:
            return self.signs(person, idea) or idea.pilot_owner == person

        names = self.names(who, "verify_results", self.judged_in(idea))
        able = not barred(who) and any(name is None or not barred(name) for name in names)
        return idea.state == "adopted" and able

    def on_board(self, who: int, idea: One) -> bool:
        """Stands on the board: going on, or an outcome of this year, in a department that is followed, and visible."""
        stage = any(idea.state in states for states in STAGES.values())
        past = idea.state in OUTCOMES and idea.last_year
        return stage and not past and self.holds(who, "view_pipeline", idea.where) and self.sees(who, idea)
