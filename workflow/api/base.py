# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the API's views of this floor and the one above share: refusals as problems, the actor, the idea of an address."""

import re
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from innovato.api.problems import Problem
from innovato.api.views import ApiView
from workflow import rules
from workflow.context import actor_of
from workflow.converters import IdeaRef
from workflow.errors import Conflict, Incomplete, Missing, WorkflowError
from workflow.models import Idea

REF = re.compile(IdeaRef.regex)
TOLD = ("state", "version")  # what a refusal says about the idea as it stands, where the service says it
CAPITALS = re.compile(r"(?<!^)(?=[A-Z])")


def as_problem(error: WorkflowError) -> Problem:
    """A refusal of a service as the API says it. What is wrong with the body is 422, by field."""
    code = error.details.get("code") or CAPITALS.sub("_", type(error).__name__).lower()
    more = {name: error.details[name] for name in TOLD if name in error.details}
    if isinstance(error, Incomplete):
        more["errors"] = {name: [str(sentence)] for name, sentence in error.fields.items()}
    return Problem(422 if error.status == 400 else error.status, error.sentence, code=code, **more)


def tag_of(row) -> str:
    """The tag of what carries a version: `If-Match` names it when the row is changed."""
    return f'"{row.version}"'


class FloorView(ApiView):
    """A view that calls services: what they refuse becomes a problem."""

    def handle_exception(self, error):
        """Refusals of this floor and of the ballots in their own words; the rest as everywhere."""
        if isinstance(error, WorkflowError):
            error, met = as_problem(error), isinstance(error, Conflict)
            if met and "If-Match" in self.request.headers:  # somebody came between the look and the lock
                error.status_code, error.code = 412, "changed"
        return super().handle_exception(error)

    @cached_property
    def actor(self) -> rules.Actor:
        """Who calls, with all department rights: two queries, once per request."""
        return actor_of(self.request)

    @cached_property
    def at(self) -> datetime:
        """The moment of this request."""
        return timezone.now()

    def idea(self, ref: str, rows=None) -> Idea:
        """The idea of an address. Raises Missing, in the same words, when it is not there or not for this person."""
        if REF.fullmatch(ref) is None:
            raise Missing()
        rows = Idea.objects.with_rule_data() if rows is None else rows
        found = rows.filter(**({"number": ref} if "-" in ref else {"uuid": ref})).first()
        if found is None or not rules.can_see(self.actor, found):
            raise Missing()
        return found

    def seen(self, ref: str) -> Idea:
        """The idea of an address for what hangs on it: read with only what seeing it asks for."""
        rows = Idea.objects.select_related("campaign", "merged_into", "pilot", "department")
        return self.idea(ref, rows.prefetch_related("authorships"))
