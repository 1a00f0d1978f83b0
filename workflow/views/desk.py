# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first page after signing in: what waits, the own ideas, news from the office, how others ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from innovato.organisation.auth import signed_in
from workflow.context import actor_of
from workflow.selectors import desk as selectors
from workflow.selectors import desk_tasks as tasks

EVENING = 18  # o'clock


@signed_in
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk of the signed-in person."""
    person, actor, at = request.user, actor_of(request), timezone.now()
    own = selectors.own_ideas(person_id=person.pk, at=at)
    waiting = [
        *tasks.author_tasks(own),
        *tasks.merge_tasks(person_id=person.pk),
        *tasks.delegation_tasks(person_id=person.pk, at=at),
        *tasks.pilot_tasks(person_id=person.pk, at=at),
        *tasks.role_tasks(actor, at=at),
    ]
    context = {
        "today": timezone.localdate(at),
        "evening": timezone.localtime(at).hour >= EVENING,
        "tasks": waiting,
        "own": own,
        "from_office": selectors.from_office(department_id=person.home_department_id, at=at),
        "outcomes": selectors.outcomes(),
        "box": selectors.campaign_box(),
    }
    return render(request, "workflow/desk/desk.html", context)
