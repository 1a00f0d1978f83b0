# SPDX-License-Identifier: AGPL-3.0-or-later
"""The domain's table of moves in plain words, independent of the product's code: what the property tests compare with."""

from dataclasses import dataclass

# move: (from states, who, refuses authors, target or {choice: target})
TABLE = {
    "submit": ({"draft", "needs_changes"}, "author", False, "screening"),
    "request_changes": ({"screening"}, "screener", True, "needs_changes"),
    "resume_screening": ({"needs_changes"}, "screener or system", True, "screening"),
    "admit": ({"screening"}, "screener", True, "admitted"),
    "refuse_admission": ({"screening"}, "screener", True, "inadmissible"),
    "merge": ({"screening", "admitted"}, "screener", True, "merged"),
    "open_voting": ({"admitted"}, "system", False, "voting"),
    "conclude_voting": ({"voting"}, "system", False, {"review", "not_selected"}),
    "return_to_admitted": ({"voting"}, "system", False, "admitted"),
    "select": ({"not_selected"}, "screener", True, "review"),
    "complete_review": ({"review"}, "system", False, "decision"),
    "reopen_review": ({"decision"}, "decider", True, "review"),
    "approve_pilot": ({"decision"}, "decider", True, "piloting"),
    "decline": ({"decision"}, "decider", True, "declined"),
    "defer": ({"decision"}, "decider", True, "deferred"),
    "resume": ({"deferred"}, "decider or system", False, "decision"),
    "conclude_pilot": ({"piloting"}, "decider", True, {"adopted", "closed"}),
    "verify": ({"adopted"}, "verifier", True, "verified"),
    "withdraw": ({"draft", "screening", "needs_changes", "admitted"}, "author", False, "withdrawn"),
}
ROLES = ("author", "coauthor", "screener", "decider", "authoring decider", "verifier", "colleague", "leaver", "system")
PUBLIC = {
    "admitted",
    "voting",
    "not_selected",
    "review",
    "decision",
    "piloting",
    "adopted",
    "verified",
    "closed",
    "declined",
    "deferred",
}


@dataclass
class Model:
    """The plain model of one idea."""

    state: str = "draft"

    def allows(self, move: str, role: str) -> bool:
        """Does the domain let this role make this move now?"""
        sources, who, four_eyes, _ = TABLE[move]
        writes = role in {"author", "coauthor", "authoring decider"}
        titles = {
            "author": writes,
            "screener": role == "screener",
            "decider": role in {"decider", "authoring decider"},
            "system": role == "system",
            "screener or system": role in {"screener", "system"},
            "decider or system": role in {"decider", "authoring decider", "system"},
            "verifier": role == "verifier",
        }
        return self.state in sources and titles[who] and not (four_eyes and writes)

    def apply(self, move: str, to: str | None) -> None:
        """Make the move."""
        target = TABLE[move][3]
        self.state = to if isinstance(target, set) else target
