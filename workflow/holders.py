# SPDX-License-Identifier: AGPL-3.0-or-later
"""By what title a person may make a move: as an author, by a capability on the department, as lead reviewer."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from innovato.organisation.capabilities import Capability

NOBODY = Q(pk__in=[])


def reaches(actor, capability: Capability, idea) -> bool:
    """Does `actor` hold `capability` where the idea belongs now? While re-examined, one department up."""
    if actor.access is None:
        return False
    return actor.access.allows(capability, idea.judging_department_id)


def reach(actor, capability: Capability) -> Q:
    """The ideas that `capability` of `actor` reaches, in whoever's name, as SQL."""
    if actor.access is None:
        return NOBODY
    return _in(actor.access.departments(capability), whole=actor.access.allows(capability, None))


def _in(departments: frozenset[int], *, whole: bool) -> Q:
    """The ideas that are judged in these departments; `whole` adds those that no department answers for yet."""
    found = Q(reexamination_department_id__in=departments)
    found |= Q(reexamination_department__isnull=True, department_id__in=departments)
    if whole:
        found |= Q(department__isnull=True, reexamination_department__isnull=True)
    return found


def _authorship(idea_model):
    """The model that ties people to ideas, reached without importing it from above."""
    return idea_model._meta.get_field("authorships").related_model


def named_on(actor, idea_model) -> Q:
    """Ideas that `actor` signs, or is invited to sign."""
    named = _authorship(idea_model).objects.filter(
        idea=OuterRef("pk"), person=actor.person_id, status__in=["accepted", "invited"]
    )
    return Q(Exists(named))


def signed_by(actor, idea_model) -> Q:
    """Ideas of which `actor` is an author."""
    signed = _authorship(idea_model).objects.filter(idea=OuterRef("pk"), person=actor.person_id, status="accepted")
    return Q(Exists(signed))


class Holder:
    """A title to make a move. `holds` and `where` are one rule, read for one idea and as SQL.

    Only a capability can be held for somebody else; so the names are usually one: the own, written None.
    """

    def titles(self, actor, idea) -> tuple[int | None, ...]:
        """In whose names the actor holds it: None, or the keys of delegators; empty when not at all."""
        return (None,) if self.holds(actor, idea) else ()

    def ways(self, actor, idea_model) -> list[tuple[int | None, Q]]:
        """The same as SQL: for each name the ideas."""
        return [(None, self.where(actor, idea_model))]


@dataclass(frozen=True)
class Author(Holder):
    """The accepted authors."""

    why_not = _("Può farlo solo chi propone l’idea.")

    def holds(self, actor, idea) -> bool:
        return actor.person_id is not None and actor.person_id in idea.author_ids()

    def where(self, actor, idea_model) -> Q:
        return signed_by(actor, idea_model) if actor.person_id else NOBODY


@dataclass(frozen=True)
class Capable(Holder):
    """Whoever holds a capability on the idea's department or above."""

    capability: Capability

    @property
    def why_not(self):
        if self.capability == Capability.SCREEN_IDEAS:
            return _("Serve il compito di verifica sulla struttura dell’idea.")
        if self.capability == Capability.VERIFY_RESULTS:
            return _("Serve il compito di verificare i risultati della struttura.")
        return _("Decide chi dirige la struttura competente, o una struttura sopra di lei.")

    def holds(self, actor, idea) -> bool:
        return reaches(actor, self.capability, idea)

    def where(self, actor, idea_model) -> Q:
        return reach(actor, self.capability)

    def titles(self, actor, idea) -> tuple[int | None, ...]:
        return actor.access.titles(self.capability, idea.judging_department_id) if actor.access else ()

    def ways(self, actor, idea_model) -> list[tuple[int | None, Q]]:
        if actor.access is None:
            return []
        reaches = actor.access.reaches(self.capability)
        return [(who, _in(departments, whole=whole)) for who, (departments, whole) in reaches.items()]


@dataclass(frozen=True)
class LeadReviewer(Holder):
    """The reviewer who answers for the whole review of this idea."""

    why_not = _("Può farlo chi coordina la valutazione di questa idea.")

    def holds(self, actor, idea) -> bool:
        return actor.person_id is not None and idea.lead_reviewer_id == actor.person_id

    def where(self, actor, idea_model) -> Q:
        return Q(lead_reviewer_id=actor.person_id) if actor.person_id else NOBODY


@dataclass(frozen=True)
class System(Holder):
    """The ballot and the clock; no person."""

    why_not = _("Questo passaggio avviene da solo.")

    def holds(self, actor, idea) -> bool:
        return actor.system

    def where(self, actor, idea_model) -> Q:
        return Q() if actor.system else NOBODY
