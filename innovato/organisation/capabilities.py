# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole vocabulary of rights: what a person can be allowed to do in a department and all those below it."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Capability(StrEnum):
    """A right on a department's subtree. Each new one is a decision record in innovato/docs/decisions."""

    SCREEN_IDEAS = "screen_ideas"
    REVIEW_IDEAS = "review_ideas"
    DECIDE_IDEAS = "decide_ideas"
    VERIFY_RESULTS = "verify_results"
    MANAGE_CAMPAIGNS = "manage_campaigns"
    VIEW_PIPELINE = "view_pipeline"
    VIEW_PARTICIPATION = "view_participation"
    GUARD_BALLOTS = "guard_ballots"
    MANAGE_DEPARTMENT = "manage_department"


# Who holds the key also holds the values, in the same departments.
IMPLIES: dict[Capability, frozenset[Capability]] = {
    Capability.DECIDE_IDEAS: frozenset({Capability.VIEW_PIPELINE}),
    Capability.SCREEN_IDEAS: frozenset({Capability.VIEW_PIPELINE}),
}

# One person may never hold both: who reads figures about participation must not read who wrote what.
INCOMPATIBLE: tuple[frozenset[Capability], ...] = (frozenset({Capability.VIEW_PARTICIPATION, Capability.REVIEW_IDEAS}),)

# What may be left to a deputy for some weeks. Not the reviews (a scorecard is personal: who steps back is replaced), not
# the ballot's guarantee (a named person of trust), not the handing out of rights (what is given would outlast the deputy).
DELEGABLE: tuple[Capability, ...] = (
    Capability.DECIDE_IDEAS,
    Capability.SCREEN_IDEAS,
    Capability.VERIFY_RESULTS,
    Capability.MANAGE_CAMPAIGNS,
    Capability.VIEW_PIPELINE,
    Capability.VIEW_PARTICIPATION,
)

# The words of the profile page: "Che cosa puoi fare".
LABELS = {
    Capability.SCREEN_IDEAS: _("Verificare le idee"),
    Capability.REVIEW_IDEAS: _("Valutare le idee"),
    Capability.DECIDE_IDEAS: _("Decidere sulle idee e sui piloti"),
    Capability.VERIFY_RESULTS: _("Verificare i risultati"),
    Capability.MANAGE_CAMPAIGNS: _("Gestire i bandi"),
    Capability.VIEW_PIPELINE: _("Vedere a che punto sono le idee"),
    Capability.VIEW_PARTICIPATION: _("Vedere i dati sulla partecipazione"),
    Capability.GUARD_BALLOTS: _("Garantire il voto"),
    Capability.MANAGE_DEPARTMENT: _("Gestire strutture, persone e incarichi"),
}

# The rows Django keeps for the vocabulary: (codename, name).
VOCABULARY = tuple((capability.value, capability.value.replace("_", " ")) for capability in Capability)


def sources_of(capability: Capability) -> frozenset[Capability]:
    """The capabilities that, once granted, give `capability`: itself and those that imply it."""
    return frozenset({capability} | {source for source, implied in IMPLIES.items() if capability in implied})
