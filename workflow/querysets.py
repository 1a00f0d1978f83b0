# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filters on ideas that several pages share: what one may see, what one can act on, what waits for whom."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from workflow import rules
from workflow.states import IdeaState


class IdeaQuerySet(models.QuerySet):
    """Ideas, filtered by the table of rules."""

    def visible_to(self, actor) -> "IdeaQuerySet":
        """The ideas that exist for `actor`."""
        return self.filter(rules.visible(actor, self.model))

    def kept(self) -> "IdeaQuerySet":
        """Without drafts that were deleted: they have neither number nor title, and are gone for their authors too."""
        return self.exclude(state=IdeaState.WITHDRAWN, number__isnull=True)

    def actionable_by(self, actor, *moves: str, at: datetime) -> "IdeaQuerySet":
        """The ideas on which `actor` can make at least one of `moves` now (all moves when none is named)."""
        found = Q(pk__in=[])
        for move in moves or rules.MOVES:
            found |= rules.where(actor, move, at, self.model)
        return self.filter(found)

    def signed_by(self, person_id: int) -> "IdeaQuerySet":
        """The ideas of which the person is an author."""
        return self.filter(authorships__person_id=person_id, authorships__status="accepted")

    def followed_by(self, person_id: int) -> "IdeaQuerySet":
        """The ideas that the person follows."""
        return self.filter(follows__person_id=person_id)

    def overdue(self, today) -> "IdeaQuerySet":
        """The ideas whose answer is late."""
        return self.filter(due_on__lt=today, clock_paused_at__isnull=True)

    def with_card_data(self) -> "IdeaQuerySet":
        """What a card shows, in a constant number of queries."""
        return self.select_related("campaign", "theme", "department", "submitted_from", "merged_into").prefetch_related(
            "authorships__person"
        )

    def with_rule_data(self) -> "IdeaQuerySet":
        """What the rules read, in a constant number of queries."""
        return self.select_related("campaign", "merged_into", "pilot").prefetch_related("authorships", "recusals")
